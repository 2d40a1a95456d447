// Whether what was applied runs: in the words of the API, or undefined once it does.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Told } from '../work.ts'
import { addressOf } from './access.ts'
import { nameOf } from './apply.ts'
import type { Awaited, Kube } from './asking.ts'
import { awaited, unfinished } from './asking.ts'

export const conditionOf = (
  object: KubeObject | undefined,
  type: string,
): Readonly<Record<string, unknown>> | undefined =>
  itemsAt(object, 'status', 'conditions').find((it) => at(it, 'type') === type) as
    | Readonly<Record<string, unknown>>
    | undefined

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  at(conditionOf(object, type), 'status') === 'True'

const isWorkload = ({ kind }: KubeObject): boolean => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)

export const isFront = ({ kind, spec }: KubeObject): boolean =>
  kind === 'Ingress' || (kind === 'Service' && at(spec, 'type') === 'LoadBalancer')

/** Undefined: it runs, with all that it should have. */
export function missingOf(live: KubeObject | undefined, wanted: KubeObject): string | undefined {
  const name = `${wanted.kind} ${nameOf(wanted)}`
  if (live === undefined) return `${name} is not there`
  const number = (...path: readonly string[]): number => Number(at(live, ...path) ?? 0)
  const seen = number('status', 'observedGeneration') >= number('metadata', 'generation')
  const replicas =
    wanted.kind === 'DaemonSet' ? number('status', 'desiredNumberScheduled') : Number(at(live, 'spec', 'replicas') ?? 1)
  const ready = number('status', wanted.kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas')
  const updated = number('status', wanted.kind === 'DaemonSet' ? 'updatedNumberScheduled' : 'updatedReplicas')
  if (seen && ready >= replicas && updated >= replicas) return undefined
  const why = at(conditionOf(live, 'ReplicaFailure'), 'message') ?? ''
  return `${name}: ${ready} of ${replicas} ready${typeof why === 'string' && why !== '' ? ` (${why})` : ''}`
}

type Missing = (live: KubeObject | undefined, wanted: KubeObject) => string | undefined

/** Until of none of these anything is missing. */
async function untilNoneMissing(
  kube: Kube,
  told: Told,
  client: KubeClient,
  objects: readonly KubeObject[],
  missing: Missing,
  about: Awaited,
): Promise<void> {
  if (objects.length === 0) return
  await awaited(kube, told, about, async () => {
    const all = await Promise.all(
      objects.map(async (object) => missing(await client.get(await client.pathOf(object)), object)),
    )
    const words = all.filter((it) => it !== undefined)
    return words.length === 0 ? true : unfinished(words.join('; '))
  })
}

export const untilAvailable = (
  kube: Kube,
  told: Told,
  where: string,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<void> =>
  untilNoneMissing(kube, told, client, objects.filter(isWorkload), missingOf, {
    what: `what was applied to ${where} is available`,
    seconds: kube.patience.availableSeconds,
    next: 'look at its pods: kubectl describe pods; an image that is not there, or no node that fits, is told there',
  })

const addressMissing: Missing = (live, wanted) =>
  addressOf(live) === undefined ? `${wanted.kind} ${nameOf(wanted)} has no address yet` : undefined

export const untilAddressed = (
  kube: Kube,
  told: Told,
  where: string,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<void> =>
  untilNoneMissing(kube, told, client, objects.filter(isFront), addressMissing, {
    what: `the load balancers of ${where} have addresses`,
    seconds: kube.patience.addressSeconds,
    next: 'its controller says why not: kubectl --namespace kube-system logs deployment/aws-load-balancer-controller, and the events of the Ingress',
  })

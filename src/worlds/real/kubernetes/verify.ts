// What the plan asks to be looked at once it is made: copies that are available, with an address where users come in; Karmada that has
// gathered from its members what became of them.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { PlannedStep } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Api } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import { addressOf, clientOf } from './access.ts'
import type { Scope } from './apps.ts'
import type { Kube } from './asking.ts'
import { awaited, unfinished } from './asking.ts'
import { stepsOf } from './plan-steps.ts'
import { untilAddressed, untilAvailable } from './ready.ts'

/** `scopes`: of the API that it is placed on. */
export function placedWork(
  kube: Kube,
  step: PlannedStep,
  scopes: readonly Scope[],
  needs: readonly string[],
  region: string | undefined,
): Work {
  const { subject, intent } = step
  const api: Api =
    subject.federation === undefined
      ? { kind: 'cluster', name: subject.cluster ?? '' }
      : { kind: 'federation', name: subject.federation }
  const placed = stepsOf(kube.ground.plan).byId.get(String(intent.of))
  const named = new Set(itemsAt(placed?.intent, 'objects').map((it) => String(at(it, 'name'))))
  const objects = scopes
    .filter(({ site }) => site === undefined || site === subject.site)
    .flatMap((scope) => scope.objects)
    .filter(
      ({ kind, metadata }) =>
        metadata.namespace === intent.namespace && (named.size === 0 || named.has(`${kind}/${metadata.name}`)),
    )
  return looking(step, needs, region, async (told) => {
    const client = await clientOf(kube, api)
    const where = `${subject.app} at ${subject.site ?? api.name}`
    if (api.kind === 'federation') {
      await untilGathered(kube, told, where, client, objects)
      await untilFronted(kube, told, where, placed)
    } else {
      await untilAvailable(kube, told, where, client, objects)
      await untilAddressed(kube, told, where, client, objects)
    }
  })
}

/** Work that only looks. */
function looking(
  { id, title }: PlannedStep,
  needs: readonly string[],
  region: string | undefined,
  look: (told: Told) => Promise<void>,
): Work {
  return {
    ...{ id, title, steps: [id], needs },
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      await look(told)
      return { kind: 'done', changed: false }
    },
  }
}

const workloads = new Set(['Deployment', 'StatefulSet'])

/** Every member that Karmada has chosen and may send to says that it runs. */
async function untilGathered(
  kube: Kube,
  told: Told,
  where: string,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<void> {
  const wanted = objects.filter(({ kind }) => workloads.has(kind))
  await awaited(
    kube,
    told,
    {
      what: `${where} is available on its members`,
      seconds: kube.patience.availableSeconds,
      next: 'skerry status --on real says where Karmada has it; a member that is not Ready, or that has no room, is told there',
    },
    async () => {
      const missing = await Promise.all(wanted.map((one) => ungathered(client, one)))
      const all = missing.flat()
      return all.length === 0 ? true : unfinished(all.join('; '))
    },
  )
}

async function ungathered(client: KubeClient, { kind, metadata }: KubeObject): Promise<readonly string[]> {
  const name = `${metadata.name}-${kind.toLowerCase()}`
  const binding = await client.get(
    `/apis/work.karmada.io/v1alpha2/namespaces/${metadata.namespace}/resourcebindings/${name}`,
  )
  const suspended = itemsAt(binding, 'spec', 'suspension', 'dispatchingOnClusters', 'clusterNames').map(String)
  const targets = itemsAt(binding, 'spec', 'clusters')
    .map((it) => String(at(it, 'name')))
    .filter((it) => !suspended.includes(it))
  if (targets.length === 0) return [`${metadata.name}: no member is chosen for it yet`]
  const gathered = itemsAt(binding, 'status', 'aggregatedStatus')
  return targets.flatMap((member) => {
    const one = gathered.find((it) => at(it, 'clusterName') === member)
    if (at(one, 'applied') !== true)
      return [`${metadata.name} is not on ${member} yet${told(at(one, 'appliedMessage'))}`]
    return at(one, 'health') === 'Healthy'
      ? []
      : [`${metadata.name} on ${member} is ${String(at(one, 'health') ?? 'not looked at yet').toLowerCase()}`]
  })
}

const told = (message: unknown): string => (typeof message === 'string' && message !== '' ? `: ${message}` : '')

/** The load balancers of a federated app are on its members: each of those that users come in by has an address. */
async function untilFronted(kube: Kube, told: Told, where: string, placed: PlannedStep | undefined): Promise<void> {
  const { plan } = kube.ground
  const fronts = itemsAt(placed?.intent, 'fronts')
  const suspended = await suspendedFor(kube, placed)
  for (const front of fronts) {
    const cluster =
      plan.fleet.sites.find(({ name }) => name === at(front, 'site'))?.cluster ??
      plan.fleet.pools.find(({ site }) => site === at(front, 'site'))?.cluster
    if (cluster === undefined || suspended.has(cluster)) continue
    const balancer = String(at(front, 'loadBalancer'))
    const namespace = String(placed?.intent.namespace)
    const name = String(at(front, 'name'))
    const member = await clientOf(kube, { kind: 'cluster', name: cluster })
    const path =
      balancer === 'alb'
        ? `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}`
        : `/api/v1/namespaces/${namespace}/services/${name}`
    await awaited(
      kube,
      told,
      {
        what: `the load balancer of ${where} in ${cluster} has an address`,
        seconds: kube.patience.addressSeconds,
        next: `its controller says why not: kubectl --context ${cluster} --namespace ${namespace} describe ${balancer === 'alb' ? 'ingress' : 'service'} ${name}`,
      },
      async () => {
        const live = await member.get(path)
        return addressOf(live) === undefined ? unfinished(`${name} on ${cluster} has no address yet`) : true
      },
    )
  }
}

async function suspendedFor({ ground }: Kube, placed: PlannedStep | undefined): Promise<ReadonlySet<string>> {
  const name = at(placed?.intent, 'policy', 'name')
  const federation = placed?.subject.federation
  if (typeof name !== 'string' || federation === undefined) return new Set()
  const client = await ground.api({ kind: 'federation', name: federation })
  const policy = await client?.get(
    `/apis/policy.karmada.io/v1alpha1/namespaces/${String(placed?.intent.namespace)}/propagationpolicies/${name}`,
  )
  return new Set(itemsAt(policy, 'spec', 'suspension', 'dispatchingOnClusters', 'clusterNames').map(String))
}

/** Cluster DNS where the plan keeps it. */
export function clusterDnsWork(
  kube: Kube,
  step: PlannedStep,
  needs: readonly string[],
  region: string | undefined,
): Work {
  const cluster = step.subject.cluster ?? ''
  const coredns: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system' },
  }
  return looking(step, needs, region, async (told) => {
    const client = await clientOf(kube, { kind: 'cluster', name: cluster })
    await untilAvailable(kube, told, cluster, client, [coredns])
  })
}

// Flux of each cluster that the plan gives one: what each of its objects says of itself.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Asking, Standing } from './asking.ts'
import { answerOf, remembered } from './asking.ts'

export interface FluxStatus extends Age {
  readonly cluster: string
  readonly state: Standing
  /** As last heard. */
  readonly objects: readonly FluxObject[]
  readonly why: string | undefined
}

export interface FluxObject {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly ready: boolean
  readonly suspended: boolean
  /** Applied last; of a source, fetched last. */
  readonly revision: string | undefined
  /** What it says where it is not ready. */
  readonly message: string | undefined
}

const lists = [
  ['GitRepository', '/apis/source.toolkit.fluxcd.io/v1/gitrepositories'],
  ['HelmRepository', '/apis/source.toolkit.fluxcd.io/v1/helmrepositories'],
  ['Kustomization', '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations'],
  ['HelmRelease', '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'],
] as const

export function fluxStatuses(asking: Asking): Promise<readonly FluxStatus[]> {
  const clusters = asking.ground.plan.steps
    .filter(({ kind, change }) => kind === 'gitops.start' && change !== 'remove')
    .flatMap(({ subject }) => subject.cluster ?? [])
  return Promise.all([...new Set(clusters)].map((cluster) => fluxStatus(asking, cluster)))
}

async function fluxStatus(asking: Asking, cluster: string): Promise<FluxStatus> {
  const said = await answerOf(
    asking,
    `Flux of ${cluster} is not heard of`,
    async (): Promise<readonly FluxObject[] | undefined> => {
      const client = await asking.ground.api({ kind: 'cluster', name: cluster })
      if (client === undefined) return undefined
      const found = await Promise.all(
        lists.map(async ([kind, path]) => {
          const { items = [] } = (await client.get<{ readonly items?: readonly KubeObject[] }>(path)) ?? {}
          return items.map((item) => objectOf(kind, item))
        }),
      )
      return found.flat()
    },
  )
  if (said.kind === 'said' && said.value === undefined)
    return { cluster, state: 'behind', objects: [], why: 'its cluster is not there', ...ageOf(undefined, asking.asked) }
  const { value, age, heard, why } = remembered<readonly FluxObject[] | undefined>(asking, `flux/${cluster}`, said)
  const objects = value ?? []
  const well = objects.length > 0 && objects.every(({ ready, suspended }) => ready && !suspended)
  return {
    cluster,
    objects,
    state: !heard ? 'notHeardOf' : well ? 'asWanted' : 'behind',
    why: heard ? (objects.length === 0 ? 'it has not been started' : undefined) : why,
    ...age,
  }
}

function objectOf(kind: string, object: KubeObject): FluxObject {
  const condition = itemsAt(object, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  const ready = at(condition, 'status') === 'True'
  const revision =
    at(object, 'status', 'lastAppliedRevision') ??
    at(object, 'status', 'artifact', 'revision') ??
    at(itemsAt(object, 'status', 'history')[0], 'chartVersion')
  const message = at(condition, 'message')
  return {
    kind,
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
    ready,
    suspended: at(object, 'spec', 'suspend') === true,
    revision: typeof revision === 'string' ? revision : undefined,
    message: ready || typeof message !== 'string' ? undefined : (message.split('\n')[0] ?? '').slice(0, 200),
  }
}

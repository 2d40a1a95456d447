// What Flux of a cluster says of itself, object by object.

import { at, itemsAt } from '../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from './client.ts'

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

/** Sources first, then what is made of them. */
export async function fluxObjects(client: KubeClient): Promise<readonly FluxObject[]> {
  const found = await Promise.all(
    lists.map(async ([kind, path]) => {
      const { items = [] } = (await client.get<{ readonly items?: readonly KubeObject[] }>(path)) ?? {}
      return items.map((item) => objectOf(kind, item))
    }),
  )
  return found.flat()
}

function objectOf(kind: string, object: KubeObject): FluxObject {
  const condition = itemsAt(object, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  // of a registry there is no index to fetch: such a source has no state (https://fluxcd.io/flux/components/source/helmrepositories/)
  const isStatic = kind === 'HelmRepository' && at(object, 'spec', 'type') === 'oci'
  const ready = isStatic || at(condition, 'status') === 'True'
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

// Flux of each cluster: which revision is applied, and whether it is well. Asked only where its controllers run.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
import type { Asking } from './asking.ts'
import type { Age } from './heard.ts'
import { ageOf } from './heard.ts'

export interface FluxStatus extends Age {
  readonly of: Owner
  /** Undefined while its API does not answer; `since` then says when it last did. */
  readonly objects: readonly FluxObject[] | undefined
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
  const owners = Object.values(asking.state.engines)
    .filter(({ name }) => name === 'kustomize-controller')
    .map(({ owner }) => owner)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return Promise.all(owners.map((owner) => fluxStatus(asking, owner)))
}

async function fluxStatus({ clients, heard, asked, patience }: Asking, of: Owner): Promise<FluxStatus> {
  const client = clients.of(of)
  const key = `flux/${of.kind}/${of.name}`
  const found = await patience.inTime(
    Promise.all(
      lists.map(async ([kind, path]) => {
        const { items = [] } = (await client.get<{ readonly items?: readonly KubeObject[] }>(path)) ?? {}
        return items.map((item) => objectOf(kind, item))
      }),
    ),
  )
  if (found === undefined) return { of, objects: undefined, ...ageOf(heard.at(key), asked) }
  heard.note(key, asked.toISOString())
  return { of, objects: found.flat(), ...ageOf(asked.toISOString(), asked) }
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

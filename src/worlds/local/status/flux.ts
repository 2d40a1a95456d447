// Flux of each cluster: which revision is applied, and whether it is well. Asked only where its controllers run.

import type { FluxObject } from '../../kube/flux.ts'
import { fluxObjects } from '../../kube/flux.ts'
import type { Owner } from '../engine.ts'
import type { Asking } from './asking.ts'
import type { Age } from './heard.ts'
import { ageOf } from './heard.ts'

export interface FluxStatus extends Age {
  readonly of: Owner
  /** Undefined while its API does not answer; `since` then says when it last did. */
  readonly objects: readonly FluxObject[] | undefined
}

export function fluxStatuses(asking: Asking): Promise<readonly FluxStatus[]> {
  const owners = Object.values(asking.state.engines)
    .filter(({ name }) => name === 'kustomize-controller')
    .map(({ owner }) => owner)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return Promise.all(owners.map((owner) => fluxStatus(asking, owner)))
}

async function fluxStatus({ clients, heard, asked, patience }: Asking, of: Owner): Promise<FluxStatus> {
  const key = `flux/${of.kind}/${of.name}`
  const found = await patience.inTime(fluxObjects(clients.of(of)))
  if (found === undefined) return { of, objects: undefined, ...ageOf(heard.at(key), asked) }
  heard.note(key, asked.toISOString())
  return { of, objects: found, ...ageOf(asked.toISOString(), asked) }
}

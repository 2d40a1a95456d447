// Flux of each cluster that the plan gives one: what each of its objects says of itself.

import type { FluxObject } from '../../kube/flux.ts'
import { fluxObjects } from '../../kube/flux.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import type { Asking } from './asking.ts'
import { answerOf, remembered } from './asking.ts'

export interface FluxStatus extends Age {
  readonly cluster: string
  readonly state: Standing
  /** As last heard. */
  readonly objects: readonly FluxObject[]
  readonly why: string | undefined
}

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
      return fluxObjects(client)
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

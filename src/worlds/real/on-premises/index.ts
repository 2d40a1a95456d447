// Clusters on premises, as pieces of work: workload clusters by their management cluster, the others by a person on an admin machine.

import { plannedClusters } from '../../../artefacts/eks-anywhere/view.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Ground } from '../ground.ts'
import type { Work } from '../work.ts'
import { deletionId, selfMadeDeletion, workloadDeletion } from './deletion.ts'
import type { Floor, FloorPatience } from './heard.ts'
import { usualFloorPatience } from './heard.ts'
import { packagesWork } from './packages.ts'
import type { Roster } from './roster.ts'
import { makeRoster } from './roster.ts'
import { selfMadeWork } from './self-made.ts'
import { workloadWork } from './workload.ts'

export type { FloorPatience } from './heard.ts'

export interface OnPremisesOptions {
  readonly floorPatience?: Partial<FloorPatience>
}

/** Clusters that a management cluster makes and deletes at our word; what an admin machine makes is left to people. */
export const clustersOnPremises = (plan: Plan): readonly string[] =>
  plannedClusters(plan)
    .filter(({ view }) => !view.selfManaged)
    .map(({ view }) => view.name)

export function onPremisesWork(ground: Ground, { floorPatience = {} }: OnPremisesOptions = {}): readonly Work[] {
  const floor: Floor = { ground, patience: { ...usualFloorPatience, ...floorPatience } }
  const rosters = new Map<string, Roster>()
  return plannedClusters(ground.plan).flatMap((one) => {
    if (one.view.selfManaged) return selfMadeWork(floor, one)
    const roster = rosters.get(one.view.manager) ?? makeRoster(floor)
    rosters.set(one.view.manager, roster)
    return [workloadWork(floor, roster, one), ...packagesWork(floor, one)]
  })
}

/** @param inClusters what takes away what runs in clusters: it goes before the cluster does, and nothing brings the cluster back */
export function onPremisesBackward(
  ground: Ground,
  inClusters: readonly Work[],
  { floorPatience = {} }: OnPremisesOptions = {},
): readonly Work[] {
  const floor: Floor = { ground, patience: { ...usualFloorPatience, ...floorPatience } }
  const { plan } = ground
  const planned = plannedClusters(plan)
  return planned.map((one) => {
    const { name, manager, selfManaged } = one.view
    const before = namesWith(plan, name)
    const inside = inClusters.filter(({ id }) => id.split('/').some((part) => before.has(part))).map(({ id }) => id)
    if (selfManaged)
      return selfMadeDeletion(floor, one, [
        ...inside,
        ...planned
          .filter(({ view }) => view.manager === name && view.name !== name)
          .map(({ view }) => deletionId(view.name)),
      ])
    return workloadDeletion(floor, one, [...inside, `withdraw/flux/${manager}`])
  })
}

/** A cluster, and the federations that live on it or in it. */
const namesWith = ({ fleet }: Plan, cluster: string): ReadonlySet<string> =>
  new Set([
    cluster,
    ...fleet.federations
      .filter(({ host, memberClusters }) => host === cluster || memberClusters.includes(cluster))
      .map(({ name }) => name),
  ])

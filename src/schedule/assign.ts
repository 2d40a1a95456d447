// How the replicas are divided among the chosen clusters. Karmada counts them in 32-bit integers, which wrap: hence `| 0`.
// Source: Karmada v1.18.2, pkg/scheduler/core/ (common.go, assignment.go, division_algorithm.go), pkg/util/binding.go.

import type { Binding, Failure, Target } from './binding.ts'
import { failed, failure } from './binding.ts'
import type { Candidate } from './candidate.ts'
import { goSort } from './pdqsort.ts'
import type { ClusterAffinityTerm, StaticWeight } from './placement.ts'
import { clusterMatches } from './selector.ts'
import type { Tie } from './webster.ts'
import { webster } from './webster.ts'

export function assign(
  clusters: readonly Candidate[],
  binding: Binding,
  term: ClusterAffinityTerm | undefined,
  tie: Tie,
): readonly Target[] | Failure {
  if (clusters.length === 0) return failure(doing, 'no clusters available to schedule')
  const divisible = binding.replicas > 0 || binding.requirements !== undefined
  if (!divisible || (binding.components ?? 0) > 1) return clusters.map(({ name }) => ({ name, replicas: 0 }))
  return overflows(binding, term) ? assignByTier(clusters, binding, tie) : divide(clusters, binding, tie)
}

const doing = 'assign replicas'

const overflows = ({ placement }: Binding, term: ClusterAffinityTerm | undefined): boolean =>
  placement.clusterAffinity === undefined && term?.affinityName !== '' && (term?.overflowAffinities?.length ?? 0) > 0

/** Each tier gets what it can hold, as if that were the whole workload. */
function assignByTier(clusters: readonly Candidate[], binding: Binding, tie: Tie): readonly Target[] | Failure {
  const targets: Target[] = []
  let remaining = binding.replicas
  for (const number of new Set(clusters.map((each) => each.tier).sort((a, b) => a - b))) {
    const tier = clusters.filter((each) => each.tier === number)
    const room = tier.reduce((sum, { available }) => sum + available, 0)
    const replicas = Math.min(remaining, room) | 0
    const divided = divide(tier, { ...binding, replicas }, tie)
    if (failed(divided)) return divided
    targets.push(...divided)
    remaining = (remaining - replicas) | 0
    if (remaining <= 0) return targets
  }
  return failure(doing, 'Clusters available replicas are not enough to schedule.', 'Unschedulable')
}

function divide(clusters: readonly Candidate[], binding: Binding, tie: Tie): readonly Target[] | Failure {
  const targets = byStrategy(clusters, binding, tie)
  return failed(targets) ? targets : targets.filter(({ replicas }) => replicas > 0)
}

function byStrategy(clusters: readonly Candidate[], binding: Binding, tie: Tie): readonly Target[] | Failure {
  const { replicas, placement } = binding
  const {
    replicaSchedulingType: type,
    replicaDivisionPreference: preference,
    weightPreference,
  } = placement.replicaScheduling ?? { replicaSchedulingType: 'Duplicated' }
  if (type === 'Duplicated') return clusters.map(({ name }) => ({ name, replicas }))
  if (type === 'Divided' && preference === 'Aggregated') return byRoom(clusters, binding, tie, aggregate)
  if (type === 'Divided' && preference === 'Weighted') {
    return weightPreference?.dynamicWeight
      ? byRoom(clusters, binding, tie, (votes) => votes)
      : webster(replicas, staticWeights(clusters, weightPreference?.staticWeightList ?? []), tie)
  }
  return failure(
    doing,
    `unsupported replica scheduling strategy, replicaSchedulingType: ${type ?? ''}, ` +
      `replicaDivisionPreference: ${preference ?? ''}, please try another scheduling strategy`,
  )
}

/** The greatest weight of the rules that match. A cluster without one gets nothing, unless no cluster has one: then all are equal. */
function staticWeights(clusters: readonly Candidate[], rules: readonly StaticWeight[]): ReadonlyMap<string, number> {
  const weighed = clusters.map(({ name, cluster }): [string, number] => {
    const matching = rules.filter(({ targetCluster }) => clusterMatches(cluster, targetCluster))
    return [name, Math.max(0, ...matching.map(({ weight }) => weight))]
  })
  const positive = weighed.filter(([, weight]) => weight > 0)
  return new Map(positive.length > 0 ? positive : weighed.map(([name]) => [name, 1]))
}

type Narrow = (votes: readonly Target[], scheduled: readonly Target[], target: number) => readonly Target[]

/**
 * By the room that clusters have. A change moves as little as it can: more replicas deal out only those that were added, fewer shrink
 * the last result in proportion, and the same number keeps it as it is. A fresh schedule forgets it all.
 */
function byRoom(clusters: readonly Candidate[], binding: Binding, tie: Tie, narrow: Narrow) {
  const { replicas, previous = [] } = binding
  const names = new Set(clusters.map(({ name }) => name))
  const scheduled = previous.filter(({ name }) => names.has(name))
  const assigned = sumOf(scheduled)
  const room = clusters.map(({ name, allocatable }) => ({ name, replicas: allocatable }))

  if (binding.fresh) {
    const votes = room.map((each) => ({ ...each, replicas: (each.replicas + replicasOf(scheduled, each.name)) | 0 }))
    return deal('do fresh scale', replicas, votes, [], tie, narrow)
  }
  if (assigned > replicas) return deal('scale down', replicas, scheduled, [], tie, narrow)
  if (assigned < replicas) return deal('scale up', (replicas - assigned) | 0, room, scheduled, tie, narrow)
  return scheduled
}

function deal(
  what: string,
  target: number,
  unsorted: readonly Target[],
  scheduled: readonly Target[],
  tie: Tie,
  narrow: Narrow,
): readonly Target[] | Failure {
  const sum = sumOf(unsorted)
  if (sum < target) {
    return failure(
      doing,
      `failed to ${what}: Clusters available replicas ${sum} are not enough to schedule.`,
      'Unschedulable',
    )
  }
  const votes = goSort(unsorted, (a, b) => a.replicas > b.replicas)
  const chosen = narrow(votes, scheduled, target)
  return merge(scheduled, webster(target, new Map(chosen.map(({ name, replicas }) => [name, replicas])), tie))
}

/** As few clusters as hold it: those that have replicas first, then the roomiest. */
const aggregate: Narrow = (votes, scheduled, target) => {
  const has = new Set(scheduled.filter(({ replicas }) => replicas > 0).map(({ name }) => name))
  const order = [...votes.filter(({ name }) => has.has(name)), ...votes.filter(({ name }) => !has.has(name))]
  let sum = 0
  const enough = order.findIndex(({ replicas }) => {
    sum = (sum + replicas) | 0
    return sum >= target
  })
  return enough === -1 ? order : order.slice(0, enough + 1)
}

function merge(old: readonly Target[], added: readonly Target[]): readonly Target[] {
  if (old.length === 0) return added
  const merged = added.map(({ name, replicas }) => ({ name, replicas: (replicas + replicasOf(old, name)) | 0 }))
  return [...merged, ...old.filter(({ name }) => !added.some((each) => each.name === name))]
}

const sumOf = (targets: readonly Target[]): number => targets.reduce((sum, { replicas }) => (sum + replicas) | 0, 0)

const replicasOf = (targets: readonly Target[], name: string): number =>
  targets.find((target) => target.name === name)?.replicas ?? 0

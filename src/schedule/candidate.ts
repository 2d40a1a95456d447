// A cluster that passed the filters, with what selection and division look at, in the order that both start from.
// Source: Karmada v1.18.2, pkg/scheduler/core/util.go (available replicas), pkg/scheduler/core/spreadconstraint/ (group_clusters.go, util.go).

import type { Binding, MemberCluster } from './binding.ts'
import { isTarget } from './binding.ts'
import { availableReplicas } from './estimate.ts'
import type { ClusterAffinityTerm } from './placement.ts'
import { clusterMatches } from './selector.ts'

export interface Candidate {
  readonly cluster: MemberCluster
  readonly name: string
  /** 100 where the workload runs already. */
  readonly score: number
  /** 0: matched by the group itself; k: by its k-th overflow affinity. */
  readonly tier: number
  /** More replicas that fit. */
  readonly allocatable: number
  /** Those, and the ones it has. */
  readonly available: number
}

export const maxInt32 = 2 ** 31 - 1

export function candidatesOf(
  clusters: readonly MemberCluster[],
  binding: Binding,
  term: ClusterAffinityTerm | undefined,
): readonly Candidate[] {
  const candidates = clusters.map((cluster): Candidate => {
    const allocatable = allocatableOn(cluster, binding)
    const own = binding.previous?.find((target) => target.name === cluster.name)?.replicas ?? 0
    return {
      cluster,
      name: cluster.name,
      score: isTarget(binding, cluster.name) ? 100 : 0,
      tier: tierOf(cluster, binding, term),
      allocatable,
      available: allocatable + own,
    }
  })
  return inOrder(candidates)
}

/** A total order, since names are unique: nothing depends on the order in which Karmada lists its clusters. */
export const inOrder = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.toSorted(
    (a, b) => a.tier - b.tier || b.score - a.score || b.available - a.available || byName(a.name, b.name),
  )

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A workload of 0 replicas is not estimated and keeps the bound, with which later sums run over 32 bits. */
function allocatableOn(cluster: MemberCluster, binding: Binding): number {
  if (binding.replicas === 0 && !binding.components) return maxInt32
  const estimated = cluster.avail ?? availableReplicas(cluster, binding.requirements)
  const bounded = estimated === -1 ? maxInt32 : Math.min(estimated, maxInt32)
  return bounded === maxInt32 ? binding.replicas : bounded
}

function tierOf(cluster: MemberCluster, { placement }: Binding, term: ClusterAffinityTerm | undefined): number {
  if (placement.clusterAffinity !== undefined || term === undefined || clusterMatches(cluster, term)) return 0
  const overflow = (term.overflowAffinities ?? []).findIndex((affinity) => clusterMatches(cluster, affinity))
  return overflow === -1 ? 1000 : overflow + 1
}

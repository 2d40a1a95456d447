// Spread over regions: the regions are scored, the best set of them is searched for, the first cluster of each is taken, and what
// the cluster constraint still allows is filled up from the same regions.
// Source: Karmada v1.18.2, pkg/scheduler/core/spreadconstraint/ (select_clusters_by_region.go, group_clusters.go).

import type { Binding, Failure } from './binding.ts'
import { failure } from './binding.ts'
import type { Candidate } from './candidate.ts'
import { inOrder } from './candidate.ts'
import type { SpreadConstraint } from './placement.ts'
import { selectGroups } from './select-groups.ts'

export function selectByRegion(
  candidates: readonly Candidate[],
  binding: Binding,
  region: SpreadConstraint,
  cluster: SpreadConstraint,
): readonly Candidate[] | Failure {
  const regions = byRegion(candidates)
  const minRegions = region.minGroups ?? 0
  if (regions.size < minRegions) {
    return failure('select clusters', 'the number of feasible region is less than spreadConstraint.MinGroups')
  }

  const minClusters = cluster.minGroups ?? 0
  const score = scoreOf(binding, minRegions, Math.max(minClusters, minRegions))
  const groups = [...regions].map(([name, members]) => ({ name, value: members.length, weight: score(members) }))
  const chosen = selectGroups(groups, minRegions, region.maxGroups ?? 0, minClusters)
  if (chosen.length === 0)
    return failure('select clusters', 'the number of clusters is less than the cluster spreadConstraint.MinGroups')

  const members = chosen.map(({ name }) => regions.get(name) ?? [])
  const first = members.flatMap((clusters) => clusters.slice(0, 1))
  const others = members.flatMap((clusters) => clusters.slice(1))
  const room = Math.min(first.length + others.length, cluster.maxGroups ?? 0) - first.length
  return [...first, ...inOrder(others).slice(0, Math.max(0, room))]
}

function byRegion(candidates: readonly Candidate[]): ReadonlyMap<string, readonly Candidate[]> {
  const regions = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const region = candidate.cluster.region
    if (region) regions.set(region, [...(regions.get(region) ?? []), candidate])
  }
  return regions
}

/** Room comes first: a thousand points for each replica or cluster that has it; the scores of the clusters break ties. */
function scoreOf({ placement, replicas }: Binding, minRegions: number, minClusters: number) {
  const type = (placement.replicaScheduling ?? { replicaSchedulingType: 'Duplicated' }).replicaSchedulingType
  return type === 'Duplicated'
    ? (clusters: readonly Candidate[]) => scoreForAll(clusters, replicas)
    : (clusters: readonly Candidate[]) => scoreForShare(clusters, share(replicas, minRegions), minClusters)
}

/**
 * What a region has to hold when as few regions as allowed are used. With 0 of them Go divides by zero and turns infinity into an
 * integer: on amd64 the least there is, so that any region will do, and a thousand times it wraps to 0 points.
 */
const share = (replicas: number, minRegions: number): number =>
  minRegions === 0 ? Number.NEGATIVE_INFINITY : Math.ceil(replicas / minRegions)

function scoreForAll(clusters: readonly Candidate[], replicas: number): number {
  const roomy = clusters.filter(({ available }) => available >= replicas)
  return roomy.length === 0 ? 0 : roomy.length * 1000 + meanScore(roomy)
}

function scoreForShare(clusters: readonly Candidate[], target: number, minClusters: number): number {
  let available = 0
  for (const [index, cluster] of clusters.entries()) {
    available += cluster.available
    if (index + 1 >= minClusters && available >= target) return points(target) + meanScore(clusters.slice(0, index + 1))
  }
  return points(Math.min(available, target)) + meanScore(clusters)
}

const points = (replicas: number): number => (Number.isFinite(replicas) ? replicas * 1000 : 0)

const meanScore = (clusters: readonly Candidate[]): number =>
  Math.trunc(clusters.reduce((sum, { score }) => sum + score, 0) / clusters.length)

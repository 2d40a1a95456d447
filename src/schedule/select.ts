// Which of the candidates are chosen, before any replica is divided: all of them, or by the spread constraints. Static weights ignore
// the constraints; zone and provider are never selected on, whatever their constraint says.
// Source: Karmada v1.18.2, pkg/scheduler/core/spreadconstraint/select_clusters.go, select_clusters_by_cluster.go.

import type { Binding, Failure } from './binding.ts'
import { failure } from './binding.ts'
import type { Candidate } from './candidate.ts'
import type { Placement, SpreadConstraint } from './placement.ts'
import { selectByRegion } from './select-by-region.ts'

export function select(candidates: readonly Candidate[], binding: Binding): readonly Candidate[] | Failure {
  const { placement } = binding
  const constraints = placement.spreadConstraints ?? []
  if (constraints.length === 0 || ignoresSpread(placement)) return candidates
  // of several for one field, which the webhook refuses, the last counts
  const by = (field: SpreadConstraint['spreadByField']) =>
    constraints.findLast(({ spreadByField }) => spreadByField === field)
  const region = by('region')
  const cluster = by('cluster')
  if (region !== undefined) return selectByRegion(candidates, binding, region, cluster ?? {})
  if (cluster !== undefined) return selectByCluster(candidates, needOf(binding), cluster)
  return failure('select clusters', 'just support cluster and region spread constraint')
}

/** A weight list, or no preference at all, is static; an empty preference is static too, but heeds the constraints. */
function ignoresSpread({ replicaScheduling: scheduling }: Placement): boolean {
  if (scheduling?.replicaSchedulingType !== 'Divided' || scheduling.replicaDivisionPreference !== 'Weighted')
    return false
  const preference = scheduling.weightPreference
  return preference === undefined || ((preference.staticWeightList?.length ?? 0) > 0 && !preference.dynamicWeight)
}

/** How many replicas the chosen clusters must hold together; undefined where each gets them all, and room is not asked about. */
function needOf({ placement, replicas }: Binding): number | undefined {
  const scheduling = placement.replicaScheduling
  return scheduling === undefined || scheduling.replicaSchedulingType === 'Duplicated' ? undefined : replicas
}

function selectByCluster(candidates: readonly Candidate[], need: number | undefined, constraint: SpreadConstraint) {
  if (candidates.length < (constraint.minGroups ?? 0)) {
    return failure('select clusters', 'the number of feasible clusters is less than spreadConstraint.MinGroups')
  }
  const count = Math.min(candidates.length, constraint.maxGroups ?? 0)
  if (need === undefined) return candidates.slice(0, count)
  const selected = selectByRoom(candidates, count, need)
  return selected.length > 0
    ? selected
    : failure('select clusters', `no enough resource when selecting ${count} clusters`)
}

/** The first ones; where they lack room, the last of them gives way to the roomiest of the rest, then the one before it, and so on. */
function selectByRoom(candidates: readonly Candidate[], count: number, need: number): readonly Candidate[] {
  const [selected, rest] = [candidates.slice(0, count), candidates.slice(count)]
  const suffices = () => selected.reduce((sum, { available }) => sum + available, 0) >= need
  for (let last = count - 1; last >= 0 && !suffices(); last--) {
    const leaving = selected[last] as Candidate
    const roomiest = rest.reduce((best, each) => (each.available > best.available ? each : best), leaving)
    if (roomiest === leaving) continue
    selected[last] = roomiest
    rest[rest.indexOf(roomiest)] = leaving
  }
  return suffices() ? selected : []
}

// Whether the scheduler does anything when it looks at a binding, and for which of its reasons. None of them is that a cluster joined,
// got room or other labels: a divided workload that fits its targets is left as it is.
// Source: Karmada v1.18.2, pkg/scheduler/scheduler.go (doScheduleBinding), pkg/scheduler/helper.go, pkg/util/binding.go.

import type { Binding } from './binding.ts'
import { isTarget, isWorkload } from './binding.ts'
import type { ClusterAffinityTerm, Placement } from './placement.ts'

export type Trigger = 'placementChanged' | 'replicasChanged' | 'rescheduleAsked' | 'alwaysScheduled' | 'targetDeleting'

/** `applied` is the placement of the last schedule (annotation policy.karmada.io/applied-placement); undefined before the first. */
export function whySchedule(binding: Binding, applied: Placement | undefined): Trigger | undefined {
  if (placementChanged(binding.placement, applied, binding.affinity ?? '')) return 'placementChanged'
  if (replicasChanged(binding)) return 'replicasChanged'
  if (binding.fresh) return 'rescheduleAsked'
  const scheduling = binding.placement.replicaScheduling
  const duplicated = scheduling === undefined || scheduling.replicaSchedulingType === 'Duplicated'
  if (!isWorkload(binding) || duplicated) return 'alwaysScheduled'
  const leaving = binding.clusters.some((cluster) => cluster.deleting && isTarget(binding, cluster.name))
  return leaving ? 'targetDeleting' : undefined
}

/** Of the affinity groups only the one in use counts: others may be added, removed or reordered without effect. */
function placementChanged(placement: Placement, applied: Placement | undefined, observed: string): boolean {
  if (applied === undefined) return true
  if (equal(placement, applied)) return false
  const { clusterAffinities: _, ...rest } = placement
  const { clusterAffinities: __, ...appliedRest } = applied
  if (!equal(rest, appliedRest)) return true
  const term = termOf(placement, observed)
  const appliedTerm = termOf(applied, observed)
  return term === undefined || appliedTerm === undefined || !equal(term, appliedTerm)
}

const termOf = (placement: Placement, name: string): ClusterAffinityTerm | undefined =>
  name === '' ? undefined : placement.clusterAffinities?.find(({ affinityName }) => affinityName === name)

function replicasChanged({ placement, previous = [], replicas }: Binding): boolean {
  switch (placement.replicaScheduling?.replicaSchedulingType) {
    case 'Duplicated':
      return previous.some((target) => target.replicas !== replicas)
    case 'Divided':
      return previous.reduce((sum, target) => (sum + target.replicas) | 0, 0) !== replicas
    default:
      return false
  }
}

const equal = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

const canonical = (value: unknown): string => JSON.stringify(stored(value)) ?? ''

/** As it would be stored: keys sorted, and without the empty values that Go leaves out. An empty selector is not empty: it matches all. */
function stored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stored)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, stored(each)])
  return Object.fromEntries(entries.filter(([key, each]) => !isLeftOut(key, each)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isLeftOut(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  if (key === 'matchLabels') return Object.keys(value).length === 0
  return value === 0 && (key === 'minGroups' || key === 'maxGroups')
}

// Karmada's replica scheduler, ported: what it would decide for a binding, with the words it would use when it fails. The port is exact
// and is held to that by comparison with Karmada's own code (engines/karmada-scheduler); docs/decisions/0006 says why it is a port.
//
//   filter -> score and sort -> select by spread constraints -> divide replicas        once per affinity group, until one succeeds
//
// Source: Karmada v1.18.2, pkg/scheduler/core/generic_scheduler.go; the groups: pkg/scheduler/scheduler.go, pkg/scheduler/helper.go.

import { assign } from './assign.ts'
import type { Binding, Failure, Outcome, Target } from './binding.ts'
import { failed } from './binding.ts'
import { byName, candidatesOf } from './candidate.ts'
import { feasible } from './filter.ts'
import type { ClusterAffinityTerm } from './placement.ts'
import { select } from './select.ts'
import type { Tie } from './webster.ts'
import { tieOf } from './webster.ts'

export const schedule = (binding: Binding): Outcome => scheduleGroups(binding, tieOf(binding.uid))

/**
 * What may come out while the UID of the template is not known yet: one outcome when no tie matters, else the two that an even and an
 * odd hash of the UID lead to, in this order.
 */
export function scheduleOutcomes(binding: Omit<Binding, 'uid'>): readonly [Outcome, ...Outcome[]] {
  const even = scheduleGroups(binding, 'ascending')
  const odd = scheduleGroups(binding, 'descending')
  return same(even, odd) ? [even] : [even, odd]
}

/** The groups are tried in order from the one last used on, never an earlier one; when all fail, the first failure is the one told. */
function scheduleGroups(binding: Binding, tie: Tie): Outcome {
  const { clusterAffinities: terms = [], clusterAffinity } = binding.placement
  if (terms.length === 0) return attempt(binding, undefined, tie)
  const observed = terms.findIndex(({ affinityName }) => affinityName === binding.affinity)
  let first: Failure | undefined
  for (const { affinityName } of terms.slice(Math.max(0, observed))) {
    const term = terms.find((each) => each.affinityName === affinityName)
    const outcome = attempt(binding, clusterAffinity === undefined ? term : undefined, tie)
    if (!failed(outcome)) return { ...outcome, affinity: affinityName }
    first ??= outcome
  }
  return first as Failure
}

function attempt(binding: Binding, term: ClusterAffinityTerm | undefined, tie: Tie): Outcome {
  const clusters = feasible(binding, term)
  if (failed(clusters)) return clusters
  const selected = select(candidatesOf(clusters, binding, term), binding)
  if (failed(selected)) return selected
  const targets = assign(selected, binding, term, tie)
  if (failed(targets)) return targets
  if (!binding.propagateEmpty) return { result: targets }
  const missing = selected.filter(({ name }) => !targets.some((target) => target.name === name))
  return { result: [...targets, ...missing.map(({ name }) => ({ name, replicas: 0 }))] }
}

function same(a: Outcome, b: Outcome): boolean {
  if (failed(a) || failed(b)) return failed(a) && failed(b) && a.error === b.error
  return a.affinity === b.affinity && asSet(a.result) === asSet(b.result)
}

const asSet = (targets: readonly Target[]): string =>
  JSON.stringify(targets.map(({ name, replicas }) => [name, replicas]).sort(([a], [b]) => byName(String(a), String(b))))

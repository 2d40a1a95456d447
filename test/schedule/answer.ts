// What Karmada's scheduler answered to a case, and whether the port says the same. Targets are compared as sets: Karmada appends some
// in the order of a Go map, which is chance.
import type { Target } from '../../src/schedule/binding.ts'
import { failed } from '../../src/schedule/binding.ts'
import { availableReplicas } from '../../src/schedule/estimate.ts'
import { schedule } from '../../src/schedule/schedule.ts'
import { whySchedule } from '../../src/schedule/trigger.ts'
import type { Case } from './random-case.ts'

export interface Answer {
  /** Whether the scheduler found anything to do. */
  readonly acted: boolean
  /** The targets of the binding afterwards; null when there are none. */
  readonly result: readonly Target[] | null
  readonly affinity?: string
  readonly error?: string
  readonly reason?: string
  /** The general estimator, for each cluster with a resource summary. */
  readonly available?: Readonly<Record<string, number>>
}

/** The answer as the port gives it. */
export function answerOf({ applied, ...binding }: Case): Answer {
  const acted = whySchedule(binding, applied) !== undefined
  const previous = binding.previous ?? []
  const common = { acted, ...estimates(binding) }
  if (!acted) return { ...common, result: previous, ...(binding.affinity && { affinity: binding.affinity }) }
  const outcome = schedule(binding)
  if (failed(outcome)) {
    const result = outcome.reason === 'NoClusterFit' ? [] : previous
    return { ...common, result, ...outcome, ...(binding.affinity && { affinity: binding.affinity }) }
  }
  const affinity = outcome.affinity ?? binding.affinity
  return { ...common, result: outcome.result, ...(affinity && { affinity }) }
}

function estimates({ clusters, requirements }: Case): Pick<Answer, 'available'> {
  const summarised = clusters.filter(({ summary }) => summary !== undefined)
  if (summarised.length === 0) return {}
  return { available: Object.fromEntries(summarised.map((each) => [each.name, availableReplicas(each, requirements)])) }
}

/** In one order of keys and names, so that equal answers are equal texts. */
export const canonical = ({ acted, result, affinity, error, reason, available }: Answer): string =>
  JSON.stringify([
    acted,
    (result ?? []).map(({ name, replicas }) => `${name}=${replicas}`).sort(),
    affinity ?? '',
    error ?? '',
    reason ?? '',
    Object.entries(available ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  ])

// When a claim has come true in time: `within` a time `after` the fault or the heal, and `for` how long.

import { clockText, durationText, secondsText } from '../model/duration.ts'
import type { Drill, Expectation } from '../model/fleet.ts'
import type { Stretch } from '../timeline/history.ts'
import type { Outcome } from './result.ts'

export interface Window {
  /** The first fault, or the last repair, seconds since the drill began; undefined: there is none. */
  readonly from: number | undefined
  /** When it must have come true, or the end of the run. */
  readonly deadline: number
  /** The same, whether the run lasts that long or not; Infinity: any time will do. */
  readonly limit: number
  readonly holdSeconds: number
  readonly end: number
}

/** A claim about users holds when it lasts that long, unless `for` says otherwise. */
export const userHoldSeconds = 30

export function windowOf(drill: Drill, expectation: Expectation, length: number, holdSeconds = 0): Window {
  const from = expectation.after === 'heal' ? lastHeal(drill, length) : firstFault(drill)
  const limit = (from ?? 0) + (expectation.within ?? Number.POSITIVE_INFINITY)
  return {
    from,
    deadline: Math.min(length, limit),
    limit,
    holdSeconds: expectation.for ?? holdSeconds,
    end: length,
  }
}

export const firstFault = (drill: Drill): number => Math.min(...drill.faults.map((fault) => fault.at))

export function lastHeal(drill: Drill, length = Number.POSITIVE_INFINITY): number | undefined {
  const ends = drill.faults
    .flatMap((fault) => (fault.for === undefined ? [] : [fault.at + fault.for]))
    .filter((end) => end <= length)
  return ends.length === 0 ? undefined : Math.max(...ends)
}

/**
 * True when the claim is so at the deadline, or became so before it and lasted. What was so already and then ended does not count.
 * `otherwise` says what was seen when it never came true.
 */
export function cameTrue(
  stretches: readonly Stretch<true>[],
  window: Window,
  otherwise: (at: number) => string,
): Outcome {
  const { from, deadline, holdSeconds, end } = window
  if (from === undefined) return { passed: false, seen: 'nothing heals within this drill' }
  const candidates = stretches
    .filter((stretch) => stretch.to > from || stretch.to >= end)
    .map((stretch) => ({ from: Math.max(stretch.from, from), to: stretch.to, began: stretch.from }))
  const lasts = (stretch: { from: number; to: number }) =>
    stretch.to >= Math.min(end, stretch.from + holdSeconds) - tolerance
  const counts = (stretch: { from: number; to: number; began: number }) =>
    lasts(stretch) && (stretch.began > from || stretch.to >= deadline - tolerance)
  const hit = candidates.find((stretch) => counts(stretch) && stretch.from <= deadline + tolerance)
  if (hit !== undefined) {
    return {
      passed: true,
      at: hit.from,
      ...slackOf(window, hit.from),
      seen:
        hit.began <= from ? 'so all the time' : `from ${clockText(hit.from)}, after ${secondsText(hit.from - from)}`,
    }
  }
  const late = candidates.find(lasts)
  if (late !== undefined && late.from > deadline) {
    return {
      passed: false,
      at: late.from,
      ...slackOf(window, late.from),
      seen: `only from ${clockText(late.from)}, ${secondsText(late.from - deadline)} too late`,
    }
  }
  const short = candidates.find((stretch) => stretch.from <= deadline)
  if (short !== undefined) {
    return {
      passed: false,
      at: short.from,
      slack: short.to - Math.min(end, short.from + holdSeconds),
      seen: `only from ${clockText(short.from)} to ${clockText(short.to)}; ${otherwise(short.to)}`,
    }
  }
  return { passed: false, seen: `never; ${otherwise(deadline)}` }
}

/** What is left of the time given is counted whole, though the drill may end before it. */
const slackOf = ({ limit }: Window, at: number): { readonly slack?: number } =>
  Number.isFinite(limit) ? { slack: limit - at } : {}

/** Times come out of sums of binary fractions. */
const tolerance = 1e-6

/** ` within 4m of the fault, for 10m`, as words after a claim. */
export function windowText(expectation: Expectation): string {
  const within =
    expectation.within === undefined
      ? expectation.after === 'heal'
        ? ' after the heal'
        : ''
      : expectation.within === 0
        ? ` from the ${expectation.after} on`
        : ` within ${durationText(expectation.within)} of the ${expectation.after}`
  return `${within}${expectation.for === undefined ? '' : `, for ${durationText(expectation.for)}`}`
}

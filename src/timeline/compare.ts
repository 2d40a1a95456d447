// Two timelines of the same drill, the one a forecast, the other what was measured: do causes come before their effects in both, and
// does each time measured lie within what the forecast allows? Agreement counts only where an engine decided.

import type { Decider, Timeline, TimelineEvent } from '../model/timeline.ts'

export interface ComparedEvent {
  readonly subject: string
  readonly what: string
  readonly to: TimelineEvent['to']
  /** The how manieth such event of the subject, from 1. */
  readonly occurrence: number
  readonly decidedBy: Decider
  readonly timer: string
  readonly minSeconds: number
  readonly maxSeconds: number
  /** From cause to effect, as forecast and as measured. */
  readonly forecastSeconds: number
  readonly measuredSeconds: number
  readonly inside: boolean
  /** Whether the cause came before the effect in the measured run. */
  readonly inOrder: boolean
}

export interface Comparison {
  readonly events: readonly ComparedEvent[]
  /** Forecast and not measured, and the other way round: subject, property and value. */
  readonly missing: readonly string[]
  readonly unforeseen: readonly string[]
  /** Of what engines decided: all in order, and all inside. */
  readonly agrees: boolean
}

export function compare(forecast: Timeline, measured: Timeline): Comparison {
  const seen = byKey(measured)
  const expected = byKey(forecast)
  const events: ComparedEvent[] = []
  for (const [key, event] of expected) {
    const found = seen.get(key)
    const cause = event.cause === undefined ? undefined : forecast.events[event.cause]
    if (found === undefined || cause === undefined || event.timer === undefined) continue
    const measuredCause = seen.get(keys(forecast).get(cause.id) ?? '')
    if (measuredCause === undefined) continue
    const measuredSeconds = found.at - measuredCause.at
    events.push({
      subject: event.subject,
      what: event.what,
      to: event.to,
      occurrence: Number(key.slice(key.lastIndexOf('#') + 1)),
      decidedBy: weaker(event.decidedBy, found.decidedBy),
      timer: event.timer.id,
      minSeconds: event.timer.minSeconds,
      maxSeconds: event.timer.maxSeconds,
      forecastSeconds: event.at - cause.at,
      measuredSeconds,
      inside:
        measuredSeconds >= event.timer.minSeconds - tolerance && measuredSeconds <= event.timer.maxSeconds + tolerance,
      inOrder: measuredSeconds >= -tolerance,
    })
  }
  const judged = events.filter((event) => event.decidedBy === 'engine')
  return {
    events,
    missing: [...expected.keys()].filter((key) => !seen.has(key)),
    unforeseen: [...seen.keys()].filter((key) => !expected.has(key)),
    agrees: judged.every((event) => event.inside && event.inOrder),
  }
}

/** Clocks of different machines, and the reading of a watch. */
const tolerance = 0.25

const weaker = (a: Decider, b: Decider): Decider =>
  a === b ? a : a === 'document' || b === 'document' ? 'document' : 'standIn'

const known = new WeakMap<Timeline, ReadonlyMap<number, string>>()

/** Ids differ between runs: an event is found again by what it says, and the how manieth time. */
function keys(timeline: Timeline): ReadonlyMap<number, string> {
  const made = known.get(timeline)
  if (made !== undefined) return made
  const counts = new Map<string, number>()
  const fresh = new Map<number, string>()
  for (const event of timeline.events) {
    const base = `${event.subject} ${event.what} ${String(event.to)}`
    const count = (counts.get(base) ?? 0) + 1
    counts.set(base, count)
    fresh.set(event.id, `${base} #${count}`)
  }
  known.set(timeline, fresh)
  return fresh
}

function byKey(timeline: Timeline): ReadonlyMap<string, TimelineEvent> {
  return new Map(timeline.events.map((event) => [keys(timeline).get(event.id) ?? '', event]))
}

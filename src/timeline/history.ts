// One property of one subject over time, read from the events of a timeline: stretches with a value each.

import type { EventValue, Timeline, TimelineEvent } from '../model/timeline.ts'

export interface Stretch<Value = EventValue> {
  readonly from: number
  readonly to: number
  readonly value: Value
}

/** The whole length of the drill; before the first event the value that it changed from. Empty where the timeline never speaks of it. */
export function history(timeline: Timeline, subject: string, what: string): readonly Stretch[] {
  return stretchesOf(timeline, eventsOf(timeline).get(`${subject} ${what}`) ?? [])
}

/** The histories of all subjects that begin with the prefix, by subject. */
export function histories(timeline: Timeline, prefix: string, what: string): ReadonlyMap<string, readonly Stretch[]> {
  const found = new Map<string, readonly Stretch[]>()
  for (const [key, events] of eventsOf(timeline)) {
    const [first] = events
    if (first !== undefined && key.startsWith(prefix) && first.what === what)
      found.set(first.subject, stretchesOf(timeline, events))
  }
  return found
}

function stretchesOf(timeline: Timeline, events: readonly TimelineEvent[]): readonly Stretch[] {
  const [first] = events
  if (first === undefined) return []
  const stretches: Stretch[] = []
  let from = 0
  let value = first.from
  for (const event of events) {
    if (event.at > from) stretches.push({ from, to: event.at, value })
    from = event.at
    value = event.to
  }
  stretches.push({ from, to: Math.max(timeline.length, from), value })
  return stretches
}

const indexed = new WeakMap<Timeline, Map<string, TimelineEvent[]>>()

function eventsOf(timeline: Timeline): Map<string, TimelineEvent[]> {
  const known = indexed.get(timeline)
  if (known !== undefined) return known
  const index = new Map<string, TimelineEvent[]>()
  for (const event of timeline.events) {
    const key = `${event.subject} ${event.what}`
    const events = index.get(key)
    if (events === undefined) index.set(key, [event])
    else events.push(event)
  }
  indexed.set(timeline, index)
  return index
}

/** Where the value is as asked, neighbouring stretches joined. */
export function stretchesWhere<Value>(
  stretches: readonly Stretch<Value>[],
  asked: (value: Value) => boolean,
): readonly Stretch<true>[] {
  const found: Stretch<true>[] = []
  for (const { from, to, value } of stretches) {
    if (!asked(value)) continue
    const last = found.at(-1)
    if (last !== undefined && last.to >= from) found[found.length - 1] = { from: last.from, to, value: true }
    else found.push({ from, to, value: true })
  }
  return found
}

/** Where all of them are true at once. */
export function stretchesTogether(
  sets: readonly (readonly Stretch<true>[])[],
  length: number,
): readonly Stretch<true>[] {
  return sets.reduce<readonly Stretch<true>[]>(
    (common, stretches) =>
      common.flatMap((a) =>
        stretches.flatMap((b) => {
          const from = Math.max(a.from, b.from)
          const to = Math.min(a.to, b.to)
          return from < to || (from === to && from === length) ? [{ from, to, value: true as const }] : []
        }),
      ),
    [{ from: 0, to: length, value: true }],
  )
}

export function valueAt<Value>(stretches: readonly Stretch<Value>[], at: number): Value | undefined {
  return stretches.findLast((stretch) => stretch.from <= at)?.value
}

// The recoveries of a run: for each time that users failed, the chain of events from the fault to the moment at which all whose
// resolvers keep to the TTL were answered again. The segments of the chain add up to the recovery time, to the millisecond.

import type { Recovery, Segment, TimelineEvent } from '../model/timeline.ts'
import { timerEntry } from '../timers/index.ts'
import { drillGoesOn, faultLasts } from '../timers/site.ts'
import type { Timer } from '../timers/timer.ts'
import { atOnce } from '../timers/timer.ts'
import type { Point, Seen } from './users.ts'
import { fails, isWhole } from './users.ts'

/** Users count as served again when it lasts at least that long. */
export const lastingSeconds = 30

export function recoveriesOf(seen: Seen, events: readonly TimelineEvent[], length: number): readonly Recovery[] {
  const { points } = seen
  const [first] = points
  if (first === undefined || first.keepers === 0) return []
  const found: Recovery[] = []
  let index = 1
  while (index < points.length) {
    const failed = points.findIndex((point, at) => at >= index && fails(point, first))
    if (failed < 0) break
    const began = beginning(points, failed, index, first.keepers)
    const back = points.findIndex((point, at) => at > failed && isWhole(point, first) && lasts(points, at, length))
    found.push(recovery(seen, events, { began, failed, back }))
    if (back < 0) break
    index = back + 1
  }
  return found
}

/** The first point of the decline that led to the failure. */
function beginning(points: readonly Point[], failed: number, earliest: number, whole: number): number {
  let began = failed
  while (began > earliest && (points[began - 1]?.keepers ?? whole) < whole - 1e-9) began -= 1
  return began
}

/** Until so many fail again that it counts. */
function lasts(points: readonly Point[], at: number, length: number): boolean {
  const [first] = points
  const next = points.find((point, index) => index > at && first !== undefined && fails(point, first))
  const from = points[at]?.at ?? 0
  return next === undefined ? true : Math.min(next.at, length) - from >= lastingSeconds
}

interface Span {
  readonly began: number
  readonly failed: number
  /** -1: never. */
  readonly back: number
}

function recovery(seen: Seen, events: readonly TimelineEvent[], { began, failed, back }: Span): Recovery {
  const { points, app, audience } = seen
  const start = points[began]
  const led = points.slice(began, failed + 1).find((point) => point.event !== undefined)?.event
  const fault = rootOf(events, led ?? 0)
  const faultAt = events[fault]?.at ?? start?.at ?? 0
  const before = points[began - 1]?.served ?? 1
  const end = points[back]
  const risen = points.findIndex((point, index) => index > began && point.served > (points[index - 1]?.served ?? 1))
  const whole = back < 0 ? -1 : points.findIndex((point, index) => index >= back && point.served >= before - 1e-9)
  const since = (index: number): number | undefined => {
    const at = points[index]?.at
    return at === undefined ? undefined : milliseconds(at - faultAt)
  }
  return {
    app,
    audience,
    from: start?.at ?? 0,
    fault,
    to: end?.at,
    seconds: since(back),
    segments: end?.event === undefined ? [] : segmentsOf(events, fault, end.event),
    servedBy: end === undefined ? undefined : most(end.by),
    firstUserSeconds: since(risen),
    tailSeconds: since(whole),
  }
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000

function most(by: Readonly<Record<string, number>>): string | undefined {
  return Object.keys(by).sort((a, b) => (by[b] ?? 0) - (by[a] ?? 0))[0]
}

/** From an event back to the fault, the repair or the start that it goes back to. */
function chainOf(events: readonly TimelineEvent[], event: number): readonly TimelineEvent[] {
  const chain: TimelineEvent[] = []
  for (let at: number | undefined = event; at !== undefined; at = events[at]?.cause) {
    const link = events[at]
    if (link === undefined) break
    chain.unshift(link)
  }
  return chain
}

const rootOf = (events: readonly TimelineEvent[], event: number): number => chainOf(events, event)[0]?.id ?? 0

function segmentsOf(events: readonly TimelineEvent[], fault: number, event: number): readonly Segment[] {
  const from = events[fault]
  const chain = chainOf(events, event)
  if (from === undefined) return []
  const [root] = chain
  const after = chain.filter((link) => link.at >= from.at && link.id !== fault)
  const segments: Segment[] = []
  let last = from
  for (const link of after) {
    const joined = link.cause === last.id
    const timer = joined ? known(link) : link === root ? bridge(from, link) : { ...known(link), minSeconds: 0 }
    const seconds = milliseconds(link.at - last.at)
    if (seconds > 0 || timer.id !== atOnce.id) {
      segments.push({
        timer: timer.id,
        title: timer.title,
        seconds,
        minSeconds: timer.minSeconds,
        maxSeconds: timer.maxSeconds,
        from: last.id,
        to: link.id,
        decidedBy: link.decidedBy,
      })
    }
    last = link
  }
  return segments
}

/** The timer that an event names, with its title from the catalogue. */
function known(event: TimelineEvent): Pick<Timer, 'id' | 'title' | 'minSeconds' | 'maxSeconds'> {
  const { timer } = event
  if (timer === undefined) return { ...drillGoesOn(0) }
  return { ...timer, title: timerEntry(timer.id)?.timer.title ?? timer.id }
}

/** What brought users back goes back to another thing that the drill did: mostly the end of the fault. */
function bridge(fault: TimelineEvent, root: TimelineEvent): Timer {
  const seconds = milliseconds(root.at - fault.at)
  const ends = root.subject === fault.subject && root.what === fault.what
  return ends ? faultLasts(seconds) : drillGoesOn(seconds)
}

// A drill that was measured against many forecasts of it: do causes come before their effects, do the events of one subject keep their
// order, and does each time measured lie within what the forecast allows, over all its phases? What is judged is what an engine decided in
// both; where something of ours stood in for it, or a document, the table says so and nothing follows from it.

import type { Decider, EventValue, Timeline, TimelineEvent } from '../model/timeline.ts'

export interface CompareOptions {
  /** The reading of a watch, and two clocks: seconds of the timelines. */
  readonly toleranceSeconds?: number
  /** Who decided, where the measured world knows better than what its events say. */
  readonly decider?: Deciding
  /** What the measured world can tell at all: the rest is not missed. */
  readonly tells?: (event: TimelineEvent) => boolean
  /** What the forecasts can tell at all: the rest is not unforeseen. */
  readonly foretells?: (event: TimelineEvent) => boolean
}

/** Where engines decided nothing that both tell, nothing can be said of how true the forecasts are. */
export type Verdict = 'agrees' | 'differs' | 'nothingToJudge'

export interface ComparedEvent {
  readonly subject: string
  readonly what: string
  readonly to: EventValue
  /** The how manieth such event of the subject, from 1. */
  readonly occurrence: number
  /** The weakest of all who had a part in it, from the cause on. */
  readonly decidedBy: Decider
  /** What it is counted from: the nearest cause that both saw. */
  readonly after: string
  /** From the cause on. */
  readonly timers: readonly string[]
  /** Hull of the bounds over all forecasts with this event and this cause. */
  readonly minSeconds: number
  readonly maxSeconds: number
  /** Of the forecasts themselves. */
  readonly forecastMinSeconds: number
  readonly forecastMaxSeconds: number
  readonly measuredSeconds: number
  /** When it was measured, seconds since the drill began. */
  readonly at: number
  readonly inside: boolean
  /** After its cause, and in its place among the events of its subject. */
  readonly inOrder: boolean
  /** In how many forecasts it comes from that cause. */
  readonly forecasts: number
}

export interface LoneEvent {
  readonly subject: string
  readonly what: string
  readonly to: EventValue
  readonly occurrence: number
  readonly decidedBy: Decider
  /** Seconds since the drill began; of a forecast the earliest. */
  readonly at: number
}

export interface Comparison {
  readonly events: readonly ComparedEvent[]
  /** In every forecast, and not measured. */
  readonly missing: readonly LoneEvent[]
  /** Measured, and in no forecast. */
  readonly unforeseen: readonly LoneEvent[]
  readonly forecasts: number
  readonly toleranceSeconds: number
  /** Of what engines decided: it agrees where all is in order and inside, none missing and none unforeseen. */
  readonly verdict: Verdict
  /** How many events engines decided, and how many of them are inside and in order. */
  readonly judged: number
  readonly within: number
}

export function compare(
  forecast: Timeline | readonly Timeline[],
  measured: Timeline,
  {
    toleranceSeconds = 0.25,
    decider = (event) => event.decidedBy,
    tells = () => true,
    foretells = () => true,
  }: CompareOptions = {},
): Comparison {
  const forecasts = (isOne(forecast) ? [forecast] : forecast).map(indexed)
  const seen = indexed(measured)
  const order = orderOf(forecasts)
  const events: ComparedEvent[] = []
  for (const [key, event] of seen.byKey) {
    const ways = waysTo(key, forecasts, seen, decider)
    const judged = ways.map((way) => {
      const from = seen.byKey.get(way.from)
      const measuredSeconds = tidy(event.at - (from?.at ?? 0))
      const inside =
        measuredSeconds >= way.minSeconds - toleranceSeconds && measuredSeconds <= way.maxSeconds + toleranceSeconds
      return { way, measuredSeconds, inside, distance: distance(measuredSeconds, way) }
    })
    const [best] = judged.sort((a, b) => a.distance - b.distance || b.way.forecasts - a.way.forecasts)
    if (best === undefined) continue
    const { way, measuredSeconds, inside } = best
    // a value that a forecast steps over is none of its own, though another forecast may stop there
    if (!inside && forecasts.some((one) => passedBy(event, one, true))) continue
    const displaced = order.some(
      ([before, after]) =>
        after === key && (seen.byKey.get(before)?.at ?? Number.NEGATIVE_INFINITY) > event.at + toleranceSeconds,
    )
    events.push({
      ...named(event, key),
      decidedBy: weakest([...way.decidedBy, decider(event)]),
      after: way.from,
      timers: way.timers,
      minSeconds: way.minSeconds,
      maxSeconds: way.maxSeconds,
      forecastMinSeconds: way.earliest,
      forecastMaxSeconds: way.latest,
      measuredSeconds,
      at: event.at,
      inside,
      inOrder: measuredSeconds >= -toleranceSeconds && !displaced,
      forecasts: way.forecasts,
    })
  }
  const missing = missingOf(forecasts, seen, tells, decider)
  const unforeseen = unforeseenOf(forecasts, seen, foretells, decider)
  const judged = events.filter(byEngine)
  const within = judged.filter((event) => event.inside && event.inOrder)
  return {
    events,
    missing,
    unforeseen,
    forecasts: forecasts.length,
    toleranceSeconds,
    verdict: verdictOf(
      judged.length,
      judged.length - within.length + [...missing, ...unforeseen].filter(byEngine).length,
    ),
    judged: judged.length,
    within: within.length,
  }
}

const byEngine = ({ decidedBy }: Pick<LoneEvent, 'decidedBy'>): boolean => decidedBy === 'engine'

function verdictOf(judged: number, wrong: number): Verdict {
  if (wrong > 0) return 'differs'
  return judged === 0 ? 'nothingToJudge' : 'agrees'
}

const isOne = (forecast: Timeline | readonly Timeline[]): forecast is Timeline => 'events' in forecast

/** Of several deciders the one who is known least: a document is weaker than a stand-in, and that than an engine. */
function weakest(deciders: readonly Decider[]): Decider {
  if (deciders.includes('document')) return 'document'
  return deciders.includes('standIn') ? 'standIn' : 'engine'
}

const distance = (seconds: number, { minSeconds, maxSeconds }: Pick<Way, 'minSeconds' | 'maxSeconds'>): number =>
  Math.max(0, minSeconds - seconds, seconds - maxSeconds)

const tidy = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** How things stand when the drill begins. */
const isStart = ({ at, from }: TimelineEvent): boolean => at === 0 && from === null

// ---------------------------------------------------------------------------------------------- finding events again

interface Indexed {
  readonly timeline: Timeline
  readonly byKey: ReadonlyMap<string, TimelineEvent>
  readonly keyOf: ReadonlyMap<number, string>
  /** By subject and property, in order. */
  readonly changes: ReadonlyMap<string, readonly TimelineEvent[]>
}

/** A count says which way it went: two of six pods on the way down are not two on the way up. */
const valueText = ({ from, to }: TimelineEvent): string =>
  typeof from !== 'number' || typeof to !== 'number' || from === to ? String(to) : `${to} ${to > from ? 'up' : 'down'}`

/** Ids differ between runs: an event is found again by what it says, and the how manieth time. */
function indexed(timeline: Timeline): Indexed {
  const counts = new Map<string, number>()
  const byKey = new Map<string, TimelineEvent>()
  const keyOf = new Map<number, string>()
  const changes = new Map<string, TimelineEvent[]>()
  for (const event of timeline.events) {
    const base = `${event.subject} ${event.what} ${valueText(event)}`
    const count = (counts.get(base) ?? 0) + 1
    counts.set(base, count)
    const key = `${base} #${count}`
    byKey.set(key, event)
    keyOf.set(event.id, key)
    const thing = `${event.subject} ${event.what}`
    changes.set(thing, [...(changes.get(thing) ?? []), event])
  }
  return { timeline, byKey, keyOf, changes }
}

const named = (
  { subject, what, to }: TimelineEvent,
  key: string,
): Pick<LoneEvent, 'subject' | 'what' | 'to' | 'occurrence'> => ({
  ...{ subject, what, to },
  occurrence: Number(key.slice(key.lastIndexOf('#') + 1)),
})

/** A count on its way past a value that the other run stepped over: six pods that become none one by one, or in two steps. `over`: past it. */
function passedBy({ subject, what, from, to }: TimelineEvent, other: Indexed, over = false): boolean {
  if (typeof to !== 'number' || typeof from !== 'number') return false
  return (other.changes.get(`${subject} ${what}`) ?? []).some(
    (change) =>
      typeof change.from === 'number' &&
      typeof change.to === 'number' &&
      Math.sign(change.to - change.from) === Math.sign(to - from) &&
      Math.min(change.from, change.to) <= to &&
      to <= Math.max(change.from, change.to) &&
      !(over && to === change.to),
  )
}

// ---------------------------------------------------------------------------------------------- from causes

type Deciding = (event: TimelineEvent) => Decider

interface Way {
  /** Key of the nearest cause that was measured too. */
  readonly from: string
  readonly timers: readonly string[]
  readonly decidedBy: readonly Decider[]
  readonly minSeconds: number
  readonly maxSeconds: number
  readonly earliest: number
  readonly latest: number
  readonly forecasts: number
}

/** From where, and in what time, the forecasts come to an event: by the cause, the hull over all of them. */
function waysTo(key: string, forecasts: readonly Indexed[], seen: Indexed, decider: Deciding): readonly Way[] {
  const ways = new Map<string, Way>()
  for (const forecast of forecasts) {
    const way = wayTo(key, forecast, seen, decider)
    if (way === undefined) continue
    const known = ways.get(way.from)
    ways.set(
      way.from,
      known === undefined
        ? way
        : {
            from: way.from,
            timers: [...new Set([...known.timers, ...way.timers])],
            decidedBy: [...new Set([...known.decidedBy, ...way.decidedBy])],
            minSeconds: Math.min(known.minSeconds, way.minSeconds),
            maxSeconds: Math.max(known.maxSeconds, way.maxSeconds),
            earliest: Math.min(known.earliest, way.earliest),
            latest: Math.max(known.latest, way.latest),
            forecasts: known.forecasts + 1,
          },
    )
  }
  return [...ways.values()]
}

/** Up the chain of causes to one that was measured: the bounds of all timers on the way add up. */
function wayTo(key: string, { timeline, byKey, keyOf }: Indexed, seen: Indexed, decider: Deciding): Way | undefined {
  const event = byKey.get(key)
  const timers: string[] = []
  const decidedBy: Decider[] = []
  let minSeconds = 0
  let maxSeconds = 0
  let link = event
  while (event !== undefined && link?.cause !== undefined && link.timer !== undefined) {
    timers.unshift(link.timer.id)
    decidedBy.push(decider(link))
    minSeconds = tidy(minSeconds + link.timer.minSeconds)
    maxSeconds = tidy(maxSeconds + link.timer.maxSeconds)
    const from = keyOf.get(link.cause) ?? ''
    link = timeline.events[link.cause]
    if (link === undefined) return undefined
    if (!seen.byKey.has(from)) continue
    const took = tidy(event.at - link.at)
    return { from, timers, decidedBy, minSeconds, maxSeconds, earliest: took, latest: took, forecasts: 1 }
  }
  return undefined
}

// ---------------------------------------------------------------------------------------------- order, and what is missing

/** Pairs of events of one subject of which the first leads to the second, whatever lies between, in most forecasts that have both. */
function orderOf(forecasts: readonly Indexed[]): readonly (readonly [string, string])[] {
  const times = new Map<string, number>()
  for (const { timeline, keyOf } of forecasts)
    for (const event of timeline.events)
      for (let link = causeOf(timeline, event); link !== undefined; link = causeOf(timeline, link)) {
        if (link.subject !== event.subject) continue
        const pair = `${keyOf.get(link.id)}\u0000${keyOf.get(event.id)}`
        times.set(pair, (times.get(pair) ?? 0) + 1)
      }
  return [...times].flatMap(([pair, count]) =>
    count > forecasts.length / 2 ? [pair.split('\u0000') as [string, string]] : [],
  )
}

const causeOf = ({ events }: Timeline, { cause }: TimelineEvent): TimelineEvent | undefined =>
  cause === undefined ? undefined : events[cause]

function missingOf(
  forecasts: readonly Indexed[],
  seen: Indexed,
  tells: (event: TimelineEvent) => boolean,
  decider: Deciding,
): readonly LoneEvent[] {
  const [first, ...others] = forecasts
  if (first === undefined) return []
  return [...first.byKey].flatMap(([key, event]): readonly LoneEvent[] => {
    if (isStart(event) || seen.byKey.has(key) || !tells(event) || passedBy(event, seen)) return []
    const all = [event, ...others.flatMap(({ byKey }) => byKey.get(key) ?? [])]
    if (all.length < forecasts.length) return []
    // what may come only after the measuring ended is not missed
    const latest = Math.max(
      ...all.map(({ at, timer }) => at + (timer === undefined ? 0 : timer.maxSeconds - timer.minSeconds)),
    )
    if (latest > seen.timeline.length) return []
    return [
      {
        ...named(event, key),
        decidedBy: weakest(all.map(decider)),
        at: Math.min(...all.map(({ at }) => at)),
      },
    ]
  })
}

/** A value that a forecast steps over is passed by, as with the bounds: pods are counted one by one, or two at a look. */
function unforeseenOf(
  forecasts: readonly Indexed[],
  seen: Indexed,
  foretells: (event: TimelineEvent) => boolean,
  decider: Deciding,
): readonly LoneEvent[] {
  const known = (key: string): boolean => forecasts.some(({ byKey }) => byKey.has(key))
  /** By its id, as some events of a measured timeline may have been left out; a cause has the smaller one. */
  const before = ({
    id,
    cause,
  }: TimelineEvent): { readonly key: string; readonly event: TimelineEvent } | undefined => {
    const key = cause === undefined || cause >= id ? undefined : seen.keyOf.get(cause)
    const event = key === undefined ? undefined : seen.byKey.get(key)
    return key === undefined || event === undefined ? undefined : { key, event }
  }
  return [...seen.byKey].flatMap(([key, event]): readonly LoneEvent[] => {
    if (isStart(event) || known(key) || !foretells(event) || forecasts.some((one) => passedBy(event, one))) return []
    // up to the nearest cause that forecasts know: what follows from a stand-in's doing is not an engine's decision
    const deciders = [decider(event)]
    let last = event
    for (let link = before(last); link !== undefined && !known(link.key); link = before(last)) {
      deciders.push(decider(link.event))
      last = link.event
    }
    return [{ ...named(event, key), decidedBy: weakest(deciders), at: event.at }]
  })
}

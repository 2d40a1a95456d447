// What happened, in plain sentences: faults and repairs, the chains that recoveries hang on, what control planes believed, evictions
// and answers. Things of one kind that happen close together are told once.

import { clockText } from '../model/duration.ts'
import type { Decider, Timeline, TimelineEvent } from '../model/timeline.ts'

export interface StoryLine {
  readonly at: number
  readonly text: string
  readonly decidedBy: Decider
  /** How many like it followed, and until when. */
  readonly more: number
  readonly until: number
  /** How much it matters: the least goes first when space is short. */
  readonly weight: number
}

/** Events of one kind within this time of each other are one line. */
const togetherSeconds = 45

export function story(timeline: Timeline, most = 40): readonly StoryLine[] {
  const chain = onChains(timeline)
  const ends = endings(timeline)
  const told = timeline.events.flatMap((event) => {
    const weight = weightOf(event, chain, ends)
    return weight === 0 ? [] : [{ event, weight }]
  })
  const lines: (StoryLine & { readonly key: string })[] = []
  const open = new Map<string, number>()
  for (const { event, weight } of told) {
    const key = keyOf(event)
    const index = open.get(key)
    const line = index === undefined ? undefined : lines[index]
    if (index !== undefined && line !== undefined && event.at - line.until <= togetherSeconds) {
      lines[index] = { ...line, more: line.more + 1, until: event.at, weight: Math.max(line.weight, weight) }
    } else {
      open.set(key, lines.length)
      lines.push({ key, at: event.at, text: event.text, decidedBy: event.decidedBy, more: 0, until: event.at, weight })
    }
  }
  const kept = [...lines].sort((a, b) => b.weight - a.weight || a.at - b.at).slice(0, most)
  return lines.filter((line) => kept.includes(line)).map(({ key: _, ...line }) => line)
}

/** Events that a recovery goes through, and what led to them. */
function onChains(timeline: Timeline): ReadonlySet<number> {
  const ids = new Set<number>()
  const add = (id: number | undefined) => {
    for (let at = id; at !== undefined && !ids.has(at); at = timeline.events[at]?.cause) ids.add(at)
  }
  for (const recovery of timeline.recoveries) {
    add(recovery.fault)
    for (const segment of recovery.segments) {
      add(segment.from)
      add(segment.to)
    }
  }
  return ids
}

/** Where the story of a recovery ends: its last user. */
const endings = (timeline: Timeline): ReadonlySet<number> =>
  new Set(timeline.recoveries.flatMap((recovery) => recovery.segments.at(-1)?.to ?? []))

function weightOf(event: TimelineEvent, chain: ReadonlySet<number>, ends: ReadonlySet<number>): number {
  const kind = kindOf(event)
  if (kind === 'drill') return 0
  // how things stand when the drill begins is not part of what happened
  if (event.cause === undefined) return event.from === null ? 0 : 10
  if (kind === 'users') return event.to === 0 || ends.has(event.id) ? 8 : 0
  if (kind === 'record') return 9
  if (chain.has(event.id)) return 8
  if (kind === 'copy' && event.what === 'deleted') return 8
  if (kind === 'object') return 8
  if (kind === 'binding' && event.what !== 'targets') return 8
  if (kind === 'member' && event.what !== 'noSchedule') return 7
  if (kind === 'node' && event.what === 'ready') return 7
  if (kind === 'cluster' || kind === 'clusterZone' || kind === 'check') return 6
  if (kind === 'copy' && event.what === 'serving') return 5
  if (kind === 'node' && event.what === 'noExecute') return 4
  if (kind === 'door' && event.what === 'healthyTargets') return 3
  return 0
}

const kindOf = (event: TimelineEvent): string => event.subject.slice(0, event.subject.indexOf('/'))

/** What counts as the same kind of thing: subjects of one site that change the same way. */
function keyOf(event: TimelineEvent): string {
  const [kind = '', second = '', third = ''] = event.subject.split('/')
  const counted = typeof event.to === 'number' && typeof event.from === 'number'
  const to = counted ? (event.to > event.from ? 'up' : 'down') : String(event.to)
  const where = ['node', 'record', 'users'].includes(kind) ? second : `${second}/${third}`
  return [kind, where, event.what, to].join(' ')
}

const who: Readonly<Record<Decider, string>> = { engine: 'engine', standIn: 'stand-in', document: 'document' }

/** `01:36.2  text (and 2 more by 01:58)  [engine]` as three cells. */
export function storyCells(line: StoryLine): readonly [string, string, string] {
  const more =
    line.more === 0 ? '' : ` (and ${line.more} more${line.until - line.at < 1 ? '' : ` by ${clockText(line.until)}`})`
  return [momentText(line.at), `${line.text}${more}`, who[line.decidedBy]]
}

export function momentText(at: number): string {
  const tenths = Math.floor(at * 10 + 1e-6) % 10
  return `${clockText(at)}.${tenths}`
}

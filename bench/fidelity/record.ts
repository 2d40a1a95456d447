// What a repetition leaves: the whole timeline beside the repository (.skerry/fidelity, so that a mended twin can be held against what was
// measured already), and of it one line in docs/fidelity.jsonl: each event that an engine decided, its bounds, and what was measured.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DrillComparison, Timeline } from '../../src/index.ts'
import { eventText } from '../../src/report/drill-comparison.ts'
import type { Verdict } from '../../src/timeline/compare.ts'
import { engineLocks } from '../../src/worlds/local/install/locks.ts'
import type { Measured } from './list.ts'

export interface Raw extends Measured {
  readonly timeline: Timeline
  readonly endedAt: number
  readonly uids: Readonly<Record<string, string>>
  readonly expectationsHeld: boolean
  /** Load of the machine, the mean of a minute, when the drill ended. */
  readonly load: number
  readonly machine: string
  readonly engines: string
}

/**
 * A busier machine is not judged: at speed 10 a second's wait for a core is ten seconds of the drill, and no twin knows of other work. The
 * engines of one fleet alone make a load of three to five on two cores.
 */
export const loadMax = 10
export const isCalm = ({ load }: { readonly load: number }): boolean => load <= loadMax

/** An event as it stands in a line: short, as there are many. */
export interface Line extends Measured {
  readonly repetition: number
  readonly verdict: Verdict
  readonly load: number
  readonly machine: string
  readonly engines: string
  readonly events: readonly LineEvent[]
  /** What engines decide, foreseen in every run of the twin and not seen; and seen, and foreseen in none. */
  readonly missing: readonly string[]
  readonly unforeseen: readonly string[]
  /** Events in which a stand-in had a part: how many, and how many lie inside. */
  readonly standIns: readonly [number, number]
}

export interface LineEvent {
  readonly event: string
  readonly after: string
  readonly timers: string
  readonly min: number
  readonly max: number
  readonly measured: number
  readonly ok: boolean
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const raws = `${root}.skerry/fidelity/`
export const linesFile = `${root}docs/fidelity.jsonl`
export const pageFile = `${root}docs/fidelity.md`

const stem = ({ example, drill, speed }: Measured): string => `${example}.${drill}.${speed}.`

export function rawFiles(of?: Measured): readonly string[] {
  if (!existsSync(raws)) return []
  return readdirSync(raws)
    .filter((name) => name.endsWith('.json') && (of === undefined || name.startsWith(stem(of))))
    .sort()
}

/** The release whose controllers are locked. */
export const fluxText = `Flux ${engineLocks.find(({ name }) => name === 'flux-manifests')?.version}`

export function readRaw(name: string): Raw {
  const raw = JSON.parse(readFileSync(`${raws}${name}`, 'utf8')) as Raw
  // the first ones had no version of it, and the locks are the same since
  return { ...raw, engines: raw.engines.replace(/\bFlux(?! v)/, fluxText) }
}

export function keepRaw(raw: Raw): void {
  mkdirSync(raws, { recursive: true })
  writeWhole(`${raws}${stem(raw)}${Date.now()}.json`, JSON.stringify(raw))
}

export function readLines(): readonly Line[] {
  if (!existsSync(linesFile)) return []
  return readFileSync(linesFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** In the order of drill and repetition, so that two processes that measure side by side make small differences. */
export function writeLines(lines: readonly Line[]): void {
  const sorted = [...lines].sort(
    (a, b) => stem(a).localeCompare(stem(b)) || a.repetition - b.repetition || (a.verdict === b.verdict ? 0 : 1),
  )
  writeWhole(linesFile, sorted.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.${process.pid}`, text)
  renameSync(`${path}.${process.pid}`, path)
}

export function lineOf(raw: Raw, repetition: number, comparison: DrillComparison): Line {
  const { example, drill, speed, load, machine, engines } = raw
  const byEngines = comparison.events.filter(({ decidedBy }) => decidedBy === 'engine')
  const others = comparison.events.filter(({ decidedBy, maxSeconds }) => decidedBy !== 'engine' && maxSeconds > 0)
  const named = (events: DrillComparison['missing']): readonly string[] =>
    events.flatMap((event) => (event.decidedBy === 'engine' ? [eventText(event)] : []))
  return {
    ...{ example, drill, speed, repetition, verdict: comparison.verdict, load, machine, engines },
    events: byEngines.map((event) => ({
      event: eventText(event),
      after: event.after.replace(/ #1$/, ''),
      timers: event.timers.join(' + '),
      min: event.minSeconds,
      max: event.maxSeconds,
      measured: event.measuredSeconds,
      ok: event.inside && event.inOrder,
    })),
    missing: named(comparison.missing),
    unforeseen: named(comparison.unforeseen),
    standIns: [others.length, others.filter(({ inside, inOrder }) => inside && inOrder).length],
  }
}

// The same drill in the twin and in a world that takes its time: the twin is run many times over all phases, with the speed, the UIDs and
// the node lifecycle that the other world has, and every event that was measured is held against that.

import type { Drill, Fleet } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import type { Decider, Timeline, TimelineEvent, World } from '../model/timeline.ts'
import { listed } from '../model/words.ts'
import type { Comparison } from '../timeline/compare.ts'
import { compare } from '../timeline/compare.ts'
import { simulate as twin } from '../worlds/twin/simulate.ts'
import type { DrillOptions } from './result.ts'
import { seedsOf, shownSeed } from './seeds.ts'

export interface CompareDrillOptions extends DrillOptions {
  /** When the measuring ended, seconds since the drill began; left out: with the timeline. */
  readonly endedAt?: number
}

export interface DrillComparison extends Comparison {
  readonly version: 1
  readonly skerry: string
  readonly fleet: string
  readonly drill: string
  readonly world: World
  readonly speed: number
  /** What had to be taken otherwise than the drill says, and how to read the figures. */
  readonly notes: readonly string[]
}

/** Forecasts to compare with, where nobody says how many. */
export const defaultForecasts = 64

/**
 * Seconds of real time that the reading of watches may take: on two cores the end of a disruption stood in a controller's log up to 0.29 s
 * before the node that ended it was read as Ready.
 */
export const readingSeconds = 0.3

export function compareDrill(
  plan: Plan,
  declared: Drill,
  measured: Timeline,
  options: CompareDrillOptions = {},
): DrillComparison {
  const { speed = 1, uids, skerry, simulate = twin } = options
  const length = options.endedAt ?? measured.length
  const { drill, notes } = asRun(plan.fleet, { ...declared, length })
  const seeds = seedsOf(shownSeed(plan.fleet, drill, options.seed), (options.runs ?? defaultForecasts) - 1)
  const played = { ...(skerry !== undefined && { skerry }), ...(uids !== undefined && { uids }), speed }
  const forecasts = seeds.map((seed) => simulate(plan, drill, seed, played))
  const comparison = compare(forecasts, spokenOf(upTo(measured, length), forecasts), {
    toleranceSeconds: readingSeconds * speed,
    decider: deciderOf(measured.world),
    tells: tellsOf(measured),
    foretells: foretellsOf(forecasts),
  })
  return {
    version: 1,
    skerry: skerry ?? measured.skerry,
    fleet: plan.fleet.name,
    drill: drill.name,
    world: measured.world,
    speed,
    notes: [
      ...notes,
      `a watch is read within ${readingSeconds} s${speed === 1 ? '' : `, ${readingSeconds * speed} s of the drill at speed ${speed}`}: by so much a time may lie outside`,
    ],
    ...comparison,
  }
}

/** What lies after the end of the measuring is not compared. */
const upTo = (timeline: Timeline, length: number): Timeline => ({
  ...timeline,
  length,
  events: timeline.events.filter(({ at }) => at <= length),
})

/** The twin tells how healthy Karmada holds a copy where something follows from that, and not of the others. */
function spokenOf(measured: Timeline, forecasts: readonly Timeline[]): Timeline {
  const told = new Set(
    forecasts.flatMap(({ events }) => events.flatMap(({ subject, what }) => (what === 'health' ? [subject] : []))),
  )
  return { ...measured, events: measured.events.filter(({ subject, what }) => what !== 'health' || told.has(subject)) }
}

// ---------------------------------------------------------------------------------------------- what the other world is like

/** On this machine the released controller manager runs, whatever AWS documents of its own. */
function asRun(fleet: Fleet, drill: Drill): { readonly drill: Drill; readonly notes: readonly string[] } {
  const said = drill.assume?.nodeLifecycle
  const documented =
    said === undefined ? fleet.clusters.filter(({ kind }) => kind === 'eks' || kind === 'eksOutpost') : []
  const assumesEks = said === 'eks' || documented.length > 0
  return {
    drill: { ...drill, assume: { ...drill.assume, nodeLifecycle: 'upstream' } },
    notes: assumesEks
      ? [
          `the drill takes the node lifecycle ${said === 'eks' ? 'as AWS documents it' : `of ${listed(documented.map(({ name }) => name))} as AWS documents it`}; the engines here are those that were released, so it is compared with \`nodeLifecycle: upstream\``,
        ]
      : [],
  }
}

/**
 * KWOK plays the kubelets: what a node does by itself (heartbeats that come back, containers that start, stop and are corrected) is its
 * stages, which are ours. So is everything outside the clusters.
 */
const ofKubelets = /^(kubelet|node|app)\.|^kubernetes\.(pod\.deleted|watch\.reconnect|proxySync)$/

const deciderOf =
  (world: World) =>
  (event: TimelineEvent): Decider =>
    world === 'local' && (ofKubelets.test(event.timer?.id ?? '') || isNodeBack(event)) ? 'standIn' : event.decidedBy

const isNodeBack = ({ subject, what, to }: TimelineEvent): boolean =>
  subject.startsWith('node/') && what === 'ready' && to === 'True'

/** Things of a kind that the other world spoke of at all, or that every engine's watch tells of. */
function tellsOf(measured: Timeline): (event: TimelineEvent) => boolean {
  const told = new Set([...watched, ...measured.events.map(kindOf)])
  return (event) => told.has(kindOf(event)) && !isWaiting(event)
}

/** The same of the twin. What every watch tells of it would tell, too, though in this drill it never comes: pods that nobody would evict. */
function foretellsOf(forecasts: readonly Timeline[]): (event: TimelineEvent) => boolean {
  const told = new Set([...watched, ...forecasts.flatMap(({ events }) => events.map(kindOf))])
  return (event) => told.has(kindOf(event)) && !isWaiting(event)
}

/** How many pods wait at once: they are bound one by one, and a watch may find some that are bound before others were made. */
const isWaiting = ({ what, to }: TimelineEvent): boolean => what === 'pending' && to !== 0

const kindOf = ({ subject, what }: TimelineEvent): string => `${subject.slice(0, subject.indexOf('/'))} ${what}`

const watched = [
  ...['ready', 'noSchedule', 'noExecute'].flatMap((what) => [`node ${what}`, `member ${what}`]),
  ...['ready', 'endpoints', 'deleted', 'replicas'].map((what) => `copy ${what}`),
  ...['targets', 'evicted', 'purged'].map((what) => `binding ${what}`),
]

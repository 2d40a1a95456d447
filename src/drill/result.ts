// What a drill comes to: the run of the shown seed, what held and what did not over all seeds, and how far recoveries spread.

import type { Drill } from '../model/fleet.ts'
import type { Position } from '../model/origin.ts'
import type { Plan } from '../model/plan.ts'
import type { Decider, Timeline } from '../model/timeline.ts'
import type { ClassStates } from './class-states.ts'

/** The twin's core, as the drill needs it. */
export type Simulate = (
  plan: Plan,
  drill: Drill,
  seed: string,
  options?: Pick<DrillOptions, 'skerry' | 'speed' | 'uids'>,
) => Timeline

export interface DrillOptions {
  /** Left out, that of the drill, or one made from its name. */
  readonly seed?: string
  /** Runs besides the shown one, each with phases of its own. */
  readonly runs?: number
  /** The version of skerry that is written into the result. */
  readonly skerry?: string
  /** How many times faster than life it is played: what no flag shortens is then longer. Left out: 1. */
  readonly speed?: number
  /** UIDs of templates by app, as another world has them: they break ties of a division. */
  readonly uids?: Readonly<Record<string, string>>
  readonly simulate?: Simulate
}

/** How far a drill, or many of them, has come. */
export interface RunsDone {
  readonly done: number
  readonly of: number
}

export interface DrillResult {
  readonly version: 1
  readonly skerry: string
  readonly fleet: string
  readonly drill: DrillSummary
  readonly seed: string
  /** All runs, the shown one among them. */
  readonly runs: number
  /** Every expectation held in every run, and no judge objected. */
  readonly ok: boolean
  readonly expectations: readonly ExpectationResult[]
  readonly recoveries: readonly RecoveryEnvelope[]
  readonly availability: readonly AvailabilityEnvelope[]
  /** What became of the sites of each class, in the shown run. */
  readonly classes: readonly ClassStates[]
  readonly assumptions: readonly string[]
  /** What judges found wrong with a run: bugs of ours, never of the fleet. */
  readonly violations: readonly {
    readonly seed: string
    readonly judge: string
    readonly event: number
    readonly text: string
  }[]
  /** The timers of the recoveries, by id. */
  readonly timers: Readonly<Record<string, TimerNote>>
  /** The run of the shown seed. */
  readonly timeline: Timeline
  /** Where it was no run of the twin: what was drilled, how fast, and when everything was at rest. */
  readonly live?: { readonly world: Timeline['world']; readonly speed: number; readonly endedAt: number }
}

/** What the length of a drill follows from. */
export type LengthFrom = 'declared' | 'lastChange' | 'boot' | 'expectation'

export interface DrillSummary {
  readonly name: string
  readonly description?: string
  readonly faults: readonly { readonly at: number; readonly until?: number; readonly text: string }[]
  /** Of every run: shares of requests are taken over this time. */
  readonly lengthSeconds: number
  readonly lengthFrom: LengthFrom
  /** Audiences on the LAN of a site, with that site. */
  readonly lanAudiences: Readonly<Record<string, string>>
}

export interface TimerNote {
  readonly title: string
  readonly source: string
  readonly decidedBy: Decider
}

/** What one run says of one expectation. */
export interface Outcome {
  readonly passed: boolean
  /** What was seen instead, or in fact. */
  readonly seen: string
  /** When the claim came true, seconds since the drill began. */
  readonly at?: number
  /** How far inside (positive) or outside (negative) the claim: seconds, or a share for availability. */
  readonly slack?: number
}

export interface ExpectationResult {
  /** The claim in a sentence. */
  readonly claim: string
  readonly at: Position
  /** Held in every run. */
  readonly passed: boolean
  /** In the shown run. */
  readonly shown: Outcome
  readonly runs: number
  readonly failedRuns: number
  /** The run that came out worst, with the seed to see it. */
  readonly worst: Outcome & { readonly seed: string }
}

/** The spread of one recovery over all runs. */
export interface RecoveryEnvelope {
  readonly app: string
  readonly audience: string
  /** The fault or repair that it follows, as the timeline words it. */
  readonly after: string
  /** Runs in which users failed there. */
  readonly runs: number
  /** Of these, runs in which they were answered again before the end. */
  readonly recovered: number
  readonly servedBy: readonly string[]
  /** Of the recovered runs, from the fault to the last user that honours TTLs; undefined when none recovered. */
  readonly seconds: Spread | undefined
  /** Hull of the sums of the segments' bounds, over the chains that were seen. */
  readonly bounds: Range | undefined
  /** Bounds of the closed form, where it applies; it asks of a loss that outlasts them, and the drill's may be a shorter one. */
  readonly forecast?: Range & { readonly meanSeconds: number; readonly ofLongerLoss: boolean }
  /** Beside what was measured in another world: what the twin says of the same drill. */
  readonly twin?: { readonly runs: number; readonly seconds: Spread; readonly bounds?: Range }
  /** Each distinct chain of timers that a recovery went through, most frequent first. */
  readonly chains: readonly Chain[]
  /** Runs whose time lies outside the sum of their own bounds: a bug of ours. */
  readonly outside: readonly string[]
}

export interface Chain {
  readonly runs: number
  readonly segments: readonly ChainSegment[]
}

export interface ChainSegment {
  readonly timer: string
  readonly title: string
  readonly seconds: Spread
  readonly minSeconds: number
  readonly maxSeconds: number
  readonly decidedBy: Decider
}

export interface Range {
  readonly minSeconds: number
  readonly maxSeconds: number
}

export interface Spread {
  readonly min: number
  readonly mean: number
  readonly p95: number
  readonly max: number
}

export interface AvailabilityEnvelope {
  readonly app: string
  readonly audience: string
  readonly share: Spread
  readonly lostSeconds: Spread
}

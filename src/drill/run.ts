// A drill on the twin: one run to show and many more to judge by. A claim that fails in any run has failed, because a fleet does
// not choose its phases.

import { failoverPaths, idleFaults, lossOfFaults, nodesAt } from '../failover/index.ts'
import { durationText } from '../model/duration.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import type { Plan } from '../model/plan.ts'
import { Refusal } from '../model/refusal.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted } from '../model/words.ts'
import { timerEntry } from '../timers/index.ts'
import { simulate as twin } from '../worlds/twin/simulate.ts'
import { classStates } from './class-states.ts'
import { availabilityEnvelopes, recoveryEnvelopes } from './envelope.ts'
import { claimText, judge } from './expectations.ts'
import { faultText } from './fault-text.ts'
import { lengthOf } from './length.ts'
import type {
  DrillOptions,
  DrillResult,
  DrillSummary,
  ExpectationResult,
  Outcome,
  RecoveryEnvelope,
  RunsDone,
  TimerNote,
} from './result.ts'
import { seedsOf, shownSeed } from './seeds.ts'

/** Runs besides the shown one, where nobody says how many. */
export const defaultRuns = 64

export const runDrill = (plan: Plan, drill: Drill, options: DrillOptions = {}): DrillResult =>
  drained(drillInRuns(plan, drill, options))

/** The same, run by run: whoever asks for the next one may say how far it is, and let others have a turn. */
export function* drillInRuns(
  plan: Plan,
  declared: Drill,
  options: DrillOptions = {},
): Generator<RunsDone, DrillResult, void> {
  const { fleet } = plan
  refuseWhatCannotRun(plan, declared)
  refuseWhatTakesNothing(fleet, declared)
  const length = lengthOf(fleet, declared)
  const drill = { ...declared, length: length.seconds }
  const simulate = options.simulate ?? twin
  const seed = shownSeed(fleet, drill, options.seed)
  const seeds = seedsOf(seed, options.runs ?? defaultRuns)
  const played = {
    ...(options.skerry !== undefined && { skerry: options.skerry }),
    ...(options.speed !== undefined && { speed: options.speed }),
    ...(options.uids !== undefined && { uids: options.uids }),
  }
  const timelines: Timeline[] = []
  for (const each of seeds) {
    timelines.push(simulate(plan, drill, each, played))
    yield { done: timelines.length, of: seeds.length }
  }
  const [shown] = timelines
  if (shown === undefined) throw new Error('a bug of skerry: a drill of no runs')
  const expectations = drill.expect.map((expectation): ExpectationResult => {
    const outcomes = timelines.map((timeline) => ({
      seed: timeline.seed,
      ...judge(expectation, { fleet, drill, timeline, placement: plan.placement }),
    }))
    return {
      claim: claimText(expectation, { fleet, drill }),
      at: positionOf(fleet.sources, expectation.origin),
      ...overall(outcomes),
    }
  })
  const violations = timelines.flatMap((timeline) =>
    timeline.violations.map((violation) => ({ seed: timeline.seed, ...violation })),
  )
  const recoveries = withForecast(fleet, drill, shown, recoveryEnvelopes(timelines))
  return {
    version: 1,
    skerry: options.skerry ?? shown.skerry,
    fleet: fleet.name,
    drill: summary(fleet, drill, length),
    seed,
    runs: timelines.length,
    ok:
      violations.length === 0 &&
      recoveries.every((recovery) => recovery.outside.length === 0) &&
      expectations.every((expectation) => expectation.passed),
    expectations,
    recoveries,
    availability: availabilityEnvelopes(timelines),
    classes: classStates(fleet, shown),
    assumptions: shown.assumptions,
    violations,
    timers: timerNotes(timelines),
    timeline: shown,
  }
}

export function drained<Result>(runs: Generator<unknown, Result, void>): Result {
  for (;;) {
    const next = runs.next()
    if (next.done === true) return next.value
  }
}

export function overall(
  outcomes: readonly (Outcome & { readonly seed: string })[],
): Omit<ExpectationResult, 'claim' | 'at'> {
  const [first] = outcomes
  if (first === undefined) throw new Error('a bug of skerry: an expectation without a run')
  const { seed: _, ...shown } = first
  // a failed run is worse than any that passed; among equals the one that came nearest to failing, or was furthest off
  const slack = (outcome: Outcome) =>
    outcome.slack ?? (outcome.passed ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)
  const worst = outcomes.reduce((a, b) => (a.passed !== b.passed ? (a.passed ? b : a) : slack(b) < slack(a) ? b : a))
  const failedRuns = outcomes.filter((outcome) => !outcome.passed).length
  return { passed: failedRuns === 0, shown, runs: outcomes.length, failedRuns, worst }
}

export function summary(fleet: Fleet, drill: Drill, length: ReturnType<typeof lengthOf>): DrillSummary {
  return {
    name: drill.name,
    ...(drill.metadata.description === undefined ? {} : { description: drill.metadata.description }),
    faults: drill.faults.map((fault) => ({
      at: fault.at,
      ...(fault.for === undefined ? {} : { until: fault.at + fault.for }),
      text: `${faultText(fault)}${fault.for === undefined ? '' : ` for ${durationText(fault.for)}`}`,
    })),
    lengthSeconds: length.seconds,
    lengthFrom: length.from,
    lanAudiences: Object.fromEntries(
      fleet.audiences.flatMap((audience) => (audience.at === undefined ? [] : [[audience.name, audience.at]])),
    ),
  }
}

/** The closed form stands beside a recovery from the fault, where the drill takes away one thing that the closed form knows. */
export function withForecast(
  fleet: Fleet,
  drill: Drill,
  shown: Timeline,
  envelopes: readonly RecoveryEnvelope[],
): readonly RecoveryEnvelope[] {
  const loss = lossOfFaults(drill.faults)
  if (loss === undefined) return envelopes
  const find = lookup(fleet)
  const lasts = drill.faults[0]?.for ?? Number.POSITIVE_INFINITY
  const starts = new Set(
    shown.events
      .filter((event) => event.at === drill.faults[0]?.at && event.cause === undefined)
      .map((event) => event.text),
  )
  return envelopes.map((envelope) => {
    const app = find.app(envelope.app)
    if (app === undefined || !starts.has(envelope.after)) return envelope
    const path = failoverPaths(fleet, app.name, loss, drill.assume).find((one) => one.audience === envelope.audience)
    if (path?.recovery === undefined) return envelope
    const { minSeconds, maxSeconds, meanSeconds } = path.recovery
    const ofLongerLoss = lasts < maxSeconds
    return { ...envelope, forecast: { minSeconds, maxSeconds, meanSeconds, ofLongerLoss } }
  })
}

export function timerNotes(timelines: readonly Timeline[]): Readonly<Record<string, TimerNote>> {
  const notes = new Map<string, TimerNote>()
  for (const segment of timelines.flatMap((timeline) => timeline.recoveries.flatMap((recovery) => recovery.segments))) {
    const entry = timerEntry(segment.timer)
    if (!notes.has(segment.timer))
      notes.set(segment.timer, {
        title: entry?.timer.title ?? segment.title,
        source: entry?.timer.source ?? '',
        decidedBy: segment.decidedBy,
      })
  }
  return Object.fromEntries([...notes].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** It would pass whatever is expected of a loss, and nobody would learn that nothing was lost. */
export function refuseWhatTakesNothing(fleet: Fleet, drill: Drill): void {
  const idle = idleFaults(fleet, drill.faults).filter(({ wholly }) => wholly)
  if (idle.length === 0) return
  throw new Refusal(
    'input',
    `the drill ${drill.name} would take nothing away`,
    'mend the fault; skerry check finds such faults before a drill is run (DR008)',
    idle.map(({ fault, field, found, fix }) => ({
      message: found,
      where: labelOf(fault.origin, field),
      at: positionOf(fleet.sources, fault.origin, field),
      hint: fix,
    })),
  )
}

/** More pods than a kubelet is ever configured for; EKS goes up to 250 on the largest instances. */
const podsPerNode = 250

/** A copy that its nodes can never hold would be played pod by pod, and its times would mean nothing. */
export function refuseWhatCannotRun({ fleet, placement }: Plan, drill: Drill): void {
  const scaled = drill.faults.flatMap(({ app, site, scaleTo }) =>
    app === undefined || site === undefined || scaleTo === undefined ? [] : [{ app, site, replicas: scaleTo }],
  )
  for (const { app, site, replicas } of [...placement, ...scaled]) {
    // what one node takes needs no count of them
    if (replicas <= podsPerNode) continue
    const find = lookup(fleet)
    const stands = find.site(site)
    const declared = find.app(app)?.placement.find((one) => one.site === site || one.federation !== undefined)
    const nodes = stands === undefined ? 0 : nodesAt(fleet, stands, declared)
    if (nodes === 0 || replicas <= podsPerNode * nodes) continue
    throw new Refusal(
      'refused',
      `${replicas} replicas of ${app} at ${site} cannot run on ${counted(nodes, 'node')}: no kubelet takes more than ${podsPerNode} pods`,
      'ask for fewer replicas, or for more nodes in the pools of the site',
    )
  }
}

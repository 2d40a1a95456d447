// A drill in a world that takes its time: wait until it is at rest, begin, let the faults come, watch, give everything back, and judge what
// was seen as any other timeline. It speaks to the world through the port alone, so that the twin can be drilled like this, too.

import { clockText, durationText } from '../model/duration.ts'
import type { Drill } from '../model/fleet.ts'
import { positionOf } from '../model/origin.ts'
import type { Plan } from '../model/plan.ts'
import { Refusal } from '../model/refusal.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { listed } from '../model/words.ts'
import type { Answer, DrilledWorld } from '../worlds/world.ts'
import { Interrupted, unlessInterrupted } from '../worlds/world.ts'
import { lastHeal, windowOf } from './claim.ts'
import { classStates } from './class-states.ts'
import { availabilityEnvelopes, recoveryEnvelopes } from './envelope.ts'
import { claimText, judge } from './expectations.ts'
import { faultText } from './fault-text.ts'
import { lengthOf } from './length.ts'
import type { DrillResult, ExpectationResult, RecoveryEnvelope } from './result.ts'
import {
  overall,
  refuseWhatCannotRun,
  refuseWhatTakesNothing,
  runDrill,
  summary,
  timerNotes,
  withForecast,
} from './run.ts'

export interface LiveOptions {
  readonly skerry?: string
  /** How many times faster than life the world is. */
  readonly speed?: number
  /** UIDs of the templates that a federation divides, by app: so that what is rehearsed beside it comes to the same division. */
  readonly uids?: Readonly<Record<string, string>>
  /** Ends the drill: everything is given back, and the call throws `Interrupted`. */
  readonly signal?: AbortSignal
  /** How far it is, as often as something is looked at. */
  readonly tell?: (progress: LiveProgress) => void
  /** How long the world may take until it is at rest, real seconds. */
  readonly restSeconds?: number
  /** Lets real time pass. */
  readonly pause: (milliseconds: number) => Promise<void>
}

export type LiveProgress =
  | { readonly phase: 'resting'; readonly waitingFor: readonly string[] }
  | {
      readonly phase: 'running' | 'settling'
      readonly at: number
      readonly of: number
      readonly last: TimelineEvent | undefined
      readonly waitingFor: readonly string[]
    }
  | { readonly phase: 'healing' }

const interruptedBefore = 'the drill was interrupted before it began: nothing was taken away'
const interruptedAmid = 'the drill was interrupted; what it took away is given back'

/** Twin's runs beside the measured one: what was to be expected. */
const rehearsals = 24
const stepSeconds = 5
/** Nothing happens for that long: it is at rest. */
const quietSeconds = 90
const restSecondsMax = 180

export async function runLive(
  plan: Plan,
  declared: Drill,
  world: DrilledWorld,
  options: LiveOptions,
): Promise<DrillResult> {
  const { fleet } = plan
  refuseWhatCannotRun(plan, declared)
  refuseWhatTakesNothing(fleet, declared)
  const length = lengthOf(fleet, declared)
  const drill = { ...declared, length: length.seconds }
  const stop = (): void => {
    if (options.signal?.aborted === true) throw new Interrupted(interruptedAmid)
  }

  await atRest(world, options)
  let seen: Seen
  const refused: { readonly fault: string; readonly answer: Answer }[] = []
  try {
    await unlessInterrupted(world.begin(options.signal), options.signal, interruptedBefore)
    for (const fault of drill.faults) {
      const answer = await world.inject(fault)
      if (answer.kind !== 'done') refused.push({ fault: faultText(fault), answer })
    }
    seen = await watch(plan, drill, world, options, stop)
  } finally {
    options.tell?.({ phase: 'healing' })
    await world.heal()
  }

  const timeline = withAssumptions(await world.timeline(length.seconds), [
    ...refused.map(({ fault, answer }) =>
      answer.kind === 'notHere' ? `not in this world: ${fault}: ${answer.why}` : `${fault}: ${standInOf(answer)}`,
    ),
    ...(seen.endedAt < length.seconds
      ? [
          `ended at ${clockText(seen.endedAt)}, when all was given back, every expectation was decided and nothing changed any more: what is left of its ${durationText(length.seconds)} is taken to go on like that`,
        ]
      : []),
  ])
  const expectations = drill.expect.map((expectation): ExpectationResult => {
    const outcome = judge(expectation, { fleet, drill, timeline, placement: plan.placement })
    return {
      claim: claimText(expectation, { fleet, drill }),
      at: positionOf(fleet.sources, expectation.origin),
      ...overall([{ seed: timeline.seed, ...outcome }]),
    }
  })
  const measured = recoveryEnvelopes([timeline]).map(withoutVerdict)
  return {
    version: 1,
    skerry: options.skerry ?? timeline.skerry,
    fleet: fleet.name,
    drill: summary(fleet, drill, length),
    seed: timeline.seed,
    runs: 1,
    ok: timeline.violations.length === 0 && expectations.every((expectation) => expectation.passed),
    expectations,
    recoveries: besideRehearsals(
      withForecast(fleet, drill, timeline, measured),
      rehearsed(plan, asRun(declared, world), options),
    ),
    availability: availabilityEnvelopes([timeline]),
    classes: classStates(fleet, timeline),
    assumptions: timeline.assumptions,
    violations: timeline.violations.map((violation) => ({ seed: timeline.seed, ...violation })),
    timers: timerNotes([timeline]),
    timeline,
    live: {
      world: world.name,
      speed: options.speed ?? 1,
      endedAt: seen.endedAt,
    },
  }
}

const standInOf = (answer: Answer): string => (answer.kind === 'standIn' ? answer.what : '')

const withAssumptions = (timeline: Timeline, more: readonly string[]): Timeline => ({
  ...timeline,
  assumptions: [...timeline.assumptions, ...more],
})

// ---------------------------------------------------------------------------------------------- before

/** A drill begins with all well: whoever has just come up, or was drilled a moment ago, gets the time for it. */
async function atRest(world: DrilledWorld, { tell, restSeconds, pause, signal }: LiveOptions): Promise<void> {
  const limit = restSeconds ?? restSecondsMax
  const heeding = <Value>(work: Promise<Value>) => unlessInterrupted(work, signal, interruptedBefore)
  for (let waited = 0; ; waited += 0.5) {
    const waitingFor = await heeding(world.unrest(true))
    if (waitingFor.length === 0) return
    tell?.({ phase: 'resting', waitingFor })
    if (waited >= limit)
      throw new Refusal(
        'world',
        `the fleet does not come to rest: after ${durationText(limit)} ${waitingFor[0]}${waitingFor.length > 1 ? `, and ${waitingFor.length - 1} more` : ''}`,
        'see skerry status; skerry up puts back what is missing, skerry failback what has moved',
        waitingFor.slice(0, 8).map((message) => ({ message })),
      )
    await heeding(pause(500))
  }
}

// ---------------------------------------------------------------------------------------------- meanwhile

interface Seen {
  /** Seconds of the drill. */
  readonly endedAt: number
}

async function watch(
  plan: Plan,
  drill: Drill & { readonly length: number },
  world: DrilledWorld,
  { tell }: LiveOptions,
  stop: () => void,
): Promise<Seen> {
  const healed = allHealed(drill)
  for (let at = stepSeconds; ; at += stepSeconds) {
    stop()
    const now = Math.min(at, drill.length)
    await world.until(now)
    stop()
    const last = (await world.events()).at(-1)
    if (now >= drill.length) return { endedAt: drill.length }
    const settling = healed !== undefined && now > healed
    const waitingFor = settling ? await world.unrest(false) : []
    tell?.({ phase: settling ? 'settling' : 'running', at: now, of: drill.length, last, waitingFor })
    if (!settling || waitingFor.length > 0 || now - Math.max(healed, last?.at ?? 0) < quietSeconds) continue
    if (await isDecided(plan, drill, world, now)) return { endedAt: now }
  }
}

/** When the last fault is over; undefined: one of them lasts as long as the drill does. */
function allHealed(drill: Drill): number | undefined {
  return drill.faults.every((fault) => fault.for !== undefined) ? lastHeal(drill) : undefined
}

/** Were all to stay as it is now, every expectation would hold, or its time is over. */
async function isDecided(
  plan: Plan,
  drill: Drill & { readonly length: number },
  world: DrilledWorld,
  now: number,
): Promise<boolean> {
  const timeline = await world.timeline(drill.length)
  return drill.expect.every(
    (expectation) =>
      judge(expectation, { fleet: plan.fleet, drill, timeline, placement: plan.placement }).passed ||
      windowOf(drill, expectation, drill.length).deadline <= now,
  )
}

// ---------------------------------------------------------------------------------------------- after

/** A time outside the bounds of its timers says something of the timers, or of this machine; the drill has not failed by it. */
const withoutVerdict = (envelope: RecoveryEnvelope): RecoveryEnvelope => ({ ...envelope, outside: [] })

/** On this machine the released controller manager runs, whatever AWS documents of its own. */
const asRun = (drill: Drill, { name }: DrilledWorld): Drill =>
  name === 'local' ? { ...drill, assume: { ...drill.assume, nodeLifecycle: 'upstream' } } : drill

/** What the twin says of the same drill. */
function rehearsed(plan: Plan, drill: Drill, { skerry, speed, uids }: LiveOptions): readonly RecoveryEnvelope[] {
  try {
    return runDrill(plan, drill, {
      runs: rehearsals,
      ...(skerry !== undefined && { skerry }),
      ...(speed !== undefined && { speed }),
      ...(uids !== undefined && { uids }),
    }).recoveries
  } catch (error) {
    // what was measured is worth having, also where the forecast is not to be had
    if (error instanceof Refusal) return []
    throw error
  }
}

function besideRehearsals(
  measured: readonly RecoveryEnvelope[],
  twin: readonly RecoveryEnvelope[],
): readonly RecoveryEnvelope[] {
  const turns = new Map<string, number>()
  return measured.map((envelope) => {
    const key = `${envelope.app} ${envelope.audience} ${envelope.after}`
    const turn = turns.get(key) ?? 0
    turns.set(key, turn + 1)
    const found = twin.filter((one) => `${one.app} ${one.audience} ${one.after}` === key)[turn]
    if (found?.seconds === undefined) return envelope
    const { seconds, bounds, runs } = found
    return { ...envelope, twin: { runs, seconds, ...(bounds !== undefined && { bounds }) } }
  })
}

/** What is waited for, in a few words. */
export const waitingText = (waitingFor: readonly string[]): string =>
  waitingFor.length === 0
    ? ''
    : listed([...waitingFor.slice(0, 2), ...(waitingFor.length > 2 ? [`${waitingFor.length - 2} more`] : [])])

// Every single loss as a drill, run and ranked: what costs users most comes first, and what nobody notices is told in brief, because
// a loss without a trace may have used up the last spare.

import { createHash } from 'node:crypto'
import type { Loss } from '../failover/index.ts'
import { placed, singleLosses, survivals } from '../failover/index.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Plan } from '../model/plan.ts'
import type { DrillOptions, DrillResult, RecoveryEnvelope } from './result.ts'
import { runDrill } from './run.ts'

/** When the loss begins, and how long it lasts. */
export const lossAtSeconds = 60
export const lossForSeconds = 15 * 60
/** Fewer runs for each than a drill of its own gets: there are many. */
export const defaultLossRuns = 8

export interface SingleLossReport {
  readonly fleet: string
  readonly skerry: string
  readonly runs: number
  readonly lossSeconds: number
  /** Worst first. */
  readonly rows: readonly SingleLossRow[]
  /** Of the rows, those that no user notices while they leave an app without a spare. */
  readonly latent: readonly string[]
  readonly ok: boolean
}

export interface SingleLossRow {
  readonly loss: string
  readonly kind: Loss['kind']
  readonly title: string
  readonly standsFor: Loss['standsFor']
  /** Minutes of all users' time without an answer, the mean over the runs: the whole audience for one minute is 1. */
  readonly lostMinutes: number
  /** Share of all users that lost anything. */
  readonly touched: number
  /** Of users on the internet, the slowest recovery seen; null: somebody was not served again while the loss lasted; undefined: nobody failed. */
  readonly recoverySeconds: number | null | undefined
  /** Users on a LAN who had to wait for the repair. */
  readonly waiting: readonly string[]
  readonly servedBy: readonly string[]
  /** The fewest copies left to any app that the loss touches, where there were more before. */
  readonly copiesLeft: number | undefined
  readonly result: DrillResult
}

export function everySingleLoss(fleet: Fleet): readonly Drill[] {
  return singleLosses(fleet).map((loss) => drillOf(fleet, loss))
}

function drillOf(fleet: Fleet, loss: Loss): Drill {
  const origin = { ...loss.origin, label: `every single loss, ${loss.id}` }
  return {
    name: loss.id.replaceAll('/', '-'),
    metadata: { name: loss.id.replaceAll('/', '-'), description: loss.title },
    faults: loss.faults.map((fault) => ({ ...fault, at: lossAtSeconds, for: lossForSeconds, origin })),
    expect: [],
    origin: fleet.origin,
  }
}

export function runEverySingleLoss(plan: Plan, options: DrillOptions = {}): SingleLossReport {
  const { fleet } = plan
  const runs = options.runs ?? defaultLossRuns
  // one seed for all: with the same phases the losses differ by nothing but themselves
  const seed = options.seed ?? createHash('sha256').update(fleet.name).digest('hex').slice(0, 4)
  const rows = singleLosses(fleet).map((loss) =>
    rowOf(fleet, loss, runDrill(plan, drillOf(fleet, loss), { ...options, seed, runs })),
  )
  const ranked = [...rows].sort(
    (a, b) =>
      tenths(b.lostMinutes) - tenths(a.lostMinutes) ||
      slowness(b) - slowness(a) ||
      (a.copiesLeft ?? 99) - (b.copiesLeft ?? 99),
  )
  return {
    fleet: fleet.name,
    skerry: rows[0]?.result.skerry ?? options.skerry ?? '',
    runs: runs + 1,
    lossSeconds: lossForSeconds,
    rows: ranked,
    latent: ranked
      .filter((row) => row.touched === 0 && row.copiesLeft !== undefined && row.copiesLeft <= 1)
      .map((row) => row.loss),
    ok: ranked.every((row) => row.result.ok),
  }
}

/** As they are shown: what differs by less is equal. */
const tenths = (minutes: number): number => Math.round(minutes * 10)

/** Nobody served comes before slowly served. */
const slowness = (row: SingleLossRow): number =>
  row.recoverySeconds === null ? Number.POSITIVE_INFINITY : tenths((row.recoverySeconds ?? 0) / 60)

function rowOf(fleet: Fleet, loss: Loss, result: DrillResult): SingleLossRow {
  const find = lookup(fleet)
  const weights = result.availability.map(({ audience }) => find.audience(audience)?.weight ?? 1)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const weighted = (of: (index: number) => number) =>
    total === 0 ? 0 : weights.reduce((sum, weight, index) => sum + weight * of(index), 0) / total
  // a recovery after the repair is a way back, which the users of a copy that is back may take at leisure
  const starts = new Set(
    result.timeline.events.filter((event) => event.at === lossAtSeconds).map((event) => event.text),
  )
  const whileLost = result.recoveries.filter((recovery) => starts.has(recovery.after))
  const late = (recovery: RecoveryEnvelope) => recovery.seconds === undefined || recovery.seconds.max >= lossForSeconds
  const onInternet = whileLost.filter((recovery) => find.audience(recovery.audience)?.at === undefined)
  return {
    loss: loss.id,
    kind: loss.kind,
    title: loss.title,
    standsFor: loss.standsFor,
    lostMinutes: weighted((index) => result.availability[index]?.lostSeconds.mean ?? 0) / 60,
    touched: weighted((index) => ((result.availability[index]?.lostSeconds.max ?? 0) > 0.05 ? 1 : 0)),
    recoverySeconds:
      onInternet.length === 0
        ? undefined
        : onInternet.some(late)
          ? null
          : Math.max(...onInternet.map((recovery) => recovery.seconds?.max ?? 0)),
    waiting: whileLost
      .filter((recovery) => !onInternet.includes(recovery) && late(recovery))
      .map((recovery) => recovery.audience),
    servedBy: servedWhileLost(fleet, result),
    copiesLeft: copiesLeft(fleet, loss),
    result,
  }
}

/** Who answers users on the internet in the last moment before the loss is made good. */
function servedWhileLost(fleet: Fleet, { timeline }: DrillResult): readonly string[] {
  const at = lossAtSeconds + lossForSeconds - 1
  const onInternet = timeline.services.filter((service) => lookup(fleet).audience(service.audience)?.at === undefined)
  const spans = onInternet.flatMap((service) => service.spans.filter((span) => span.from <= at && span.to > at))
  return [
    ...new Set(
      spans.flatMap((span) => Object.entries(span.by).flatMap(([site, share]) => (share > 0.05 ? [site] : []))),
    ),
  ].sort()
}

function copiesLeft(fleet: Fleet, loss: Loss): number | undefined {
  const [fault] = loss.faults
  if (loss.kind === 'copy') {
    const placed = lookup(fleet).app(fault?.app)?.placement.length ?? 0
    return placed === 0 ? undefined : placed - 1
  }
  const touched = survivals(fleet).filter((survival) => survival.loss === loss.id)
  const left = touched.flatMap((survival) => {
    const app = lookup(fleet).app(survival.app)
    const before = app === undefined ? 0 : placed(fleet, app).placement.length
    return survival.copiesLeft < before ? [survival.copiesLeft] : []
  })
  return left.length === 0 ? undefined : Math.min(...left)
}

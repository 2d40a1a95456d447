// Every single loss as a drill, run and ranked: what costs users most comes first, and what nobody notices is told in brief, because
// a loss without a trace may have used up the last spare.

import { createHash } from 'node:crypto'
import type { Loss } from '../failover/index.ts'
import { idleFaults, placed, singleLosses, survivals } from '../failover/index.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Plan } from '../model/plan.ts'
import type { Service } from '../model/timeline.ts'
import type { DrillOptions, DrillResult, RecoveryEnvelope, RunsDone } from './result.ts'
import { drained, drillInRuns } from './run.ts'

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
  /** The same of users on a LAN who did not have to wait for the repair. */
  readonly lanRecoverySeconds: number | undefined
  /** Users on a LAN who had to wait for the repair. */
  readonly waiting: readonly string[]
  /** Most of what users lost they lost after the repair: on the way back. */
  readonly wayBack: boolean
  /** Who answers those that lost something, in the last moment before the loss is made good. */
  readonly servedBy: readonly string[]
  /** Share of those on the internet among them whom nobody answers then, though their resolvers keep to the TTL. */
  readonly unserved: number
  /** Of the app that is left with the fewest copies of all that the loss takes copies from; undefined: it takes none. */
  readonly copies: CopiesLeft | undefined
  /** The class of the site or cluster that is lost, or whose copy is. */
  readonly class: string | undefined
  readonly result: DrillResult
}

export interface CopiesLeft {
  readonly app: string
  readonly left: number
  readonly before: number
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

export const runEverySingleLoss = (plan: Plan, options: DrillOptions = {}): SingleLossReport =>
  drained(everySingleLossInRuns(plan, options))

export function* everySingleLossInRuns(
  plan: Plan,
  options: DrillOptions = {},
): Generator<RunsDone, SingleLossReport, void> {
  const { fleet } = plan
  const runs = options.runs ?? defaultLossRuns
  // one seed for all: with the same phases the losses differ by nothing but themselves
  const seed = options.seed ?? createHash('sha256').update(fleet.name).digest('hex').slice(0, 4)
  // a copy without replicas is nothing to lose
  const losses = singleLosses(fleet).filter(
    (loss) => !idleFaults(fleet, drillOf(fleet, loss).faults).some(({ wholly }) => wholly),
  )
  const rows: SingleLossRow[] = []
  for (const loss of losses) {
    const before = rows.length * (runs + 1)
    const running = drillInRuns(plan, drillOf(fleet, loss), { ...options, seed, runs })
    let next = running.next()
    for (; next.done !== true; next = running.next())
      yield { done: before + next.value.done, of: losses.length * (runs + 1) }
    rows.push(rowOf(fleet, loss, next.value))
  }
  const ranked = [...rows].sort(
    (a, b) =>
      tenths(b.lostMinutes) - tenths(a.lostMinutes) ||
      slowness(b) - slowness(a) ||
      (a.copies?.left ?? Number.POSITIVE_INFINITY) - (b.copies?.left ?? Number.POSITIVE_INFINITY) ||
      0,
  )
  return {
    fleet: fleet.name,
    skerry: rows[0]?.result.skerry ?? options.skerry ?? '',
    runs: runs + 1,
    lossSeconds: lossForSeconds,
    rows: ranked,
    latent: ranked
      .filter((row) => row.touched === 0 && row.copies !== undefined && row.copies.left <= 1)
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
  const onLan = whileLost.filter((recovery) => !onInternet.includes(recovery))
  const losers = affected(result)
  return {
    loss: loss.id,
    kind: loss.kind,
    title: loss.title,
    standsFor: loss.standsFor,
    lostMinutes: weighted((index) => result.availability[index]?.lostSeconds.mean ?? 0) / 60,
    touched: weighted((index) => ((result.availability[index]?.lostSeconds.max ?? 0) > leastLostSeconds ? 1 : 0)),
    recoverySeconds: onInternet.length === 0 ? undefined : onInternet.some(late) ? null : slowest(onInternet),
    lanRecoverySeconds: onLan.some((recovery) => !late(recovery))
      ? slowest(onLan.filter((recovery) => !late(recovery)))
      : undefined,
    waiting: [...new Set(onLan.filter(late).map((recovery) => recovery.audience))],
    wayBack:
      lostWithin(losers, lossAtSeconds + lossForSeconds, Number.POSITIVE_INFINITY) >
      lostWithin(losers, 0, lossAtSeconds + lossForSeconds),
    ...servedWhileLost(fleet, losers),
    copies: copiesLeft(fleet, loss),
    class: classOf(fleet, loss),
    result,
  }
}

/** Less is nothing. */
const leastLostSeconds = 0.05

const slowest = (recoveries: readonly RecoveryEnvelope[]): number =>
  Math.max(...recoveries.map((recovery) => recovery.seconds?.max ?? 0))

/** What those saw in the shown run who lost something in any run. */
function affected({ timeline, availability }: DrillResult): readonly Service[] {
  return timeline.services.filter((service) =>
    availability.some(
      ({ app, audience, lostSeconds }) =>
        app === service.app && audience === service.audience && lostSeconds.max > leastLostSeconds,
    ),
  )
}

function lostWithin(services: readonly Service[], from: number, to: number): number {
  return services
    .flatMap((service) => service.spans)
    .reduce((sum, span) => sum + (1 - span.served) * Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0)
}

function servedWhileLost(fleet: Fleet, losers: readonly Service[]): Pick<SingleLossRow, 'servedBy' | 'unserved'> {
  const at = lossAtSeconds + lossForSeconds - 1
  const then = losers.flatMap((service) => {
    const span = service.spans.find((one) => one.from <= at && one.to > at)
    return span === undefined ? [] : [{ span, onLan: lookup(fleet).audience(service.audience)?.at !== undefined }]
  })
  const onInternet = then.filter(({ onLan }) => !onLan)
  return {
    servedBy: [
      ...new Set(
        then.flatMap(({ span }) => Object.entries(span.by).flatMap(([site, share]) => (share > 0.05 ? [site] : []))),
      ),
    ].sort(),
    unserved: Math.max(
      0,
      ...onInternet.map(
        ({ span }) => 1 - Object.values(span.keepers ?? span.by).reduce((sum, share) => sum + share, 0),
      ),
    ),
  }
}

function classOf(fleet: Fleet, { faults }: Loss): string | undefined {
  const [fault] = faults
  return faults.length === 1
    ? (lookup(fleet).site(fault?.site)?.class ?? lookup(fleet).cluster(fault?.cluster)?.class)
    : undefined
}

function copiesLeft(fleet: Fleet, loss: Loss): CopiesLeft | undefined {
  const [fault] = loss.faults
  const before = (name: string): number => {
    const app = lookup(fleet).app(name)
    return app === undefined ? 0 : placed(fleet, app).placement.length
  }
  if (loss.kind === 'copy') {
    const app = fault?.app ?? ''
    return { app, left: Math.max(0, before(app) - 1), before: before(app) }
  }
  const left = survivals(fleet).flatMap((survival): readonly CopiesLeft[] =>
    survival.loss === loss.id && survival.copiesLeft < before(survival.app)
      ? [{ app: survival.app, left: survival.copiesLeft, before: before(survival.app) }]
      : [],
  )
  return [...left].sort((a, b) => a.left - b.left || b.before - a.before)[0]
}

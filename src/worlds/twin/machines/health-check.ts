// Route 53's health checks. Sixteen checkers ask on their own; each believes what it got several times in a row, and the endpoint is
// healthy while more than 18 % of them say so. Checkers at rest only have a phase; they ask one by one while something changes. A PowerDNS
// of one's own is a single checker: it asks in passes, from beginning to beginning, and one check that passes is enough for it.

import { serverCheckDown, serverCheckUp, serverWaitSeconds } from '../../../timers/powerdns.ts'
import type { CheckConfiguration, CheckFailure } from '../../../timers/route53.ts'
import {
  alarmDown,
  alarmUp,
  healthCheckDown,
  healthCheckUp,
  healthyShare,
  responseSeconds,
  waitSeconds,
} from '../../../timers/route53.ts'
import type { Timer } from '../../../timers/timer.ts'
import { checkersReach, internetArrives } from '../reach.ts'
import type { Cause, Check, Checker, Trend, World } from '../state.ts'
import type { Because } from './pod-events.ts'

interface View {
  /** Share of requests that pass. */
  readonly share: number
  readonly how: CheckFailure
}

/** What a checker gets now. */
function viewOf({ fleet }: World, check: Check): View {
  const { door, site } = check.copy
  for (const how of check.wrongPort.values()) return { share: 0, how: how === 'refuse' ? 'refused' : 'blackhole' }
  if (door === undefined || !checkersReach(fleet, check.copy)) return { share: 0, how: 'blackhole' }
  // the check asks by the name that the record has
  if (door.staleRecord) return { share: 0, how: 'refused' }
  if (!internetArrives(door)) return { share: 0, how: site.internet.how === 'refuse' ? 'refused' : 'blackhole' }
  if (door.share > 0 && door.lateSeconds > responseSeconds) return { share: 0, how: 'slow' }
  return { share: door.share, how: door.how }
}

/** What checkers see may have changed. */
export function reviewCheck(world: World, check: Check, cause: Cause): void {
  if (check.by === 'alarm') {
    reviewAlarm(world, check, cause)
    return
  }
  const view = viewOf(world, check)
  if (view.share === check.seen.share && view.how === check.seen.how) return
  const before = check.seen
  check.seen = view
  const at = world.queue.now
  if (view.share < 1) {
    if (before.share === 1)
      check.failing = { someAt: at, someCause: cause, allAt: undefined, allCause: cause, how: new Set() }
    if (view.share === 0 && check.failing.allAt === undefined) {
      check.failing.allAt = at
      check.failing.allCause = cause
    }
    check.failing.how.add(view.how)
  }
  if (view.share > 0) {
    if (before.share === 0)
      check.passing = {
        someAt: at,
        someCause: cause,
        allAt: undefined,
        allCause: cause,
        how: new Set(check.failing.how),
      }
    if (view.share === 1 && before.share < 1) {
      check.passing.allAt = at
      check.passing.allCause = cause
    }
    check.failing.allAt = undefined
  }
  if (view.share < 1) check.passing.allAt = undefined
  for (const checker of check.checkers) wake(world, check, checker)
}

/** A checker at rest asks again at the next of its own times. */
function wake(world: World, check: Check, checker: Checker): void {
  const now = world.queue.now
  if (checker.entry !== undefined) {
    // what could have gone on for ever comes to an end now
    if (!checker.entry.idle || partial(check)) return
    world.queue.cancel(checker.entry)
    checker.entry = world.queue.at(checker.entry.at, () => ask(world, check, checker))
    return
  }
  const next = checker.next + Math.ceil(Math.max(0, now - checker.next) / checker.cycle) * checker.cycle
  checker.entry = world.queue.at(next, () => ask(world, check, checker))
}

function ask(world: World, check: Check, checker: Checker): void {
  const { share, how } = check.seen
  const passes = share === 1 || (share > 0 && world.chance.draw(check.subject, 'request') < share)
  const wait = passes ? 0 : waits(check, how)
  const asked = world.queue.now
  const settled = (): void => {
    checker.streak = passes === checker.passes ? checker.streak + 1 : 1
    checker.passes = passes
    const enough = passes && isServer(check) ? 1 : check.failureThreshold
    const believes = checker.streak >= enough ? passes : checker.healthy
    const turned = believes !== checker.healthy
    checker.healthy = believes
    checker.next = isServer(check)
      ? asked + Math.max(wait, check.intervalSeconds)
      : world.queue.now + check.intervalSeconds
    checker.cycle = checker.next - asked
    const sure = !partial(check) && passes === (check.seen.share === 1)
    const atRest = sure && checker.streak >= check.failureThreshold && sameWait(check, passes, wait)
    checker.entry = atRest
      ? undefined
      : world.queue.at(checker.next, () => ask(world, check, checker), { idle: partial(check) })
    if (turned) count(world, check)
  }
  if (wait === 0) settled()
  else checker.entry = world.queue.at(world.queue.now + wait, settled)
}

/** Some requests pass and some fail: no checker comes to rest. */
const partial = (check: Check): boolean => check.seen.share > 0 && check.seen.share < 1

/** Whether the checker already knows how long it waits for what it gets now. */
const sameWait = (check: Check, passes: boolean, wait: number): boolean =>
  passes || wait === waits(check, check.seen.how)

const isServer = ({ by }: Check): boolean => by === 'server'
const waits = (check: Check, how: CheckFailure): number => (isServer(check) ? serverWaitSeconds : waitSeconds)(how)

function count(world: World, check: Check): void {
  const healthy = check.checkers.filter((checker) => checker.healthy).length > healthyShare * check.checkers.length
  if (healthy === check.healthy) return
  turn(world, check, healthy, healthy ? upBecause(world, check) : downBecause(world, check))
}

function turn(world: World, check: Check, healthy: boolean, because: Because): void {
  const { app, site } = check.copy
  check.healthy = healthy
  check.healthyCause = world.log.emit({
    subject: check.subject,
    what: 'healthy',
    from: !healthy,
    to: healthy,
    because,
    text: `the health check of ${app.name} at ${site.site.name} says ${healthy ? 'healthy' : 'unhealthy'}`,
    site: site.site.name,
    app: app.name,
  })
  world.tell.verdict(app, site.site.name, check.healthyCause)
}

const configuration = ({ intervalSeconds, failureThreshold, checkers }: Check): CheckConfiguration => ({
  intervalSeconds,
  failureThreshold,
  checkers: checkers.length,
})

const downBecause = (world: World, check: Check): Because =>
  turnBecause(
    world.queue.now,
    check.failing,
    envelope(
      [...check.failing.how].map((how) =>
        (isServer(check) ? serverCheckDown : healthCheckDown)(configuration(check), how),
      ),
    ),
  )

const upBecause = (world: World, check: Check): Because =>
  turnBecause(
    world.queue.now,
    check.passing,
    isServer(check)
      ? serverCheckUp(check)
      : envelope([...check.passing.how].map((how) => healthCheckUp(configuration(check), how))),
  )

/** Counted from when every request went that way; from when some did, where that is what turned it. */
function turnBecause(now: number, trend: Trend, bounds: Timer): Because {
  const { someAt, someCause, allAt, allCause } = trend
  if (allAt !== undefined && now - allAt >= bounds.minSeconds) return { cause: allCause, timer: bounds }
  const mixedSeconds = (allAt ?? now) - someAt
  return {
    cause: someCause,
    timer: {
      ...bounds,
      minSeconds: Math.min(bounds.minSeconds, now - someAt),
      maxSeconds: bounds.maxSeconds + mixedSeconds,
    },
  }
}

/** The bounds over several ways to fail, where an endpoint failed in several. */
function envelope(timers: readonly Timer[]): Timer {
  const [first, ...others] = timers
  if (first === undefined) return healthCheckDown({ intervalSeconds: 30, failureThreshold: 3 })
  return {
    ...first,
    minSeconds: Math.min(first.minSeconds, ...others.map((timer) => timer.minSeconds)),
    maxSeconds: Math.max(first.maxSeconds, ...others.map((timer) => timer.maxSeconds)),
  }
}

/** A check on an alarm follows the load balancer's own count of healthy targets, minute by minute. */
function reviewAlarm(world: World, check: Check, cause: Cause): void {
  const { door } = check.copy
  // pods that cannot look a name up still pass the checks of their load balancer
  const healthy = door?.healthy === true && (door.share > 0 || check.copy.lookups.fail)
  world.queue.cancel(check.alarm)
  check.alarm = undefined
  if (healthy === check.healthy) return
  const timer = healthy ? alarmUp() : alarmDown(check.failureThreshold)
  const wait = world.chance.between(timer.minSeconds, timer.maxSeconds, check.subject, 'alarm')
  check.alarm = world.queue.at(world.queue.now + wait, () => {
    check.alarm = undefined
    turn(world, check, healthy, { cause, timer })
  })
}

// Health checks, name servers, and the users who ask them.

import { isServedByOwn } from '../../../model/zones.ts'
import { serverAnswer, serverCheckDown, serverCheckUp } from '../../../timers/powerdns.ts'
import { cacheExpiry, overstayedCache, ttlViolators } from '../../../timers/resolver.ts'
import {
  alarmDown,
  alarmUp,
  aliasTtlSeconds,
  healthCheckDown,
  healthCheckUp,
  propagation,
} from '../../../timers/route53.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { Happened } from './ground.ts'
import type { Here, Link, Table } from './link.ts'
import { falls, howOf, isBack, isLost, rises, same, sameSubject, to } from './link.ts'

const ofItsSite = same('site')
const ofItsCopy = same('app', 'site')
const ofItsApp = same('app')

const waysOfUsers = ['site power', 'site internet', 'site uplink'] as const

function checkTimer(here: Here, healthy: boolean, how: 'blackhole' | 'refused'): Timer {
  const app = here.ground.app(here.about.app)
  const check = app?.expose?.healthCheck
  const failureThreshold = check?.failureThreshold ?? 3
  if (check?.by === 'alarm') return healthy ? alarmUp() : alarmDown(failureThreshold)
  const values = { intervalSeconds: check?.interval ?? 30, failureThreshold }
  if (app !== undefined && isServedByOwn(here.ground.plan.fleet, app))
    return healthy ? serverCheckUp(values) : serverCheckDown(values, how)
  return healthy ? healthCheckUp(values, how) : healthCheckDown(values, how)
}

const byOwnServer = ({ ground, about }: Here): boolean => {
  const app = ground.app(about.app)
  return app !== undefined && isServedByOwn(ground.plan.fleet, app)
}

/** A check that follows an alarm on the load balancer's metric, where no checker reaches the endpoint. */
const byAlarm = ({ ground, about }: Here): boolean => ground.app(about.app)?.expose?.healthCheck?.by === 'alarm'

const checked: readonly Link[] = [
  {
    on: ['door healthyTargets'],
    effect: to(false),
    cause: (earlier) => earlier.to === 0,
    related: (later, earlier, here) => byAlarm(here) && ofItsCopy(later, earlier),
    timer: (here) => checkTimer(here, false, 'blackhole'),
  },
  {
    on: ['door healthyTargets'],
    effect: to(true),
    cause: (earlier) => earlier.from === 0,
    related: (later, earlier, here) => byAlarm(here) && ofItsCopy(later, earlier),
    timer: (here) => checkTimer(here, true, 'blackhole'),
  },
  {
    on: ['door answers'],
    effect: to(false),
    cause: falls,
    related: (later, earlier, here) => !byAlarm(here) && ofItsCopy(later, earlier),
    timer: (here) => hull(checkTimer(here, false, 'blackhole'), checkTimer(here, false, 'refused')),
  },
  {
    on: [...waysOfUsers, 'site nodes'],
    effect: to(false),
    cause: isLost,
    related: ofItsSite,
    timer: (here, earlier) => checkTimer(here, false, howOf(here, earlier) === 'refuse' ? 'refused' : 'blackhole'),
  },
  {
    on: ['check port'],
    effect: to(false),
    cause: (earlier) => !isOwnPort(earlier),
    related: sameSubject,
    timer: (here) => hull(checkTimer(here, false, 'blackhole'), checkTimer(here, false, 'refused')),
  },
  {
    on: ['door late', 'site late'],
    effect: to(false),
    cause: rises,
    related: ofItsSite,
    timer: (here) => checkTimer(here, false, 'blackhole'),
  },
  {
    on: ['door answers'],
    effect: to(true),
    cause: rises,
    related: (later, earlier, here) => !byAlarm(here) && ofItsCopy(later, earlier),
    timer: (here) => hull(checkTimer(here, true, 'blackhole'), checkTimer(here, true, 'refused')),
  },
  {
    on: [...waysOfUsers],
    effect: to(true),
    cause: isBack,
    related: ofItsSite,
    timer: (here) => checkTimer(here, true, 'blackhole'),
  },
  {
    on: ['check port'],
    effect: to(true),
    cause: isOwnPort,
    related: sameSubject,
    timer: (here) => checkTimer(here, true, 'blackhole'),
  },
  {
    on: ['door late', 'site late'],
    effect: to(true),
    cause: falls,
    related: ofItsSite,
    timer: (here) => checkTimer(here, true, 'blackhole'),
  },
]

/** The end of the fault says so in its words; the port that the document names is the app's own. */
function isOwnPort({ text }: Happened): boolean {
  return text.includes('its own port')
}

const hull = (a: Timer, b: Timer): Timer => ({
  ...a,
  minSeconds: Math.min(a.minSeconds, b.minSeconds),
  maxSeconds: Math.max(a.maxSeconds, b.maxSeconds),
})

const cached: readonly Link[] = [
  {
    on: ['record answer'],
    related: same('app', 'audience'),
    timer: (here, earlier) => {
      const ttl = ttlOf(here)
      const held = here.event.at - earlier.at
      return held <= ttl + ttlSlackSeconds
        ? cacheExpiry(ttl)
        : overstayedCache(ttlViolators.holdSeconds.find((hold) => held <= hold) ?? ttl)
    },
  },
]

const ttlSlackSeconds = 5

function ttlOf({ ground, about }: Here): number {
  return ground.app(about.app)?.expose?.ttl ?? aliasTtlSeconds
}

/** What users get changes with the doors that they are sent to, at once. */
const doors: readonly Link[] = [
  { on: ['door answers', 'copy serving'], effect: falls, cause: falls, related: ofItsApp, timer: () => atOnce },
  { on: ['door late', 'site late'], effect: falls, cause: rises, related: () => true, timer: () => atOnce },
  { on: waysOfUsers, effect: falls, cause: isLost, related: () => true, timer: () => atOnce },
  { on: ['door answers', 'copy serving'], effect: rises, cause: rises, related: ofItsApp, timer: () => atOnce },
  { on: ['door late', 'site late'], effect: rises, cause: falls, related: () => true, timer: () => atOnce },
  { on: waysOfUsers, effect: rises, cause: isBack, related: () => true, timer: () => atOnce },
]

/** By others than before, and as many. */
const others: readonly Link[] = [
  { on: ['door answers', 'copy serving'], related: ofItsApp, timer: () => atOnce },
  { on: waysOfUsers, related: () => true, timer: () => atOnce },
]

export const causesOfUsers: Table = {
  'check healthy': checked,
  'record answer': [
    {
      on: ['check healthy', 'door healthyTargets'],
      related: ofItsApp,
      timer: (here) => (byOwnServer(here) ? serverAnswer() : propagation(here.ground.propagationSeconds)),
    },
    // a PowerDNS tells of its checks by its answers alone
    {
      on: ['door answers', 'check port'],
      related: (later, earlier, here) => byOwnServer(here) && ofItsApp(later, earlier),
      timer: (here, earlier) =>
        rises(earlier) || isOwnPort(earlier)
          ? checkTimer(here, true, 'blackhole')
          : hull(checkTimer(here, false, 'blackhole'), checkTimer(here, false, 'refused')),
    },
    {
      on: waysOfUsers,
      related: (_later, _earlier, here) => byOwnServer(here),
      timer: (here, earlier) =>
        checkTimer(here, isBack(earlier), howOf(here, earlier) === 'refuse' ? 'refused' : 'blackhole'),
    },
  ],
  'users served': [...doors, ...cached],
  'users servedBy': [...cached, ...others],
}

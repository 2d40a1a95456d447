// Route 53: how health checks turn, and how long their verdict takes to reach the name servers. The checkers do not agree among
// themselves when to ask; their phases are the only chance in it, so the bounds and means are order statistics.

import type { Timer } from './timer.ts'

/** How an endpoint fails for a checker: nothing comes back, the connection is refused or answered wrongly, or too late. */
export type CheckFailure = 'blackhole' | 'refused' | 'slow'

export interface CheckConfiguration {
  readonly intervalSeconds: number
  readonly failureThreshold: number
  /** How many checkers ask; about 16 for the published rates of requests. */
  readonly checkers?: number
}

export const defaultCheckers = 16
/** An endpoint is healthy while more than this share of checkers says so. */
export const healthyShare = 0.18
/** Time for a TCP connection, and from there to the status. */
export const connectSeconds = 4
export const responseSeconds = 2
/** From a verdict to every name server. */
export const defaultPropagationSeconds = 10
/** Of an alias record whose target is a load balancer. */
export const aliasTtlSeconds = 60

const guide = 'Route 53 Developer Guide, how Route 53 determines whether a health check is healthy'

/** How long a checker waits for an answer that never comes. */
export const waitSeconds = (how: CheckFailure): number =>
  how === 'blackhole' ? connectSeconds : how === 'slow' ? responseSeconds : 0

/** How many checkers must fail before the endpoint is unhealthy, and pass before it is healthy. */
export function quorum(checkers: number = defaultCheckers): { readonly down: number; readonly up: number } {
  const tolerated = Math.floor(healthyShare * checkers)
  return { down: checkers - tolerated, up: tolerated + 1 }
}

/** From an endpoint that no longer answers to a health check that says so. */
export function healthCheckDown(check: CheckConfiguration, how: CheckFailure = 'blackhole'): Timer {
  const checkers = check.checkers ?? defaultCheckers
  const wait = waitSeconds(how)
  const least = (check.failureThreshold - 1) * (check.intervalSeconds + wait) + wait
  return {
    id: 'route53.healthCheck.down',
    title: 'enough health checkers agree that it is down',
    minSeconds: least,
    maxSeconds: least + check.intervalSeconds,
    meanSeconds: least + (quorum(checkers).down / (checkers + 1)) * check.intervalSeconds,
    source: `${guide}; Values that you specify when you create health checks`,
    decidedBy: 'standIn',
    note: `${quorum(checkers).down} of ${checkers} checkers must fail: more than 18 % passing is healthy`,
  }
}

/** From an endpoint that answers again to a health check that says so. */
export function healthCheckUp(check: CheckConfiguration, how: CheckFailure = 'blackhole'): Timer {
  const checkers = check.checkers ?? defaultCheckers
  const cycle = check.intervalSeconds + waitSeconds(how)
  const least = (check.failureThreshold - 1) * check.intervalSeconds
  return {
    id: 'route53.healthCheck.up',
    title: 'enough health checkers agree that it is up',
    minSeconds: least,
    maxSeconds: least + cycle,
    meanSeconds: least + (quorum(checkers).up / (checkers + 1)) * cycle,
    source: guide,
    decidedBy: 'standIn',
    note: `${quorum(checkers).up} of ${checkers} checkers are enough, so that failing back is faster than failing over`,
  }
}

/** From a verdict to the answers that one audience's resolvers get. */
export function propagation(longestSeconds: number = defaultPropagationSeconds): Timer {
  return {
    id: 'route53.propagation',
    title: 'the verdict reaches the name servers',
    minSeconds: 0,
    maxSeconds: longestSeconds,
    meanSeconds: longestSeconds / 2,
    source: 'assumption: no figure is published; dnsPropagation of the drill changes it',
    decidedBy: 'standIn',
  }
}

/** From the load balancer's own verdict on its targets to Route 53's, for an alias that evaluates target health. */
export function evaluateTargetHealth(): Timer {
  return {
    id: 'route53.evaluateTargetHealth',
    title: 'the alias follows the health of the targets',
    minSeconds: 0,
    maxSeconds: 0,
    meanSeconds: 0,
    source: 'assumption: no figure is published beyond the propagation, which follows; one public run saw 61 s in all',
    decidedBy: 'standIn',
  }
}

const alarmPeriodSeconds = 60
const alarmSource =
  'Route 53 Developer Guide, creating health checks (CloudWatch alarms); the minute of the metric and its delivery are an assumption'

/** From targets that fail to a health check on an alarm that says so: one datapoint a minute. */
export function alarmDown(failureThreshold: number): Timer {
  const datapoints = Math.max(1, failureThreshold)
  return {
    id: 'route53.alarm.down',
    title: 'the alarm on the load balancer’s metric turns',
    minSeconds: (datapoints - 1) * alarmPeriodSeconds,
    maxSeconds: (datapoints + 1) * alarmPeriodSeconds,
    meanSeconds: datapoints * alarmPeriodSeconds,
    source: alarmSource,
    decidedBy: 'standIn',
  }
}

export function alarmUp(): Timer {
  return {
    id: 'route53.alarm.up',
    title: 'the alarm on the load balancer’s metric turns back',
    minSeconds: 0,
    maxSeconds: 2 * alarmPeriodSeconds,
    meanSeconds: alarmPeriodSeconds,
    source: alarmSource,
    decidedBy: 'standIn',
  }
}

// What notices that a copy no longer answers, and turns the name away from it: public health checkers, the load balancer's own
// checks by way of the alias, or nothing. And the same backwards, when the copy answers again.

import type { App, Fleet, Site } from '../model/fleet.ts'
import { isServedByOwn } from '../model/zones.ts'
import { siteTraits } from '../places/index.ts'
import type { TargetCheck } from '../timers/index.ts'
import {
  alarmDown,
  alarmUp,
  aliasTtlSeconds,
  cacheExpiry,
  controllerCheck,
  endpointSlice,
  evaluateTargetHealth,
  healthCheckDown,
  healthCheckUp,
  podDeleted,
  propagation,
  serverAnswer,
  serverCheckDown,
  serverCheckUp,
  targetFirstHealthy,
  targetHealthy,
  targetRegistration,
  targetUnhealthy,
} from '../timers/index.ts'
import type { CopyAfter, Symptom } from './after.ts'
import type { Dependence, Stage, Way } from './path.ts'
import { dependence, perhaps, segment, single, stage, way } from './path.ts'

/** Whether those who check the health of the app have a way to the site. */
export const checkersReach = (fleet: Fleet, app: App, site: Site): boolean =>
  isServedByOwn(fleet, app) || site.internet === true || siteTraits(fleet, site).checkersReachIt.value

/** Whether the name is an alias to a load balancer that Route 53 knows the target health of. */
export function isAlias(fleet: Fleet, app: App, site: Site): boolean {
  const declared = app.expose?.loadBalancer
  const kind = declared ?? siteTraits(fleet, site).loadBalancers.value[0]
  return kind === 'alb' || kind === 'nlb'
}

export function targetCheck(app: App): TargetCheck {
  const said = app.expose?.targetHealthCheck
  return said === undefined
    ? controllerCheck
    : {
        intervalSeconds: said.interval,
        timeoutSeconds: said.timeout,
        healthyThreshold: said.healthyThreshold,
        unhealthyThreshold: said.unhealthyThreshold,
      }
}

/** The ways in which the record of the copy turns unhealthy; none: nobody notices. */
export function noticedBy(fleet: Fleet, app: App, site: Site, copy: CopyAfter): readonly Way[] {
  const ways: Way[] = []
  const check = app.expose?.healthCheck
  if (
    check !== undefined &&
    check.by === 'checkers' &&
    copy.checkSymptom !== undefined &&
    checkersReach(fleet, app, site)
  ) {
    const down = isServedByOwn(fleet, app) ? serverCheckDown : healthCheckDown
    const configuration = { intervalSeconds: check.interval, failureThreshold: check.failureThreshold }
    ways.push(way('the health check fails', [segment(down(configuration, copy.checkSymptom), checkFields(fleet, app))]))
  }
  // the alarm counts healthy targets: a way of users that is cut is nothing to it
  if (check?.by === 'alarm' && !copy.stands)
    ways.push(
      way('the alarm of the health check fires', [segment(alarmDown(check.failureThreshold), checkFields(fleet, app))]),
    )
  if (app.expose?.evaluateTargetHealth === true && isAlias(fleet, app, site) && copy.doorSeesIt) {
    const follows = segment(evaluateTargetHealth(), [field(fleet, app, 'evaluateTargetHealth', true)])
    ways.push(
      copy.targetsGo === 'deregistered'
        ? way('the load balancer has no target left', [
            segment(podDeleted()),
            segment(endpointSlice()),
            segment(targetRegistration()),
            follows,
          ])
        : way('the load balancer finds its targets dead', [
            segment(targetUnhealthy(targetCheck(app)), targetFields(fleet, app)),
            follows,
          ]),
    )
  }
  return ways
}

/** From the verdict to the last user whose resolver keeps to the TTL. */
export function answersSpread(fleet: Fleet, app: App, site: Site, propagationSeconds?: number): readonly Stage[] {
  const ttl = ttlSeconds(fleet, app, site)
  return [
    single(isServedByOwn(fleet, app) ? serverAnswer() : propagation(propagationSeconds)),
    single(
      cacheExpiry(ttl),
      app.expose?.ttl === undefined || isAlias(fleet, app, site) ? [] : [field(fleet, app, 'ttl', ttl)],
    ),
  ]
}

export const ttlSeconds = (fleet: Fleet, app: App, site: Site): number =>
  isAlias(fleet, app, site) ? aliasTtlSeconds : (app.expose?.ttl ?? aliasTtlSeconds)

/** From a copy that answers again to a record that is healthy: health check and alias must both agree, so the later one counts. */
export function upAgain(
  fleet: Fleet,
  app: App,
  site: Site,
  targets: 'new' | 'known' | 'healthy',
  symptom: Symptom,
): Stage | undefined {
  const check = app.expose?.healthCheck
  const configuration =
    check === undefined ? undefined : { intervalSeconds: check.interval, failureThreshold: check.failureThreshold }
  const ways: Way[] = []
  if (configuration !== undefined && check?.by === 'checkers' && checkersReach(fleet, app, site)) {
    const up = isServedByOwn(fleet, app) ? serverCheckUp(configuration) : healthCheckUp(configuration, symptom)
    ways.push(way('the health check passes', [segment(up, checkFields(fleet, app))]))
  }
  const passes = targets === 'new' ? targetFirstHealthy(targetCheck(app)) : perhaps(targetHealthy(targetCheck(app)))
  const targeted = targets === 'healthy' ? [] : [segment(passes, targetFields(fleet, app))]
  if (check?.by === 'alarm' && targets !== 'healthy')
    ways.push(way('the alarm of the health check ends', [...targeted, segment(alarmUp(), checkFields(fleet, app))]))
  if (app.expose?.evaluateTargetHealth === true && isAlias(fleet, app, site) && targets !== 'healthy') {
    ways.push(way('the load balancer finds a target healthy', [...targeted, segment(evaluateTargetHealth())]))
  }
  return ways.length === 0 ? undefined : stage('the record is healthy again', ways, 'latest')
}

export function checkFields(fleet: Fleet, app: App): readonly Dependence[] {
  const check = app.expose?.healthCheck
  if (check === undefined) return []
  return [
    field(fleet, app, 'healthCheck/interval', check.interval),
    field(fleet, app, 'healthCheck/failureThreshold', String(check.failureThreshold)),
  ]
}

export function targetFields(fleet: Fleet, app: App): readonly Dependence[] {
  const check = targetCheck(app)
  return [
    field(fleet, app, 'targetHealthCheck/interval', check.intervalSeconds),
    field(fleet, app, 'targetHealthCheck/unhealthyThreshold', String(check.unhealthyThreshold)),
  ]
}

const field = (fleet: Fleet, app: App, name: string, value: number | string | boolean): Dependence =>
  dependence(fleet, app.origin, `expose/${name}`, value)

/** Title of a stage of several ways. */
export const notices = (ways: readonly Way[]): Stage => stage('the loss is noticed and the record turns', ways)

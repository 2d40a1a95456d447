// The load balancer in front of a copy of an app: its own checks of its targets, and the controller that registers them.
// AWS is not at hand where this was written, so what is not published is an assumption and says so.

import type { Failure } from './kubelet.ts'
import { watchReconnect } from './kubelet.ts'
import type { Timer } from './timer.ts'
import { inSequence } from './timer.ts'

/** How targets are checked. */
export interface TargetCheck {
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

/** What the AWS Load Balancer Controller sets when nobody says otherwise. */
export const controllerCheck: TargetCheck = {
  intervalSeconds: 15,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
}

/** What an Application Load Balancer has that nobody configured. */
export const albCheck: TargetCheck = {
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
}

export const controllerCheckSource =
  'aws-load-balancer-controller docs/guide/ingress/annotations.md:52, pkg/ingress/model_builder.go:194'

/** From the end of a target to the load balancer's verdict. */
export function targetUnhealthy(check: TargetCheck = controllerCheck, how: Failure = 'blackhole'): Timer {
  const timeout = how === 'blackhole' ? check.timeoutSeconds : 0
  const least = (check.unhealthyThreshold - 1) * check.intervalSeconds + timeout
  return {
    id: 'loadBalancer.target.unhealthy',
    title: 'the load balancer finds the target unhealthy',
    minSeconds: least,
    maxSeconds: least + check.intervalSeconds,
    meanSeconds: least + check.intervalSeconds / 2,
    source: `User Guide for Application Load Balancers, health checks; ${controllerCheckSource}`,
    decidedBy: 'standIn',
  }
}

/** From a target that answers again to the load balancer's verdict. */
export function targetHealthy(check: TargetCheck = controllerCheck): Timer {
  const least = (check.healthyThreshold - 1) * check.intervalSeconds
  return {
    id: 'loadBalancer.target.healthy',
    title: 'the load balancer finds the target healthy again',
    minSeconds: least,
    maxSeconds: least + check.intervalSeconds + check.timeoutSeconds,
    meanSeconds: least + check.intervalSeconds / 2,
    source: `User Guide for Application Load Balancers, health checks; ${controllerCheckSource}`,
    decidedBy: 'standIn',
  }
}

/** A new target needs one passed check, whatever the threshold. */
export function targetFirstHealthy(check: TargetCheck = controllerCheck): Timer {
  return {
    id: 'loadBalancer.target.firstHealthy',
    title: 'the load balancer passes its first check of the new target',
    minSeconds: 0,
    maxSeconds: check.intervalSeconds + check.timeoutSeconds,
    meanSeconds: check.intervalSeconds / 2,
    source:
      'User Guide for Application Load Balancers, health checks for your target groups (one pass for a new target)',
    decidedBy: 'standIn',
  }
}

/** From a change of the endpoints to the change of the target group. */
export function targetRegistration(): Timer {
  return {
    id: 'loadBalancer.register',
    title: 'the load balancer controller registers or deregisters the target',
    minSeconds: 0,
    maxSeconds: 5,
    meanSeconds: 1.5,
    source: 'assumption: no figure is published; one reconciliation and one call of the ELB API',
    decidedBy: 'standIn',
    // the endpoints that it follows may have changed without their number
    fixed: { minSeconds: 0, maxSeconds: 2 },
  }
}

/** The same after its API servers were out of reach: what failed is tried again with a back-off of up to 1000 s. */
export function retriedRegistration(outageSeconds: number): Timer {
  return {
    id: 'loadBalancer.register.retry',
    title: 'the load balancer controller tries again to register or deregister targets',
    minSeconds: 0,
    maxSeconds: Math.min(outageSeconds, 1000) + 5,
    meanSeconds: Math.min(outageSeconds, 1000) / 2,
    source:
      'client-go v0.36.3 util/workqueue/default_rate_limiters.go (5 ms doubled to 1000 s), the default of controller-runtime',
    decidedBy: 'standIn',
  }
}

/** The same after the controller itself was out of touch: first its watch, then the registration. */
export const rejoinedRegistration = (how: Failure = 'blackhole'): Timer =>
  inSequence('loadBalancer.register.rejoin', 'the load balancer controller is in touch again, and catches up', [
    watchReconnect(how),
    targetRegistration(),
  ])

// The slowest of the loops that follow each other after a repair, for the bound by which everything must have settled.

import { controllersStart, staticPodsSeconds } from './control-plane.ts'
import { crashBackoff, deletedPodStopped, nodeStatus, statusBatch, watchReconnect } from './kubelet.ts'
import { controllerCheck, retriedRegistration, targetHealthy, targetRegistration } from './load-balancer.ts'
import { nodeDetection, upstream } from './node-lifecycle.ts'
import { ttlViolators } from './resolver.ts'
import { aliasTtlSeconds } from './route53.ts'

/** Seconds, without what the fleet itself declares (startup, boot, check intervals, Flux intervals). */
export function catalogueBounds(): number {
  const loops = [
    controllersStart(),
    nodeStatus(),
    watchReconnect(),
    statusBatch(),
    deletedPodStopped(),
    targetRegistration(),
    retriedRegistration(Number.POSITIVE_INFINITY),
    targetHealthy(controllerCheck),
    nodeDetection(upstream),
  ].reduce((sum, timer) => sum + timer.maxSeconds, 0)
  return loops + staticPodsSeconds + crashBackoff.maxSeconds + aliasTtlSeconds + Math.max(...ttlViolators.holdSeconds)
}

// From a NoExecute taint to pods that are deleted in the API: the toleration, then the controller's own client limit.
// Deleted is not stopped: on a node that nobody reaches the containers go on.

import type { NodeLifecycle } from './node-lifecycle.ts'
import { clientLimit, nodeDetection, noExecuteTaint, requestSeconds } from './node-lifecycle.ts'
import type { Timer } from './timer.ts'
import { inSequence } from './timer.ts'

const controller = 'kubernetes v1.36.3 pkg/controller/tainteviction/taint_eviction.go'

/** What pods get that say nothing themselves. */
export const defaultTolerationSeconds = 300

/** Each pod is read, patched and deleted. */
export const requestsPerEviction = 3

export function toleration(seconds: number = defaultTolerationSeconds): Timer {
  return {
    id: 'kubernetes.eviction.toleration',
    title: 'the pods tolerate the lost node',
    minSeconds: seconds,
    maxSeconds: seconds + 0.2,
    meanSeconds: seconds + 0.05,
    source: `${controller}:161; plugin/pkg/admission/defaulttolerationseconds/admission.go:44; measured +0.01 to +0.15 s`,
    decidedBy: 'engine',
    note: 'the clock is a timer in memory: a new leader of the controller manager starts it again',
    fixed: { minSeconds: 0, maxSeconds: 0.2 },
  }
}

/** From the end of the toleration to the last delete: all pods at once, through one client limit. */
export function evictionRequests(load: { readonly pods: number }): Timer {
  const { perSecond, burst } = clientLimit
  const last = (requestsPerEviction * load.pods - burst) / perSecond
  return {
    id: 'kubernetes.eviction.delete',
    title: 'the pods are deleted, 20 requests a second',
    minSeconds: 0,
    maxSeconds: ((requestsPerEviction + 1) * load.pods) / perSecond + 1,
    meanSeconds: Math.max(requestsPerEviction * requestSeconds, last),
    source: `${controller}:120; ${clientLimit.source}; measured 2.7 and 4.65 s for the first and last of 40 pods`,
    decidedBy: 'engine',
    note: 'a plain delete: disruption budgets are not asked',
    fixed: { minSeconds: 0, maxSeconds: 1 + (requestsPerEviction + 1) * load.pods * requestSeconds },
  }
}

/** From toleration's start to deletion, as one stretch: the event that a timeline shows. */
export function eviction(load: { readonly pods: number; readonly tolerationSeconds?: number }): Timer {
  return inSequence('kubernetes.eviction', 'the pods tolerate the lost node, then are deleted', [
    toleration(load.tolerationSeconds),
    evictionRequests(load),
  ])
}

/** From the loss of a node to the deletion of its pods, for the node that is the `position`-th of its zone. */
export function nodeEviction(
  values: NodeLifecycle,
  load: { readonly pods: number; readonly position?: number; readonly tolerationSeconds?: number },
): Timer {
  const detection = nodeDetection(values)
  const taint = noExecuteTaint(values, { position: load.position ?? 1 })
  // nothing else of the zone was lost before, so its bucket is full
  const wait = { ...taint, maxSeconds: taint.maxSeconds - 1 / values.evictionRate }
  return inSequence('kubernetes.node.evict', 'the pods of a lost node are deleted in the API', [
    detection,
    wait,
    eviction(load),
  ])
}

// From a pod that is wanted to one that serves.

import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

/** A deleted pod of a Deployment is replaced in the API. */
export function replacement(load: { readonly pods: number } = { pods: 1 }): Timer {
  return allFixed({
    id: 'kubernetes.pod.replace',
    title: 'the ReplicaSet makes another pod',
    minSeconds: 0,
    maxSeconds: 1 + load.pods / 20,
    meanSeconds: 0.05,
    source:
      'kubernetes v1.36.3 pkg/controller/controller_utils.go:1093 (a pod being deleted does not count); measured 0.05 s',
    decidedBy: 'engine',
  })
}

/** A pod that a node fits is bound to it. */
export function scheduling(load: { readonly pods: number } = { pods: 1 }): Timer {
  return allFixed({
    id: 'kubernetes.pod.schedule',
    title: 'the scheduler binds the pod to a node',
    minSeconds: 0,
    maxSeconds: 11 + load.pods / 20,
    meanSeconds: 0.05,
    source:
      'kubernetes v1.36.3 pkg/scheduler/backend/queue/scheduling_queue.go:66 (back-off of 1 to 10 s); measured 0.01 to 0.05 s',
    decidedBy: 'engine',
  })
}

/** From scheduled (or told to start) to ready, as the app declares it. */
export function startup(seconds: number): Timer {
  return {
    id: 'app.startup',
    title: 'the app starts, until it is ready',
    minSeconds: seconds,
    maxSeconds: seconds + 0.5,
    meanSeconds: seconds,
    source: 'declared as startup of the app; 30 s when left out',
    decidedBy: 'standIn',
    fixed: { minSeconds: 0, maxSeconds: 0.5 },
  }
}

/** A pod that is deleted on a node that hears of it stops serving. */
export function podDeleted(): Timer {
  return allFixed({
    id: 'kubernetes.pod.deleted',
    title: 'deleted pods leave the endpoints and stop',
    minSeconds: 0,
    maxSeconds: 3,
    meanSeconds: 0.3,
    source: 'kubernetes v1.36.3 pkg/kubelet (watch, then the signal to stop)',
    decidedBy: 'engine',
  })
}

/** A new version that somebody applies by hand, where neither Git nor a federation brings it. */
export function released(): Timer {
  return allFixed({
    id: 'app.release',
    title: 'the new version is applied',
    minSeconds: 0,
    maxSeconds: 3,
    meanSeconds: 1,
    source: 'by assumption: one command for each cluster',
    decidedBy: 'standIn',
  })
}

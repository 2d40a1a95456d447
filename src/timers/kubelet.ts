// What a node does by itself: it boots, restarts containers, and finds its way back to an API server that it lost.

import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

/** How a link fails: packets vanish, or are refused at once. A client that waits for an answer comes back later. */
export type Failure = 'blackhole' | 'refuse'

/** From power to kubelet, where nobody says otherwise. An assumption. */
export const defaultBootSeconds = 120

/** Time given to a container that is told to stop. */
export const terminationGraceSeconds = 30

export const crashBackoff = { firstSeconds: 10, maxSeconds: 300 } as const

export function nodeBoot(seconds: number = defaultBootSeconds): Timer {
  return {
    id: 'node.boot',
    title: 'the node boots, from power to kubelet',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'declared as bootTime of the node pool or nodeBoot of the drill; 120 s is an assumption',
    decidedBy: 'standIn',
  }
}

/** From a link that is back to Ready=True: the kubelet writes its status every 10 s; a call that hangs costs up to 10 s more. */
export function nodeStatus(how: Failure = 'blackhole'): Timer {
  const hung = how === 'blackhole' ? 10 : 0
  return {
    id: 'kubelet.nodeStatus',
    title: 'the kubelet reports its node ready',
    minSeconds: 0,
    maxSeconds: 10 + hung + 0.5,
    meanSeconds: 5 + hung / 4,
    source:
      'kubernetes v1.36.3 pkg/kubelet/kubelet_node_status.go:489, cmd/kubelet/app/server.go:737; measured 0.95 to 8.64 s',
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: 0.5 },
  }
}

/** From a link that is back to a lease that is renewed. */
export function leaseReconnect(how: Failure = 'blackhole'): Timer {
  return {
    id: 'kubelet.lease',
    title: 'the kubelet renews its lease again',
    minSeconds: 0,
    maxSeconds: 7 + (how === 'blackhole' ? 10 : 0),
    source:
      'k8s.io/component-helpers v0.36.3 apimachinery/lease/controller.go:148; kubernetes v1.36.3 cmd/kubelet/app/server.go:737',
    decidedBy: 'engine',
  }
}

/**
 * From a link that is back to a watch that is established again, in any client of the API server. The back-off grows to
 * 30 to 60 s; where packets vanished, an attempt of 30 s may be under way whose last retransmission came too early.
 */
export function watchReconnect(how: Failure = 'blackhole'): Timer {
  return allFixed({
    id: 'kubernetes.watch.reconnect',
    title: 'the watch on the API server is established again',
    minSeconds: 0,
    maxSeconds: how === 'blackhole' ? 75 : 60,
    meanSeconds: how === 'blackhole' ? 24 : 23,
    source: 'k8s.io/client-go v0.36.3 tools/cache/reflector.go:59, transport/cache.go (dial timeout 30 s)',
    decidedBy: 'engine',
    note: 'the mean is for an outage long enough for the back-off to have reached its plateau',
  })
}

/** The kubelet compares pod status with the API, and writes what differs, every 10 s; a call that hangs costs up to 10 s more. */
export function statusBatch(how: Failure = 'refuse'): Timer {
  return {
    id: 'kubelet.statusBatch',
    title: 'the kubelet corrects the status of its pods',
    minSeconds: 0,
    maxSeconds: how === 'blackhole' ? 20.5 : 10.5,
    meanSeconds: 5,
    source: 'kubernetes v1.36.3 pkg/kubelet/status/status_manager.go:209,1269',
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: 0.5 },
  }
}

/** A container that ended is noticed, and the pod reported NotReady. */
export function containerNoticed(): Timer {
  return allFixed({
    id: 'kubelet.containerDied',
    title: 'the kubelet notices that a container has ended',
    minSeconds: 0,
    maxSeconds: 3,
    meanSeconds: 0.6,
    source: 'kubernetes v1.36.3 pkg/kubelet/kubelet.go (plegRelistPeriod 1 s), then one status write',
    decidedBy: 'engine',
  })
}

/** Wait before the n-th restart of a container that keeps failing, from 1. */
export function restartBackoff(attempt: number): Timer {
  const wait = attempt <= 1 ? 0 : Math.min(crashBackoff.maxSeconds, crashBackoff.firstSeconds * 2 ** (attempt - 2))
  return {
    id: 'kubelet.restart',
    title: 'the kubelet waits before it starts the container again',
    minSeconds: wait,
    maxSeconds: wait + 11,
    meanSeconds: wait + 1,
    source: 'kubernetes v1.36.3 pkg/kubelet/kubelet.go:173',
    decidedBy: 'engine',
    note: 'the first restart is at once, then 10 s doubled up to 300 s',
    fixed: { minSeconds: 0, maxSeconds: 1 },
  }
}

/** The image of a container that must be pulled, and cannot: tried again with the same back-off. */
export function pullBackoff(): Timer {
  return {
    id: 'kubelet.pull',
    title: 'the kubelet tries the image pull again',
    minSeconds: 0,
    maxSeconds: crashBackoff.maxSeconds + 11,
    meanSeconds: 150,
    source: 'kubernetes v1.36.3 pkg/kubelet/images/image_manager.go:118, pkg/kubelet/kubelet.go:180',
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: 1 },
  }
}

/** Pods that were deleted while nobody could tell their kubelet: stopped when it hears of it. */
export function deletedPodStopped(): Timer {
  return {
    id: 'kubelet.deletedPod',
    title: 'the kubelet stops pods that were deleted meanwhile',
    minSeconds: 0,
    maxSeconds: terminationGraceSeconds + 3,
    meanSeconds: 1,
    source: 'kubernetes v1.36.3 pkg/apis/core/v1/defaults.go:226',
    decidedBy: 'engine',
    note: 'containers that heed the signal stop at once; 30 s is the grace for those that do not',
    fixed: { minSeconds: 0, maxSeconds: 3 },
  }
}

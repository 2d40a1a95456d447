// How a control plane notices that a node is gone, and what it does about it: leases, the monitor's passes, the taints.
// Lines of pkg/controller/nodelifecycle/node_lifecycle_controller.go are those of Kubernetes v1.36.3.

import type { Decider } from '../model/timeline.ts'
import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

const controller = 'kubernetes v1.36.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go'

/** Values of one kube-controller-manager. */
export interface NodeLifecycle {
  readonly profile: 'upstream' | 'eks'
  /** node-monitor-grace-period. */
  readonly graceSeconds: number
  /** node-monitor-period. */
  readonly monitorSeconds: number
  /** node-eviction-rate, nodes per second and zone. */
  readonly evictionRate: number
  /** secondary-node-eviction-rate, in a large zone that is partly disrupted. */
  readonly secondaryEvictionRate: number
  /** large-cluster-size-threshold: a zone up to this size is not evicted at all while partly disrupted. */
  readonly largeZoneNodes: number
  /** unhealthy-zone-threshold. */
  readonly unhealthyZoneShare: number
  /** From one renewal of a lease to the next, where it is not that of a kubelet. */
  readonly renewalSeconds?: number
  /** What a pass costs when nothing changes, where it is not the usual. */
  readonly idlePassSeconds?: number
  /** Whether a zone of which every node is lost is evicted while another zone lives. */
  readonly fullZoneEvicts: boolean
  readonly decidedBy: Decider
  readonly source: string
  readonly note: string
}

export const upstream: NodeLifecycle = {
  profile: 'upstream',
  graceSeconds: 50,
  monitorSeconds: 5,
  evictionRate: 0.1,
  secondaryEvictionRate: 0.01,
  largeZoneNodes: 50,
  unhealthyZoneShare: 0.55,
  fullZoneEvicts: true,
  decidedBy: 'engine',
  source:
    'kubernetes v1.36.3 pkg/controller/nodelifecycle/config/v1alpha1/defaults.go:40; cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go:46',
  note: 'measured on 1.36.3: a zone of which every node is lost is evicted, one node in 10 s, while another zone lives',
}

export const eks: NodeLifecycle = {
  ...upstream,
  profile: 'eks',
  graceSeconds: 40,
  largeZoneNodes: 100_000,
  fullZoneEvicts: false,
  decidedBy: 'document',
  source: 'EKS Best Practices Guide, hybrid nodes and network disconnections: Kubernetes pod failover',
  note: 'as AWS documents it: 40 s of grace, and no eviction from a zone that is lost as a whole; upstream has had 50 s since 1.32',
}

export const nodeLifecycles = { upstream, eks } as const

/** A kubelet renews its lease every 10 s, later by up to 4 %. */
export const leaseSeconds = { period: 10, jitter: 0.04 } as const

export const renewalOf = (values: NodeLifecycle): number => values.renewalSeconds ?? leaseSeconds.period

/** What a pass of the monitor costs when nothing changes; ten of them lie between a lease and its verdict. */
export const idlePassSeconds = 0.005

/** One request of the controller manager to its API server, when no limit holds it back. */
export const requestSeconds = 0.01
/**
 * What one takes on a machine that has other work: from the first Unknown to the end of its pass it was 0.03 to 0.3 s for two nodes and
 * their two or three pods, on two cores with Kubernetes 1.36.3 and a load of 5 to 20. The turns of the taint loop, one each 0.1 s, may
 * therefore come in the middle of a pass.
 */
export const busyRequestSeconds = 0.06

/** Client limits of each controller: requests per second, and how many at once. */
export const clientLimit = {
  perSecond: 20,
  burst: 30,
  source: 'kubernetes v1.36.3 pkg/controller/apis/config/v1alpha1/defaults.go:59',
} as const

/** Nodes that a pass of the monitor treats side by side. */
export const monitorWorkers = 8

/** How often the loop that writes NoExecute looks into its queues. */
export const taintLoopSeconds = 0.1

export function leaseRenewal(): Timer {
  return {
    id: 'kubernetes.lease.renew',
    title: 'a kubelet renews its lease',
    minSeconds: leaseSeconds.period,
    maxSeconds: leaseSeconds.period * (1 + leaseSeconds.jitter),
    source: 'kubernetes v1.36.3 pkg/kubelet/apis/config/v1beta1/defaults.go:152, pkg/kubelet/kubelet.go:239',
    decidedBy: 'engine',
  }
}

export function monitorPass(values: NodeLifecycle): Timer {
  return {
    id: 'kubernetes.node.monitor',
    title: 'the node controller looks at all nodes again',
    minSeconds: 0,
    maxSeconds: values.monitorSeconds + 12 * idlePassSeconds,
    meanSeconds: values.monitorSeconds / 2,
    source: `${controller}:490`,
    decidedBy: 'engine',
    note: 'the period starts when the pass before has ended',
  }
}

/**
 * From the last moment of a node to Ready=Unknown. The age of its last lease counts in its favour; the tick that sees the grace
 * exceeded counts against it. Passes that are busy with the pods of other nodes come on top.
 */
export function nodeDetection(values: NodeLifecycle, busy: { readonly passSeconds?: number } = {}): Timer {
  const oldestLease = renewalOf(values) * (1 + leaseSeconds.jitter)
  const passes = Math.ceil(values.graceSeconds / values.monitorSeconds) + 1
  const early = values.graceSeconds - oldestLease
  return {
    id: 'kubernetes.node.detect',
    title: 'the control plane notices that a node is gone',
    minSeconds: early,
    maxSeconds: values.graceSeconds + values.monitorSeconds + 2 * passes * requestSeconds + (busy.passSeconds ?? 0),
    meanSeconds: values.graceSeconds + values.monitorSeconds / 2 - renewalOf(values) / 2,
    source: values.decidedBy === 'engine' ? `${controller}:921; measured 42.5 to 52.4 s, mean 46.4 s` : values.source,
    decidedBy: values.decidedBy,
    note: 'grace + wait for the next pass − age of the last lease; busy passes at a site with many pods come on top',
    fixed: { minSeconds: 0, maxSeconds: 2 * passes * requestSeconds },
  }
}

/** How long one pass takes that finds nodes gone and marks their pods NotReady, one request after another. */
export function busyPass(load: { readonly pods: number; readonly nodes: number }): Timer {
  const requests = load.pods + load.nodes
  const workers = Math.min(Math.max(load.nodes, 1), monitorWorkers)
  const share = workers / (workers + 1)
  const limited = (requests + 2 * load.nodes - clientLimit.burst * share) / (clientLimit.perSecond * share)
  return {
    id: 'kubernetes.node.pass',
    title: 'the node controller marks the pods of lost nodes NotReady, 20 requests a second',
    minSeconds: Math.max(0, (requests - clientLimit.burst) / clientLimit.perSecond),
    maxSeconds: (2 * load.pods + 5 * load.nodes) / clientLimit.perSecond + 1,
    meanSeconds: Math.max(requests * requestSeconds, limited),
    source: `${clientLimit.source}; ${controller}:757; measured 4.94, 5.06 and 9.29 s for 80, 80 and 160 pods`,
    decidedBy: 'engine',
    note: 'status writes, their events and the taints share one client limit',
    fixed: { minSeconds: 0, maxSeconds: 1 + (2 * load.pods + 5 * load.nodes) * requestSeconds },
  }
}

/** From Ready=Unknown of a node to Ready=False of its last pod. */
export function podsNotReady(load: { readonly pods: number; readonly nodes: number }): Timer {
  const pass = busyPass(load)
  return {
    ...pass,
    id: 'kubernetes.pods.notReady',
    title: 'its pods are marked NotReady',
    minSeconds: 0,
    source: `${controller}:742; pkg/controller/util/node/controller_utils.go:139`,
  }
}

export function noScheduleTaint(load: { readonly pods: number; readonly nodes: number }): Timer {
  const limited = 2 * load.pods + 5 * load.nodes > clientLimit.burst
  return allFixed({
    id: 'kubernetes.node.noSchedule',
    title: 'the node is closed to new pods',
    minSeconds: 0,
    maxSeconds: limited ? 2.5 : 0.5,
    meanSeconds: 0.04,
    source: `${controller}:506; measured 0.04 s, at most 0.09 s`,
    decidedBy: 'engine',
  })
}

/**
 * From Ready=Unknown to the NoExecute taint of the node that is the `position`-th of its zone to get one: one at once if the
 * zone's bucket is full, then one in ten seconds.
 */
export function noExecuteTaint(
  values: NodeLifecycle,
  place: { readonly position: number; readonly rate?: number },
): Timer {
  const gap = 1 / (place.rate ?? values.evictionRate)
  return {
    id: 'kubernetes.node.noExecute',
    title: 'the node is marked for eviction',
    minSeconds: Math.max(0, (place.position - 2) * gap),
    maxSeconds: place.position * (gap + 2 * taintLoopSeconds) + 2,
    meanSeconds: taintLoopSeconds / 2 + (place.position - 1) * gap,
    source: `${controller}:485; pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go:33; measured gaps of 10.0 to 10.1 s`,
    decidedBy: values.decidedBy,
    note: 'the upper bound is for a bucket that some other node of the zone has just emptied',
    fixed: { minSeconds: 0, maxSeconds: place.position * 2 * taintLoopSeconds + 2 },
  }
}

/** The state of a zone changes at the end of the pass that found its nodes lost, or of the next one after they came back. */
export function zoneState(
  load: { readonly pods: number; readonly nodes: number },
  nextPass?: NodeLifecycle,
  busy: { readonly passSeconds?: number } = {},
): Timer {
  const inPass = busyPass(load)
  return {
    id: 'kubernetes.zone.state',
    title: 'the state of the zone is computed at the end of the pass',
    minSeconds: 0,
    maxSeconds: nextPass === undefined ? inPass.maxSeconds : nextPass.monitorSeconds + 1 + (busy.passSeconds ?? 0),
    source: `${controller}:759`,
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: nextPass === undefined ? (inPass.fixed?.maxSeconds ?? 0) : 1 },
  }
}

/** NoExecute comes off at the first pass that finds the node Ready. */
export function noExecuteRemoved(values: NodeLifecycle, busy: { readonly passSeconds?: number } = {}): Timer {
  return {
    id: 'kubernetes.node.noExecuteOff',
    title: 'the mark for eviction is taken off at the next pass',
    minSeconds: 0,
    maxSeconds: values.monitorSeconds + 1 + (busy.passSeconds ?? 0),
    meanSeconds: values.monitorSeconds / 2,
    source: `${controller}:789; measured 5.64 and 10.67 s after the link`,
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: 1 },
  }
}

export function noScheduleRemoved(): Timer {
  return allFixed({
    id: 'kubernetes.node.noScheduleOff',
    title: 'the node is open to new pods again',
    minSeconds: 0,
    maxSeconds: 2.5,
    meanSeconds: 0.01,
    source: `${controller}:506; measured 0.01 s`,
    decidedBy: 'engine',
  })
}

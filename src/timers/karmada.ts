// Karmada: when it calls a member lost, when it moves what ran there, when it takes the old copy away, and when all is believed again.
// All of it is decided on the host, from what its probes or the members' leases say; nothing moves back by itself.

import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

const controllers = 'karmada v1.18.2 pkg/controllers'

/** How a member is watched: its API is probed from the host, or an agent on it renews a lease. */
export type Sync = 'push' | 'pull'

/** As Karmada is installed. The client timeout is in the code, the rest are flags. */
export const karmadaSeconds = {
  statusFrequency: 10,
  failureThreshold: 30,
  successThreshold: 30,
  clientTimeout: 32,
  leaseRenewal: 10,
  monitorPeriod: 5,
  monitorGrace: 40,
  graceful: 600,
  retryMax: 1000,
  directRequeue: 5,
  /** How long an app is unhealthy before it is moved, where its failover does not say. */
  unhealthyFor: 300,
  /** What a member's object says reaches the binding of its workload. */
  status: 1.5,
  /** How long a probe that is answered, and the writing of what it found, may take. */
  probe: 0.03,
} as const

/** Five probes that are answered lie in half a minute. */
const probes = 5 * karmadaSeconds.probe
const twoTimeouts = {
  minSeconds: 2 * karmadaSeconds.clientTimeout,
  maxSeconds: 2 * karmadaSeconds.clientTimeout + probes,
} as const

/** Karmada writes down when a taint or an eviction began, and reads it back in whole seconds: what it waits for is up to one shorter. */
const wholeSecond = 1

/**
 * The scheduler has one worker, and so have the controllers that follow it. As bindings are evicted one after the other they keep up; where
 * a drill is played fast they come faster, and wait for each other. A tenth of a second for each is an assumption for a busy machine.
 */
const queued = (bindings: number): number => 0.1 * bindings

const waiting = (timer: Timer, bindings: number): Timer =>
  bindings === 0 || timer.fixed === undefined
    ? timer
    : { ...timer, fixed: { ...timer.fixed, maxSeconds: timer.fixed.maxSeconds + queued(bindings) } }

/** Three workers, each of which rests for two seconds after each binding that it evicts. */
export const evictionWorkers = { count: 3, restSeconds: 2 } as const

/** From a member that nobody reaches to Ready=False or Unknown on the host. */
export function memberLost(sync: Sync, how: 'blackhole' | 'refuse' = 'blackhole'): Timer {
  if (sync === 'pull') {
    return {
      id: 'karmada.member.lost.pull',
      title: 'Karmada misses the lease of the member',
      minSeconds: karmadaSeconds.monitorGrace - karmadaSeconds.leaseRenewal * 1.04,
      maxSeconds: karmadaSeconds.monitorGrace + karmadaSeconds.monitorPeriod + 0.1,
      meanSeconds: 37.5,
      source: `${controllers}/cluster/cluster_controller.go:514; cmd/agent/app/options/options.go:185; measured 40.0 s`,
      decidedBy: 'engine',
      note: 'grace of 40 s, plus the wait for the next look, less the age of the last lease',
      fixed: { minSeconds: 0, maxSeconds: 0.1 },
    }
  }
  const timeouts =
    how === 'blackhole'
      ? 2 * karmadaSeconds.clientTimeout + karmadaSeconds.statusFrequency
      : karmadaSeconds.failureThreshold
  return {
    id: how === 'blackhole' ? 'karmada.member.lost.blackhole' : 'karmada.member.lost.refused',
    title:
      how === 'blackhole' ? 'two probes of the member time out' : 'probes of the member are refused for half a minute',
    minSeconds: timeouts,
    maxSeconds: timeouts + karmadaSeconds.statusFrequency + 5 * karmadaSeconds.probe,
    meanSeconds: timeouts + karmadaSeconds.statusFrequency / 2,
    source: `${controllers}/status/cluster_condition_cache.go:44, cluster_status_controller.go:432; pkg/util/membercluster_client.go:42; measured ${how === 'blackhole' ? '74.7 to 81.0 s' : '30.2 to 39.7 s'}`,
    decidedBy: 'engine',
    note:
      how === 'blackhole'
        ? 'each probe waits 32 s for an answer, with 10 s between two'
        : 'every 10 s, and believed after 30 s',
    fixed: how === 'blackhole' ? twoTimeouts : { minSeconds: 0, maxSeconds: probes },
  }
}

/** The same where the agent lives and the API of its own cluster does not: it goes on renewing its lease, and says so itself. */
export function memberLostByAgent(how: 'blackhole' | 'refuse'): Timer {
  const refused = memberLost('push', 'refuse')
  return {
    ...refused,
    id: 'karmada.member.lost.agent',
    title: 'the agent of the member finds the API of its own cluster gone',
    minSeconds: how === 'refuse' ? refused.minSeconds : 70,
    maxSeconds: how === 'refuse' ? refused.maxSeconds : 95.2,
    meanSeconds: how === 'refuse' ? 35 : 83,
    source: `${controllers}/status/cluster_status_controller.go:197, :386, cluster_condition_cache.go:44; pkg/util/membercluster_client.go:131 (no timeout of its own)`,
    decidedBy: 'document',
    note:
      how === 'refuse'
        ? 'every 10 s, and believed after 30 s; the lease on the host is renewed all the while'
        : 'a connection that hangs is given up after 45 s, a new one after 30 s, with 10 s between two looks',
    fixed: how === 'refuse' ? { minSeconds: 0, maxSeconds: probes } : { minSeconds: 60, maxSeconds: 75.2 },
  }
}

/** An agent that loses Karmada loses its leadership there with it, and ends; it is started again with the back-off of a crash. */
export const agentSeconds = {
  renewDeadline: 10,
  lease: 15,
  /** A retry of 2 s, with its jitter. */
  electionRetry: 4.4,
  start: 5,
  firstStatus: 2,
} as const

/** From a way to Karmada that is back (or nodes that are) to Ready=True of a member that pulls. */
export function agentBack(outageSeconds: number): Timer {
  const wait = Math.min(300, Math.max(10, outageSeconds))
  const { lease, electionRetry, start, firstStatus } = agentSeconds
  return {
    id: 'karmada.agent.back',
    title: 'the agent of the member is started again, leads, and reports',
    minSeconds: lease,
    maxSeconds: wait + start + lease + electionRetry + firstStatus + 1,
    meanSeconds: wait / 2 + start / 2 + lease + electionRetry / 2 + firstStatus / 2,
    source:
      'karmada v1.18.2 cmd/agent/app/agent.go:207-216, options/options.go:42, pkg/controllers/status/cluster_condition_cache.go:52; kubernetes v1.36.3 pkg/kubelet/kubelet.go:173',
    decidedBy: 'document',
    note: 'the back-off of a crash (up to 300 s), 15 s for the lease of its predecessor; what it finds first is believed at once, so that no success threshold counts',
    fixed: { minSeconds: 0, maxSeconds: start + firstStatus + 1 },
  }
}

/** From a member that can be reached again to Ready=True. */
export function memberBack(): Timer {
  return {
    id: 'karmada.member.back',
    title: 'probes of the member succeed for half a minute',
    minSeconds: karmadaSeconds.successThreshold,
    maxSeconds: karmadaSeconds.successThreshold + karmadaSeconds.statusFrequency + 5 * karmadaSeconds.probe,
    meanSeconds: karmadaSeconds.successThreshold + karmadaSeconds.statusFrequency / 2,
    source: `${controllers}/status/cluster_condition_cache.go:44; measured 30.2 to 32.9 s`,
    decidedBy: 'engine',
    note: 'every 10 s, and believed after 30 s',
    fixed: { minSeconds: 0, maxSeconds: probes },
  }
}

/** From Ready≠True to the taints, and from Ready=True to their end. */
export function memberTaint(): Timer {
  return allFixed({
    id: 'karmada.member.taint',
    title: 'the member is tainted, or is not any more',
    minSeconds: 0,
    maxSeconds: 0.5,
    meanSeconds: 0.1,
    source: `${controllers}/cluster/cluster_controller.go:573; ${controllers}/taint/clustertaintpolicy_controller.go:60; measured at most 0.15 s`,
    decidedBy: 'engine',
  })
}

/** From the NoExecute taint to the binding off the member: the toleration, then its turn among all bindings of the member. */
export function bindingEviction(load: { readonly bindings: number; readonly tolerationSeconds?: number }): Timer {
  const stay = load.tolerationSeconds ?? 0
  const last = evictionWorkers.restSeconds * (Math.ceil(Math.max(1, load.bindings) / evictionWorkers.count) - 1)
  return {
    id: 'karmada.evict',
    title: 'Karmada takes the workload off the lost member',
    minSeconds: Math.max(0, stay - wholeSecond),
    maxSeconds: stay + last + 1,
    meanSeconds: stay + last / 2,
    source: `${controllers}/cluster/taint_manager.go:404, eviction_worker.go:119; pkg/util/helper/taint.go:124; measured 24 bindings in 14.4 s`,
    decidedBy: 'engine',
    note: 'three workers, each resting 2 s after each binding; the taint says in whole seconds when it was put',
    fixed: { minSeconds: stay > 0 ? -wholeSecond : 0, maxSeconds: 1 },
  }
}

/** From targets that changed to the Work, and from the Work to the object on the member. */
export function workSync(bindings = 0): Timer {
  const timer = allFixed({
    id: 'karmada.work',
    title: 'the Work reaches the member',
    minSeconds: 0,
    maxSeconds: 1.5,
    meanSeconds: 0.5,
    source: `${controllers}/binding/common.go:53, execution/execution_controller.go:125; measured below 1 s`,
    decidedBy: 'engine',
  })
  return waiting(timer, bindings)
}

/** The same after an outage: each Work that failed meanwhile is tried again with a back-off of its own. */
export function workRetry(outageSeconds: number): Timer {
  return {
    id: 'karmada.work.retry',
    title: 'the Work is tried again after the outage',
    minSeconds: 0,
    maxSeconds: Math.min(Math.max(0, outageSeconds), karmadaSeconds.retryMax) + 1.5,
    meanSeconds: Math.min(Math.max(0, outageSeconds), karmadaSeconds.retryMax) / 2,
    source: `${controllers}/execution/execution_controller.go:125; pkg/sharedcli/ratelimiterflag/ratelimiterflag.go:44`,
    decidedBy: 'engine',
    note: 'a back-off doubled from 5 ms to 1000 s: after an outage the next attempt is as far away as the outage was long, at most',
    fixed: { minSeconds: 0, maxSeconds: 1.5 },
  }
}

/** With purge directly the new copy waits, looking every 5 s, until the old one is gone. */
export function directWait(): Timer {
  return allFixed({
    id: 'karmada.direct',
    title: 'the new copy waited for the old one to be gone',
    minSeconds: 0,
    maxSeconds: karmadaSeconds.directRequeue + 1.5,
    meanSeconds: karmadaSeconds.directRequeue / 2,
    source: `${controllers}/binding/common.go:49, binding_controller.go:111`,
    decidedBy: 'engine',
  })
}

/** From a copy whose pods changed on its member to what Karmada holds of its health. */
export function workHealth(): Timer {
  return allFixed({
    id: 'karmada.health',
    title: 'Karmada hears of the health of the copy',
    minSeconds: 0,
    maxSeconds: karmadaSeconds.status,
    meanSeconds: 0.5,
    source: `${controllers}/status/work_status_controller.go:371; pkg/resourceinterpreter/default/native/healthy.go:47; pkg/util/helper/workstatus.go:56`,
    decidedBy: 'document',
    note: 'a watch on the member; a Deployment is unhealthy while fewer pods are available than it asks for',
  })
}

/** From a copy that Karmada holds unhealthy to the binding off its member: one look when it begins, one when the time is over. */
export function appUnhealthy(unhealthyForSeconds: number = karmadaSeconds.unhealthyFor): Timer {
  return {
    id: 'karmada.app.unhealthy',
    title: 'Karmada waits whether the app becomes healthy where it is',
    minSeconds: unhealthyForSeconds,
    maxSeconds: unhealthyForSeconds + 1,
    meanSeconds: unhealthyForSeconds + 0.1,
    source: `${controllers}/applicationfailover/rb_application_failover_controller.go:89-149`,
    decidedBy: 'document',
    note: 'no worker paces it; the time is kept in memory, and begins anew when Karmada is restarted',
    fixed: { minSeconds: 0, maxSeconds: 1 },
  }
}

/** From targets that all report themselves healthy to the end of the graceful eviction. */
export function gracefulPurge(heardSeconds?: number, bindings = 0): Timer {
  return {
    id: 'karmada.purge',
    title: 'the old copy is let go, as every member that is wanted reports its own as healthy',
    minSeconds: 0,
    maxSeconds: (heardSeconds ?? karmadaSeconds.status) + 1,
    meanSeconds: 0.7,
    source: `${controllers}/gracefuleviction/evictiontask.go:60, rb_graceful_eviction_controller.go:85; measured about 0.5 s`,
    decidedBy: 'engine',
    note: 'a member that had a healthy share before reports that one: nobody waits for what it is to get besides',
    // what was heard is told in drill time already. It is let go only once the scheduler has looked at the binding again (:83, hasScheduled),
    // so that it waits for two workers, one after the other
    fixed: {
      minSeconds: 0,
      maxSeconds: 1 + (heardSeconds === undefined ? karmadaSeconds.status : 0) + 2 * queued(bindings),
    },
  }
}

/** The same when nothing becomes healthy: the old copy is let go all the same. */
export function gracefulTimeout(graceSeconds: number = karmadaSeconds.graceful): Timer {
  return {
    id: 'karmada.purge.timeout',
    title: 'the old copy is let go when its time is up, whatever the new one does',
    minSeconds: Math.max(0, graceSeconds - wholeSecond),
    maxSeconds: graceSeconds + 1,
    meanSeconds: graceSeconds,
    source: `${controllers}/gracefuleviction/evictiontask.go:38; cmd/controller-manager/app/options/options.go:217; measured on 1.18.2 59.3 s of 60`,
    decidedBy: 'engine',
    note: 'the task says in whole seconds when it began',
    fixed: { minSeconds: graceSeconds > 0 ? -wholeSecond : 0, maxSeconds: 1 },
  }
}

/** From a member that is open again, or an eviction that is over, to another look at the binding. */
export function bindingScheduled(bindings = 0): Timer {
  const timer = allFixed({
    id: 'karmada.schedule',
    title: 'Karmada schedules the workload again',
    minSeconds: 0,
    maxSeconds: 1,
    meanSeconds: 0.05,
    source: 'karmada v1.18.2 pkg/scheduler/scheduler.go:327, :395, event_handler.go:97',
    decidedBy: 'engine',
  })
  return waiting(timer, bindings)
}

/** Nodes of the host are back: Karmada's own pods start, and its controllers elect a leader. */
export function karmadaStart(): Timer {
  return allFixed({
    id: 'karmada.start',
    title: 'Karmada starts again on its host',
    minSeconds: 0,
    maxSeconds: 90,
    meanSeconds: 45,
    source: 'its own pods start in about 15 s (measured, with everything on one machine); the rest is an assumption',
    decidedBy: 'standIn',
  })
}

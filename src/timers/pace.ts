// How a drill that is played faster than life changes the constants. `--speed N` divides by N what a flag, a manifest or a stage can say,
// and all times are told in drill time, N times the real ones. So a constant that could be shortened stays what it is; one that is in the
// code of an engine becomes N times as long; and one that takes whole seconds becomes what the rounding makes of it. At speed 1 nothing
// changes at all.

import type { Timer } from './timer.ts'

export interface Pace {
  readonly speed: number
  /** Seconds that nothing shortens, in drill time. */
  readonly fixed: (seconds: number) => number
  /** Seconds that are given as a whole number, at least 1: what they really are, in drill time. */
  readonly whole: (seconds: number) => number
  /** Seconds of an interval that is never made shorter than one real second. */
  readonly interval: (seconds: number) => number
  /** The bounds of a timer, in drill time; of one that was asked about already they stay. */
  readonly timer: (timer: Timer) => Timer
}

export function paceOf(speed: number): Pace {
  if (speed === 1) return { speed, fixed: same, whole: same, interval: same, timer: (timer) => timer }
  return {
    speed,
    fixed: (seconds) => seconds * speed,
    whole: (seconds) => tidy(wholeSeconds(seconds, speed) * speed),
    interval: (seconds) => tidy(intervalSeconds(seconds, speed) * speed),
    timer: (timer) => stretched(timer, speed),
  }
}

const same = (seconds: number): number => seconds

/** What is written where only whole seconds are taken. What is 0 or for ever stays so. */
export const wholeSeconds = (seconds: number, speed: number): number =>
  seconds <= 0 || !Number.isFinite(seconds) ? seconds : Math.max(1, Math.round(seconds / speed))

/** What is written for an interval: to the millisecond, and at least a second, so that no controller runs hot. */
export const intervalSeconds = (seconds: number, speed: number): number =>
  seconds <= 1 ? seconds : Math.max(1, Math.round((seconds / speed) * 1000) / 1000)

/** KWOK takes the duration of a lease in whole seconds, and renews it after a quarter of it. */
export const leaseDurationSeconds = 40

export function stretched(timer: Timer, speed: number): Timer {
  const { fixed, ...rest } = timer
  if (fixed === undefined || speed === 1) return timer
  return {
    ...rest,
    minSeconds: tidy(timer.minSeconds + (speed - 1) * fixed.minSeconds),
    maxSeconds: tidy(timer.maxSeconds + (speed - 1) * fixed.maxSeconds),
  }
}

/** For a timer that no flag shortens: all of it is fixed. */
export const allFixed = (timer: Timer): Timer => ({
  ...timer,
  fixed: { minSeconds: timer.minSeconds, maxSeconds: timer.maxSeconds },
})

/** Sums of binary fractions, to the microsecond. */
const tidy = (seconds: number): number => Math.round(seconds * 1e6) / 1e6

/** A constant of an engine that `--speed` leaves as it is. */
export interface Unscaled {
  readonly engine: 'kubernetes' | 'karmada' | 'flux' | 'kwok' | 'client-go'
  readonly what: string
  /** From and to; the same where it is one figure. */
  readonly minSeconds: number
  readonly maxSeconds: number
  readonly why: string
  readonly source: string
  /** Which timers it is in. */
  readonly timers: readonly string[]
}

/** In the order in which a failure meets them. */
export const unscaledConstants: readonly Unscaled[] = [
  {
    engine: 'kubernetes',
    what: 'turns of the loop that marks nodes for eviction',
    minSeconds: 0.1,
    maxSeconds: 0.1,
    why: 'in the code',
    source: 'kubernetes v1.36.3 pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go:33',
    timers: ['kubernetes.node.noExecute'],
  },
  {
    engine: 'kubernetes',
    what: 'back-off of a pod that could not be scheduled',
    minSeconds: 1,
    maxSeconds: 10,
    why: 'in a configuration file of the scheduler that skerry does not write',
    source: 'kubernetes v1.36.3 pkg/scheduler/backend/queue/scheduling_queue.go:66',
    timers: ['kubernetes.pod.schedule'],
  },
  {
    engine: 'kubernetes',
    what: 'quarantine and period of the collector of orphaned pods',
    minSeconds: 20,
    maxSeconds: 60,
    why: 'in the code',
    source: 'kubernetes v1.36.3 pkg/controller/podgc/gc_controller.go:48',
    timers: [],
  },
  {
    engine: 'client-go',
    what: 'back-off of a watch that lost its API server',
    minSeconds: 0.8,
    maxSeconds: 60,
    why: 'in the code',
    source: 'k8s.io/client-go v0.36.3 tools/cache/reflector.go:59',
    timers: ['kubernetes.watch.reconnect', 'kubernetes.controllers.start'],
  },
  {
    engine: 'client-go',
    what: 'silence and ping after which a connection is given up, and a new one that nobody answers',
    minSeconds: 30,
    maxSeconds: 45,
    why: 'in the code; shortened alone it would overtake the client timeout of Karmada, and another story would be told',
    source: 'k8s.io/apimachinery v0.36.3 pkg/util/net/http.go:147',
    timers: ['kubernetes.watch.reconnect', 'karmada.member.lost.agent'],
  },
  {
    engine: 'karmada',
    what: 'client timeout towards a member, twice until it is held lost where packets vanish',
    minSeconds: 32,
    maxSeconds: 32,
    why: 'in the code',
    source: 'karmada v1.18.2 pkg/util/membercluster_client.go:42',
    timers: ['karmada.member.lost.blackhole'],
  },
  {
    engine: 'karmada',
    what: 'wait of a new copy for the old one to be gone, with purge directly',
    minSeconds: 5,
    maxSeconds: 5,
    why: 'in the code',
    source: 'karmada v1.18.2 pkg/controllers/binding/common.go:49',
    timers: ['karmada.direct'],
  },
  {
    engine: 'karmada',
    what: 'another look at a member with a taint that evicts',
    minSeconds: 10,
    maxSeconds: 10,
    why: 'in the code',
    source: 'karmada v1.18.2 cmd/controller-manager/app/controllermanager.go:301',
    timers: ['karmada.evict'],
  },
  {
    engine: 'flux',
    what: 'fetching, building and applying',
    minSeconds: 0.5,
    maxSeconds: 5,
    why: 'work, not a wait',
    source: 'fluxcd kustomize-controller v1.9.5',
    timers: ['flux.kustomization', 'flux.source'],
  },
  {
    engine: 'kubernetes',
    what: 'requests, watches and writes',
    minSeconds: 0.01,
    maxSeconds: 1,
    why: 'work, not a wait',
    source: 'measured on this machine',
    timers: ['kubernetes.endpointSlice', 'kubernetes.pod.replace', 'karmada.work', 'karmada.member.taint'],
  },
]

// A load balancer and its controller. The controller registers what the API calls ready, some time after it is; the load balancer checks
// its targets itself, sends to those that pass, and to all when none does (it fails open). Delays and checks are those of the twin.

import type { TargetCheck } from '../../../../timers/load-balancer.ts'
import { retriedRegistration } from '../../../../timers/load-balancer.ts'
import type { Timing } from './timing.ts'
import { between } from './timing.ts'

/** What a request of the load balancer finds at a pod. */
export type Found = 'answers' | 'refuse' | 'blackhole'

export interface BalancerWorld {
  /** Names of the pods that should be targets, by uid, as the controller knows the API; undefined while it knows nothing. */
  desired(): ReadonlyMap<string, string> | undefined
  /** What keeps registrations from the load balancer. */
  blocked(): 'controller' | 'api' | 'door' | undefined
  /** Whether it has power. */
  stands(): boolean
  find(uid: string): Found
  speed(): number
  /** Its targets, or what it holds of them, are others now. */
  changed(what: 'targets' | 'healthyTargets', from: number, to: number): void
}

export interface Target {
  readonly uid: string
  readonly name: string
  readonly healthy: boolean
}

export interface Balancer {
  /** Something changed of what it asks its world. */
  review(): void
  targets(): readonly Target[]
  /** Where requests go: healthy targets, or all of them. */
  routed(): readonly Target[]
  healthy(): number
  blocked(): string | undefined
  /** Deleted, with all it knew. */
  clear(): void
  close(): void
}

interface Held {
  readonly uid: string
  readonly name: string
  healthy: boolean
  /** No verdict yet: one pass is enough. */
  initial: boolean
  streak: number
  passes: boolean
  cancel: () => void
}

/** Of the twin (machines/load-balancer.ts), inside `targetRegistration`. */
const registrationSeconds = [0.5, 3] as const

export function balancer(check: TargetCheck, world: BalancerWorld, timing: Timing): Balancer {
  const held = new Map<string, Held>()
  let blocked: { readonly by: 'controller' | 'api' | 'door'; readonly since: number } | undefined
  let cancelReconcile: (() => void) | undefined
  let toldHealthy = 0

  const ms = (seconds: number): number => (seconds * 1_000) / world.speed()
  const healthy = (): number => [...held.values()].filter((target) => target.healthy).length

  function differs(): boolean {
    const desired = world.desired()
    return desired !== undefined && (desired.size !== held.size || [...desired.keys()].some((uid) => !held.has(uid)))
  }

  function plan(waitSeconds: number): void {
    cancelReconcile ??= timing.after(ms(waitSeconds), () => {
      cancelReconcile = undefined
      const by = world.blocked()
      if (by === undefined) register()
      else blocked ??= { by, since: timing.now() }
    })
  }

  const registration = (): number => between(timing, ...registrationSeconds)

  function review(): void {
    const by = world.blocked()
    if (by !== undefined) {
      if (differs()) blocked ??= { by, since: timing.now() }
      return
    }
    if (blocked === undefined) {
      if (differs()) plan(registration())
      return
    }
    const outageSeconds = ((timing.now() - blocked.since) * world.speed()) / 1_000
    const tries = blocked.by === 'api'
    blocked = undefined
    if (!differs()) return
    plan(tries ? timing.random() * (retriedRegistration(outageSeconds).maxSeconds - 5) : registration())
  }

  function register(): void {
    const desired = world.desired()
    if (desired === undefined || !differs()) return
    const before = held.size
    for (const [uid, target] of held)
      if (!desired.has(uid)) {
        target.cancel()
        held.delete(uid)
      }
    for (const [uid, name] of desired) if (!held.has(uid)) held.set(uid, begin(uid, name))
    world.changed('targets', before, held.size)
    tellHealthy()
  }

  function tellHealthy(): void {
    const now = healthy()
    if (now === toldHealthy) return
    const from = toldHealthy
    toldHealthy = now
    world.changed('healthyTargets', from, now)
  }

  function begin(uid: string, name: string): Held {
    const target: Held = { uid, name, healthy: false, initial: true, streak: 0, passes: false, cancel: () => undefined }
    target.cancel = timing.after(ms(check.intervalSeconds) * timing.random(), () => ask(target))
    return target
  }

  function ask(target: Held): void {
    const found = world.stands() ? world.find(target.uid) : undefined
    const waits = found === 'blackhole' ? Math.min(ms(check.timeoutSeconds), ms(check.intervalSeconds)) : 0
    const rest = (): void => {
      target.cancel = timing.after(ms(check.intervalSeconds) - waits, () => ask(target))
    }
    if (found === undefined) {
      rest()
      return
    }
    const judge = (): void => {
      judged(target, found === 'answers')
      if (held.get(target.uid) === target) rest()
    }
    if (waits === 0) judge()
    else target.cancel = timing.after(waits, judge)
  }

  function judged(target: Held, passes: boolean): void {
    target.streak = target.passes === passes ? target.streak + 1 : 1
    target.passes = passes
    const needed = !passes ? check.unhealthyThreshold : target.initial ? 1 : check.healthyThreshold
    if (target.streak < needed || (target.healthy === passes && !target.initial)) return
    target.initial = false
    target.healthy = passes
    tellHealthy()
  }

  const asTargets = (all: readonly Held[]): readonly Target[] =>
    all.map(({ uid, name, healthy: isHealthy }) => ({ uid, name, healthy: isHealthy }))

  function stop(): void {
    cancelReconcile?.()
    cancelReconcile = undefined
    blocked = undefined
    for (const target of held.values()) target.cancel()
    held.clear()
  }

  return {
    review,
    targets: () => asTargets([...held.values()]),
    routed: () => {
      const all = [...held.values()]
      const well = all.filter((target) => target.healthy)
      return asTargets(well.length > 0 ? well : all)
    },
    healthy,
    blocked: () => blocked?.by,
    clear: () => {
      const before = held.size
      stop()
      if (before > 0) world.changed('targets', before, 0)
      tellHealthy()
    },
    close: stop,
  }
}

// What Karmada does with the workloads of a member that it holds lost: it takes them off in turn, asks its scheduler again, and lets
// the old copies go once the new ones are healthy. karmada-works.ts tells the members.

import { durationText } from '../../../model/duration.ts'
import { failed } from '../../../schedule/binding.ts'
import { lostTaint, memberCluster } from '../../../schedule/declared.ts'
import type { Taint } from '../../../schedule/placement.ts'
import { schedule } from '../../../schedule/schedule.ts'
import { whySchedule } from '../../../schedule/trigger.ts'
import {
  bindingEviction,
  bindingScheduled,
  evictionWorkers,
  gracefulPurge,
  gracefulTimeout,
  karmadaSeconds,
} from '../../../timers/karmada.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { Binding, Cause, Copy, EvictionTask, FederationState, Member, World } from '../state.ts'
import { reviewWorks } from './karmada-works.ts'
import type { Because } from './pod-events.ts'

/** Everything that has replicas on a member which is marked waits out its toleration, then for one of the workers. */
export function startEvictions(world: World, federation: FederationState, member: Member): void {
  const staying = federation.bindings.filter(
    (binding) =>
      isTarget(binding, member) && !binding.evictions.has(member) && Number.isFinite(binding.tolerationSeconds),
  )
  for (const seconds of new Set(staying.map((binding) => binding.tolerationSeconds))) {
    const leaving = staying.filter((binding) => binding.tolerationSeconds === seconds)
    const due = world.queue.at(Math.max(world.queue.now, member.taintedAt + seconds), () =>
      takeTurns(world, federation, member, leaving),
    )
    for (const binding of leaving) binding.evictions.set(member, due)
  }
}

export function cancelEvictions(world: World, federation: FederationState, member: Member): void {
  for (const { evictions } of federation.bindings) {
    world.queue.cancel(evictions.get(member))
    evictions.delete(member)
  }
}

/** They come in an order of chance; every object that a workload brings along is a binding too, and takes a turn. */
function takeTurns(world: World, federation: FederationState, member: Member, leaving: readonly Binding[]): void {
  const turns = leaving.flatMap((binding) =>
    Array.from({ length: binding.objects }, (_, index) => ({ binding, workload: index === 0 })),
  )
  for (const { binding, workload } of world.chance.shuffled(turns, member.subject, 'eviction order')) {
    const free = Math.min(...federation.workers)
    const at = Math.max(world.queue.now, free)
    federation.workers[federation.workers.indexOf(free)] = at + evictionWorkers.restSeconds
    federation.evictedAt.push(at)
    if (!workload) continue
    const entry = world.queue.at(at + world.chance.latency(0.01, 0.1, binding.subject, 'evict'), () => {
      binding.evictions.delete(member)
      evict(world, federation, binding, member)
    })
    binding.evictions.set(member, entry)
  }
}

function evict(world: World, federation: FederationState, binding: Binding, member: Member): void {
  if (!federation.up || !member.noExecute || !isTarget(binding, member)) return
  takeOff(world, federation, binding, member, {
    because: { cause: member.taintCause, timer: evictionTimer(world, federation, binding, member) },
    purge: binding.purge,
    graceSeconds: karmadaSeconds.graceful,
  })
}

export interface Eviction extends Pick<EvictionTask, 'purge' | 'graceSeconds'> {
  readonly because: Because
}

/** The member is no target any more, and the scheduler deals out what is missing; the old copy stays until the task is over. */
export function takeOff(
  world: World,
  federation: FederationState,
  binding: Binding,
  member: Member,
  { because, purge, graceSeconds }: Eviction,
): void {
  const had = binding.targets.find((target) => target.name === member.name)?.replicas ?? 0
  binding.targets = binding.targets.filter((target) => target.name !== member.name)
  const cause = world.log.emit({
    subject: binding.subject,
    what: 'evicted',
    from: had,
    to: member.name,
    because,
    text: `Karmada takes ${binding.app.name} with ${had} ${had === 1 ? 'replica' : 'replicas'} off ${member.name}`,
    app: binding.app.name,
  })
  if (!binding.tasks.some((task) => task.member === member)) {
    const task = { member, at: world.queue.now, cause, purge, graceSeconds, timeout: undefined, done: undefined }
    binding.tasks.push(task)
    if (purge !== 'never') armTimeout(world, federation, binding, task)
  }
  reschedule(world, federation, binding, cause)
  reviewWorks(world, federation, binding, cause)
  reviewTasks(world, federation, binding, cause)
}

function armTimeout(world: World, federation: FederationState, binding: Binding, task: EvictionTask): void {
  const { graceSeconds, cause } = task
  task.timeout = world.queue.at(world.queue.now + graceSeconds, () =>
    endTask(world, federation, binding, task, { cause, timer: gracefulTimeout(graceSeconds) }),
  )
}

/** All that may be in the queue at once; a Karmada that was itself away in between is later. */
function evictionTimer(world: World, federation: FederationState, binding: Binding, member: Member) {
  const all = objectsOfAll(federation) * federation.members.length
  const timer = world.pace.timer(bindingEviction({ bindings: all, tolerationSeconds: binding.tolerationSeconds }))
  const wasAway = (world.log.events[federation.upCause]?.at ?? 0) > member.taintedAt
  return wasAway ? { ...timer, maxSeconds: Math.max(timer.maxSeconds, world.queue.now - member.taintedAt) } : timer
}

/** Every object of an app has a binding. */
const objectsOfAll = ({ bindings }: FederationState): number => bindings.reduce((sum, one) => sum + one.objects, 0)

// ---------------------------------------------------------------------------------------------- scheduling

/** A member opened, or an eviction ended: bindings for which that is a reason are scheduled again. A divided one that has its sum is not. */
export function reviewBindings(world: World, federation: FederationState, cause: Cause): void {
  if (!federation.up) return
  for (const binding of federation.bindings) {
    world.queue.at(world.queue.now + world.chance.latency(0.02, 0.2, binding.subject, 'schedule'), () => {
      if (!federation.up || whySchedule(questionOf(world, federation, binding), binding.policy) === undefined) return
      reschedule(world, federation, binding, cause)
      reviewWorks(world, federation, binding, cause)
      reviewTasks(world, federation, binding, cause)
    })
  }
}

function questionOf(world: World, federation: FederationState, binding: Binding) {
  return {
    clusters: federation.members.map((member) => memberCluster(world.fleet, member.name, taintsOf(member))),
    replicas: binding.placement.replicas,
    placement: binding.policy,
    ...(world.uids[binding.app.name] !== undefined && { uid: world.uids[binding.app.name] }),
    previous: binding.targets,
    evicting: binding.tasks.map((task) => task.member.name),
    ...(binding.affinity !== undefined && { affinity: binding.affinity }),
  }
}

function taintsOf(member: Member): readonly Taint[] {
  return [
    ...(member.noSchedule
      ? [
          {
            key: `cluster.karmada.io/${member.ready === 'Unknown' ? 'unreachable' : 'not-ready'}`,
            effect: 'NoSchedule',
          } as const,
        ]
      : []),
    ...(member.noExecute ? [{ key: lostTaint, effect: 'NoExecute' } as const] : []),
  ]
}

function reschedule(world: World, federation: FederationState, binding: Binding, cause: Cause): void {
  const outcome = schedule(questionOf(world, federation, binding))
  const before = textOf(binding)
  if (failed(outcome)) {
    // nothing fits: the targets are emptied, and with them every copy; too little room: they stay as they are
    if (outcome.reason === 'NoClusterFit') binding.targets = []
  } else {
    binding.targets = outcome.result
    binding.affinity = outcome.affinity ?? binding.affinity
  }
  const after = textOf(binding)
  if (after === before && !failed(outcome)) return
  world.log.emit({
    subject: binding.subject,
    what: 'targets',
    from: before,
    to: after,
    because: { cause, timer: bindingScheduled(objectsOfAll(federation)) },
    text: failed(outcome)
      ? `Karmada finds no place for ${binding.app.name}: ${outcome.error}${outcome.reason === 'NoClusterFit' ? '; every copy is to go' : ''}`
      : `Karmada wants ${binding.app.name} as ${after}`,
    app: binding.app.name,
  })
}

const textOf = ({ targets }: Binding): string =>
  [...targets]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, replicas }) => `${name}:${replicas}`)
    .join(',') || 'nowhere'

// ---------------------------------------------------------------------------------------------- letting go

/**
 * An eviction is over once every member that is wanted reports a healthy copy, and somebody is wanted at all. What counts is the last
 * report, at a moment when the scheduler has confirmed the binding as it is by now. A member that had a healthy share before may still
 * report that one, or already that it has less than it is asked for: whichever comes first decides whether the old copy goes at once, or
 * when the new pods are ready. On real engines both were seen (Karmada v1.18.2, gracefuleviction/rb_graceful_eviction_controller.go:83).
 */
export function reviewTasks(
  world: World,
  federation: FederationState,
  binding: Binding,
  cause: Cause,
  heardSeconds?: number,
): void {
  if (!federation.up) return
  for (const task of binding.tasks) {
    if (task.purge === 'never') continue
    const over = binding.targets.length > 0 && binding.targets.every(({ name }) => reportsHealth(binding, name))
    if (!over) {
      world.queue.cancel(task.done)
      task.done = undefined
      continue
    }
    if (task.done !== undefined) continue
    const wait =
      heardSeconds === undefined
        ? world.chance.latency(0.2, 1.4, binding.subject, 'confirmed')
        : world.chance.latency(0.05, 0.3, binding.subject, 'purge')
    task.done = world.queue.at(world.queue.now + wait, () =>
      endTask(world, federation, binding, task, {
        cause,
        timer: gracefulPurge(heardSeconds, objectsOfAll(federation)),
      }),
    )
  }
}

const reportsHealth = (binding: Binding, member: string): boolean =>
  binding.works.some((work) => work.member.name === member && work.health === 'healthy')

function endTask(
  world: World,
  federation: FederationState,
  binding: Binding,
  task: EvictionTask,
  because: Because,
): void {
  const index = binding.tasks.indexOf(task)
  if (index < 0) return
  if (!federation.up) {
    // looked at again when Karmada is back
    task.timeout = undefined
    task.done = undefined
    return
  }
  binding.tasks.splice(index, 1)
  world.queue.cancel(task.timeout)
  world.queue.cancel(task.done)
  const timedOut = because.timer.id === gracefulTimeout().id
  const cause = world.log.emit({
    subject: binding.subject,
    what: 'purged',
    from: null,
    to: task.member.name,
    because,
    text: `Karmada lets the old copy of ${binding.app.name} on ${task.member.name} go${timedOut ? ` after ${durationText(task.graceSeconds)}, though nothing took its place` : `, as ${binding.targets.map(({ name }) => name).join(' and ')} ${binding.targets.length === 1 ? 'reports' : 'report'} a healthy one`}`,
    app: binding.app.name,
  })
  reviewWorks(world, federation, binding, cause)
  reviewBindings(world, federation, cause)
}

/** Karmada is back: evictions whose time was up meanwhile end now, the others go on. */
export function resumeTasks(world: World, federation: FederationState, cause: Cause): void {
  for (const binding of federation.bindings) {
    for (const task of [...binding.tasks]) {
      if (task.timeout !== undefined || task.purge === 'never') continue
      if (world.queue.now - task.at >= task.graceSeconds)
        endTask(world, federation, binding, task, {
          cause,
          timer: { ...gracefulTimeout(task.graceSeconds), minSeconds: 0 },
        })
    }
    reviewTasks(world, federation, binding, cause)
  }
}

/** More replicas of a divided workload answer than were asked for: the old copy and the new one. */
export function servingChanged(world: World, copy: Copy, cause: Cause): void {
  for (const federation of world.federations.values()) {
    for (const binding of federation.bindings) {
      if (binding.app !== copy.app || binding.policy.replicaScheduling?.replicaSchedulingType !== 'Divided') continue
      const running = binding.works.reduce((sum, work) => sum + work.copy.told.serving, 0)
      const doubled = running > binding.placement.replicas
      if (doubled === binding.doubled) continue
      binding.doubled = doubled
      world.log.emit({
        subject: binding.subject,
        what: 'doubled',
        from: !doubled,
        to: doubled,
        because: { cause, timer: atOnce },
        text: doubled
          ? `${running} replicas of ${binding.app.name} run where ${binding.placement.replicas} were asked for: the old copy and the new one`
          : `${binding.app.name} runs once again`,
        app: binding.app.name,
      })
    }
  }
}

export const isTarget = (binding: Binding, member: Member): boolean =>
  binding.targets.some((target) => target.name === member.name)

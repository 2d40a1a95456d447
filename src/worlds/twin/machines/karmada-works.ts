// From what Karmada wants of a member to what is there: one Work for each workload and member. A member that Karmada does not reach
// hears nothing, neither that it gets more nor that it gives up what it has; its Works are tried again with ever longer waits.

import { directWait, karmadaSeconds, workRetry, workSync } from '../../../timers/karmada.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce, inSequence } from '../../../timers/timer.ts'
import type { Binding, Cause, Copy, FederationState, Member, Work, World } from '../state.ts'
import type { Because } from './pod-events.ts'
import { forgetRelease, releaseOf, roll } from './releases.ts'

/** Replicas that are wanted there; 'keep': an eviction is under way, and the old copy stays until it is over. */
function wantedOf(work: Work): number | 'keep' {
  const { binding, member } = work
  const target = binding.targets.find(({ name }) => name === member.name)
  if (target !== undefined) return target.replicas
  const task = binding.tasks.find((one) => one.member === member)
  return task !== undefined && task.purge !== 'directly' ? 'keep' : 0
}

export function reviewWorks(world: World, federation: FederationState, binding: Binding, cause: Cause): void {
  const queue = federation.bindings.reduce((sum, one) => sum + one.objects, 0)
  for (const work of binding.works)
    reviewWork(world, federation, work, {
      cause,
      timer: workSync(queue),
      wait: world.chance.latency(0.1, 0.9, work.copy.subject, 'work'),
    })
}

interface Attempt {
  readonly cause: Cause
  readonly timer: Timer
  readonly wait: number
}

function reviewWork(world: World, federation: FederationState, work: Work, attempt: Attempt): void {
  const wanted = wantedOf(work)
  if (wanted === 0 && work.applied > 0) {
    work.leaving = true
    // of a Work that is marked for deletion no report counts
    work.health = undefined
  }
  const told = wanted === 0 || work.release === releaseOf(world, work.binding.app)
  if (!work.leaving && (wanted === 'keep' || (wanted === work.applied && told))) return
  if (!federation.up || work.entry !== undefined) return
  // a member whose dispatching is suspended is told nothing new
  if (!work.leaving && work.binding.placement.suspendedOn?.includes(work.member.name) === true) return
  if (!hears(work.member)) {
    fails(world, work, attempt)
    return
  }
  // with purge directly nothing new is made while the old one is there
  if (!work.leaving && waitsForOld(work)) {
    work.waitedForOld = true
    return
  }
  const timer =
    work.waitedForOld && !work.leaving
      ? inSequence(directWait().id, directWait().title, [directWait(), { ...attempt.timer, minSeconds: 0 }])
      : attempt.timer
  const wait =
    work.waitedForOld && !work.leaving
      ? attempt.wait + world.chance.latency(0, karmadaSeconds.directRequeue, work.copy.subject, 'requeue')
      : attempt.wait
  work.entry = world.queue.at(world.queue.now + wait, () => {
    work.entry = undefined
    if (!federation.up) return
    if (!hears(work.member)) fails(world, work, attempt)
    else apply(world, federation, work, { cause: attempt.cause, timer })
  })
}

/** Karmada must hold the member ready, and reach it. */
const hears = (member: Member): boolean => member.ready === 'True' && member.reached

function fails(world: World, work: Work, { cause, timer }: Attempt): void {
  if (work.failingSince !== undefined) return
  work.failingSince = world.queue.now
  const { binding, member, leaving } = work
  world.log.emit({
    subject: binding.subject,
    what: 'blocked',
    from: null,
    to: member.name,
    because: { cause, timer },
    text: leaving
      ? `${binding.app.name} cannot be taken from ${member.name}, which nobody reaches: its copy there goes when it is back`
      : `${binding.app.name} cannot be given to ${member.name}, which nobody reaches`,
    app: binding.app.name,
  })
}

const waitsForOld = ({ binding, member }: Work): boolean =>
  binding.tasks.some(
    (task) =>
      task.purge === 'directly' &&
      binding.works.some((other) => other.member === task.member && other.member !== member && other.applied > 0),
  )

function apply(world: World, federation: FederationState, work: Work, because: Because): void {
  const { binding } = work
  work.failingSince = undefined
  const wanted = wantedOf(work)
  const replicas = work.leaving ? 0 : wanted
  const version = releaseOf(world, binding.app)
  const same = work.release === version || replicas === 0
  if (replicas === 'keep' || (replicas === work.applied && same)) {
    work.leaving = false
    return
  }
  const leaving = work.leaving
  const fresh = work.applied === 0
  work.leaving = false
  work.waitedForOld = false
  if (leaving) {
    work.health = undefined
    work.release = undefined
  }
  const scaled = replicas === work.applied ? because.cause : setReplicas(world, work, replicas, because, leaving)
  work.applied = replicas
  if (leaving) forgetRelease(world, work.copy, scaled)
  if (!same) work.release = version
  const cause = same
    ? scaled
    : roll(world, work.copy, version, scaled === because.cause ? because : { cause: scaled, timer: atOnce }, fresh)
  // it had to go first, and is wanted again
  reviewWork(world, federation, work, {
    cause,
    timer: workSync(),
    wait: world.chance.latency(0.1, 0.9, work.copy.subject, 'work'),
  })
  if (leaving) reviewWorks(world, federation, binding, cause)
  world.tell.replicas(work.copy, cause)
  world.tell.podsChanged(work.copy, cause)
}

function setReplicas(world: World, work: Work, replicas: number, because: Because, leaving: boolean): Cause {
  const { copy, member } = work
  const from = copy.replicas
  copy.declared = replicas
  copy.replicas = replicas
  copy.replicasCause = world.log.emit({
    subject: copy.subject,
    what: 'replicas',
    from,
    to: replicas,
    because,
    text: leaving
      ? `Karmada takes ${copy.app.name} from ${member.name}`
      : `Karmada asks ${member.name} for ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} of ${copy.app.name}`,
    site: copy.site.site.name,
    app: copy.app.name,
  })
  return copy.replicasCause
}

/** A member is reached and held ready again, or Karmada itself is back: what failed meanwhile is tried again. */
export function resumeWorks(world: World, federation: FederationState, member: Member | undefined, cause: Cause): void {
  for (const binding of federation.bindings) {
    for (const work of binding.works) {
      if (member !== undefined && work.member !== member) continue
      // an agent does the Works of its member itself: nothing of them has failed while it was away
      const { failingSince } = work.member.sync === 'pull' ? { failingSince: undefined } : work
      const outage = failingSince === undefined ? 0 : world.queue.now - failingSince
      const retry = failingSince === undefined ? workSync() : workRetry(outage)
      // an agent that has just been started was called for some time ago
      const late = world.queue.now - (world.log.events[cause]?.at ?? world.queue.now)
      const timer = { ...retry, maxSeconds: retry.maxSeconds + late }
      const wait =
        failingSince === undefined
          ? 0
          : Math.min(outage, karmadaSeconds.retryMax) * world.chance.draw(work.copy.subject, 'work retry')
      reviewWork(world, federation, work, {
        cause,
        timer,
        wait: wait + world.chance.latency(0.1, 0.9, work.copy.subject, 'work'),
      })
    }
  }
}

/** Somebody changed a copy by hand: Karmada puts it back as soon as it hears of it. */
export function putBackByKarmada(world: World, copy: Copy, putBack: (because: Because) => void, cause: Cause): boolean {
  for (const federation of world.federations.values()) {
    const work = federation.bindings.flatMap((binding) => binding.works).find((one) => one.copy === copy)
    if (work === undefined) continue
    world.queue.at(world.queue.now + world.chance.latency(0.2, 1.2, copy.subject, 'put back'), () => {
      if (federation.up && hears(work.member)) putBack({ cause, timer: workSync() })
    })
    return true
  }
  return false
}

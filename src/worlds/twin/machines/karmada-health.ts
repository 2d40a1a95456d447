// What Karmada holds of the health of each copy, as its member reports it, and the failover of an app that stays unhealthy on a
// member that is itself well. A copy is unhealthy while fewer of its pods are available, or of its present version, than its Deployment
// asks for: so a rolling update that is stuck makes it unhealthy, however many of the old pods go on answering.

import { appUnhealthy, karmadaSeconds, workHealth } from '../../../timers/karmada.ts'
import { watchReconnect } from '../../../timers/kubelet.ts'
import { allFixed } from '../../../timers/pace.ts'
import type { Timer } from '../../../timers/timer.ts'
import type { Cause, Copy, FederationState, Member, Work, World } from '../state.ts'
import { isTarget, reviewTasks, takeOff } from './karmada-bindings.ts'

/** Pods of a federated copy changed in the API of its member. */
export function copyChanged(world: World, copy: Copy, cause: Cause): void {
  if (copy.assignment.federation === undefined) return
  const federation = world.federations.get(copy.assignment.federation)
  for (const binding of federation?.bindings ?? []) {
    const work = binding.works.find((one) => one.copy === copy)
    if (federation !== undefined && work !== undefined) hear(world, federation, work, cause, workHealth())
  }
}

/** A member is reached again: what changed there meanwhile is heard once its watch is back; an agent has begun a new one. */
export function hearMember(world: World, federation: FederationState, member: Member, cause: Cause): void {
  const again = member.sync === 'pull' ? 0 : watchReconnect(member.how).maxSeconds
  const late = world.queue.now - (world.log.events[cause]?.at ?? world.queue.now)
  const timer = allFixed({ ...workHealth(), maxSeconds: again + karmadaSeconds.status })
  for (const { works } of federation.bindings) {
    for (const work of works) if (work.member === member) hear(world, federation, work, cause, timer, late)
  }
}

/** `late`: for how long its cause is over. */
function hear(world: World, federation: FederationState, work: Work, cause: Cause, timer: Timer, late = 0): void {
  work.healthCause = cause
  if (work.hearing !== undefined || reported(work) === work.health || !work.member.reached) return
  const wait = world.chance.latency(0.1, timer.maxSeconds - 0.1, work.copy.subject, 'health')
  work.hearing = world.queue.at(world.queue.now + wait, () => {
    work.hearing = undefined
    if (!work.member.reached || !federation.up || reported(work) === work.health) return
    const from = work.health
    work.health = reported(work)
    tellHealth(world, work, from, { ...timer, maxSeconds: timer.maxSeconds + late })
    reviewApp(world, federation, work, work.healthCause)
    reviewTasks(world, federation, work.binding, work.healthCause, world.pace.timer(timer).maxSeconds + late)
  })
}

function reported({ applied, copy }: Work): Work['health'] {
  if (applied === 0) return undefined
  const stuck = copy.release?.version === 'broken'
  return stuck || copy.told.ready < copy.replicas || copy.deletedObjects.has('deployment') ? 'unhealthy' : 'healthy'
}

/** Only where something follows from it. */
function tellHealth(world: World, work: Work, from: Work['health'], timer: Timer): void {
  const { binding, copy, member, health } = work
  if (binding.failover === undefined || health === undefined) return
  work.healthCause = world.log.emit({
    subject: copy.subject,
    what: 'health',
    from: from ?? null,
    to: health,
    because: { cause: work.healthCause, timer },
    text: `Karmada hears that ${copy.app.name} on ${member.name} is ${health}: ${copy.told.ready} of ${copy.replicas} pods are ready`,
    site: copy.site.site.name,
    app: copy.app.name,
  })
}

/** The time runs from the first report, or from the start of a Karmada that has forgotten it. */
function reviewApp(world: World, federation: FederationState, work: Work, cause: Cause): void {
  const { binding, member, health } = work
  const { failover, unhealthy } = binding
  if (failover === undefined) return
  const evicting = binding.tasks.some((task) => task.member === member)
  if (health !== 'unhealthy' || !federation.up || evicting || !isTarget(binding, member)) {
    world.queue.cancel(unhealthy.get(member))
    unhealthy.delete(member)
    return
  }
  if (unhealthy.has(member)) return
  const { unhealthyForSeconds, purge, graceSeconds } = failover
  const due = world.queue.now + unhealthyForSeconds + world.chance.latency(0.01, 0.3, binding.subject, 'look again')
  const entry = world.queue.at(due, () => {
    unhealthy.delete(member)
    if (!federation.up || !isTarget(binding, member)) return
    const because = { cause, timer: appUnhealthy(unhealthyForSeconds) }
    takeOff(world, federation, binding, member, { because, purge, graceSeconds })
  })
  unhealthy.set(member, entry)
}

/** Karmada is gone, and with it what it had timed; or it is back, and times anew. */
export function reviewApps(world: World, federation: FederationState, cause: Cause): void {
  for (const { works } of federation.bindings) for (const work of works) reviewApp(world, federation, work, cause)
}

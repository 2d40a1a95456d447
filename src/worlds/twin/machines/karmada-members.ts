// Karmada's view of its members: probes of those it pushes to, leases of those that pull, and the taints that follow. Nothing is
// queued while a member is well and known to be; a loop runs from the moment at which truth and belief part until they agree again.

import {
  agentBack,
  karmadaStart,
  memberBack,
  memberLost,
  memberLostByAgent,
  memberTaint,
  karmadaSeconds as seconds,
} from '../../../timers/karmada.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce } from '../../../timers/timer.ts'
import { powered } from '../reach.ts'
import type { Cause, ClusterState, FederationState, Member, SiteState, World } from '../state.ts'
import { isAway } from '../state.ts'
import type { AgentEvents } from './karmada-agents.ts'
import { reviewAgent, watchLease } from './karmada-agents.ts'
import { cancelEvictions, resumeTasks, reviewBindings, startEvictions } from './karmada-bindings.ts'
import { hearMember, reviewApps } from './karmada-health.ts'
import { resumeWorks } from './karmada-works.ts'
import type { Because } from './pod-events.ts'

/** Power, a link or a control plane changed: what it means for each federation that is built. */
export function reviewFederations(world: World, cause: Cause): void {
  for (const federation of world.federations.values()) {
    reviewHost(world, federation, cause)
    for (const member of federation.members) reviewMember(world, federation, member, cause)
  }
}

// ---------------------------------------------------------------------------------------------- the host

/** Karmada is pods on the nodes of its host, with an API server and a database of its own: it outlives the API server of the host. */
function reviewHost(world: World, federation: FederationState, cause: Cause): void {
  const { host } = federation
  const runs =
    host.nodes.length === 0 ? host.up : host.nodes.some((node) => node.kubelet && powered(node) && !node.rebooted)
  if (!runs) {
    world.queue.cancel(federation.starting)
    federation.starting = undefined
    if (federation.up) goDown(world, federation, cause)
    return
  }
  if (federation.up || federation.starting !== undefined) return
  const timer = karmadaStart()
  federation.starting = world.queue.at(
    world.queue.now + world.chance.latency(15, timer.maxSeconds, federation.subject, 'start'),
    () => {
      federation.starting = undefined
      federation.up = true
      // what was observed was in memory
      for (const member of federation.members) member.observed = member.ready === 'True'
      federation.upCause = tellUp(world, federation, { cause, timer }, true)
      for (const member of federation.members) {
        reviewMember(world, federation, member, federation.upCause)
        if (!agrees(member) && member.probe === undefined) watch(world, federation, member)
        if (member.noExecute) startEvictions(world, federation, member)
      }
      resumeWorks(world, federation, undefined, federation.upCause)
      resumeTasks(world, federation, federation.upCause)
      reviewApps(world, federation, federation.upCause)
      reviewBindings(world, federation, federation.upCause)
    },
  )
}

function goDown(world: World, federation: FederationState, cause: Cause): void {
  federation.up = false
  federation.upCause = tellUp(world, federation, { cause, timer: atOnce }, false)
  for (const member of federation.members) {
    world.queue.cancel(member.probe)
    world.queue.cancel(member.taints)
    member.probe = undefined
    member.taints = undefined
    member.settled = false
    cancelEvictions(world, federation, member)
    reviewMember(world, federation, member, federation.upCause)
  }
  reviewApps(world, federation, federation.upCause)
}

function tellUp(world: World, federation: FederationState, because: Because, up: boolean): Cause {
  const { name, host } = federation.federation
  return world.log.emit({
    subject: federation.subject,
    what: 'karmada',
    from: up ? 'down' : 'up',
    to: up ? 'up' : 'down',
    because,
    text: up
      ? `Karmada of ${name} runs again on ${host}`
      : `Karmada of ${name} is gone with ${host}: nothing is moved any more, and what runs on the members runs on`,
  })
}

// ---------------------------------------------------------------------------------------------- members

/** Whether Karmada reaches the API of the member, or the agent of the member both. */
function reaches(federation: FederationState, member: Member): boolean {
  const { cluster } = member
  if (!federation.up || !cluster.up) return false
  return byAgent(member) ? member.agent === undefined : hasWay(federation.host, cluster.controlPlaneSite)
}

const byAgent = ({ sync, cluster }: Member): boolean => sync === 'pull' && cluster.nodes.length > 0

/** Whether its agent has a node, and a way to Karmada. */
const agentRuns = (federation: FederationState, { cluster }: Member): boolean =>
  federation.up &&
  cluster.nodes.some((node) => powered(node) && node.kubelet && !node.rebooted && hasWay(federation.host, node.site))

/** Whether there is a way from where Karmada runs to a site, or to a control plane in a Region. */
function hasWay(host: ClusterState, to: SiteState | undefined): boolean {
  const from = new Set(host.nodes.filter(powered).map((node) => node.site))
  const arrives = to === undefined || !isAway(to.link)
  // a host without nodes in the file is anywhere in its Region
  if (from.size === 0) return arrives
  return [...from].some((site) => site === to || (arrives && !isAway(site.link)))
}

function howLost(member: Member): Member['how'] {
  const { cluster } = member
  if (!cluster.up && isAway(cluster.controlPlane)) return cluster.controlPlane.how
  const link = [cluster.controlPlaneSite, ...cluster.nodes.map((node) => node.site)].find(
    (site) => site !== undefined && isAway(site.link),
  )?.link
  // a machine without power refuses nothing
  return cluster.up && link !== undefined ? link.how : 'blackhole'
}

function reviewMember(world: World, federation: FederationState, member: Member, cause: Cause): void {
  const agents = agentEvents(world, federation, member)
  if (byAgent(member)) reviewAgent(world, member, agentRuns(federation, member), cause, agents)
  setReached(world, federation, member, cause)
  if (federation.up) watchLease(world, federation, member, agents)
}

function setReached(world: World, federation: FederationState, member: Member, cause: Cause): void {
  const now = reaches(federation, member)
  if (now === member.reached) return
  member.reached = now
  member.reachedCause = cause
  member.reachedSince = world.queue.now
  if (now) hearMember(world, federation, member, cause)
  else member.how = howLost(member)
  if (!federation.up || member.agent !== undefined) return
  member.settled = member.probe === undefined && world.log.events[cause]?.at === world.queue.now
  if (member.probe === undefined) watch(world, federation, member)
  if (now && member.ready === 'True') resumeWorks(world, federation, member, cause)
}

const agentEvents = (world: World, federation: FederationState, member: Member): AgentEvents => ({
  missed: (_away, since) => {
    member.observed = false
    member.observedSince = world.queue.now
    publish(world, federation, member, 'Unknown', { cause: since, timer: memberLost('pull') })
  },
  back: ({ since, returned }) => {
    world.queue.cancel(member.probe)
    member.probe = undefined
    const returnedAt = world.log.events[returned]?.at ?? 0
    setReached(world, federation, member, returned)
    if (member.ready === 'True') return
    // an agent that has just been started believes what it finds first
    world.queue.cancel(member.probe)
    member.probe = undefined
    member.observed = true
    member.observedSince = world.queue.now
    const timer = within(world.pace.timer(agentBack(returnedAt - since)), world.queue.now - returnedAt, false)
    publish(world, federation, member, 'True', { cause: returned, timer })
  },
})

const agrees = (member: Member): boolean =>
  member.reached === (member.ready === 'True') && member.observed === member.reached

function watch(world: World, federation: FederationState, member: Member): void {
  if (member.agent !== undefined) return
  const first = world.chance.between(0, seconds.statusFrequency, member.subject, 'probe phase')
  member.probe = world.queue.at(world.queue.now + first, () => probe(world, federation, member))
}

/** One probe; a pulling member's agent looks at its own API in the same way, and reports. */
function probe(world: World, federation: FederationState, member: Member): void {
  const hangs = !member.reached && member.how === 'blackhole'
  const hung = byAgent(member) ? (member.observed ? 45 : 30) : seconds.clientTimeout
  const took = hangs ? world.pace.fixed(hung) : world.chance.latency(0.005, seconds.probe, member.subject, 'probe')
  member.probe = world.queue.at(world.queue.now + took, () => {
    observe(world, federation, member, member.reached)
    member.probe = agrees(member)
      ? undefined
      : world.queue.at(world.queue.now + seconds.statusFrequency, () => probe(world, federation, member))
  })
}

/** A finding is believed once it has been found for half a minute. */
function observe(world: World, federation: FederationState, member: Member, well: boolean): void {
  if (member.observed !== well) {
    member.observed = well
    member.observedSince = world.queue.now
  }
  const believed = member.ready === 'True'
  if (well === believed) return
  const patience = well ? seconds.successThreshold : seconds.failureThreshold
  if (world.queue.now - member.observedSince < patience) return
  const elapsed = world.queue.now - (world.log.events[member.reachedCause]?.at ?? 0)
  const asks = byAgent(member) ? memberLostByAgent(member.how) : memberLost('push', member.how)
  const timer = within(world.pace.timer(well ? memberBack() : asks), elapsed, member.settled)
  publish(world, federation, member, well ? 'True' : 'False', { cause: member.reachedCause, timer })
}

function publish(
  world: World,
  federation: FederationState,
  member: Member,
  ready: Member['ready'],
  because: Because,
): void {
  const from = member.ready
  const lost = ready !== 'True'
  member.ready = ready
  member.readySince = world.queue.now
  member.settled = true
  member.readyCause = world.log.emit({
    subject: member.subject,
    what: 'ready',
    from,
    to: ready,
    because,
    text: lost
      ? `Karmada of ${federation.federation.name} calls ${member.name} ${ready === 'False' ? 'not ready' : 'unknown'}`
      : `Karmada of ${federation.federation.name} calls ${member.name} ready again`,
  })
  member.taints = world.queue.at(world.queue.now + world.chance.latency(0.02, 0.15, member.subject, 'taint'), () => {
    member.taints = undefined
    taint(world, federation, member, lost)
  })
  if (!lost) resumeWorks(world, federation, member, member.readyCause)
}

/** A member that came and went more often than the loops turn is outside the bounds that hold from rest. */
const within = (timer: Timer, elapsed: number, settled: boolean): Timer =>
  settled
    ? timer
    : { ...timer, minSeconds: Math.min(timer.minSeconds, elapsed), maxSeconds: Math.max(timer.maxSeconds, elapsed) }

function taint(world: World, federation: FederationState, member: Member, lost: boolean): void {
  const { missing } = federation
  const because = { cause: member.readyCause, timer: memberTaint() }
  if (member.noSchedule !== lost) {
    member.noSchedule = lost
    world.log.emit({
      subject: member.subject,
      what: 'noSchedule',
      from: !lost,
      to: lost,
      because,
      text: lost ? `${member.name} gets nothing new` : `${member.name} may get new workloads again`,
    })
  }
  const evicts = lost && missing?.length === 0
  if (member.noExecute !== evicts) {
    member.noExecute = evicts
    member.taintedAt = world.queue.now
    member.taintCause = world.log.emit({
      subject: member.subject,
      what: 'noExecute',
      from: !evicts,
      to: evicts,
      because,
      text: evicts
        ? `${member.name} is marked: what does not tolerate it has to leave`
        : `${member.name} is marked no more; what left it does not come back by itself`,
    })
    if (evicts) startEvictions(world, federation, member)
    else cancelEvictions(world, federation, member)
  } else if (lost && missing !== undefined && missing.length > 0) {
    world.log.emit({
      subject: member.subject,
      what: 'failover',
      from: null,
      to: missing.join(','),
      because,
      text: `nothing leaves ${member.name}: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} off, and all four switches are needed`,
    })
  }
  reviewBindings(world, federation, member.readyCause)
}

// The agent of a member that pulls. It holds a lease on the host by which it leads; cut off from the host it cannot renew that, ends
// after ten seconds, and is started over and over with the back-off of a crash. A new one waits for the lease of its predecessor.

import { agentSeconds, karmadaSeconds } from '../../../timers/karmada.ts'
import { powered } from '../reach.ts'
import type { AgentAway, Cause, FederationState, Member, World } from '../state.ts'
import { nextAttempt } from './containers.ts'

export interface AgentEvents {
  /** Its lease is old: it counts as unknown. */
  readonly missed: (away: AgentAway, since: Cause) => void
  readonly back: (away: AgentAway) => void
}

/** `runs`: it has a node, and a way to Karmada. */
export function reviewAgent(world: World, member: Member, runs: boolean, cause: Cause, events: AgentEvents): void {
  const { agent, cluster } = member
  if (!runs) {
    world.queue.cancel(agent?.back)
    if (agent !== undefined) agent.back = undefined
    else {
      const dark = !cluster.nodes.some((node) => powered(node) && node.kubelet)
      member.agent = { since: world.queue.now, cause, dark, returned: cause, back: undefined }
      world.queue.cancel(member.probe)
      member.probe = undefined
    }
    return
  }
  if (agent === undefined) return
  if (!cluster.up) {
    // it asks its own API server first of all
    world.queue.cancel(agent.back)
    agent.back = undefined
    return
  }
  if (agent.back !== undefined) return
  const outage = world.queue.now - agent.since
  if (outage < agentSeconds.renewDeadline && !agent.dark) {
    member.agent = undefined
    world.queue.cancel(member.probe)
    member.probe = undefined
    return
  }
  agent.returned = cause
  agent.back = world.queue.at(world.queue.now + comeback(world, member, agent.dark ? 0 : outage), () => {
    member.agent = undefined
    events.back(agent)
  })
}

function comeback(world: World, { subject }: Member, outage: number): number {
  const { lease, electionRetry, start, firstStatus, renewDeadline } = agentSeconds
  const wait = outage === 0 ? 0 : nextAttempt(Math.max(0, outage - renewDeadline)).wait
  const after = (seconds: number, what: string) => world.chance.latency(0.1, seconds, subject, what)
  const election = world.chance.between(0.1, electionRetry, subject, 'election')
  return wait + after(start, 'agent start') + lease + election + after(firstStatus, 'status')
}

/** The monitor looks every 5 s for leases that are older than 40 s; one that has just started gives each of them as long. */
export function watchLease(world: World, federation: FederationState, member: Member, events: AgentEvents): void {
  const away = member.agent
  if (away === undefined || member.ready !== 'True' || member.probe !== undefined) return
  const upAt = world.log.events[federation.upCause]?.at ?? 0
  const knew = upAt <= away.since
  const age = knew ? world.chance.between(0, karmadaSeconds.leaseRenewal, member.subject, 'lease age') : 0
  const tick = world.chance.between(0, karmadaSeconds.monitorPeriod, member.subject, 'monitor phase')
  const at = Math.max(world.queue.now, Math.max(upAt, away.since) + karmadaSeconds.monitorGrace - age + tick)
  member.probe = world.queue.at(at, () => {
    member.probe = undefined
    if (member.agent === away) events.missed(away, knew ? away.cause : federation.upCause)
  })
}

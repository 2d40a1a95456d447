// The front doors. A load balancer has targets that a controller in the cluster registers, and checks them itself; when all of
// them fail it sends to all (it fails open). A proxy (MetalLB in front of kube-proxy) follows the endpoints while its nodes hear of
// them, and keeps the last ones while they do not.

import { proxySync } from '../../../timers/endpoints.ts'
import { watchReconnect } from '../../../timers/kubelet.ts'
import {
  rejoinedRegistration,
  retriedRegistration,
  targetFirstHealthy,
  targetHealthy,
  targetRegistration,
  targetUnhealthy,
} from '../../../timers/load-balancer.ts'
import type { CheckFailure } from '../../../timers/route53.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce } from '../../../timers/timer.ts'
import { newTarget } from '../build.ts'
import { doorReaches, doorStands } from '../reach.ts'
import { reconnectDelay } from '../reconnect.ts'
import { percent, tidy } from '../share.ts'
import type { Cause, Door, Pod, Target, World } from '../state.ts'
import { isAway } from '../state.ts'
import { hasService, isEndpoint } from './endpoints.ts'
import type { Because } from './pod-events.ts'
import { pods } from './pod-events.ts'

/** The endpoints of the copy changed in the API. */
export function endpointsChanged(world: World, door: Door, cause: Cause): void {
  if (door.kind === 'proxy') followEndpoints(world, door, cause)
  else
    planReconcile(world, door, cause, targetRegistration(), world.chance.between(0.5, 3, door.subject, 'registration'))
}

/** A link, a node or a control plane that the door hangs on changed. */
export function reviewDoor(world: World, door: Door, cause: Cause): void {
  if (door.kind === 'proxy') reviewProxy(world, door, cause)
  else if (door.blocked !== undefined && blockedBy(door) === undefined) catchUp(world, door, door.blocked, cause)
  for (const target of door.targets.values()) reviewTarget(world, door, target, cause)
  reviewShare(world, door, cause)
}

// ---------------------------------------------------------------------------------------------- targets

/** What keeps new targets from the door: its controller is out of touch, the ELB API is away, or the door itself cannot be told. */
function blockedBy(door: Door): NonNullable<Door['blocked']>['by'] | undefined {
  const { cluster, site } = door.copy
  // the controller runs on some node of the cluster, in the Region where the cluster has nodes there
  const inRegion = cluster.nodes.filter((node) => node.site.traits.locale === 'availability-zone')
  const hosts = inRegion.length > 0 ? inRegion : cluster.nodes
  if (!cluster.up || !hosts.some((node) => node.connected)) return 'controller'
  if (isAway(site.balancerControl)) return 'api'
  return door.stands === 'here' && (isAway(site.link) || isAway(site.power)) ? 'door' : undefined
}

function planReconcile(world: World, door: Door, cause: Cause, timer: Timer, wait: number): void {
  door.reconcileCause = cause
  if (door.reconcile !== undefined) return
  const by = blockedBy(door)
  if (by !== undefined) {
    door.blocked ??= { by, since: world.queue.now }
    return
  }
  door.reconcile = world.queue.at(world.queue.now + wait, () => {
    door.reconcile = undefined
    const now = blockedBy(door)
    if (now === undefined) register(world, door, timer)
    else door.blocked ??= { by: now, since: world.queue.now }
  })
}

/** A door that lagged behind is brought up to date: at once, once the controller has its watch back, or when it tries again. */
function catchUp(world: World, door: Door, blocked: NonNullable<Door['blocked']>, cause: Cause): void {
  const { chance, queue } = world
  const outage = queue.now - blocked.since
  const registration = chance.between(0.5, 3, door.subject, 'registration')
  door.blocked = undefined
  if (blocked.by === 'door') planReconcile(world, door, cause, targetRegistration(), registration)
  else if (blocked.by === 'api') {
    const wait = Math.min(outage, 1000) * chance.draw(door.subject, 'registration retry')
    planReconcile(world, door, cause, retriedRegistration(outage), wait)
  } else {
    const { how } = door.copy.site.link
    const watch = reconnectDelay(chance, door.subject, outage, how, world.pace)
    planReconcile(world, door, cause, rejoinedRegistration(how), watch + registration)
  }
}

/**
 * Ready endpoints, and those that the API calls not ready though their containers are and their node is Ready; if there are none,
 * those on Unknown nodes (the controller fails open).
 */
function desiredTargets(door: Door): ReadonlySet<Pod> {
  const { copy } = door
  if (!hasService(copy)) return new Set()
  const present = copy.pods.filter((pod) => !pod.gone && pod.node !== undefined)
  const ready = present.filter(
    (pod) => isEndpoint(pod) || (pod.containersReady && pod.node?.ready === 'True' && !pod.deleted),
  )
  if (ready.length > 0) return new Set(ready)
  return new Set(present.filter((pod) => pod.containersReady && pod.node?.ready === 'Unknown'))
}

function register(world: World, door: Door, timer: Timer): void {
  const desired = desiredTargets(door)
  const going = [...door.targets.values()].filter((target) => !desired.has(target.pod))
  const coming = [...desired].filter((pod) => !door.targets.has(pod))
  if (going.length + coming.length === 0) return
  for (const target of going) {
    world.queue.cancel(target.verdict)
    door.targets.delete(target.pod)
  }
  for (const pod of coming) door.targets.set(pod, newTarget(world, door, pod, false))
  const cause = tellTargets(world, door, { cause: door.reconcileCause, timer }, who(door, 'load balancer'))
  reviewHealth(world, door, { cause, timer: atOnce })
  for (const target of door.targets.values()) reviewTarget(world, door, target, cause)
  reviewShare(world, door, cause)
}

/** The load balancer was deleted with its Ingress. */
export function closeDoor(world: World, door: Door, cause: Cause): void {
  if (door.gone) return
  door.gone = true
  for (const target of door.targets.values()) world.queue.cancel(target.verdict)
  door.targets.clear()
  const told = tellTargets(world, door, { cause, timer: atOnce }, who(door, 'deleted load balancer'))
  reviewHealth(world, door, { cause: told, timer: atOnce })
  reviewShare(world, door, told)
}

const who = ({ copy }: Door, what: string): string => `the ${what} of ${copy.app.name} at ${copy.site.site.name} sends`

function tellTargets(world: World, door: Door, because: Because, sends: string): Cause {
  const { app, site } = door.copy
  const from = door.told.targets
  const to = door.targets.size
  door.told.targets = to
  return world.log.emit({
    subject: door.subject,
    what: 'targets',
    from,
    to,
    because,
    text: `${sends} to ${pods(to)}${from === to ? ', other ones than before' : ''}`,
    site: site.site.name,
    app: app.name,
  })
}

/** The load balancer's own checks of one target: when it asks is fixed, so the time of its verdict is known at once. */
function reviewTarget(world: World, door: Door, target: Target, cause: Cause): void {
  if (door.kind === 'proxy') return
  const { pod } = target
  // a load balancer without power asks nobody; what it last knew stays
  const expects = doorStands(door) ? pod.serving && doorReaches(door, pod) : undefined
  if (expects === target.expects && target.verdict !== undefined) return
  world.queue.cancel(target.verdict)
  target.verdict = undefined
  target.expects = expects
  if (expects === undefined || (expects === target.healthy && !target.initial)) return
  const { check } = door
  const how = doorReaches(door, pod) ? 'refuse' : 'blackhole'
  const first = target.initial && expects
  const rounds = first ? 1 : expects ? check.healthyThreshold : check.unhealthyThreshold
  const asked =
    target.phase + Math.ceil((world.queue.now - target.phase) / check.intervalSeconds) * check.intervalSeconds
  const at = asked + (rounds - 1) * check.intervalSeconds + (expects || how === 'refuse' ? 0 : check.timeoutSeconds)
  const timer = first ? targetFirstHealthy(check) : expects ? targetHealthy(check) : targetUnhealthy(check, how)
  target.verdict = world.queue.at(at, () => {
    target.verdict = undefined
    target.initial = false
    target.healthy = expects
    reviewHealth(world, door, { cause, timer })
    reviewShare(world, door, door.healthyCause)
  })
}

/** What the load balancer counts healthy, and what an alias record makes of it: one is enough, none registered is unhealthy. */
function reviewHealth(world: World, door: Door, because: Because): void {
  const { app, site } = door.copy
  const count = [...door.targets.values()].filter((target) => target.healthy).length
  const from = door.told.healthy
  if (count === from) return
  door.told.healthy = count
  door.healthyCause = world.log.emit({
    subject: door.subject,
    what: 'healthyTargets',
    from,
    to: count,
    because,
    text: `the load balancer of ${app.name} at ${site.site.name} ${healthText(count, from, door.targets.size)}`,
    site: site.site.name,
    app: app.name,
  })
  door.healthy = count > 0
  world.tell.verdict(app, site.site.name, door.healthyCause)
}

function healthText(count: number, before: number, all: number): string {
  if (all === 0) return 'has no pod left'
  if (count > before) return `calls ${count} of ${pods(all)} healthy`
  return count === 0 ? 'calls no pod healthy any more' : `calls only ${count} of ${pods(all)} healthy`
}

// ---------------------------------------------------------------------------------------------- proxies

function followEndpoints(world: World, door: Door, cause: Cause): void {
  door.reconcileCause = cause
  if (!door.follows || door.reconcile !== undefined) return
  door.reconcile = world.queue.at(world.queue.now + world.chance.latency(0.1, 1.2, door.subject, 'proxy sync'), () => {
    door.reconcile = undefined
    if (door.follows) takeEndpoints(world, door, { cause: door.reconcileCause, timer: proxySync() })
  })
}

function takeEndpoints(world: World, door: Door, because: Because): void {
  const endpoints = new Set(hasService(door.copy) ? door.copy.pods.filter(isEndpoint) : [])
  const same = endpoints.size === door.targets.size && [...endpoints].every((pod) => door.targets.has(pod))
  if (same) return
  door.targets.clear()
  for (const pod of endpoints) door.targets.set(pod, newTarget(world, door, pod, true))
  door.told.healthy = endpoints.size
  door.healthy = endpoints.size > 0
  const { app, site } = door.copy
  const onLan = `on the LAN of ${site.site.name} those who ask for ${app.name} are sent`
  reviewShare(world, door, tellTargets(world, door, because, door.opens === 'lan' ? onLan : who(door, 'proxy')))
}

/** The proxies of a site that is out of touch keep their rules; back in touch they take what the API says then, right or not yet. */
function reviewProxy(world: World, door: Door, cause: Cause): void {
  const { site, cluster } = door.copy
  const inTouch = site.nodes.some((node) => node.cluster === cluster && node.connected)
  if (!inTouch) {
    if (door.follows) door.staleSince = world.queue.now
    door.follows = false
    world.queue.cancel(door.reconcile)
    door.reconcile = undefined
    return
  }
  if (door.follows || door.reconcile !== undefined) return
  const restarted = site.power.since >= door.staleSince
  const { how } = site.link
  const delay = restarted
    ? world.chance.between(0.2, 3, door.subject, 'proxy start')
    : reconnectDelay(world.chance, door.subject, world.queue.now - door.staleSince, how, world.pace)
  door.reconcile = world.queue.at(world.queue.now + delay, () => {
    door.reconcile = undefined
    door.follows = true
    takeEndpoints(world, door, { cause, timer: watchReconnect(how) })
  })
}

// ---------------------------------------------------------------------------------------------- what users get

/** The share of requests that the door answers in truth, whatever anybody believes. */
function reviewShare(world: World, door: Door, cause: Cause): void {
  const { share, how } = answersOf(door)
  const late = Math.max(0, ...door.slow.values(), ...door.copy.site.slow.values())
  if (share === door.share && how === door.how && late === door.lateSeconds) return
  const { app, site } = door.copy
  const from = door.share
  door.share = share
  door.how = how
  door.lateSeconds = late
  let told = cause
  if (share !== from && door.opens === 'public') {
    told = world.log.emit({
      subject: door.subject,
      what: 'answers',
      from,
      to: share,
      because: { cause, timer: atOnce },
      text: `the front door of ${app.name} at ${site.site.name} answers ${percent(share)} of requests`,
      site: site.site.name,
      app: app.name,
    })
    door.shareCause = told
  }
  world.tell.door(door, told)
}

function answersOf(door: Door): { readonly share: number; readonly how: CheckFailure } {
  if (door.gone) return { share: 0, how: 'refused' }
  if (!doorStands(door)) return { share: 0, how: 'blackhole' }
  if (door.copy.lookups.fail) return { share: 0, how: 'slow' }
  const all = [...door.targets.values()]
  const healthy = all.filter((target) => target.healthy)
  const routed = healthy.length > 0 ? healthy : all
  if (routed.length === 0) return { share: 0, how: 'refused' }
  const good = routed.filter(({ pod }) => pod.serving && doorReaches(door, pod))
  const silent = routed.some(({ pod }) => !doorReaches(door, pod))
  // a load balancer takes the connection and waits for its target; a proxy hands the packets on into nothing
  const how = !silent ? 'refused' : door.kind === 'balancer' ? 'slow' : 'blackhole'
  return { share: tidy(good.length / routed.length), how: good.length === routed.length ? 'refused' : how }
}

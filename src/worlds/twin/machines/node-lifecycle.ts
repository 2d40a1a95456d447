// The node lifecycle controller, one for each cluster: passes over all nodes every 5 s, verdicts, marks on pods, taints, and the
// state of zones, in the order in which kubernetes v1.36.3 does them (pkg/controller/nodelifecycle/node_lifecycle_controller.go).
// A pass that can change nothing is not acted out: its time is computed, and only the next one that matters is queued.

import { busyRequestSeconds, nodeDetection, podsNotReady, requestSeconds } from '../../../timers/node-lifecycle.ts'
import { atOnce } from '../../../timers/timer.ts'
import { setReady } from '../pods.ts'
import type { Cause, ClusterState, Node, Pod, World } from '../state.ts'
import type { Load } from './node-taints.ts'
import { closeNode, planTaint, queueForTaint, takeTaintOff } from './node-taints.ts'
import { concernAt, inContact, probeOf, step, tickAtOrAfter } from './node-ticks.ts'
import type { Listed } from './node-zones.ts'
import { endPass } from './node-zones.ts'
import type { BusyPass } from './pass.ts'
import { busyPassOf } from './pass.ts'
import { byCopy, pods, tellReady } from './pod-events.ts'

/** Nodes whose contact, verdict or taints are not what they should be, and so concern the coming passes. */
export function watchNode(world: World, node: Node): void {
  node.cluster.monitor.interesting.add(node)
  planPass(world, node.cluster)
}

export function planPass(world: World, cluster: ClusterState): void {
  const { monitor } = cluster
  if (!monitor.running || world.queue.now < monitor.busyUntil) return
  let earliest = Number.POSITIVE_INFINITY
  for (const node of monitor.interesting) {
    const at = concernAt(node)
    if (at === undefined) monitor.interesting.delete(node)
    else earliest = Math.min(earliest, at)
  }
  world.queue.cancel(monitor.pass)
  monitor.pass = undefined
  if (earliest === Number.POSITIVE_INFINITY) return
  // strictly after the grace, and no pass twice
  const at = tickAtOrAfter(cluster, Math.max(earliest + 1e-6, world.queue.now, monitor.passAt + step(cluster) / 2))
  monitor.pass = world.queue.at(at, () => pass(world, cluster, at))
}

function pass(world: World, cluster: ClusterState, at: number): void {
  const { monitor, lifecycle } = cluster
  monitor.pass = undefined
  monitor.passAt = at
  // the controller works on copies of the nodes as they were when the pass began
  const listed: readonly Listed[] = cluster.nodes.map((node) => ({ node, noExecute: node.noExecute }))
  const lost = [...monitor.interesting].filter(
    (node) => node.ready === 'True' && !inContact(node) && world.queue.now > probeOf(node) + lifecycle.graceSeconds,
  )
  for (const node of monitor.interesting) {
    node.newToMonitor = false
    if (node.ready === 'Unknown') queueForTaint(node, at)
    if (node.ready === 'True' && node.noExecute && !lost.includes(node))
      takeTaintOff(world, node, Math.max(node.readyCause, monitor.startedCause))
  }
  if (lost.length === 0) {
    endPass(world, cluster, listed, { pods: 0, nodes: 0 }, false)
    planPass(world, cluster)
    for (const zone of cluster.zones.values()) planTaint(world, cluster, zone)
    return
  }
  busy(world, cluster, listed, world.chance.shuffled(lost, cluster.subject, 'order of nodes'), at)
}

/** A pass that finds nodes lost is as long as the client limit makes it. */
function busy(world: World, cluster: ClusterState, listed: readonly Listed[], lost: readonly Node[], at: number): void {
  const { monitor, lifecycle } = cluster
  const { queue } = world
  const marked = lost.map((node) => ({ node, pods: [...node.pods].filter((pod) => pod.ready && !pod.gone) }))
  const course: BusyPass<Pod> = busyPassOf(
    monitor.client,
    queue.now,
    marked.map((one) => one.pods),
    // played fast, a whole fleet of engines asks for the cores of one machine
    world.pace.speed === 1
      ? requestSeconds
      : world.pace.fixed(
          world.chance.between(requestSeconds, busyRequestSeconds, cluster.subject, 'requests of a pass'),
        ),
  )
  const load = { pods: marked.reduce((sum, one) => sum + one.pods.length, 0), nodes: lost.length }
  const run = monitor.runs.at(-1)
  if (run !== undefined) run.last = at
  monitor.runs.push({ first: course.end + lifecycle.monitorSeconds, last: undefined })
  if (monitor.runs.length > 64) monitor.runs.shift()
  const before = monitor.busy.filter((one) => one.at + one.seconds > at - lifecycle.graceSeconds - 60)
  monitor.busyUntil = course.end
  monitor.busyNodes = lost.length
  monitor.busy.push({ at, seconds: course.end - at, ...load })

  marked.forEach(({ node, pods }, index) => {
    const times = course.nodes[index]
    if (times === undefined) return
    queue.at(times.unknownAt, () =>
      becomeUnknown(
        world,
        node,
        before.reduce((sum, one) => sum + one.seconds, times.unknownAt - at),
      ),
    )
    queue.at(times.noScheduleAt, () => closeNode(world, node, load))
    for (const [, group] of byCopy(pods)) {
      const last = Math.max(...group.map((pod) => times.notReadyAt[pods.indexOf(pod)] ?? times.unknownAt))
      queue.at(last, () => markNotReady(world, node, group, load))
    }
  })
  const { epoch } = monitor
  queue.at(course.end, () => {
    if (monitor.epoch !== epoch) return
    endPass(world, cluster, listed, load, true)
    monitor.busyUntil = 0
    planPass(world, cluster)
    for (const zone of cluster.zones.values()) planTaint(world, cluster, zone)
  })
}

function becomeUnknown(world: World, node: Node, passSeconds: number): void {
  const { cluster, site } = node
  // a node that was heard of meanwhile has a newer object, and the write is refused
  if (node.ready === 'Unknown' || !cluster.up || inContact(node)) return
  node.ready = 'Unknown'
  node.readyCause = world.log.emit({
    subject: node.subject,
    what: 'ready',
    from: 'True',
    to: 'Unknown',
    because: { cause: node.silentCause, timer: nodeDetection(cluster.lifecycle, { passSeconds }) },
    text: `node ${node.name} at ${site.site.name} is Unknown to ${cluster.cluster.name}`,
    site: site.site.name,
  })
  queueForTaint(node, world.queue.now)
  planTaint(world, cluster, node.zone)
}

function markNotReady(world: World, node: Node, group: readonly Pod[], load: Load): void {
  if (node.ready === 'True' || !node.cluster.up) return
  const marked = group.filter((pod) => pod.ready && !pod.gone)
  for (const pod of marked) setReady(pod, false)
  const [first] = marked
  if (first === undefined) return
  const because = { cause: node.readyCause, timer: podsNotReady(load) }
  const told = tellReady(
    world,
    first.copy,
    marked,
    because,
    `${pods(marked.length)} marked NotReady, as ${node.name} is Unknown`,
  )
  world.tell.podsMarked(node, told)
}

/** The controllers have stopped with their control plane: what they had in memory is gone. */
export function stopMonitor(world: World, cluster: ClusterState): void {
  const { monitor } = cluster
  monitor.running = false
  monitor.epoch += 1
  world.queue.cancel(monitor.pass)
  monitor.pass = undefined
  monitor.busyUntil = 0
  for (const zone of cluster.zones.values()) {
    world.queue.cancel(zone.tick)
    zone.tick = undefined
  }
}

/** They have started: every node has a fresh grace, every zone a fresh bucket and no state. */
export function startMonitor(world: World, cluster: ClusterState, cause: Cause): void {
  const { monitor, lifecycle } = cluster
  const now = world.queue.now
  monitor.running = true
  monitor.startedCause = cause
  const first = now + world.chance.latency(0, 0.5, cluster.subject, 'first pass')
  const run = monitor.runs.at(-1)
  if (run !== undefined && run.last === undefined) run.last = now
  monitor.runs.push({ first, last: undefined })
  monitor.passAt = Number.NEGATIVE_INFINITY
  if (monitor.master) forgetDisruption(world, cluster.subject, 'master', 'none', cause)
  monitor.master = false
  for (const zone of cluster.zones.values()) {
    if (zone.disruption !== 'normal') forgetDisruption(world, zone.subject, zone.disruption, 'normal', cause)
    zone.bucket.swap(lifecycle.evictionRate, now)
    zone.disruption = 'normal'
    zone.burnt = 0
    zone.taintedAt.length = 0
  }
  for (const node of cluster.nodes) {
    node.probeReset = first
    node.queuedForTaint = false
    node.knownToTainter = false
    node.newToMonitor = true
    if (!inContact(node)) node.silentCause = cause
    monitor.interesting.add(node)
  }
  planPass(world, cluster)
}

function forgetDisruption(world: World, subject: string, from: string, to: string, cause: Cause): void {
  const text = 'controllers that have just started know of no disruption'
  world.log.emit({ subject, what: 'disruption', from, to, because: { cause, timer: atOnce }, text })
}

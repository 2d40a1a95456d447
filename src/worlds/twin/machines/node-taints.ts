// The taints of nodes. NoSchedule follows the verdict; NoExecute is given out by a bucket for each zone, one node in ten seconds,
// by a loop that looks every 100 ms. (kubernetes v1.36.3 pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go)

import {
  clientLimit,
  monitorWorkers,
  noExecuteRemoved,
  noExecuteTaint,
  noScheduleRemoved,
  noScheduleTaint,
  requestSeconds,
  taintLoopSeconds,
} from '../../../timers/node-lifecycle.ts'
import type { Cause, ClusterState, Node, World, Zone } from '../state.ts'
import { lastTick, recentBusy } from './node-ticks.ts'

/** What a pass had to do: how many pods of how many nodes it marked. */
export type Load = { readonly pods: number; readonly nodes: number }

export function closeNode(world: World, node: Node, load: Load): void {
  if (node.noSchedule || node.ready === 'True' || !node.cluster.up) return
  node.noSchedule = true
  node.noScheduleCause = world.log.emit({
    subject: node.subject,
    what: 'noSchedule',
    from: false,
    to: true,
    because: { cause: node.readyCause, timer: noScheduleTaint(load) },
    text: `node ${node.name} at ${node.site.site.name} takes no new pods`,
    site: node.site.site.name,
  })
}

/** A node that is Ready again is open again. */
export function openNode(world: World, node: Node, cause: Cause): void {
  if (node.ready !== 'True' || !node.noSchedule) return
  const since = Math.max(cause, node.readyCause)
  world.queue.at(world.queue.now + world.chance.latency(0.005, 0.09, node.subject, 'open'), () => {
    if (node.ready !== 'True' || !node.noSchedule || !node.cluster.up) return
    node.noSchedule = false
    node.noScheduleCause = world.log.emit({
      subject: node.subject,
      what: 'noSchedule',
      from: true,
      to: false,
      because: { cause: since, timer: noScheduleRemoved() },
      text: `node ${node.name} at ${node.site.site.name} takes pods again`,
      site: node.site.site.name,
    })
    world.tell.nodeOpen(node, node.noScheduleCause)
  })
}

export function queueForTaint(node: Node, at: number): void {
  // an untainted node is taken out and queued anew in every pass; a tainted one stays known, once it was
  if (node.noExecute && node.knownToTainter) return
  node.queuedForTaint = true
  node.knownToTainter = true
  node.queuedAt = at
}

/** The next turn of the 100 ms loop at which the zone's bucket has a token and its queue a node. */
export function planTaint(world: World, cluster: ClusterState, zone: Zone): void {
  const { monitor } = cluster
  world.queue.cancel(zone.tick)
  zone.tick = undefined
  if (!monitor.running || !zone.nodes.some((node) => node.queuedForTaint)) return
  const ready = zone.bucket.nextAt(world.queue.now)
  if (ready === Number.POSITIVE_INFINITY) return
  const turn = world.pace.fixed(taintLoopSeconds + 0.001)
  const at =
    monitor.taintLoopPhase + Math.ceil((Math.max(ready, world.queue.now) - monitor.taintLoopPhase) / turn) * turn
  zone.tick = world.queue.at(at, () => taintTurn(world, cluster, zone))
}

function taintTurn(world: World, cluster: ClusterState, zone: Zone): void {
  const { monitor } = cluster
  zone.tick = undefined
  // every pass queues all of them anew, in an order of chance; those that a pass under way has just found come last
  const queued = zone.nodes.filter((node) => node.queuedForTaint)
  const lastPass = Math.max(monitor.passAt, lastTick(cluster, world.queue.now))
  const first = Math.min(...queued.map((node) => Math.max(node.queuedAt, lastPass)))
  const next = queued.filter((one) => Math.max(one.queuedAt, lastPass) <= first)
  const node = next[Math.floor(world.chance.draw(zone.subject, 'next to taint') * next.length)]
  if (node === undefined || !zone.bucket.take(world.queue.now)) {
    planTaint(world, cluster, zone)
    return
  }
  node.queuedForTaint = false
  if (node.noExecute || node.ready === 'True') {
    // the token is gone all the same
    zone.burnt += 1
  } else {
    const crowded = world.queue.now < monitor.client.busyUntil
    // however many nodes a pass finds lost, it treats eight side by side: those, the recorder of events and the writer of the other
    // taint are all that ask before this one
    const before = Math.min(monitor.busyNodes, monitorWorkers) + 2
    const request = crowded
      ? (before / clientLimit.perSecond) * world.chance.between(0.6, 1, node.subject, 'taint wait')
      : world.pace.fixed(requestSeconds)
    world.queue.at(world.queue.now + 2 * request, () => putTaint(world, node))
  }
  planTaint(world, cluster, zone)
}

function putTaint(world: World, node: Node): void {
  const { cluster, zone, site } = node
  if (node.noExecute || node.ready === 'True' || !cluster.up || isSpared(cluster, zone)) return
  const cause = Math.max(node.readyCause, zone.lastTaint, zone.stateCause, cluster.monitor.startedCause)
  const rate = zone.bucket.rate > 0 ? zone.bucket.rate : cluster.lifecycle.evictionRate
  node.noExecute = true
  node.noExecuteCause = world.log.emit({
    subject: node.subject,
    what: 'noExecute',
    from: false,
    to: true,
    because: {
      cause,
      timer: { ...noExecuteTaint(cluster.lifecycle, { position: 1 + zone.burnt, rate }), minSeconds: 0 },
    },
    text: `node ${node.name} at ${site.site.name} is marked for eviction`,
    site: site.site.name,
  })
  zone.lastTaint = node.noExecuteCause
  zone.burnt = 0
  zone.taintedAt.push(world.queue.now)
  world.tell.nodeTainted(node, node.noExecuteCause)
}

export function takeTaintOff(world: World, node: Node, cause: Cause): void {
  node.queuedForTaint = false
  node.knownToTainter = false
  node.cluster.monitor.interesting.add(node)
  world.queue.at(world.queue.now + world.pace.fixed(2 * requestSeconds), () => {
    if (!node.noExecute || !node.cluster.up) return
    node.noExecute = false
    node.noExecuteCause = world.log.emit({
      subject: node.subject,
      what: 'noExecute',
      from: true,
      to: false,
      because: {
        cause,
        timer: noExecuteRemoved(node.cluster.lifecycle, {
          passSeconds: recentBusy(node.cluster.monitor, world.queue.now),
        }),
      },
      text: `node ${node.name} at ${node.site.site.name} is no longer marked for eviction`,
      site: node.site.site.name,
    })
    world.tell.nodeUntainted(node)
    world.tell.nodeSilent(node)
  })
}

/** As AWS documents it, nothing is evicted from a zone that is lost as a whole; what was marked before that is spared too. */
export const isSpared = (cluster: ClusterState, zone: Zone): boolean =>
  zone.disruption === 'full' && !cluster.lifecycle.fullZoneEvicts

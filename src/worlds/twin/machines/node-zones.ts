// The state of a cluster's zones, computed at the end of each pass: it decides how fast a lost zone is evicted, or whether at all.
// When every node is lost the controller takes that for a fault of its own, takes the marks off and stops ("master disruption").

import { zoneState } from '../../../timers/node-lifecycle.ts'
import type { Cause, ClusterState, Node, World, Zone, ZoneDisruption } from '../state.ts'
import type { Load } from './node-taints.ts'
import { isSpared, planTaint, takeTaintOff } from './node-taints.ts'
import { concernAt, recentBusy } from './node-ticks.ts'
import type { Because } from './pod-events.ts'

/** A node as it was when the pass began. */
export interface Listed {
  readonly node: Node
  readonly noExecute: boolean
}

export function endPass(
  world: World,
  cluster: ClusterState,
  listed: readonly Listed[],
  load: Load,
  wasBusy: boolean,
): void {
  const { monitor, lifecycle } = cluster
  const now = world.queue.now
  const states = new Map([...cluster.zones.values()].map((zone) => [zone, disruptionOf(cluster, zone)] as const))
  const allLost = cluster.nodes.length > 0 && [...states.values()].every((state) => state === 'full')
  const latest = (nodes: readonly Node[]): Cause =>
    nodes.reduce((cause, node) => Math.max(cause, node.readyCause), monitor.startedCause)
  const because = (zone?: Zone): Because => {
    const cause = latest(zone?.nodes ?? cluster.nodes)
    // a node that came back before the pass began had to wait for it
    const waited = !wasBusy || (world.log.events[cause]?.at ?? 0) < monitor.passAt
    return {
      cause,
      timer: waited ? zoneState(load, lifecycle, { passSeconds: recentBusy(monitor, now) }) : zoneState(load),
    }
  }

  if (allLost && !monitor.master) {
    monitor.master = true
    monitor.masterCause = world.log.emit({
      subject: cluster.subject,
      what: 'disruption',
      from: 'none',
      to: 'master',
      because: because(),
      text: `${cluster.cluster.name} sees no node left, takes that for a fault of its own, and stops evicting`,
    })
    // the copies of the pass: a taint that landed since it began is not on them, and stays
    for (const { node, noExecute } of listed) {
      if (noExecute) takeTaintOff(world, node, monitor.masterCause)
      node.queuedForTaint = false
      node.knownToTainter = false
    }
    for (const zone of cluster.zones.values()) setZone(world, cluster, zone, 'full', 0, monitor.masterCause)
    return
  }
  if (monitor.master && !allLost) {
    monitor.master = false
    monitor.masterCause = world.log.emit({
      subject: cluster.subject,
      what: 'disruption',
      from: 'master',
      to: 'none',
      because: because(),
      text: `${cluster.cluster.name} sees nodes again, and gives those still silent a fresh ${lifecycle.graceSeconds} s`,
    })
    for (const node of cluster.nodes) {
      node.probeReset = now
      if (node.ready === 'True' && !node.connected) node.silentCause = monitor.masterCause
    }
    for (const [zone, state] of states)
      setZone(world, cluster, zone, state, rateOf(cluster, zone, state), monitor.masterCause)
    for (const node of cluster.nodes) if (concernAt(node) !== undefined) monitor.interesting.add(node)
    return
  }
  if (monitor.master) return
  for (const [zone, state] of states) {
    if (state === zone.disruption) continue
    const cause = world.log.emit({
      subject: zone.subject,
      what: 'disruption',
      from: zone.disruption,
      to: state,
      because: because(zone),
      text: zoneText(cluster, zone, state),
    })
    setZone(world, cluster, zone, state, rateOf(cluster, zone, state), cause)
    if (isSpared(cluster, zone)) for (const node of zone.nodes) takeTaintOff(world, node, cause)
  }
}

function setZone(
  world: World,
  cluster: ClusterState,
  zone: Zone,
  state: ZoneDisruption,
  rate: number,
  cause: Cause,
): void {
  if (zone.bucket.rate !== rate) {
    zone.bucket.swap(rate, world.queue.now)
    zone.stateCause = cause
  }
  zone.disruption = state
  planTaint(world, cluster, zone)
}

function disruptionOf(cluster: ClusterState, zone: Zone): ZoneDisruption {
  const lost = zone.nodes.filter((node) => node.ready !== 'True').length
  const all = zone.nodes.length
  if (all > 0 && lost === all) return 'full'
  return lost > 2 && lost / all >= cluster.lifecycle.unhealthyZoneShare ? 'partial' : 'normal'
}

function rateOf({ lifecycle }: ClusterState, zone: Zone, state: ZoneDisruption): number {
  if (state === 'normal') return lifecycle.evictionRate
  if (state === 'full') return lifecycle.fullZoneEvicts ? lifecycle.evictionRate : 0
  return zone.nodes.length > lifecycle.largeZoneNodes ? lifecycle.secondaryEvictionRate : 0
}

function zoneText(cluster: ClusterState, zone: Zone, state: ZoneDisruption): string {
  const name = zone.key === '' ? 'nodes without a zone' : `zone ${zone.key}`
  const rate = rateOf(cluster, zone, state)
  const speed = rate === 0 ? 'nothing is evicted there' : `nodes there are evicted one in ${Math.round(1 / rate)} s`
  return `${cluster.cluster.name} calls ${name} ${state === 'normal' ? 'normal' : `${state === 'full' ? 'fully' : 'partly'} disrupted`}: ${speed}`
}

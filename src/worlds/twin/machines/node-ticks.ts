// When the passes of a node lifecycle controller are, and which nodes concern them: closed forms, so that no idle pass is acted out.

import { idlePassSeconds } from '../../../timers/node-lifecycle.ts'
import type { ClusterState, Monitor, Node } from '../state.ts'

export const step = (cluster: ClusterState): number =>
  cluster.lifecycle.monitorSeconds + (cluster.lifecycle.idlePassSeconds ?? idlePassSeconds)

/** The first tick at or after a time; in the past, the one that there was. */
export function tickAtOrAfter(cluster: ClusterState, time: number): number {
  const { runs } = cluster.monitor
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const run = runs[index]
    const next = runs[index + 1]
    if (run === undefined || (run.first > time && index > 0)) continue
    const tick = run.first + Math.max(0, Math.ceil((time - run.first) / step(cluster) - 1e-9)) * step(cluster)
    return run.last !== undefined && tick > run.last + 1e-6 && next !== undefined ? next.first : tick
  }
  return time
}

/** The last tick before a time, where no pass is under way. */
export function lastTick(cluster: ClusterState, time: number): number {
  const run = cluster.monitor.runs.at(-1)
  if (run === undefined || run.first > time) return Number.NEGATIVE_INFINITY
  return run.first + Math.floor((time - run.first) / step(cluster)) * step(cluster)
}

/** When the controller saw the last renewal of a node, by its own clock. */
export const probeOf = (node: Node): number =>
  Math.max(
    node.probeReset,
    node.lastRenewal === Number.NEGATIVE_INFINITY
      ? Number.NEGATIVE_INFINITY
      : tickAtOrAfter(node.cluster, node.lastRenewal),
  )

/** The time after which a pass has something to do with the node; undefined: it is at rest. */
export function concernAt(node: Node): number | undefined {
  const { cluster } = node
  if (node.newToMonitor) return 0
  if (node.ready === 'Unknown') return node.knownToTainter ? undefined : 0
  if (node.noExecute) return 0
  return inContact(node) ? undefined : probeOf(node) + cluster.lifecycle.graceSeconds
}

/** Whether its control plane hears of it. */
export const inContact = (node: Node): boolean =>
  node.connected && (node.disconnectedAt === Number.NEGATIVE_INFINITY || node.lastRenewal > node.disconnectedAt)

/** Seconds of busy passes that ended lately: what they add to a wait for the next pass. */
export const recentBusy = (monitor: Monitor, now: number): number =>
  monitor.busy.filter((one) => one.at + one.seconds > now - 20).reduce((sum, one) => sum + one.seconds, 0)

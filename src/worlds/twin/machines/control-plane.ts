// A cluster's API server, etcd and controllers, taken as one: there, or not. Without them nothing is decided and nothing is
// forgotten but what the controllers had in memory.

import { controllersStart, controlPlaneBoot } from '../../../timers/control-plane.ts'
import { atOnce } from '../../../timers/timer.ts'
import { powered } from '../reach.ts'
import type { Cause, ClusterState, World } from '../state.ts'
import { isAway } from '../state.ts'
import { startMonitor, stopMonitor } from './node-lifecycle.ts'

/** Looks again at a control plane whose power or Region changed, or that a fault took away. */
export function reviewControlPlane(world: World, cluster: ClusterState, cause: Cause): void {
  const hasPower = standsOnPower(cluster)
  if (!hasPower) cluster.lostPower = true
  const there = hasPower && !isAway(cluster.controlPlane)
  if (!there) {
    world.queue.cancel(cluster.booting)
    cluster.booting = undefined
    if (cluster.up) goDown(world, cluster, cause)
    return
  }
  if (cluster.up || cluster.booting !== undefined) return
  if (!cluster.lostPower) {
    goUp(world, cluster, cause)
    return
  }
  const timer = controlPlaneBoot(bootSeconds(cluster))
  cluster.booting = world.queue.at(world.queue.now + timer.maxSeconds, () => {
    cluster.booting = undefined
    cluster.lostPower = false
    goUp(world, cluster, cause)
  })
}

/** Whether the machines under it have power: a site's, or in a cluster of one machine that machine's. */
function standsOnPower(cluster: ClusterState): boolean {
  const { controlPlaneSite: site } = cluster
  if (site === undefined) return true
  const [only] = cluster.nodes
  if (cluster.cluster.eksAnywhere?.singleNode === true && only !== undefined) return powered(only)
  return !isAway(site.power)
}

const bootSeconds = (cluster: ClusterState): number => Math.max(0, ...cluster.nodes.map((node) => node.bootSeconds))

function goDown(world: World, cluster: ClusterState, cause: Cause): void {
  cluster.up = false
  cluster.downSince = world.queue.now
  cluster.upCause = tellUp(world, cluster, cause, false)
  stopMonitor(world, cluster)
  world.tell.controlPlane(cluster, cluster.upCause)
  world.tell.reach(undefined, cluster, cluster.upCause)
}

function goUp(world: World, cluster: ClusterState, cause: Cause): void {
  cluster.up = true
  cluster.upCause = tellUp(world, cluster, cause, true)
  world.tell.reach(undefined, cluster, cluster.upCause)
  const up = cluster.upCause
  world.queue.at(world.queue.now + world.chance.latency(2, 20, cluster.subject, 'leader'), () => {
    if (!cluster.up || cluster.upCause !== up) return
    const started = world.log.emit({
      subject: cluster.subject,
      what: 'controllers',
      from: 'stopped',
      to: 'running',
      because: { cause: up, timer: controllersStart() },
      text: `the controllers of ${cluster.cluster.name} run again, with fresh memories`,
    })
    startMonitor(world, cluster, started)
    world.tell.controlPlane(cluster, started)
  })
}

/** A fault of the cluster itself has said so already. */
function tellUp(world: World, cluster: ClusterState, cause: Cause, up: boolean): Cause {
  const said = world.log.events[cause]
  if (said?.subject === cluster.subject && said.what === 'controlPlane' && said.at === world.queue.now) return cause
  const booted = up && cluster.controlPlaneSite !== undefined && said !== undefined && said.at < world.queue.now
  return world.log.emit({
    subject: cluster.subject,
    what: 'controlPlane',
    from: up ? 'down' : 'up',
    to: up ? 'up' : 'down',
    because: { cause, timer: booted ? controlPlaneBoot(bootSeconds(cluster)) : atOnce },
    text: `the control plane of ${cluster.cluster.name} is ${up ? 'back' : 'gone'}`,
  })
}

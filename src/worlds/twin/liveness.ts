// How long after the last repair everything must be as it was: the sum of the slowest of each loop. What is not so by then is
// stuck, and a bug of the twin or a fault that the fleet does not recover from by itself.

import { catalogueBounds } from '../../timers/bounds.ts'
import {
  agentBack,
  evictionWorkers,
  karmadaSeconds,
  karmadaStart,
  memberBack,
  memberLost,
} from '../../timers/karmada.ts'
import type { World } from './state.ts'

export function livenessBound(world: World): number {
  const { gitops, apps } = world.fleet
  const startup = Math.max(0, ...apps.map((app) => app.startup))
  const boot = Math.max(
    0,
    world.assume.bootSeconds ?? 120,
    ...[...world.clusters.values()].flatMap((cluster) => cluster.nodes.map((node) => node.bootSeconds)),
  )
  const checks = Math.max(
    0,
    ...apps.map(({ expose }) =>
      expose?.healthCheck === undefined
        ? 0
        : (expose.healthCheck.interval + 4) * Math.max(1, expose.healthCheck.failureThreshold),
    ),
  )
  const flux = gitops === undefined ? 0 : 2 * gitops.interval
  return (
    world.pace.speed *
    (federationBounds(world) + catalogueBounds() + startup + boot + checks + flux + world.assume.propagationSeconds)
  )
}

/** A member is believed lost, given up, made good elsewhere, and believed again; each Work may have to wait for its back-off. */
function federationBounds(world: World): number {
  return Math.max(
    0,
    ...[...world.federations.values()].map(({ bindings, members }) => {
      const stays = bindings.map((one) => one.tolerationSeconds).filter(Number.isFinite)
      const turns = Math.ceil(
        (bindings.reduce((sum, one) => sum + one.objects, 0) * members.length) / evictionWorkers.count,
      )
      const detection = memberLost('push').maxSeconds + memberBack().maxSeconds + karmadaStart().maxSeconds
      const agents = members.some(({ sync }) => sync === 'pull') ? agentBack(Number.POSITIVE_INFINITY).maxSeconds : 0
      const unwell = bindings.map(({ failover }) =>
        failover === undefined ? 0 : failover.unhealthyForSeconds + failover.graceSeconds,
      )
      return (
        detection +
        agents +
        Math.max(0, ...stays) +
        Math.max(0, ...unwell) +
        evictionWorkers.restSeconds * turns +
        karmadaSeconds.graceful +
        2 * karmadaSeconds.retryMax
      )
    }),
  )
}

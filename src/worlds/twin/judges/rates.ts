import { clientLimit } from '../../../timers/node-lifecycle.ts'
import type { Judge, Objection } from './judge.ts'

/** A taint is granted by its bucket, and lands two requests later. */
const landingSeconds = 2

export const rates: Judge = {
  id: 'rates',
  title: 'no zone gets more NoExecute taints, and no controller makes more requests, than their limits allow',
  atEnd(world, timeline) {
    const found: Objection[] = []
    const last = timeline.events.length - 1
    for (const cluster of world.clusters.values()) {
      const { evictionRate } = cluster.lifecycle
      for (const zone of cluster.zones.values()) {
        zone.taintedAt.forEach((at, index) => {
          const first = zone.taintedAt.findIndex(
            (time, earlier) =>
              earlier < index && index - earlier > 1 + evictionRate * (at - time + world.pace.fixed(landingSeconds)),
          )
          if (first >= 0)
            found.push({
              event: last,
              text: `${zone.subject}: ${index - first + 1} nodes marked for eviction within ${(at - (zone.taintedAt[first] ?? 0)).toFixed(1)} s`,
            })
        })
      }
      for (const client of [cluster.monitor.client, cluster.monitor.evictionClient]) {
        const over = overLimit(client.granted)
        if (over !== undefined)
          found.push({
            event: last,
            text: `${cluster.subject}: a controller makes more than ${clientLimit.perSecond} requests a second at ${over.toFixed(3)} s`,
          })
      }
    }
    return found
  },
}

/** The first request that a bucket of the limit's size would not have let go; undefined: none. */
export function overLimit(granted: readonly number[]): number | undefined {
  let level: number = clientLimit.burst
  let before = 0
  for (const at of [...granted].sort((a, b) => a - b)) {
    level = Math.min(clientLimit.burst, level + (at - before) * clientLimit.perSecond) - 1
    before = at
    if (level < -1e-6) return at
  }
  return undefined
}

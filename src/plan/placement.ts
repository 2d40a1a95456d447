// Which copy of an app is where, and which line of the fleet says so.

import type { App, Placement } from '../model/fleet.ts'
import { positionOf } from '../model/origin.ts'
import type { Assignment } from '../model/plan.ts'
import { counted } from '../model/words.ts'
import { dividedOver } from './divided.ts'
import type { Ground } from './ground.ts'

export function placementOf(ground: Ground): readonly Assignment[] {
  return ground.fleet.apps.flatMap((app) => app.placement.flatMap((placement) => assignments(ground, app, placement)))
}

function assignments(ground: Ground, app: App, placement: Placement): readonly Assignment[] {
  const { file, line } = positionOf(ground.fleet.sources, placement.origin)
  const declared = `${file}:${line} asks for ${counted(placement.replicas, 'replica')}`
  const site = ground.find.site(placement.site)
  if (site === undefined) {
    const federation = ground.fleet.federations.find(({ name }) => name === placement.federation)
    return federation === undefined ? [] : dividedOver(ground, app, placement, federation, declared)
  }
  const cluster = ground.clusterAt(site)
  const zone = site.place.zone
  const bound = !placement.pinned
    ? 'its pods may run on any node of the cluster'
    : zone !== undefined && ground.traits(site).ownZone.value
      ? `its pods are bound to the zone ${zone}`
      : 'its pods are bound to the nodes of the site'
  return [
    {
      app: app.name,
      namespace: placement.namespace,
      replicas: placement.replicas,
      site: site.name,
      cluster: cluster?.name ?? '',
      why: `${declared} at ${site.name}; ${bound}`,
    },
  ]
}

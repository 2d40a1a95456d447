// Which copy of an app is where, and which line of the fleet says so.

import type { App, Placement } from '../model/fleet.ts'
import { positionOf } from '../model/origin.ts'
import type { Assignment } from '../model/plan.ts'
import { counted } from './draft.ts'
import type { Ground } from './ground.ts'

export function placementOf(ground: Ground): readonly Assignment[] {
  return ground.fleet.apps.flatMap((app) => app.placement.map((placement) => assignment(ground, app, placement)))
}

function assignment(ground: Ground, app: App, placement: Placement): Assignment {
  const { file, line } = positionOf(ground.fleet.sources, placement.origin)
  const declared = `${file}:${line} asks for ${counted(placement.replicas, 'replica')}`
  const common = { app: app.name, namespace: placement.namespace, replicas: placement.replicas }
  const site = ground.find.site(placement.site)
  if (site === undefined) {
    // one row for the whole: where each replica goes is for Karmada's scheduler to say, and skerry does not guess it yet
    const federation = ground.fleet.federations.find(({ name }) => name === placement.federation)
    const members = federation?.memberClusters ?? []
    const weight = (member: string) =>
      placement.weights !== undefined && Object.hasOwn(placement.weights, member)
        ? placement.weights[member]
        : undefined
    const shares =
      placement.weights === undefined
        ? `the members ${members.join(', ')}`
        : members.map((member) => `${member} (weight ${weight(member) ?? 0})`).join(', ')
    return {
      ...common,
      site: placement.federation ?? '',
      cluster: federation?.host ?? '',
      why: `${declared} on the federation ${placement.federation}; Karmada divides them over ${shares}`,
    }
  }
  const cluster = ground.clusterAt(site)
  const zone = site.place.zone
  const bound = !placement.pinned
    ? 'its pods may run on any node of the cluster'
    : zone !== undefined && ground.traits(site).ownZone.value
      ? `its pods are bound to the zone ${zone}`
      : 'its pods are bound to the nodes of the site'
  return { ...common, site: site.name, cluster: cluster?.name ?? '', why: `${declared} at ${site.name}; ${bound}` }
}

// The copies of apps that stand at sites of one kind of place: what most rules of a place walk over.

import type { App, Cluster, Fleet, Placement, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { PlaceKind } from '../model/place.ts'

export interface Copy {
  readonly app: App
  readonly placement: Placement
  readonly site: Site
  readonly cluster: Cluster | undefined
}

export function copiesAt(fleet: Fleet, kind: PlaceKind): readonly Copy[] {
  const { site: siteNamed, cluster: clusterNamed } = lookup(fleet)
  return fleet.apps.flatMap((app) =>
    app.placement.flatMap((placement) => {
      const site = siteNamed(placement.site)
      return site?.place.kind === kind ? [{ app, placement, site, cluster: clusterNamed(site.cluster) }] : []
    }),
  )
}

export function sitesAt(fleet: Fleet, kind: PlaceKind): readonly Site[] {
  return fleet.sites.filter((site) => site.place.kind === kind)
}

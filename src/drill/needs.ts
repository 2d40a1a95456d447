// Which clusters a drill speaks of: in a world where only a part of the fleet runs, a drill of the rest would prove nothing.

import type { Drill, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'

/** Clusters of the sites, zones, Regions and apps that its faults take and its expectations name. */
export function clustersNeeded(fleet: Fleet, { faults, expect }: Drill): readonly string[] {
  const find = lookup(fleet)
  const names = new Set<string>()
  const addSite = (name: string | undefined): void => {
    const site = find.site(name)
    if (site === undefined) return
    if (site.cluster !== undefined) names.add(site.cluster)
    for (const pool of find.poolsOf(site.name)) if (pool.cluster !== undefined) names.add(pool.cluster)
  }
  const addApp = (name: string | undefined): void => {
    for (const { site, federation } of find.app(name)?.placement ?? []) {
      addSite(site)
      const host = fleet.federations.find((one) => one.name === federation)?.host
      if (host !== undefined) names.add(host)
    }
  }
  for (const { site, cluster, zone, region, app, release } of faults) {
    addSite(site)
    if (cluster !== undefined) names.add(cluster)
    if (release !== undefined) addApp(app)
    for (const { name, place } of fleet.sites)
      if (
        (zone !== undefined && (place.zone === zone || place.parentZone === zone)) ||
        (region !== undefined && place.region === region)
      )
        addSite(name)
  }
  for (const { site, cluster, servedBy, answeredBy, app } of expect) {
    for (const name of [site, servedBy, answeredBy]) addSite(name)
    if (cluster !== undefined) names.add(cluster)
    addApp(app)
  }
  return [...names].sort()
}

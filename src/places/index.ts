// All kinds of place, as a list to read. Outside this folder nobody names one of them: ask `traitsOf`.

import type { Cluster, ClusterKind, Fleet, Site, Subnet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Place, PlaceKind, Traits } from '../model/place.ts'
import type { PlaceDefinition } from './definition.ts'
import { hybrid } from './hybrid/hybrid.ts'
import { localZone } from './local-zone/local-zone.ts'
import { localZones } from './local-zone/zones.ts'
import { onPremises } from './on-premises/on-premises.ts'
import { outpost } from './outpost/outpost.ts'
import { region } from './region/region.ts'
import { regions } from './region/regions.ts'
import { placeOfZone } from './resolve.ts'
import { wavelength } from './wavelength/wavelength.ts'
import { wavelengthZones } from './wavelength/zones.ts'

export type { Law, PlaceDefinition, Topic } from './definition.ts'
export { yaml } from './fragment.ts'
export { isAvailabilityZone } from './region/regions.ts'
export { eksVersions, newestVersion } from './region/versions.ts'
export { placeOfZone, resolvePlace } from './resolve.ts'
export { source } from './sources.ts'
export { isClosed, poolsOpenTo } from './taints.ts'

export const places: Readonly<Record<PlaceKind, PlaceDefinition>> = {
  region,
  localZone,
  wavelength,
  outpost,
  hybrid,
  onPremises,
}

/** What the place allows and does under a cluster of that kind; the cluster itself decides where a kind has several modes. */
export function traitsOf(place: Place, clusterKind: ClusterKind | undefined, cluster?: Cluster): Traits {
  return places[place.kind].traits(place, clusterKind, cluster)
}

/** The traits of a site under the cluster that its pools join. */
export function siteTraits(fleet: Fleet, site: Site): Traits {
  const cluster = lookup(fleet).cluster(site.cluster)
  return traitsOf(site.place, cluster?.kind, cluster)
}

/** The place on which a subnet stands: that of its Outpost where it names one, else that of its zone. */
export function placeOfSubnet(fleet: Fleet, subnet: Subnet): Place {
  const site = subnet.outpost === undefined ? undefined : lookup(fleet).site(subnet.outpost)
  return site?.place ?? placeOfZone(subnet.zone, fleet.zoneFacts)
}

/** Names of the Regions and edge zones that skerry's tables hold, to offer the nearest to a name that is not among them. */
export function knownZones(): readonly string[] {
  return [...Object.keys(regions), ...localZones.map((zone) => zone.name), ...wavelengthZones.map((zone) => zone.name)]
}

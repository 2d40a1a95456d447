// Zones that an account must opt in to, before any subnet can stand there. What the account is known to be opted in to is only looked at.

import type { Site, Subnet } from '../../model/fleet.ts'
import type { Place, Traits } from '../../model/place.ts'
import { placeOfSubnet, traitsOf } from '../../places/index.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'

export function zoneSteps(ground: Ground): readonly Draft[] {
  const { fleet, find } = ground
  const groups = new Map<
    string,
    {
      account: string | undefined
      group: string
      region: string | undefined
      zones: Set<string>
      origin: Site['origin']
    }
  >()
  const see = (account: string | undefined, place: Place, traits: Traits, origin: Site['origin']): void => {
    if (!traits.optIn.value || place.zoneGroup === undefined) return
    const id = idOf.optIn(account, place.zoneGroup)
    const known = groups.get(id) ?? {
      account,
      group: place.zoneGroup,
      region: place.region,
      zones: new Set<string>(),
      origin,
    }
    if (place.zone !== undefined) known.zones.add(place.zone)
    groups.set(id, known)
  }
  for (const site of fleet.sites)
    see(
      find.networkOf(site)?.account ?? find.cluster(site.cluster)?.account,
      site.place,
      ground.traits(site),
      site.origin,
    )
  for (const network of fleet.networks) {
    for (const subnet of network.subnets) {
      const place = placeOfSubnet(fleet, subnet)
      see(network.account, place, traitsOf(place, undefined), subnet.origin)
    }
  }
  const optedIn = new Map(fleet.accounts.map((account) => [account.name, new Set(account.optedIn)]))
  return [...groups].map(([id, { account, group, region, zones, origin }]) => {
    const whose = account === undefined ? 'the account' : `account ${account}`
    const existing = account !== undefined && optedIn.get(account)?.has(group) === true
    return {
      id,
      kind: 'zone.optIn',
      title: existing
        ? `The zone group ${group} is opted in to, in ${whose}`
        : `Opt ${whose} in to the zone group ${group}`,
      subject: { zoneGroup: group, ...(account !== undefined && { account }) },
      needs: [],
      intent: intentOf({ account, region, state: 'opted-in', zoneGroup: group, zones: [...zones].sort() }),
      // AWS takes an account out of a zone group only on request, and only when nothing is left there
      inverse: {
        kind: 'zone.keep',
        title: `${group} stays opted in: it costs nothing, and AWS undoes it only on request`,
      },
      existing,
      origin,
    }
  })
}

/** The opt-ins that subnets of these zones wait for. */
export function optInsOf(
  ground: Ground,
  account: string | undefined,
  subnets: readonly (Pick<Subnet, 'zone'> & { readonly outpost?: string | undefined })[],
): readonly string[] {
  const needs = new Set<string>()
  for (const { zone, outpost } of subnets) {
    if (outpost !== undefined) continue
    const place = placeOfSubnet(ground.fleet, { zone } as Subnet)
    if (traitsOf(place, undefined).optIn.value && place.zoneGroup !== undefined)
      needs.add(idOf.optIn(account, place.zoneGroup))
  }
  return [...needs]
}

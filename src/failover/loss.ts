// Every single thing that a fleet can lose: each site's power and ways, each control plane, zone and Region, and what several sites
// lose together. Sites that are alike (rows of one class, in the same place, with the same part in the apps) are one loss with a
// number: what one store loses, 2,500 stores lose.

import type { Fault, Fleet, NodePool, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Origin } from '../model/origin.ts'
import { siteTraits } from '../places/index.ts'
import type { StandsFor } from './alike.ts'
import { alikeKey, groupAlike } from './alike.ts'

/** A fault without its time. */
export type LossFault = Omit<Fault, 'at' | 'for' | 'origin'>

export type LossKind =
  | 'power'
  | 'uplink'
  | 'serviceLink'
  | 'internet'
  | 'nodes'
  | 'controlPlane'
  | 'zone'
  | 'parentZone'
  | 'region'
  | 'regionControlPlane'
  | 'sharedRisk'
  | 'copy'
  | 'git'
  | 'registry'
  | 'several'

export interface Loss {
  /** Stable and readable: `power/los-angeles`. */
  readonly id: string
  readonly kind: LossKind
  /** `los-angeles loses its power`. */
  readonly title: string
  /** Taken away together. */
  readonly faults: readonly LossFault[]
  /** How many places of the fleet this one stands for, and a few of them. */
  readonly standsFor: StandsFor
  readonly origin: Origin
}

/** All single losses, in the order of the file: sites, clusters, zones, Regions, shared risks, copies of apps. */
export function singleLosses(fleet: Fleet): readonly Loss[] {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const losses = [
    ...ofSites(fleet),
    ...ofClusters(fleet),
    ...ofZones(fleet),
    ...ofRegions(fleet),
    ...ofSharedRisks(fleet),
    ...ofCopies(fleet),
  ]
  made.set(fleet, losses)
  return losses
}

const made = new WeakMap<Fleet, readonly Loss[]>()

/** Losses of what the fleet hangs on besides its places; no app is served by them, so they are no part of N-1. */
export function supplyLosses(fleet: Fleet): readonly Loss[] {
  const one = { count: 1, names: [] }
  return [
    ...(fleet.gitops === undefined
      ? []
      : [
          {
            id: 'git',
            kind: 'git',
            title: 'the Git server is gone',
            faults: [{ lose: 'git' }],
            standsFor: one,
            origin: fleet.gitops.origin,
          } as const,
        ]),
    {
      id: 'registry',
      kind: 'registry',
      title: 'the image registry is gone',
      faults: [{ lose: 'registry' }],
      standsFor: one,
      origin: fleet.origin,
    },
  ]
}

function ofSites(fleet: Fleet): Loss[] {
  return groupSites(fleet).flatMap(({ site, standsFor }) => {
    const of = (kind: LossKind & ('power' | 'uplink' | 'serviceLink' | 'internet'), title: string): Loss => ({
      id: `${kind}/${site.name}`,
      kind,
      title: `${site.name} loses ${title}`,
      faults: [{ site: site.name, lose: kind }],
      standsFor,
      origin: site.origin,
    })
    const losses = [of('power', 'its power'), of('uplink', 'its uplink')]
    if (hangsOnLink(fleet, site)) losses.push(of('serviceLink', 'the link to its control plane'))
    if (reachedOnItsOwn(fleet, site)) losses.push(of('internet', 'its way to the internet'))
    return losses
  })
}

/** Whether the site has a control plane elsewhere, over a link that can be cut. */
export function hangsOnLink(fleet: Fleet, site: Site): boolean {
  const at = lookup(fleet).cluster(site.cluster)?.at
  return at === undefined ? siteTraits(fleet, site).withoutLink.value !== 'runs' : at !== site.name
}

/** Whether users reach the site without its Region. */
export function reachedOnItsOwn(fleet: Fleet, site: Site): boolean {
  return site.internet ?? siteTraits(fleet, site).ownIngress.value
}

function ofClusters(fleet: Fleet): Loss[] {
  return groupAlike(fleet.clusters, (cluster) =>
    cluster.class === undefined ? cluster.name : `${cluster.class}/${cluster.region ?? ''}`,
  ).map(({ first: cluster, standsFor }) => ({
    id: `controlPlane/${cluster.name}`,
    kind: 'controlPlane',
    title: `the control plane of ${cluster.name} is gone`,
    faults: [{ cluster: cluster.name, lose: 'controlPlane' }],
    standsFor,
    origin: cluster.origin,
  }))
}

/** Zones in which something stands or on which something hangs. One that is nothing but a single site is that site's power. */
function ofZones(fleet: Fleet): Loss[] {
  const standing = new Map<string, Set<string>>()
  const hanging = new Map<string, Set<string>>()
  const note = (map: Map<string, Set<string>>, zone: string | undefined, site: string) => {
    if (zone !== undefined) map.set(zone, (map.get(zone) ?? new Set()).add(site))
  }
  for (const site of fleet.sites) {
    const { parentZone } = site.place
    note(hanging, parentZone, site.name)
    for (const zone of zonesOf(fleet, site)) note(standing, zone, site.name)
  }
  const zones = [...new Set([...standing.keys(), ...hanging.keys()])].sort()
  return zones.flatMap((zone): Loss[] => {
    const [only] = standing.get(zone) ?? []
    const site = lookup(fleet).site(only)
    const isThatSite =
      !hanging.has(zone) && standing.get(zone)?.size === 1 && site !== undefined && zonesOf(fleet, site).length === 1
    if (isThatSite) return []
    const first = site ?? lookup(fleet).site([...(hanging.get(zone) ?? [])][0])
    return [
      {
        id: `zone/${zone}`,
        kind: standing.has(zone) ? 'zone' : 'parentZone',
        title: `the zone ${zone} is gone`,
        faults: [{ zone, lose: 'everything' }],
        standsFor: { count: 1, names: [] },
        origin: first?.origin ?? fleet.origin,
      },
    ]
  })
}

/** Zones in which the nodes of a site stand. */
export function zonesOf(fleet: Fleet, site: Site): readonly string[] {
  if (siteTraits(fleet, site).locale !== 'availability-zone') {
    return site.place.zone === undefined || site.place.zone === site.place.parentZone ? [] : [site.place.zone]
  }
  const pools = lookup(fleet).poolsOf(site.name)
  return [...new Set(pools.flatMap((pool) => poolZones(fleet, site, pool)))].sort()
}

/** The Availability Zones over which a pool is spread: of its subnets, of those of the network, or two where nobody says. */
export function poolZones(fleet: Fleet, site: Site, pool: NodePool): readonly string[] {
  const find = lookup(fleet)
  const said = (pool.subnets ?? []).flatMap((name) => find.subnet(name)?.zone ?? [])
  const known = said.length > 0 ? said : (find.networkOf(site)?.subnets ?? []).map((subnet) => subnet.zone)
  const { region } = site.place
  const zones = [...new Set(known)].filter((zone) => zone === `${region}${zone.at(-1)}`).sort()
  return zones.length > 0 ? zones : [`${region}a`, `${region}b`]
}

function ofRegions(fleet: Fleet): Loss[] {
  const first = new Map<string, Origin>()
  for (const { place, origin } of fleet.sites)
    if (place.region !== undefined && !first.has(place.region)) first.set(place.region, origin)
  for (const { region, origin } of fleet.clusters)
    if (region !== undefined && !first.has(region)) first.set(region, origin)
  return [...first]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([region, origin]): Loss[] => {
      const standsFor = { count: 1, names: [] }
      return [
        {
          id: `region/${region}`,
          kind: 'region',
          title: `the Region ${region} is gone`,
          faults: [{ region, lose: 'everything' }],
          standsFor,
          origin,
        },
        {
          id: `regionControlPlane/${region}`,
          kind: 'regionControlPlane',
          title: `the control plane of ${region} is gone, what runs there goes on`,
          faults: [{ region, lose: 'controlPlane' }],
          standsFor,
          origin,
        },
      ]
    })
}

/** What several sites lose together, by the tags that they share. */
function ofSharedRisks(fleet: Fleet): Loss[] {
  const sites = new Map<string, Site[]>()
  for (const site of fleet.sites) {
    for (const tag of site.sharedRisks) {
      const known = sites.get(tag)
      if (known === undefined) sites.set(tag, [site])
      else known.push(site)
    }
  }
  return [...sites].flatMap(([tag, members]): Loss[] => {
    const [first] = members
    if (first === undefined || members.length < 2) return []
    return [
      {
        id: `sharedRisk/${tag}`,
        kind: 'sharedRisk',
        title: `${tag}: ${members.length} sites lose their power together`,
        faults: members.map((site) => ({ site: site.name, lose: 'power' })),
        standsFor: { count: 1, names: members.slice(0, 3).map((site) => site.name) },
        origin: first.origin,
      },
    ]
  })
}

function ofCopies(fleet: Fleet): Loss[] {
  return fleet.apps.flatMap((app) => {
    // copies that a federation divides are put back by it within seconds
    const sites = app.placement.flatMap((placement) => lookup(fleet).site(placement.site) ?? [])
    return groupAlike(sites, (site) => alikeKey(fleet, site, [app])).map(({ first, standsFor }) => ({
      id: `copy/${app.name}/${first.name}`,
      kind: 'copy' as const,
      title: `${app.name} is gone at ${first.name}`,
      faults: [{ app: app.name, site: first.name, scaleTo: 0 }],
      standsFor,
      origin: app.placement.find((placement) => placement.site === first.name)?.origin ?? app.origin,
    }))
  })
}

interface SiteGroup {
  readonly site: Site
  readonly standsFor: StandsFor
}

function groupSites(fleet: Fleet): readonly SiteGroup[] {
  return groupAlike(fleet.sites, (site) => alikeKey(fleet, site, fleet.apps)).map(({ first, standsFor }) => ({
    site: first,
    standsFor,
  }))
}

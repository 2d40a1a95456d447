// The subnets of a network: those that are declared, and those that are missing (a place for nodes, a place for load balancers, two
// zones for a control plane, a way out), each asked for by the first cluster or site that needs it.

import type { App, Cluster, Fleet, Network, Placement, Site, Subnet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Traits } from '../model/place.ts'
import { placeOfSubnet, traitsOf } from '../places/index.ts'
import { withRanges } from './addresses.ts'

export interface PlannedSubnet {
  readonly name: string
  readonly zone: string
  readonly public: boolean
  /** The site whose Outpost it stands on. */
  readonly outpost?: string
  /** Undefined where nothing is left in the network, or where it exists and AWS knows better. */
  readonly cidr: string | undefined
  readonly traits: Traits
  readonly declared?: Subnet
}

export interface Subnets {
  readonly all: readonly PlannedSubnet[]
  /** Those of one site: on its own Outpost, in its own zone, or in the Availability Zones of its Region. */
  readonly at: (site: Site, traits: Traits) => readonly PlannedSubnet[]
}

export type SubnetsOf = (network: string | undefined) => Subnets

const noSubnets: Subnets = { all: [], at: () => [] }

/** By network; computed once for each, when first asked for. */
export function subnetsOf(
  fleet: Fleet,
  before: (network: string) => ReadonlyMap<string, string> = () => new Map(),
): SubnetsOf {
  const users = usersOf(fleet)
  const made = new Map<string, Subnets>()
  return (name) => {
    const network = lookup(fleet).network(name)
    if (network === undefined) return noSubnets
    const known = made.get(network.name)
    if (known !== undefined) return known
    const all = withRanges(network, wanted(fleet, network, users(network.name)), before(network.name))
    const grouped = byGround(all)
    const subnets: Subnets = { all, at: (site, traits) => grouped.get(groundOfSite(site, traits)) ?? [] }
    made.set(network.name, subnets)
    return subnets
  }
}

/** Where subnets stand, as a key: subnets and sites with one key are on the same ground. */
const regionalGround = 'region'
const groundOfSubnet = ({ outpost, zone, traits }: Wanted): string =>
  outpost !== undefined ? `outpost/${outpost}` : traits.locale === 'availability-zone' ? regionalGround : `zone/${zone}`
const groundOfSite = ({ name, place }: Site, { locale }: Traits): string =>
  locale === 'outpost'
    ? `outpost/${name}`
    : locale === 'availability-zone' || place.zone === undefined
      ? regionalGround
      : `zone/${place.zone}`

function byGround<T extends Wanted>(subnets: readonly T[]): Map<string, T[]> {
  const grouped = new Map<string, T[]>()
  for (const subnet of subnets) {
    const ground = groundOfSubnet(subnet)
    const group = grouped.get(ground)
    if (group === undefined) grouped.set(ground, [subnet])
    else group.push(subnet)
  }
  return grouped
}

/** The Region of a network: as declared, or that of its clusters and subnets; undefined for a range on premises. */
export function regionOf(fleet: Fleet, network: Network): string | undefined {
  if (network.region !== undefined) return network.region
  const [subnet] = network.subnets
  return subnet === undefined ? undefined : placeOfSubnet(fleet, subnet).region
}

/** Of each zone the first. */
export function onePerZone(subnets: readonly PlannedSubnet[]): readonly PlannedSubnet[] {
  const seen = new Set<string>()
  return subnets.filter(({ zone }) => !seen.has(zone) && seen.add(zone))
}

interface Users {
  readonly clusters: readonly Cluster[]
  readonly sites: readonly Site[]
}

function usersOf(fleet: Fleet): (network: string) => Users {
  const find = lookup(fleet)
  const users = new Map<string, { clusters: Cluster[]; sites: Site[] }>()
  const of = (network: string) => {
    const known = users.get(network)
    if (known !== undefined) return known
    const fresh = { clusters: [], sites: [] }
    users.set(network, fresh)
    return fresh
  }
  for (const cluster of fleet.clusters) if (cluster.network !== undefined) of(cluster.network).clusters.push(cluster)
  for (const site of fleet.sites) {
    const network = find.networkOf(site)
    if (network !== undefined) of(network.name).sites.push(site)
  }
  return (network) => users.get(network) ?? { clusters: [], sites: [] }
}

type Wanted = Omit<PlannedSubnet, 'cidr'>

/** Declared subnets, then what is missing, in the order in which the fleet asks for it. */
function wanted(fleet: Fleet, network: Network, { clusters, sites }: Users): readonly Wanted[] {
  const find = lookup(fleet)
  const declared = network.subnets.map((subnet): Wanted => {
    const cluster = subnet.outpost === undefined ? undefined : find.cluster(find.site(subnet.outpost)?.cluster)
    const traits = traitsOf(placeOfSubnet(fleet, subnet), cluster?.kind, cluster)
    return {
      name: subnet.name,
      zone: subnet.zone,
      public: subnet.public,
      traits,
      declared: subnet,
      ...(subnet.outpost !== undefined && { outpost: subnet.outpost }),
    }
  })
  const region = regionOf(fleet, network) ?? clusters.find((cluster) => cluster.region !== undefined)?.region
  // of somebody else's network skerry knows only what is declared
  if (region === undefined || network.existing !== undefined) return declared

  const all = [...declared]
  const grounds = byGround(declared)
  const on = (ground: string): readonly Wanted[] => grounds.get(ground) ?? []
  const add = (subnet: Omit<Wanted, 'name'>, stem: string): void => {
    let name = `${network.name}-${stem}-${subnet.public ? 'public' : 'private'}`
    while (find.subnet(name) !== undefined) name = `${name}-2`
    const added = { ...subnet, name }
    all.push(added)
    const ground = groundOfSubnet(added)
    grounds.set(ground, [...on(ground), added])
  }

  const declaredZones = [...new Set(on(regionalGround).map(({ zone }) => zone))]
  const zones = [
    ...declaredZones,
    ...['a', 'b', 'c', 'd', 'e', 'f']
      .map((letter) => `${region}${letter}`)
      .filter((zone) => !declaredZones.includes(zone)),
  ]
  const regional = traitsOf({ kind: 'region', region, known: true }, undefined)
  const covered = (isPublic: boolean) =>
    new Set(on(regionalGround).flatMap((subnet) => (subnet.public === isPublic ? subnet.zone : [])))
  const cover = (isPublic: boolean, count: number): void => {
    const have = covered(isPublic)
    for (const zone of zones) {
      if (have.size >= count) return
      if (have.has(zone)) continue
      have.add(zone)
      add({ zone, public: isPublic, traits: regional }, zone)
    }
  }
  // where nothing is declared for the Region, two zones with both kinds: what every control plane and load balancer there asks for
  const coverBare = (): void => {
    if (declaredZones.length > 0) return
    cover(false, 2)
    cover(true, 2)
  }

  // a NAT gateway stands in a public subnet of the Region; asked for as soon as something is behind it, so that it never moves
  let natOpen = network.egress === 'natGateway' || network.egress === 'natGatewayPerZone'
  const coverNat = (): void => {
    if (!natOpen || !all.some((subnet) => !subnet.public && subnet.traits.natGateway.value !== 'none')) return
    natOpen = false
    cover(true, 1)
  }

  for (const cluster of clusters) {
    if (cluster.kind !== 'eks' || cluster.eks?.subnets !== undefined) continue
    coverBare()
    if (new Set(on(regionalGround).map(({ zone }) => zone)).size < 2) cover(false, 2)
  }
  coverNat()
  for (const site of sites) {
    coverSite(site)
    coverNat()
  }
  return all

  function coverSite(site: Site): void {
    const cluster = find.cluster(site.cluster)
    const traits = traitsOf(site.place, cluster?.kind, cluster)
    const pools = find.poolsOf(site.name).some((pool) => pool.subnets === undefined && !offGrid(pool.kind))
    const fronts = copiesAt(fleet, site).some(({ app, placement }) => frontNeedsSubnets(app, placement, traits))
    const ground = groundOfSite(site, traits)
    if (ground === regionalGround) {
      if (traits.locale !== 'none' || fronts) coverBare()
      if (pools) cover(false, 1)
      if (fronts) cover(true, traits.loadBalancerSubnets.value.min)
      return
    }
    const { zone } = site.place
    if (zone === undefined || site.place.region !== region) return
    const here = on(ground)
    const onOutpost = traits.locale === 'outpost'
    const place = { zone, traits, ...(onOutpost && { outpost: site.name }) }
    const stem = onOutpost ? site.name : zone
    // where no NAT gateway reaches, nodes find their control plane only from a subnet with a way out of its own
    const nodesInPublic = traits.natGateway.value === 'none' && traits.publicRoute.value !== 'none'
    const bare = here.length === 0 && (pools || fronts)
    if (!nodesInPublic && (bare || (pools && here.every((subnet) => subnet.public))))
      add({ ...place, public: false }, stem)
    if (bare || (fronts && !here.some((subnet) => subnet.public))) add({ ...place, public: true }, stem)
  }
}

/** Copies that users may reach at a site, those that a federation divides included. */
function copiesAt(fleet: Fleet, site: Site): readonly { readonly app: App; readonly placement: Placement }[] {
  const here = lookup(fleet).placementsAt(site.name)
  if (fleet.federations.length === 0) return here
  const fronts = federatedFronts(fleet)
  const federated = fleet.apps.flatMap((app) =>
    app.placement.flatMap((placement) => (fronts.get(placement)?.includes(site) === true ? { app, placement } : [])),
  )
  return [...here, ...federated]
}

const madeFronts = new WeakMap<Fleet, ReadonlyMap<Placement, readonly Site[]>>()

/** For each copy that a federation divides, the sites of its app's routing at which a member's nodes stand. */
export function federatedFronts(fleet: Fleet): ReadonlyMap<Placement, readonly Site[]> {
  const known = madeFronts.get(fleet)
  if (known !== undefined) return known
  const find = lookup(fleet)
  const membersOf = new Map(fleet.federations.map(({ name, memberClusters }) => [name, new Set(memberClusters)]))
  const fronts = new Map<Placement, readonly Site[]>()
  for (const { expose, placement: copies } of fleet.apps) {
    if (expose === undefined) continue
    const { simple, failover, weighted, latency, geolocation, multivalue } = expose.routing
    const names = [
      ...(simple === undefined ? [] : [simple]),
      ...(failover ?? []),
      ...Object.keys(weighted ?? {}),
      ...(latency ?? []),
      ...Object.values(geolocation ?? {}),
      ...(multivalue ?? []),
    ]
    const sites = [...new Set(names)].flatMap((name) => find.site(name) ?? [])
    for (const copy of copies) {
      const members = membersOf.get(copy.federation ?? '')
      if (members !== undefined)
        fronts.set(
          copy,
          sites.filter(({ cluster }) => members.has(cluster ?? '')),
        )
    }
  }
  madeFronts.set(fleet, fronts)
  return fronts
}

const offGrid = (kind: string): boolean => kind === 'hybrid' || kind === 'machines'

export function loadBalancerOf(app: App, traits: Traits): NonNullable<NonNullable<App['expose']>['loadBalancer']> {
  return app.expose?.loadBalancer ?? traits.loadBalancers.value[0] ?? 'none'
}

/** Whether a copy is reached by a load balancer that AWS places into subnets, and none are named. */
function frontNeedsSubnets(app: App, placement: Placement, traits: Traits): boolean {
  if (app.expose === undefined || placement.subnets !== undefined) return false
  return isAws(loadBalancerOf(app, traits))
}

export const isAws = (kind: string): boolean => kind === 'alb' || kind === 'nlb'

/** Subnets by name. */
export function named(subnets: readonly PlannedSubnet[], names: readonly string[]): readonly PlannedSubnet[] {
  return names.flatMap((name) => subnets.find((subnet) => subnet.name === name) ?? [])
}

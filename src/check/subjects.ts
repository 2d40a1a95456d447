// What most laws walk over, worked out once per fleet: pools with their traits, subnets with their place, copies of apps with their
// site. A fleet of ten thousand sites is walked by some hundred laws.

import type { App, Cluster, Fleet, Manifest, Network, NodePool, Placement, Site, Subnet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Place, Traits } from '../model/place.ts'
import { placeOfSubnet, traitsOf } from '../places/index.ts'

export interface SiteSubject {
  readonly site: Site
  readonly cluster: Cluster | undefined
  readonly network: Network | undefined
  readonly traits: Traits
}

export interface PoolSubject {
  readonly pool: NodePool
  readonly site: Site
  readonly cluster: Cluster | undefined
  readonly traits: Traits
}

export interface SubnetSubject {
  readonly subnet: Subnet
  readonly network: Network
  readonly place: Place
  readonly traits: Traits
}

export interface CopySubject extends SiteSubject {
  readonly app: App
  readonly placement: Placement
}

export interface Subjects {
  readonly sites: readonly SiteSubject[]
  readonly pools: readonly PoolSubject[]
  readonly subnets: readonly SubnetSubject[]
  readonly copies: readonly CopySubject[]
  readonly manifests: readonly { readonly manifest: Manifest; readonly app: App }[]
  readonly siteNamed: ReadonlyMap<string, SiteSubject>
  readonly subnetNamed: ReadonlyMap<string, SubnetSubject>
}

const made = new WeakMap<Fleet, Subjects>()

export function subjects(fleet: Fleet): Subjects {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const fresh = workOut(fleet)
  made.set(fleet, fresh)
  return fresh
}

function workOut(fleet: Fleet): Subjects {
  const { cluster: clusterNamed, networkOf } = lookup(fleet)
  const sites = fleet.sites.map((site): SiteSubject => {
    const cluster = clusterNamed(site.cluster)
    return { site, cluster, network: networkOf(site), traits: traitsOf(site.place, cluster?.kind, cluster) }
  })
  const siteNamed = new Map(sites.map((subject) => [subject.site.name, subject]))
  const pools = fleet.pools.flatMap((pool): PoolSubject[] => {
    const at = siteNamed.get(pool.site)
    if (at === undefined) return []
    if (pool.cluster === at.site.cluster) return [{ pool, site: at.site, cluster: at.cluster, traits: at.traits }]
    const cluster = clusterNamed(pool.cluster)
    return [{ pool, site: at.site, cluster, traits: traitsOf(at.site.place, cluster?.kind, cluster) }]
  })
  const subnets = fleet.networks.flatMap((network) =>
    network.subnets.map((subnet): SubnetSubject => {
      const place = placeOfSubnet(fleet, subnet)
      return { subnet, network, place, traits: traitsOf(place, undefined) }
    }),
  )
  const copies = fleet.apps.flatMap((app) =>
    app.placement.flatMap((placement): CopySubject[] => {
      const at = siteNamed.get(placement.site ?? '')
      return at === undefined ? [] : [{ ...at, app, placement }]
    }),
  )
  const subnetNamed = new Map(subnets.map((subject) => [subject.subnet.name, subject]))
  return { sites, pools, subnets, copies, manifests: manifestsOf(fleet), siteNamed, subnetNamed }
}

/** Each manifest once, though the copies of an app share theirs. */
function manifestsOf(fleet: Fleet): Subjects['manifests'] {
  const seen = new Set<string>()
  return fleet.apps.flatMap((app) => {
    const lists = new Set(app.placement.map((placement) => placement.manifests))
    return [...lists].flat().flatMap((manifest) => {
      const key = `${manifest.origin.file}#${manifest.origin.pointer}#${manifest.namespace ?? ''}#${app.name}`
      if (seen.has(key)) return []
      seen.add(key)
      return [{ manifest, app }]
    })
  })
}

export function eksClusters(fleet: Fleet): readonly Cluster[] {
  return fleet.clusters.filter((cluster) => cluster.eks !== undefined)
}

// Finding things in a fleet by name, in constant time. The index is made once per fleet and forgotten with it.

import type { App, Audience, Cluster, Fleet, Network, NodePool, Placement, Site, Subnet } from './fleet.ts'
import { groupBy, push } from './group-by.ts'

export interface Lookup {
  site(name: string | undefined): Site | undefined
  cluster(name: string | undefined): Cluster | undefined
  network(name: string | undefined): Network | undefined
  subnet(name: string | undefined): (Subnet & { readonly network: Network }) | undefined
  app(name: string | undefined): App | undefined
  audience(name: string | undefined): Audience | undefined
  poolsOf(site: string): readonly NodePool[]
  /** Every pool that joins the cluster, whichever site it stands at. */
  poolsIn(cluster: string): readonly NodePool[]
  /** Sites of which a pool joins the cluster, or that name it. */
  sitesOf(cluster: string): readonly Site[]
  /** Copies of apps at the site. */
  placementsAt(site: string): readonly { readonly app: App; readonly placement: Placement }[]
  /** The network of a site: its own, or that of its cluster; undefined for a range on premises. */
  networkOf(site: Site): Network | undefined
}

const made = new WeakMap<Fleet, Lookup>()

export function lookup(fleet: Fleet): Lookup {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const fresh = index(fleet)
  made.set(fleet, fresh)
  return fresh
}

function index(fleet: Fleet): Lookup {
  const named = <T extends { readonly name: string }>(items: readonly T[]) =>
    new Map(items.map((item) => [item.name, item]))
  const sites = named(fleet.sites)
  const clusters = named(fleet.clusters)
  const networks = named(fleet.networks)
  const apps = named(fleet.apps)
  const audiences = named(fleet.audiences)
  const subnets = new Map(
    fleet.networks.flatMap((network) =>
      network.subnets.map((subnet) => [subnet.name, { ...subnet, network }] as const),
    ),
  )
  const poolsOf = groupBy(fleet.pools, (pool) => pool.site)
  const poolsIn = groupBy(fleet.pools, (pool) => pool.cluster)
  const sitesOf = new Map<string, Site[]>()
  for (const site of fleet.sites) {
    const names = new Set([site.cluster, ...(poolsOf.get(site.name) ?? []).map((pool) => pool.cluster)])
    for (const name of names) if (name !== undefined) push(sitesOf, name, site)
  }
  const placementsAt = new Map<string, { app: App; placement: Placement }[]>()
  for (const app of fleet.apps)
    for (const placement of app.placement)
      if (placement.site !== undefined) push(placementsAt, placement.site, { app, placement })
  return {
    site: (name) => sites.get(name ?? ''),
    cluster: (name) => clusters.get(name ?? ''),
    network: (name) => networks.get(name ?? ''),
    subnet: (name) => subnets.get(name ?? ''),
    app: (name) => apps.get(name ?? ''),
    audience: (name) => audiences.get(name ?? ''),
    poolsOf: (site) => poolsOf.get(site) ?? [],
    poolsIn: (cluster) => poolsIn.get(cluster) ?? [],
    sitesOf: (cluster) => sitesOf.get(cluster) ?? [],
    placementsAt: (site) => placementsAt.get(site) ?? [],
    networkOf: (site) =>
      networks.get(
        typeof site.network === 'string'
          ? site.network
          : site.network === undefined
            ? (clusters.get(site.cluster ?? '')?.network ?? '')
            : '',
      ),
  }
}

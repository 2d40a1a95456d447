// The slots of an Outpost: what was ordered, and what the fleet takes of it. A pool takes its slots from its first instance type;
// the control plane of a local cluster takes three.

import type { Cluster, Fleet, NodePool, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'

export interface Slots {
  readonly type: string
  readonly ordered: number
  readonly taken: number
  readonly pools: readonly NodePool[]
  /** Local clusters whose control plane takes of them. */
  readonly clusters: readonly Cluster[]
}

/** The slots of each instance type that was ordered or is asked for; nothing where the fleet does not say what was ordered. */
export function slotsOf(fleet: Fleet, site: Site): readonly Slots[] {
  const capacity = site.place.capacity
  if (capacity === undefined) return []
  const pools = lookup(fleet).poolsOf(site.name)
  const clusters = localClustersAt(fleet, site)
  const types = new Set([
    ...Object.keys(capacity),
    ...pools.flatMap(typeOf),
    ...clusters.flatMap((cluster) => cluster.eksOutpost?.controlPlaneInstanceType ?? []),
  ])
  return [...types].map((type) => {
    const ofType = pools.filter((pool) => typeOf(pool)[0] === type)
    const planes = clusters.filter((cluster) => cluster.eksOutpost?.controlPlaneInstanceType === type)
    const taken = ofType.reduce((sum, pool) => sum + pool.replicas, 0) + planes.length * 3
    return { type, ordered: capacity[type] ?? 0, taken, pools: ofType, clusters: planes }
  })
}

const typeOf = (pool: NodePool): readonly string[] => (pool.instanceTypes ?? []).slice(0, 1)

/** Local clusters whose control plane stands at the site: those that say so, or whose pools are there. */
export function localClustersAt(fleet: Fleet, site: Site): readonly Cluster[] {
  const { cluster, poolsOf } = lookup(fleet)
  const named = new Set([site.cluster, ...poolsOf(site.name).map((pool) => pool.cluster)])
  const joined = [...named].flatMap((name) => cluster(name) ?? [])
  const standing = (standingAt(fleet).get(site.name) ?? []).filter((candidate) => !named.has(candidate.name))
  return [...joined, ...standing].filter((candidate) => candidate.kind === 'eksOutpost')
}

const made = new WeakMap<Fleet, ReadonlyMap<string, readonly Cluster[]>>()

/** Clusters by the site that they say they stand at, found once for all sites. */
function standingAt(fleet: Fleet): ReadonlyMap<string, readonly Cluster[]> {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const sites = new Map<string, Cluster[]>()
  for (const cluster of fleet.clusters) {
    if (cluster.at === undefined) continue
    const there = sites.get(cluster.at)
    if (there === undefined) sites.set(cluster.at, [cluster])
    else there.push(cluster)
  }
  made.set(fleet, sites)
  return sites
}

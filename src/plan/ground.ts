// What several steps need to know of the fleet and nobody declared: the subnets with their ranges, which cluster a copy lands on, which
// controller a cluster runs, who delivers to it, what must be ready before anything is installed. Worked out once per plan.

import { loadBalancerController } from '../model/declaration/cluster.ts'
import type { App, Cluster, Fleet, NodePool, Placement, Site } from '../model/fleet.ts'
import type { Lookup } from '../model/lookup.ts'
import { lookup } from '../model/lookup.ts'
import type { Traits } from '../model/place.ts'
import { siteTraits } from '../places/index.ts'
import { idOf } from './draft.ts'
import type { SubnetsOf } from './subnets.ts'
import { federatedFronts, isAws, loadBalancerOf, subnetsOf } from './subnets.ts'

export interface Controller {
  readonly version: string
  readonly releaseName: string
  readonly serviceAccount: string
  readonly role: string
  readonly identity: 'podIdentity' | 'oidc'
  /** By the name that the chart gives it, for whoever waits for it. */
  readonly deployment: string
}

export interface Ground {
  readonly fleet: Fleet
  readonly find: Lookup
  readonly subnets: SubnetsOf
  readonly traits: (site: Site) => Traits
  /** The load balancer controller of a cluster: declared, or wanted by an app with a load balancer of AWS. */
  readonly controller: (cluster: Cluster) => Controller | undefined
  /** Whether IAM trusts the cluster's service accounts through an OIDC provider. */
  readonly oidc: (cluster: Cluster) => boolean
  /** Whether Flux delivers to the cluster. */
  readonly byFlux: (cluster: Cluster | undefined) => boolean
  /** The name under which a cluster's files lie in the repository. */
  readonly directory: (cluster: Cluster) => string
  /** The sites at which users reach a copy that a federation divides: those of its routing where a member runs it. */
  readonly frontsOf: (placement: Placement) => readonly Site[]
  /** The cluster on which copies at a site run. */
  readonly clusterAt: (site: Site) => Cluster | undefined
  /** Whether other clusters are made by this one. */
  readonly manages: (cluster: string | undefined) => boolean
  /** Pools of the Region to which cluster DNS is kept, because zones of the cluster cannot ask each other; none where they can. */
  readonly dnsHolders: (cluster: Cluster) => readonly NodePool[]
  /** Steps after which nodes of the cluster (at the site, where one is named) are Ready. */
  readonly ready: (cluster: Cluster, site?: Site) => readonly string[]
  /** The step that places a copy. */
  readonly placing: (app: App, placement: Placement) => string
  /** Steps that place copies of an app at a site, or all of them where the site names none. */
  readonly placingAt: (app: App, site: string) => readonly string[]
}

/** By which nodes of the Region are told from those of the zones that hang on it (founding facts 143 and 147). */
export const dnsLabel = { 'parentregion.resources': 'true' } as const

export const controllerName = 'aws-load-balancer-controller'

export function groundOf(fleet: Fleet, before?: (network: string) => ReadonlyMap<string, string>): Ground {
  const find = lookup(fleet)
  const traits = remember((site: Site) => siteTraits(fleet, site))
  const fluxClusters = fleet.gitops?.clusters === undefined ? undefined : new Set(fleet.gitops.clusters)
  const byFlux = (cluster: Cluster | undefined) =>
    fleet.gitops !== undefined &&
    cluster !== undefined &&
    (fluxClusters === undefined || fluxClusters.has(cluster.name))
  const clusterAt = remember(
    (site: Site) => find.cluster(site.cluster) ?? find.cluster(find.poolsOf(site.name)[0]?.cluster),
  )

  const makers = new Set(
    fleet.clusters.flatMap(({ name, eksAnywhere }) =>
      eksAnywhere?.managementCluster === name ? [] : (eksAnywhere?.managementCluster ?? []),
    ),
  )

  const frontsOf = (placement: Placement): readonly Site[] =>
    placement.federation === undefined ? nowhere : (federatedFronts(fleet).get(placement) ?? nowhere)
  const federatedAt = new Map<Site, App[]>()
  for (const app of fleet.apps)
    for (const placement of app.placement)
      if (placement.federation !== undefined)
        for (const site of frontsOf(placement)) federatedAt.set(site, [...(federatedAt.get(site) ?? []), app])

  const wantsController = remember((cluster: Cluster) =>
    find
      .sitesOf(cluster.name)
      .some(
        (site) =>
          clusterAt(site) === cluster &&
          [...find.placementsAt(site.name).map(({ app }) => app), ...(federatedAt.get(site) ?? [])].some(
            (app) => app.expose !== undefined && isAws(loadBalancerOf(app, traits(site))),
          ),
      ),
  )
  const controller = remember((cluster: Cluster): Controller | undefined => {
    if (cluster.kind !== 'eks' && cluster.kind !== 'eksOutpost') return undefined
    const declared = cluster[cluster.kind]?.loadBalancerController
    if (declared === undefined && !wantsController(cluster)) return undefined
    const chosen = declared ?? loadBalancerController.parse({})
    const releaseName = chosen.releaseName ?? controllerName
    const sites = find.sitesOf(cluster.name)
    const podIdentity =
      cluster.eks?.oidcProvider !== true && sites.length > 0 && sites.every((site) => traits(site).podIdentity.value)
    return {
      version: chosen.version,
      releaseName,
      serviceAccount: chosen.serviceAccount,
      role: chosen.role ?? `${cluster.name}-load-balancer-controller`,
      identity: chosen.identity ?? (podIdentity ? 'podIdentity' : 'oidc'),
      // the chart names its Deployment after the release where that contains its own name, and joins the two elsewhere
      deployment: releaseName.includes(controllerName) ? releaseName : `${releaseName}-${controllerName}`,
    }
  })

  const dnsHolders = remember((cluster: Cluster): readonly NodePool[] => {
    const sites = find.sitesOf(cluster.name)
    const apart = sites.some((site) => !traits(site).holdsClusterDns.value && traits(site).locale !== 'none')
    if (!apart || cluster.kind === 'existing') return []
    return find.poolsIn(cluster.name).filter((pool) => {
      const site = find.site(pool.site)
      return site !== undefined && traits(site).locale === 'availability-zone' && pool.kind !== 'fargate'
    })
  })

  const readyAt = remember((site: Site) => find.poolsOf(site.name).map(readyId))
  const readyIn = remember((cluster: Cluster) => {
    const pools = find.poolsIn(cluster.name)
    return pools.length > 0 ? pools.map(readyId) : [idOf.cluster(cluster.name)]
  })

  const placings = new Map<
    App,
    { readonly byCopy: ReadonlyMap<Placement, string>; readonly bySite: ReadonlyMap<string, readonly string[]> }
  >()
  for (const app of fleet.apps) {
    const byCopy = new Map<Placement, string>()
    const bySite = new Map<string, readonly string[]>()
    for (const placement of app.placement) {
      const at = placement.site ?? placement.federation ?? 'fleet'
      const ids = bySite.get(at) ?? []
      // two copies at one site are told apart by their namespaces
      const id = ids.length === 0 ? idOf.app(app.name, at) : idOf.app(app.name, at, placement.namespace)
      byCopy.set(placement, id)
      bySite.set(at, [...ids, id])
    }
    placings.set(app, { byCopy, bySite })
  }

  let named: ReadonlyMap<Cluster, string> | undefined
  const directories = (): ReadonlyMap<Cluster, string> => {
    named ??= directoriesOf(fleet, find)
    return named
  }

  return {
    fleet,
    find,
    subnets: subnetsOf(fleet, before),
    traits,
    controller,
    oidc: (cluster) => cluster.eks?.oidcProvider === true || controller(cluster)?.identity === 'oidc',
    byFlux,
    directory: (cluster) => directories().get(cluster) ?? cluster.name,
    frontsOf,
    manages: (cluster) => cluster !== undefined && makers.has(cluster),
    clusterAt,
    dnsHolders,
    ready: (cluster, site) => {
      if (site === undefined) return readyIn(cluster)
      const pools = find.poolsOf(site.name)
      const joined = pools.every((pool) => pool.cluster === cluster.name)
        ? readyAt(site)
        : pools.filter((pool) => pool.cluster === cluster.name).map(readyId)
      return joined.length > 0 ? joined : [idOf.cluster(cluster.name)]
    },
    placing: (app, placement) => placings.get(app)?.byCopy.get(placement) ?? idOf.app(app.name, placement.site ?? ''),
    placingAt: (app, site) => {
      const bySite = placings.get(app)?.bySite
      return bySite?.get(site) ?? [...(bySite?.values() ?? [])].flat()
    },
  }
}

/**
 * After the site, so that the repository reads like the fleet; where several clusters stand at one, the site's own cluster has its name
 * and the others keep theirs. The first site keeps it when another joins the cluster: a directory that moves would make Flux start over.
 */
function directoriesOf(fleet: Fleet, find: Lookup): ReadonlyMap<Cluster, string> {
  const wanted = fleet.clusters.map((cluster) => ({
    cluster,
    site: cluster.at ?? find.sitesOf(cluster.name)[0]?.name ?? cluster.name,
  }))
  const owners = new Map<string, Cluster>()
  for (const { cluster, site } of wanted)
    if (!owners.has(site) || find.site(site)?.cluster === cluster.name) owners.set(site, cluster)
  return new Map(
    wanted.map(({ cluster, site }) => {
      if (owners.get(site) === cluster) return [cluster, site]
      return [cluster, owners.has(cluster.name) ? `${cluster.name}-at-${site}` : cluster.name]
    }),
  )
}

const nowhere: readonly Site[] = []

export const readyId = (pool: NodePool): string => idOf.verify('nodes-ready', pool.site, pool.name)

/** Asked again, the same answer, without working it out again. */
export function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined || made.has(key)) return known as Value
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}

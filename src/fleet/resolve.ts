// From what is declared to the fleet: places with all that is known of them, pools with their site and cluster, apps with their copies.
// Everything here has passed the schema and every reference leads somewhere; what is left to refuse is a selector that selects nothing.

import type { z } from 'zod'
import type { appDocument } from '../model/declaration/app.ts'
import type { cluster as clusterSchema } from '../model/declaration/cluster.ts'
import type { drillDocument } from '../model/declaration/drill.ts'
import type {
  audience as audienceSchema,
  federation as federationSchema,
  fleetDocument,
  site as siteSchema,
} from '../model/declaration/fleet.ts'
import type {
  Audience,
  Cluster,
  ClusterKind,
  Federation,
  Fleet,
  FleetClass,
  NodePool,
  Site,
  ZoneFacts,
} from '../model/fleet.ts'
import type { Origin, SourceFile } from '../model/origin.ts'
import type { Location, Place } from '../model/place.ts'
import { resolvePlace, traitsOf } from '../places/index.ts'
import type { ManifestsOf } from './apps.ts'
import { makeApp, makeDrill } from './apps.ts'
import type { Path, Read } from './document.ts'
import { originOf } from './document.ts'
import type { Problems } from './problems.ts'
import { carries, nothingSelected } from './select.ts'

export interface Entity<Schema extends z.ZodType> {
  readonly value: z.output<Schema>
  readonly origin: Origin
  readonly class?: string
}

export interface Expanded {
  readonly classes: readonly FleetClass[]
  readonly sites: readonly Entity<typeof siteSchema>[]
  readonly clusters: readonly Entity<typeof clusterSchema>[]
}

export interface Everything {
  readonly fleet: Read<typeof fleetDocument>
  readonly apps: readonly Read<typeof appDocument>[]
  readonly drills: readonly Read<typeof drillDocument>[]
  readonly expanded: Expanded
  readonly manifestsOf: ManifestsOf
  readonly sources: () => Readonly<Record<string, SourceFile>>
}

export function resolveFleet(
  { fleet, apps, drills, expanded, manifestsOf, sources }: Everything,
  problems: Problems,
): Fleet {
  const { document, value } = fleet
  const at = (path: Path) => ({ origin: originOf(document, path) })
  const zoneFacts: readonly ZoneFacts[] = value.facts?.zones ?? []

  const placeOf = placesOnce(zoneFacts)
  const sites: Site[] = [
    ...value.sites.map((site, index) => makeSite(site, originOf(document, ['sites', index]), undefined, placeOf)),
    ...expanded.sites.map((site) => makeSite(site.value, site.origin, site.class, placeOf)),
  ]
  const siteNamed = new Map(sites.map((site) => [site.name, site]))
  const regionOfNetwork = new Map(value.networks.map((network) => [network.name, network.region]))
  const regionOfMembers = new Map<string, string>()
  for (const { cluster, place } of sites) {
    if (cluster !== undefined && place.region !== undefined && !regionOfMembers.has(cluster))
      regionOfMembers.set(cluster, place.region)
  }
  const regionOf = (cluster: z.output<typeof clusterSchema>): string | undefined => {
    if (cluster.eksAnywhere !== undefined) return undefined
    if (cluster.existing !== undefined) return cluster.existing.region
    return (
      (cluster.network === undefined ? undefined : regionOfNetwork.get(cluster.network)) ??
      siteNamed.get(cluster.at ?? '')?.place.region ??
      regionOfMembers.get(cluster.name)
    )
  }
  const clusters: Cluster[] = [
    ...value.clusters.map((cluster, index) =>
      makeCluster(cluster, originOf(document, ['clusters', index]), undefined, regionOf),
    ),
    ...expanded.clusters.map((cluster) => makeCluster(cluster.value, cluster.origin, cluster.class, regionOf)),
  ]
  const clusterNamed = new Map(clusters.map((cluster) => [cluster.name, cluster]))
  const declaredPools = [...value.sites, ...expanded.sites.map((site) => site.value)]
  const pools = sites.flatMap((site, index) => makePools(site, declaredPools[index]?.nodePools ?? [], clusterNamed))

  const audiences: Audience[] = value.audiences.map((audience, index) => ({
    ...audience,
    ...at(['audiences', index]),
    location: locationOf(audience, siteNamed),
  }))
  if (audiences.length === 0)
    audiences.push({ name: 'users', weight: 1, location: undefined, origin: originOf(document, []) })

  const federations = value.federations.map(
    (federation, index): Federation => ({
      ...federation,
      ...at(['federations', index]),
      memberClusters: membersOf(federation, clusters, () =>
        nothingSelected(document, ['federations', index, 'members', 'matchLabels'], 'cluster', clusters, problems),
      ),
    }),
  )

  return {
    name: value.metadata.name,
    metadata: value.metadata,
    accounts: value.accounts.map((account, index) => ({ ...account, ...at(['accounts', index]) })),
    networks: value.networks.map((network, index) => ({
      ...network,
      ...at(['networks', index]),
      subnets: network.subnets.map((subnet, inner) => ({ ...subnet, ...at(['networks', index, 'subnets', inner]) })),
    })),
    dnsZones: (value.dns?.zones ?? []).map((zone, index) => ({ ...zone, ...at(['dns', 'zones', index]) })),
    clusters,
    sites,
    pools,
    classes: expanded.classes,
    federations,
    gitops: value.gitops === undefined ? undefined : { ...value.gitops, ...at(['gitops']) },
    audiences,
    apps: apps.map((app) => makeApp(app, sites, audiences, manifestsOf, problems)),
    drills: drills.map(makeDrill),
    accept: value.accept.map((acceptance, index) => ({ ...acceptance, ...at(['accept', index]) })),
    zoneFacts,
    egressAllowList: value.egressAllowList,
    origin: originOf(document, []),
    sources: sources(),
  }
}

type PlaceOf = (declared: z.output<typeof siteSchema>['place']) => Place

/** Rows of a class share the declared place, and so the resolved one. */
function placesOnce(facts: readonly ZoneFacts[]): PlaceOf {
  const made = new WeakMap<object, Place>()
  return (declared) => {
    const known = made.get(declared)
    if (known !== undefined) return known
    const place = resolvePlace(declared, facts)
    made.set(declared, place)
    return place
  }
}

function makeSite(
  { nodePools: _, ...site }: z.output<typeof siteSchema>,
  origin: Origin,
  fromClass: string | undefined,
  placeOf: PlaceOf,
): Site {
  const place = placeOf(site.place)
  return {
    ...site,
    origin,
    place,
    location: site.location ?? place.location,
    ...(fromClass !== undefined && { class: fromClass }),
  }
}

function makeCluster(
  cluster: z.output<typeof clusterSchema>,
  origin: Origin,
  fromClass: string | undefined,
  regionOf: (cluster: z.output<typeof clusterSchema>) => string | undefined,
): Cluster {
  const kind: ClusterKind =
    cluster.eks !== undefined
      ? 'eks'
      : cluster.eksOutpost !== undefined
        ? 'eksOutpost'
        : cluster.eksAnywhere !== undefined
          ? 'eksAnywhere'
          : 'existing'
  return {
    ...cluster,
    origin,
    kind,
    version: cluster[kind]?.version,
    region: regionOf(cluster),
    ...(fromClass !== undefined && { class: fromClass }),
  }
}

function makePools(
  site: Site,
  declared: z.output<typeof siteSchema>['nodePools'],
  clusterNamed: ReadonlyMap<string, Cluster>,
): NodePool[] {
  return declared.map((pool, index) => {
    const clusterName = pool.cluster ?? site.cluster
    const cluster = clusterNamed.get(clusterName ?? '')
    const safe = () => traitsOf(site.place, cluster?.kind, cluster).nodeKinds.value[0] ?? 'selfManaged'
    const origin: Origin = {
      ...site.origin,
      pointer: `${site.origin.pointer}/nodePools/${index}`,
      label: `${site.origin.label}.nodePools.${pool.name}`,
    }
    return {
      ...pool,
      origin,
      site: site.name,
      cluster: clusterName,
      kind: pool.kind ?? safe(),
      kindDeclared: pool.kind !== undefined,
    }
  })
}

function locationOf(
  { near, at }: z.output<typeof audienceSchema>,
  siteNamed: ReadonlyMap<string, Site>,
): Location | undefined {
  if (typeof near === 'object') return near
  return siteNamed.get(near ?? at ?? '')?.location
}

function membersOf(
  { members, host }: z.output<typeof federationSchema>,
  clusters: readonly Cluster[],
  whenNone: () => void,
): readonly string[] {
  if (Array.isArray(members)) return members
  // the host's own label says what it is to others; it does not join itself
  const found = clusters
    .filter((cluster) => cluster.name !== host && carries(cluster.labels, members.matchLabels))
    .map((cluster) => cluster.name)
  if (found.length === 0) whenNone()
  return found
}

// A part of the fleet: the sites that somebody asks for by label, name or class, and what those need to be what they are. What they need
// is found from what the file says: their clusters, the clusters that make those, where control planes stand, the nodes in the Region of
// a cluster that is stretched to them, the sites that stand in for them by failover, the federation that divides over them. All else is
// left out, and whatever spoke of it (records, drills, audiences, accounts of who depends on whom) no longer does.

import type { App, Cluster, Drill, Fault, Federation, Fleet, Placement, Site } from './fleet.ts'
import { lookup } from './lookup.ts'
import { Refusal } from './refusal.ts'
import { brief } from './visible.ts'

/** All that is given must hold of a site. */
export interface Narrowing {
  /** Of the site: every one of them. */
  readonly labels?: Readonly<Record<string, string>>
  /** Any of these names. */
  readonly sites?: readonly string[]
  /** Any of these classes. */
  readonly classes?: readonly string[]
}

/** The same fleet where nothing is asked for; a Refusal where nothing answers to it. */
export function narrowFleet(fleet: Fleet, narrowing: Narrowing): Fleet {
  const { labels = {}, sites, classes } = narrowing
  if (Object.keys(labels).length === 0 && sites === undefined && classes === undefined) return fleet
  const chosen = fleet.sites.filter(
    (site) =>
      Object.entries(labels).every(([key, value]) => Object.hasOwn(site.labels, key) && site.labels[key] === value) &&
      (sites === undefined || sites.includes(site.name)) &&
      (classes === undefined || (site.class !== undefined && classes.includes(site.class))),
  )
  if (chosen.length === 0) throw nothingChosen(fleet, narrowing)
  return keptOf(fleet, needs(fleet, chosen))
}

interface Kept {
  readonly sites: ReadonlySet<string>
  readonly clusters: ReadonlySet<string>
  readonly federations: ReadonlySet<string>
}

/** Until nothing more is needed; each site and cluster is looked at once. */
function needs(fleet: Fleet, chosen: readonly Site[]): Kept {
  const find = lookup(fleet)
  const sites = new Set<string>()
  const clusters = new Set<string>()
  const federations = new Set<string>()
  const asked = new Set(chosen.map(({ name }) => name))
  const federationsOf = new Map<string, Federation[]>()
  for (const federation of fleet.federations)
    for (const name of federation.memberClusters)
      federationsOf.set(name, [...(federationsOf.get(name) ?? []), federation])

  const open: (() => void)[] = []
  const addSite = (name: string | undefined): void => {
    const site = find.site(name)
    if (site === undefined || sites.has(site.name)) return
    sites.add(site.name)
    open.push(() => {
      addCluster(site.cluster)
      addCluster(site.link?.to)
      if (!asked.has(site.name)) return
      for (const pool of find.poolsOf(site.name)) addCluster(pool.cluster)
      for (const { app } of find.placementsAt(site.name)) {
        const order = app.expose?.routing.failover ?? []
        if (order.includes(site.name)) for (const other of order) addSite(other)
      }
    })
  }
  const addCluster = (name: string | undefined): void => {
    const cluster = find.cluster(name)
    if (cluster === undefined || clusters.has(cluster.name)) return
    clusters.add(cluster.name)
    open.push(() => {
      addSite(cluster.at)
      addCluster(cluster.eksAnywhere?.managementCluster)
      // its own nodes: those of a class stand for themselves, and zones that hang on the Region do too
      for (const site of find.sitesOf(cluster.name))
        if (site.class === undefined && (site.place.kind === 'region' || cluster.kind === 'eksAnywhere'))
          addSite(site.name)
      for (const federation of federationsOf.get(cluster.name) ?? []) addFederation(federation)
    })
  }
  const addFederation = (federation: Federation): void => {
    if (federations.has(federation.name)) return
    federations.add(federation.name)
    open.push(() => {
      // how replicas are divided depends on every member: a part of them would be another federation
      for (const name of [federation.host, ...federation.memberClusters]) {
        addCluster(name)
        for (const site of find.sitesOf(name)) addSite(site.name)
      }
    })
  }
  for (const { name } of chosen) addSite(name)
  for (let next = open.pop(); next !== undefined; next = open.pop()) next()
  return { sites, clusters, federations }
}

function keptOf(fleet: Fleet, kept: Kept): Fleet {
  const find = lookup(fleet)
  const isKept = (name: string | undefined): boolean => name === undefined || kept.sites.has(name)
  const sites = fleet.sites.filter(({ name }) => kept.sites.has(name))
  const clusters = fleet.clusters.filter(({ name }) => kept.clusters.has(name))
  const networks = new Set([
    ...clusters.flatMap(({ network }) => network ?? []),
    ...sites.flatMap((site) => find.networkOf(site)?.name ?? []),
  ])
  const placed = fleet.apps.flatMap((app) => {
    const placement = app.placement.filter((copy) => isPlaced(copy, kept))
    return placement.length === 0 ? [] : [{ ...app, placement }]
  })
  const appNames = new Set(placed.map(({ name }) => name))
  const heard = fleet.audiences.filter(({ at }) => isKept(at))
  const audiences = heard.length > 0 ? heard : fleet.audiences.map(({ at: _, ...audience }) => audience)
  const audienceNames = new Set(audiences.map(({ name }) => name))
  const apps = placed.map(({ expose, dependsOn, ...app }): App => {
    // users on the LAN of a site need its door, wherever the name leads
    const onLan = heard.some(({ name, at }) => at !== undefined && app.audiences.includes(name) && isAt(app, at))
    const routed = expose === undefined ? undefined : routedTo(expose, kept.sites, onLan)
    return {
      ...app,
      audiences: app.audiences.filter((name) => audienceNames.has(name)),
      ...(routed !== undefined && { expose: routed }),
      ...(dependsOn !== undefined && { dependsOn: dependsOn.filter((name) => appNames.has(name)) }),
    }
  })
  const rows = new Map<string, number>()
  for (const { class: name } of sites) if (name !== undefined) rows.set(name, (rows.get(name) ?? 0) + 1)
  const { gitops } = fleet
  return {
    ...fleet,
    networks: fleet.networks
      .filter(({ name }) => networks.has(name))
      .map((network) => ({ ...network, subnets: network.subnets.filter(({ outpost }) => isKept(outpost)) })),
    clusters,
    sites,
    pools: fleet.pools.filter(
      (pool) => kept.sites.has(pool.site) && (pool.cluster === undefined || kept.clusters.has(pool.cluster)),
    ),
    classes: fleet.classes.flatMap((it) => {
      const count = rows.get(it.name)
      return count === undefined ? [] : [{ ...it, rows: count }]
    }),
    federations: fleet.federations.filter(({ name }) => kept.federations.has(name)),
    gitops:
      gitops?.clusters === undefined
        ? gitops
        : { ...gitops, clusters: gitops.clusters.filter((name) => kept.clusters.has(name)) },
    audiences,
    apps,
    drills: fleet.drills.filter(
      (drill) =>
        canRun(drill, kept, appNames, audienceNames) && drill.faults.every((it) => isThere(it, sites, clusters)),
    ),
  }
}

const isPlaced = ({ site, federation }: Placement, kept: Kept): boolean =>
  site === undefined ? kept.federations.has(federation ?? '') : kept.sites.has(site)

type Expose = NonNullable<App['expose']>

const isAt = ({ placement }: Pick<App, 'placement'>, at: string): boolean => placement.some(({ site }) => site === at)

/** Undefined where it leads to none of the sites, and nobody comes by another way. */
function routedTo(expose: Expose, sites: ReadonlySet<string>, onLan: boolean): Expose | undefined {
  const list = (names: readonly string[] | undefined) => names?.filter((name) => sites.has(name))
  const { simple, failover, weighted, latency, geolocation, multivalue } = expose.routing
  const left = {
    simple: simple === undefined || !sites.has(simple) ? undefined : simple,
    failover: list(failover),
    weighted: weighted && entries(weighted, ([site]) => sites.has(site)),
    latency: list(latency),
    geolocation: geolocation && entries(geolocation, ([, site]) => sites.has(site)),
    multivalue: list(multivalue),
  }
  // exactly one of them is declared; none is left where the name leads elsewhere
  const routing = Object.fromEntries(
    Object.entries(left).filter(
      ([, value]) =>
        value !== undefined && (typeof value === 'string' || Object.keys(value as Readonly<object>).length > 0),
    ),
  ) as Expose['routing']
  return Object.keys(routing).length === 0 && !onLan ? undefined : { ...expose, routing }
}

const entries = <Value>(
  record: Readonly<Record<string, Value>>,
  holds: (entry: readonly [string, Value]) => boolean,
): Readonly<Record<string, Value>> => Object.fromEntries(Object.entries(record).filter(holds))

/** A drill about something that is left out would be about nothing. */
function canRun(
  { faults, expect }: Drill,
  kept: Kept,
  apps: ReadonlySet<string>,
  audiences: ReadonlySet<string>,
): boolean {
  const knows = (names: ReadonlySet<string>, name: string | undefined) => name === undefined || names.has(name)
  return (
    faults.every((it) => knows(kept.sites, it.site) && knows(kept.clusters, it.cluster) && knows(apps, it.app)) &&
    expect.every(
      (it) =>
        knows(kept.sites, it.site) &&
        knows(kept.sites, it.servedBy) &&
        knows(kept.sites, it.answeredBy) &&
        knows(kept.clusters, it.cluster) &&
        knows(apps, it.app) &&
        knows(audiences, it.audience),
    )
  )
}

/** A Region or zone of which nothing is left. */
function isThere({ region, zone }: Fault, sites: readonly Site[], clusters: readonly Cluster[]): boolean {
  const inRegion = (name: string): boolean =>
    sites.some(({ place }) => place.region === name) || clusters.some((cluster) => cluster.region === name)
  if (region !== undefined) return inRegion(region)
  return (
    zone === undefined ||
    sites.some(({ place }) => place.zone === zone || place.parentZone === zone || zone.startsWith(place.region ?? ' '))
  )
}

function nothingChosen(fleet: Fleet, { labels = {}, sites, classes }: Narrowing): Refusal {
  const asked = [
    ...Object.entries(labels).map(([key, value]) => `the label ${key}=${value}`),
    ...(sites === undefined ? [] : [`the name ${sites.join(' or ')}`]),
    ...(classes === undefined ? [] : [`the class ${classes.join(' or ')}`]),
  ]
  return new Refusal('usage', `no site has ${brief(asked.join(' and '), 200)}`, hintOf(fleet, labels, classes))
}

function hintOf(
  fleet: Fleet,
  labels: Readonly<Record<string, string>>,
  classes: readonly string[] | undefined,
): string {
  const few = (what: string, words: Iterable<string>) => {
    const all = [...new Set(words)]
    const shown = all.slice(0, 12).map((word) => brief(word, 80))
    return all.length === 0
      ? `no site has ${what}`
      : `${what} of sites: ${shown.join(', ')}${all.length > shown.length ? ` and ${all.length - shown.length} more` : ''}`
  }
  if (Object.keys(labels).length > 0)
    return few(
      'labels',
      fleet.sites.flatMap((site) => Object.entries(site.labels).map(([key, value]) => `${key}=${value}`)),
    )
  if (classes !== undefined)
    return few(
      'classes',
      fleet.sites.flatMap((site) => site.class ?? []),
    )
  return few(
    'names',
    fleet.sites.map(({ name }) => name),
  )
}

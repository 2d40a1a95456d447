// The copies of a plan that run here, with what stands in front of each: decided by the same places, traits and declarations as in the
// twin (worlds/twin/build.ts, reach.ts), so that both mean the same doors.

import { at, fieldsAt } from '../../../../artefacts/workloads/fields.ts'
import type { App, Fleet, Placement, Site } from '../../../../model/fleet.ts'
import { lookup } from '../../../../model/lookup.ts'
import type { Plan } from '../../../../model/plan.ts'
import { traitsOf } from '../../../../places/index.ts'
import type { TargetCheck } from '../../../../timers/load-balancer.ts'
import { controllerCheck } from '../../../../timers/load-balancer.ts'
import { labelTexts, objectsOf, placementOf, siteOfMember } from '../../copies.ts'
import type { Owner } from '../../engine.ts'
import type { Layout, LocalCluster } from '../../layout.ts'
import type { Hop } from '../conditions.ts'
import { internetOf, powerOf, serviceLinkOf } from '../conditions.ts'
import type { Destination } from '../dial.ts'
import { linkId, linksOf } from '../links/links-of.ts'
import type { DoorConfig, SiteWay } from './config.ts'

export interface Places {
  /** Port of the API server of a cluster. */
  readonly api: (owner: Owner) => number
  /** Port of a link, by its id. */
  readonly link: (id: string) => number
  /** Where a door listens, by its key. */
  readonly door: (key: string) => Omit<Destination, 'crosses'>
}

export function doorsOf(plan: Plan, layout: Layout, places: Places): readonly DoorConfig[] {
  const ways = waysOf(layout, places)
  return behindDoors(plan, layout).map((copy) => doorOf(plan, copy, ways(copy.on), places))
}

/** A public one and one on the LAN for each copy that lets anybody in. */
export const doorKeys = (plan: Plan, layout: Layout): readonly string[] =>
  behindDoors(plan, layout).flatMap(({ app, site }) =>
    app.expose === undefined ? [] : [publicKey(app.name, site.name), lanKey(app.name, site.name)],
  )

export const publicKey = (app: string, site: string): string => `${app}/${site}/public`
const lanKey = (app: string, site: string): string => `${app}/${site}/lan`

/**
 * An address of its own for each door, the same as long as it has its name: on Linux all of 127/8 is this machine. Elsewhere only 127.0.0.1
 * is, and each has a port of its own.
 */
export function addressesOf(keys: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>()
  const found = new Map<string, string>()
  for (const key of [...keys].sort()) {
    let number = hashed(key) % addresses
    while (taken.has(number)) number = (number + 1) % addresses
    taken.add(number)
    const [high, low] = [Math.floor(number / 254), 1 + (number % 254)]
    found.set(key, `127.${64 + (high >> 8)}.${high & 255}.${low}`)
  }
  return found
}

/** 127.64.0.1 to 127.127.255.254. */
const addresses = 64 * 256 * 254

/** FNV-1a. */
function hashed(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}

// ---------------------------------------------------------------------------------------------- copies

interface Copy {
  readonly app: App
  readonly site: Site
  readonly namespace: string
  readonly placement: Placement
  readonly on: LocalCluster
}

/** Of federated apps one on each member, whatever Karmada gives it. */
function behindDoors({ fleet, placement: assigned }: Plan, { clusters, federations }: Layout): readonly Copy[] {
  const find = lookup(fleet)
  const running = new Map(clusters.map((cluster) => [cluster.owner.name, cluster]))
  const copies = new Map<string, Copy>()
  const put = (app: App, siteName: string | undefined, on: LocalCluster | undefined, placement: Placement): void => {
    const site = find.site(siteName)
    const key = `${app.name}/${siteName}`
    if (site === undefined || on === undefined || copies.has(key)) return
    copies.set(key, { app, site, on, placement, namespace: placement.namespace })
  }
  for (const row of assigned) {
    const app = find.app(row.app)
    if (app === undefined || row.federation !== undefined) continue
    const placement = placementOf(app, row)
    if (placement !== undefined) put(app, row.site, running.get(row.cluster), placement)
  }
  for (const { owner, members } of federations)
    for (const app of fleet.apps)
      for (const placement of app.placement) {
        if (placement.federation !== owner.name) continue
        for (const { cluster } of members) put(app, siteOfMember(fleet, cluster), running.get(cluster), placement)
      }
  return [...copies.values()]
}

function waysOf(layout: Layout, places: Places): (cluster: LocalCluster) => readonly SiteWay[] {
  const links = new Map(linksOf(layout).map((link) => [link.id, link]))
  return ({ owner, pools }) =>
    [...pools.keys()].map((site) => {
      const id = linkId.nodes(site, owner.name)
      return { site, port: places.link(id), crosses: links.get(id)?.crosses ?? [] }
    })
}

// ---------------------------------------------------------------------------------------------- one door

function doorOf({ fleet }: Plan, copy: Copy, ways: readonly SiteWay[], places: Places): DoorConfig {
  const { app, site, on } = copy
  const { expose } = app
  const find = lookup(fleet)
  const localeOf = (name: string): string | undefined => {
    const known = find.site(name)
    const cluster = find.cluster(known?.cluster)
    return known && traitsOf(known.place, cluster?.kind, cluster).locale
  }
  const cluster = find.cluster(site.cluster)
  const traits = traitsOf(site.place, cluster?.kind, cluster)
  const loadBalancer = expose?.loadBalancer ?? traits.loadBalancers.value[0] ?? 'none'
  const isBalancer = loadBalancer === 'alb' || loadBalancer === 'nlb'
  const stands = isBalancer && !traits.ownIngress.value ? 'region' : 'here'
  const ownWay = site.internet ?? traits.ownIngress.value
  const crosses: readonly Hop[] = [
    internetOf(site.name),
    ...(stands === 'region' ? [] : [...(ownWay ? [] : [serviceLinkOf(site.name)]), powerOf(site.name)]),
  ]
  // the controller runs in the Region where the cluster has nodes there
  const inRegion = ways.filter((way) => localeOf(way.site) === 'availability-zone')
  return {
    ...{ app: app.name, site: site.name, cluster: on.owner.name },
    ...knownBy(copy, loadBalancer === 'alb'),
    ...{ kind: isBalancer ? 'balancer' : 'proxy', stands },
    api: places.api(on.owner),
    ways,
    controllers: (inRegion.length > 0 ? inRegion : ways).map((way) => way.site),
    public: expose && { ...places.door(publicKey(app.name, site.name)), crosses },
    lan: expose && places.door(lanKey(app.name, site.name)),
    toPods: Object.fromEntries(
      ways.map((way) => [
        way.site,
        way.site === site.name && stands === 'here'
          ? []
          : [serviceLinkOf(way.site), ...(stands === 'here' ? [serviceLinkOf(site.name)] : [])],
      ]),
    ),
    check: checkOf(app),
    clusterDns: clusterDnsOf(fleet, copy, ways),
    startupSeconds: app.startup,
  }
}

/** Only where the site holds none and another one of the cluster does; and where there is somebody to look up. */
function clusterDnsOf(
  fleet: Fleet,
  { app, site, placement, on }: Copy,
  ways: readonly SiteWay[],
): DoorConfig['clusterDns'] {
  const find = lookup(fleet)
  const holds = (name: string): boolean => {
    const known = find.site(name)
    const cluster = find.cluster(known?.cluster)
    return known !== undefined && traitsOf(known.place, cluster?.kind, cluster).holdsClusterDns.value
  }
  const holders = ways.filter((way) => way.site !== site.name && holds(way.site))
  const beside = (name: string): boolean =>
    find.app(name)?.placement.some((it) => find.site(it.site)?.cluster === on.owner.name) === true
  const asks =
    (app.dependsOn ?? []).some(beside) || placement.manifests.filter(({ kind }) => kind === 'Service').length > 1
  if (holds(site.name) || !asks) return []
  return holders.map((way) => ({
    site: way.site,
    crosses: [serviceLinkOf(site.name), serviceLinkOf(way.site), powerOf(way.site)],
  }))
}

function checkOf({ expose }: App): TargetCheck {
  const said = expose?.targetHealthCheck
  if (said === undefined) return controllerCheck
  const { interval, timeout, healthyThreshold, unhealthyThreshold } = said
  return { intervalSeconds: interval, timeoutSeconds: timeout, healthyThreshold, unhealthyThreshold }
}

/** By what its pods, its Service and its Ingress are known in the cluster. */
function knownBy(
  { app, placement, namespace }: Copy,
  isAlb: boolean,
): Pick<DoorConfig, 'namespace' | 'service' | 'pods' | 'ingress'> {
  const { main, service, ingress } = objectsOf(app, placement)
  const labels =
    service === undefined ? fieldsAt(main, 'spec', 'selector', 'matchLabels') : at(service, 'spec', 'selector')
  return {
    namespace: service?.metadata.namespace ?? main?.metadata.namespace ?? namespace,
    service: service?.metadata.name,
    pods: main === undefined && service === undefined ? undefined : labelTexts(labels),
    ingress: isAlb && app.expose !== undefined && app.expose.balancerBy !== 'stack' ? ingress : undefined,
  }
}

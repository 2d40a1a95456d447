// What is true of sites and copies right after a loss, before anybody has noticed: power, nodes, the way of users, the way to the
// control plane. Beliefs and their timers come later, in detection.ts.

import type { App, Audience, Fleet, NodePool, Placement, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { isClosed, poolsOpenTo, siteTraits } from '../places/index.ts'
import type { LossFault } from './loss.ts'
import { hangsOnLink, poolZones, reachedOnItsOwn, zonesOf } from './loss.ts'

/** How a failing endpoint feels to who asks it. */
export type Symptom = 'blackhole' | 'refused'

export interface SiteAfter {
  readonly power: boolean
  /** Share of its nodes that still run; where pods are asked for, of those that they may run on. */
  readonly nodes: number
  readonly controlPlane: boolean
  /** Whether its nodes reach their control plane. */
  readonly controlWay: boolean
  /** Undefined while users reach it. */
  readonly publicWay: Symptom | undefined
  /** Whether the load balancer stands. */
  readonly door: boolean
}

export interface CopyAfter {
  readonly site: string
  readonly wanted: number
  /** Pods that would answer. */
  readonly pods: number
  /** What the public gets there; undefined: answers. */
  readonly symptom: Symptom | undefined
  /** Share of the requests sent there that fails at first. */
  readonly failing: number
  /** Share of its pods that do not answer. */
  readonly failingPods: number
  /** Whether front door and pods are there, whoever can reach them. */
  readonly stands: boolean
  /** Whether the load balancer can tell that its targets are gone. */
  readonly doorSeesIt: boolean
  /** The way in which its targets go: told off by the control plane, or silent. */
  readonly targetsGo: 'deregistered' | 'silent' | undefined
  /** What the public health check gets; undefined: its answer. */
  readonly checkSymptom: Symptom | undefined
}

const untouched: SiteAfter = {
  power: true,
  nodes: 1,
  controlPlane: true,
  controlWay: true,
  publicWay: undefined,
  door: true,
}

/** With a placement the nodes are those that its pods may run on. */
export function siteAfter(fleet: Fleet, site: Site, faults: readonly LossFault[], placement?: Placement): SiteAfter {
  const { bySite, others } = sorted(faults)
  const pools = poolsFor(fleet, site, placement)
  const at = lookup(fleet).cluster(site.cluster)?.at
  let after = untouched
  for (const fault of others) after = applied(fleet, site, pools, after, fault)
  for (const fault of bySite.get(site.name) ?? []) after = applied(fleet, site, pools, after, fault)
  if (at !== undefined && at !== site.name)
    for (const fault of bySite.get(at) ?? []) after = applied(fleet, site, pools, after, fault)
  return after
}

interface SortedFaults {
  readonly bySite: ReadonlyMap<string, readonly LossFault[]>
  /** By app and site. */
  readonly byCopy: ReadonlyMap<string, readonly LossFault[]>
  readonly others: readonly LossFault[]
}

const sortedOnce = new WeakMap<readonly LossFault[], SortedFaults>()

/** A shared risk may name thousands of sites: each of them must find its own at once. */
export function sorted(faults: readonly LossFault[]): SortedFaults {
  const known = sortedOnce.get(faults)
  if (known !== undefined) return known
  const bySite = new Map<string, LossFault[]>()
  const byCopy = new Map<string, LossFault[]>()
  const others: LossFault[] = []
  const add = (map: Map<string, LossFault[]>, key: string, fault: LossFault) => {
    const known = map.get(key)
    if (known === undefined) map.set(key, [fault])
    else known.push(fault)
  }
  for (const fault of faults) {
    if (fault.app !== undefined) add(byCopy, `${fault.app}/${fault.site}`, fault)
    else if (fault.site === undefined) others.push(fault)
    else add(bySite, fault.site, fault)
  }
  const fresh = { bySite, byCopy, others }
  sortedOnce.set(faults, fresh)
  return fresh
}

function applied(fleet: Fleet, site: Site, pools: readonly NodePool[], after: SiteAfter, fault: LossFault): SiteAfter {
  const cluster = lookup(fleet).cluster(site.cluster)
  const how: Symptom = fault.how === 'refuse' ? 'refused' : 'blackhole'
  const dark: SiteAfter = {
    ...after,
    power: false,
    nodes: 0,
    controlWay: false,
    publicWay: 'blackhole',
    door: doorStandsAway(fleet, site),
    controlPlane: after.controlPlane && !controlPlaneStandsAt(fleet, site),
  }
  const cut: SiteAfter = {
    ...after,
    controlWay: false,
    publicWay: reachedOnItsOwn(fleet, site) ? after.publicWay : how,
  }
  if (fault.cluster !== undefined) return fault.cluster === site.cluster ? { ...after, controlPlane: false } : after
  if (fault.zone !== undefined) {
    if (fault.lose !== 'everything') return after
    const zones = zonesOf(fleet, site)
    if (zones.includes(fault.zone))
      return zones.length === 1
        ? dark
        : { ...after, nodes: after.nodes * (1 - shareInZone(fleet, site, pools, fault.zone)) }
    // an Outpost is anchored to its zone by its service link; to others the zone only lends its control plane
    return site.place.parentZone === fault.zone &&
      siteTraits(fleet, site).locale === 'outpost' &&
      hangsOnLink(fleet, site)
      ? cut
      : after
  }
  if (fault.region !== undefined) {
    const controlled =
      cluster?.region === fault.region &&
      cluster.at === undefined &&
      siteTraits(fleet, site).controlPlaneAt.value === 'region'
    if (site.place.region === fault.region && siteTraits(fleet, site).locale === 'availability-zone') {
      return fault.lose === 'everything' ? { ...dark, controlPlane: false } : { ...after, controlPlane: false }
    }
    if (!controlled) return after
    if (fault.lose === 'controlPlane') return { ...after, controlPlane: false }
    return { ...cut, controlPlane: false, door: after.door && !doorStandsAway(fleet, site) }
  }
  if (fault.site === undefined) return after
  if (fault.site !== site.name) {
    // a control plane that stands at the lost site is gone for all that hang on it
    return cluster?.at === fault.site && fault.lose === 'power' ? { ...after, controlPlane: false } : after
  }
  switch (fault.lose) {
    case 'power':
      return dark
    case 'uplink':
      // all of its network: what it needs of others is out of reach, wherever they are
      return { ...after, controlWay: controlPlaneStandsAt(fleet, site), publicWay: how }
    case 'serviceLink':
      return hangsOnLink(fleet, site) ? cut : after
    case 'internet':
      return { ...after, publicWay: how }
    case 'nodes':
      return { ...after, nodes: shareOutside(fleet, site, pools, fault.count ?? Number.POSITIVE_INFINITY) }
    default:
      return after
  }
}

function controlPlaneStandsAt(fleet: Fleet, site: Site): boolean {
  const at = lookup(fleet).cluster(site.cluster)?.at
  return at === undefined ? siteTraits(fleet, site).controlPlaneAt.value === 'site' : at === site.name
}

/** Whether the load balancer stands in the Region, on the far side of the link. */
const doorStandsAway = (fleet: Fleet, site: Site): boolean => !siteTraits(fleet, site).ownIngress.value

/** All of them, or those that the pods of the placement may run on. */
export const nodesAt = (fleet: Fleet, site: Site, placement?: Placement): number =>
  nodesOf(poolsFor(fleet, site, placement))

const nodesOf = (pools: readonly NodePool[]): number => pools.reduce((sum, { replicas }) => sum + replicas, 0)

function poolsFor(fleet: Fleet, site: Site, placement: Placement | undefined): readonly NodePool[] {
  const pools = lookup(fleet).poolsOf(site.name)
  return placement === undefined ? pools : poolsOpenTo(fleet, pools, placement.manifests)
}

/** The share of the nodes of these pools that is left when the site loses so many: workers first, as in the twin. */
function shareOutside(fleet: Fleet, site: Site, pools: readonly NodePool[], count: number): number {
  const all = lookup(fleet).poolsOf(site.name)
  // a site whose machines no pool lists still has one
  if (all.length === 0) return Math.max(0, 1 - count)
  let left = count
  let lost = 0
  for (const pool of [...all].sort((a, b) => Number(isClosed(fleet, a)) - Number(isClosed(fleet, b)))) {
    const going = Math.min(left, pool.replicas)
    left -= going
    if (pools.includes(pool)) lost += going
  }
  return Math.max(0, 1 - lost / Math.max(1, nodesOf(pools)))
}

/** Nodes of a pool are spread over its zones in turn. */
function shareInZone(fleet: Fleet, site: Site, pools: readonly NodePool[], zone: string): number {
  let inside = 0
  for (const pool of pools) {
    const zones = poolZones(fleet, site, pool)
    for (let index = 0; index < pool.replicas; index += 1) if (zones[index % zones.length] === zone) inside += 1
  }
  return inside / Math.max(1, nodesOf(pools))
}

/** A copy of the app after the faults; the placement's own faults (scaled, deleted, asked on another port) among them. */
export function copyAfter(
  fleet: Fleet,
  app: App,
  placement: Placement,
  faults: readonly LossFault[],
): CopyAfter | undefined {
  const site = lookup(fleet).site(placement.site)
  if (site === undefined) return undefined
  const after = siteAfter(fleet, site, faults, placement)
  const own = sorted(faults).byCopy.get(`${app.name}/${site.name}`) ?? []
  const scaled = own.find((fault) => fault.scaleTo !== undefined)?.scaleTo
  const removed = own.some(
    (fault) => fault.lose === 'app' || fault.delete === 'deployment' || fault.delete === 'namespace',
  )
  const doorDeleted = own.some((fault) => fault.delete === 'ingress' || fault.delete === 'namespace')
  const unserved = own.some((fault) => fault.delete === 'service')
  const kept = placement.pinned && nodesAt(fleet, site) > 0 && nodesAt(fleet, site, placement) === 0
  const wanted = removed || unserved || kept ? 0 : Math.min(scaled ?? placement.replicas, placement.replicas)
  const pods = Math.min(wanted, Math.floor(placement.replicas * after.nodes + 1e-9))
  const door = after.door && !doorDeleted
  const silent = after.nodes < 1
  const symptom: Symptom | undefined =
    after.publicWay ??
    (!door ? 'blackhole' : pods === 0 || findsNobody(fleet, app, placement, site, faults) ? 'refused' : undefined)
  const dead = placement.replicas === 0 ? 1 : silent ? 1 - after.nodes : 0
  // a load balancer's security group drops what comes to a port without a listener
  const otherPort = own.find((fault) => fault.checkPort !== undefined)
  return {
    site: site.name,
    wanted,
    pods,
    symptom,
    failing: symptom !== undefined ? 1 : dead,
    failingPods: dead,
    stands: door && pods > 0,
    doorSeesIt: door && (pods === 0 || (doorStandsAway(fleet, site) && !after.controlWay)),
    targetsGo: pods === 0 && !silent ? 'deregistered' : silent ? 'silent' : undefined,
    checkSymptom:
      symptom ?? (otherPort === undefined ? undefined : otherPort.how === 'refuse' ? 'refused' : 'blackhole'),
  }
}

/** Whether its requests need another service of the cluster, and nobody is left who answers its name. */
function findsNobody(fleet: Fleet, app: App, placement: Placement, site: Site, faults: readonly LossFault[]): boolean {
  if (faults.length === 0 || siteTraits(fleet, site).holdsClusterDns.value) return false
  const find = lookup(fleet)
  const beside = (name: string) =>
    find.app(name)?.placement.some((one) => find.site(one.site)?.cluster === site.cluster) === true
  const asks =
    (app.dependsOn ?? []).some(beside) || placement.manifests.filter(({ kind }) => kind === 'Service').length > 1
  if (!asks || site.cluster === undefined) return false
  const holders = find
    .sitesOf(site.cluster)
    .filter((other) => siteTraits(fleet, other).holdsClusterDns.value && nodesAt(fleet, other) > 0)
  if (holders.length === 0) return false
  const cut = new Set(
    faults.flatMap((fault) => (fault.lose === 'uplink' || fault.lose === 'serviceLink' ? (fault.site ?? []) : [])),
  )
  const silent = (other: Site) => cut.has(other.name) || siteAfter(fleet, other, faults).nodes === 0
  return !siteAfter(fleet, site, faults).controlWay || holders.every(silent)
}

/** Whether users of the audience have a way to the site at all, with nothing lost. */
export function hasWay(fleet: Fleet, audience: Audience, site: Site): boolean {
  if (audience.at !== undefined) return audience.at === site.name
  // addresses of a LAN or of a carrier: others reach them only where the file says so
  return (
    site.internet === true ||
    siteTraits(fleet, site).checkersReachIt.value ||
    sameCarrier(audience.carrier, site.place.carrier)
  )
}

const sameCarrier = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase()

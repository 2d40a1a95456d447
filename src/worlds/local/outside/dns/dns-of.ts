// What the name servers are to hold, from the plan: the records and checks that Route 53 gets, or PowerDNS, with the addresses of front
// doors on this machine. Of a copy whose cluster does not run here there is no record.

import type { CheckIntent, RecordIntent } from '../../../../artefacts/dns/intents.ts'
import { nameIntents } from '../../../../artefacts/dns/intents.ts'
import { plainNames } from '../../../../artefacts/dns/plain.ts'
import { continent } from '../../../../model/continents.ts'
import type { Audience, Fleet } from '../../../../model/fleet.ts'
import { lookup } from '../../../../model/lookup.ts'
import type { Location } from '../../../../model/place.ts'
import type { Plan } from '../../../../model/plan.ts'
import { siteTraits } from '../../../../places/index.ts'
import { aliasTtlSeconds, defaultCheckers, defaultPropagationSeconds } from '../../../../timers/route53.ts'
import { copyKey, powerOf } from '../conditions.ts'
import type { DoorConfig } from '../doors/config.ts'
import { answerText, anybody, choose } from './choose.ts'
import type { AliasConfig, CheckConfig, DnsAudience, DnsConfig, HeldName, RecordConfig } from './config.ts'
import { subnetOf } from './config.ts'

/** Doors by copy. */
type Doors = ReadonlyMap<string, DoorConfig>

/** Undefined where no app has a name. */
export function dnsOf(
  plan: Plan,
  doors: readonly DoorConfig[],
  port: number,
  propagationSeconds: number = defaultPropagationSeconds,
  /** Of a PowerDNS of this machine, where it answers for the names of its zones. */
  powerDnsPort?: number,
): DnsConfig | undefined {
  const { fleet } = plan
  const intents = nameIntents(plan)
  const open: Doors = new Map(doors.map((door) => [copyKey(door.app, door.site), door]))
  // a server of one's own checks from where it stands, and sees what public checkers cannot
  const own = new Set(intents.records.flatMap(({ zone, host }) => (zone?.servedBy === 'powerdns' ? host : [])))
  const held = new Set(powerDnsPort === undefined ? [] : plainNames(intents))
  const server = (host: string) => (held.has(host) ? 'powerdns' : own.has(host) ? 'server' : undefined)
  const checks = intents.checks.flatMap((check) => checkOf(fleet, check, open, server(check.host)))
  const checkIds = new Set(checks.map(({ id }) => id))
  const records = intents.records
    .flatMap((record) => recordOf(record, open, checkIds))
    .map((record) => (own.has(record.name) ? { ...record, atOnce: true as const } : record))
  if (records.length === 0) return undefined
  const owners = new Set(records.map(({ name }) => name))
  const aliases = intents.records.flatMap((record) => aliasOf(record)).filter(({ to }) => owners.has(to))
  const hosts = [...owners, ...aliases.map(({ name }) => name)]
  return {
    port,
    zones: zonesOf(
      intents.zones.map(({ name }) => name),
      hosts,
    ),
    records,
    aliases,
    checks,
    audiences: fleet.audiences.map((audience, index) => audienceOf(plan, audience, index, records)),
    propagationSeconds,
    ...(powerDnsPort !== undefined && { powerDns: { port: powerDnsPort, names: heldNames(records, held) } }),
  }
}

const heldNames = (records: readonly RecordConfig[], held: ReadonlySet<string>): readonly HeldName[] =>
  [...held].flatMap((host) => {
    const own = records.filter(({ name }) => name === host)
    const sites = Object.fromEntries(own.map(({ address, site }) => [address, site]))
    const well = answerText(choose(own, () => true, anybody))
    return own[0] === undefined ? [] : { host, app: own[0].app, sites, well }
  })

/** A name that lies in no zone of the fleet is answered for all the same: in that which it would be in. */
const zonesOf = (declared: readonly string[], hosts: readonly string[]): readonly string[] => [
  ...new Set([
    ...declared,
    ...hosts.flatMap((host) =>
      declared.some((zone) => host === zone || host.endsWith(`.${zone}`)) ? [] : host.slice(host.indexOf('.') + 1),
    ),
  ]),
]

const checkId = (host: string, site: string): string => `${host}/${site}`

function checkOf(
  fleet: Fleet,
  check: CheckIntent,
  doors: Doors,
  server: 'server' | 'powerdns' | undefined,
): readonly CheckConfig[] {
  const { app, host, path, port, contains, intervalSeconds, failureThreshold } = check
  const site = lookup(fleet).site(check.site)
  const door = doors.get(copyKey(app, check.site))
  if (door?.public === undefined || site === undefined) return []
  return [
    {
      id: checkId(host, site.name),
      app,
      site: site.name,
      host,
      by: check.by === 'alarm' ? 'alarm' : (server ?? 'checkers'),
      door: door.public,
      port,
      path,
      // doors on this machine speak HTTP alone: a check of TLS tests the same endpoint without it
      protocol: check.protocol === 'https' ? 'http' : check.protocol,
      ...(contains !== undefined && { contains }),
      intervalSeconds,
      failureThreshold: Math.max(1, failureThreshold),
      checkers: server === undefined ? defaultCheckers : 1,
      reached: server !== undefined || site.internet === true || siteTraits(fleet, site).checkersReachIt.value,
      standsOn: door.stands === 'here' ? [powerOf(site.name)] : [],
    },
  ]
}

function recordOf(record: RecordIntent, doors: Doors, checks: ReadonlySet<string>): readonly RecordConfig[] {
  const { app, host, to, evaluateTargetHealth } = record
  if (to.kind === 'name') return []
  const door = doors.get(copyKey(app, to.site))?.public
  if (door === undefined) return []
  const check = record.healthCheck === undefined ? undefined : checkId(host, record.healthCheck)
  return [
    {
      name: host,
      app,
      site: to.site,
      address: door.address,
      ttlSeconds: to.kind === 'loadBalancer' ? aliasTtlSeconds : (record.ttlSeconds ?? aliasTtlSeconds),
      routing: routingOf(record),
      ...(check !== undefined && checks.has(check) && { check }),
      ...(to.kind === 'loadBalancer' && evaluateTargetHealth && { targets: door }),
    },
  ]
}

function routingOf({ policy, role, weight, location }: RecordIntent): RecordConfig['routing'] {
  switch (policy) {
    case 'failover':
      return { kind: policy, role: role ?? 'SECONDARY' }
    case 'weighted':
      return { kind: policy, weight: weight ?? 0 }
    case 'geolocation':
      return { kind: policy, location: location ?? '*' }
    default:
      return { kind: policy }
  }
}

const aliasOf = ({ host, to, ttlSeconds }: RecordIntent): readonly AliasConfig[] =>
  to.kind === 'name'
    ? [{ name: host, to: to.host, kind: to.alias ? 'alias' : 'cname', ttlSeconds: ttlSeconds ?? aliasTtlSeconds }]
    : []

function audienceOf(plan: Plan, audience: Audience, index: number, records: readonly RecordConfig[]): DnsAudience {
  const { fleet } = plan
  const find = lookup(fleet)
  const { name, country, location } = audience
  const named = new Set(records.map(({ app }) => app))
  const apps = fleet.apps.filter(
    (app) => named.has(app.name) && app.audiences.includes(name) && !isOnLanOf(plan, audience, app.name),
  )
  const byLatency = records.flatMap(({ routing, site }) => (routing.kind === 'latency' ? site : []))
  const distance = (site: string): number => {
    const to = find.site(site)?.location
    return location === undefined || to === undefined ? Number.POSITIVE_INFINITY : angle(location, to)
  }
  return {
    name,
    subnet: subnetOf(index),
    apps: apps.map((app) => app.name),
    near:
      location === undefined
        ? []
        : [...new Set(byLatency)]
            .map((site) => ({ site, far: distance(site) }))
            .sort((a, b) => (a.far === b.far ? 0 : a.far - b.far))
            .map(({ site }) => site),
    origins: country === undefined ? [] : [country, continent(country) ?? []].flat(),
  }
}

/** Users at a site that holds a copy know its door, and ask for no name. */
export const isOnLanOf = ({ placement }: Plan, { at }: Audience, app: string): boolean =>
  at !== undefined && placement.some((copy) => copy.app === app && copy.site === at)

/** Between two places, seen from the middle of the earth: enough to compare. Route 53 measures latency; a file knows only where places are. */
function angle(from: Location, to: Location): number {
  const rad = Math.PI / 180
  const half = (degrees: number): number => Math.sin((degrees * rad) / 2) ** 2
  return (
    half(to.latitude - from.latitude) +
    Math.cos(from.latitude * rad) * Math.cos(to.latitude * rad) * half(to.longitude - from.longitude)
  )
}

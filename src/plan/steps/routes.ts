// Names: the hosted zone, the health checks, then the records, the first choice before the one that stands in for it. Each record is a
// step of its own, after the copy that it points at answers: an alias needs a load balancer that is there.

import type { App, DnsZone, Site } from '../../model/fleet.ts'
import { listed } from '../../model/words.ts'
import { isOnRoute53, zoneOf } from '../../model/zones.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { isAws, loadBalancerOf } from '../subnets.ts'
import { placedId } from './apps.ts'

type Expose = NonNullable<App['expose']>
type Values = Parameters<typeof intentOf>[0]

export function routeSteps(ground: Ground): readonly Draft[] {
  // a name that two apps claim is an error that check tells; the plan keeps their steps apart
  const owners = new Map<string, string>()
  const keyOf = (app: App, host: string): string => {
    if (!owners.has(host)) owners.set(host, app.name)
    return owners.get(host) === app.name ? host : `${host}/${app.name}`
  }
  return [
    ...ground.fleet.dnsZones.map((zone) => zoneStep(zone, isOnRoute53(ground.fleet, zone))),
    ...ground.fleet.apps.flatMap((app) =>
      app.expose === undefined ? [] : hostSteps(ground, app, app.expose, (host) => keyOf(app, host)),
    ),
  ]
}

/** One name may have a zone for the world and one for the inside. */
const zoneId = (zone: DnsZone): string => idOf.zone(zone.private ? `private/${zone.name}` : zone.name)

function zoneStep(zone: DnsZone, onRoute53: boolean): Draft {
  const existing = zone.existing !== undefined
  return {
    id: zoneId(zone),
    kind: 'route.point',
    title: existing
      ? `The ${zone.private ? 'private' : 'public'} hosted zone ${zone.name} is there (${zone.existing?.hostedZoneId})`
      : onRoute53
        ? `Create the ${zone.private ? 'private' : 'public'} hosted zone ${zone.name}`
        : `Serve the ${zone.private ? 'private' : 'public'} zone ${zone.name} by PowerDNS`,
    subject: { host: zone.name, ...(zone.account !== undefined && { account: zone.account }) },
    needs: [],
    intent: intentOf({
      part: 'zone',
      name: zone.name,
      account: zone.account,
      private: zone.private,
      servedBy: onRoute53 ? undefined : 'powerdns',
      existing: zone.existing?.hostedZoneId,
    }),
    inverse: existing
      ? { kind: 'keep', title: `The hosted zone ${zone.name} stays: it is not skerry's` }
      : {
          kind: 'route.withdraw',
          title: onRoute53
            ? `Delete the hosted zone ${zone.name}, once it holds no record`
            : `Take the zone ${zone.name} out of PowerDNS, once it holds no record`,
        },
    existing,
    origin: zone.origin,
  }
}

function hostSteps(ground: Ground, app: App, expose: Expose, keyOf: (host: string) => string): readonly Draft[] {
  const { host } = expose
  const key = keyOf(host)
  const internal = expose.scheme === 'internal'
  const zone = zoneOf(ground.fleet, host, internal)
  const records = recordsOf(ground, expose)
  const sites = [...new Set(records.map(({ site }) => site))]
  const zoneNeeds = zone === undefined ? [] : [zoneId(zone)]
  const origin = app.origin
  const placed = (site: string) => ground.placingAt(app, site).map(placedId)
  const steps: Draft[] = []

  const check = expose.healthCheck?.by === 'none' ? undefined : expose.healthCheck
  if (check !== undefined) {
    steps.push({
      id: idOf.checks(key),
      kind: 'route.point',
      title: `Make health checks for ${host} at ${listed(sites)}: ${check.protocol.toUpperCase()} on port ${check.port}${check.protocol === 'tcp' ? '' : ` of ${check.path}`}, every ${check.interval} s, ${check.failureThreshold} in a row`,
      subject: { app: app.name, host },
      needs: [...zoneNeeds, ...new Set(sites.flatMap(placed))],
      intent: intentOf({
        part: 'healthChecks',
        host,
        checks: sites.map((site) => ({
          name: site,
          endpoint: { loadBalancerOf: { app: app.name, site } },
          protocol: check.protocol,
          path: check.protocol === 'tcp' ? undefined : check.path,
          port: check.port,
          intervalSeconds: check.interval,
          failureThreshold: check.failureThreshold,
          by: check.by,
          contains: check.contains,
        })),
      }),
      inverse: { kind: 'route.withdraw', title: `Delete the health checks of ${host}` },
      existing: false,
      origin,
    })
  }

  records.forEach((record, index) => {
    const previous = records[index - 1]
    const site = ground.find.site(record.site)
    steps.push({
      id: idOf.record(key, record.set),
      kind: 'route.point',
      title: `Point ${host} at ${record.site}${record.words === '' ? '' : `, ${record.words}`}`,
      subject: { app: app.name, host, site: record.site },
      // a second choice without a first is answered at once: the first goes in before it
      needs: [
        ...zoneNeeds,
        ...(check === undefined ? [] : [idOf.checks(key)]),
        ...placed(record.site),
        ...(previous !== undefined && record.role !== undefined ? [idOf.record(key, previous.set)] : []),
      ],
      intent: intentOf({
        part: 'record',
        host,
        zone: zone?.name ?? null,
        privateZone: zone?.private === true ? true : undefined,
        type: 'A',
        policy: record.policy,
        role: record.role,
        setIdentifier: record.policy === 'simple' ? undefined : record.set,
        ...record.values,
        ...target(ground, app, expose, site, record.site),
        healthCheck: check === undefined ? null : record.site,
      }),
      inverse: {
        kind: 'route.withdraw',
        title: `Withdraw the record of ${host} for ${record.site}${record.role === undefined ? '' : ` (${record.role})`}`,
      },
      existing: false,
      origin,
    })
  })

  const recordIds = records.map(({ set }) => idOf.record(key, set))
  const aliases = [...new Set(expose.aliases ?? [])].filter((alias) => alias !== host)
  for (const alias of aliases) {
    const own = zoneOf(ground.fleet, alias, internal)
    steps.push({
      id: idOf.record(keyOf(alias), host),
      kind: 'route.point',
      title: `Point ${alias} at ${host}`,
      subject: { app: app.name, host: alias },
      needs: [...(own === undefined ? [] : [zoneId(own)]), ...recordIds],
      // an alias within one zone is free and may stand at its top; across zones only a CNAME follows
      intent: intentOf({
        part: 'record',
        host: alias,
        zone: own?.name ?? null,
        privateZone: own?.private === true ? true : undefined,
        policy: 'simple',
        ...(own !== undefined && own === zone
          ? { type: 'A', alias: { record: host, evaluateTargetHealth: true } }
          : { type: 'CNAME', value: host, ttlSeconds: expose.ttl ?? 60 }),
      }),
      inverse: { kind: 'route.withdraw', title: `Withdraw the record of ${alias}` },
      existing: false,
      origin,
    })
  }

  const url = `${check?.protocol === 'https' ? 'https' : 'http'}://${host}`
  steps.push({
    id: idOf.verify('answers', key),
    kind: 'verify',
    title: `${url} answers 200, asked once a second with 2 s of patience`,
    subject: { app: app.name, host },
    needs: [...recordIds, ...aliases.map((alias) => idOf.record(keyOf(alias), host))],
    intent: intentOf({
      of: recordIds[0] ?? null,
      claim: 'the name answers',
      url,
      everySeconds: 1,
      timeoutSeconds: 2,
      healthy: [200],
    }),
    inverse: nothing,
    existing: false,
    origin,
  })
  return steps
}

interface RouteRecord {
  readonly site: string
  /** The set identifier: the site's name, but for geolocation, where one site may serve several places. */
  readonly set: string
  readonly policy: string
  readonly role?: 'PRIMARY' | 'SECONDARY'
  readonly values: Values
  readonly words: string
}

/** In the order in which they are made. */
function recordsOf(ground: Ground, { routing }: Expose): readonly RouteRecord[] {
  const each = (
    policy: string,
    sites: readonly string[],
    of: (site: string, index: number) => Partial<RouteRecord>,
  ): readonly RouteRecord[] =>
    [...new Set(sites)].map((site, index) => ({ site, set: site, policy, values: {}, words: '', ...of(site, index) }))
  if (routing.simple !== undefined) return each('simple', [routing.simple], () => ({}))
  if (routing.failover !== undefined) {
    return each('failover', routing.failover, (_, index) =>
      index === 0 ? { role: 'PRIMARY', words: 'as the primary' } : { role: 'SECONDARY', words: 'as the secondary' },
    )
  }
  if (routing.weighted !== undefined) {
    const { weighted } = routing
    return each('weighted', Object.keys(weighted), (site) => ({
      values: { weight: weighted[site] },
      words: `with weight ${weighted[site]}`,
    }))
  }
  if (routing.latency !== undefined) {
    return each('latency', routing.latency, (site) => {
      const region = ground.find.site(site)?.place.region
      return { values: { region }, words: region === undefined ? '' : `for users near ${region}` }
    })
  }
  if (routing.geolocation !== undefined) {
    return Object.entries(routing.geolocation).map(([code, site]) => ({
      site,
      set: code === '*' ? `${site}-default` : `${site}-${code.toLowerCase()}`,
      policy: 'geolocation',
      values: { location: code },
      words: code === '*' ? 'for everybody else' : `for ${code}`,
    }))
  }
  return each('multivalue', routing.multivalue ?? [], () => ({}))
}

/** Where a record leads: a load balancer of AWS by alias, any other front by its address. */
function target(ground: Ground, app: App, expose: Expose, site: Site | undefined, name: string): Values {
  const front = { app: app.name, site: name }
  const kind = site === undefined ? 'none' : loadBalancerOf(app, ground.traits(site))
  return isAws(kind)
    ? { alias: { loadBalancerOf: front, evaluateTargetHealth: expose.evaluateTargetHealth } }
    : { addressOf: front, ttlSeconds: expose.ttl ?? 60 }
}

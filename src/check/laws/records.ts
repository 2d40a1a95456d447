// Names and their records: whom a name belongs to, where it leads, and which zone holds it.

import type { Hit, Rule } from '../../model/finding.ts'
import type { App } from '../../model/fleet.ts'
import { source, yaml } from '../../places/index.ts'
import { routedFields } from '../routed.ts'
import { and } from '../words.ts'

const failoverPair: Rule = {
  code: 'DNS001',
  severity: 'error',
  title: 'A failover name has exactly one primary and one secondary, of different sites',
  why: 'Route 53 takes one PRIMARY and one SECONDARY record of a name, each with its own SetIdentifier, and refuses the change otherwise.',
  sources: [source.route53Failover, source.seedRecovery],
  seeds: [38, 130],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, los-angeles] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) => {
    const owners = new Map<string, App>()
    return fleet.apps.flatMap((app): Hit[] => {
      const pair = app.expose?.routing.failover
      if (app.expose === undefined || pair === undefined) return []
      const at = { origin: app.origin, field: 'expose/routing/failover' }
      const hits: Hit[] = []
      const distinct = new Set(pair)
      if (pair.length === 1)
        hits.push({
          ...at,
          found: `names ${pair[0]} alone, a primary without a secondary`,
          fix: 'add the site that takes over, or use routing: { simple: … }',
        })
      else if (distinct.size < pair.length)
        hits.push({
          ...at,
          found: `names ${pair.find((site, index) => pair.indexOf(site) !== index)} twice, which makes two records with one SetIdentifier`,
          fix: 'name two different sites',
        })
      else if (pair.length > 2)
        hits.push({
          ...at,
          found: `names ${pair.length} sites`,
          fix: 'name a primary and a secondary; for more, use latency or weighted routing',
        })
      for (const name of [app.expose.host, ...(app.expose.aliases ?? [])]) {
        const owner = owners.get(name)
        if (owner !== undefined)
          hits.push({
            origin: app.origin,
            field: 'expose/host',
            found: `is ${name}, which makes a second PRIMARY beside that of ${owner.name}`,
            fix: 'give one of the two apps another host',
          })
        else owners.set(name, app)
      }
      return hits
    })
  },
}

const oneOwner: Rule = {
  code: 'DNS013',
  severity: 'error',
  title: 'A name belongs to one app',
  why: 'Two apps that write records of one name and type undo each other, whatever their routing.',
  sources: [source.route53Failover, source.derived],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
      ---
      kind: App
      metadata: { name: shop }
      source: { image: registry.example.com/shop:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
      ---
      kind: App
      metadata: { name: shop }
      source: { image: registry.example.com/shop:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: shop.example.com, routing: { simple: oregon } }
    `,
  },
  check: (fleet) => {
    const owners = new Map<string, App>()
    return fleet.apps.flatMap((app): Hit[] =>
      [app.expose?.host, ...(app.expose?.aliases ?? [])].flatMap((name): Hit[] => {
        if (name === undefined) return []
        const owner = owners.get(name)
        owners.set(name, owner ?? app)
        // a pair of failover apps is DNS001's
        if (
          owner === undefined ||
          (owner.expose?.routing.failover !== undefined && app.expose?.routing.failover !== undefined)
        )
          return []
        return [
          {
            origin: app.origin,
            field: 'expose/host',
            found: `is ${name}, as for ${owner.name}`,
            fix: 'give one of the two apps another host',
          },
        ]
      }),
    )
  },
}

const placedWhereRouted: Rule = {
  code: 'DNS012',
  severity: 'error',
  title: 'A name leads only to sites where the app has a copy',
  why: 'A record to a site without a copy has no load balancer to point at, or sends users to one that answers errors.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      if (app.expose === undefined || app.placement.some((placement) => placement.federation !== undefined)) return []
      const placed = new Set(app.placement.map((placement) => placement.site))
      return routedFields(app.expose)
        .filter(({ site }) => !placed.has(site))
        .map(({ site, field }) => ({
          origin: app.origin,
          field,
          found: `is ${site}, where ${app.name} has no copy`,
          fix: `place a copy at ${site}, or take it out of the routing`,
        }))
    }),
}

const zoneOwnsName: Rule = {
  code: 'DNS008',
  severity: 'warning',
  title: 'A public hosted zone of the fleet owns the name',
  why: 'Records are written into a zone that holds the name; users on the internet see public zones only.',
  sources: [source.route53Failover, source.seedLocalZone, source.seedRecovery],
  seeds: [37, 126],
  example: {
    wrong: yaml`
      dns: { zones: [{ name: example.org }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
    `,
    right: yaml`
      dns: { zones: [{ name: example.com }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] =>
      [app.expose?.host, ...(app.expose?.aliases ?? [])].flatMap((name, index): Hit[] => {
        if (name === undefined) return []
        const owners = fleet.dnsZones.filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`))
        if (owners.some((zone) => !zone.private) || (owners.length > 0 && app.expose?.scheme === 'internal')) return []
        const field = index === 0 ? 'expose/host' : `expose/aliases/${index - 1}`
        const fix = `declare its zone under dns.zones, such as ${name.split('.').slice(-2).join('.')}`
        if (owners.length > 0)
          return [
            {
              origin: app.origin,
              field,
              found: `is ${name}, in ${and(owners.map((zone) => zone.name))}, which is private`,
              fix,
            },
          ]
        return [
          {
            origin: app.origin,
            field,
            found:
              fleet.dnsZones.length === 0
                ? `is ${name}, and the fleet declares no zone`
                : `is ${name}, outside ${and(fleet.dnsZones.map((zone) => zone.name))}`,
            fix,
          },
        ]
      }),
    ),
}

export const recordRules: readonly Rule[] = [failoverPair, oneOwner, placedWhereRouted, zoneOwnsName]

// What each routing policy asks of its records: codes that exist, an answer for everybody, a Region of its own, an address and no alias.

import { continent } from '../../model/continents.ts'
import type { Hit, Rule } from '../../model/finding.ts'
import { lookup } from '../../model/lookup.ts'
import { isOnRoute53, zoneOf } from '../../model/zones.ts'
import { yaml } from '../../places/index.ts'
import { followsRoute53, routedFields } from '../routed.ts'
import { subjects } from '../subjects.ts'
import { and, or } from '../words.ts'

const route53 = 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide'
const geolocationGuide = `${route53}/routing-policy-geo.html`

const continents = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']

const forEverybody: Rule = {
  code: 'DNS014',
  severity: 'warning',
  title: 'Geolocation routing has a record for everybody else',
  why: 'Route 53 gives no answer to users in a place without a record, and to those whose place it does not know.',
  sources: [geolocationGuide],
  example: {
    wrong: yaml`
      audiences: [{ name: berlin, country: DE }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { geolocation: { US: los-angeles, CA: oregon } }, healthCheck: {} }
    `,
    right: yaml`
      audiences: [{ name: berlin, country: DE }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { geolocation: { EU: los-angeles, "*": oregon } }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const records = app.expose?.routing.geolocation
      if (records === undefined || records['*'] !== undefined) return []
      const unanswered = app.audiences.flatMap((name) => {
        const audience = lookup(fleet).audience(name)
        if (audience === undefined || audience.at !== undefined || audience.country === undefined) return []
        const codes = [audience.country, continent(audience.country) ?? '']
        return codes.some((code) => records[code] !== undefined) ? [] : [`${name} (${audience.country})`]
      })
      return [
        {
          origin: app.origin,
          field: 'expose/routing/geolocation',
          found:
            unanswered.length === 0 ? 'has no record for *' : `has no record for * and none for ${and(unanswered)}`,
          fix: `add "*": ${Object.values(records)[0] ?? 'the site that takes the rest'}`,
          ...(unanswered.length > 0 && { severity: 'error' as const }),
        },
      ]
    }),
}

const knownCodes: Rule = {
  code: 'DNS015',
  severity: 'error',
  title: 'Geolocation records name a country, a continent or *',
  why: 'Route 53 knows countries by two letters of ISO 3166 and seven continents, and refuses a record for anything else.',
  sources: [geolocationGuide],
  example: {
    wrong: yaml`
      audiences: [{ name: americans, country: US }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { geolocation: { USA: los-angeles, "*": oregon } }, healthCheck: {} }
    `,
    right: yaml`
      audiences: [{ name: americans, country: US }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { geolocation: { US: los-angeles, "*": oregon } }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app) =>
      Object.keys(app.expose?.routing.geolocation ?? {}).flatMap((code): Hit[] =>
        code === '*' || continents.includes(code) || continent(code) !== undefined
          ? []
          : [
              {
                origin: app.origin,
                field: `expose/routing/geolocation/${code}`,
                found: `is for ${code}, which is neither a country nor a continent`,
                fix: `write two capital letters such as US, one of ${or(continents)}, or *`,
              },
            ],
      ),
    ),
}

const someWeight: Rule = {
  code: 'DNS016',
  severity: 'warning',
  title: 'Some weight of a weighted name is above 0',
  why: 'Where all weights are 0 Route 53 takes them for equal: every site gets its share, and none is held back.',
  sources: [`${route53}/routing-policy-weighted.html`],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { weighted: { los-angeles: 0, oregon: 0 } }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { weighted: { los-angeles: 0, oregon: 1 } }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const weights = Object.values(app.expose?.routing.weighted ?? {})
      return weights.length === 0 || weights.some((weight) => weight > 0)
        ? []
        : [
            {
              origin: app.origin,
              field: 'expose/routing/weighted',
              found: weights.length === 1 ? 'is 0, which counts as all' : 'are all 0, which counts as equal shares',
              fix: 'give 1 or more to the sites that shall answer; to stop an app, take its expose away',
            },
          ]
    }),
}

const ownRegion: Rule = {
  code: 'DNS017',
  severity: 'error',
  title: 'Each latency record has a Region, and no other record has the same',
  why: 'Route 53 measures latency to Regions, not to sites: a record without one, or two of one Region, is refused.',
  sources: ['Route 53 API reference, ResourceRecordSet: Region', `${route53}/routing-policy-latency.html`],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { latency: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: workers }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }, { site: virginia }]
      expose: { host: game.example.com, routing: { latency: [oregon, virginia] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app) => {
      const taken = new Map<string, string>()
      if (app.expose === undefined || !followsRoute53(fleet, app.expose)) return []
      return (app.expose.routing.latency ?? []).flatMap((name, index): Hit[] => {
        const at = {
          origin: app.origin,
          field: `expose/routing/latency/${index}`,
          fix: 'route by geolocation or weighted: both take any number of sites wherever they are',
        }
        const region = lookup(fleet).site(name)?.place.region
        if (region === undefined) return [{ ...at, found: `is ${name}, which is in no Region of AWS` }]
        const other = taken.get(region)
        taken.set(region, other ?? name)
        return other === undefined ? [] : [{ ...at, found: `is ${name}, of ${region} like ${other}` }]
      })
    }),
}

const noAlias: Rule = {
  code: 'DNS018',
  severity: 'error',
  title: 'A multivalue name leads to addresses, not to load balancers of AWS',
  why: 'Route 53 has no multivalue alias records, and the addresses behind the name of a load balancer change without notice.',
  sources: [`${route53}/routing-policy-multivalue.html`],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { multivalue: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { weighted: { los-angeles: 1, oregon: 1 } }, healthCheck: {} }
    `,
  },
  check: (fleet) => {
    const { siteNamed } = subjects(fleet)
    return fleet.apps.flatMap((app) =>
      app.expose === undefined || !followsRoute53(fleet, app.expose)
        ? []
        : (app.expose.routing.multivalue ?? []).flatMap((name, index): Hit[] => {
            const balancer = app.expose?.loadBalancer ?? siteNamed.get(name)?.traits.loadBalancers.value[0]
            if (balancer !== 'alb' && balancer !== 'nlb') return []
            return [
              {
                origin: app.origin,
                field: `expose/routing/multivalue/${index}`,
                found: `is ${name}, with a load balancer of AWS (${balancer})`,
                fix: 'use weighted routing with equal weights, or sites that users reach by address',
              },
            ]
          }),
    )
  },
}

const seenFromSomewhere: Rule = {
  code: 'DNS019',
  severity: 'warning',
  title: 'A private hosted zone has a VPC of its account to be seen from',
  why: 'Route 53 makes a private zone only for a VPC, and answers only those who ask from one.',
  sources: [`${route53}/hosted-zone-private-creating.html`],
  example: {
    wrong: yaml`
      accounts: [{ name: prod, id: "111122223333" }]
      networks: []
      clusters: [{ name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35" } }]
      sites: [{ name: floor, place: { onPremises: docker }, cluster: floor, nodePools: [{ name: md }] }]
      dns: { zones: [{ name: shops.example, account: prod, private: true }] }
    `,
    right: yaml`
      accounts: [{ name: prod, id: "111122223333" }]
      networks: []
      clusters: [{ name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35" } }]
      sites: [{ name: floor, place: { onPremises: docker }, cluster: floor, nodePools: [{ name: md }] }]
      dns: { zones: [{ name: shops.example, private: true }] }
    `,
  },
  check: (fleet) =>
    fleet.dnsZones.flatMap((zone): Hit[] => {
      if (!zone.private || zone.account === undefined || isOnRoute53(fleet, zone)) return []
      return [
        {
          origin: zone.origin,
          field: 'account',
          found: `is ${zone.account}, where the fleet has no VPC for this private zone`,
          fix: 'take it out: PowerDNS on a server of your own serves the zone, as planned here; or name the hosted zone that exists',
        },
      ]
    }),
}

const addressesToFollow: Rule = {
  code: 'DNS020',
  severity: 'error',
  title: 'A zone of one’s own leads to addresses, not to load balancers of AWS',
  why: 'Only Route 53 follows the changing addresses behind the name of a load balancer; a zone of PowerDNS holds those of one moment.',
  sources: [`${route53}/routing-to-elb-load-balancer.html`],
  example: {
    wrong: yaml`
      accounts: [{ name: prod, id: "111122223333" }]
      dns: { zones: [{ name: example.com }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
    `,
    right: yaml`
      accounts: [{ name: prod, id: "111122223333" }]
      dns: { zones: [{ name: example.com, account: prod }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      expose: { host: game.example.com, routing: { simple: oregon } }
    `,
  },
  check: (fleet) => {
    const { siteNamed } = subjects(fleet)
    return fleet.apps.flatMap(({ expose, origin }): Hit[] => {
      if (expose === undefined || followsRoute53(fleet, expose)) return []
      const zone = zoneOf(fleet, expose.host, expose.scheme === 'internal')
      return routedFields(expose).flatMap(({ site, field }): Hit[] => {
        const balancer = expose.loadBalancer ?? siteNamed.get(site)?.traits.loadBalancers.value[0]
        if (balancer !== 'alb' && balancer !== 'nlb') return []
        return [
          {
            origin,
            field,
            found: `is ${site}, behind a load balancer of AWS (${balancer}), and ${zone?.name} is in no account`,
            fix: `give the zone ${zone?.name} its account, so that Route 53 serves it`,
          },
        ]
      })
    })
  },
}

export const routingRules: readonly Rule[] = [
  forEverybody,
  knownCodes,
  someWeight,
  ownRegion,
  noAlias,
  seenFromSomewhere,
  addressesToFollow,
]

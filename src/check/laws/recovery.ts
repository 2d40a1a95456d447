// Disaster recovery: what the two sites of a failover share, and so lose together.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { pairField, pairs } from '../pairs.ts'
import type { SiteSubject } from '../subjects.ts'

/** Whether the control plane of the site's cluster stands in the place of the site. */
function besideItsControlPlane({ traits, cluster }: SiteSubject): boolean {
  return cluster !== undefined && (traits.controlPlaneAt.value === 'site' || traits.holdsControlPlane.value)
}

const separateControlPlanes: Rule = {
  code: 'DR001',
  severity: 'error',
  title: 'The two sites of a failover have separate control planes',
  why: 'One control plane for both is lost for both: no pod is moved, restarted or scaled at either site, and the load balancers keep what they had.',
  sources: [source.seedRecovery],
  seeds: [91],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        - { name: las-vegas, place: { localZone: us-west-2-las-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: las-vegas }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, las-vegas] }, healthCheck: {} }
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: dallas }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    pairs(fleet).flatMap(({ app, primary, secondary }): Hit[] => {
      const { cluster } = primary
      if (cluster === undefined || cluster.name !== secondary.cluster?.name) return []
      const found = `joins ${primary.site.name} and ${secondary.site.name}, both under ${cluster.name}`
      // a copy beside the control plane outlives the loss of the other site, which is what such a pair is for
      if (besideItsControlPlane(primary) || besideItsControlPlane(secondary)) {
        return [
          {
            origin: app.origin,
            field: pairField,
            found,
            severity: 'info',
            why: 'One cluster over both sites survives the loss of the site without the control plane, not the loss of the control plane or its Region.',
            fix: 'nothing where that is enough; else give each site a cluster of its own',
          },
        ]
      }
      return [{ origin: app.origin, field: pairField, found, fix: `give ${secondary.site.name} a cluster of its own` }]
    }),
}

const separateRegions: Rule = {
  code: 'DR002',
  severity: 'warning',
  title: 'The two sites of a recovery pair hang on different Regions',
  why: 'A Local Zone and an Outpost depend on their Region: two sites of one Region are lost or cut off together with it.',
  sources: [source.seedRecovery],
  seeds: [92],
  example: {
    wrong: yaml`
      clusters:
        - { name: west-one, network: main, eks: { version: "1.35" } }
        - { name: west-two, network: main, eks: { version: "1.35" } }
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: west-one, nodePools: [{ name: edge }] }
        - { name: phoenix, place: { localZone: us-west-2-phx-2a }, cluster: west-two, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: phoenix }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, phoenix] }, healthCheck: {} }
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: dallas }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    pairs(fleet).flatMap(({ app, primary, secondary }): Hit[] => {
      const region = primary.site.place.region
      if (
        region === undefined ||
        region !== secondary.site.place.region ||
        primary.cluster?.name === secondary.cluster?.name
      )
        return []
      return [
        {
          origin: app.origin,
          field: pairField,
          found: `joins ${primary.site.name} and ${secondary.site.name}, both of ${region}`,
          fix: `choose a secondary of another Region than ${region}`,
        },
      ]
    }),
}

const noSharedParent: Rule = {
  code: 'LZ024',
  severity: 'warning',
  title: 'The two sites of a failover do not hang on one Availability Zone',
  why: 'A Local Zone is tied to one Availability Zone of its Region, as an Outpost is: sites with the same one share its fate.',
  sources: [source.localZonesList, 'AWS prescriptive guidance on hybrid edge architectures'],
  example: {
    wrong: yaml`
      facts:
        zones:
          - { name: us-west-2-lax-1a, kind: localZone, region: us-west-2, group: us-west-2-lax-1, parentZone: us-west-2b }
          - { name: us-west-2-lax-1b, kind: localZone, region: us-west-2, group: us-west-2-lax-1, parentZone: us-west-2b }
      clusters:
        - { name: west-one, network: main, eks: { version: "1.35" } }
        - { name: west-two, network: main, eks: { version: "1.35" } }
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: west-one, nodePools: [{ name: edge }] }
        - { name: hollywood, place: { localZone: us-west-2-lax-1b }, cluster: west-two, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: hollywood }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, hollywood] }, healthCheck: {} }
    `,
    right: yaml`
      facts:
        zones:
          - { name: us-west-2-lax-1a, kind: localZone, region: us-west-2, group: us-west-2-lax-1, parentZone: us-west-2b }
          - { name: us-west-2-lax-1b, kind: localZone, region: us-west-2, group: us-west-2-lax-1, parentZone: us-west-2c }
      clusters:
        - { name: west-one, network: main, eks: { version: "1.35" } }
        - { name: west-two, network: main, eks: { version: "1.35" } }
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: west-one, nodePools: [{ name: edge }] }
        - { name: hollywood, place: { localZone: us-west-2-lax-1b }, cluster: west-two, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: hollywood }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, hollywood] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    pairs(fleet).flatMap(({ app, primary, secondary }): Hit[] => {
      const one = zonesUnder(fleet, primary)
      const two = zonesUnder(fleet, secondary)
      // a site whose nodes stand in several zones outlives the loss of one
      if (one.length !== 1 || two.length !== 1 || one[0] !== two[0]) return []
      return [
        {
          origin: app.origin,
          field: pairField,
          found: `joins ${primary.site.name} and ${secondary.site.name}, both under ${one[0]}`,
          fix: 'choose a secondary under another Availability Zone',
        },
      ]
    }),
}

/** The Availability Zones that the nodes of the site hang on, as far as the fleet says. */
function zonesUnder(fleet: Fleet, { site, traits }: SiteSubject): readonly string[] {
  if (site.place.parentZone !== undefined) return [site.place.parentZone]
  if (traits.locale !== 'availability-zone') return []
  const { poolsOf, subnet } = lookup(fleet)
  return [
    ...new Set(poolsOf(site.name).flatMap((pool) => (pool.subnets ?? []).flatMap((name) => subnet(name)?.zone ?? []))),
  ]
}

export const recoveryRules: readonly Rule[] = [separateControlPlanes, separateRegions, noSharedParent]

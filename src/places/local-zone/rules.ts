// What only Local Zones ask for, beyond their traits.

import type { Rule } from '../../model/finding.ts'
import type { Manifest } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { copiesAt, sitesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

const managedNodes: Rule = {
  code: 'LZ005',
  severity: 'info',
  title: 'Nodes of a Local Zone are self-managed where an older set-up must work too',
  why: 'EKS accepts managed node groups in Local Zones by now; self-managed nodes are what every zone and every guide knows.',
  sources: [source.eksLocalZones, source.seedLocalZone],
  example: {
    wrong: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, kind: managed }]
    `,
    right: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, kind: selfManaged }]
    `,
  },
  check: (fleet) => {
    const { poolsOf } = lookup(fleet)
    return sitesAt(fleet, 'localZone').flatMap((site) =>
      poolsOf(site.name)
        .filter((pool) => pool.kind === 'managed')
        .map((pool) => ({
          origin: pool.origin,
          field: 'kind',
          found: 'is managed',
          fix: 'nothing, or use kind: selfManaged',
        })),
    )
  },
}

const subnetsAnnotation = 'alb.ingress.kubernetes.io/subnets'

const publicSubnetNamed: Rule = {
  code: 'LZ016',
  severity: 'warning',
  title: 'The load balancer of an app in a Local Zone gets the public subnet of the zone',
  why: 'Without a subnet named, the controller looks for one by tag and puts the load balancer into the Region.',
  sources: [source.lbcIngress, source.seedLocalZone, source.seedRecovery],
  seeds: [33],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: lax-private, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24 }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles } }
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: lax-public, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24, public: true }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles } }
    `,
  },
  check: (fleet) => {
    const { networkOf } = lookup(fleet)
    return copiesAt(fleet, 'localZone').flatMap(({ app, placement, site }) => {
      if (placement.subnets !== undefined) return []
      const ingresses = placement.manifests.filter((manifest) => manifest.kind === 'Ingress')
      if (ingresses.length > 0 && ingresses.every((ingress) => annotationsOf(ingress)[subnetsAnnotation] !== undefined))
        return []
      if (app.expose === undefined) {
        return ingresses
          .filter((ingress) => annotationsOf(ingress)[subnetsAnnotation] === undefined)
          .map((ingress) => ({
            origin: ingress.origin,
            field: 'metadata/annotations',
            found: `names no ${subnetsAnnotation}`,
            fix: `add the annotation with the public subnet of ${site.place.zone}, or let skerry add it: expose the app`,
          }))
      }
      const subnets = networkOf(site)?.subnets ?? []
      const here = subnets.some((subnet) => subnet.public && subnet.zone === site.place.zone)
      if (subnets.length === 0 || here) return []
      return [
        {
          origin: placement.origin,
          found: `has no public subnet in ${site.place.zone}`,
          fix: `declare a subnet with zone: ${site.place.zone} and public: true, or name subnets in the placement`,
        },
      ]
    })
  },
}

const noFirewall: Rule = {
  code: 'LZ018',
  severity: 'warning',
  title: 'A load balancer in a Local Zone does without web firewall and Lambda targets',
  why: 'AWS WAF and Lambda targets are not offered for a load balancer in a Local Zone.',
  sources: [source.elbSubnets],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose:
        host: game.example.com
        routing: { simple: los-angeles }
        annotations: { alb.ingress.kubernetes.io/wafv2-acl-arn: "arn:aws:wafv2:us-west-2:111122223333:regional/webacl/game/1" }
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles } }
    `,
  },
  check: (fleet) =>
    copiesAt(fleet, 'localZone').flatMap(({ app, placement, site }) => {
      const fix = `drop it at ${site.name}, or serve it from the Region`
      const declared = firewallOf(app.expose?.annotations ?? {})
      const written = placement.manifests.filter(
        (manifest) => manifest.kind === 'Ingress' && firewallOf(annotationsOf(manifest)) !== undefined,
      )
      return [
        ...(declared === undefined
          ? []
          : [{ origin: app.origin, field: `expose/annotations/${declared}`, found: `asks for ${declared}`, fix }]),
        ...written.map((ingress) => ({
          origin: ingress.origin,
          found: `asks for ${firewallOf(annotationsOf(ingress))}`,
          fix,
        })),
      ]
    }),
}

function firewallOf(annotations: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(annotations).find((key) => /alb\.ingress\.kubernetes\.io\/(?:waf|wafv2|shield)/.test(key))
}

function annotationsOf(manifest: Manifest): Readonly<Record<string, unknown>> {
  const metadata = manifest.object.metadata
  const annotations =
    typeof metadata === 'object' && metadata !== null && 'annotations' in metadata ? metadata.annotations : undefined
  return typeof annotations === 'object' && annotations !== null
    ? (annotations as Readonly<Record<string, unknown>>)
    : {}
}

const pinned: Rule = {
  code: 'LZ019',
  severity: 'warning',
  title: 'Pods meant for a Local Zone are pinned to it',
  why: 'The scheduler knows no sites: without node affinity on topology.kubernetes.io/zone the copy may run in the Region instead.',
  sources: [source.seedLocalZone, source.wellKnownLabels],
  seeds: [34, 46],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, pinned: false }]
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, pinned: true }]
    `,
  },
  check: (fleet) =>
    copiesAt(fleet, 'localZone')
      .filter(
        ({ placement, site }) =>
          !placement.pinned && !placement.manifests.some((manifest) => mentionsZone(manifest, site.place.zone ?? '')),
      )
      .map(({ placement, site }) => ({
        origin: placement.origin,
        field: 'pinned',
        found: 'is false',
        fix: `leave pinned out, or write node affinity for topology.kubernetes.io/zone in ${site.place.zone}`,
      })),
}

/** Whether the manifest has an affinity or a selector that names the zone. */
function mentionsZone(manifest: Manifest, zone: string): boolean {
  return JSON.stringify(manifest.object).includes(`"${zone}"`)
}

const onlyOneZone: Rule = {
  code: 'LZ020',
  severity: 'warning',
  title: 'An app in a Local Zone has a copy elsewhere',
  why: 'A Local Zone is one failure domain: when it is lost, an app that runs nowhere else is gone.',
  sources: [source.seedLocalZone],
  seeds: [46],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
    `,
  },
  check: (fleet) =>
    copiesAt(fleet, 'localZone').flatMap(({ app, placement, site }) =>
      app.placement.some((other) => other.site !== site.name)
        ? []
        : [
            {
              origin: placement.origin,
              found: `is the only copy of ${app.name}`,
              fix: `place a copy at a site of ${site.place.region} or of another zone, and fail over to it by DNS`,
            },
          ],
    ),
}

export const rules: readonly Rule[] = [managedNodes, publicSubnetNamed, noFirewall, pinned, onlyOneZone]

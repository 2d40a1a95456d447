// Load balancers: their kind, and the subnets that they take.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Traits } from '../../model/place.ts'
import type { Law } from '../../places/index.ts'
import { places, source, yaml } from '../../places/index.ts'
import { textAt } from '../manifest.ts'
import type { CopySubject, SubnetSubject } from '../subjects.ts'
import { subjects } from '../subjects.ts'
import { lawsOn } from '../topic.ts'
import { and, or } from '../words.ts'
import { addressesIn } from './addresses.ts'

const kindOffered = lawsOn('loadBalancerKind', (fleet, covers) =>
  subjects(fleet).copies.flatMap(({ app, placement, site, traits }): Hit[] => {
    const offered = traits.loadBalancers
    if (!covers(site.place)) return []
    const asked = app.expose?.loadBalancer
    const fix = `use ${or(offered.value)}, or serve ${app.name} from another place`
    const declared: Hit[] =
      asked === undefined || offered.value.includes(asked)
        ? []
        : [
            {
              origin: app.origin,
              field: 'expose/loadBalancer',
              found: `is ${asked}, where ${theKind(traits)} offers ${or(offered.value)}`,
              fix,
              source: offered.source,
            },
          ]
    const byService = offered.value.some((kind) => kind === 'nlb' || kind === 'metallb')
    const written = placement.manifests
      .filter(
        (manifest) =>
          manifest.kind === 'Service' && textAt(manifest.object, 'spec', 'type') === 'LoadBalancer' && !byService,
      )
      .map((manifest): Hit => {
        const found = `is LoadBalancer, for a Network Load Balancer, where ${theKind(traits)} offers ${or(offered.value)}`
        return {
          origin: manifest.origin,
          field: 'spec/type',
          found,
          fix: 'use an Ingress of class alb',
          source: offered.source,
        }
      })
    return [...declared, ...written]
  }),
)

/** The title of the place with its article. */
function theKind({ title }: Traits): string {
  return /^(?:AWS|EKS) [A-Z]/.test(title) ? `an ${title}` : title.toLowerCase()
}

/** The subnets that a placement names for its load balancer, each with its index. */
function named({ placement }: CopySubject, subnetNamed: ReadonlyMap<string, SubnetSubject>): readonly SubnetSubject[] {
  return (placement.subnets ?? []).flatMap((name) => subnetNamed.get(name) ?? [])
}

const oneLocale: Law = {
  code: 'LB002',
  severity: 'error',
  title: 'The subnets of one load balancer are of one locale, one in each zone',
  why: 'A load balancer stands in Availability Zones, in one Local Zone, in one Wavelength Zone or on one Outpost, with one subnet of each zone.',
  sources: [source.LBC, source.elbSubnets],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
            - { name: two, zone: us-west-2a, cidr: 10.10.1.0/24, public: true }
            - { name: three, zone: us-west-2b, cidr: 10.10.2.0/24, public: true }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon, subnets: [one, two, three] }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
            - { name: three, zone: us-west-2b, cidr: 10.10.2.0/24, public: true }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon, subnets: [one, three] }]
    `,
  },
}

const mixedLocales = lawsOn(
  'loadBalancerLocale',
  (fleet, covers) => {
    const { copies, subnetNamed } = subjects(fleet)
    return copies.flatMap((copy): Hit[] => {
      const subnets = named(copy, subnetNamed)
      const locales = [...new Set(subnets.map(({ traits }) => traits.locale))]
      if (locales.length < 2) return []
      // the law of the place that has one on the matter, whichever of the subnets stands there
      const own = subnets.find(({ place }) => places[place.kind].laws.loadBalancerLocale !== undefined) ?? subnets[0]
      if (own === undefined || !covers(own.place)) return []
      const here = subnets.filter(({ traits }) => traits.locale === copy.traits.locale).map(({ subnet }) => subnet.name)
      return [
        {
          origin: copy.placement.origin,
          field: 'subnets',
          found: `mix ${and(locales)}`,
          fix:
            here.length === 0
              ? `use subnets at ${copy.site.name}`
              : `use ${and(here)} alone, and another load balancer elsewhere`,
        },
      ]
    })
  },
  oneLocale,
)

/** What mixed locales leave: two subnets of one zone, and more subnets than the place takes. */
const oneInEachZone: Rule['check'] = (fleet) => {
  const { copies, subnetNamed } = subjects(fleet)
  return copies.flatMap((copy): Hit[] => {
    const subnets = named(copy, subnetNamed)
    if (new Set(subnets.map(({ traits }) => traits.locale)).size > 1) return []
    const zones = new Map<string, string>()
    for (const [index, { subnet }] of subnets.entries()) {
      const other = zones.get(subnet.zone)
      if (other !== undefined)
        return [
          {
            origin: copy.placement.origin,
            field: `subnets/${index}`,
            found: `is ${subnet.name}, in ${subnet.zone} like ${other}`,
            fix: `keep one of ${other} and ${subnet.name}`,
          },
        ]
      zones.set(subnet.zone, subnet.name)
    }
    const { value, source: from } = copy.traits.loadBalancerSubnets
    const ownLaw = places[copy.site.place.kind].laws.loadBalancerZones !== undefined
    if (subnets.length <= value.max || value.max === 0 || ownLaw) return []
    return [
      {
        origin: copy.placement.origin,
        field: 'subnets',
        found: `are ${and(subnets.map(({ subnet }) => subnet.name))}`,
        fix: `use one of them, and a placement with a load balancer of its own for each other zone`,
        source: from,
      },
    ]
  })
}

/** Where a load balancer stands in one zone, whatever it is given. */
const zoneEach = lawsOn('loadBalancerZones', (fleet, covers) => {
  const { copies, subnetNamed } = subjects(fleet)
  return copies.flatMap((copy): Hit[] => {
    const zones = [...new Set(named(copy, subnetNamed).map(({ subnet }) => subnet.zone))]
    const { value, source: from } = copy.traits.loadBalancerSubnets
    if (!covers(copy.site.place) || zones.length <= value.max) return []
    return [
      {
        origin: copy.placement.origin,
        field: 'subnets',
        found: `are of ${and(zones)}`,
        fix: 'use those of one, and a placement with a load balancer of its own for each other zone',
        source: from,
      },
    ]
  })
})

const locales: readonly Rule[] = mixedLocales.map((law) =>
  law.code === oneLocale.code ? { ...law, check: (fleet) => [...law.check(fleet), ...oneInEachZone(fleet)] } : law,
)

const twoZones: Rule = {
  code: 'LB001',
  severity: 'error',
  title: 'A load balancer in a Region has subnets of two Availability Zones or more, each with room',
  why: 'An Application Load Balancer needs two Availability Zones, and in each subnet eight free addresses of a /27 or larger.',
  sources: [source.elbSubnets],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: one, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon, subnets: [one] }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
            - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24, public: true }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon, subnets: [one, two] }]
    `,
  },
  check: (fleet) => {
    const { copies, subnetNamed } = subjects(fleet)
    return copies.flatMap((copy): Hit[] => {
      const subnets = named(copy, subnetNamed)
      const { min } = copy.traits.loadBalancerSubnets.value
      if (subnets.length === 0 || min < 2 || copy.app.expose?.loadBalancer === 'nlb') return []
      const zones = new Set(subnets.map(({ subnet }) => subnet.zone))
      const small = subnets.find(({ subnet }) => subnet.cidr !== undefined && addressesIn(subnet.cidr) < 32)
      return [
        ...(zones.size < min
          ? [
              {
                origin: copy.placement.origin,
                field: 'subnets',
                found: `are all in ${[...zones][0]}`,
                fix: `add a public subnet in another Availability Zone of ${copy.site.place.region}`,
              },
            ]
          : []),
        ...(small === undefined
          ? []
          : [
              {
                origin: small.subnet.origin,
                field: 'cidr',
                found: `is ${small.subnet.cidr}, for a load balancer of ${copy.app.name}`,
                fix: 'use a range of /27 or larger',
              },
            ]),
      ]
    })
  },
}

const byAddress: Rule = {
  code: 'LB004',
  severity: 'warning',
  title: 'At the edge a load balancer sends to pods by their address',
  why: 'Targets of kind instance pass any node first: traffic may cross the link to the Region and back, and stops when it does.',
  sources: [source.lbcIngress, source.seedRecovery, source.seedWavelength],
  seeds: [111, 150],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles }, targetType: instance }
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles }, targetType: ip }
    `,
  },
  check: (fleet) => {
    const edge = new Map(
      subjects(fleet).copies.flatMap(({ app, site, traits }) =>
        traits.locale === 'availability-zone' || traits.loadBalancers.value.includes('metallb')
          ? []
          : [[app, site] as const],
      ),
    )
    return [...edge].flatMap(([app, site]): Hit[] =>
      app.expose?.targetType === 'instance'
        ? [
            {
              origin: app.origin,
              field: 'expose/targetType',
              found: `is instance, with a copy at ${site.name}`,
              fix: 'use ip',
            },
          ]
        : [],
    )
  },
}

const byStack: Rule = {
  code: 'LB009',
  severity: 'error',
  title: 'A load balancer that is a stack’s stands before a copy at a site, and has its own certificate',
  why: 'Its target group is one copy’s: copies that a federation divides get theirs from the controller of each member. A listener ends TLS by a certificate that its stack names; an annotation reaches the controller only.',
  sources: [source.lbcIngress, source.elbSubnets],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, port: 443, routing: { simple: los-angeles }, balancerBy: stack }
    `,
    right: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles }, balancerBy: stack }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const { expose } = app
      if (expose === undefined) return []
      const lost = (['certificate', 'accessLogs'] as const).filter((field) => expose[field] !== undefined)
      if (expose.balancerBy !== 'stack')
        return lost.map((field) => ({
          origin: app.origin,
          field: `expose/${field}`,
          found: 'is of a load balancer that the controller makes, which takes it from annotations',
          fix: 'say balancerBy: stack, or use annotations',
        }))
      const bare =
        expose.port === 443 && expose.certificate === undefined && expose.loadBalancer !== 'nlb'
          ? [
              {
                origin: app.origin,
                field: 'expose/port',
                found: 'is 443, without a certificate',
                fix: 'name one by certificate',
              },
            ]
          : []
      const divided = app.placement
        .filter(({ federation }) => federation !== undefined)
        .map(({ origin, federation }) => ({
          origin,
          field: 'federation',
          found: `is ${federation}, whose members have no load balancer of a stack`,
          fix: 'say balancerBy: controller, or place it by site',
        }))
      return [...bare, ...divided]
    }),
}

export const balancingRules: readonly Rule[] = [twoZones, ...locales, ...zoneEach, ...kindOffered, byAddress, byStack]

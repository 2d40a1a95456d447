// What Wavelength Zones ask of apps: each zone is an island that only its carrier's devices reach.

import type { Hit, Rule } from '../../model/finding.ts'
import type { App, Audience, Fleet, Manifest, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Copy } from '../copies.ts'
import { copiesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

const zonesReachNotEachOther: Rule = {
  code: 'WL011',
  severity: 'error',
  title: 'An app in a Wavelength Zone finds what it depends on in its zone or in the Region',
  why: 'Traffic from one Wavelength Zone to another is blocked within a VPC: it goes to the Region and no further.',
  sources: [source.seedWavelength, source.WLG],
  seeds: [148, 153],
  example: {
    wrong: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: frontend }
      source: { image: registry.example.com/frontend:1.0.0 }
      placement: [{ site: boston }]
      dependsOn: [backend]
      ---
      kind: App
      metadata: { name: backend }
      source: { image: registry.example.com/backend:1.0.0 }
      placement: [{ site: new-york }]
    `,
    right: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: frontend }
      source: { image: registry.example.com/frontend:1.0.0 }
      placement: [{ site: boston }]
      dependsOn: [backend]
      ---
      kind: App
      metadata: { name: backend }
      source: { image: registry.example.com/backend:1.0.0 }
      placement: [{ site: virginia }]
    `,
  },
  check: (fleet) => {
    const { app: appNamed, site: siteNamed } = lookup(fleet)
    return copiesAt(fleet, 'wavelength').flatMap(({ app, placement, site }): Hit[] =>
      (app.dependsOn ?? []).flatMap((name, index) => {
        const there = (appNamed(name)?.placement ?? []).flatMap((copy) => siteNamed(copy.site) ?? [])
        const within = there.some(({ place }) => place.kind !== 'wavelength' || place.zone === site.place.zone)
        return there.length === 0 || within
          ? []
          : [
              {
                origin: app.origin,
                field: `dependsOn/${index}`,
                found: `is ${name}, which the copy in ${site.place.zone} does not reach in another Wavelength Zone`,
                fix: `place ${name} at ${placement.site} or in the Region too`,
              },
            ]
      }),
    )
  },
}

const oneNamespaceEach: Rule = {
  code: 'WL015',
  severity: 'warning',
  title: 'Each Wavelength Zone has a namespace of its own',
  why: 'A short name such as backend stands for one service of the namespace: with two zones in one namespace half of the calls go to a zone that does not answer.',
  sources: [source.seedWavelength],
  seeds: [148],
  example: {
    wrong: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: frontend }
      source: { image: registry.example.com/frontend:1.0.0 }
      placement: [{ site: boston }, { site: new-york }]
    `,
    right: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: frontend }
      source: { image: registry.example.com/frontend:1.0.0 }
      placement: [{ site: boston, namespace: wavelength1-namespace }, { site: new-york, namespace: wavelength2-namespace }]
    `,
  },
  check: (fleet) => {
    const firstZone = new Map<string, string>()
    return copiesAt(fleet, 'wavelength').flatMap(({ placement, site, cluster }): Hit[] => {
      const { zone = site.name } = site.place
      const key = `${cluster?.name} ${placement.namespace}`
      const first = firstZone.get(key)
      if (first === undefined) firstZone.set(key, zone)
      return first === undefined || first === zone
        ? []
        : [
            {
              origin: placement.origin,
              field: 'namespace',
              found: `is ${placement.namespace}, which ${first} has as well`,
              fix: 'give this zone a namespace of its own',
            },
          ]
    })
  },
}

const pinnedToTheZone: Rule = {
  code: 'WL016',
  severity: 'warning',
  title: 'Pods meant for a Wavelength Zone are pinned to it by the name of the zone',
  why: 'The scheduler knows no sites: node affinity on topology.kubernetes.io/zone keeps a copy there, and the value is the name of the zone, not its id.',
  sources: [source.seedWavelength, source.wellKnownLabels],
  seeds: [149],
  example: {
    wrong: yaml`
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston, pinned: false }]
    `,
    right: yaml`
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston, pinned: true }]
    `,
  },
  check: (fleet) =>
    copiesAt(fleet, 'wavelength').flatMap(({ placement, site }): Hit[] => {
      const { zone = '' } = site.place
      const byId = placement.manifests.find((manifest) =>
        /"[a-z]{3,5}\d-wl\d-[a-z]{3}-wlz\d"/.test(JSON.stringify(manifest.object)),
      )
      if (byId !== undefined)
        return [{ origin: byId.origin, found: 'names a zone by its id', fix: `write its name, such as ${zone}` }]
      return placement.pinned || placement.manifests.some(({ object }) => JSON.stringify(object).includes(`"${zone}"`))
        ? []
        : [
            {
              origin: placement.origin,
              field: 'pinned',
              found: 'is false',
              fix: `leave pinned out, or write node affinity for topology.kubernetes.io/zone in ${zone}`,
            },
          ]
    }),
}

const subnetsAnnotation = 'alb.ingress.kubernetes.io/subnets'

function annotated({ object }: Manifest): boolean {
  const metadata = object.metadata as { annotations?: Record<string, unknown> } | undefined
  return metadata?.annotations?.[subnetsAnnotation] !== undefined
}

const balancerInTheZone: Rule = {
  code: 'WL018',
  severity: 'error',
  title: 'The load balancer of an app in a Wavelength Zone gets the public subnet of the zone',
  why: 'Without a subnet named, the controller takes subnets of the Region, and the carrier never sees the load balancer.',
  sources: [source.seedWavelength, source.lbcIngress],
  seeds: [150],
  example: {
    wrong: yaml`
      networks:
        - name: east
          region: us-east-1
          cidr: 10.20.0.0/16
          subnets: [{ name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24 }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: carrier }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }]
      expose: { host: game.example.com, routing: { simple: boston } }
    `,
    right: yaml`
      networks:
        - name: east
          region: us-east-1
          cidr: 10.20.0.0/16
          subnets: [{ name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24, public: true }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: carrier }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }]
      expose: { host: game.example.com, routing: { simple: boston } }
    `,
  },
  check: (fleet) => {
    const { networkOf } = lookup(fleet)
    return copiesAt(fleet, 'wavelength').flatMap(({ app, placement, site }): Hit[] => {
      if (placement.subnets !== undefined) return []
      const ingresses = placement.manifests.filter(({ kind }) => kind === 'Ingress')
      const bare = ingresses.filter((ingress) => !annotated(ingress))
      if (app.expose === undefined)
        return bare.map(({ origin }) => ({
          origin,
          field: 'metadata/annotations',
          found: `names no ${subnetsAnnotation}`,
          fix: `add the annotation with the public subnet of ${site.place.zone}, or let skerry add it: expose the app`,
        }))
      if (ingresses.length > 0 && bare.length === 0) return []
      const subnets = networkOf(site)?.subnets ?? []
      const here = subnets.some((subnet) => subnet.public && subnet.zone === site.place.zone)
      return subnets.length === 0 || here
        ? []
        : [
            {
              origin: placement.origin,
              found: `has no public subnet in ${site.place.zone}`,
              fix: `declare a subnet with zone: ${site.place.zone} and public: true`,
            },
          ]
    })
  },
}

/** The sites of an app's name that only devices of a carrier reach, the others, and the field that names them. */
function reachOf(fleet: Fleet, app: App) {
  const { site } = lookup(fleet)
  const routing = app.expose?.routing
  if (routing === undefined) return undefined
  const answers = {
    simple: routing.simple === undefined ? undefined : [routing.simple],
    failover: routing.failover,
    latency: routing.latency,
    multivalue: routing.multivalue,
    weighted: Object.entries(routing.weighted ?? {}).flatMap(([name, weight]) => (weight > 0 ? name : [])),
  }
  const [kind, names] = Object.entries(answers).find(([, list]) => (list?.length ?? 0) > 0) ?? []
  if (kind === undefined || names === undefined) return undefined
  const sites = names.flatMap((name) => site(name) ?? [])
  const behind = sites.filter((one) => one.place.kind === 'wavelength' && !letsInternetIn(one))
  return behind.length === 0
    ? undefined
    : { field: `expose/routing/${kind}`, kind, behind, others: sites.length - behind.length }
}

/** The zones of Morocco and Senegal let the internet in, unlike the zones before them. */
const letsInternetIn = ({ place, internet }: Site): boolean =>
  internet ?? (place.country === 'MA' || place.country === 'SN')

/** Audiences of the app that come by another way than the carrier of the site. */
function outsiders(fleet: Fleet, app: App, { name, place }: Site): readonly Audience[] {
  const { audience } = lookup(fleet)
  return app.audiences.flatMap((each): Audience[] => {
    const one = audience(each)
    if (one === undefined || one.at === name) return []
    if (one.carrier === undefined) return app.audienceKind === 'carrier' ? [] : [one]
    return place.carrier === undefined || one.carrier.toLowerCase() === place.carrier ? [] : [one]
  })
}

const internetUsers: Rule = {
  code: 'WL021',
  severity: 'warning',
  title: 'An app for everyone is served outside Wavelength Zones too',
  why: "A carrier gateway lets in the devices of its carrier, and nobody from the internet: other users get an address that doesn't answer.",
  sources: [source.carrierGateway, source.WLG, source.seedWavelength],
  seeds: [154],
  example: {
    wrong: yaml`
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }]
      expose: { host: game.example.com, routing: { simple: boston } }
    `,
    right: yaml`
      audiences: [{ name: phones, carrier: verizon }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }]
      expose: { host: game.example.com, routing: { simple: boston } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const reach = reachOf(fleet, app)
      if (reach === undefined || reach.others > 0 || app.expose?.scheme === 'internal') return []
      const lost = reach.behind.map((site) => new Set(outsiders(fleet, app, site)))
      const nowhere = [...(lost[0] ?? [])].filter((audience) => lost.every((each) => each.has(audience)))
      return nowhere.length === 0
        ? []
        : [
            {
              origin: app.origin,
              field: reach.field,
              found: `names only Wavelength Zones, which ${nowhere.map(({ name }) => name).join(', ')} cannot reach`,
              fix: 'name a site of the Region or of a Local Zone as well, or say of which carrier the audience is',
            },
          ]
    }),
}

const mixedUsers: Rule = {
  code: 'WL022',
  severity: 'warning',
  title: 'A name that leads to Wavelength Zones is asked by users of their carrier',
  why: 'Route 53 does not know by which network a user comes: it hands out the address of the zone to those as well who cannot reach it. For users of any network a Local Zone is the place.',
  sources: [source.seedWavelength, source.carrierGateway],
  seeds: [154],
  example: {
    wrong: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }, { site: virginia }]
      expose: { host: game.example.com, routing: { weighted: { boston: 1, virginia: 1 } } }
    `,
    right: yaml`
      audiences: [{ name: phones, carrier: verizon }]
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }, { site: virginia }]
      expose: { host: game.example.com, routing: { weighted: { boston: 1, virginia: 1 } } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const reach = reachOf(fleet, app)
      if (reach === undefined || reach.others === 0 || app.expose?.scheme === 'internal') return []
      // of a failover only the first is handed out while all is well
      const handedOut =
        reach.kind === 'failover'
          ? reach.behind.filter(({ name }) => name === app.expose?.routing.failover?.[0])
          : reach.behind
      const lost = handedOut.flatMap((site) => outsiders(fleet, app, site).map((audience) => ({ site, audience })))
      const [first] = lost
      return first === undefined
        ? []
        : [
            {
              origin: app.origin,
              field: reach.field,
              found: `hands ${first.site.name} to ${first.audience.name}, who cannot reach it`,
              fix: 'give those users a name of their own that leads to the Region or a Local Zone',
            },
          ]
    }),
}

const weightsAreBlind: Rule = {
  code: 'WL023',
  severity: 'info',
  title: 'Users of several Wavelength Zones are led to theirs by the carrier, not by weights',
  why: "Weights know nothing of the mobile network: a phone in one city is handed the zone of another. The carrier's edge discovery service knows which is near.",
  sources: [source.seedWavelength],
  seeds: [152],
  example: {
    wrong: yaml`
      audiences: [{ name: phones, carrier: verizon }]
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston, namespace: one }, { site: new-york, namespace: two }]
      expose: { host: game.example.com, routing: { weighted: { boston: 1, new-york: 1 } } }
    `,
    right: yaml`
      audiences: [{ name: phones, carrier: verizon }]
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: boston }, { site: virginia }]
      expose: { host: game.example.com, routing: { weighted: { boston: 1, virginia: 1 } } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const reach = reachOf(fleet, app)
      return reach?.kind === 'weighted' && reach.behind.length > 1
        ? [
            {
              origin: app.origin,
              field: reach.field,
              found: `spreads users over ${reach.behind.length} Wavelength Zones, wherever they are`,
              fix: "nothing, where that is enough; else ask the carrier's edge discovery service",
            },
          ]
        : []
    }),
}

const noQuorumAcrossZones: Rule = {
  code: 'WL032',
  severity: 'warning',
  title: 'What keeps state by majority stays in the Region',
  why: 'Wavelength Zones of one Region may be a thousand miles apart, and do not reach each other: they are no Availability Zones.',
  sources: [source.seedWavelength, source.WLG],
  seeds: [153],
  example: {
    wrong: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: ledger }
      source: { image: registry.example.com/ledger:1.0.0 }
      stateful: true
      placement: [{ site: boston, namespace: one }, { site: new-york, namespace: two }]
    `,
    right: yaml`
      sites:
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: 2 }] }
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: ledger }
      source: { image: registry.example.com/ledger:1.0.0 }
      stateful: true
      placement: [{ site: virginia }]
    `,
  },
  check: (fleet) => {
    const byApp = new Map<App, Copy[]>()
    for (const copy of copiesAt(fleet, 'wavelength')) {
      const copies = byApp.get(copy.app)
      if (copies === undefined) byApp.set(copy.app, [copy])
      else copies.push(copy)
    }
    return [...byApp].flatMap(([app, copies]): Hit[] => {
      const zones = new Set(copies.map(({ site }) => site.place.zone))
      const keepsState =
        app.stateful || copies.some(({ placement }) => placement.manifests.some(({ kind }) => kind === 'StatefulSet'))
      return keepsState && zones.size > 1
        ? [
            {
              origin: app.origin,
              field: 'placement',
              found: `keeps state in ${zones.size} Wavelength Zones`,
              fix: 'place what keeps the state in the Region',
            },
          ]
        : []
    })
  },
}

export const appRules: readonly Rule[] = [
  zonesReachNotEachOther,
  oneNamespaceEach,
  pinnedToTheZone,
  balancerInTheZone,
  internetUsers,
  mixedUsers,
  weightsAreBlind,
  noQuorumAcrossZones,
]

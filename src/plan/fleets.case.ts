// Fleets for the tests of planning: one with a bit of everything, and random ones of every shape that the declaration allows.

import fc from 'fast-check'
import { stringify } from 'yaml'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'

export const header = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\n'

/** Two Regions, an edge zone, a carrier's zone, an Outpost, floors of one's own, something that exists, Flux on some, and a federation. */
export const mixed = (change: (text: string) => string = (text) => text): Fleet =>
  fleetFrom(
    change(`${header}metadata: { name: mixed }
accounts: [{ name: prod, id: "111122223333", optedIn: [us-west-2-lax-1] }]
networks:
  - { name: west, account: prod, region: us-west-2, cidr: 10.1.0.0/16 }
  - { name: east, account: prod, region: us-east-1, cidr: 10.2.0.0/16 }
  - { name: theirs, account: prod, region: eu-central-1, cidr: 10.3.0.0/16, existing: { vpcId: vpc-0a1b2c3d } }
dns: { zones: [{ name: example.com, existing: { hostedZoneId: Z0123 } }, { name: shop.example.com }] }
clusters:
  - { name: west, network: west, eks: { version: "1.35" } }
  - { name: east, network: east, eks: { version: "1.35", authentication: configMap } }
  - { name: rack, network: east, at: plant, eksOutpost: { version: "1.34", storage: ebs, controlPlaneInstanceType: m5.large } }
  - { name: hq, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }
  - { name: shop, eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: hq, packages: [metallb, harbor] } }
  - { name: theirs, network: theirs, existing: { context: theirs, region: eu-central-1 } }
sites:
  - { name: oregon, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: core, kind: managed, instanceTypes: [m7g.large], replicas: 3 }] }
  - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: west, nodePools: [{ name: edge, replicas: 2, instanceTypes: [t3.medium] }] }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: east, nodePools: [{ name: edge, replicas: 2, instanceTypes: [t3.medium], publicAddress: carrier }] }
  - name: plant
    place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a } }
    cluster: rack
    nodePools: [{ name: line, replicas: 2, instanceTypes: [m5.large] }]
  - { name: office, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: md, replicas: 2 }] }
  - { name: shop, protect: false, place: { onPremises: vsphere }, cluster: shop, network: { cidr: 192.168.7.0/24, routed: false }, nodePools: [{ name: md, replicas: 1 }] }
  - { name: frankfurt, place: { region: eu-central-1 }, cluster: theirs, nodePools: [{ name: there, replicas: 4 }] }
federations: [{ name: world, host: west, members: [west, shop, theirs], sync: { default: pull } }]
gitops: { url: "https://robot:secret@git.example.com/fleet", branch: main, clusters: [west, shop], secretRef: flux-system }
---
kind: App
metadata: { name: store }
source: { image: registry.example.com/store:1 }
placement: [{ site: los-angeles, replicas: 3 }, { site: oregon, replicas: 2 }]
expose: { host: store.shop.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
dependsOn: [stock]
---
kind: App
metadata: { name: stock }
source: { chart: { repository: https://charts.example.com, name: stock, version: 1.2.3, values: { b: 1, a: { c: [1, 2] } } } }
placement: [{ site: oregon }, { site: shop }, { site: frankfurt }]
---
kind: App
metadata: { name: stream }
source: { image: registry.example.com/stream:1 }
placement: [{ site: boston, replicas: 2 }, { site: plant, replicas: 2, pinned: false }]
expose: { host: stream.example.com, routing: { weighted: { boston: 3, plant: 1 } }, aliases: [video.example.com] }
---
kind: App
metadata: { name: everywhere }
source: { image: registry.example.com/everywhere:1 }
placement: [{ federation: world, replicas: 7, weights: { west: 1, shop: 2 } }]
`),
  )

const places = [
  { region: 'us-west-2' },
  { localZone: 'us-west-2-lax-1a' },
  { localZone: 'us-west-2-phx-2a' },
  { wavelength: 'us-west-2-wl1-las-wlz-1' },
  {
    outpost: {
      arn: 'arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0',
      region: 'us-west-2',
      anchorZone: 'us-west-2b',
    },
  },
  { onPremises: 'vsphere' },
  { hybrid: 'us-west-2' },
]
const routings = ['simple', 'failover', 'weighted', 'latency', 'multivalue'] as const

/** Documents of a fleet, before they become one: so that a test can change a field, or add a site, and read it again. */
export interface Documents {
  readonly fleet: Record<string, unknown> & {
    sites: Record<string, unknown>[]
    networks: Record<string, unknown>[]
    clusters: Record<string, unknown>[]
  }
  readonly apps: readonly Record<string, unknown>[]
}

export const fleetOf = ({ fleet, apps }: Documents): Fleet =>
  fleetFrom([fleet, ...apps].map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n'))

/** Random fleets that the reader takes; what check would say of them does not matter here. */
export const documents: fc.Arbitrary<Documents> = fc
  .record({
    sites: fc.array(
      fc.record({
        place: fc.nat(places.length - 1),
        cluster: fc.nat(5),
        pools: fc.array(fc.record({ replicas: fc.nat(4), declares: fc.boolean() }), { maxLength: 2 }),
        protect: fc.boolean(),
      }),
      { minLength: 1, maxLength: 7 },
    ),
    subnets: fc.array(
      fc.record({
        zone: fc.constantFrom('us-west-2a', 'us-west-2b', 'us-west-2c', 'us-west-2-lax-1a'),
        public: fc.boolean(),
        cidr: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    small: fc.boolean(),
    egress: fc.constantFrom('natGatewayPerZone', 'natGateway', 'internetGateway', 'none'),
    existing: fc.boolean(),
    apps: fc.array(
      fc.record({
        at: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 4 }),
        routing: fc.option(fc.nat(routings.length - 1), { nil: undefined }),
        dependsOn: fc.array(fc.nat(5), { maxLength: 2 }),
        check: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
    gitops: fc.boolean(),
    federation: fc.boolean(),
    zone: fc.constantFrom('none', 'ours', 'theirs'),
  })
  .map((it): Documents => {
    const clusters = [
      { name: 'c0', network: 'main', eks: { version: '1.35' } },
      { name: 'c1', network: 'main', eks: { version: '1.35', authentication: 'configMap', oidcProvider: true } },
      { name: 'c2', network: 'other', eks: { version: '1.34' } },
      { name: 'c3', eksAnywhere: { provider: 'vsphere', version: '1.35' } },
      {
        name: 'c4',
        eksAnywhere: { provider: 'vsphere', version: '1.35', managementCluster: 'c3', packages: ['metallb'] },
      },
      { name: 'c5', network: 'main', existing: { region: 'us-west-2' } },
    ]
    const siteName = (index: number) => `s${index % it.sites.length}`
    const sites = it.sites.map(({ place, cluster, pools, protect }, index) => ({
      name: `s${index}`,
      place: places[place],
      cluster: `c${cluster}`,
      protect,
      nodePools: pools.map(({ replicas, declares }, pool) => ({
        name: `p${pool}`,
        replicas,
        ...(declares && it.subnets.length > 0 && { subnets: ['n0'] }),
      })),
    }))
    const networks = [
      {
        name: 'main',
        region: 'us-west-2',
        cidr: it.small ? '10.0.0.0/22' : '10.0.0.0/16',
        egress: it.egress,
        subnets: it.subnets.map((subnet, index) => ({
          name: `n${index}`,
          zone: subnet.zone,
          public: subnet.public,
          ...(subnet.cidr && { cidr: `10.0.${index % 4}.${it.small ? 64 * (index > 3 ? 1 : 0) : 0}/26` }),
        })),
        ...(it.existing && { existing: { vpcId: 'vpc-0a1b2c3d' } }),
      },
      { name: 'other', region: 'us-west-2', cidr: '10.9.0.0/16', routingDomain: 'apart' },
    ]
    const apps = it.apps.map(({ at, routing, dependsOn, check }, index) => {
      const here = [...new Set(at.map(siteName))]
      const policy = routing === undefined ? undefined : routings[routing]
      const targets =
        policy === 'simple'
          ? here[0]
          : policy === 'weighted'
            ? Object.fromEntries(here.map((site, weight) => [site, weight + 1]))
            : here
      // only on apps before it: no cycle
      const before = [...new Set(dependsOn.filter((other) => other < index).map((other) => `a${other}`))]
      return {
        kind: 'App',
        metadata: { name: `a${index}` },
        source: { image: 'registry.example.com/a:1' },
        placement: here.map((site) => ({ site, replicas: 2 })),
        ...(policy !== undefined && {
          expose: { host: `a${index}.example.com`, routing: { [policy]: targets }, ...(check && { healthCheck: {} }) },
        }),
        ...(before.length > 0 && { dependsOn: before }),
      }
    })
    return {
      fleet: {
        apiVersion: 'skerry.dev/v1alpha1',
        kind: 'Fleet',
        metadata: { name: 'random' },
        networks,
        clusters,
        sites,
        ...(it.gitops && { gitops: { url: 'https://git.example.com/fleet' } }),
        ...(it.federation && { federations: [{ name: 'f', host: 'c0', members: ['c1', 'c4'] }] }),
        ...(it.zone !== 'none' && {
          dns: {
            zones: [{ name: 'example.com', ...(it.zone === 'theirs' && { existing: { hostedZoneId: 'Z0123' } }) }],
          },
        }),
      },
      apps,
    }
  })

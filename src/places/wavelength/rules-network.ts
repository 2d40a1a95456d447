// What Wavelength Zones ask of a cluster and its network, beyond their traits: subnets of the zone, a way out of it, name service in
// the Region.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Fleet, NodePool, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { sitesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

interface EdgePool {
  readonly pool: NodePool
  readonly site: Site
  readonly cluster: Cluster | undefined
}

function edgePools(fleet: Fleet): readonly EdgePool[] {
  const { poolsOf, cluster } = lookup(fleet)
  return sitesAt(fleet, 'wavelength').flatMap((site) =>
    poolsOf(site.name).map((pool) => ({ pool, site, cluster: cluster(pool.cluster) })),
  )
}

/** Whether its nodes reach nothing outside the VPC: no carrier address, or subnets without a way out. */
function hasNoWayOut(fleet: Fleet, { publicAddress, subnets }: NodePool): boolean {
  if (publicAddress === 'none') return true
  const { subnet } = lookup(fleet)
  return subnets?.every((name) => subnet(name)?.public === false) === true
}

const noLocalCluster: Rule = {
  code: 'WL005',
  severity: 'error',
  title: 'The control plane of nodes in a Wavelength Zone stands in the Region',
  why: 'Local clusters are for Outposts, EKS Anywhere is for machines of your own: a Wavelength Zone takes nodes of a cluster in its Region.',
  sources: [source.seedWavelength, source.WLG],
  seeds: [138],
  example: {
    wrong: yaml`
      clusters: [{ name: carrier, network: east, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: carrier, nodePools: [{ name: edge }] }
    `,
    right: yaml`
      clusters: [{ name: carrier, network: east, eks: { version: "1.35" } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: carrier, nodePools: [{ name: edge }] }
    `,
  },
  check: (fleet) => {
    const { cluster: clusterNamed, site: siteNamed } = lookup(fleet)
    const standing = fleet.clusters.flatMap((cluster): Hit[] =>
      siteNamed(cluster.at)?.place.kind === 'wavelength'
        ? [
            {
              origin: cluster.origin,
              field: 'at',
              found: 'is a Wavelength Zone',
              fix: 'leave it out: the control plane stands in the Region',
            },
          ]
        : [],
    )
    const joined = sitesAt(fleet, 'wavelength').flatMap((site): Hit[] => {
      const cluster = clusterNamed(site.cluster)
      const own = cluster?.kind === 'eksOutpost' || cluster?.kind === 'eksAnywhere'
      return own
        ? [
            {
              origin: site.origin,
              field: 'cluster',
              found: `is a cluster of kind ${cluster.kind}`,
              fix: `join a cluster with eks in ${site.place.region}`,
            },
          ]
        : []
    })
    return [...standing, ...joined]
  },
}

const subnetsOfTheZone: Rule = {
  code: 'WL007',
  severity: 'error',
  title: 'Nodes of a Wavelength Zone have subnets of that zone',
  why: 'An Auto Scaling group stands where its subnets are; without those of the zone its nodes start in the Region.',
  sources: [source.seedWavelength],
  seeds: [140, 141],
  example: {
    wrong: yaml`
      networks:
        - name: east
          region: us-east-1
          cidr: 10.20.0.0/16
          subnets: [{ name: virginia-a, zone: us-east-1a, cidr: 10.20.0.0/24 }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, subnets: [virginia-a] }] }
    `,
    right: yaml`
      networks:
        - name: east
          region: us-east-1
          cidr: 10.20.0.0/16
          subnets: [{ name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24, public: true }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, subnets: [boston] }] }
    `,
  },
  check: (fleet) => {
    const { subnet, networkOf } = lookup(fleet)
    return edgePools(fleet).flatMap(({ pool, site }): Hit[] => {
      const { zone = '' } = site.place
      if (pool.subnets === undefined) {
        const declared = networkOf(site)?.subnets ?? []
        return declared.length === 0 || declared.some((own) => own.zone === zone)
          ? []
          : [{ origin: pool.origin, found: `has no subnet in ${zone}`, fix: `declare a subnet with zone: ${zone}` }]
      }
      return pool.subnets.flatMap((name, index): Hit[] => {
        const other = subnet(name)?.zone
        return other === undefined || other === zone
          ? []
          : [
              {
                origin: pool.origin,
                field: `subnets/${index}`,
                found: `is ${name}, in ${other}`,
                fix: `name a subnet of ${zone}`,
              },
            ]
      })
    })
  },
}

const carrierAddress: Rule = {
  code: 'WL008',
  severity: 'error',
  title: 'Nodes reach the API server: by a carrier address, or by its private endpoint',
  why: 'With the private endpoint off the API server is on the internet, which a node without a carrier address does not reach: it never joins.',
  sources: [source.seedWavelength, source.eksEndpoint],
  seeds: [145],
  example: {
    wrong: yaml`
      clusters: [{ name: virginia, network: east, eks: { version: "1.35", endpoint: public } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: none }] }
    `,
    right: yaml`
      clusters: [{ name: virginia, network: east, eks: { version: "1.35", endpoint: public } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: carrier }] }
    `,
  },
  check: (fleet) =>
    edgePools(fleet)
      .filter(({ pool, cluster }) => cluster?.eks?.endpoint === 'public' && hasNoWayOut(fleet, pool))
      .map(({ pool }) => ({
        origin: pool.origin,
        field: pool.publicAddress === 'none' ? 'publicAddress' : 'subnets',
        found:
          pool.publicAddress === 'none' ? 'is none, with a public endpoint' : 'have no way out, with a public endpoint',
        fix: 'use publicAddress: carrier, or endpoint: private for the cluster',
      })),
}

const privateIsBetter: Rule = {
  code: 'WL009',
  severity: 'warning',
  title: 'A cluster with nodes in Wavelength Zones has a private endpoint',
  why: 'With the public endpoint alone each node needs a carrier address and reaches its control plane by way of the carrier and the internet.',
  sources: [source.seedWavelength, source.eksEndpoint],
  seeds: [146],
  example: {
    wrong: yaml`
      clusters: [{ name: virginia, network: east, eks: { version: "1.35", endpoint: public } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: carrier }] }
    `,
    right: yaml`
      clusters: [{ name: virginia, network: east, eks: { version: "1.35", endpoint: private } }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: carrier }] }
    `,
  },
  check: (fleet) => {
    const clusters = new Set(
      edgePools(fleet).flatMap(({ cluster }) => (cluster?.eks?.endpoint === 'public' ? cluster : [])),
    )
    return [...clusters].map((cluster) => ({
      origin: cluster.origin,
      field: 'eks/endpoint',
      found: 'is public, with nodes in Wavelength Zones',
      fix: 'use private, or publicAndPrivate',
    }))
  },
}

/** What a node asks before it is ready. */
const endpointsOfNodes = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'sts']

const endpointsForNodes: Rule = {
  code: 'WL010',
  severity: 'error',
  title: 'Nodes of a Wavelength Zone without a way out have VPC endpoints for what they ask',
  why: 'No NAT gateway serves the zone: without a carrier address a node asks EC2, the registry, S3 and STS by endpoints of the VPC, and the one of EC2 alone is not enough.',
  sources: [source.eksPrivate, source.seedWavelength],
  seeds: [146],
  example: {
    wrong: yaml`
      networks: [{ name: east, region: us-east-1, cidr: 10.20.0.0/16, endpoints: [ec2] }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: none }] }
    `,
    right: yaml`
      networks: [{ name: east, region: us-east-1, cidr: 10.20.0.0/16, endpoints: [ec2, ecr.api, ecr.dkr, s3, sts] }]
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, publicAddress: none }] }
    `,
  },
  check: (fleet) => {
    const { networkOf } = lookup(fleet)
    const shut = edgePools(fleet).filter(({ pool }) => hasNoWayOut(fleet, pool))
    const networks = new Set(shut.flatMap(({ site }) => networkOf(site) ?? []))
    return [...networks].flatMap((network): Hit[] => {
      const missing = endpointsOfNodes.filter((name) => !network.endpoints.includes(name))
      // with no egress at all the law of private clusters says it
      if (missing.length === 0 || network.existing !== undefined || network.egress === 'none') return []
      return [
        {
          origin: network.origin,
          field: 'endpoints',
          found: `lacks ${missing.join(', ')}, which nodes in Wavelength Zones need`,
          fix: `add ${missing.join(', ')}, or give the nodes publicAddress: carrier`,
        },
      ]
    })
  },
}

const dnsLabel = 'parentregion.resources'

const dnsStaysInRegion: Rule = {
  code: 'WL012',
  severity: 'error',
  title: 'The label that keeps cluster DNS in the Region is on nodes of the Region',
  why: 'Zones of one VPC do not reach each other: cluster DNS in one of them answers no other. The label on its nodes would pin it just there.',
  sources: [source.seedWavelength, source.eksCoreDns],
  seeds: [143, 147],
  example: {
    wrong: yaml`
      sites:
        - name: boston
          place: { wavelength: us-east-1-wl1-bos-wlz-1 }
          cluster: virginia
          nodePools: [{ name: edge, labels: { parentregion.resources: "true" } }]
    `,
    right: yaml`
      sites:
        - name: virginia
          place: { region: us-east-1 }
          cluster: virginia
          nodePools: [{ name: parent, replicas: 2, labels: { parentregion.resources: "true" } }]
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
    `,
  },
  check: (fleet) =>
    edgePools(fleet)
      .filter(({ pool }) => pool.labels[dnsLabel] === 'true')
      .map(({ pool }) => ({
        origin: pool.origin,
        field: `labels/${dnsLabel}`,
        found: 'is on nodes of a Wavelength Zone',
        fix: 'put it on the nodes of the Region',
      })),
}

/** Clusters with nodes in two zones or more, each with its nodes in the Region. */
function spokes(
  fleet: Fleet,
): readonly { readonly cluster: Cluster; readonly zones: number; readonly regionNodes: number }[] {
  const { poolsIn, site } = lookup(fleet)
  const zones = new Map<Cluster, Set<string>>()
  for (const { cluster, site: at } of edgePools(fleet)) {
    if (cluster === undefined) continue
    const own = zones.get(cluster) ?? new Set()
    zones.set(cluster, own.add(at.place.zone ?? at.name))
  }
  return [...zones].flatMap(([cluster, own]) =>
    own.size < 2
      ? []
      : [
          {
            cluster,
            zones: own.size,
            regionNodes: poolsIn(cluster.name)
              .filter((pool) => site(pool.site)?.place.kind === 'region')
              .reduce((sum, { replicas }) => sum + replicas, 0),
          },
        ],
  )
}

const twoZones = (regionNodes: number) => `sites:
  - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: parent, replicas: ${regionNodes} }] }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
  - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
`

const regionNode: Rule = {
  code: 'WL013',
  severity: 'error',
  title: 'A cluster over several Wavelength Zones has nodes in the Region',
  why: 'Cluster DNS must stand where every zone reaches it, and zones do not reach each other: without a node in the Region names resolve in one zone only.',
  sources: [source.seedWavelength, source.WLG],
  seeds: [147, 153],
  example: { wrong: twoZones(0), right: twoZones(2) },
  check: (fleet) =>
    spokes(fleet)
      .filter(({ regionNodes }) => regionNodes === 0)
      .map(({ cluster, zones }) => ({
        origin: cluster.origin,
        found: `has nodes in ${zones} Wavelength Zones and none in the Region`,
        fix: `add a site with place: { region: ${cluster.region} } and two nodes`,
      })),
}

const twoRegionNodes: Rule = {
  code: 'WL014',
  severity: 'warning',
  title: 'A cluster over several Wavelength Zones has two nodes in the Region',
  why: 'With one, its loss takes the names of every zone along.',
  sources: [source.seedWavelength],
  seeds: [147],
  example: { wrong: twoZones(1), right: twoZones(2) },
  check: (fleet) =>
    spokes(fleet)
      .filter(({ regionNodes }) => regionNodes === 1)
      .map(({ cluster }) => ({
        origin: cluster.origin,
        found: 'has one node in the Region, which holds cluster DNS for every zone',
        fix: 'have two there, in two Availability Zones',
      })),
}

const versionAsControlPlane: Rule = {
  code: 'WL030',
  severity: 'warning',
  title: 'Nodes of a Wavelength Zone have the version of their control plane',
  why: 'A version of their own is the usual cause of nodes there that never get ready.',
  sources: [source.seedWavelength],
  seeds: [142],
  example: {
    wrong: yaml`
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge, version: "1.33" }] }
    `,
    right: yaml`
      sites:
        - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
    `,
  },
  check: (fleet) =>
    edgePools(fleet).flatMap(({ pool, cluster }): Hit[] => {
      const behind = minorOf(cluster?.version) - minorOf(pool.version)
      // what Kubernetes itself refuses is found by its own law
      return behind >= 1 && behind <= 3
        ? [
            {
              origin: pool.origin,
              field: 'version',
              found: `is ${pool.version}, where the control plane has ${cluster?.version}`,
              fix: 'leave it out, so that it follows the cluster',
            },
          ]
        : []
    }),
}

const minorOf = (version: string | undefined): number => Number(version?.split('.')[1])

export const networkRules: readonly Rule[] = [
  noLocalCluster,
  subnetsOfTheZone,
  carrierAddress,
  privateIsBetter,
  endpointsForNodes,
  dnsStaysInRegion,
  regionNode,
  twoRegionNodes,
  versionAsControlPlane,
]

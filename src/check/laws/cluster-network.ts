// The network of an EKS cluster: its own subnets, its ranges, and the VPC endpoints that it needs without internet.

import { containsCidr, overlapCidr, parseCidr } from 'cidr-tools'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, traitsOf, yaml } from '../../places/index.ts'
import type { SubnetSubject } from '../subjects.ts'
import { eksClusters, subjects } from '../subjects.ts'
import { lawsOn } from '../topic.ts'
import { and } from '../words.ts'
import { addressesIn } from './addresses.ts'

const clusterSubnet = lawsOn('clusterSubnet', (fleet, covers) => {
  const { subnetNamed } = subjects(fleet)
  return fleet.clusters.flatMap((cluster) =>
    (cluster.eks?.subnets ?? cluster.eksOutpost?.subnets ?? []).flatMap((name, index): Hit[] => {
      const place = subnetNamed.get(name)?.place
      if (place === undefined || !covers(place)) return []
      const holds = traitsOf(place, cluster.kind, cluster).holdsControlPlane
      if (holds.value) return []
      const fix =
        cluster.kind === 'eksOutpost'
          ? `use a subnet with outpost: set to the site of ${cluster.name}`
          : `leave ${name} to the node pools, and use subnets of two Availability Zones`
      return [
        {
          origin: cluster.origin,
          field: `${cluster.kind}/subnets/${index}`,
          found: `is ${name}, ${standing(subnetNamed.get(name))}`,
          fix,
          source: holds.source,
        },
      ]
    }),
  )
})

function standing(at: SubnetSubject | undefined): string {
  return at?.subnet.outpost === undefined ? `in ${at?.subnet.zone}` : `on the Outpost of ${at.subnet.outpost}`
}

const twoZones: Rule = {
  code: 'RG001',
  severity: 'error',
  title: 'A cluster has cluster subnets in two Availability Zones or more',
  why: 'EKS puts the network interfaces of the control plane into two Availability Zones, and refuses a cluster with fewer.',
  sources: [source.eksNetwork, source.seedWavelength],
  seeds: [138],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/24 }
            - { name: two, zone: us-west-2a, cidr: 10.10.1.0/24 }
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", subnets: [one, two] } }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/24 }
            - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24 }
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", subnets: [one, two] } }]
    `,
  },
  check: (fleet) => {
    const { subnetNamed } = subjects(fleet)
    return eksClusters(fleet).flatMap((cluster): Hit[] => {
      const declared = cluster.eks?.subnets
      if (declared === undefined) return []
      const zones = new Set(
        declared.flatMap((name) => {
          const at = subnetNamed.get(name)
          return at?.traits.holdsControlPlane.value === true ? [at.subnet.zone] : []
        }),
      )
      if (zones.size >= 2) return []
      return [
        {
          origin: cluster.origin,
          field: 'eks/subnets',
          found: zones.size === 0 ? 'are in no Availability Zone' : `are all in ${[...zones][0]}`,
          fix: `add a subnet in another Availability Zone of ${cluster.region ?? 'the Region'}`,
        },
      ]
    })
  },
}

const roomForInterfaces: Rule = {
  code: 'RG004',
  severity: 'error',
  title: 'A cluster subnet has room for the control plane: six addresses, better sixteen',
  why: 'EKS needs six free addresses in each cluster subnet, and sixteen for its upgrades; AWS keeps five of every subnet for itself.',
  sources: [source.eksNetwork],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/28 }
            - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24 }
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", subnets: [one, two] } }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: one, zone: us-west-2a, cidr: 10.10.0.0/26 }
            - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24 }
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", subnets: [one, two] } }]
    `,
  },
  check: (fleet) => {
    const { subnetNamed } = subjects(fleet)
    const used = new Set(eksClusters(fleet).flatMap((cluster) => cluster.eks?.subnets ?? []))
    return [...used].flatMap((name): Hit[] => {
      const subnet = subnetNamed.get(name)?.subnet
      if (subnet?.cidr === undefined) return []
      const free = addressesIn(subnet.cidr) - 5
      if (free >= 16) return []
      return [
        {
          origin: subnet.origin,
          field: 'cidr',
          found: `is ${subnet.cidr}, with room for ${Math.max(0, free)}`,
          fix: 'use a range of /27 or larger',
          severity: free < 6 ? 'error' : 'warning',
        },
      ]
    })
  },
}

const namesInside: Rule = {
  code: 'RG005',
  severity: 'error',
  title: 'The VPC of a cluster has DNS hostnames and DNS resolution on',
  why: 'Nodes find the private endpoint of their cluster by the DNS of the VPC, and cannot register without it.',
  sources: [source.eksNetwork, source.seedWavelength],
  seeds: [146],
  example: {
    wrong: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, dnsHostnames: false }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35" } }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, dnsHostnames: true }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35" } }]
    `,
  },
  check: (fleet) => {
    const used = new Set(
      fleet.clusters.flatMap((cluster) =>
        cluster.eks !== undefined || cluster.eksOutpost !== undefined ? [cluster.network] : [],
      ),
    )
    return fleet.networks
      .filter((network) => used.has(network.name))
      .flatMap((network) =>
        (['dnsHostnames', 'dnsResolution'] as const).flatMap((field): Hit[] =>
          network[field]
            ? []
            : [{ origin: network.origin, field, found: 'is false', fix: 'leave it out: both are on by default' }],
        ),
      )
  },
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

const serviceRange: Rule = {
  code: 'RG006',
  severity: 'error',
  title: 'The service range is private, between /12 and /24, and apart from every network that it meets',
  why: 'EKS refuses other ranges, and the range of a cluster cannot be changed later.',
  sources: [source.eksNetwork, source.BC],
  example: {
    wrong: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", serviceCidr: 10.10.128.0/20 } }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", serviceCidr: 172.20.0.0/16 } }]
    `,
  },
  check: (fleet) => {
    const { network: networkNamed } = lookup(fleet)
    return eksClusters(fleet).flatMap((cluster): Hit[] => {
      const range = cluster.eks?.serviceCidr
      if (range === undefined) return []
      const hit = (found: string, fix: string): Hit[] => [
        { origin: cluster.origin, field: 'eks/serviceCidr', found: `is ${range}, ${found}`, fix },
      ]
      const prefix = Number(parseCidr(range).prefix)
      if (prefix < 12 || prefix > 24) return hit('not between /12 and /24', 'use 172.20.0.0/16')
      if (!containsCidr(privateRanges, range))
        return hit('not inside 10/8, 172.16/12 or 192.168/16', 'use 172.20.0.0/16')
      const network = networkNamed(cluster.network)
      const others = [
        ...(network === undefined ? [] : [network.cidr, ...network.additionalCidrs]),
        ...(cluster.eks?.remoteNodeNetworks ?? []),
        ...(cluster.eks?.remotePodNetworks ?? []),
      ]
      const met = others.find((other) => overlapCidr(other, range))
      return met === undefined
        ? []
        : hit(`which overlaps ${met}`, `use a range apart from ${and(others)}, such as 172.20.0.0/16`)
    })
  },
}

const endpointsWithoutInternet = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'sts']

const worksWithoutInternet: Rule = {
  code: 'RG010',
  severity: 'error',
  title: 'A cluster without a way to the internet has a private endpoint and the VPC endpoints that it needs',
  why: 'Nodes call EC2, ECR, S3 and STS when they start; without internet, each needs its endpoint in the VPC.',
  sources: [source.eksPrivate, source.seedWavelength],
  seeds: [146],
  example: {
    wrong: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: none, endpoints: [ec2] }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: private } }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: none, endpoints: [ec2, ecr.api, ecr.dkr, s3, sts] }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: private } }]
    `,
  },
  check: (fleet) => {
    const byNetwork = new Map<string, Cluster[]>(fleet.networks.map((network) => [network.name, []]))
    for (const cluster of eksClusters(fleet)) byNetwork.get(cluster.network ?? '')?.push(cluster)
    return fleet.networks.flatMap((network): Hit[] => {
      const clusters = network.egress === 'none' ? (byNetwork.get(network.name) ?? []) : []
      const [first] = clusters
      if (first === undefined) return []
      const balanced = clusters.some((cluster) => cluster.eks?.loadBalancerController !== undefined)
      const needed = [...endpointsWithoutInternet, ...(balanced ? ['elasticloadbalancing'] : [])]
      const missing = needed.filter((name) => !network.endpoints.includes(name))
      if (missing.length === 0) return []
      const who = clusters.length === 1 ? `${first.name} needs` : `${clusters.length} clusters need`
      return [
        {
          origin: network.origin,
          field: 'endpoints',
          found: `lacks ${and(missing)}, which ${who} with egress: none`,
          fix: `add ${missing.join(', ')}, or use egress: natGateway`,
        },
      ]
    })
  },
}

const endpointsHaveNames: Rule = {
  code: 'RG011',
  severity: 'error',
  title: 'VPC endpoints are found by their private names',
  why: 'An interface endpoint answers to the name of its service only with private DNS, which needs DNS hostnames and resolution in the VPC.',
  sources: [source.vpcEndpoints, source.seedWavelength],
  seeds: [146],
  example: {
    wrong: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, endpoints: [ec2], dnsResolution: false }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, endpoints: [ec2] }]
    `,
  },
  check: (fleet) =>
    fleet.networks
      .filter((network) => network.endpoints.length > 0 && !(network.dnsHostnames && network.dnsResolution))
      .map((network) => ({
        origin: network.origin,
        field: 'endpoints',
        found: `are ${and(network.endpoints)} without private names`,
        fix: 'set dnsHostnames and dnsResolution to true',
      })),
}

export const clusterNetworkRules: readonly Rule[] = [
  twoZones,
  ...clusterSubnet,
  roomForInterfaces,
  namesInside,
  serviceRange,
  worksWithoutInternet,
  endpointsHaveNames,
]

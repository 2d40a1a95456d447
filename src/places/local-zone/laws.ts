// The laws of Local Zones that general rules enforce, with the words and the sources of this place.

import type { PlaceDefinition } from '../definition.ts'
import { yaml } from '../fragment.ts'
import { publicByInternetGateway } from '../region/laws.ts'
import { source } from '../sources.ts'

export const laws: PlaceDefinition['laws'] = {
  optIn: {
    code: 'LZ001',
    severity: 'error',
    title: 'The account is opted in to the group of the Local Zone',
    why: 'A zone is usable only after its group is opted in to, and the group is not the zone: us-west-2-lax-1 for us-west-2-lax-1a.',
    sources: [source.localZonesGettingStarted, source.seedLocalZone],
    seeds: [45],
    example: {
      wrong: yaml`
        accounts: [{ name: prod, id: "111122223333", optedIn: [us-west-2-lax-1a] }]
        networks: [{ name: main, account: prod, region: us-west-2, cidr: 10.10.0.0/16 }]
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
      right: yaml`
        accounts: [{ name: prod, id: "111122223333", optedIn: [us-west-2-lax-1] }]
        networks: [{ name: main, account: prod, region: us-west-2, cidr: 10.10.0.0/16 }]
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
    },
  },
  sameRegion: {
    code: 'LZ002',
    severity: 'error',
    title: 'The Local Zone belongs to the Region of its cluster',
    why: 'A Local Zone is a subnet of a VPC of its own Region, and nodes join the cluster of that VPC.',
    sources: [source.LZUG],
    example: {
      wrong: yaml`
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: virginia }
      `,
      right: yaml`
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon }
      `,
    },
  },
  clusterSubnet: {
    code: 'LZ003',
    severity: 'error',
    title: 'No cluster subnet lies in a Local Zone',
    why: 'The control plane always runs in the Region, and EKS puts no network interface into a Local Zone subnet.',
    sources: [source.eksLocalZones, source.seedLocalZone],
    seeds: [46],
    example: {
      wrong: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24 }
              - { name: oregon-b, zone: us-west-2b, cidr: 10.10.1.0/24 }
              - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24 }
        clusters:
          - { name: oregon, network: main, eks: { version: "1.35", subnets: [oregon-a, oregon-b, lax] } }
      `,
      right: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24 }
              - { name: oregon-b, zone: us-west-2b, cidr: 10.10.1.0/24 }
              - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24 }
        clusters:
          - { name: oregon, network: main, eks: { version: "1.35", subnets: [oregon-a, oregon-b] } }
      `,
    },
  },
  nodeKind: {
    code: 'LZ004',
    severity: 'error',
    title: 'Nodes of a Local Zone are EC2 instances of your own groups',
    why: 'EKS offers neither Fargate nor Auto Mode in a Local Zone; nodes are EC2 instances, self-managed or in a managed node group.',
    sources: [source.eksLocalZones],
    example: {
      wrong: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: fargate }]
      `,
      right: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged }]
      `,
    },
  },
  instanceType: {
    code: 'LZ006',
    severity: 'error',
    title: 'The instance type is offered in the Local Zone',
    why: 'A Local Zone offers a short list of instance types; a group with any other never starts an instance.',
    sources: [source.localZoneFeatures, source.EKSCTL],
    example: {
      wrong: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, instanceTypes: [p5.48xlarge] }]
      `,
      right: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, instanceTypes: [t3.medium] }]
      `,
    },
  },
  volumeType: {
    code: 'LZ007',
    severity: 'warning',
    title: 'The volume type is one that the Local Zone is known to offer',
    why: 'Every Local Zone has gp2; gp3, io1 and io2 only some, and a node group with another type never starts an instance.',
    sources: [source.localZoneFeatures],
    example: {
      wrong: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, volumeType: gp3 }]
      `,
      right: yaml`
        facts:
          zones:
            - { name: us-west-2-lax-1a, kind: localZone, region: us-west-2, group: us-west-2-lax-1, volumeTypes: [gp2, gp3] }
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, volumeType: gp3 }]
      `,
    },
  },
  natGateway: {
    code: 'LZ009',
    severity: 'warning',
    title: 'Private subnets of a Local Zone leave by a NAT gateway that exists',
    why: 'Only some Local Zones have NAT gateways; elsewhere private subnets leave by one of an Availability Zone, through the Region.',
    sources: [source.LZUG, 'OpenShift and Cluster API Provider AWS documentation on Local Zones'],
    example: {
      wrong: yaml`
        networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: natGatewayPerZone }]
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
      right: yaml`
        networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: natGateway }]
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
    },
  },
  networkBorderGroup: {
    code: 'LZ010',
    severity: 'error',
    title: 'Public addresses come from the border group of the Local Zone',
    why: 'An address is advertised only in its network border group: one of the Region cannot be attached in the zone, nor moved there.',
    sources: [source.LZUG],
    example: {
      wrong: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, publicAddress: elastic, networkBorderGroup: us-west-2 }]
      `,
      right: yaml`
        sites:
          - name: los-angeles
            place: { localZone: us-west-2-lax-1a }
            cluster: oregon
            nodePools: [{ name: edge, kind: selfManaged, publicAddress: elastic, networkBorderGroup: us-west-2-lax-1 }]
      `,
    },
  },
  vpcEndpoint: {
    code: 'LZ011',
    severity: 'error',
    title: 'VPC endpoints stand in an Availability Zone, not in a Local Zone',
    why: 'An interface endpoint needs a subnet of an Availability Zone; this network declares none.',
    sources: [source.LZUG],
    example: {
      wrong: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            endpoints: [ec2]
            subnets: [{ name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24 }]
      `,
      right: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            endpoints: [ec2]
            subnets:
              - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24 }
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.3.0/24 }
      `,
    },
  },
  ipv6: {
    code: 'LZ013',
    severity: 'error',
    title: 'An IPv6 cluster has no nodes in a Local Zone without IPv6',
    why: 'Only some newer Local Zones have IPv6 subnets, and the address family of a cluster cannot be changed later.',
    sources: [source.LZUG, source.eksIpv6],
    example: {
      wrong: yaml`
        clusters: [{ name: oregon, network: main, eks: { version: "1.35", ipFamily: ipv6 } }]
        sites:
          - { name: seattle, place: { localZone: us-west-2-sea-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
      right: yaml`
        clusters: [{ name: oregon, network: main, eks: { version: "1.35", ipFamily: ipv4 } }]
        sites:
          - { name: seattle, place: { localZone: us-west-2-sea-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      `,
    },
  },
  packetSize: {
    code: 'LZ014',
    severity: 'warning',
    title: 'Packets between a Local Zone and its Region are no larger than the way takes',
    why: 'Most zones take 1300 bytes: larger packets are dropped without a word, so that small requests pass and large answers hang.',
    sources: [source.LZUG],
    example: {
      wrong: yaml`
        sites:
          - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }], link: { mtu: 9001 } }
      `,
      right: yaml`
        sites:
          - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }], link: { mtu: 1300 } }
      `,
    },
  },
  loadBalancerLocale: {
    code: 'LZ015',
    severity: 'error',
    title: 'A load balancer takes Local Zone subnets only, or Availability Zone subnets only',
    why: 'Subnets of the two kinds never mix in one load balancer; one Local Zone subnet is enough for it.',
    sources: [source.elbSubnets, source.LBC],
    example: {
      wrong: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
              - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24, public: true }
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: los-angeles, subnets: [lax, oregon-a] }]
      `,
      right: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
              - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24, public: true }
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: los-angeles, subnets: [lax] }]
      `,
    },
  },
  publicRoute: publicByInternetGateway,
  loadBalancerKind: {
    code: 'LZ017',
    severity: 'warning',
    title: 'The load balancer is of a kind that the Local Zone is known to offer',
    why: 'Every Local Zone with load balancing has Application Load Balancers; Network and Classic ones only some.',
    sources: [source.localZoneFeatures],
    example: {
      wrong: yaml`
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: los-angeles }]
        expose: { host: game.example.com, routing: { simple: los-angeles }, loadBalancer: nlb }
      `,
      right: yaml`
        sites:
          - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: los-angeles }]
        expose: { host: game.example.com, routing: { simple: los-angeles }, loadBalancer: alb }
      `,
    },
  },
}

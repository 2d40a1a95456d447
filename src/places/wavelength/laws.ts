// The laws of Wavelength Zones that general rules enforce, with the words and the sources of this place.

import type { PlaceDefinition } from '../definition.ts'
import { yaml } from '../fragment.ts'
import { nodesInTheirRegion } from '../region/laws.ts'
import { source } from '../sources.ts'

export const laws: PlaceDefinition['laws'] = {
  optIn: {
    code: 'WL001',
    severity: 'error',
    title: 'The account is opted in to the group of the Wavelength Zone',
    why: 'A zone is usable only after its group is opted in to; older zones of a Region share one group, such as us-east-1-wl1.',
    sources: [source.WLG, source.seedWavelength],
    seeds: [137],
    example: {
      wrong: yaml`
        accounts: [{ name: prod, id: "111122223333", optedIn: [us-east-1-wl1-bos-wlz-1] }]
        networks: [{ name: east, account: prod, region: us-east-1, cidr: 10.20.0.0/16 }]
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      `,
      right: yaml`
        accounts: [{ name: prod, id: "111122223333", optedIn: [us-east-1-wl1] }]
        networks: [{ name: east, account: prod, region: us-east-1, cidr: 10.20.0.0/16 }]
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      `,
    },
  },
  sameRegion: nodesInTheirRegion,
  networkBorderGroup: {
    code: 'WL002',
    severity: 'error',
    title: 'Carrier addresses come from the border group of the Wavelength Zone',
    why: 'The border group is the zone (us-east-1-wl1-bos-wlz-1), not the group that an account opts in to (us-east-1-wl1).',
    sources: [source.WLG, source.seedWavelength],
    seeds: [145],
    example: {
      wrong: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, publicAddress: carrier, networkBorderGroup: us-east-1-wl1 }]
      `,
      right: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, publicAddress: carrier, networkBorderGroup: us-east-1-wl1-bos-wlz-1 }]
      `,
    },
  },
  clusterSubnet: {
    code: 'WL003',
    severity: 'error',
    title: 'No cluster subnet lies in a Wavelength Zone',
    why: 'The control plane needs two subnets of Availability Zones; EKS refuses one of a Wavelength Zone.',
    sources: [source.WLG, source.seedWavelength],
    seeds: [138],
    example: {
      wrong: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - { name: virginia-a, zone: us-east-1a, cidr: 10.20.0.0/24 }
              - { name: virginia-b, zone: us-east-1b, cidr: 10.20.1.0/24 }
              - { name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24 }
        clusters:
          - { name: virginia, network: east, eks: { version: "1.35", subnets: [virginia-a, virginia-b, boston] } }
      `,
      right: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - { name: virginia-a, zone: us-east-1a, cidr: 10.20.0.0/24 }
              - { name: virginia-b, zone: us-east-1b, cidr: 10.20.1.0/24 }
              - { name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24 }
        clusters:
          - { name: virginia, network: east, eks: { version: "1.35", subnets: [virginia-a, virginia-b] } }
      `,
    },
  },
  nodeKind: {
    code: 'WL004',
    severity: 'error',
    title: 'Nodes of a Wavelength Zone are self-managed',
    why: 'EKS offers no managed node groups, Fargate or Auto Mode there: nodes are an Auto Scaling group of EC2 instances with the EKS image.',
    sources: [source.WLG, source.seedWavelength],
    seeds: [139],
    example: {
      wrong: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: managed }]
      `,
      right: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged }]
      `,
    },
  },
  instanceType: {
    code: 'WL034',
    severity: 'error',
    title: 'The instance type is offered in the Wavelength Zone',
    why: 'A Wavelength Zone offers a handful of instance types; a group with any other never starts an instance.',
    sources: [source.WLG],
    example: {
      wrong: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, instanceTypes: [m7i.large] }]
      `,
      right: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, instanceTypes: [t3.medium] }]
      `,
    },
  },
  volumeType: {
    code: 'WL006',
    severity: 'error',
    title: 'The volume type is offered in the Wavelength Zone',
    why: 'Volumes of a Wavelength Zone are gp2, and nothing else.',
    sources: [source.WLG, source.seedWavelength],
    seeds: [141],
    example: {
      wrong: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, volumeType: gp3 }]
      `,
      right: yaml`
        sites:
          - name: boston
            place: { wavelength: us-east-1-wl1-bos-wlz-1 }
            cluster: virginia
            nodePools: [{ name: edge, kind: selfManaged, volumeType: gp2 }]
      `,
    },
  },
  loadBalancerKind: {
    code: 'WL019',
    severity: 'error',
    title: 'The load balancer is of a kind that the Wavelength Zone offers',
    why: 'Network Load Balancers are not offered in Wavelength Zones; Application Load Balancers are.',
    sources: [source.WLG],
    example: {
      wrong: yaml`
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: boston }]
        expose: { host: game.example.com, routing: { simple: boston }, loadBalancer: nlb }
      `,
      right: yaml`
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: boston }]
        expose: { host: game.example.com, routing: { simple: boston }, loadBalancer: alb }
      `,
    },
  },
  loadBalancerZones: {
    code: 'WL017',
    severity: 'error',
    title: 'Each Wavelength Zone has a load balancer of its own',
    why: 'A load balancer stands in one Wavelength Zone; none balances from zone to zone, which do not reach each other.',
    sources: [source.seedWavelength, source.LBC],
    seeds: [151],
    example: {
      wrong: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - { name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24, public: true }
              - { name: new-york, zone: us-east-1-wl1-nyc-wlz-1, cidr: 10.20.3.0/24, public: true }
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: boston, subnets: [boston, new-york] }]
      `,
      right: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - { name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24, public: true }
              - { name: new-york, zone: us-east-1-wl1-nyc-wlz-1, cidr: 10.20.3.0/24, public: true }
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: boston, subnets: [boston] }]
      `,
    },
  },
  packetSize: {
    code: 'WL029',
    severity: 'warning',
    title: 'Packets between a Wavelength Zone and its Region are no larger than 1300 bytes',
    why: 'Larger ones are dropped on the way without a word: small requests pass, and large answers hang.',
    sources: [source.WLG],
    example: {
      wrong: yaml`
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }], link: { mtu: 9001 } }
      `,
      right: yaml`
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }], link: { mtu: 1300 } }
      `,
    },
  },
  publicRoute: {
    code: 'WL020',
    severity: 'error',
    title: 'A public subnet of a Wavelength Zone leaves by the carrier gateway',
    why: "Traffic to the carrier's network and the internet passes the carrier gateway of the VPC; an internet gateway is of no use there.",
    sources: [source.carrierGateway, source.seedWavelength],
    seeds: [153],
    example: {
      wrong: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - name: boston
                zone: us-east-1-wl1-bos-wlz-1
                cidr: 10.20.2.0/24
                public: true
                routes: [{ to: 0.0.0.0/0, via: internetGateway }]
      `,
      right: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            subnets:
              - name: boston
                zone: us-east-1-wl1-bos-wlz-1
                cidr: 10.20.2.0/24
                public: true
                routes: [{ to: 0.0.0.0/0, via: carrierGateway }]
      `,
    },
  },
  ipv6: {
    code: 'WL026',
    severity: 'error',
    title: 'An IPv6 cluster has no nodes in a Wavelength Zone',
    why: 'Wavelength Zones have no IPv6 subnets, and the address family of a cluster cannot be changed later.',
    sources: [source.WLG],
    example: {
      wrong: yaml`
        clusters: [{ name: virginia, network: east, eks: { version: "1.35", ipFamily: ipv6 } }]
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      `,
      right: yaml`
        clusters: [{ name: virginia, network: east, eks: { version: "1.35", ipFamily: ipv4 } }]
        sites:
          - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia, nodePools: [{ name: edge }] }
      `,
    },
  },
  vpcEndpoint: {
    code: 'WL027',
    severity: 'error',
    title: 'VPC endpoints stand in an Availability Zone, not in a Wavelength Zone',
    why: 'An interface endpoint needs a subnet of an Availability Zone; this network declares none.',
    sources: [source.WLG],
    example: {
      wrong: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            endpoints: [ec2]
            subnets: [{ name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24 }]
      `,
      right: yaml`
        networks:
          - name: east
            region: us-east-1
            cidr: 10.20.0.0/16
            endpoints: [ec2]
            subnets:
              - { name: boston, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.20.2.0/24 }
              - { name: virginia-a, zone: us-east-1a, cidr: 10.20.3.0/24 }
      `,
    },
  },
}

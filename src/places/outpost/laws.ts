// The laws of Outposts that general rules enforce, with the words and the sources of this place.

import type { PlaceDefinition } from '../definition.ts'
import { yaml } from '../fragment.ts'
import { nodesInTheirRegion } from '../region/laws.ts'
import { source } from '../sources.ts'

export const laws: PlaceDefinition['laws'] = {
  sameRegion: nodesInTheirRegion,
  clusterSubnet: {
    code: 'OX003',
    severity: 'error',
    title: 'An extended cluster has its cluster subnets in Availability Zones',
    why: 'Only the nodes of an extended cluster stand on the Outpost; the control plane keeps its network interfaces in the Region.',
    sources: [source.eksOutposts, source.seedRecovery],
    example: {
      wrong: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24 }
              - { name: oregon-b, zone: us-west-2b, cidr: 10.10.2.0/24 }
              - { name: floor, zone: us-west-2a, cidr: 10.10.1.0/24, outpost: plant }
        clusters:
          - { name: oregon, network: main, eks: { version: "1.35", subnets: [oregon-a, oregon-b, floor] } }
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
      `,
      right: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets:
              - { name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24 }
              - { name: oregon-b, zone: us-west-2b, cidr: 10.10.2.0/24 }
              - { name: floor, zone: us-west-2a, cidr: 10.10.1.0/24, outpost: plant }
        clusters:
          - { name: oregon, network: main, eks: { version: "1.35", subnets: [oregon-a, oregon-b] } }
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
      `,
    },
  },
  nodeKind: {
    code: 'OP003',
    severity: 'error',
    title: 'Nodes of an Outpost are self-managed',
    why: 'EKS offers no managed node groups, Fargate or Auto Mode on Outposts.',
    sources: [source.eksOutpostsNodes, source.UG26],
    example: {
      wrong: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor, kind: managed }]
      `,
      right: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor, kind: selfManaged }]
      `,
    },
  },
  volumeType: {
    code: 'OP005',
    severity: 'error',
    title: 'The volume type is offered on the Outpost',
    why: 'Volumes on an Outpost are gp2; a cluster on instance store has the NVMe disks of its instances only.',
    sources: [source.UG26, source.EKSCTL],
    example: {
      wrong: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor, kind: selfManaged, volumeType: gp3 }]
      `,
      right: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor, kind: selfManaged, volumeType: gp2 }]
      `,
    },
  },
  loadBalancerKind: {
    code: 'OP006',
    severity: 'error',
    title: 'The load balancer is of a kind that the Outpost offers',
    why: 'Application Load Balancers run on an Outpost, in exactly one subnet of it; Network Load Balancers do not.',
    sources: [source.elbSubnets, source.LBC],
    example: {
      wrong: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor }]
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: plant }]
        expose: { host: game.example.com, routing: { simple: plant }, loadBalancer: nlb }
      `,
      right: yaml`
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor }]
        ---
        kind: App
        metadata: { name: game }
        source: { image: registry.example.com/game:1.0.0 }
        placement: [{ site: plant }]
        expose: { host: game.example.com, routing: { simple: plant }, loadBalancer: alb }
      `,
    },
  },
  ipv6: {
    code: 'OP010',
    severity: 'error',
    title: 'An IPv6 cluster has no nodes on an Outpost',
    why: 'EKS on Outposts is IPv4 only, and the address family of a cluster cannot be changed later.',
    sources: [source.eksOutposts],
    example: {
      wrong: yaml`
        clusters: [{ name: oregon, network: main, eks: { version: "1.35", ipFamily: ipv6 } }]
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor }]
      `,
      right: yaml`
        clusters: [{ name: oregon, network: main, eks: { version: "1.35", ipFamily: ipv4 } }]
        sites:
          - name: plant
            cluster: oregon
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
            nodePools: [{ name: floor }]
      `,
    },
  },
}

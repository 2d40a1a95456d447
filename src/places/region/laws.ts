// The laws of the Region that general rules enforce. Two of them hold for other places as well and are named there again.

import type { Law, PlaceDefinition } from '../definition.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

/** Also for Wavelength Zones and Outposts. */
export const nodesInTheirRegion: Law = {
  code: 'RG030',
  severity: 'error',
  title: 'EC2 nodes stand in the Region of their cluster',
  why: 'Nodes join a cluster through the subnets of its VPC, and a VPC is of one Region.',
  sources: [source.eksNetwork],
  example: {
    wrong: yaml`
      sites:
        - { name: ashburn, place: { region: us-east-1 }, cluster: oregon, nodePools: [{ name: workers }] }
    `,
    right: yaml`
      sites:
        - { name: ashburn, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: workers }] }
    `,
  },
}

/** Also for Local Zones. */
export const publicByInternetGateway: Law = {
  code: 'NET005',
  severity: 'error',
  title: 'A public subnet leaves by the internet gateway',
  why: 'Where a place has no gateway of its own kind, only the internet gateway gives a subnet public addresses.',
  sources: [source.internetGateway],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: front, zone: us-west-2a, cidr: 10.10.0.0/24, public: true, routes: [{ to: 0.0.0.0/0, via: carrierGateway }] }
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: front, zone: us-west-2a, cidr: 10.10.0.0/24, public: true, routes: [{ to: 0.0.0.0/0, via: internetGateway }] }
    `,
  },
}

export const laws: PlaceDefinition['laws'] = {
  sameRegion: nodesInTheirRegion,
  publicRoute: publicByInternetGateway,
  clusterSubnet: {
    code: 'RG002',
    severity: 'error',
    title: 'Cluster subnets stand where the control plane stands',
    why: 'The control plane of a local cluster stands on the Outpost and takes only subnets of it; all others take Availability Zone subnets.',
    sources: [source.eksNetwork, source.eksOutpostsLocal],
    example: {
      wrong: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets: [{ name: oregon-a, zone: us-west-2a, cidr: 10.10.0.0/24 }]
        clusters:
          - name: plant
            network: main
            eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large, subnets: [oregon-a] }
      `,
      right: yaml`
        networks:
          - name: main
            region: us-west-2
            cidr: 10.10.0.0/16
            subnets: [{ name: floor, zone: us-west-2a, cidr: 10.10.0.0/24, outpost: plant }]
        clusters:
          - name: plant
            network: main
            eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large, subnets: [floor] }
        sites:
          - name: plant
            cluster: plant
            place:
              outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
      `,
    },
  },
  nodeKind: {
    code: 'HN007',
    severity: 'error',
    title: 'Nodes of a Region are EC2 instances, Fargate or Auto Mode',
    why: 'Hybrid nodes and EKS Anywhere machines are your own hosts outside AWS; machines in a cloud cannot be joined that way.',
    sources: [source.eksHybrid],
    example: {
      wrong: yaml`
        sites:
          - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, kind: hybrid }] }
      `,
      right: yaml`
        sites:
          - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, kind: managed }] }
      `,
    },
  },
}

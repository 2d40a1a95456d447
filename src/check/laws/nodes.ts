// What nodes are made of and how they join: image, version, security group, metadata, public address.

import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import { subjects } from '../subjects.ts'
import { nameIn } from '../words.ts'
import { minorOf } from './versions.ts'

const nodesReachControlPlane: Rule = {
  code: 'LZ026',
  severity: 'warning',
  title: 'Nodes and control plane admit each other',
  why: 'A node joins and works only when its security group and that of the control plane let each other in.',
  sources: [source.eksSecurityGroups, source.seedLocalZone],
  seeds: [12],
  example: {
    wrong: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, kind: selfManaged, clusterSecurityGroup: false }]
    `,
    right: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, kind: selfManaged, clusterSecurityGroup: true }]
    `,
  },
  check: (fleet) =>
    subjects(fleet)
      .pools.filter(({ pool }) => pool.kind === 'selfManaged' && !pool.clusterSecurityGroup)
      .map(({ pool }) => ({
        origin: pool.origin,
        field: 'clusterSecurityGroup',
        found: 'is false',
        fix: 'leave it out, or add rules in both directions between the two security groups',
      })),
}

const hopLimit: Rule = {
  code: 'RG029',
  severity: 'warning',
  title: 'Pods of the load balancer controller reach the metadata of their instance',
  why: 'The controller asks the instance for its Region and VPC; a pod is one hop further away than the instance.',
  sources: [source.LBC, source.seedLocalZone],
  seeds: [27],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", loadBalancerController: {} } }]
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, metadataHopLimit: 1 }] }
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", loadBalancerController: {} } }]
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, metadataHopLimit: 2 }] }
    `,
  },
  check: (fleet) =>
    subjects(fleet)
      .pools.filter(
        ({ pool, cluster }) =>
          pool.metadataHopLimit < 2 &&
          (cluster?.eks?.loadBalancerController ?? cluster?.eksOutpost?.loadBalancerController) !== undefined,
      )
      .map(({ pool }) => ({
        origin: pool.origin,
        field: 'metadataHopLimit',
        found: 'is 1',
        fix: 'use 2, or give the controller region and vpcId in its values',
      })),
}

const literalImage: Rule = {
  code: 'RG022',
  severity: 'warning',
  title: 'Images are named by the parameter of their version, not by an id',
  why: 'An image id is of one Region and one day: it misses every fix after it, and does not exist elsewhere.',
  sources: [source.eksAmi, source.seedLocalZone],
  seeds: [14],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, ami: ami-0b149b4c68ab69dce }] }
    `,
    right: yaml`
      sites:
        - name: oregon
          place: { region: us-west-2 }
          cluster: oregon
          nodePools: [{ name: workers, ami: /aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id }]
    `,
  },
  check: (fleet) =>
    subjects(fleet)
      .pools.filter(({ pool }) => pool.ami?.startsWith('ami-') === true)
      .map(({ pool, cluster }) => ({
        origin: pool.origin,
        field: 'ami',
        found: `is ${pool.ami}`,
        fix: `leave it out, or use /aws/service/eks/optimized-ami/${pool.version ?? cluster?.version ?? '1.35'}/amazon-linux-2023/x86_64/standard/recommended/image_id`,
      })),
}

const oldLinux: Rule = {
  code: 'RG023',
  severity: 'warning',
  title: 'Nodes of 1.33 and later run Amazon Linux 2023 or Bottlerocket',
  why: 'EKS builds no Amazon Linux 2 image after 1.32; nodeadm configures a node now, not /etc/eks/bootstrap.sh.',
  sources: [source.UG26, source.EKSCTL],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, os: al2 }] }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, os: al2023 }] }
    `,
  },
  check: (fleet) =>
    subjects(fleet)
      .pools.filter(({ pool, cluster }) => pool.os === 'al2' && minorOf(pool.version ?? cluster?.version) >= 33)
      .map(({ pool, cluster }) => ({
        origin: pool.origin,
        field: 'os',
        found: `is al2 with ${pool.version ?? cluster?.version}`,
        fix: 'use al2023 or bottlerocket',
      })),
}

const nodeSkew: Rule = {
  code: 'RG013',
  severity: 'error',
  title: 'Nodes are no newer than their control plane, and at most three minor versions older',
  why: 'A kubelet must not be newer than the API server, nor more than three minor versions older (two before 1.28).',
  sources: [source.versionSkew, source.UG26],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, version: "1.31" }] }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, version: "1.34" }] }
    `,
  },
  check: (fleet) =>
    subjects(fleet).pools.flatMap(({ pool, cluster }): Hit[] => {
      const behind = minorOf(cluster?.version) - minorOf(pool.version)
      if (pool.version === undefined || cluster === undefined || Number.isNaN(behind)) return []
      const allowed = minorOf(cluster.version) < 28 ? 2 : 3
      if (behind >= 0 && behind <= allowed) return []
      const than = `${cluster.version} of ${nameIn(cluster, 'its cluster')}`
      const found =
        behind < 0
          ? `is ${pool.version}, newer than ${than}`
          : `is ${pool.version}, ${behind} minor versions behind ${than}`
      return [{ origin: pool.origin, field: 'version', found, fix: `leave it out, so that it follows ${cluster.name}` }]
    }),
}

const publicNodes: Rule = {
  code: 'RG020',
  severity: 'warning',
  title: 'Nodes in public subnets get public addresses',
  why: 'A public subnet leads to the internet only for instances with a public address; others reach nothing outside the VPC.',
  sources: [source.eksNetwork],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: front, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }]
      sites:
        - name: oregon
          place: { region: us-west-2 }
          cluster: oregon
          nodePools: [{ name: workers, subnets: [front], publicAddress: none }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: front, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }]
      sites:
        - name: oregon
          place: { region: us-west-2 }
          cluster: oregon
          nodePools: [{ name: workers, subnets: [front], publicAddress: automatic }]
    `,
  },
  check: (fleet) => {
    const { pools, subnetNamed } = subjects(fleet)
    return pools.flatMap(({ pool }): Hit[] => {
      const front = (pool.subnets ?? []).find((name) => subnetNamed.get(name)?.subnet.public === true)
      if (front === undefined || pool.publicAddress !== 'none') return []
      return [
        {
          origin: pool.origin,
          field: 'publicAddress',
          found: `is none in ${front}, a public subnet`,
          fix: 'use automatic, or a private subnet',
        },
      ]
    })
  },
}

export const nodeRules: readonly Rule[] = [
  nodesReachControlPlane,
  hopLimit,
  literalImage,
  oldLinux,
  nodeSkew,
  publicNodes,
]

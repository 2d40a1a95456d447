// Who reaches an EKS cluster and as whom: its endpoint, its nodes, its administrators, its service accounts.

import semver from 'semver'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { eksClusters, subjects } from '../subjects.ts'
import { and, count, nameIn } from '../words.ts'
import { minorOf } from './versions.ts'

/** Clusters whose private endpoint is off. */
const publicOnly = (fleet: Fleet): readonly Cluster[] =>
  eksClusters(fleet).filter((cluster) => cluster.eks?.endpoint === 'public')

const nodesReachPublicEndpoint: Rule = {
  code: 'RG008',
  severity: 'warning',
  title: 'Nodes without a way to the internet have a private endpoint to register at',
  why: 'With the private endpoint off, a node reaches the API server only over the internet.',
  sources: [source.eksEndpoint, source.seedWavelength],
  example: {
    wrong: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: none, endpoints: [ec2, ecr.api, ecr.dkr, s3, sts] }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: public } }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: none, endpoints: [ec2, ecr.api, ecr.dkr, s3, sts] }]
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: publicAndPrivate } }]
    `,
  },
  check: (fleet) => {
    const { network: networkNamed, poolsIn } = lookup(fleet)
    const { subnetNamed } = subjects(fleet)
    return publicOnly(fleet).flatMap((cluster): Hit[] => {
      const cutOff = networkNamed(cluster.network)?.egress === 'none'
      const inside = poolsIn(cluster.name)
        .flatMap((pool) => pool.subnets ?? [])
        .find((name) => {
          const routes = subnetNamed.get(name)?.subnet.routes
          return routes !== undefined && !routes.some((route) => route.to === '0.0.0.0/0')
        })
      if (!cutOff && inside === undefined) return []
      return [
        {
          origin: cluster.origin,
          field: 'eks/endpoint',
          found: `is public, while ${cutOff ? `${cluster.network} has no egress` : `${inside} has no default route`}`,
          fix: 'use publicAndPrivate or private',
        },
      ]
    })
  },
}

const nodesAreAdmitted: Rule = {
  code: 'RG009',
  severity: 'error',
  title: 'A public endpoint that admits only some addresses admits those of the nodes',
  why: 'With the private endpoint off, nodes come from the addresses of their NAT gateways, which a list written beforehand does not hold.',
  sources: [source.eksEndpoint],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: public, publicAccessCidrs: [198.51.100.0/24] } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", endpoint: publicAndPrivate, publicAccessCidrs: [198.51.100.0/24] } }]
    `,
  },
  check: (fleet) => {
    const { network: networkNamed } = lookup(fleet)
    return publicOnly(fleet).flatMap((cluster): Hit[] => {
      const admitted = cluster.eks?.publicAccessCidrs ?? []
      if (admitted.length === 0 || admitted.includes('0.0.0.0/0')) return []
      const known = networkNamed(cluster.network)?.existing !== undefined
      return [
        {
          origin: cluster.origin,
          field: 'eks/publicAccessCidrs',
          found: known
            ? `admits ${and(admitted)}: whether the addresses of the NAT gateways are among them is not known here`
            : `admits ${and(admitted)} and no address of a NAT gateway to come`,
          fix: 'use endpoint: publicAndPrivate, so that nodes stay inside the VPC',
          ...(known ? { severity: 'warning' } : {}),
        },
      ]
    })
  },
}

const oneAuthentication: Rule = {
  code: 'RG017',
  severity: 'error',
  title: 'Access entries are used with authentication api or apiAndConfigMap',
  why: 'In the mode configMap EKS refuses access entries; the mode only moves forward, from configMap to apiAndConfigMap to api.',
  sources: [source.eksAccessEntries, source.BC],
  example: {
    wrong: yaml`
      clusters:
        - name: oregon
          network: main
          eks: { version: "1.35", authentication: configMap, accessEntries: [{ principal: Operators }] }
    `,
    right: yaml`
      clusters:
        - name: oregon
          network: main
          eks: { version: "1.35", authentication: apiAndConfigMap, accessEntries: [{ principal: Operators }] }
    `,
  },
  check: (fleet) =>
    eksClusters(fleet)
      .filter((cluster) => cluster.eks?.authentication === 'configMap' && cluster.eks.accessEntries.length > 0)
      .map((cluster) => ({
        origin: cluster.origin,
        field: 'eks/authentication',
        found: `is configMap, with ${cluster.eks?.accessEntries.length === 1 ? 'an access entry' : 'access entries'}`,
        fix: 'use api, or apiAndConfigMap',
      })),
}

const nodesAreMapped: Rule = {
  code: 'RG018',
  severity: 'error',
  title: 'The role of self-managed nodes is known to the cluster',
  why: 'A node whose role has neither an access entry nor a line in aws-auth is refused; an access entry needs authentication by API.',
  sources: [source.eksAccessEntries, source.seedLocalZone],
  seeds: [18, 19],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", authentication: configMap } }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge, kind: selfManaged }] }
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", authentication: api } }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge, kind: selfManaged }] }
    `,
  },
  check: (fleet) => {
    const { poolsIn } = lookup(fleet)
    return eksClusters(fleet).flatMap((cluster): Hit[] => {
      const pool = poolsIn(cluster.name).find((candidate) => candidate.kind === 'selfManaged')
      if (cluster.eks?.authentication !== 'configMap' || pool === undefined) return []
      return [
        {
          origin: cluster.origin,
          field: 'eks/authentication',
          found: `is configMap, while ${pool.name} ${pool.origin.row === undefined ? `at ${pool.site} ` : ''}is self-managed`,
          fix: 'use apiAndConfigMap, so that its role gets an access entry of type EC2_LINUX',
        },
      ]
    })
  },
}

const mayDoSomething: Rule = {
  code: 'RG019',
  severity: 'warning',
  title: 'Whom a cluster lets in may do something there',
  why: 'An access entry says who somebody is, not what they may do: without a policy, or a group that a role binding names, every request is refused.',
  sources: [source.eksAccessEntries, source.seedWavelength],
  seeds: [19, 144],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", accessEntries: [{ principal: operators }] } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", accessEntries: [{ principal: operators, groups: [operators] }] } }]
    `,
  },
  check: (fleet) =>
    eksClusters(fleet).flatMap(({ eks, origin }) =>
      (eks?.accessEntries ?? []).flatMap(({ type, groups, policies }, index): Hit[] =>
        type !== 'STANDARD' || groups.length > 0 || policies.length > 0
          ? []
          : [
              {
                origin,
                field: `eks/accessEntries/${index}`,
                found: 'has neither policies nor groups',
                fix: 'add a policy such as AmazonEKSViewPolicy, or a group with a role binding in the cluster',
              },
            ],
      ),
    ),
}

const dedicatedCreator: Rule = {
  code: 'RG024',
  severity: 'info',
  title: 'A dedicated role creates the cluster',
  why: 'Who creates a cluster is its first administrator for ever: a role of its own can be audited for who may assume it.',
  sources: [source.seedLocalZone],
  seeds: [45],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35" } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", creatorRole: hybrid-eks-user-role } }]
    `,
  },
  check: (fleet) =>
    eksClusters(fleet)
      .filter((cluster) => cluster.eks?.creatorRole === undefined)
      .map((cluster) => ({
        origin: cluster.origin,
        field: 'eks/creatorRole',
        found: 'is not set',
        fix: 'name the role that creates the cluster',
      })),
}

const clientSkew: Rule = {
  code: 'RG027',
  severity: 'warning',
  title: 'kubectl is within one minor version of the API server',
  why: 'kubectl is supported one minor version on either side of the API server.',
  sources: [source.versionSkew, source.seedLocalZone],
  seeds: [22],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", kubectl: 1.23.13 } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", kubectl: 1.35.2 } }]
    `,
  },
  check: (fleet) =>
    eksClusters(fleet).flatMap((cluster): Hit[] => {
      const client = cluster.eks?.kubectl
      if (client === undefined) return []
      const apart = (semver.coerce(client)?.minor ?? Number.NaN) - minorOf(cluster.version)
      if (Number.isNaN(apart) || Math.abs(apart) <= 1) return []
      return [
        {
          origin: cluster.origin,
          field: 'eks/kubectl',
          found: `is ${client}, ${count(Math.abs(apart), 'minor version')} ${apart < 0 ? 'behind' : 'ahead of'} ${cluster.version}`,
          fix: `use kubectl ${cluster.version}`,
        },
      ]
    }),
}

const identityProvider: Rule = {
  code: 'RG028',
  severity: 'warning',
  title: 'A cluster whose service accounts have IAM roles has an OIDC provider',
  why: 'IAM trusts the tokens of service accounts by the OIDC provider of the cluster; where Pod Identity is not offered there is no other way.',
  sources: [source.eksIrsa, source.eksPodIdentity, source.seedLocalZone, source.seedRecovery],
  seeds: [23, 94],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", loadBalancerController: { identity: oidc } } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", oidcProvider: true, loadBalancerController: { identity: oidc } } }]
    `,
  },
  check: (fleet) => {
    const { pools } = subjects(fleet)
    const without = new Map(
      pools.flatMap(({ cluster, site, traits }) =>
        cluster !== undefined && !traits.podIdentity.value
          ? [[cluster.name, { site, source: traits.podIdentity.source }] as const]
          : [],
      ),
    )
    return eksClusters(fleet).flatMap((cluster): Hit[] => {
      const controller = cluster.eks?.loadBalancerController
      if (controller === undefined || cluster.eks?.oidcProvider === true) return []
      if (controller.identity === 'oidc')
        return [
          {
            origin: cluster.origin,
            field: 'eks/oidcProvider',
            found: 'is false, while the load balancer controller has identity: oidc',
            fix: 'set oidcProvider to true, or use identity: podIdentity',
          },
        ]
      const elsewhere = without.get(cluster.name)
      if (elsewhere === undefined) return []
      return [
        {
          origin: cluster.origin,
          field: 'eks/oidcProvider',
          found: `is false, while ${nameIn(elsewhere.site, 'its site')} offers no Pod Identity`,
          fix: 'set oidcProvider to true, and identity: oidc for the load balancer controller',
          source: elsewhere.source,
        },
      ]
    })
  },
}

export const clusterAccessRules: readonly Rule[] = [
  nodesReachPublicEndpoint,
  nodesAreAdmitted,
  oneAuthentication,
  nodesAreMapped,
  mayDoSomething,
  dedicatedCreator,
  clientSkew,
  identityProvider,
]

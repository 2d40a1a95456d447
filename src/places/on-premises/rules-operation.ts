// Who operates a cluster of EKS Anywhere, and from where: the customer does, from a management cluster as soon as there are two.

import type { Hit, Rule } from '../../model/finding.ts'
import { lookup } from '../../model/lookup.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { anywhereClusters, hitAt, ofEach } from './clusters.ts'

const operated: Rule = {
  code: 'EA001',
  severity: 'warning',
  title: 'A cluster of EKS Anywhere has an owner, a backup and a window for upgrades',
  why: 'AWS does not operate it: its etcd, its certificates, which last one year, and its upgrades are yours. The software is free; curated packages and support come with a subscription.',
  sources: [source.seedPortfolio, `${source.EKSA}concepts/support-scope/`],
  seeds: [53, 54, 70],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, packages: [harbor] } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - name: shop
          eksAnywhere:
            provider: vsphere
            version: "1.35"
            endpoint: 10.1.0.10
            packages: [harbor]
            licenseToken: eksa/shop
            owner: retail platform
            backup: etcd to the vault at headquarters, every night
            upgradeWindow: Tuesday 02:00 to 05:00
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { spec } = one
    if (spec.provider === 'docker') return []
    const missing = (['owner', 'backup', 'upgradeWindow'] as const).filter((key) => spec[key] === undefined)
    const unlicensed = spec.packages.length > 0 && spec.licenseToken === undefined
    return [
      ...(missing.length === 0
        ? []
        : [hitAt(one, '', `says no ${missing.join(', ')}`, `write down ${missing.join(', ')}`)]),
      ...(unlicensed
        ? [
            hitAt(
              one,
              'packages',
              `are ${spec.packages.join(', ')}, without licenseToken`,
              'name the secret of its token in licenseToken',
              {
                severity: 'info',
                why: 'Curated packages come with a subscription of EKS Anywhere, whose token each cluster has.',
              },
            ),
          ]
        : []),
    ]
  }),
}

const oneManagementCluster: Rule = {
  code: 'EA009',
  severity: 'warning',
  title: 'Two clusters or more share a management cluster',
  why: 'A standalone cluster is made, upgraded and deleted from a machine that must be set up for it each time; a management cluster does it for all of them.',
  sources: [source.seedPortfolio, `${source.EKSA}concepts/architecture/`],
  seeds: [64],
  example: {
    wrong: yaml`
      clusters:
        - { name: one, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: two, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.11 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: one, nodePools: [{ name: one }, { name: two, cluster: two }] }
    `,
    right: yaml`
      clusters:
        - { name: one, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: two, eksAnywhere: { provider: vsphere, managementCluster: one, version: "1.35", endpoint: 10.1.0.11 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: one, nodePools: [{ name: one }, { name: two, cluster: two }] }
    `,
  },
  check: (fleet) => {
    const alone = anywhereClusters(fleet).filter(({ role }) => role === 'standalone')
    const byProvider = new Map<string, number>()
    for (const { spec } of alone) byProvider.set(spec.provider, (byProvider.get(spec.provider) ?? 0) + 1)
    return alone.flatMap((one): Hit[] =>
      (byProvider.get(one.spec.provider) ?? 0) < 2
        ? []
        : [
            hitAt(
              one,
              '',
              'stands alone, like others on its provider',
              'make one of them role: management, and name it in managementCluster of the rest',
            ),
          ],
    )
  },
}

const adminMachine: Rule = {
  code: 'EA010',
  severity: 'info',
  title: 'A cluster without a management cluster needs an admin machine for each operation',
  why: 'Every create, upgrade and delete runs a temporary cluster in Docker on a machine of 4 CPUs, 16 GiB and 30 GB (80 GB where air-gapped).',
  sources: [source.seedPortfolio, `${source.EKSA}getting-started/install/`],
  seeds: [63],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    one.role === 'standalone'
      ? [
          hitAt(
            one,
            '',
            'stands alone',
            `keep a machine for it at hand, of 4 CPUs, 16 GiB and ${one.spec.airGapped ? 80 : 30} GB`,
          ),
        ]
      : [],
  ),
}

const gitNeedsManagement: Rule = {
  code: 'EA011',
  severity: 'warning',
  title: 'Clusters whose life goes by Git have a management cluster',
  why: 'What creates and upgrades clusters from Git or Terraform runs on a long-lived management cluster; on a standalone one Git can only hold its apps.',
  sources: [source.seedPortfolio, `${source.EKSA}clustermgmt/cluster-flux/`],
  seeds: [60, 64],
  example: {
    wrong: yaml`
      gitops: { url: "ssh://git@git.example.com/fleet" }
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      gitops: { url: "ssh://git@git.example.com/fleet" }
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => {
    const { gitops } = fleet
    if (gitops === undefined) return []
    const followed = gitops.clusters === undefined ? undefined : new Set(gitops.clusters)
    return anywhereClusters(fleet)
      .filter(({ role, cluster }) => role === 'standalone' && followed?.has(cluster.name) !== false)
      .map((one) =>
        hitAt(
          one,
          '',
          'follows Git and stands alone',
          'make it role: management, or put it under a management cluster',
        ),
      )
  },
}

const gitSuggested: Rule = {
  code: 'EA012',
  severity: 'info',
  title: 'Clusters of EKS Anywhere follow a Git repository',
  why: 'EKS Anywhere brings Flux along: the repository then drives clusters and apps, and shows who changed what.',
  sources: [source.seedPortfolio, `${source.EKSA}clustermgmt/cluster-flux/`],
  seeds: [60],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      gitops: { url: "ssh://git@git.example.com/fleet" }
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => {
    const [first] = anywhereClusters(fleet)
    return first === undefined || fleet.gitops !== undefined
      ? []
      : [{ origin: fleet.origin, field: 'gitops', found: 'is not declared', fix: 'name the repository under gitops' }]
  },
}

const managedByOne: Rule = {
  code: 'EA025',
  severity: 'error',
  title: 'A workload cluster names a management cluster of EKS Anywhere',
  why: 'A workload cluster has no controllers of its own: another cluster, which manages itself, creates and mends it.',
  sources: [`${source.eksaCluster}, managementCluster`, source.seedPortfolio],
  seeds: [64],
  example: {
    wrong: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: one, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11 } }
        - { name: two, eksAnywhere: { provider: vsphere, managementCluster: one, version: "1.35", endpoint: 10.1.0.12 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: hq }, { name: one, cluster: one }, { name: two, cluster: two }] }
    `,
    right: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: one, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11 } }
        - { name: two, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.35", endpoint: 10.1.0.12 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: hq }, { name: one, cluster: one }, { name: two, cluster: two }] }
    `,
  },
  check: (fleet) => {
    const { cluster: clusterNamed } = lookup(fleet)
    const roles = new Map(anywhereClusters(fleet).map(({ cluster, role }) => [cluster.name, role]))
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { managementCluster: manager } = one.spec
      const fix = 'name a cluster with role: management'
      if (manager === undefined)
        return one.role === 'workload' ? [hitAt(one, 'role', 'is workload, without managementCluster', fix)] : []
      if (manager === one.cluster.name) return []
      if (one.role !== 'workload')
        return [hitAt(one, 'role', `is ${one.role}, with a management cluster`, 'leave one of the two out')]
      const role = roles.get(manager)
      if (role === undefined) {
        const kind = clusterNamed(manager)?.kind
        // what exists already may well be one
        return kind === 'existing' ? [] : [hitAt(one, 'managementCluster', `is a cluster of kind ${kind}`, fix)]
      }
      if (role === 'management') return []
      return [hitAt(one, 'managementCluster', `is itself a ${role} cluster`, fix)]
    })
  },
}

export const operationRules: readonly Rule[] = [
  operated,
  oneManagementCluster,
  adminMachine,
  gitNeedsManagement,
  gitSuggested,
  managedByOne,
]

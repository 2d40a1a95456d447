// Who may sign in to a cluster of EKS Anywhere and to its machines, what it follows, and which of its packages it has already.

import type { Hit, Rule } from '../../model/finding.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { anywhereClusters, hitAt, ofEach } from './clusters.ts'
import { workloadOnlyPackages } from './kinds.ts'

const identityIsWhole: Rule = {
  code: 'EAS16',
  severity: 'error',
  title: 'An identity provider of a cluster is described where it is chosen',
  why: 'A Cluster that names a provider without its document is refused; a document that no Cluster names lets nobody in.',
  sources: [`${source.eksaCluster}, validateIdentityProviderRefs`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, identity: oidc } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - name: plant
          eksAnywhere:
            provider: vsphere
            version: "1.35"
            endpoint: 10.1.0.10
            identity: oidc
            oidc: { clientId: kubernetes, issuerUrl: "https://login.example.com" }
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { identity, iam, oidc } = one.spec
    const given = { iam, oidc }
    return (['iam', 'oidc'] as const).flatMap((kind): Hit[] => {
      if (identity === kind && given[kind] === undefined)
        return [hitAt(one, 'identity', `is ${kind}, and ${kind} is not given`, `add ${kind}, or leave identity out`)]
      return identity !== kind && given[kind] !== undefined
        ? [
            hitAt(one, kind, `is given, and identity is ${identity}`, `say identity: ${kind}, or leave it out`, {
              severity: 'warning',
            }),
          ]
        : []
    })
  }),
}

const keyOfMachines: Rule = {
  code: 'EA036',
  severity: 'error',
  title: 'A workload cluster on bare metal has a public key for its machines',
  why: 'eksctl anywhere makes a key where none is given; a management cluster does not, and refuses machines without a user.',
  sources: [`${source.EKSAS}: pkg/api/v1alpha1/tinkerbellmachineconfig.go, validateTinkerbellMachineConfig`],
  example: {
    wrong: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11 } }
      sites:
        - { name: floor, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }
    `,
    right: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11, sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJo4TbPyM0AoMkDRVDo9Vs2vyGnTVZPqlFZkvhYBO9Vg operators" } }
      sites:
        - { name: floor, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    one.role === 'workload' && one.spec.provider === 'bareMetal' && one.spec.sshKey === undefined
      ? [hitAt(one, 'sshKey', 'is not given', 'give the public key of those who may log in to its machines')]
      : [],
  ),
}

const bundledFlux: Rule = {
  code: 'EAS17',
  severity: 'error',
  title: 'Flux is installed by one of the two, and EKS Anywhere reaches the repository by SSH',
  why: 'EKS Anywhere installs Flux on a cluster that manages itself, commits to the repository with a key, and refuses an address of another kind.',
  sources: [`${source.eksaCluster}, validateGitOps`, `${source.EKSA}clustermgmt/cluster-flux/`],
  seeds: [60],
  example: {
    wrong: yaml`
      gitops: { url: "https://git.example.com/fleet" }
      clusters: [{ name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10, bundledFlux: true } }]
      sites:
        - { name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      gitops: { url: "ssh://git@git.example.com/fleet" }
      clusters: [{ name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => {
    const { gitops } = fleet
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      if (one.spec.bundledFlux !== true) return []
      const at = (found: string, fix: string) => [hitAt(one, 'bundledFlux', found, fix)]
      if (gitops === undefined) return at('is true, and there is no gitops', 'name the repository under gitops')
      if (one.role === 'workload')
        return at('is true, on a workload cluster', 'leave it out: its management cluster follows the repository')
      if (gitops.clusters === undefined || gitops.clusters.includes(one.cluster.name))
        return at(
          'is true, where skerry installs Flux as well',
          'leave it out, or leave the cluster out of gitops.clusters',
        )
      if (gitops.provider === 'github' || /^ssh:\/\//.test(gitops.url)) return []
      return at(
        `is true, and the repository is at ${gitops.url.replace(/\/\/[^/@]*@/, '//')}`,
        'use an address that starts with ssh://, or leave it out',
      )
    })
  },
}

const packageIsThere: Rule = {
  code: 'EA037',
  severity: 'warning',
  title: 'A cluster that manages itself does not ask for a package that EKS Anywhere brings along',
  why: 'EKS Anywhere runs cert-manager there for its own controllers; the package would be a second one, and is refused.',
  sources: [`${source.eksaPackages}cert-manager/addcertmgr/`],
  example: {
    wrong: yaml`
      clusters: [{ name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10, packages: [cert-manager] } }]
      sites:
        - { name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10, packages: [metrics-server] } }]
      sites:
        - { name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const there = one.spec.packages.filter((name) => one.role !== 'workload' && workloadOnlyPackages.includes(name))
    return there.length === 0
      ? []
      : [hitAt(one, 'packages', `hold ${there.join(', ')}, which it has already`, `take ${there.join(', ')} out`)]
  }),
}

export const accessRules: readonly Rule[] = [identityIsWhole, keyOfMachines, bundledFlux, packageIsThere]

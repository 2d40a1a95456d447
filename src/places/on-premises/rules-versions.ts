// Versions of EKS Anywhere and of the Kubernetes that it builds. Its own validator checks none of this: it accepts Kubernetes 1.99.

import type { Hit, Rule } from '../../model/finding.ts'
import type { NodePool } from '../../model/fleet.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { anywhereClusters, hitAt, minorOf, ofEach } from './clusters.ts'
import { anywhereReleases, kubernetesSupport, minorOfRelease, newestRelease, releaseOf } from './releases.ts'

const versionIsBuilt: Rule = {
  code: 'EA017',
  severity: 'error',
  title: 'The Kubernetes version is among those of the EKS Anywhere release',
  why: 'Each release builds some minor versions and has no images for another; its own validator does not look.',
  sources: [source.eksaVersions],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.36", release: 0.25.4, endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", release: 0.25.4, endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { spec } = one
    const release = anywhereReleases.find(({ version }) => version === releaseOf(spec.release))
    if (release === undefined) {
      const found = `is ${spec.release}, which skerry does not know`
      return [hitAt(one, 'release', found, `use a release of ${newestRelease}`, { severity: 'warning' })]
    }
    const [oldest, newest] = release.kubernetes
    const built = `1.${oldest} to 1.${newest}`
    const asked: readonly { readonly version: string; readonly pool?: NodePool }[] = [
      { version: spec.version },
      ...one.pools.flatMap((pool) => (pool.version === undefined ? [] : [{ version: pool.version, pool }])),
    ]
    return asked.flatMap(({ version, pool }): Hit[] => {
      const own = minorOf(version)
      if (own >= oldest && own <= newest) return []
      const found = `is ${version}, where EKS Anywhere ${release.version} builds ${built}`
      const other = anywhereReleases.find(({ kubernetes: [from, to] }) => own >= from && own <= to)
      const fix = `use 1.${Math.min(Math.max(own, oldest), newest)}${other === undefined ? '' : `, or a release of ${other.version}`}`
      return pool === undefined
        ? [hitAt(one, 'version', found, fix)]
        : [{ origin: pool.origin, field: 'version', found, fix }]
    })
  }),
}

const workersNearControlPlane: Rule = {
  code: 'EA027',
  severity: 'error',
  title: 'Workers of EKS Anywhere are at most two minor versions behind their control plane',
  why: 'The documents say three, the code allows two on every update; a cluster made with three can never be upgraded.',
  sources: [`${source.EKSAS}: validKubeMinorVersionDiff`],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor, version: "1.32" }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor, version: "1.34" }] }
    `,
  },
  check: ofEach(({ spec, pools }) =>
    pools.flatMap((pool): Hit[] => {
      const behind = minorOf(spec.version) - minorOf(pool.version ?? spec.version)
      // more than three behind is found by the law of Kubernetes itself
      if (behind !== 3) return []
      const found = `is ${pool.version}, ${behind} minor versions behind ${spec.version} of its cluster`
      return [{ origin: pool.origin, field: 'version', found, fix: 'leave it out, so that it follows its cluster' }]
    }),
  ),
}

const extendedNeedsLicence: Rule = {
  code: 'EA018',
  severity: 'error',
  title: 'A cluster on a Kubernetes version in extended support has a licence token of its own',
  why: 'After the standard support of a version EKS Anywhere asks for a token, which belongs to one cluster.',
  sources: [source.eksaVersions, `${source.EKSA}clustermgmt/support/`],
  seeds: [54],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.32", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.32", endpoint: 10.1.0.10, licenseToken: eksa/shop } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet, today) => {
    const tokens = new Map<string, string>()
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { spec, cluster } = one
      if (spec.provider === 'snow') return []
      const hits: Hit[] = []
      const support = kubernetesSupport[minorOf(spec.version)]
      if (today !== undefined && support !== undefined && today > support[0]) {
        const [standard, extended] = support
        if (today > extended)
          hits.push(
            hitAt(one, 'version', `is ${spec.version}, which has had no support since ${extended}`, 'upgrade it', {
              severity: 'warning',
            }),
          )
        else if (spec.licenseToken === undefined)
          hits.push(
            hitAt(
              one,
              'version',
              `is ${spec.version}, in extended support since ${standard}, without licenseToken`,
              'name the secret of its token in licenseToken, or upgrade',
            ),
          )
      }
      if (spec.licenseToken === undefined) return hits
      const other = tokens.get(spec.licenseToken)
      if (other === undefined) tokens.set(spec.licenseToken, cluster.name)
      else
        hits.push(
          hitAt(
            one,
            'licenseToken',
            cluster.origin.row === undefined ? `is that of ${other}` : 'is that of another row',
            'name a token of its own, in a class by a column',
          ),
        )
      return hits
    })
  },
}

const managementIsAhead: Rule = {
  code: 'EA026',
  severity: 'error',
  title: 'A management cluster has the EKS Anywhere release of its workload clusters, or one newer',
  why: 'The controllers of the management cluster act on the workload clusters: older ones do not know the newer release, and one minor version of distance is the most that is allowed.',
  sources: [`${source.EKSAS}: pkg/validations, ValidateManagementEksaVersion`],
  seeds: [64],
  example: {
    wrong: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.34", release: 0.25.4, endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.34", release: 0.26.1, endpoint: 10.1.0.11 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }
    `,
    right: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.34", release: 0.26.1, endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.34", release: 0.25.4, endpoint: 10.1.0.11 } }
      sites:
        - { name: floor, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }
    `,
  },
  check: (fleet) => {
    const named = new Map(anywhereClusters(fleet).map(({ cluster, spec }) => [cluster.name, spec]))
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const manager = named.get(one.spec.managementCluster ?? '')
      if (one.role !== 'workload' || manager === undefined) return []
      const ahead = minorOfRelease(manager.release) - minorOfRelease(one.spec.release)
      if (ahead === 0 || ahead === 1) return []
      const found = `is ${releaseOf(one.spec.release)}, where its management cluster has ${releaseOf(manager.release)}`
      const fix =
        ahead < 0 ? 'upgrade the management cluster first' : 'upgrade this cluster, one minor version at a time'
      return [hitAt(one, 'release', found, fix)]
    })
  },
}

export const versionRules: readonly Rule[] = [
  versionIsBuilt,
  workersNearControlPlane,
  extendedNeedsLicence,
  managementIsAhead,
]

// What the providers of EKS Anywhere offer and ask for: which are left, which systems they start, which network they use.

import type { Hit, Rule } from '../../model/finding.ts'
import type { EksAnywhere } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { anywhereClusters, hitAt, ofEach } from './clusters.ts'
import { systemsOf } from './kinds.ts'
import { minorOfRelease } from './releases.ts'

const ciliumOnPremises: Rule = {
  code: 'EA002',
  severity: 'error',
  title: 'The network of pods is Cilium on premises, and kindnetd on Docker only',
  why: 'EKS Anywhere builds and supports Cilium; the VPC CNI hands out addresses of a VPC, of which there is none.',
  sources: [`${source.eksaCluster}, validateCNIConfig`, source.seedPortfolio],
  seeds: [59, 67],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, cni: vpc-cni } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, cni: cilium } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { cni, provider } = one.spec
    return cni === 'cilium' || (cni === 'kindnetd' && provider === 'docker')
      ? []
      : [hitAt(one, 'cni', `is ${cni}`, 'use cilium, or leave it out')]
  }),
}

const oneProvider: Rule = {
  code: 'EA003',
  severity: 'error',
  title: 'A cluster, its sites and its management cluster are of one provider',
  why: 'A management cluster carries the controllers of one provider and creates machines of that one alone.',
  sources: [`${source.EKSA}concepts/architecture/`, source.seedPortfolio],
  seeds: [56],
  example: {
    wrong: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11 } }
      sites:
        - { name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: one }] }
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - { name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: shop, eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11, sshKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJo4TbPyM0AoMkDRVDo9Vs2vyGnTVZPqlFZkvhYBO9Vg retail } }
      sites:
        - { name: hq, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: one }] }
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => {
    const named = new Map(anywhereClusters(fleet).map(({ cluster, spec }) => [cluster.name, spec]))
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { provider, managementCluster } = one.spec
      const manager = named.get(managementCluster ?? '')
      const elsewhere = one.sites.find(({ place }) => place.provider !== undefined && place.provider !== provider)
      return [
        ...(manager === undefined || manager.provider === provider
          ? []
          : [
              hitAt(
                one,
                'managementCluster',
                `is a cluster on ${manager.provider}, for one on ${provider}`,
                `name a management cluster on ${provider}`,
              ),
            ]),
        ...(elsewhere === undefined
          ? []
          : [
              hitAt(
                one,
                'provider',
                `is ${provider}, where its site is a place of ${elsewhere.place.provider}`,
                `use ${elsewhere.place.provider}, or change the place`,
              ),
            ]),
      ]
    })
  },
}

const providerIsThere: Rule = {
  code: 'EA004',
  severity: 'error',
  title: 'CloudStack needs an EKS Anywhere release before 0.26',
  why: 'Release 0.26.0 removed the provider: its command refuses such a cluster.',
  sources: [`${source.EKSA}whatsnew/changelog/`, source.seedPortfolio],
  seeds: [56],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: cloudStack, version: "1.35", release: 0.26.1, endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: cloudStack }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: cloudStack, version: "1.35", release: 0.25.4, endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: cloudStack }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { provider, release } = one.spec
    if (provider !== 'cloudStack' || minorOfRelease(release) < 26) return []
    const found = `is cloudStack, with release ${release ?? '0.26 or later'}`
    return [hitAt(one, 'provider', found, 'pin release to 0.25, which still gets fixes, and plan to move')]
  }),
}

const snowIsClosing: Rule = {
  code: 'EA005',
  severity: 'warning',
  title: 'New sites are not built on Snow',
  why: 'Snowball Edge is closed to new customers.',
  sources: [`${source.EKSA}getting-started/snow/`, source.seedPortfolio],
  seeds: [56, 61],
  example: {
    wrong: yaml`
      clusters: [{ name: ship, eksAnywhere: { provider: snow, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: ship, place: { onPremises: snow }, cluster: ship, nodePools: [{ name: hold }] }
    `,
    right: yaml`
      clusters: [{ name: ship, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: ship, place: { onPremises: bareMetal }, cluster: ship, nodePools: [{ name: hold }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    one.spec.provider === 'snow'
      ? [hitAt(one, 'provider', 'is snow', 'use bareMetal, unless you have the devices already')]
      : [],
  ),
}

const dockerIsForTrying: Rule = {
  code: 'EA006',
  severity: 'warning',
  title: 'Docker is for development only',
  why: 'All its nodes are containers of one machine; AWS supports no production on it.',
  sources: [`${source.EKSA}getting-started/docker/`],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: docker, version: "1.35" } }]
      sites:
        - { name: shop, place: { onPremises: docker }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    one.spec.provider === 'docker'
      ? [hitAt(one, 'provider', 'is docker', 'use another provider for what users depend on')]
      : [],
  ),
}

const osOf = (spec: EksAnywhere): { readonly os: string; readonly field: string } | undefined => {
  if (spec.os !== undefined) return { os: spec.os, field: 'os' }
  const inMachine = spec.machine?.osFamily
  return typeof inMachine === 'string' ? { os: inMachine, field: 'machine/osFamily' } : undefined
}

const supportedSystem: Rule = {
  code: 'EA007',
  severity: 'info',
  title: 'AWS supports Bottlerocket end to end; Ubuntu and Red Hat need a contract with their vendor',
  why: 'EKS Anywhere starts all three, but for Ubuntu and Red Hat Enterprise Linux the licence and the fixes come from the vendor.',
  sources: [source.seedPortfolio, `${source.EKSA}concepts/support-scope/`],
  seeds: [58],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, os: redhat } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, os: bottlerocket } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const own = osOf(one.spec)
    return own?.os === 'ubuntu' || own?.os === 'redhat'
      ? [
          hitAt(
            one,
            own.field,
            `is ${own.os}`,
            'nothing, with a contract of the vendor; Bottlerocket where the provider starts it',
          ),
        ]
      : []
  }),
}

const systemIsStarted: Rule = {
  code: 'EA008',
  severity: 'error',
  title: 'The provider starts machines with the operating system',
  why: 'Each provider has images of some systems; Bottlerocket on bare metal ended with Kubernetes 1.28.',
  sources: [`${source.EKSA}osmgmt/`, `${source.EKSAS}: pkg/providers/tinkerbell/validate.go`, source.seedPortfolio],
  seeds: [58],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, os: bottlerocket } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, os: ubuntu } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { provider, version } = one.spec
    const started = systemsOf(provider, version)
    const fix = started.length === 0 ? 'leave it out' : `use ${started.join(' or ')}`
    const found = (os: string) => `is ${os}, on ${provider} with ${version}`
    const own = osOf(one.spec)
    return [
      ...(own === undefined || started.some((system) => system === own.os)
        ? []
        : [hitAt(one, own.field, found(own.os), fix)]),
      ...one.pools.flatMap(({ os, origin }): Hit[] =>
        os === undefined || started.some((system) => system === os)
          ? []
          : [{ origin, field: 'os', found: found(os), fix }],
      ),
    ]
  }),
}

const atOneSite: Rule = {
  code: 'EA028',
  severity: 'warning',
  title: 'A cluster of EKS Anywhere stands at one site',
  why: 'Its control planes, etcd and the virtual address need one LAN: machines at two sites lose each other with the link between them.',
  sources: [`${source.EKSA}concepts/architecture/`, source.derived],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: hall, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
        - { name: yard, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: gate }] }
    `,
    right: yaml`
      clusters:
        - { name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }
        - { name: yard, eksAnywhere: { provider: vsphere, managementCluster: plant, version: "1.35", endpoint: 10.1.1.10 } }
      sites:
        - { name: hall, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
        - { name: yard, place: { onPremises: vsphere }, cluster: yard, nodePools: [{ name: gate }] }
    `,
  },
  check: (fleet) => {
    const { sitesOf } = lookup(fleet)
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const sites = sitesOf(one.cluster.name)
      return sites.length < 2
        ? []
        : [
            hitAt(
              one,
              '',
              `has machines at ${sites.length} sites`,
              'give each site a cluster of its own, under one management cluster',
            ),
          ]
    })
  },
}

export const providerRules: readonly Rule[] = [
  ciliumOnPremises,
  oneProvider,
  providerIsThere,
  snowIsClosing,
  dockerIsForTrying,
  supportedSystem,
  systemIsStarted,
  atOneSite,
]

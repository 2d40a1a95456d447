// Addresses of a cluster of EKS Anywhere on its LAN: the virtual one of the API server, the pool of MetalLB, the ranges of pods and
// services. The validator of EKS Anywhere sees neither the LAN nor an overlap of its own two ranges.

import { parseCidr } from 'cidr-tools'
import type { Hit, Rule } from '../../model/finding.ts'
import type { SiteNetwork } from '../../model/fleet.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import type { AnywhereCluster } from './clusters.ts'
import { anywhereClusters, controlPlanesOf, hitAt, ofEach } from './clusters.ts'

interface Span {
  readonly start: bigint
  readonly end: bigint
}

/** 10.0.0.7, 10.0.0.0/28 or 10.0.0.10-10.0.0.20; several with commas. Undefined where it is none of these. */
export function spansOf(text: string): readonly Span[] | undefined {
  // the library takes 10.0.0.300 for 10.0.1.44
  const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
  const address = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
  const block = new RegExp(`^${octet}(?:\\.${octet}){3}(?:/(?:3[0-2]|[12]?\\d))?$`)
  const spans = text.split(',').map((part): Span | undefined => {
    const ends = part.split('-').map((end) => end.trim())
    const [only = ''] = ends
    if (ends.length === 1) {
      if (!block.test(only)) return undefined
      const { start, end } = spanOf(only)
      return { start, end }
    }
    if (ends.length > 2 || !ends.every((end) => address.test(end))) return undefined
    const [first = 0n, last = 0n] = ends.map((end) => spanOf(`${end}/32`).start)
    return first <= last ? { start: first, end: last } : undefined
  })
  return spans.every((span) => span !== undefined) ? spans : undefined
}

const meets = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end
const spanOf = (cidr: string): Span => parseCidr(cidr)
const within = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end

/** The ranges of the LANs at which its machines stand. */
function lansOf({ sites }: AnywhereCluster): readonly SiteNetwork[] {
  return sites.flatMap(({ network }) => (typeof network === 'object' ? [network] : []))
}

/** Where an address must be its own: a range that is not routed is another LAN at every site, and may hold the same one again. */
function domainOf(one: AnywhereCluster): string {
  const [lan] = lansOf(one)
  if (lan === undefined) return 'default'
  return lan.routed ? lan.routingDomain : `at ${one.sites[0]?.name}`
}

/** The range in brackets; of a row nothing, since its range may be its own and what is found is said once for the class. */
const inBrackets = ({ cluster }: AnywhereCluster, cidr: string): string =>
  cluster.origin.row === undefined ? ` (${cidr})` : ''

const endpointGiven: Rule = {
  code: 'EAS02',
  severity: 'error',
  title: 'The API server has a virtual address on the LAN',
  why: 'Nodes and people reach the control planes by one address that moves with the leader; only Docker does without.',
  sources: [`${source.eksaCluster}, validateControlPlaneEndpoint`],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    one.spec.endpoint !== undefined || one.spec.provider === 'docker'
      ? []
      : [
          hitAt(
            one,
            'endpoint',
            'is not given',
            'give a free address of the LAN, outside DHCP; in a class, a column of type ip',
          ),
        ],
  ),
}

const endpointFree: Rule = {
  code: 'EA022',
  severity: 'error',
  title: 'The virtual address of an API server is its own, on the LAN and outside DHCP',
  why: 'kube-vip announces it on the LAN; a second owner, be it a cluster or a DHCP lease, makes the API answer from the wrong machine.',
  sources: [
    `${source.EKSA}getting-started/vsphere/vsphere-prereq/`,
    `${source.EKSA}getting-started/baremetal/bare-prereq/`,
  ],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.140 } }]
      sites:
        - name: shop
          place: { onPremises: bareMetal }
          cluster: shop
          network: { cidr: 10.1.0.0/24, dhcp: 10.1.0.128/25 }
          nodePools: [{ name: floor }]
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.10 } }]
      sites:
        - name: shop
          place: { onPremises: bareMetal }
          cluster: shop
          network: { cidr: 10.1.0.0/24, dhcp: 10.1.0.128/25 }
          nodePools: [{ name: floor }]
    `,
  },
  check: (fleet) => {
    const owners = new Map<string, AnywhereCluster>()
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { endpoint } = one.spec
      if (endpoint === undefined) return []
      const [lan] = lansOf(one)
      const key = `${domainOf(one)} ${endpoint}`
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, one)
      const span = spanOf(`${endpoint}/32`)
      const sameClass = owner?.cluster.origin.pointer === one.cluster.origin.pointer
      const whose = sameClass ? 'another row' : owner?.cluster.name
      return [
        ...(owner === undefined
          ? []
          : [
              hitAt(
                one,
                'endpoint',
                sameClass ? `is that of ${whose}` : `is ${endpoint}, that of ${whose}`,
                'give it an address of its own',
              ),
            ]),
        ...(lan?.dhcp !== undefined && within(span, spanOf(lan.dhcp))
          ? [
              hitAt(
                one,
                'endpoint',
                `lies inside DHCP${inBrackets(one, lan.dhcp)}`,
                'choose an address that DHCP never hands out',
              ),
            ]
          : []),
        ...(lan !== undefined && !within(span, spanOf(lan.cidr))
          ? [
              hitAt(
                one,
                'endpoint',
                `lies outside the LAN${inBrackets(one, lan.cidr)}`,
                `choose an address of ${lan.cidr}`,
              ),
            ]
          : []),
      ]
    })
  },
}

const poolFree: Rule = {
  code: 'EA016',
  severity: 'error',
  title: 'The pool of MetalLB lies on the LAN, outside DHCP, without the address of the API server',
  why: 'MetalLB answers for every address of its pool, whoever else has it.',
  sources: [`${source.eksaPackages}metallb/`],
  seeds: [66],
  example: {
    wrong: yaml`
      clusters:
        - name: shop
          eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.20, packages: [metallb], metallbPool: 10.1.0.16-10.1.0.31 }
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, network: { cidr: 10.1.0.0/24 }, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - name: shop
          eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.10, packages: [metallb], metallbPool: 10.1.0.16-10.1.0.31 }
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, network: { cidr: 10.1.0.0/24 }, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => [...anywhereClusters(fleet).flatMap(onItsLan), ...twiceOnALan(anywhereClusters(fleet))],
}

function onItsLan(one: AnywhereCluster): readonly Hit[] {
  const { metallbPool, endpoint } = one.spec
  if (metallbPool === undefined) return []
  const pool = spansOf(metallbPool)
  const [lan] = lansOf(one)
  const at = (found: string, fix: string) => hitAt(one, 'metallbPool', found, fix)
  if (pool === undefined) return [at('is no range of addresses', 'write 10.0.0.16-10.0.0.31, or 10.0.0.16/28')]
  const dhcp = lan?.dhcp
  return [
    ...(endpoint !== undefined && pool.some((span) => meets(span, spanOf(`${endpoint}/32`)))
      ? [at('holds the endpoint of its own cluster', 'leave the endpoint out of it')]
      : []),
    ...(dhcp !== undefined && pool.some((span) => meets(span, spanOf(dhcp)))
      ? [at(`overlaps DHCP${inBrackets(one, dhcp)}`, 'choose addresses that DHCP never hands out')]
      : []),
    ...(lan !== undefined && !pool.every((span) => within(span, spanOf(lan.cidr)))
      ? [at(`leaves the LAN${inBrackets(one, lan.cidr)}`, `choose addresses of ${lan.cidr}`)]
      : []),
  ]
}

/** Pools that hold the pool or the endpoint of another cluster. Sorted and swept once. */
function twiceOnALan(clusters: readonly AnywhereCluster[]): readonly Hit[] {
  const byDomain = new Map<string, (Span & { readonly one: AnywhereCluster; readonly isPool: boolean })[]>()
  for (const one of clusters) {
    const { metallbPool, endpoint } = one.spec
    const entries = [
      ...(spansOf(metallbPool ?? '') ?? []).map(({ start, end }) => ({ start, end, one, isPool: true })),
      ...(spansOf(endpoint ?? '') ?? []).map(({ start, end }) => ({ start, end, one, isPool: false })),
    ]
    const domain = domainOf(one)
    const known = byDomain.get(domain)
    if (known === undefined) byDomain.set(domain, entries)
    else known.push(...entries)
  }
  return [...byDomain.values()].flatMap((entries) => {
    const sorted = entries.toSorted((a, b) => (a.start === b.start ? 0 : a.start < b.start ? -1 : 1))
    const hits: Hit[] = []
    let widest: (typeof sorted)[number] | undefined
    for (const current of sorted) {
      if (widest !== undefined && current.start <= widest.end && current.one !== widest.one) {
        const [pool, other] = current.isPool ? [current, widest] : [widest, current]
        const what = other.isPool ? 'the pool' : 'the endpoint'
        const sameClass = pool.one.cluster.origin.pointer === other.one.cluster.origin.pointer
        if (pool.isPool)
          hits.push(
            hitAt(
              pool.one,
              'metallbPool',
              `holds ${what} of ${sameClass ? 'another row' : other.one.cluster.name}`,
              'give each cluster of the LAN addresses of its own',
            ),
          )
      }
      if (widest === undefined || current.end > widest.end) widest = current
    }
    return hits
  })
}

const rangesApart: Rule = {
  code: 'EAS11',
  severity: 'error',
  title: 'Ranges of pods, of services and of the LAN do not overlap',
  why: 'Pods could not tell a service or a machine of the LAN from another pod; the validator of EKS Anywhere does not compare them.',
  sources: [
    `${source.eksaCluster}, validateNetworking`,
    'runs of the validator of EKS Anywhere, which accepts an overlap',
  ],
  example: {
    wrong: yaml`
      clusters:
        - name: plant
          eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, podCidr: 192.168.0.0/16, serviceCidr: 192.168.128.0/20 }
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - name: plant
          eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, podCidr: 192.168.0.0/16, serviceCidr: 10.96.0.0/12 }
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: (fleet) => {
    // the rows of a class share their ranges: each is read once
    const spans = new Map<string, Span>()
    const known = (cidr: string): Span => {
      const span = spans.get(cidr) ?? spanOf(cidr)
      spans.set(cidr, span)
      return span
    }
    const overlap = (a: string, b: string) => meets(known(a), known(b))
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { podCidr, serviceCidr } = one.spec
      const lans = [...new Set(lansOf(one).map(({ cidr }) => cidr))]
      const onLan = (field: 'podCidr' | 'serviceCidr', cidr: string) =>
        lans
          .filter((lan) => overlap(cidr, lan))
          .map((lan) =>
            hitAt(
              one,
              field,
              `is ${cidr}, which overlaps the LAN${inBrackets(one, lan)}`,
              'choose a range that the LAN does not use',
            ),
          )
      return [
        ...(overlap(podCidr, serviceCidr)
          ? [
              hitAt(
                one,
                'serviceCidr',
                `is ${serviceCidr}, which overlaps podCidr ${podCidr}`,
                'choose another range for one of them',
              ),
            ]
          : []),
        ...onLan('podCidr', podCidr),
        ...onLan('serviceCidr', serviceCidr),
      ]
    })
  },
}

const podRangeFits: Rule = {
  code: 'EAS12',
  severity: 'error',
  title: 'The range of pods is between /8 and /23, with a /24 for every node',
  why: 'Each node takes a /24 of it: EKS Anywhere refuses a range that holds none or more than 65,536 of them, and a node without one never gets ready.',
  sources: [`${source.eksaCluster}, validateNetworking`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, podCidr: 192.168.0.0/25 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, podCidr: 192.168.0.0/20 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { podCidr, singleNode } = one.spec
    const bits = Number(podCidr.split('/')[1])
    const nodes = one.pools.reduce((sum, { replicas }) => sum + replicas, singleNode ? 0 : controlPlanesOf(one))
    if (bits >= 24 || bits < 8) return [hitAt(one, 'podCidr', `is ${podCidr}`, 'use a range between /8 and /23')]
    return nodes > 2 ** (24 - bits)
      ? [
          hitAt(
            one,
            'podCidr',
            `is ${podCidr}, with room for ${2 ** (24 - bits)} of ${nodes} nodes`,
            'use a larger range',
          ),
        ]
      : []
  }),
}

export const addressRules: readonly Rule[] = [endpointGiven, endpointFree, poolFree, rangesApart, podRangeFits]

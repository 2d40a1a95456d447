// Node pools: what a place offers and what a pool asks for.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Law } from '../../places/index.ts'
import { source, yaml } from '../../places/index.ts'
import type { PoolSubject } from '../subjects.ts'
import { subjects } from '../subjects.ts'
import { lawsOn } from '../topic.ts'
import { nameIn, or } from '../words.ts'

const otherKind: Law = {
  code: 'POOL001',
  severity: 'error',
  title: 'The kind of nodes is offered in the place',
  why: 'Hosts of your own join by EKS Hybrid Nodes or EKS Anywhere; what AWS starts for you stands in its Regions and zones.',
  sources: [source.UG26, source.EKSA],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, kind: managed }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, kind: machines }] }
    `,
  },
}

const nodeKind = lawsOn(
  'nodeKind',
  (fleet, covers) =>
    subjects(fleet).pools.flatMap(({ pool, site, traits }): Hit[] => {
      if (!covers(site.place) || traits.nodeKinds.value.includes(pool.kind)) return []
      return [
        {
          origin: pool.origin,
          field: 'kind',
          found: `is ${pool.kind}`,
          fix: `use ${or(traits.nodeKinds.value)}, or move the node pool`,
          source: traits.nodeKinds.source,
        },
      ]
    }),
  otherKind,
)

const otherVolume: Law = {
  code: 'POOL002',
  severity: 'error',
  title: 'The volume type is offered in the place',
  why: 'EBS volumes exist in AWS only; hosts of your own have their own disks and a CSI driver of your choice.',
  sources: [source.UG26, source.EKSA],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, volumeType: gp3 }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
}

const volumeType = lawsOn(
  'volumeType',
  (fleet, covers) =>
    subjects(fleet).pools.flatMap(({ pool, site, traits }): Hit[] => {
      const offered = traits.volumeTypes
      if (pool.volumeType === undefined || !covers(site.place) || offered.value.includes(pool.volumeType)) return []
      return [
        {
          origin: pool.origin,
          field: 'volumeType',
          found: `is ${pool.volumeType}`,
          fix: offered.value.length === 0 ? 'leave it out' : `use ${or(offered.value)}, or move the node pool`,
          source: offered.source,
        },
      ]
    }),
  otherVolume,
)

const instanceType = lawsOn('instanceType', (fleet, covers) =>
  subjects(fleet).pools.flatMap((subject): Hit[] => {
    const { pool, site } = subject
    if (pool.instanceTypes === undefined || !covers(site.place)) return []
    return pool.instanceTypes.flatMap((type, index): Hit[] => {
      const offered = offeredInstead(subject, type)
      if (offered === undefined) return []
      return [
        {
          origin: pool.origin,
          field: `instanceTypes/${index}`,
          found: `is ${type}`,
          fix: offered.fix,
          ...(offered.source === undefined ? {} : { source: offered.source }),
        },
      ]
    })
  }),
)

/** What is offered in place of the type; undefined where the type is offered, or nothing is known. */
function offeredInstead(
  { site, traits }: PoolSubject,
  type: string,
): { readonly fix: string; readonly source?: string } | undefined {
  const exact = site.place.instanceTypes
  if (exact !== undefined)
    return exact.includes(type) ? undefined : { fix: `use ${or(exact.slice(0, 6))}, or move the node pool` }
  const families = traits.instanceFamilies
  if (families === undefined || families.value.includes(type.split('.')[0] ?? '')) return undefined
  const zone = site.place.zone ?? site.name
  return {
    fix: `use a type of ${or(families.value.filter((family) => ['t3', 'c5', 'm5', 'r5', 'g4dn'].includes(family)))}, move the node pool, or list what ${zone} offers under facts.zones`,
    source: families.source,
  }
}

const networkBorderGroup = lawsOn('networkBorderGroup', (fleet, covers) =>
  subjects(fleet).pools.flatMap(({ pool, site }): Hit[] => {
    const own = site.place.networkBorderGroup
    if (
      pool.networkBorderGroup === undefined ||
      own === undefined ||
      pool.networkBorderGroup === own ||
      !covers(site.place)
    )
      return []
    return [
      {
        origin: pool.origin,
        field: 'networkBorderGroup',
        found: `is ${pool.networkBorderGroup}`,
        fix: `use ${own}, or leave it out`,
      },
    ]
  }),
)

const sameRegion = lawsOn('sameRegion', (fleet, covers) =>
  subjects(fleet).sites.flatMap(({ site, cluster }): Hit[] => {
    const region = site.place.region
    if (cluster?.region === undefined || region === undefined || cluster.region === region || !covers(site.place))
      return []
    return [
      {
        origin: site.origin,
        field: 'cluster',
        found: `is ${nameIn(cluster, 'a cluster')}, of ${cluster.region}, while the site is of ${region}`,
        fix: `join a cluster of ${region}, or choose a place of ${cluster.region}`,
      },
    ]
  }),
)

const ipv6 = lawsOn('ipv6', (fleet, covers) =>
  subjects(fleet).pools.flatMap(({ pool, site, cluster, traits }): Hit[] => {
    if (cluster?.eks?.ipFamily !== 'ipv6' || traits.ipv6.value || !covers(site.place)) return []
    return [
      {
        origin: pool.origin,
        found: `joins ${nameIn(cluster, 'its cluster')}, an IPv6 cluster`,
        fix: `use ipFamily: ipv4 for ${cluster.name}, or move the node pool`,
        source: traits.ipv6.source,
      },
    ]
  }),
)

export const poolRules: readonly Rule[] = [
  ...nodeKind,
  ...volumeType,
  ...instanceType,
  ...networkBorderGroup,
  ...sameRegion,
  ...ipv6,
]

// Placements for the drawn bindings: constraints that only just hold, or do not, and selectors that no API server would accept.
import type {
  ClusterAffinity,
  ClusterAffinityTerm,
  FieldRequirement,
  LabelRequirement,
  Placement,
  ReplicaScheduling,
  SpreadConstraint,
  StaticWeight,
  Toleration,
} from '../../src/schedule/placement.ts'
import type { Draw } from './draw.ts'
import { compact } from './draw.ts'
import { effects, providers, regions, taintKeys, zones } from './random-clusters.ts'

export function randomPlacement(draw: Draw, names: readonly string[]): Placement {
  const { chance, maybe } = draw
  const grouped = chance(40)
  return compact({
    clusterAffinity: grouped ? undefined : maybe(40, () => randomAffinity(draw, names)),
    clusterAffinities: grouped ? randomTerms(draw, names) : undefined,
    clusterTolerations: maybe(45, () => [randomToleration(draw), ...(chance(40) ? [randomToleration(draw)] : [])]),
    spreadConstraints: maybe(50, () => randomSpread(draw, names.length)),
    replicaScheduling: maybe(93, () => randomScheduling(draw, names)),
  })
}

function randomTerms(draw: Draw, names: readonly string[]): ClusterAffinityTerm[] {
  const { int, chance } = draw
  return Array.from({ length: int(1, 3) }, (_, index) => ({
    affinityName: `group-${index + 1}`,
    ...randomAffinity(draw, names),
    ...(chance(60) && {
      overflowAffinities: Array.from({ length: int(1, 3) }, (_, tier) => ({
        affinityName: `overflow-${tier + 1}`,
        ...randomAffinity(draw, names),
      })),
    }),
  }))
}

function randomAffinity(draw: Draw, names: readonly string[]): ClusterAffinity {
  const { chance, some, int, maybe } = draw
  return compact({
    labelSelector: maybe(30, () =>
      compact({
        matchLabels: maybe(30, () => ({ ring: draw.pick(['canary', 'early', 'late']) })),
        matchExpressions: maybe(75, () => [randomLabelRequirement(draw)]),
      }),
    ),
    fieldSelector: maybe(20, () => ({
      matchExpressions: Array.from({ length: int(1, 2) }, () => randomFieldRequirement(draw)),
    })),
    clusterNames: maybe(35, () => [...some(names, int(20, 90)), ...(chance(10) ? ['elsewhere'] : [])]),
    exclude: maybe(15, () => some(names, 25)),
  })
}

function randomLabelRequirement({ pick, some, int }: Draw): LabelRequirement {
  const rings = ['canary', 'early', 'late']
  const usual: LabelRequirement[] = [
    { key: 'ring', operator: 'In', values: some(rings, 60) },
    { key: 'ring', operator: 'NotIn', values: some(rings, 40) },
    { key: 'size', operator: 'Exists' },
    { key: 'missing', operator: 'DoesNotExist' },
    { key: 'missing', operator: 'NotIn', values: ['x'] },
  ]
  const odd: LabelRequirement[] = [
    { key: 'ring', operator: 'Exists', values: ['early'] },
    { key: 'bad key', operator: 'DoesNotExist' },
    { key: 'ring', operator: 'NotIn', values: ['-bad-'] },
    { key: 'example.com/ring', operator: 'DoesNotExist' },
    { key: 'a/b/c', operator: 'DoesNotExist' },
    { key: 'size', operator: 'Gt' as 'In', values: ['3'] },
  ]
  return pick(int(1, 100) <= 12 ? odd : usual)
}

function randomFieldRequirement({ pick, some, int }: Draw): FieldRequirement {
  const usual: FieldRequirement[] = [
    { key: 'region', operator: 'In', values: some(regions, 60) },
    { key: 'region', operator: 'NotIn', values: some(regions, 30) },
    { key: 'provider', operator: 'In', values: some(providers, 60) },
    { key: 'provider', operator: 'NotIn', values: some(providers, 30) },
    { key: 'zone', operator: 'In', values: some(zones, 60) },
    { key: 'zone', operator: 'NotIn', values: some(zones, 30) },
  ]
  const odd: FieldRequirement[] = [
    { key: 'region', operator: 'Exists' },
    { key: 'zone', operator: 'DoesNotExist' },
    { key: 'zone', operator: 'Exists', values: ['z1'] },
    { key: 'zone', operator: 'Gt', values: ['1'] },
    { key: 'region', operator: 'Gt', values: ['1'] },
    { key: 'country', operator: 'NotIn', values: ['x'] },
    { key: 'region', operator: 'NotIn', values: ['a b'] },
  ]
  return pick(int(1, 100) <= 15 ? odd : usual)
}

function randomToleration({ pick, maybe }: Draw): Toleration {
  return compact({
    key: maybe(85, () => pick(taintKeys)),
    operator: pick([undefined, 'Equal', 'Exists', 'Exists', 'Exists', 'Gt'] as const),
    value: maybe(30, () => pick(['yes', 'no'])),
    effect: maybe(45, () => pick(effects)),
    tolerationSeconds: maybe(20, () => 60),
  })
}

function randomSpread({ int, pick, chance }: Draw, clusters: number): SpreadConstraint[] {
  const limits = (few: number) => {
    const minGroups = int(0, few)
    return pick([{ minGroups, maxGroups: int(minGroups, few + 2) }, { minGroups, maxGroups: few }, { minGroups }])
  }
  const of = (spreadByField: 'cluster' | 'region' | 'zone' | 'provider'): SpreadConstraint => ({
    spreadByField,
    ...limits(spreadByField === 'cluster' ? Math.min(clusters + 1, pick([2, 4, 10])) : pick([1, 2, 3, 5])),
  })
  const constraints = pick([
    () => [of('cluster')],
    () => [of('cluster')],
    () => [of('region'), of('cluster')],
    () => [of('cluster'), of('region')],
    () => [of('region'), of('cluster')],
    () => [of('region')],
    () => [of('zone'), of('cluster')],
    () => [of('provider'), of('zone'), of('region'), of('cluster')],
    () => [of('provider')],
    () => [{ spreadByLabel: 'ring', minGroups: 1, maxGroups: 2 }],
  ])()
  return chance(2) ? [...constraints, of('cluster')] : constraints
}

function randomScheduling(draw: Draw, names: readonly string[]): ReplicaScheduling {
  const { pick, chance, int } = draw
  const weighted = { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } as const
  const rule = (): StaticWeight => ({ targetCluster: randomAffinity(draw, names), weight: chance(5) ? 0 : int(1, 9) })
  const rules = () => Array.from({ length: int(1, 5) }, rule)
  const kind = int(1, 100)
  if (kind <= 10) return { replicaSchedulingType: 'Duplicated' }
  if (kind <= 40) return { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' }
  if (kind <= 70) return { ...weighted, weightPreference: { dynamicWeight: 'AvailableReplicas' } }
  if (kind <= 87) return { ...weighted, weightPreference: { staticWeightList: rules() } }
  if (kind <= 92) return weighted
  if (kind <= 95) return { ...weighted, weightPreference: {} }
  if (kind <= 97) {
    return { ...weighted, weightPreference: { staticWeightList: rules(), dynamicWeight: 'AvailableReplicas' } }
  }
  return pick<ReplicaScheduling>([
    { replicaSchedulingType: 'Divided' },
    {},
    { replicaDivisionPreference: 'Aggregated' },
    { replicaSchedulingType: 'Duplicated', replicaDivisionPreference: 'Weighted' },
  ])
}

/** What the scheduler may have seen last time: the same, or with one thing changed. */
export function randomApplied(draw: Draw, placement: Placement, names: readonly string[]): Placement {
  const { pick } = draw
  const terms = placement.clusterAffinities ?? []
  const other = randomPlacement(draw, names)
  return pick<() => Placement>([
    () => placement,
    () => placement,
    () => placement,
    () => other,
    () => compact({ ...placement, clusterTolerations: other.clusterTolerations }),
    () => compact({ ...placement, replicaScheduling: other.replicaScheduling }),
    () => compact({ ...placement, spreadConstraints: [], clusterAffinities: terms.toReversed() }),
    () => compact({ ...placement, clusterAffinities: terms.toReversed() }),
    () => compact({ ...placement, clusterAffinities: terms.slice(0, 1) }),
    () => compact({ ...placement, clusterAffinities: [...terms, { affinityName: 'group-9', clusterNames: ['m1'] }] }),
  ])()
}

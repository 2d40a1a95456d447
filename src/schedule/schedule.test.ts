import { describe, expect, test } from 'vitest'
import type { Binding, Target } from './binding.ts'
import type { Placement, ReplicaScheduling } from './placement.ts'
import { schedule, scheduleOutcomes } from './schedule.ts'

const targets = (replicas: Readonly<Record<string, number>>): Target[] =>
  Object.entries(replicas).map(([name, replicas]) => ({ name, replicas }))

const clusters = (avail: Readonly<Record<string, number>>) =>
  Object.entries(avail).map(([name, avail]) => ({ name, avail }))

const weighted = { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } as const
const dynamic: ReplicaScheduling = { ...weighted, weightPreference: { dynamicWeight: 'AvailableReplicas' } }
const aggregated: ReplicaScheduling = { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' }
const byWeight = (weights: Readonly<Record<string, number>>): ReplicaScheduling => ({
  ...weighted,
  weightPreference: {
    staticWeightList: Object.entries(weights).map(([name, weight]) => ({
      targetCluster: { clusterNames: [name] },
      weight,
    })),
  },
})

/** The replicas by cluster, or the error. */
function placed(binding: Binding): Readonly<Record<string, number>> | string {
  const outcome = schedule(binding)
  if ('error' in outcome) return outcome.error
  return Object.fromEntries(outcome.result.map(({ name, replicas }) => [name, replicas]))
}

describe('the worked examples of Karmada’s own unit tests', () => {
  const three = clusters({ m1: 0, m2: 0, m3: 0 })
  const weights = byWeight({ m1: 3, m2: 2, m3: 1 })

  test.each([
    [12, { m1: 6, m2: 4, m3: 2 }],
    [13, { m1: 7, m2: 4, m3: 2 }],
    [14, { m1: 7, m2: 5, m3: 2 }],
  ])('%i replicas over static weights 3:2:1', (replicas, expected) => {
    expect(placed({ clusters: three, replicas, placement: { replicaScheduling: weights } })).toEqual(expected)
  })

  test('of several weights that match a cluster the greatest counts', () => {
    const scheduling: ReplicaScheduling = {
      ...weighted,
      weightPreference: {
        staticWeightList: [
          { targetCluster: { clusterNames: ['m1'] }, weight: 1 },
          { targetCluster: { clusterNames: ['m1'] }, weight: 2 },
          { targetCluster: { clusterNames: ['m2'] }, weight: 1 },
        ],
      },
    }
    const binding = { clusters: clusters({ m1: 0, m2: 0 }), replicas: 3, placement: { replicaScheduling: scheduling } }
    expect(placed(binding)).toEqual({ m1: 2, m2: 1 })
  })

  const shrinking = { clusters: clusters({ m1: 0, m2: 0, m3: 0 }), previous: targets({ m1: 2, m2: 4, m3: 6 }) }

  test('fewer replicas shrink the last result in proportion', () => {
    const binding = { ...shrinking, replicas: 6, placement: { replicaScheduling: dynamic } }
    expect(placed(binding)).toEqual({ m1: 1, m2: 2, m3: 3 })
  })

  test('more replicas deal out only those that were added, by the room that is left', () => {
    const grown = { ...shrinking, clusters: clusters({ m1: 10, m2: 10, m3: 10 }), replicas: 24 }
    expect(placed({ ...grown, placement: { replicaScheduling: dynamic } })).toEqual({ m1: 6, m2: 8, m3: 10 })
  })

  test('a cluster that is gone leaves its replicas to the others: Aggregated', () => {
    const binding = {
      clusters: clusters({ m1: 4, m3: 8, m4: 12 }),
      replicas: 24,
      previous: targets({ m1: 4, m2: 8 }),
      placement: { replicaScheduling: aggregated },
    }
    expect(placed(binding)).toEqual({ m1: 7, m3: 7, m4: 10 })
  })

  test('a cluster that is gone leaves its replicas to the others: dynamic weights', () => {
    const binding = {
      clusters: clusters({ m1: 3, m2: 3 }),
      replicas: 12,
      previous: targets({ m1: 6, m3: 6 }),
      placement: { replicaScheduling: dynamic },
    }
    expect(placed(binding)).toEqual({ m1: 9, m2: 3 })
  })

  test.each([
    ['dynamic weights, 6:8:10', dynamic, { m1: 6, m2: 8, m3: 10 }, { m1: 3, m2: 4, m3: 5 }],
    ['dynamic weights, 20:12:6', dynamic, { m1: 20, m2: 12, m3: 6 }, { m1: 6, m2: 4, m3: 2 }],
    ['Aggregated, two are needed', aggregated, { m1: 6, m2: 8, m3: 10 }, { m2: 5, m3: 7 }],
    ['Aggregated, one is enough', aggregated, { m1: 12, m2: 8, m3: 10 }, { m1: 12 }],
  ])('12 replicas for the first time: %s', (_, replicaScheduling, rooms, expected) => {
    expect(placed({ clusters: clusters(rooms), replicas: 12, placement: { replicaScheduling } })).toEqual(expected)
  })

  test('7 over votes 3:2:1 go a, b, a, c, a, b, a', () => {
    const dealt = [1, 2, 3, 4, 5, 6, 7].map((replicas) =>
      placed({
        clusters: clusters({ a: 0, b: 0, c: 0 }),
        replicas,
        placement: { replicaScheduling: byWeight({ a: 3, b: 2, c: 1 }) },
      }),
    )
    expect(dealt).toEqual([
      { a: 1 },
      { a: 1, b: 1 },
      { a: 1, b: 1, c: 1 },
      { a: 2, b: 1, c: 1 },
      { a: 2, b: 2, c: 1 },
      { a: 3, b: 2, c: 1 },
      { a: 4, b: 2, c: 1 },
    ])
  })
})

describe('a tie depends on the UID of the template', () => {
  const even: Placement = { replicaScheduling: byWeight({ m1: 1, m2: 1 }) }
  const binding = { clusters: clusters({ m1: 0, m2: 0 }), replicas: 3, placement: even }

  test.each([
    ['', { m1: 2, m2: 1 }],
    ['a', { m1: 2, m2: 1 }],
    ['b', { m1: 1, m2: 2 }],
  ])('3 replicas over 1:1 with the UID "%s"', (uid, expected) => {
    expect(placed({ ...binding, uid })).toEqual(expected)
  })

  test('without a UID both outcomes are told, and only one where there is no tie', () => {
    expect(scheduleOutcomes(binding)).toEqual([
      { result: targets({ m1: 2, m2: 1 }) },
      { result: targets({ m1: 1, m2: 2 }) },
    ])
    expect(scheduleOutcomes({ ...binding, replicas: 4 })).toEqual([{ result: targets({ m1: 2, m2: 2 }) }])
  })

  test('2 over 2:1 are 1 and 1: the tie at the second one goes to the cluster without any', () => {
    const scheduling = byWeight({ m1: 2, m2: 1 })
    expect(scheduleOutcomes({ ...binding, replicas: 2, placement: { replicaScheduling: scheduling } })).toEqual([
      { result: targets({ m1: 1, m2: 1 }) },
    ])
  })
})

describe('affinity groups', () => {
  const placement: Placement = {
    clusterAffinities: [
      { affinityName: 'home', clusterNames: ['m1'] },
      { affinityName: 'away', clusterNames: ['m2'] },
    ],
    replicaScheduling: dynamic,
  }
  const lost = [{ key: 'lost', effect: 'NoExecute' as const }]

  test('the first group that can take the workload gets it all', () => {
    expect(schedule({ clusters: clusters({ m1: 4, m2: 4 }), replicas: 4, placement })).toEqual({
      result: targets({ m1: 4 }),
      affinity: 'home',
    })
  })

  test('a lost cluster moves it to the next group, and nothing brings it back to an earlier one', () => {
    const away = {
      clusters: [
        { name: 'm1', avail: 4, taints: lost },
        { name: 'm2', avail: 4 },
      ],
      replicas: 4,
      evicting: ['m1'],
      placement,
      affinity: 'home',
    }
    expect(schedule(away)).toEqual({ result: targets({ m2: 4 }), affinity: 'away' })
    const well = { ...away, clusters: clusters({ m1: 4, m2: 0 }), evicting: [], previous: targets({ m2: 4 }) }
    const settled = { result: targets({ m2: 4 }), affinity: 'away' }
    expect(schedule({ ...well, affinity: 'away' })).toEqual(settled)
    expect(schedule({ ...well, affinity: 'away', fresh: true })).toEqual(settled)
    expect(schedule({ ...well, affinity: 'home', previous: [] })).toEqual({
      result: targets({ m1: 4 }),
      affinity: 'home',
    })
  })

  test('when all groups fail the first failure is told', () => {
    const outcome = schedule({ clusters: [{ name: 'm1', avail: 4, taints: lost }], replicas: 9, placement })
    expect(outcome).toEqual({
      error: '0/1 clusters are available: 1 cluster(s) had untolerated taint {lost:NoExecute}.',
      reason: 'NoClusterFit',
    })
  })

  test('an overflow group gets what the group itself cannot hold', () => {
    const overflowing: Placement = {
      clusterAffinities: [
        {
          affinityName: 'floor',
          clusterNames: ['m1', 'm2'],
          overflowAffinities: [{ affinityName: 'cloud', clusterNames: ['m3'] }],
        },
      ],
      replicaScheduling: dynamic,
    }
    const binding = { clusters: clusters({ m1: 2, m2: 1, m3: 50 }), placement: overflowing }
    expect(placed({ ...binding, replicas: 3 })).toEqual({ m1: 2, m2: 1 })
    expect(placed({ ...binding, replicas: 8 })).toEqual({ m1: 2, m2: 1, m3: 5 })
    expect(schedule({ ...binding, replicas: 99 })).toEqual({
      error: 'failed to assign replicas: Clusters available replicas are not enough to schedule.',
      reason: 'Unschedulable',
    })
  })
})

describe('spread constraints', () => {
  const cluster = (minGroups: number, maxGroups: number) =>
    ({ spreadByField: 'cluster', minGroups, maxGroups }) as const
  const region = (minGroups: number, maxGroups: number) => ({ spreadByField: 'region', minGroups, maxGroups }) as const

  test('the roomiest of the others replace the last of the first, until there is room', () => {
    const binding = {
      clusters: clusters({ m1: 1, m2: 1, m3: 6, m4: 9 }),
      replicas: 10,
      previous: targets({ m1: 1, m2: 1 }),
      placement: { spreadConstraints: [cluster(1, 2)], replicaScheduling: aggregated },
    }
    expect(placed(binding)).toEqual({ m1: 2, m4: 8 })
  })

  test('regions are chosen by the room they have, and one cluster of each comes first', () => {
    const binding = {
      clusters: [
        { name: 'a1', avail: 3, region: 'a' },
        { name: 'a2', avail: 3, region: 'a' },
        { name: 'b1', avail: 2, region: 'b' },
        { name: 'c1', avail: 9, region: 'c' },
        { name: 'nowhere', avail: 99 },
      ],
      replicas: 9,
      placement: { spreadConstraints: [region(2, 2), cluster(2, 3)], replicaScheduling: dynamic },
    }
    expect(placed(binding)).toEqual({ a1: 2, a2: 2, c1: 5 })
  })

  test('maxGroups left out chooses no cluster at all', () => {
    const binding = { clusters: clusters({ m1: 9, m2: 9 }), replicas: 4 }
    const spreadConstraints = [{ spreadByField: 'cluster' as const, minGroups: 1 }]
    expect(placed({ ...binding, placement: { spreadConstraints } })).toBe(
      'failed to assign replicas: no clusters available to schedule',
    )
    expect(placed({ ...binding, placement: { spreadConstraints, replicaScheduling: dynamic } })).toBe(
      'failed to select clusters: no enough resource when selecting 0 clusters',
    )
  })

  test('static weights ignore the constraints, and the room that clusters have', () => {
    const binding = { clusters: clusters({ m1: 0, m2: 0 }), replicas: 4 }
    const placement = { spreadConstraints: [cluster(5, 5)], replicaScheduling: byWeight({ m1: 1, m2: 1 }) }
    expect(placed({ ...binding, placement })).toEqual({ m1: 2, m2: 2 })
  })

  test.each([
    ['clusters', [cluster(3, 3)], 'the number of feasible clusters is less than spreadConstraint.MinGroups'],
    ['regions', [region(2, 2)], 'the number of feasible region is less than spreadConstraint.MinGroups'],
    [
      'clusters in the regions',
      [region(1, 1), cluster(3, 3)],
      'the number of clusters is less than the cluster spreadConstraint.MinGroups',
    ],
    [
      'what is selected on',
      [{ spreadByField: 'zone' as const, minGroups: 1 }],
      'just support cluster and region spread constraint',
    ],
  ])('too few %s', (_, spreadConstraints, error) => {
    const place = { region: 'a', zones: ['a1'] }
    const members = clusters({ m1: 9, m2: 9 }).map((each) => ({ ...each, ...place }))
    expect(schedule({ clusters: members, replicas: 4, placement: { spreadConstraints } })).toEqual({
      error: `failed to select clusters: ${error}`,
      reason: 'SchedulerError',
    })
  })
})

describe('what has no replicas, and other corners', () => {
  test('a ConfigMap goes to every cluster, without replicas, and not to an overflow group', () => {
    const placement: Placement = {
      clusterAffinities: [
        { affinityName: 'a', clusterNames: ['m1', 'm2'], overflowAffinities: [{ affinityName: 'b' }] },
      ],
    }
    const outcome = schedule({ clusters: clusters({ m1: 0, m2: 0, m3: 0 }), replicas: 0, placement })
    expect(outcome).toEqual({ result: targets({ m1: 0, m2: 0 }), affinity: 'a' })
  })

  test('all copies have all replicas when nothing is said, whatever the room', () => {
    expect(placed({ clusters: clusters({ m1: 0, m2: 5 }), replicas: 2, placement: {} })).toEqual({ m1: 2, m2: 2 })
  })

  test('a cluster stays a target without replicas when empty workloads are propagated', () => {
    const binding = { clusters: clusters({ m1: 9, m2: 1 }), replicas: 1, placement: { replicaScheduling: aggregated } }
    expect(placed(binding)).toEqual({ m1: 1 })
    expect(placed({ ...binding, propagateEmpty: true })).toEqual({ m1: 1, m2: 0 })
  })

  test('a fresh schedule of a workload scaled to nothing overflows, as it does in Karmada', () => {
    const binding = {
      clusters: clusters({ m1: 9, m2: 9 }),
      replicas: 0,
      requirements: {},
      fresh: true,
      previous: targets({ m1: 0, m2: 0 }),
      placement: { replicaScheduling: dynamic },
    }
    expect(schedule(binding)).toEqual({
      error:
        'failed to assign replicas: failed to do fresh scale: Clusters available replicas -2 are not enough to schedule.',
      reason: 'Unschedulable',
    })
  })

  test('a target may lose its API or get a taint and stay; it may not leave the affinity or be evicted', () => {
    const worn = { name: 'm1', avail: 1, apis: {}, taints: [{ key: 'k', effect: 'NoSchedule' as const }] }
    const binding = { clusters: [worn], replicas: 1, placement: { replicaScheduling: dynamic } }
    expect(placed(binding)).toBe('0/1 clusters are available: 1 cluster(s) did not have the API resource.')
    expect(placed({ ...binding, previous: targets({ m1: 1 }) })).toEqual({ m1: 1 })
    expect(placed({ ...binding, previous: targets({ m1: 1 }), evicting: ['m1'] })).toBe(
      '0/1 clusters are available: 1 cluster(s) is in the process of eviction.',
    )
  })

  test('without any cluster, or with deleted ones only, none exists', () => {
    const none = (clusters: Binding['clusters']) => placed({ clusters, replicas: 1, placement: {} })
    expect(none([])).toBe('0/0 clusters are available: no cluster exists.')
    expect(none([{ name: 'm1', deleting: true }])).toBe('0/1 clusters are available: no cluster exists.')
  })

  test('reasons are counted over the clusters and told in the order of their text', () => {
    const lost = { taints: [{ key: 'lost', value: 'yes', effect: 'NoExecute' as const }] }
    const members = [
      { name: 'm1', ...lost, region: 'a' },
      { name: 'm2', ...lost, region: 'a' },
      { name: 'm3' },
      { name: 'm4', region: 'b' },
    ]
    const placement: Placement = {
      clusterAffinity: { exclude: ['m4'] },
      spreadConstraints: [{ spreadByField: 'region', minGroups: 1, maxGroups: 1 }],
    }
    expect(placed({ clusters: members, replicas: 1, placement })).toBe(
      '0/4 clusters are available: 1 cluster(s) did not have region property, ' +
        '1 cluster(s) did not match the placement cluster affinity constraint, ' +
        '2 cluster(s) had untolerated taint {lost=yes:NoExecute}.',
    )
  })

  test('a strategy that Karmada does not know is refused in its words', () => {
    const binding = { clusters: clusters({ m1: 1 }), replicas: 1 }
    expect(schedule({ ...binding, placement: { replicaScheduling: { replicaSchedulingType: 'Divided' } } })).toEqual({
      error:
        'failed to assign replicas: unsupported replica scheduling strategy, replicaSchedulingType: Divided, ' +
        'replicaDivisionPreference: , please try another scheduling strategy',
      reason: 'SchedulerError',
    })
  })
})

import { expect, test } from 'vitest'
import type { Binding } from './binding.ts'
import type { Placement } from './placement.ts'
import { whySchedule } from './trigger.ts'

const placement: Placement = {
  clusterAffinities: [
    { affinityName: 'home', clusterNames: ['m1'] },
    { affinityName: 'away', clusterNames: ['m2'] },
  ],
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: { dynamicWeight: 'AvailableReplicas' },
  },
}
const binding: Binding = {
  clusters: [{ name: 'm1' }, { name: 'm2' }],
  replicas: 4,
  previous: [{ name: 'm1', replicas: 4 }],
  placement,
  affinity: 'home',
}

test('a divided workload that is as it should be is left alone, whatever joins, grows or is lost', () => {
  expect(whySchedule(binding, placement)).toBeUndefined()
  const lost = { name: 'm1', taints: [{ key: 'lost', effect: 'NoExecute' as const }] }
  expect(whySchedule({ ...binding, clusters: [lost, { name: 'm3', avail: 99 }] }, placement)).toBeUndefined()
})

test('it is scheduled at first, with other replicas, on request, and when a target is deleted', () => {
  expect(whySchedule(binding, undefined)).toBe('placementChanged')
  expect(whySchedule({ ...binding, replicas: 5 }, placement)).toBe('replicasChanged')
  expect(whySchedule({ ...binding, previous: [] }, placement)).toBe('replicasChanged')
  expect(whySchedule({ ...binding, fresh: true }, placement)).toBe('rescheduleAsked')
  expect(whySchedule({ ...binding, clusters: [{ name: 'm1', deleting: true }] }, placement)).toBe('targetDeleting')
  expect(whySchedule({ ...binding, clusters: [{ name: 'm2', deleting: true }] }, placement)).toBeUndefined()
})

test('what is duplicated, and what has no replicas, is scheduled every time', () => {
  expect(whySchedule({ ...binding, placement: {} }, {})).toBe('alwaysScheduled')
  expect(whySchedule({ ...binding, replicas: 0, previous: [] }, placement)).toBe('alwaysScheduled')
})

test('of the affinity groups only the one in use counts', () => {
  const terms = placement.clusterAffinities ?? []
  const reordered = { ...placement, clusterAffinities: terms.toReversed() }
  expect(whySchedule({ ...binding, placement: reordered }, placement)).toBeUndefined()
  const renamed = {
    ...placement,
    clusterAffinities: terms.map((each) => ({ ...each, affinityName: `${each.affinityName}-2` })),
  }
  expect(whySchedule({ ...binding, placement: renamed }, placement)).toBe('placementChanged')
  const moved = { ...placement, clusterAffinities: [{ affinityName: 'home', clusterNames: ['m3'] }, ...terms.slice(1)] }
  expect(whySchedule({ ...binding, placement: moved }, placement)).toBe('placementChanged')
})

test('what Go leaves out of its JSON makes no difference, an empty selector does', () => {
  const written = { ...placement, clusterTolerations: [], spreadConstraints: [] }
  expect(whySchedule({ ...binding, placement: written }, placement)).toBeUndefined()
  const narrowed = { ...placement, clusterAffinity: { labelSelector: {} } }
  expect(whySchedule({ ...binding, placement: narrowed }, { ...placement, clusterAffinity: {} })).toBe(
    'placementChanged',
  )
})

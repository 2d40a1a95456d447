// Where an app belongs, worked out from the objects of a running Karmada.
import { expect, test } from 'vitest'
import { homeTargets } from './home.ts'

const cluster = (name: string, taints: readonly object[] = []) => ({
  metadata: { name, labels: { tier: 'member' } },
  spec: { taints, zones: [] },
})
const binding = (placement: object, replicas = 6) => ({
  metadata: { name: 'nginx-deployment' },
  spec: { replicas, resource: { uid: 'a', kind: 'Deployment' }, placement, clusters: [{ name: 'oregon', replicas }] },
})
const weighted = {
  clusterAffinity: { clusterNames: ['virginia', 'oregon'] },
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: ['virginia', 'oregon'].map((name) => ({ targetCluster: { clusterNames: [name] }, weight: 1 })),
    },
  },
}

test('home is what the scheduler would decide afresh, wherever the app is now, and whoever is lost at present', () => {
  const lost = [
    { key: 'cluster.karmada.io/not-ready', effect: 'NoSchedule' },
    { key: 'skerry.dev/lost', effect: 'NoExecute' },
  ]
  expect(homeTargets(binding(weighted), [cluster('oregon'), cluster('virginia', lost)])).toEqual([
    { name: 'oregon', replicas: 3 },
    { name: 'virginia', replicas: 3 },
  ])
})

test('a taint that somebody put on a member keeps its meaning, and of ordered groups the first is home', () => {
  const cordoned = [{ key: 'maintenance', effect: 'NoSchedule' }]
  expect(homeTargets(binding(weighted), [cluster('oregon'), cluster('virginia', cordoned)])).toEqual([
    { name: 'oregon', replicas: 6 },
  ])
  const groups = {
    clusterAffinities: [
      { affinityName: 'home-3', clusterNames: ['virginia'] },
      { affinityName: 'standby-3', clusterNames: ['oregon'] },
    ],
  }
  expect(homeTargets(binding(groups, 2), [cluster('oregon'), cluster('virginia')])).toEqual([
    { name: 'virginia', replicas: 2 },
  ])
  expect(homeTargets(binding(groups), [])).toBeUndefined()
})

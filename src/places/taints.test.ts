import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'
import { poolsOpenTo, taintsOf } from './taints.ts'

const cluster = (spec: string, pools: string): Fleet =>
  fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: taints }
clusters: [{ name: plant, ${spec} }]
sites: [{ name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: ${pools} }]
`)
const vsphere = 'eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 }'
const taintsIn = (fleet: Fleet) =>
  Object.fromEntries(fleet.pools.map((pool) => [pool.name, taintsOf(fleet, pool).map(({ key }) => key)]))
const ofControlPlane = 'node-role.kubernetes.io/control-plane'

test('EKS Anywhere taints the machines of its control plane, whether the file says so or not', () => {
  const floor = '{ name: floor, replicas: 2 }'
  expect(taintsIn(cluster(vsphere, `[{ name: control-plane, replicas: 3 }, ${floor}]`))).toEqual({
    'control-plane': [ofControlPlane],
    floor: [],
  })
  const said = `taints: [{ key: ${ofControlPlane}, effect: NoSchedule }]`
  expect(taintsIn(cluster(vsphere, `[{ name: first, replicas: 3, ${said} }, ${floor}]`))).toEqual({
    first: [ofControlPlane],
    floor: [],
  })
})

test('it takes the taint away where there is nobody else to run pods: a single node, or no workers', () => {
  const bare = (more: string) => `eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10${more} }`
  const said = `taints: [{ key: ${ofControlPlane}, effect: NoSchedule }, { key: rack, effect: NoExecute }]`
  expect(taintsIn(cluster(bare(', singleNode: true'), '[{ name: control-plane }]'))).toEqual({ 'control-plane': [] })
  expect(taintsIn(cluster(bare(''), `[{ name: control-plane, replicas: 3, ${said} }]`))).toEqual({
    'control-plane': ['rack'],
  })
})

const manifest = (kind: string, tolerations: readonly unknown[]) => ({
  apiVersion: 'apps/v1',
  kind,
  name: 'ledger',
  namespace: undefined,
  object: { spec: { template: { spec: { tolerations } } } },
  origin: { file: '', path: [] } as never,
})
const pools = cluster(
  vsphere,
  '[{ name: floor }, { name: gpu, taints: [{ key: gpu, value: a10, effect: NoSchedule }] }, { name: soft, taints: [{ key: old, effect: PreferNoSchedule }] }]',
)
const open = (...manifests: ReturnType<typeof manifest>[]) =>
  poolsOpenTo(pools, pools.pools, manifests).map(({ name }) => name)

test('pods run where they tolerate every taint that keeps out: by key, value and effect, or whatever it is', () => {
  expect(open()).toEqual(['floor', 'soft'])
  const all = ['floor', 'gpu', 'soft']
  expect(open(manifest('Deployment', [{ key: 'gpu', value: 'a10', effect: 'NoSchedule' }]))).toEqual(all)
  expect(open(manifest('Deployment', [{ key: 'gpu', operator: 'Exists' }]))).toEqual(all)
  expect(open(manifest('StatefulSet', [{ operator: 'Exists' }]))).toEqual(all)
  for (const other of [
    { key: 'gpu', value: 'h100' },
    { key: 'gpu', operator: 'Exists', effect: 'NoExecute' },
    { key: 'old', operator: 'Exists' },
    { value: 'a10' },
  ])
    expect(open(manifest('Deployment', [other]))).toEqual(['floor', 'soft'])
})

test('a copy of several templates runs where all of them may; those of a DaemonSet or a Job are no copies', () => {
  const tolerant = manifest('Deployment', [{ operator: 'Exists' }])
  expect(open(tolerant, manifest('DaemonSet', []), manifest('Job', []))).toContain('gpu')
  expect(open(tolerant, manifest('Deployment', []))).not.toContain('gpu')
  expect(open(manifest('DaemonSet', [{ operator: 'Exists' }]))).not.toContain('gpu')
})

// What a loss leaves of a copy, where not all nodes of its site are for it.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { lookup } from '../model/lookup.ts'
import { copyAfter, nodesAt, siteAfter } from './after.ts'
import { failoverPaths } from './paths.ts'

const plant = (tolerations = '[]', pools = '[{ name: control-plane, replicas: 3 }, { name: floor, replicas: 2 }]') => {
  const fleet = fleetFrom(
    `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: tainted }
clusters: [{ name: plant, at: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
sites: [{ name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: ${pools} }]
audiences: [{ name: floor, at: plant }]
---
kind: App
metadata: { name: ledger }
source: { manifests: ledger.yaml }
placement: [{ site: plant, replicas: 4 }]
expose: { host: ledger.example.com, routing: { simple: plant } }
`,
    {
      'ledger.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: ledger }
spec: { template: { spec: { containers: [{ name: ledger, image: "example.com/ledger:1.0" }], tolerations: ${tolerations} } } }
`,
    },
  )
  const app = lookup(fleet).app('ledger')
  const site = lookup(fleet).site('plant')
  const placement = app?.placement[0]
  if (app === undefined || site === undefined || placement === undefined) throw new Error('the fleet was not read')
  return { fleet, app, site, placement }
}

test('one worker of two is half of the pods, however many machines the control plane has', () => {
  const { fleet, app, site, placement } = plant()
  const one = [{ site: 'plant', lose: 'nodes', count: 1 }] as const
  expect(nodesAt(fleet, site)).toBe(5)
  expect(nodesAt(fleet, site, placement)).toBe(2)
  expect(siteAfter(fleet, site, one).nodes).toBeCloseTo(4 / 5)
  expect(copyAfter(fleet, app, placement, one)).toMatchObject({ pods: 2, failingPods: 0.5 })
})

test('with all workers lost nobody serves, although three of five nodes run', () => {
  const { fleet, app, placement } = plant()
  const both = [{ site: 'plant', lose: 'nodes', count: 2 }] as const
  expect(copyAfter(fleet, app, placement, both)).toMatchObject({ pods: 0, symptom: 'refused' })
  const [path] = failoverPaths(fleet, 'ledger', { id: 'test', faults: both })
  expect(path?.outcome).toBe('lost')
})

test('pods that tolerate the taint are on all nodes, and those of the workers are lost first', () => {
  const { fleet, app, site, placement } = plant('[{ operator: Exists }]')
  expect(nodesAt(fleet, site, placement)).toBe(5)
  const two = [{ site: 'plant', lose: 'nodes', count: 2 }] as const
  expect(copyAfter(fleet, app, placement, two)).toMatchObject({ pods: 2, failingPods: 0.4 })
})

test('where every node is closed to its pods a copy serves nobody, with nothing lost', () => {
  const { fleet, app, placement } = plant(
    '[]',
    '[{ name: floor, replicas: 2, taints: [{ key: rack, effect: NoSchedule }] }]',
  )
  expect(copyAfter(fleet, app, placement, [])).toMatchObject({ wanted: 0, pods: 0, symptom: 'refused' })
})

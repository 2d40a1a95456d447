// Where pods run: on nodes whose taints they tolerate, at first and when they are made anew.

import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import type { Timeline } from '../../../model/timeline.ts'
import { happened, planFrom, play, seeds } from '../testing/plans.case.ts'

interface Tainted {
  readonly faults: string
  /** Of the pod template, in flow form. */
  readonly tolerations?: string
  readonly pools?: string
  readonly more?: string
}

const plant = ({
  faults,
  tolerations = '[]',
  pools = '[{ name: control-plane, replicas: 3 }, { name: floor, replicas: 2 }]',
  more = '',
}: Tainted): Plan =>
  planFrom(
    `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: tainted }
clusters: [{ name: plant, at: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
sites: [{ name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: ${pools} }]
---
kind: App
metadata: { name: ledger }
source: { manifests: ledger.yaml }
placement: [{ site: plant, replicas: 4${more} }]
startup: 10s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
`,
    {
      'ledger.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: ledger }
spec:
  template:
    spec:
      containers: [{ name: ledger, image: "example.com/ledger:1.0" }]
      tolerations: ${tolerations}
`,
    },
  )

const served = (run: Timeline): readonly (readonly [number, unknown])[] =>
  happened(run, 'copy/ledger/plant', 'serving').map(({ at, to }) => [at, to])

describe('taints', () => {
  test('a machine that is kept for the control plane runs no copy: the loss of one worker of two is half of the pods', () => {
    const plan = plant({ faults: '[{ at: 60s, site: plant, lose: nodes, count: 1 }]' })
    for (const seed of seeds(10)) {
      const run = play(plan, seed)
      expect(run.violations).toEqual([])
      expect(served(run)[0]).toEqual([60, 2])
      expect(happened(run, 'node/plant/control-plane', 'ready')).toEqual([])
    }
  })

  test('pods that tolerate the taint are spread over all five, and workers are lost first', () => {
    const tolerations = '[{ key: node-role.kubernetes.io/control-plane, operator: Exists }]'
    const run = play(plant({ tolerations, faults: '[{ at: 60s, site: plant, lose: nodes, count: 1 }]' }))
    expect(run.violations).toEqual([])
    expect(served(run)[0]).toEqual([60, 3])
  })

  test('with all workers gone replacements wait, whatever room the control plane has, and run again when workers do', () => {
    const plan = plant({ faults: '[{ at: 60s, site: plant, lose: nodes, count: 2, for: 20m }]' })
    for (const seed of seeds(10)) {
      const run = play(plan, seed)
      expect(run.violations).toEqual([])
      const times = served(run)
      expect(times[0]).toEqual([60, 0])
      expect(times.filter(([at, to]) => at < 1260 && to !== 0)).toEqual([])
      expect(times.at(-1)?.[1]).toBe(4)
      expect(happened(run, 'copy/ledger/plant', 'pending').some(({ to }) => to === 4)).toBe(true)
    }
  })

  test('pods that tolerate the taint of no node never run', () => {
    const pools = '[{ name: floor, replicas: 2, taints: [{ key: rack, effect: NoSchedule }] }]'
    const run = play(plant({ pools, faults: '[{ at: 60s, site: plant, lose: nodes, count: 1, for: 10m }]' }))
    expect(run.violations).toEqual([])
    expect(served(run)).toEqual([])
  })
})

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { observedFrom, plan } from '../plan/index.ts'
import { classChanges } from './class-changes.ts'
import { planMarkdown } from './plan-markdown.ts'
import { planText } from './plan-text.ts'

const row = (id: string, ring: string, state: string) => `{ id: ${id}, ring: ${ring}, state: ${state} }`
const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35" } }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string, ring: [canary, rest], state: string }, list: [${[row('a', 'canary', 'OH'), row('b', 'canary', 'TX'), row('c', 'rest', 'TX'), row('d', 'rest', 'TX'), row('e', 'rest', 'NY')].join(', ')}] }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, labels: { ring: "{ring}", state: "{state}" }, nodePools: [{ name: node }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, managementCluster: hq, singleNode: true, version: "1.35", endpoint: 10.0.0.10 } }
`)

test('a plan for a class says how many sites there are by ring and state', () => {
  const made = plan(fleet)
  expect(classChanges(made)).toEqual([
    ['All 5 sites of the class shop are touched', 'by ring     canary 2, rest 3', 'by state    TX 3, NY 1, OH 1'],
  ])
  expect(planText(made)).toContain('\n  by ring     canary 2, rest 3\n')
  expect(planMarkdown(made)).toContain('\n- by state    TX 3, NY 1, OH 1\n')
})

test('a change that reaches one ring names that ring alone, and where nothing changes nothing is said', () => {
  const before = observedFrom(plan(fleet))
  expect(classChanges(plan(fleet, before))).toEqual([])
  const canary = {
    ...fleet,
    pools: fleet.pools.map((pool) =>
      ['shop-a', 'shop-b'].includes(pool.site) ? { ...pool, labels: { ...pool.labels, trial: 'yes' } } : pool,
    ),
  }
  const [[head, ...labels] = ['']] = classChanges(plan(canary, before))
  expect(head).toBe('2 of 5 sites of the class shop are touched')
  expect(labels).toEqual(['by ring     canary 2', 'by state    TX 1, OH 1'])
})

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { gatesOf } from './gates.ts'
import { singleLosses } from './loss.ts'
import { survivalOf } from './survival.ts'

const federated = (placement: string) =>
  fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, at: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35" } }]
sites: [{ name: hq, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: m, replicas: 3 }] }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string }, list: [{ id: a }, { id: b }, { id: c }, { id: d }] }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, labels: { kind: shop }, nodePools: [{ name: node }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, managementCluster: hq, singleNode: true, version: "1.35", endpoint: 10.0.0.10 } }
federations: [{ name: world, host: hq, members: [shop-a, shop-b, shop-c, shop-d] }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1.0.0 }
placement: [${placement}]
`)

test('members of a class to which a federation gives equally much are one loss', () => {
  const fleet = federated('{ federation: world, replicas: 2, division: duplicated }')
  const power = singleLosses(fleet).filter(({ id }) => id.startsWith('power/shop'))
  expect(power.map(({ standsFor }) => standsFor.count)).toEqual([4])
  expect(survivalOf(fleet).find(({ loss }) => loss === 'power/shop-a')).toMatchObject({
    standsFor: { count: 4 },
    copiesLeft: 3,
    replicasLeft: 6,
  })
})

test('members of a class to which it gives more, or nothing, are losses of their own', () => {
  const fleet = federated('{ federation: world, replicas: 6, weights: { shop-a: 4, shop-b: 1, shop-c: 1 } }')
  const power = singleLosses(fleet).filter(({ id }) => id.startsWith('power/shop'))
  expect(power.map(({ id, standsFor }) => [id, standsFor.count])).toEqual([
    ['power/shop-a', 1],
    ['power/shop-b', 2],
    ['power/shop-d', 1],
  ])
})

test('copies in a class hang on a control plane each, and not all on that of the first', () => {
  const fleet = federated('{ matchLabels: { kind: shop } }')
  const [app] = fleet.apps
  if (app === undefined) throw new Error('no app')
  expect(gatesOf(fleet, app).find(({ title }) => title === 'control planes of their own')).toMatchObject({
    state: 'on',
    text: '4 clusters of the class shop: what one believes does not touch the other',
  })
})

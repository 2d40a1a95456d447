// Faults that are done by hand while others are: one that ends undoes what it did itself, as far as no other wants it so. The local world
// does the same at real API servers (worlds/local/faults/overlap.test.ts).

import { expect, test } from 'vitest'
import { happened, planFrom, play, seeds } from './testing/plans.case.ts'

const shop = (faults: string) =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shop }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: main, network: main, eks: { version: "1.35" } }]
sites: [{ name: oregon, place: { region: us-west-2 }, cluster: main, nodePools: [{ name: workers, replicas: 2 }] }]
---
kind: App
metadata: { name: web }
source: { image: "example.com/web:1.0" }
placement: [{ site: oregon, replicas: 3 }]
startup: 10s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
`)

const told = (faults: string, what = 'replicas', of = 'copy/web/oregon') => {
  const run = play(shop(faults))
  expect(run.violations).toEqual([])
  return happened(run, of, what).map(({ at, from, to }) => [at, from, to])
}
const hand = (at: string, lasts: string, deed: string) =>
  `{ at: ${at}, app: web, site: oregon, ${deed}, for: ${lasts} }`

test('two that scale one copy: the one that is left stands until it is over, and then what was there before both', () => {
  expect(told(`[${hand('1m', '4m', 'scaleTo: 0')}, ${hand('2m', '8m', 'scaleTo: 1')}]`)).toEqual([
    [60, 3, 0],
    [120, 0, 1],
    [600, 1, 3],
  ])
})

test('the younger one over first: the older one stands again', () => {
  expect(told(`[${hand('1m', '9m', 'scaleTo: 0')}, ${hand('2m', '3m', 'scaleTo: 1')}]`)).toEqual([
    [60, 3, 0],
    [120, 0, 1],
    [300, 1, 0],
    [600, 0, 3],
  ])
})

test('however three of them overlap, what was there before the first is back with the end of the last, and not before', () => {
  for (const seed of seeds(30)) {
    const number = [...seed].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
    const ends = [3, 5, 7].map((_, index) => 4 + ((number >> (3 * index)) % 8))
    const faults = ends.map((end, index) => hand(`${index + 1}m`, `${end}m`, `scaleTo: ${index}`))
    const events = told(`[${faults.join(', ')}]`)
    const last = Math.max(...ends.map((end, index) => index + 1 + end)) * 60
    expect(events.at(-1)).toEqual([last, expect.any(Number), 3])
    expect(events.filter(([, , to]) => to === 3)).toHaveLength(1)
  }
})

test('deleted twice: it is back after the last one that wants it away', () => {
  const twice = `[${hand('1m', '4m', 'delete: deployment')}, ${hand('2m', '8m', 'delete: deployment')}]`
  const back = told(twice, 'object', 'object/web/oregon/deployment')
  expect(back.filter(([, , to]) => to === 'present')).toEqual([[600, 'absent', 'present']])
})

test('one end puts back its own object alone, and none into a namespace that is away', () => {
  const faults = `[${hand('1m', '4m', 'delete: deployment')}, ${hand('2m', '8m', 'delete: namespace')}, ${hand('3m', '10m', 'delete: service')}]`
  const back = ['deployment', 'namespace', 'service'].map(
    (kind) => told(faults, 'object', `object/web/oregon/${kind}`).at(-1)?.[0],
  )
  expect(back).toEqual([600, 600, 780])
})

test('put back while it is to be scaled to nothing, it is scaled to nothing, and to what it had when that is over', () => {
  const faults = `[${hand('1m', '9m', 'scaleTo: 0')}, ${hand('2m', '3m', 'delete: deployment')}]`
  expect(told(faults)).toEqual([
    [60, 3, 0],
    [600, 0, 3],
  ])
})

test('scaled, deleted, and no more to be scaled: it comes back with what it had before', () => {
  const faults = `[${hand('1m', '4m', 'scaleTo: 0')}, ${hand('2m', '8m', 'delete: deployment')}]`
  const run = play(shop(faults))
  expect(run.violations).toEqual([])
  expect(happened(run, 'copy/web/oregon', 'ready').at(-1)).toMatchObject({ to: 3 })
})

test('what could not be done, as nobody answered, undoes nothing of others', () => {
  const faults = `[{ at: 90s, cluster: main, lose: controlPlane, for: 1m }, ${hand('1m', '9m', 'scaleTo: 0')}, ${hand('2m', '3m', 'scaleTo: 1')}]`
  expect(told(faults).filter(([, , to]) => to === 3)).toEqual([[600, 0, 3]])
})

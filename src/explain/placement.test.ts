import { expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import { narrowFleet } from '../model/narrow.ts'
import { plan } from '../plan/index.ts'
import { placementText } from '../report/explain-text.ts'
import { explainPlacement } from './placement.ts'

const fleet = await readFleet(['examples/stores'])

test('2,500 copies of one line are one block, by ring, Region and state', () => {
  const explained = explainPlacement(plan(fleet), 'point-of-sale')
  expect(explained.copies).toHaveLength(1)
  expect(explained.copies[0]?.class).toMatchObject({ name: 'store', sites: 2500 })
  const text = placementText(explained)
  expect(text.split('\n').length).toBeLessThan(12)
  expect(text).toMatch(/^point-of-sale at 2,500 sites of the class store \(store-0001 … store-2503\): 2 replicas each/)
  expect(text).toContain('by ring     canary 25, early 250, rest 2,225')
  expect(text).toMatch(/by state {4}CA 467, .*, 45 others 1,/)
  expect(text).toContain('each is on a cluster of its own')
}, 120_000)

test('one site of the class is told by itself', () => {
  const part = narrowFleet(fleet, { sites: ['store-0417'] })
  const { copies } = explainPlacement(plan(part), 'point-of-sale')
  expect(copies.map(({ site, class: of }) => [site, of])).toEqual([['store-0417', undefined]])
  expect(placementText({ app: 'point-of-sale', copies })).toContain('only run on nodes of store-0417')
})

test('copies outside a class are told one by one', async () => {
  const { copies } = explainPlacement(plan(await readFleet(['examples/local-zone'])), 'game-2048')
  expect(copies.map(({ site }) => site).sort()).toEqual(['los-angeles', 'oregon'])
})

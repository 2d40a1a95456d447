import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { closedStores, storesCsv } from '../scripts/generate-stores.ts'
import { exampleFleet, folderOf } from './example.case.ts'

const cities = readFileSync(new URL('../scripts/us-cities.csv', import.meta.url), 'utf8')

test('stores.csv is what the generator writes', () => {
  expect(readFileSync(`${folderOf('stores')}stores.csv`, 'utf8')).toBe(storesCsv(cities))
})

test('2,500 stores in three rings under two management clusters, in 50 states and more than a thousand cities', async () => {
  const { fleet } = await exampleFleet('stores')
  const stores = fleet.sites.filter(({ class: of }) => of === 'store')
  const count = (value: (store: (typeof stores)[number]) => string | undefined) => {
    const counts = new Map<string | undefined, number>()
    for (const store of stores) counts.set(value(store), (counts.get(value(store)) ?? 0) + 1)
    return Object.fromEntries(counts)
  }
  expect(stores).toHaveLength(2_500)
  expect(count(({ labels }) => labels.ring)).toEqual({ canary: 25, early: 250, rest: 2_225 })
  expect(count(({ link }) => link?.to)).toEqual({ 'hq-east': expect.any(Number), 'hq-west': expect.any(Number) })
  expect(count(({ link }) => link?.kind)).toEqual({ strong: 2_360, intermittent: 140 })
  expect(Object.keys(count(({ labels }) => labels.state)).length).toBeGreaterThanOrEqual(49)
  expect(Object.keys(count(({ location }) => `${location?.latitude},${location?.longitude}`))).toHaveLength(2_500)
})

test('each store hangs on the management cluster of its half of the country', async () => {
  const { fleet } = await exampleFleet('stores')
  for (const { link, location, class: of } of fleet.sites)
    if (of === 'store') expect(link?.to).toBe((location?.longitude ?? 0) < -100 ? 'hq-west' : 'hq-east')
})

test('closed stores are gone from the rows, and the fleet says that this is meant', async () => {
  const { fleet } = await exampleFleet('stores')
  expect(fleet.classes[0]?.retired).toEqual(closedStores)
  expect(fleet.sites.some(({ name }) => closedStores.includes(name.replace('store-', '')))).toBe(false)
})

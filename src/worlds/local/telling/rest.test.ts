import { expect, test } from 'vitest'
import type { OutsideState } from '../outside/client.ts'
import { unrestOutside } from './rest.ts'

const state = {
  parts: { dns: { checks: [], unrest: [{ host: 'till.shops.example', app: 'till', sites: ['north', 'south'] }] } },
} as unknown as OutsideState

test('a name that a PowerDNS does not answer with all it should is no rest, but for copies of which none is asked for', () => {
  expect(unrestOutside(state, true, () => 1)).toEqual(['till.shops.example is not answered with north and south yet'])
  expect(unrestOutside(state, true, (_, site) => (site === 'north' ? 0 : 1))).toEqual([])
})

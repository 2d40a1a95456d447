import { expect, test } from 'vitest'
import { lookup } from '../model/lookup.ts'
import { kilometres, roundTripMilliseconds } from './distance.ts'
import { twoSites } from './failover.case.ts'
import { answers } from './routing.ts'

function answer(
  routing: string,
  down: readonly string[],
  audience = '{ name: public, near: "34.05,-118.24", country: US }',
) {
  const fleet = twoSites({ expose: `routing: ${routing}`, audiences: `[${audience}]` })
  const app = fleet.apps[0]
  const user = fleet.audiences[0]
  if (app === undefined || user === undefined) throw new Error('no app')
  expect(lookup(fleet).site('edge')?.location).toBeDefined()
  return answers(fleet, app, user, (site) => !down.includes(site))
}

test('failover: the primary while it is healthy, then the secondary, and the primary again when both are down', () => {
  const routing = '{ failover: [edge, home] }'
  expect(answer(routing, [])).toEqual({ edge: 1 })
  expect(answer(routing, ['edge'])).toEqual({ home: 1 })
  expect(answer(routing, ['edge', 'home'])).toEqual({ edge: 1 })
})

test('weighted: by weight among the healthy; weight 0 only when all others are down; all down counts as all healthy', () => {
  expect(answer('{ weighted: { edge: 3, home: 1 } }', [])).toEqual({ edge: 0.75, home: 0.25 })
  expect(answer('{ weighted: { edge: 3, home: 1 } }', ['edge'])).toEqual({ home: 1 })
  expect(answer('{ weighted: { edge: 3, home: 0 } }', [])).toEqual({ edge: 1 })
  expect(answer('{ weighted: { edge: 3, home: 0 } }', ['edge'])).toEqual({ home: 1 })
  expect(answer('{ weighted: { edge: 3, home: 1 } }', ['edge', 'home'])).toEqual({ edge: 0.75, home: 0.25 })
})

test('latency: the nearest that is healthy', () => {
  expect(answer('{ latency: [home, edge] }', [])).toEqual({ edge: 1 })
  expect(answer('{ latency: [home, edge] }', ['edge'])).toEqual({ home: 1 })
})

test('geolocation: country, then continent, then the rest, and nobody where nothing matches', () => {
  expect(answer('{ geolocation: { US: edge, "*": home } }', [])).toEqual({ edge: 1 })
  expect(answer('{ geolocation: { NA: edge, "*": home } }', [])).toEqual({ edge: 1 })
  expect(answer('{ geolocation: { US: edge, "*": home } }', ['edge'])).toEqual({ home: 1 })
  expect(answer('{ geolocation: { DE: edge } }', [])).toEqual({})
})

test('multivalue: all that are healthy, evenly', () => {
  expect(answer('{ multivalue: [edge, home] }', [])).toEqual({ edge: 0.5, home: 0.5 })
  expect(answer('{ multivalue: [edge, home] }', ['home'])).toEqual({ edge: 1 })
})

test('simple: whatever its health', () => {
  expect(answer('{ simple: edge }', ['edge'])).toEqual({ edge: 1 })
})

test('distance is along the great circle, and a round trip is more than light needs', () => {
  const london = { latitude: 51.5, longitude: -0.13 }
  const newYork = { latitude: 40.71, longitude: -74.01 }
  expect(Math.abs(kilometres(london, newYork) - 5570)).toBeLessThan(15)
  // measured round trips are 70 to 90 ms and the access network comes on top; the rule of thumb is on the slow side
  expect(roundTripMilliseconds(london, newYork)).toBeGreaterThan(80)
  expect(roundTripMilliseconds(london, newYork)).toBeLessThan(135)
  expect(kilometres(london, london)).toBe(0)
})

// A part of a plan says of its part what the whole says of it.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { narrowFleet } from '../model/narrow.ts'
import { documents, fleetOf, mixed } from './fleets.case.ts'
import { narrowPlan, observedFrom, plan } from './index.ts'

const fleet = mixed()
const whole = plan(fleet)

test('a part has the steps of its sites, clusters and apps and what these stand on, as the whole has them', () => {
  const part = narrowPlan(whole, narrowFleet({ ...fleet, federations: [] }, { sites: ['boston'] }))
  const ids = part.steps.map(({ id }) => id)
  expect(ids).toEqual(
    expect.arrayContaining([
      'zone.optIn/prod/us-east-1-wl1',
      'network/east',
      'cluster.create/east',
      'pool.join/boston/edge',
      'app.place/stream/boston',
      'route.point/zone/example.com',
      'route.point/record/stream.example.com/boston',
    ]),
  )
  expect(ids.filter((id) => /oregon|los-angeles|shop|plant|hq|west\//.test(id))).toEqual([])
  expect(part.placement.map(({ app, site }) => `${app} at ${site}`)).toEqual(['stream at boston'])
})

test('against what is there, what is left out is not taken for gone', () => {
  const again = plan(fleet, observedFrom(whole))
  const part = narrowPlan(again, narrowFleet(fleet, { sites: ['los-angeles'] }))
  expect(part.steps.every(({ change }) => change === 'keep')).toBe(true)
  expect(part.steps.length).toBeGreaterThan(5)
})

test('all of the fleet is all of its plan', () => {
  expect(narrowPlan(whole, narrowFleet(fleet, {}))).toBe(whole)
})

test('in any part of any fleet every need is a step before, forward and backward, and every step one of the whole', () => {
  fc.assert(
    fc.property(documents, fc.nat(6), (given, index) => {
      const any = fleetOf(given)
      const site = any.sites[index % any.sites.length]?.name ?? ''
      const all = plan(any)
      const part = narrowPlan(all, narrowFleet(any, { sites: [site] }))
      for (const steps of [part.steps, part.backward]) {
        const seen = new Set<string>()
        for (const { id, needs } of steps) {
          expect(needs.filter((need) => !seen.has(need))).toEqual([])
          seen.add(id)
        }
      }
      const known = new Map(all.steps.map((step) => [step.id, step.intent]))
      expect(part.steps.filter(({ id, intent }) => known.get(id) !== intent)).toEqual([])
      expect(part.steps.some(({ subject }) => subject.site === site)).toBe(
        all.steps.some(({ subject }) => subject.site === site),
      )
    }),
    { numRuns: 80 },
  )
})

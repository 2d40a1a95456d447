import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import { plan } from '../plan/index.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { smallFleetText, withDrill } from './drill.case.ts'
import { lengthOf } from './length.ts'
import type { Simulate } from './result.ts'
import { runDrill } from './run.ts'

const fleetWith = (more: string, expectation = '', bootTime = ''): Fleet =>
  fleetFrom(
    `${smallFleetText.replace('{ name: edge, replicas: 2,', `{ name: edge, replicas: 2,${bootTime}`)}---\nkind: Drill\nmetadata: { name: lose-edge }\nexpect: [${expectation}]\n${more}\n`,
  )
const drillOf = (fleet: Fleet): Drill => {
  const [drill] = fleet.drills
  if (drill === undefined) throw new Error('no drill')
  return drill
}
const length = (more: string, expectation = '', bootTime = '') => {
  const fleet = fleetWith(more, expectation, bootTime)
  return lengthOf(fleet, drillOf(fleet))
}
const lost = 'faults: [{ at: 1m, site: edge, lose: power, for: 10m }]'

test('without a length a drill ends half an hour after its last fault or repair', () => {
  expect(length(lost)).toEqual({ seconds: 11 * 60 + 1800, from: 'lastChange' })
  expect(length('faults: [{ at: 5m, site: edge, lose: power }]')).toEqual({
    seconds: 5 * 60 + 1800,
    from: 'lastChange',
  })
})

test('it goes on until the last expectation can be judged, where that is later', () => {
  const late = '{ app: game, audience: public, servedBy: edge, after: heal, within: 20m, for: 40m }'
  expect(length(lost, late)).toEqual({ seconds: (11 + 60) * 60, from: 'expectation' })
})

test('a declared length is kept', () => {
  expect(length(`${lost}\nlength: 15m`)).toEqual({ seconds: 900, from: 'declared' })
})

test('nodes that boot slowly put the repair off by what they take longer, so that the way back is still seen', () => {
  const slow = ' bootTime: 45m,'
  expect(length(lost, '', slow)).toEqual({ seconds: (11 + 43) * 60 + 1800, from: 'boot' })
  // nodes that stay dark, or never went, boot in no drill
  expect(length('faults: [{ at: 5m, site: edge, lose: power }]', '', slow).from).toBe('lastChange')
  expect(length('faults: [{ at: 1m, site: home, lose: power, for: 10m }]', '', slow).from).toBe('lastChange')
  expect(length('faults: [{ at: 1m, site: edge, lose: internet, for: 10m }]', '', slow).from).toBe('lastChange')
  expect(length(`${lost}\nassume: { nodeBoot: 20m }`)).toEqual({ seconds: (11 + 18) * 60 + 1800, from: 'boot' })
  const fleet = fleetWith(lost, '{ app: game, servedBy: edge, after: heal, within: 50m }', slow)
  const result = runDrill(plan(fleet), drillOf(fleet), { runs: 3 })
  expect(result.expectations.map(({ passed }) => passed)).toEqual([true])
})

test('every run of every seed lasts equally long, so that shares of requests can be compared', () => {
  const { fleet, drill } = withDrill('{ app: game, audience: public, availability: ">= 50%" }')
  const lengths = new Set<number>()
  const noting: Simulate = (...all) => {
    const timeline = simulate(...all)
    lengths.add(timeline.length)
    return timeline
  }
  for (const seed of ['a', 'b', 'c']) {
    const result = runDrill(plan(fleet), drill, { runs: 10, seed, simulate: noting })
    lengths.add(result.drill.lengthSeconds)
    const [first] = result.timeline.services
    expect(result.availability.find((one) => one.audience === first?.audience)?.share.max).toBeLessThan(1)
  }
  expect([...lengths]).toEqual([11 * 60 + 1800])
})

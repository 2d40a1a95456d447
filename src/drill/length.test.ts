import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Drill } from '../model/fleet.ts'
import { plan } from '../plan/index.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { smallFleetText, withDrill } from './drill.case.ts'
import { lengthOf } from './length.ts'
import type { Simulate } from './result.ts'
import { runDrill } from './run.ts'

const drillOf = (more: string, expectation = ''): Drill => {
  const { drills } = fleetFrom(
    `${smallFleetText}---\nkind: Drill\nmetadata: { name: lose-edge }\nexpect: [${expectation}]\n${more}\n`,
  )
  if (drills[0] === undefined) throw new Error('no drill')
  return drills[0]
}
const lost = 'faults: [{ at: 1m, site: edge, lose: power, for: 10m }]'

test('without a length a drill ends half an hour after its last fault or repair', () => {
  expect(lengthOf(drillOf(lost))).toEqual({ seconds: 11 * 60 + 1800, from: 'lastChange' })
  expect(lengthOf(drillOf('faults: [{ at: 5m, site: edge, lose: power }]'))).toEqual({
    seconds: 5 * 60 + 1800,
    from: 'lastChange',
  })
})

test('it goes on until the last expectation can be judged, where that is later', () => {
  const late = '{ app: game, audience: public, servedBy: edge, after: heal, within: 20m, for: 40m }'
  expect(lengthOf(drillOf(lost, late))).toEqual({ seconds: (11 + 60) * 60, from: 'expectation' })
})

test('a declared length is kept', () => {
  expect(lengthOf(drillOf(`${lost}\nlength: 15m`))).toEqual({ seconds: 900, from: 'declared' })
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

// Drills played faster than life: what no flag shortens takes N times as long in drill time, and what whole seconds make of a constant is
// what it is. No judge objects at any speed, and at speed 1 nothing is different.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import type { Fleet } from '../model/fleet.ts'
import { plan } from '../plan/index.ts'
import { catalogue } from '../timers/index.ts'
import { memberLost } from '../timers/karmada.ts'
import { eks, nodeDetection, upstream } from '../timers/node-lifecycle.ts'
import { paceOf } from '../timers/pace.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { everySingleLoss } from './single-losses.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const fleets = await Promise.all(readdirSync(examples).map((name) => readFleet([`${examples}${name}`])))
const drillsOf = (fleet: Fleet) => [...fleet.drills, ...everySingleLoss(fleet).slice(0, 6)]
const drills = fleets.flatMap((fleet) => {
  const made = plan(fleet)
  return drillsOf(fleet).map((drill) => [`${fleet.name}/${drill.name}`, made, drill] as const)
})

describe('at speed', () => {
  test.each(drills)('%s: no judge objects, and speed 1 is the drill as ever', (_name, made, drill) => {
    expect(simulate(made, drill, 'a', { speed: 1 })).toEqual(simulate(made, drill, 'a'))
    for (const speed of [4, 10, 12, 30]) {
      for (const seed of ['a', 'b', 'c']) {
        const { violations } = simulate(made, drill, seed, { speed })
        expect(violations, `${seed} at ${speed}`).toEqual([])
      }
    }
  })

  test('a timer whose constants are all flags is as long as ever, one in the code N times, and what is mixed in between', () => {
    const { timer } = paceOf(10)
    expect(timer(memberLost('push', 'refuse')).minSeconds).toBe(30)
    expect(timer(memberLost('push', 'blackhole'))).toMatchObject({ minSeconds: 650, maxSeconds: 661.5 })
    for (const values of [upstream, eks])
      expect(timer(nodeDetection(values)).minSeconds).toBe(nodeDetection(values).minSeconds)
    for (const { timer: one } of catalogue) {
      const paced = timer(one)
      // a second lost to rounding is ten of the drill
      expect(paced.minSeconds).toBeGreaterThanOrEqual(one.minSeconds - 10)
      expect(paced.maxSeconds).toBeLessThanOrEqual(one.maxSeconds * 10 + 1e-6)
      // asked twice it answers the same
      expect(timer(paced)).toEqual(paced)
      expect(paceOf(1).timer(one)).toBe(one)
    }
  })
})

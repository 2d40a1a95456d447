// A PowerDNS of one's own: one checker, passes from beginning to beginning, and answers that follow at once.

import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import { serverCheckDown, serverCheckUp } from '../../../timers/powerdns.ts'
import { happened, mean, planFrom, play, seeds } from '../testing/plans.case.ts'

const floors = (check: string, faults: string): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: floors }
dns: { zones: [{ name: shops.example }] }
clusters:
  - { name: north, at: north, eksAnywhere: { provider: docker, version: "1.35" } }
  - { name: south, at: south, eksAnywhere: { provider: docker, version: "1.35" } }
sites:
  - { name: north, place: { onPremises: docker }, cluster: north, internet: true, nodePools: [{ name: north, replicas: 1 }] }
  - { name: south, place: { onPremises: docker }, cluster: south, internet: true, nodePools: [{ name: south, replicas: 1 }] }
audiences: [{ name: here, near: "48,11" }, { name: there, near: "45,9" }]
---
kind: App
metadata: { name: till }
source: { image: "example.com/till:1.0" }
placement: [{ site: north }, { site: south }]
expose: { host: till.shops.example, routing: { failover: [north, south] }, loadBalancer: metallb, healthCheck: { ${check} } }
---
kind: Drill
metadata: { name: drill }
faults: [${faults}]
`)

const turnsOf = (of: Plan, site: string) =>
  seeds(400).map((seed) => happened(play(of, seed), `check/till/${site}`, 'healthy').map(({ at }) => at))

describe.each([
  { how: 'refuse', symptom: 'refused', wait: 0 },
  { how: 'blackhole', symptom: 'blackhole', wait: 2 },
] as const)('a line that is lost, $how', ({ how, symptom, wait }) => {
  const runs = turnsOf(
    floors('interval: 10s, failureThreshold: 1', `{ at: 100s, site: north, lose: internet, how: ${how}, for: 100s }`),
    'north',
  )

  test('is found at the next pass, two seconds later where nobody refuses: evenly over the interval', () => {
    const took = runs.map(([down = Number.NaN]) => down - 100)
    const {
      minSeconds,
      maxSeconds,
      meanSeconds = 0,
    } = serverCheckDown({ intervalSeconds: 10, failureThreshold: 1 }, symptom)
    expect([minSeconds, maxSeconds]).toEqual([wait, wait + 10])
    expect(Math.min(...took)).toBeGreaterThanOrEqual(minSeconds)
    expect(Math.min(...took)).toBeLessThan(minSeconds + 0.3)
    expect(Math.max(...took)).toBeLessThanOrEqual(maxSeconds)
    expect(Math.max(...took)).toBeGreaterThan(maxSeconds - 0.3)
    expect(mean(took)).toBeCloseTo(meanSeconds, -0.5)
  })

  test('and so is its return: the passes stay where they were, though checks took their two seconds', () => {
    const took = runs.map(([, up = Number.NaN]) => up - 200)
    const { minSeconds, maxSeconds } = serverCheckUp({ intervalSeconds: 10 })
    expect(Math.min(...took)).toBeGreaterThanOrEqual(minSeconds)
    expect(Math.max(...took)).toBeLessThanOrEqual(maxSeconds)
    for (const [down = 0, up = 0] of runs) {
      const passes = (up - (down - wait)) / 10
      expect(passes - Math.round(passes)).toBeCloseTo(0, 6)
    }
  })
})

test('three failures take two intervals more; one check that passes is enough on the way back', () => {
  const of = floors(
    'interval: 10s, failureThreshold: 3',
    '{ at: 100s, site: north, lose: internet, how: refuse, for: 100s }',
  )
  for (const [down = Number.NaN, up = Number.NaN] of turnsOf(of, 'north')) {
    expect(down).toBeGreaterThanOrEqual(120)
    expect(down).toBeLessThanOrEqual(130)
    expect(up).toBeLessThanOrEqual(210)
  }
})

test('one pass asks all: two sites that are lost together turn together, and the name answers with the first again', () => {
  const run = play(
    floors(
      'interval: 10s, failureThreshold: 1',
      '{ at: 100s, site: north, lose: internet, for: 60s }, { at: 100s, site: south, lose: internet, for: 100s }',
    ),
  )
  const [north, south] = ['north', 'south'].map((site) => happened(run, `check/till/${site}`, 'healthy')[0]?.at)
  expect(north).toBe(south)
  expect(happened(run, 'record/till.shops.example/here', 'answer').at(-1)?.to).toBe('north')
  expect(run.violations).toEqual([])
})

test('whatever the drill assumes of propagation: all audiences are answered otherwise in the moment of the verdict', () => {
  const run = play(floors('interval: 10s, failureThreshold: 1', '{ at: 100s, site: north, lose: internet, for: 60s }'))
  const verdict = happened(run, 'check/till/north', 'healthy')[0]
  const answers = happened(run, 'record/till.shops.example', 'answer').filter(({ to, at }) => to === 'south' && at > 0)
  expect(answers.map(({ at, audience }) => [at, audience])).toEqual([
    [verdict?.at, 'here'],
    [verdict?.at, 'there'],
  ])
  expect(answers.map(({ decidedBy, timer }) => [decidedBy, timer?.id])).toEqual([
    ['engine', 'powerdns.answer'],
    ['engine', 'powerdns.answer'],
  ])
  expect(run.violations).toEqual([])
})

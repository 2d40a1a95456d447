import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import { healthCheckDown, healthCheckUp } from '../../../timers/route53.ts'
import { happened, mean, planFrom, play, seeds } from '../testing/plans.case.ts'

const checked = (interval: number, threshold: number, fault: string): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: checked }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: main, network: main, eks: { version: "1.35" } }]
sites:
  - { name: edge, place: { localZone: us-west-2-lax-1a }, cluster: main, nodePools: [{ name: edge, replicas: 1 }] }
---
kind: App
metadata: { name: game }
source: { image: "example.com/game:1.0" }
placement: [{ site: edge }]
expose: { host: www.example.com, routing: { simple: edge }, evaluateTargetHealth: false, healthCheck: { interval: ${interval}s, failureThreshold: ${threshold} } }
---
kind: Drill
metadata: { name: drill }
faults: [${fault}]
`)

const table = [
  { interval: 30, threshold: 3, refused: 85, silent: 97, up: 66 },
  { interval: 30, threshold: 1, refused: 25, silent: 29, up: 5 },
  { interval: 10, threshold: 3, refused: 28.5, silent: 40, up: 22 },
  { interval: 10, threshold: 1, refused: 8, silent: 12, up: 2 },
]

describe.each(table)('every $interval s, threshold $threshold', ({ interval, threshold, refused, silent, up }) => {
  const turns = (how: 'refuse' | 'blackhole') => {
    const plan = checked(interval, threshold, `{ at: 200s, site: edge, lose: internet, how: ${how}, for: 200s }`)
    const runs = seeds(700).map((seed) => happened(play(plan, seed), 'check/', 'healthy').map((event) => event.at))
    return { down: runs.map(([down]) => (down ?? 0) - 200), up: runs.map(([, back]) => (back ?? 0) - 400) }
  }

  test('refused: down and up as published, within the bounds of the closed form', () => {
    const { down, up: back } = turns('refuse')
    const bounds = healthCheckDown({ intervalSeconds: interval, failureThreshold: threshold }, 'refused')
    expect(Math.abs(mean(down) - refused)).toBeLessThan(0.6)
    expect(Math.abs(mean(down) - (bounds.meanSeconds ?? 0))).toBeLessThan(0.4)
    expect(Math.min(...down)).toBeGreaterThanOrEqual(bounds.minSeconds)
    expect(Math.max(...down)).toBeLessThanOrEqual(bounds.maxSeconds + 0.002)
    expect(Math.abs(mean(back) - up)).toBeLessThan(1)
    const upBounds = healthCheckUp({ intervalSeconds: interval, failureThreshold: threshold }, 'refused')
    expect(Math.min(...back)).toBeGreaterThanOrEqual(upBounds.minSeconds)
    expect(Math.max(...back)).toBeLessThanOrEqual(upBounds.maxSeconds + 0.002)
  })

  test('black hole: every attempt costs 4 s more', () => {
    const { down } = turns('blackhole')
    const bounds = healthCheckDown({ intervalSeconds: interval, failureThreshold: threshold }, 'blackhole')
    expect(Math.abs(mean(down) - silent)).toBeLessThan(0.6)
    expect(Math.min(...down)).toBeGreaterThanOrEqual(bounds.minSeconds)
    expect(Math.max(...down)).toBeLessThanOrEqual(bounds.maxSeconds + 0.002)
  })
})

test('an answer that takes longer than 2 s is no answer to a checker, though users wait for it', () => {
  const run = play(checked(30, 3, '{ at: 200s, site: edge, slow: 3s, for: 5m }'))
  expect(happened(run, 'check/', 'healthy').map((event) => event.to)).toEqual([false, true])
  expect(run.services[0]?.availability).toBe(1)
  expect(happened(play(checked(30, 3, '{ at: 200s, site: edge, slow: 1s, for: 5m }')), 'check/', 'healthy')).toEqual([])
})

test('a fault that is over before the threshold turns nothing', () => {
  for (const seed of seeds(50)) {
    expect(
      happened(play(checked(30, 3, '{ at: 200s, site: edge, lose: internet, for: 50s }'), seed), 'check/', 'healthy'),
    ).toEqual([])
  }
})

describe('two sites on premises, which the internet does not reach', () => {
  const shops = (zone: string): Plan =>
    planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
accounts: [{ name: prod, id: "111122223333" }]
dns: { zones: [{ name: shops.example${zone} }] }
clusters:
  - { name: north, at: north, eksAnywhere: { provider: bareMetal, version: "1.35", packages: [metallb] } }
  - { name: south, at: south, eksAnywhere: { provider: bareMetal, version: "1.35", packages: [metallb] } }
sites:
  - { name: north, place: { onPremises: bareMetal }, cluster: north, nodePools: [{ name: n, replicas: 2 }] }
  - { name: south, place: { onPremises: bareMetal }, cluster: south, nodePools: [{ name: s, replicas: 2 }] }
audiences: [{ name: office }]
---
kind: App
metadata: { name: till }
source: { image: "example.com/till:1.0" }
placement: [{ site: north }, { site: south }]
expose: { host: till.shops.example, loadBalancer: metallb, routing: { failover: [north, south] }, healthCheck: { interval: 10s, failureThreshold: 3, port: 80 } }
---
kind: Drill
metadata: { name: drill }
faults: [{ at: 200s, site: north, lose: power, for: 10m }]
`)
  const told = (plan: Plan, of: string, what: string) => happened(play(plan), of, what).map((event) => event.to)

  test('a server of one’s own checks them from where it stands: the name turns, and turns back', () => {
    expect(told(shops(''), 'check/till/north', 'healthy')).toEqual([false, true])
    expect(told(shops(''), 'record/till.shops.example', 'answer')).toEqual(['north', 'south', 'north'])
  })

  test('the checkers of Route 53 never reach them: all is unhealthy, and stays so', () => {
    expect(told(shops(', account: prod'), 'check/till/', 'healthy')).toEqual([])
    expect(told(shops(', account: prod'), 'record/till.shops.example', 'answer')).toEqual(['north'])
  })
})

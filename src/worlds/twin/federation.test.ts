import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Timeline } from '../../model/timeline.ts'
import { federated } from './testing/federation.case.ts'
import { happened, play, seeds } from './testing/plans.case.ts'

const since = (run: Timeline, subject: string, what: string, to: unknown, from = 60): number =>
  (happened(run, subject, what).find((event) => event.to === to && event.at >= from)?.at ?? Number.NaN) - from

describe('how long until Karmada holds a member lost', () => {
  test.each([
    { of: 'push, refused', sync: 'push', how: 'refuse', ready: 'False', min: 30, max: 40.2 },
    { of: 'push, packets vanish', sync: 'push', how: 'blackhole', ready: 'False', min: 74, max: 84.2 },
    { of: 'pull', sync: 'pull', how: 'refuse', ready: 'Unknown', min: 29.6, max: 45.1 },
  ])('$of: $min to $max s', ({ sync, how, ready, min, max }) => {
    const plan = federated({ sync, faults: `[{ at: 60s, cluster: alpha, lose: controlPlane, how: ${how}, for: 30m }]` })
    const times = seeds(60).map((seed) => {
      const run = play(plan, seed)
      expect(run.violations).toEqual([])
      const back = since(run, 'member/edge/alpha', 'ready', 'True', 1860)
      expect(back).toBeGreaterThanOrEqual(30)
      expect(back).toBeLessThanOrEqual(40.2)
      return since(run, 'member/edge/alpha', 'ready', ready)
    })
    expect(Math.min(...times)).toBeGreaterThanOrEqual(min)
    expect(Math.max(...times)).toBeLessThanOrEqual(max)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(8)
  })

  test('a cut of twenty seconds is nothing to it', () => {
    const plan = federated({ faults: '[{ at: 60s, cluster: alpha, lose: controlPlane, how: refuse, for: 20s }]' })
    for (const seed of seeds(20)) expect(happened(play(plan, seed), 'member/', 'ready')).toEqual([])
  })
})

const killed = '[{ at: 60s, cluster: alpha, lose: controlPlane, how: refuse, for: 30m }]'
const region = '[{ at: 60s, region: eu-west-1, lose: everything, for: 30m }]'
const readyAt = (run: Timeline, site: string, at: number) =>
  happened(run, `copy/shop/${site}`, 'ready').findLast((event) => event.at <= at)?.to

describe('a member is lost and all four switches are on', () => {
  const runs = seeds(40).map((seed) => play(federated({ faults: killed }), seed))

  test('[seed 72, 88] its replicas run elsewhere once the taint is there, its turn has come and the app has started', () => {
    for (const run of runs) {
      expect(run.violations).toEqual([])
      const moved = since(run, 'copy/shop/plant', 'ready', 6)
      expect(moved).toBeGreaterThanOrEqual(30 + 20)
      // refused 30 to 40 s, taint, two bindings at once, Work, start of 20 s, report
      expect(moved).toBeLessThanOrEqual(40.2 + 0.5 + 1 + 1.5 + 12 + 20 + 3)
    }
  })

  test('while nobody can tell it, the lost member runs its old replicas besides: six are asked for, ten run', () => {
    for (const run of runs) {
      const doubled = happened(run, 'binding/edge/shop', 'doubled')
      expect(doubled.map((event) => event.to)).toEqual([true, false])
      expect(doubled[0]?.text).toMatch(/replicas of shop run where 6 were asked for/)
      expect(happened(run, 'copy/shop/plant', 'serving').at(-1)?.to).toBe(6)
      expect(happened(run, 'copy/shop/ireland', 'serving').every((event) => event.at > 1860)).toBe(true)
      const [began, ended] = doubled
      expect(began?.at).toBeGreaterThan(60 + 30)
      expect(ended?.at).toBeGreaterThan(1860 + 30)
      const retried = happened(run, 'copy/shop/ireland', 'replicas').at(-1)
      expect(retried?.to).toBe(0)
      expect((retried?.at ?? 0) - 1860).toBeLessThanOrEqual(40.2 + 1000 + 2)
    }
  })

  test('nothing moves back by itself', () => {
    for (const run of runs) {
      expect(readyAt(run, 'plant', run.length)).toBe(6)
      expect(readyAt(run, 'ireland', run.length)).toBe(0)
      expect(happened(run, 'binding/edge/shop', 'targets').map((event) => event.to)).toEqual(['beta:6'])
    }
  })

  test('the Region of the member goes: its users are answered elsewhere, with as many replicas as before', () => {
    for (const seed of seeds(10)) {
      const run = play(federated({ faults: region }), seed)
      expect(run.violations).toEqual([])
      expect(since(run, 'copy/shop/plant', 'ready', 6)).toBeLessThan(84.2 + 40)
      expect(run.recoveries[0]?.servedBy).toBe('plant')
    }
  })

  test('a toleration is waited out, and one without an end for ever', () => {
    const patient = play(federated({ faults: killed, failover: '{ after: 2m }' }))
    const taint = happened(patient, 'member/edge/alpha', 'noExecute')[0]?.at ?? 0
    const left = happened(patient, 'binding/edge/shop', 'evicted')[0]?.at ?? 0
    expect(left - taint).toBeGreaterThanOrEqual(120)
    expect(left - taint).toBeLessThanOrEqual(122.2)
    const never = play(
      federated({ faults: killed, placement: 'replicas: 6, weights: { alpha: 2, beta: 1 }, tolerateLoss: forever' }),
    )
    expect(happened(never, 'binding/edge/shop', 'evicted')).toEqual([])
  })

  test('a member that is back before the toleration is over keeps what it has', () => {
    const run = play(
      federated({
        faults: '[{ at: 60s, cluster: alpha, lose: controlPlane, how: refuse, for: 90s }]',
        failover: '{ after: 5m }',
      }),
    )
    expect(happened(run, 'member/edge/alpha', 'noExecute').map((event) => event.to)).toEqual([true, false])
    expect(happened(run, 'binding/edge/shop', 'evicted')).toEqual([])
    expect(run.violations).toEqual([])
  })

  test('24 objects leave in three lanes of 2 s each, so that the last is gone about 14 s after the first', () => {
    const apps = Array.from(
      { length: 11 },
      (_, index) => `
---
kind: App
metadata: { name: app-${index} }
source: { image: "example.com/app:1.0" }
placement: [{ federation: edge, replicas: 2, weights: { alpha: 1 }, members: { clusters: [alpha, beta] } }]
expose: { host: app-${index}.example.com, routing: { simple: ireland }, loadBalancer: nlb }
startup: 20s`,
    ).join('')
    const lasts = seeds(20).map((seed) => {
      const run = play(federated({ faults: killed, more: apps }), seed)
      expect(run.violations).toEqual([])
      const times = happened(run, 'binding/edge/', 'evicted').map((event) => event.at)
      expect(times).toHaveLength(12)
      return Math.max(...times) - (happened(run, 'member/edge/alpha', 'noExecute')[0]?.at ?? 0)
    })
    expect(Math.max(...lasts)).toBeLessThanOrEqual(14.2)
    expect(Math.max(...lasts)).toBeGreaterThan(11)
  })
})

describe('a failover that does not happen', () => {
  test.each(['featureGate', 'noExecuteEviction', 'noExecutePolicyAllowed', 'taintPolicy'])(
    '%s is off: the member gets nothing new, and nothing leaves it',
    (name) => {
      const run = play(federated({ faults: killed, failover: `{ after: 0s, ${name}: false }` }))
      expect(happened(run, 'member/edge/alpha', 'noSchedule').map((event) => event.to)).toEqual([true, false])
      expect(happened(run, 'member/edge/alpha', 'noExecute')).toEqual([])
      expect(happened(run, 'binding/', 'evicted')).toEqual([])
      expect(happened(run, 'member/edge/alpha', 'failover')[0]?.text).toMatch(name)
      expect(run.violations).toEqual([])
    },
  )

  test('none is declared', () => {
    const run = play(federated({ faults: killed, failover: '' }))
    expect(happened(run, 'binding/', 'evicted')).toEqual([])
    expect(happened(run, 'member/edge/alpha', 'ready').map((event) => event.to)).toEqual(['False', 'True'])
  })

  test('purge directly waits for the lost member, and moves when it is back', () => {
    const run = play(federated({ faults: killed, failover: '{ after: 0s, purge: directly }' }))
    expect(run.violations).toEqual([])
    expect(happened(run, 'binding/edge/shop', 'blocked')).not.toEqual([])
    expect(readyAt(run, 'plant', 1859)).toBe(2)
    expect(readyAt(run, 'plant', run.length)).toBe(6)
    expect(readyAt(run, 'ireland', run.length)).toBe(0)
    expect(happened(run, 'binding/edge/shop', 'doubled')).toEqual([])
  })

  test('[seed 71] the host is lost too: nothing is moved, what runs runs on, and it is made good when Karmada is back', () => {
    const run = play(
      federated({
        faults:
          '[{ at: 60s, site: frankfurt, lose: power, for: 20m }, { at: 3m, cluster: alpha, lose: controlPlane, how: refuse, for: 40m }]',
      }),
    )
    expect(run.violations).toEqual([])
    expect(happened(run, 'federation/edge', 'karmada').map((event) => event.to)).toEqual(['down', 'up'])
    expect(happened(run, 'binding/edge/shop', 'evicted')[0]?.at).toBeGreaterThan(60 + 1200)
    expect(readyAt(run, 'plant', 1259)).toBe(2)
    const untilItIsBack = run.services[0]?.spans.filter((span) => span.from < 180 + 2400) ?? []
    expect(untilItIsBack.every((span) => span.served === 1)).toBe(true)
    expect(readyAt(run, 'plant', run.length)).toBe(6)
  })

  test('the API server of the host is lost: Karmada has one of its own, and moves', () => {
    const run = play(
      federated({
        faults:
          '[{ at: 60s, cluster: control, lose: controlPlane, for: 30m }, { at: 3m, cluster: alpha, lose: controlPlane, how: refuse, for: 10m }]',
      }),
    )
    expect(readyAt(run, 'plant', 1200)).toBe(6)
    expect(run.violations).toEqual([])
  })
})

describe('a failover that does harm', () => {
  const pinned = 'replicas: 2, division: duplicated, members: { clusters: [alpha] }'

  test('[seed 89] pinned to one member and evicted from it: after ten minutes its own copy is deleted there, and made anew', () => {
    for (const seed of seeds(10)) {
      const run = play(
        federated({
          faults: '[{ at: 60s, cluster: alpha, lose: controlPlane, how: refuse, for: 5m }]',
          placement: pinned,
        }),
        seed,
      )
      expect(run.violations).toEqual([])
      expect(happened(run, 'binding/edge/shop', 'targets')[0]?.to).toBe('nowhere')
      const replicas = happened(run, 'copy/shop/ireland', 'replicas').filter((event) => event.at > 0)
      expect(replicas.map((event) => event.to)).toEqual([0, 2])
      const evicted = happened(run, 'binding/edge/shop', 'evicted')[0]?.at ?? 0
      expect((replicas[0]?.at ?? 0) - evicted).toBeGreaterThanOrEqual(600)
      expect((replicas[0]?.at ?? 0) - evicted).toBeLessThanOrEqual(603)
      expect(Math.min(...happened(run, 'copy/shop/ireland', 'serving').map((event) => Number(event.to)))).toBe(0)
      expect(readyAt(run, 'ireland', run.length)).toBe(2)
    }
  })

  test('the same with a toleration without end: nothing happens to it', () => {
    const run = play(federated({ faults: killed, placement: `${pinned}, tolerateLoss: forever` }))
    expect(happened(run, 'copy/shop/ireland', 'serving')).toEqual([])
    expect(run.violations).toEqual([])
  })
})

describe('groups', () => {
  test('home first, then away; nobody goes back to an earlier group', () => {
    const placement =
      'replicas: 4, division: weighted, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]'
    const run = play(federated({ faults: killed, placement }))
    expect(run.violations).toEqual([])
    expect(readyAt(run, 'plant', 1800)).toBe(4)
    expect(readyAt(run, 'plant', run.length)).toBe(4)
    expect(readyAt(run, 'ireland', run.length)).toBe(0)
  })
})

describe('the judges', () => {
  const targets = [
    'cluster: alpha, lose: controlPlane',
    'cluster: beta, lose: controlPlane',
    'cluster: control, lose: controlPlane',
    'region: eu-west-1, lose: everything',
    'region: eu-west-1, lose: controlPlane',
    'region: eu-central-1, lose: everything',
    'site: plant, lose: power',
    'site: plant, lose: uplink',
    'site: plant, lose: serviceLink',
    'site: ireland, lose: nodes, count: 2',
    'site: frankfurt, lose: power',
    'site: frankfurt, lose: uplink',
    'app: shop, site: ireland, scaleTo: 1',
    'app: shop, site: plant, delete: deployment',
    'app: shop, site: plant, lose: app',
  ]
  const placements = [
    'replicas: 6, weights: { alpha: 2, beta: 1 }',
    'replicas: 6, weights: { alpha: 2, beta: 1 }, tolerateLoss: 30s, purge: directly',
    'replicas: 3, division: duplicated',
    'replicas: 3, division: aggregated',
    'replicas: 4, division: duplicated, members: { clusters: [beta] }',
    'replicas: 4, division: dynamic, purge: never',
    'replicas: 4, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]',
  ]
  const fault = fc.record({
    target: fc.constantFrom(...targets),
    how: fc.constantFrom('', ', how: refuse', ', how: blackhole'),
    at: fc.integer({ min: 1, max: 3000 }),
    for: fc.integer({ min: 1, max: 3000 }),
  })

  test('three hundred storms over all placements, push and pull: no judge objects', () => {
    fc.assert(
      fc.property(
        fc.array(fault, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...placements),
        fc.constantFrom('push', 'pull'),
        fc.constantFrom('{ after: 0s }', '{ after: 2m, purge: directly }', '{ after: 1m, taintPolicy: false }', ''),
        fc.string({ minLength: 1, maxLength: 6 }),
        (faults, placement, sync, failover, seed) => {
          const text = faults.map(
            (one) => `{ at: ${one.at}s, for: ${one.for}s, ${one.target}${one.target.includes('lose') ? one.how : ''} }`,
          )
          const run = play(federated({ faults: `[${text.join(', ')}]`, placement, sync, failover }), seed)
          expect(run.violations).toEqual([])
        },
      ),
      { numRuns: 300, endOnFailure: true },
    )
  }, 60_000)
})

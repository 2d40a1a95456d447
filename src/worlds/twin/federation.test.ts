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
    // the agent lives, renews its lease, and says itself what it finds
    { of: 'pull, refused', sync: 'pull', how: 'refuse', ready: 'False', min: 30, max: 40.2 },
    { of: 'pull, packets vanish', sync: 'pull', how: 'blackhole', ready: 'False', min: 70, max: 95.2 },
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

  const cutPlant = (lasts: string) =>
    federated({ sync: 'pull', faults: `[{ at: 60s, site: plant, lose: uplink, for: ${lasts} }]`, failover: '' })

  test('the agent of a member that pulls is cut off: its lease is missed, and it takes a new start and 15 s to be back', () => {
    const ends = seeds(60).map((seed) => {
      const run = play(cutPlant('30m'), seed)
      expect(run.violations).toEqual([])
      const lost = since(run, 'member/edge/beta', 'ready', 'Unknown')
      expect(lost).toBeGreaterThanOrEqual(29.6)
      expect(lost).toBeLessThanOrEqual(45.1)
      const back = happened(run, 'member/edge/beta', 'ready').at(-1)
      expect(back?.timer?.id).toBe('karmada.agent.back')
      return (back?.at ?? 0) - 1860
    })
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(15)
    expect(Math.max(...ends)).toBeLessThanOrEqual(300 + 27.4)
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(5)
  })

  test('its whole site was dark: no back-off of a crash, so that it is back within half a minute of its nodes', () => {
    const dark = federated({ sync: 'pull', faults: '[{ at: 60s, site: plant, lose: power, for: 30m }]', failover: '' })
    for (const seed of seeds(10)) {
      const run = play(dark, seed)
      expect(run.violations).toEqual([])
      const [watch] = happened(run, 'node/plant/', 'watch')
      const back = happened(run, 'member/edge/beta', 'ready').at(-1)
      expect(back?.to).toBe('True')
      expect((back?.at ?? 0) - (watch?.at ?? 0)).toBeGreaterThanOrEqual(15)
      expect((back?.at ?? 0) - (watch?.at ?? 0)).toBeLessThanOrEqual(28)
    }
  })

  test('eight seconds are nothing to an agent; after twenty it has ended, and may come back too late for its lease', () => {
    const unknown = (lasts: string) =>
      seeds(40).filter((seed) => happened(play(cutPlant(lasts), seed), 'member/', 'ready').length > 0).length
    expect(unknown('8s')).toBe(0)
    expect(unknown('20s')).toBeGreaterThan(0)
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

  test('purge directly waits for the lost member, for ten minutes at most', () => {
    const groups = 'replicas: 6, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]'
    const run = play(
      federated({
        faults: killed,
        failover: '{ after: 0s, purge: directly }',
        placement: `${groups}, weights: { alpha: 1, beta: 1 }`,
      }),
    )
    expect(run.violations).toEqual([])
    expect(happened(run, 'binding/edge/shop', 'blocked')).not.toEqual([])
    const evicted = happened(run, 'binding/edge/shop', 'evicted')[0]?.at ?? 0
    expect(readyAt(run, 'plant', evicted + 599) ?? 0).toBe(0)
    expect(readyAt(run, 'plant', evicted + 640)).toBe(6)
    expect(readyAt(run, 'ireland', run.length)).toBe(0)
    // what it was chosen to prevent happens all the same, only later
    expect(happened(run, 'binding/edge/shop', 'doubled')[0]?.at).toBeGreaterThan(evicted + 600)
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

describe('an app that is unhealthy on a member that is well', () => {
  const crash = '[{ at: 60s, app: shop, site: ireland, lose: app, for: 30m }]'
  const weights = 'replicas: 6, weights: { alpha: 2, beta: 1 }'
  const homeAndAway =
    'replicas: 4, weights: { alpha: 1, beta: 1 }, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]'

  test('[seed 88] without failover of the app it stays where it is, for however long', () => {
    const run = play(federated({ faults: crash, placement: weights }))
    expect(happened(run, 'binding/', 'evicted')).toEqual([])
    expect(run.violations).toEqual([])
  })

  test('it is moved when it has been unhealthy for as long as is said; each step names its timer', () => {
    for (const seed of seeds(40)) {
      const run = play(federated({ faults: crash, placement: `${weights}, failover: { unhealthyFor: 2m }` }), seed)
      expect(run.violations).toEqual([])
      const [unhealthy] = happened(run, 'copy/shop/ireland', 'health')
      const [evicted] = happened(run, 'binding/edge/shop', 'evicted')
      expect(unhealthy).toMatchObject({ to: 'unhealthy', decidedBy: 'document', timer: { id: 'karmada.health' } })
      expect(evicted).toMatchObject({ to: 'alpha', cause: unhealthy?.id, timer: { id: 'karmada.app.unhealthy' } })
      expect((evicted?.at ?? 0) - (unhealthy?.at ?? 0)).toBeGreaterThanOrEqual(120)
      expect((evicted?.at ?? 0) - (unhealthy?.at ?? 0)).toBeLessThanOrEqual(121)
      expect(readyAt(run, 'plant', 300)).toBe(6)
      expect(readyAt(run, 'plant', run.length)).toBe(6)
      expect(readyAt(run, 'ireland', run.length)).toBe(0)
    }
  })

  test('a member with a healthy share reports that one: the old copy is let go before the new replicas run', () => {
    const run = play(federated({ faults: crash, placement: `${weights}, failover: { unhealthyFor: 2m }` }))
    const purged = happened(run, 'binding/edge/shop', 'purged')[0]?.at ?? 0
    const moved = happened(run, 'copy/shop/plant', 'ready').find((event) => event.to === 6)?.at ?? 0
    expect(purged).toBeLessThan(moved - 15)
  })

  test('a member that had none must have it healthy first, or ten minutes go by', () => {
    const placed = (more: string, extra = '') =>
      play(federated({ faults: `[${crash.slice(1, -1)}${extra}]`, placement: `${homeAndAway}, failover: { ${more} }` }))
    const times = (run: Timeline) => ({
      evicted: happened(run, 'binding/edge/shop', 'evicted')[0]?.at ?? 0,
      moved: happened(run, 'copy/shop/plant', 'ready').find((event) => event.to === 4)?.at ?? 0,
      purged: happened(run, 'binding/edge/shop', 'purged')[0]?.at ?? 0,
    })
    const well = times(placed('unhealthyFor: 5m'))
    expect(well.moved - well.evicted).toBeGreaterThan(20)
    expect(well.purged).toBeGreaterThan(well.moved)
    const never = ', { at: 70s, app: shop, site: plant, lose: app, for: 40m }'
    const unwell = times(placed('unhealthyFor: 5m, gracePeriod: 4m', never))
    expect(unwell.purged - unwell.evicted).toBeGreaterThanOrEqual(240)
    expect(unwell.purged - unwell.evicted).toBeLessThanOrEqual(242)
  })

  test('purge never leaves the old copy to people; it heals, and both run', () => {
    const run = play(federated({ faults: crash, placement: `${weights}, failover: { purge: never }` }))
    expect(run.violations).toEqual([])
    expect(happened(run, 'binding/edge/shop', 'purged')).toEqual([])
    expect(readyAt(run, 'ireland', run.length)).toBe(4)
    expect(readyAt(run, 'plant', run.length)).toBe(6)
    expect(happened(run, 'binding/edge/shop', 'doubled').at(-1)?.to).toBe(true)
  })

  test('one that is healthy again in time stays; a Karmada that is restarted counts from the beginning', () => {
    const brief = '[{ at: 60s, app: shop, site: ireland, lose: app, for: 1m }]'
    const run = play(federated({ faults: brief, placement: `${weights}, failover: {}` }))
    expect(happened(run, 'copy/shop/ireland', 'health').map((event) => event.to)).toEqual(['unhealthy', 'healthy'])
    expect(happened(run, 'binding/', 'evicted')).toEqual([])
    const restarted = play(
      federated({
        faults: `[${crash.slice(1, -1)}, { at: 3m, site: frankfurt, lose: power, for: 1m }]`,
        placement: `${weights}, failover: {}`,
      }),
    )
    const back = happened(restarted, 'federation/edge', 'karmada').at(-1)?.at ?? 0
    const evicted = happened(restarted, 'binding/edge/shop', 'evicted')[0]?.at ?? 0
    expect(restarted.violations).toEqual([])
    expect(evicted - back).toBeGreaterThanOrEqual(300)
  })

  test('duplicated over all members there is nowhere to move: it is taken off, put back, and taken off again', () => {
    const placement = 'replicas: 2, division: duplicated, failover: { unhealthyFor: 1m }'
    const run = play(federated({ faults: crash, placement }))
    expect(run.violations).toEqual([])
    expect(happened(run, 'binding/edge/shop', 'evicted').length).toBeGreaterThan(5)
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
    'app: shop, release: broken',
    'app: shop, release: crashing',
  ]
  const placements = [
    'replicas: 6, weights: { alpha: 2, beta: 1 }',
    'replicas: 6, weights: { alpha: 2, beta: 1 }, tolerateLoss: 30s, purge: directly',
    'replicas: 3, division: duplicated',
    'replicas: 3, division: aggregated',
    'replicas: 4, division: duplicated, members: { clusters: [beta] }',
    'replicas: 4, division: dynamic, purge: never',
    'replicas: 4, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]',
    'replicas: 6, weights: { alpha: 2, beta: 1 }, failover: { unhealthyFor: 1m }',
    'replicas: 6, weights: { alpha: 2, beta: 1 }, failover: { unhealthyFor: 30s, purge: directly }, tolerateLoss: forever',
    'replicas: 4, division: duplicated, failover: { unhealthyFor: 2m, purge: never }',
    'replicas: 3, groups: [{ name: home, clusters: [beta] }, { name: away, clusters: [alpha] }], failover: { gracePeriod: 1m }',
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

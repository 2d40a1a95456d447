// What stands between users and pods: load balancers, records, resolvers; and Flux, which puts back what was taken by hand.

import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import type { Timeline } from '../../../model/timeline.ts'
import { golden } from '../testing/fleets.case.ts'
import { happened, planFrom, play, seeds } from '../testing/plans.case.ts'

const when = (timeline: Timeline, subject: string, what: string, to: unknown): number =>
  happened(timeline, subject, what).find((event) => event.to === to)?.at ?? Number.NaN

interface Routed {
  readonly routing: string
  readonly faults: string
  readonly expose?: string
  readonly audiences?: string
  readonly assume?: string
}

/** Three places, one app in all of them. */
const routed = ({
  routing,
  faults,
  expose = '',
  audiences = '[{ name: public, near: "40.71,-74.01", country: US }]',
  assume = '{ ttlViolators: 0 }',
}: Routed): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: routed }
networks: [{ name: main, region: us-east-1, cidr: 10.10.0.0/16 }]
clusters:
  - { name: main, network: main, eks: { version: "1.35" } }
  - { name: shop, eksAnywhere: { provider: bareMetal, version: "1.35" } }
sites:
  - { name: region, place: { region: us-east-1 }, cluster: main, location: "38.9,-77.4", nodePools: [{ name: r, replicas: 2 }] }
  - { name: boston, place: { localZone: us-east-1-bos-1a }, cluster: main, location: "42.3,-71", nodePools: [{ name: b, replicas: 2 }] }
  - { name: shop, place: { onPremises: bareMetal }, cluster: shop, location: "48.1,11.5", internet: true, nodePools: [{ name: s, replicas: 2 }] }
audiences: ${audiences}
---
kind: App
metadata: { name: game }
source: { image: "example.com/game:1.0" }
placement: [{ site: region, replicas: 2 }, { site: boston, replicas: 2 }, { site: shop, replicas: 2 }]
expose: { host: www.example.com, routing: ${routing}, healthCheck: {}${expose} }
startup: 20s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
assume: ${assume}
`)

const answers = (timeline: Timeline) =>
  happened(timeline, 'record/www.example.com/public', 'answer').map((event) => event.to)
const bostonDark = '[{ at: 60s, site: boston, lose: power, for: 15m }]'

describe('how a record is chosen', () => {
  test.each([
    ['failover', '{ failover: [boston, region] }', ['boston', 'region', 'boston']],
    ['latency: the nearest', '{ latency: [shop, region, boston] }', ['boston', 'region', 'boston']],
    [
      'weighted: the rest by weight',
      '{ weighted: { boston: 3, region: 1, shop: 0 } }',
      ['boston,region', 'region', 'boston,region'],
    ],
    [
      'multivalue: all that are healthy',
      '{ multivalue: [boston, region, shop] }',
      ['boston,region,shop', 'region,shop', 'boston,region,shop'],
    ],
    [
      'geolocation: the wider record',
      '{ geolocation: { US: boston, NA: region, "*": shop } }',
      ['boston', 'region', 'boston'],
    ],
    ['simple: nothing to turn to', '{ simple: boston }', ['boston']],
  ])('%s', (_name, routing, expected) => {
    const run = play(routed({ routing, faults: bostonDark }))
    expect(answers(run)).toEqual(expected)
    expect(run.violations).toEqual([])
  })

  test('weight zero is used only when all others are unhealthy', () => {
    const run = play(routed({ routing: '{ weighted: { boston: 1, region: 0 } }', faults: bostonDark }))
    expect(answers(run)).toEqual(['boston', 'region', 'boston'])
  })

  test('with no healthy record the name goes on answering as if all were', () => {
    const run = play(
      routed({
        routing: '{ multivalue: [boston, region] }',
        faults: '[{ at: 60s, site: boston, lose: power, for: 15m }, { at: 60s, site: region, lose: power, for: 15m }]',
      }),
    )
    expect(answers(run)).toContain('boston,region')
    expect(answers(run).every((answer) => answer !== '')).toBe(true)
  })

  test('two audiences hear of a verdict at their own time', () => {
    const audiences = '[{ name: east, near: "40.7,-74" }, { name: west, near: "37.7,-122.4" }]'
    const run = play(routed({ routing: '{ failover: [boston, region] }', faults: bostonDark, audiences }))
    const turned = happened(run, 'record/', 'answer').filter((event) => event.to === 'region')
    expect(turned).toHaveLength(2)
    expect(turned[0]?.cause).toBe(turned[1]?.cause)
    expect(turned[0]?.at).not.toBe(turned[1]?.at)
  })
})

describe('the load balancer', () => {
  test('[seed 41] scaled to nothing it has no targets, which is unhealthy: the name turns within seconds, and must still answer', () => {
    for (const seed of seeds(40)) {
      const run = play(
        routed({
          routing: '{ failover: [boston, region] }',
          faults: '[{ at: 60s, app: game, site: boston, scaleTo: 0, for: 10m }]',
        }),
        seed,
      )
      expect(when(run, 'door/game/boston', 'targets', 0) - 60).toBeLessThan(5)
      expect(when(run, 'record/', 'answer', 'region') - 60).toBeLessThan(16)
      const [recovery] = run.recoveries
      expect(recovery?.servedBy).toBe('region')
      expect(recovery?.seconds).toBeLessThan(80)
      expect(answers(run).at(-1)).toBe('boston')
    }
  })

  test('without that evaluation only the health check turns it, 60 to 90 s later', () => {
    const run = play(
      routed({
        routing: '{ failover: [boston, region] }',
        expose: ', evaluateTargetHealth: false',
        faults: '[{ at: 60s, app: game, site: boston, scaleTo: 0, for: 10m }]',
      }),
    )
    expect(when(run, 'record/', 'answer', 'region') - 60).toBeGreaterThan(60)
  })

  test('a target on a lost node costs its share until the load balancer finds out, 20 to 35 s later', () => {
    const run = play(
      routed({ routing: '{ simple: boston }', faults: '[{ at: 60s, site: boston, lose: nodes, count: 1, for: 15m }]' }),
    )
    const [lost, found] = happened(run, 'door/game/boston', 'answers')
    expect(lost).toMatchObject({ at: 60, to: 0.5 })
    expect((found?.at ?? 0) - 60).toBeGreaterThanOrEqual(20)
    expect((found?.at ?? 0) - 60).toBeLessThanOrEqual(35)
    expect(found?.to).toBe(1)
  })

  test('cut off from its Region it keeps its targets, and its users', () => {
    const run = play(
      routed({ routing: '{ simple: boston }', faults: '[{ at: 60s, site: boston, lose: serviceLink, for: 4m }]' }),
    )
    expect(happened(run, 'door/game/boston', 'targets').filter((event) => event.at < 300)).toEqual([])
    expect(run.services[0]?.availability).toBe(1)
  })
})

describe('a proxy on premises', () => {
  test('follows the endpoints of its own control plane, with nothing to register', () => {
    const run = play(
      routed({ routing: '{ simple: shop }', faults: '[{ at: 60s, app: game, site: shop, scaleTo: 1, for: 5m }]' }),
    )
    expect(happened(run, 'door/game/shop', 'targets').map((event) => [event.to, event.timer?.id])).toEqual([
      [1, 'kubernetes.proxySync'],
      [2, 'kubernetes.proxySync'],
    ])
  })

  test('[seed 65] a site with its own control plane does not care for its uplink', () => {
    const run = play(
      routed({
        routing: '{ simple: shop }',
        audiences: '[{ name: floor, at: shop }]',
        faults: '[{ at: 60s, site: shop, lose: uplink, for: 24h }]',
      }),
    )
    expect(happened(run, 'node/', 'ready')).toEqual([])
    expect(run.services[0]?.availability).toBe(1)
  })

  test('its power takes the control plane along, which boots before anything is decided', () => {
    const run = play(
      routed({ routing: '{ simple: shop }', faults: '[{ at: 60s, site: shop, lose: power, for: 10m }]' }),
    )
    expect(happened(run, 'cluster/shop', 'controlPlane').map((event) => [event.at, event.to])).toEqual([
      [60, 'down'],
      [660 + 120 + 60, 'up'],
    ])
    expect(run.violations).toEqual([])
  })
})

describe('resolvers', () => {
  test('those that keep to the TTL have all moved after 60 s, the others hold on for 5, 15 and 60 minutes', () => {
    const run = play(
      routed({
        routing: '{ failover: [boston, region] }',
        faults: '[{ at: 60s, site: boston, lose: power }]',
        assume: '{ ttlViolators: 0.3 }',
      }),
    )
    const turned = happened(run, 'record/', 'answer').find((event) => event.to === 'region')?.at ?? Number.NaN
    const moves = happened(run, 'users/', 'served').filter((event) => event.timer?.id.startsWith('resolver.'))
    const keepers = moves.filter((event) => event.timer?.id === 'resolver.ttl')
    expect(Math.max(...keepers.map((event) => event.at)) - turned).toBeLessThanOrEqual(60)
    const holds = moves
      .filter((event) => event.timer?.id === 'resolver.overstay')
      .map((event) => event.timer?.maxSeconds)
    expect(holds.toSorted((a = 0, b = 0) => a - b)).toEqual([300, 900, 3600])
    expect(run.services[0]?.spans.at(-1)).toMatchObject({ served: 1, by: { region: 1 } })
  })
})

describe('what is taken by hand', () => {
  const gitops = 'gitops: { url: "https://git.example.com/fleet", interval: 10m }\n'
  const deleted = '[{ at: 60s, app: game, site: outpost, delete: deployment, for: 1h }]'

  test('comes back with Flux within its interval, also while Git is away', () => {
    const faults =
      '[{ at: 60s, app: game, site: outpost, delete: deployment, for: 1h }, { at: 30s, lose: git, for: 2h }]'
    for (const seed of seeds(40)) {
      const run = play(golden({ faults, gitops }), seed)
      const back = when(run, 'object/game/outpost/deployment', 'object', 'present') - 60
      expect(back).toBeGreaterThan(0)
      expect(back).toBeLessThanOrEqual(635)
      expect(run.violations).toEqual([])
    }
  })

  test('without Flux comes back only when the operator puts it back', () => {
    const run = play(golden({ faults: deleted }))
    expect(when(run, 'object/game/outpost/deployment', 'object', 'present')).toBe(3660)
    expect(happened(run, 'object/', 'object')[0]?.text).toMatch(/nothing puts it back/)
  })

  test('so do replicas that the manifest sets', () => {
    const scaled = '[{ at: 60s, app: game, site: outpost, scaleTo: 0, for: 1h }]'
    expect(when(play(golden({ faults: scaled, gitops })), 'copy/game/outpost', 'replicas', 1)).toBeLessThan(60 + 635)
    expect(when(play(golden({ faults: scaled })), 'copy/game/outpost', 'replicas', 1)).toBe(3660)
  })

  test('a Flux that cannot reach its API server waits until it can', () => {
    const faults =
      '[{ at: 60s, app: game, site: outpost, delete: deployment }, { at: 61s, cluster: plant, lose: controlPlane, for: 30m }]'
    const run = play(golden({ faults, gitops }))
    expect(when(run, 'object/game/outpost/deployment', 'object', 'present')).toBeGreaterThan(1861)
    expect(run.violations).toEqual([])
  })

  test('an Ingress that comes back has a new load balancer, which the record does not name', () => {
    const run = play(golden({ faults: '[{ at: 60s, app: game, site: outpost, delete: ingress, for: 10m }]' }))
    expect(happened(run, 'door/game/outpost', 'made')[0]?.text).toMatch(/still points at the old one/)
    // the public is served by the Local Zone all the same: the check of the old name fails
    expect(run.services.find((service) => service.audience === 'public')?.spans.at(-1)?.by).toEqual({ zone: 1 })
  })
})

// The closed forms against the figures of Route 53's and the load balancer's mechanics: health checks of sixteen checkers that need
// more than 82 % to turn, a TTL of 60 s, an unpublished propagation that counts 0 to 10 s.

import { expect, test } from 'vitest'
import type { Fleet } from '../model/fleet.ts'
import { checked, twoSites } from './failover.case.ts'
import type { LossFault } from './loss.ts'
import type { Path } from './paths.ts'
import { failoverPaths } from './paths.ts'

function path(fleet: Fleet, fault: LossFault, audience = 'public', assume?: Parameters<typeof failoverPaths>[3]): Path {
  const found = failoverPaths(fleet, 'game', { id: 'test', faults: [fault] }, assume).find(
    (one) => one.audience === audience,
  )
  if (found === undefined) throw new Error(`no path for ${audience}`)
  return found
}

const power: LossFault = { site: 'edge', lose: 'power' }
const withCheck = (interval: number, failureThreshold: number, rest = '') =>
  twoSites({
    expose: `routing: { failover: [edge, home] }, healthCheck: { interval: ${interval}s, failureThreshold: ${failureThreshold} }${rest}`,
  })
/** As the figures are given: without the propagation. */
const atOnce = { dnsPropagation: 0 }

// [interval, threshold, least, mean, most] of a user's time to be served again, as order statistics of sixteen checkers say
const budgets = [
  [30, 3, 83, 127, 162],
  [10, 3, 36, 70, 102],
  [10, 1, 7, 42, 74],
  [30, 1, 15, 59, 94],
] as const

test.each(budgets)('a site that goes dark under checks of %i s × %i', (interval, threshold, least, mean, most) => {
  const { recovery, outcome } = path(withCheck(interval, threshold), power, 'public', atOnce)
  expect(outcome).toBe('recovers')
  expect(recovery?.maxSeconds).toBe(most)
  expect(Math.abs((recovery?.meanSeconds ?? 0) - mean)).toBeLessThanOrEqual(1)
  // fewer than fourteen of sixteen phases can be that early, but no phase is excluded
  expect(recovery?.minSeconds).toBeLessThanOrEqual(least)
  expect(recovery?.minSeconds).toBeGreaterThanOrEqual(least - interval / 2)
})

test('only the load balancer notices, where nodes die under an alias that evaluates its targets: 20 to 95 s, 58 expected', () => {
  const fleet = twoSites({ expose: 'routing: { failover: [edge, home] }' })
  const { recovery } = path(fleet, { site: 'edge', lose: 'nodes' }, 'public', atOnce)
  expect(recovery).toMatchObject({ minSeconds: 20, maxSeconds: 95 })
  expect(Math.abs((recovery?.meanSeconds ?? 0) - 58)).toBeLessThanOrEqual(1)
})

test('the way through the load balancer runs beside the health check, and the earlier one counts', () => {
  const { recovery } = path(twoSites(), { site: 'edge', lose: 'nodes' })
  const [noticed] = recovery?.stages ?? []
  expect(noticed?.ways.map((way) => way.segments[0]?.timer)).toEqual([
    'route53.healthCheck.down',
    'loadBalancer.target.unhealthy',
  ])
  expect(noticed).toMatchObject({ ends: 'earliest', maxSeconds: 35 })
})

test('scaled to 0 the load balancer loses its targets in seconds, long before a health check [seed 41]', () => {
  const { recovery, after } = path(twoSites(), { app: 'game', site: 'edge', scaleTo: 0 })
  expect(after).toEqual({ home: 1 })
  expect(recovery?.stages[0]?.maxSeconds).toBeLessThan(10)
})

test('every segment names a timer with its source, and the field of the file that sets it', () => {
  const fleet = twoSites()
  const { recovery } = path(fleet, power)
  const segments = recovery?.stages.flatMap((stage) => stage.ways.flatMap((way) => way.segments)) ?? []
  const line = 1 + (fleet.sources['fleet.yaml']?.text.split('\n').findIndex((text) => text.startsWith('expose:')) ?? 0)
  expect(segments.map((segment) => segment.timer)).toEqual([
    'route53.healthCheck.down',
    'route53.propagation',
    'resolver.ttl',
  ])
  expect(segments.every((segment) => segment.source.length > 5)).toBe(true)
  expect(segments[0]?.dependsOn.map(({ field, value }) => `${field} = ${value}`)).toEqual([
    'apps.game.expose.healthCheck.interval = 30s',
    'apps.game.expose.healthCheck.failureThreshold = 3',
  ])
  expect(segments[0]?.dependsOn[0]?.at).toMatchObject({ file: 'fleet.yaml', line })
})

test('failing back is faster than failing over: 60 s and some, not 72', () => {
  const { failback, recovery } = path(twoSites(), { site: 'edge', lose: 'internet' }, 'public', atOnce)
  expect(failback).toMatchObject({ minSeconds: 60, maxSeconds: 154 })
  expect(failback?.meanSeconds).toBeLessThan(recovery?.meanSeconds ?? 0)
})

test('a site with power again boots, starts, and must convince health check and load balancer before users return', () => {
  const { failback } = path(twoSites(), power)
  expect(failback?.stages.map((stage) => stage.title)).toEqual([
    'the node boots, from power to kubelet',
    'pods are known to the node',
    'the app starts, until it is ready',
    'the load balancer is told',
    'the record is healthy again',
    'the verdict reaches the name servers',
    'cached answers expire',
  ])
})

test('a Local Zone cut from its Region has its own way to the internet: users notice nothing [seed 1, 46]', () => {
  expect(path(twoSites(), { site: 'edge', lose: 'serviceLink' })).toMatchObject({
    outcome: 'unnoticed',
    recovery: undefined,
    text: ['Users notice nothing.'],
  })
})

test('hybrid nodes are reached over the link, so the same cut moves their users', () => {
  const fleet = twoSites({ edge: 'place: { hybrid: us-west-2 }, cluster: west' })
  expect(path(fleet, { site: 'edge', lose: 'serviceLink' })).toMatchObject({ outcome: 'recovers', after: { home: 1 } })
})

test('the loss of the secondary is felt by nobody, and leaves no spare', () => {
  expect(path(twoSites(), { site: 'home', lose: 'power' })).toMatchObject({
    outcome: 'unnoticed',
    copiesLeft: ['edge'],
  })
})

test('with both dark the name goes on resolving to the primary, and nobody is served', () => {
  const [lost] = failoverPaths(twoSites(), 'game', { id: 'both', faults: [power, { site: 'home', lose: 'power' }] })
  expect(lost).toMatchObject({
    outcome: 'lost',
    after: { edge: 1 },
    servedAfter: 0,
    recovery: undefined,
    copiesLeft: [],
  })
})

test('without a check nothing turns the name away from a site that is dark, and that is said', () => {
  const fleet = twoSites({ expose: 'routing: { failover: [edge, home] }, evaluateTargetHealth: false' })
  expect(path(fleet, power)).toMatchObject({
    outcome: 'lost',
    text: ['home could serve, but nothing notices that edge is gone: no health check of the name sees it.'],
  })
})

test('a check that can never pass keeps users away from a copy that is well', () => {
  const fleet = twoSites({
    edge: 'place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: east',
    home: 'place: { region: us-east-1 }, cluster: east',
    audiences: '[{ name: public, carrier: Verizon }]',
  })
  expect(path(fleet, { site: 'home', lose: 'serviceLink' }).before).toEqual({ home: 1 })
})

test('a check moved to a dead port turns the name, while everybody is served [seed 133]', () => {
  expect(path(twoSites(), { app: 'game', site: 'edge', checkPort: 801 })).toMatchObject({
    outcome: 'moved',
    before: { edge: 1 },
    after: { home: 1 },
    servedAfter: 1,
  })
})

test('users on the LAN of a dark site wait for it; a cut line is nothing to them', () => {
  const fleet = twoSites({ audiences: '[{ name: public }, { name: floor, at: edge }]' })
  expect(path(fleet, power, 'floor')).toMatchObject({
    outcome: 'lost',
    text: ['Users on the LAN of edge have no other way: they wait for it.'],
  })
  expect(path(fleet, { site: 'edge', lose: 'uplink' }, 'floor')).toMatchObject({ outcome: 'unnoticed' })
})

test('what GitOps owns it puts back by itself', () => {
  const fleet = twoSites({
    expose: `routing: { simple: edge }, ${checked}`,
    fleet: 'gitops: { url: "https://git.example.com/fleet", interval: 10m }',
  })
  const healed = path(fleet, { app: 'game', site: 'edge', delete: 'deployment' })
  expect(healed).toMatchObject({ outcome: 'heals', text: ['Flux puts it back, and edge serves again.'] })
  expect(healed.recovery?.stages[0]?.ways[0]?.segments[0]).toMatchObject({
    timer: 'flux.kustomization',
    dependsOn: [{ field: 'gitops.interval', value: '10m' }],
  })
})

test('one of two zones of a Region lost: its load balancer leaves the dead nodes out', () => {
  const fleet = twoSites({
    home: 'place: { region: us-east-1 }, cluster: east',
    expose: `routing: { simple: home }, ${checked}`,
  })
  expect(path(fleet, { site: 'home', lose: 'nodes', count: 1 })).toMatchObject({
    outcome: 'heals',
    recovery: { minSeconds: 20, maxSeconds: 35 },
  })
})

test('a battery hides the loss for as long as it lasts', () => {
  const fleet = twoSites({ edge: 'place: { localZone: us-west-2-lax-1a }, cluster: west, powerHoldUp: 2m' })
  expect(path(fleet, power, 'public', atOnce).recovery).toMatchObject({ minSeconds: 192, maxSeconds: 282 })
})

test('an app without a name has no path', () => {
  expect(failoverPaths(twoSites({ expose: 'none' }), 'game', { id: 'x', faults: [power] })).toEqual([])
})

test('who takes over is further away, by an estimate in milliseconds', () => {
  const { latencyMilliseconds } = path(twoSites(), power)
  expect(latencyMilliseconds.before).toBeLessThan(15)
  expect(latencyMilliseconds.after).toBeGreaterThan(70)
})

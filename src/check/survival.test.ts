// Each N-1 law trips on a fleet that breaks it, and is silent on one that does not.

import { expect, test } from 'vitest'
import { checked, twoSites } from '../failover/failover.case.ts'
import type { Hit } from '../model/finding.ts'
import type { Fleet } from '../model/fleet.ts'
import { positionOf } from '../model/origin.ts'
import { fleetOf } from './example.case.ts'
import { survivalRules } from './survival.ts'

function hits(fleet: Fleet): Readonly<Record<string, Hit>> {
  const found = survivalRules.flatMap((rule) =>
    rule.check(fleet).map((hit) => [rule.code, { severity: rule.severity, ...hit }] as const),
  )
  expect(new Set(found.map(([code]) => code)).size, 'one finding for each app and kind of cause').toBe(found.length)
  return Object.fromEntries(found)
}

const codes = (fleet: Fleet): readonly string[] => Object.keys(hits(fleet))

test('a fleet with a checked secondary far enough from trouble has no finding', () => {
  expect(codes(twoSites({ app: 'objectives: { recoverWithin: 4m, residency: [US] }' }))).toEqual([])
})

test('NM001: one copy is a warning, and an error where an objective asks for recovery', () => {
  const one = { placement: '[{ site: edge, replicas: 2 }]', expose: `routing: { simple: edge }, ${checked}` }
  expect(hits(twoSites(one)).NM001).toMatchObject({
    severity: 'warning',
    found: expect.stringContaining('leaves no copy that serves when edge loses its power'),
  })
  expect(hits(twoSites({ ...one, app: 'objectives: { recoverWithin: 4m }' })).NM001).toMatchObject({
    severity: 'error',
  })
})

test('NM001: two copies on one grid are an error: the failover does not help', () => {
  const fleet = twoSites({
    edge: 'place: { localZone: us-west-2-lax-1a }, cluster: west, sharedRisks: [grid]',
    home: 'place: { region: us-east-1 }, cluster: east, sharedRisks: [grid]',
  })
  expect(hits(fleet).NM001).toMatchObject({
    severity: 'error',
    found: 'leaves no copy that serves when grid: 2 sites lose their power together',
  })
})

test('NM001: an app without a name counts its copies', () => {
  expect(hits(twoSites({ expose: 'none', placement: '[{ site: edge }]' })).NM001).toMatchObject({
    severity: 'warning',
    field: 'placement',
  })
  expect(codes(twoSites({ expose: 'none' }))).toEqual([])
})

test('NM002: both numbers, and the change that brings it under the objective', () => {
  const hit = hits(twoSites({ app: 'objectives: { recoverWithin: 2m }' })).NM002
  expect(hit).toMatchObject({
    found:
      'is 2m, but recovery may take 172 s (expected 132 s) when edge loses its power, or edge loses its uplink, or edge loses its way to the internet',
    fix: 'healthCheck interval: 10s brings it to 32-112 s',
  })
})

test('NM002: the position is the line of the objective', () => {
  const fleet = twoSites({ app: 'objectives: { recoverWithin: 2m }' })
  const hit = hits(fleet).NM002
  if (hit === undefined) throw new Error('no hit')
  const at = positionOf(fleet.sources, hit.origin, hit.field)
  expect(fleet.sources[at.file]?.text.split('\n')[at.line - 1]).toBe('objectives: { recoverWithin: 2m }')
})

test('NM002: where no health check is fast enough, that is said', () => {
  expect(hits(twoSites({ app: 'objectives: { recoverWithin: 30s }' })).NM002?.fix).toMatch(
    /^no health check is that fast: .*raise recoverWithin to 2m52s/,
  )
})

test('NM003: whoever takes over is too far away for the latency asked', () => {
  expect(hits(twoSites({ app: 'objectives: { latencyP95: 40ms }' })).NM003).toMatchObject({
    severity: 'warning',
    found: expect.stringMatching(
      /^is 40ms, but public would be about \d+ ms from home, 10 ms before when edge loses its power/,
    ),
  })
  expect(codes(twoSites({ app: 'objectives: { latencyP95: 200ms }' }))).toEqual([])
})

test('NM004: whoever takes over is in a country that residency does not allow [seed 89]', () => {
  const abroad = twoSites({
    home: 'place: { region: eu-central-1 }, cluster: east',
    app: 'objectives: { residency: [US] }',
  })
  expect(hits(abroad).NM004).toMatchObject({
    severity: 'error',
    found: expect.stringContaining('allows US, but home (DE) takes over when edge loses its power'),
  })
  expect(
    codes(
      twoSites({ home: 'place: { region: eu-central-1 }, cluster: east', app: 'objectives: { residency: [US, DE] }' }),
    ),
  ).toEqual([])
})

test('NM005: without a check the name stays with a site that is dark [seed 38]', () => {
  const blind = twoSites({ expose: 'routing: { failover: [edge, home] }, evaluateTargetHealth: false' })
  expect(hits(blind).NM005).toMatchObject({ severity: 'error', field: 'expose/healthCheck' })
  // the load balancer knows of its targets, but nothing tells of the load balancer
  expect(hits(twoSites({ expose: 'routing: { failover: [edge, home] }' })).NM005).toMatchObject({ severity: 'warning' })
  expect(codes(twoSites())).toEqual([])
})

test('every law of N-1 shows what breaks it and what does not', () => {
  for (const { code, example } of survivalRules) {
    expect(example, code).toBeDefined()
    expect(codes(fleetOf(example?.wrong ?? '')), code).toContain(code)
    expect(codes(fleetOf(example?.right ?? '')), code).not.toContain(code)
  }
})

test('NM001: users who are all in the place that is lost share its fate, and are no finding', () => {
  const fleet = twoSites({
    placement: '[{ site: edge }]',
    expose: 'routing: { simple: edge }',
    audiences: '[{ name: floor, at: edge }]',
  })
  expect(codes(fleet)).toEqual([])
})

test('NM001: a name that no record turns is told apart from a loss that nobody sees', () => {
  const fleet = twoSites({ expose: `routing: { geolocation: { US: edge, DE: home } }, ${checked}` })
  expect(codes(fleet)).toEqual(['NM001'])
  expect(hits(fleet).NM001?.fix).toContain('record for *')
})

test('NM005: an alarm on targets cannot see that users have no way in', () => {
  const fleet = twoSites({
    expose: 'routing: { failover: [edge, home] }, healthCheck: { by: alarm, failureThreshold: 2 }',
  })
  expect(hits(fleet).NM005).toMatchObject({
    severity: 'warning',
    found: expect.stringContaining('when edge loses its uplink, or edge loses its way to the internet'),
  })
})

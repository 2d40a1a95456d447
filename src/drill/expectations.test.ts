// Each kind of expectation passes on a timeline written by hand in which it is so, and fails on one in which it is not.

import { expect, test } from 'vitest'
import type { Assignment } from '../model/plan.ts'
import type { Timeline } from '../model/timeline.ts'
import { events, service, timeline, withDrill } from './drill.case.ts'
import { claimText, judge } from './expectations.ts'
import type { Outcome } from './result.ts'

const copy = (site: string, replicas: number) => ({
  app: 'game',
  site,
  cluster: site,
  namespace: 'game',
  replicas,
  why: '',
})

function outcome(
  expectation: string,
  run: Partial<Timeline>,
  fault?: string,
  placement: readonly Assignment[] = [copy('edge', 2), copy('home', 2)],
): Outcome & { readonly claim: string } {
  const { fleet, drill } = withDrill(expectation, fault)
  const [first] = drill.expect
  if (first === undefined) throw new Error('no expectation')
  const told = timeline(run)
  return {
    claim: claimText(first, { fleet, drill }),
    ...judge(first, { fleet, drill, timeline: told, placement }),
  }
}

// the edge is dark from 1m to 11m; home serves from 3m; the edge again from 13m; 9 % cling to old answers
const moved = service('public', [
  [0, 60, { edge: 1 }],
  [60, 100, {}],
  [100, 180, { home: 0.5 }],
  [180, 660, { home: 0.91 }],
  [660, 780, { home: 0.91, edge: 0.09 }],
  [780, 900, { edge: 1 }],
])
const floor = service('floor', [
  [0, 60, { edge: 1 }],
  [60, 700, {}],
  [700, 900, { edge: 1 }],
])
const both = { services: [moved, floor] }

test('servedBy: users who honour the TTL count, those who overstay it do not hold it up', () => {
  expect(outcome('{ app: game, servedBy: home, within: 3m }', both)).toMatchObject({
    passed: true,
    at: 180,
    slack: 60,
    seen: 'from 03:00, after 120 s',
  })
})

test('servedBy: too late is said with how late', () => {
  expect(outcome('{ app: game, servedBy: home, within: 90s }', both)).toMatchObject({
    passed: false,
    at: 180,
    slack: -30,
    seen: 'only from 03:00, 30 s too late',
  })
})

test('servedBy: half of the users is not all', () => {
  const half = service('public', [
    [0, 60, { edge: 1 }],
    [60, 900, { home: 0.5 }],
  ])
  expect(outcome('{ app: game, servedBy: home, within: 5m }', { services: [half] })).toMatchObject({
    passed: false,
    seen: 'never; at that time home serves 50%, 50% get nothing',
  })
})

test('servedBy under weights: nine in ten at the site are not all, however few overstay the TTL', () => {
  const shares = (from: number, to: number, home: number, keepers: number) => ({
    from,
    to,
    served: 1,
    by: { home, edge: 1 - home },
    keepers: { home: keepers, edge: 1 - keepers },
  })
  // one in ten was sent to the edge; the last of those who keep to the TTL leaves it at 120, who overstays it much later
  const weighted = {
    ...service('public', [[0, 900, { home: 1 }]]),
    spans: [shares(0, 60, 0.9, 0.9), shares(60, 120, 0.985, 0.99), shares(120, 900, 0.991, 1)],
  }
  expect(
    outcome('{ app: game, audience: public, servedBy: home, within: 3m }', { services: [weighted] }),
  ).toMatchObject({ passed: true, at: 120 })
  expect(
    outcome('{ app: game, audience: public, servedBy: home, within: 0s }', { services: [weighted] }),
  ).toMatchObject({ passed: false })
})

test('servedBy: a moment is not enough, it must last 30 seconds', () => {
  const blip = service('public', [
    [0, 60, { edge: 1 }],
    [60, 100, {}],
    [100, 110, { home: 1 }],
    [110, 900, {}],
  ])
  expect(outcome('{ app: game, servedBy: home, within: 5m }', { services: [blip] })).toMatchObject({ passed: false })
})

test('servedBy after: heal counts from the repair', () => {
  expect(outcome('{ app: game, servedBy: edge, after: heal, within: 3m }', both)).toMatchObject({
    passed: true,
    at: 780,
    slack: 60,
  })
  expect(outcome('{ app: game, servedBy: edge, after: heal, within: 1m }', both)).toMatchObject({ passed: false })
})

test('servedBy after: heal fails where nothing heals', () => {
  expect(
    outcome('{ app: game, servedBy: edge, after: heal, within: 3m }', both, '{ at: 1m, site: edge, lose: power }'),
  ).toMatchObject({ passed: false, seen: 'nothing heals within this drill (public)' })
})

test('users on a LAN count when they are named, or when their own site is to serve', () => {
  expect(outcome('{ app: game, servedBy: home, within: 3m }', both).claim).toBe(
    'game for public served by home within 3m of the fault',
  )
  expect(outcome('{ app: game, audience: floor, servedBy: edge, within: 0s, for: 10m }', both)).toMatchObject({
    passed: false,
  })
  // floor is back at 700, public at 780: both are meant
  expect(outcome('{ app: game, servedBy: edge, after: heal, within: 1m }', both)).toMatchObject({
    passed: false,
    seen: expect.stringContaining('(public)'),
  })
})

test('for: it must stay so that long, from the fault on', () => {
  const kept = service('public', [[0, 900, { edge: 1 }]])
  expect(
    outcome('{ app: game, audience: public, servedBy: edge, within: 0s, for: 10m }', { services: [kept] }),
  ).toMatchObject({ passed: true, seen: 'so all the time' })
  const dropped = service('public', [
    [0, 500, { edge: 1 }],
    [500, 900, {}],
  ])
  expect(
    outcome('{ app: game, audience: public, servedBy: edge, within: 0s, for: 10m }', { services: [dropped] }),
  ).toMatchObject({ passed: false, seen: expect.stringContaining('only from 01:00 to 08:20') })
})

test('what was so at the fault and then ended has not come true within the time', () => {
  const dropped = service('public', [
    [0, 100, { edge: 1 }],
    [100, 900, {}],
  ])
  expect(outcome('{ app: game, audience: public, servedBy: edge, within: 3m }', { services: [dropped] })).toMatchObject(
    { passed: false },
  )
})

test('what ended and came back before the deadline has', () => {
  const back = service('public', [
    [0, 61, { edge: 1 }],
    [61, 200, {}],
    [200, 900, { edge: 1 }],
  ])
  expect(outcome('{ app: game, audience: public, servedBy: edge, within: 3m }', { services: [back] })).toMatchObject({
    passed: true,
    at: 200,
  })
})

test('answeredBy reads the record, whoever serves', () => {
  const turned = {
    services: [moved],
    events: events([
      [0, 'record/game.example.com/public', 'answer', null, 'edge'],
      [150, 'record/game.example.com/public', 'answer', 'edge', 'home'],
    ]),
  }
  expect(outcome('{ app: game, audience: public, answeredBy: home, within: 2m }', turned)).toMatchObject({
    passed: true,
    at: 150,
  })
  expect(outcome('{ app: game, audience: public, answeredBy: home, within: 1m }', turned)).toMatchObject({
    passed: false,
    seen: 'only from 02:30, 30 s too late',
  })
  expect(outcome('{ app: game, audience: public, answeredBy: edge, within: 0s, for: 1m }', turned)).toMatchObject({
    passed: true,
  })
})

test('answeredBy fails for a name that is never asked for', () => {
  expect(outcome('{ app: game, audience: public, answeredBy: home, within: 2m }', both)).toMatchObject({
    passed: false,
    seen: 'the name is never asked for in this run',
  })
})

test('availability compares the share of requests, for each audience meant', () => {
  expect(outcome('{ app: game, availability: ">= 80%" }', both)).toMatchObject({
    passed: true,
    seen: '86.31%, 123.2 s lost of 15m',
  })
  expect(outcome('{ app: game, availability: ">= 90%" }', both)).toMatchObject({ passed: false })
  expect(outcome('{ app: game, audience: floor, availability: ">= 80%" }', both)).toMatchObject({ passed: false })
  expect(outcome('{ app: game, audience: public, availability: "< 90%" }', both)).toMatchObject({ passed: true })
})

test('availability of 100 % is met by who never failed, in spite of binary fractions', () => {
  const whole = service('public', [
    [0, 100, { edge: 0.1 + 0.2 + 0.7 }],
    [100, 900, { edge: 1 }],
  ])
  expect(outcome('{ app: game, availability: ">= 100%" }', { services: [whole] })).toMatchObject({ passed: true })
})

test('evictions: none, some, or so many', () => {
  const evicted = {
    events: events([
      [400, 'copy/game/edge', 'deleted', 0, 1],
      [410, 'copy/game/edge', 'deleted', 1, 2],
    ]),
  }
  expect(outcome('{ app: game, site: edge, evictions: some, within: 6m }', evicted)).toMatchObject({
    passed: true,
    at: 400,
  })
  expect(outcome('{ app: game, site: edge, evictions: some, within: 5m }', evicted)).toMatchObject({ passed: false })
  expect(outcome('{ app: game, site: edge, evictions: 2 }', evicted)).toMatchObject({ passed: true })
  expect(outcome('{ app: game, site: edge, evictions: 1 }', evicted)).toMatchObject({
    passed: false,
    seen: '2 evicted',
  })
  expect(outcome('{ site: edge, evictions: none }', evicted)).toMatchObject({ passed: false, at: 400 })
  expect(outcome('{ site: edge, evictions: none, within: 5m }', evicted)).toMatchObject({ passed: true })
  expect(outcome('{ site: edge, evictions: none }', {})).toMatchObject({ passed: true, seen: 'no pod is evicted' })
})

test('nodes: what the control plane says of all nodes of the site', () => {
  const one = { events: events([[100, 'node/edge/edge-0', 'ready', 'True', 'Unknown']]) }
  const all = {
    events: events([
      [100, 'node/edge/edge-0', 'ready', 'True', 'Unknown'],
      [105, 'node/edge/edge-1', 'ready', 'True', 'Unknown'],
    ]),
  }
  expect(outcome('{ site: edge, nodes: unknown, within: 1m }', all)).toMatchObject({ passed: true, at: 105 })
  expect(outcome('{ site: edge, nodes: unknown, within: 1m }', one)).toMatchObject({
    passed: false,
    seen: 'never; 1 of 2 nodes is Unknown',
  })
  expect(outcome('{ site: edge, nodes: ready, within: 10m }', {})).toMatchObject({
    passed: true,
    seen: 'so all the time',
  })
  expect(outcome('{ site: edge, nodes: ready, within: 10m }', all)).toMatchObject({ passed: false })
})

test('controlPlaneSays speaks of a site by its nodes, and of a cluster by its API', () => {
  const all = {
    events: events([
      [100, 'node/edge/edge-0', 'ready', 'True', 'Unknown'],
      [105, 'node/edge/edge-1', 'ready', 'True', 'Unknown'],
      [200, 'cluster/east', 'controlPlane', 'up', 'down'],
    ]),
  }
  expect(outcome('{ site: edge, controlPlaneSays: lost, within: 1m }', all)).toMatchObject({ passed: true })
  expect(outcome('{ site: home, controlPlaneSays: lost, within: 1m }', all)).toMatchObject({ passed: false })
  expect(outcome('{ cluster: west, controlPlaneSays: ready, within: 5m }', all)).toMatchObject({ passed: true })
  expect(outcome('{ cluster: east, controlPlaneSays: lost, within: 5m }', all)).toMatchObject({ passed: true, at: 200 })
})

test('object: present or absent, by the deleted object', () => {
  const deleted = {
    events: events([
      [60, 'object/game/edge/deployment', 'object', 'present', 'absent'],
      [300, 'object/game/edge/deployment', 'object', 'absent', 'present'],
    ]),
  }
  expect(outcome('{ app: game, site: edge, object: present, within: 5m }', deleted)).toMatchObject({
    passed: true,
    at: 300,
  })
  expect(outcome('{ app: game, site: edge, object: present, within: 2m }', deleted)).toMatchObject({ passed: false })
  expect(outcome('{ app: game, site: edge, object: absent, within: 0s, for: 3m }', deleted)).toMatchObject({
    passed: true,
  })
})

test('replicas: ready ones, as the API counts them', () => {
  const scaled = { events: events([[61, 'copy/game/edge', 'ready', 2, 0]]) }
  expect(outcome('{ app: game, site: edge, replicas: 0, within: 1m }', scaled)).toMatchObject({ passed: true, at: 61 })
  expect(outcome('{ app: game, site: edge, replicas: 2, within: 5m }', scaled)).toMatchObject({ passed: false })
  expect(outcome('{ app: game, site: edge, replicas: 2, within: 5m }', {})).toMatchObject({ passed: true })
})

test('replicas of a copy that nothing happened to are those that the plan gave it, whoever divides them', () => {
  const claim = '{ app: game, site: edge, replicas: 5, within: 0s }'
  const divided = [copy('edge', 5), copy('home', 1)]
  expect(outcome(claim, {}, undefined, divided)).toMatchObject({ passed: true, seen: 'so all the time' })
  expect(outcome(claim, {})).toMatchObject({ passed: false })
  expect(outcome('{ app: game, site: edge, replicas: 0, within: 0s }', {}, undefined, [copy('home', 6)])).toMatchObject(
    {
      passed: true,
    },
  )
})

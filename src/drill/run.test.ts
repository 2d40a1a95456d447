import { expect, test } from 'vitest'
import type { Timeline } from '../model/timeline.ts'
import { events, planOf, recovery, segment, service, timeline, withDrill } from './drill.case.ts'
import type { Simulate } from './result.ts'
import { runDrill } from './run.ts'
import { seedsOf, shownSeed } from './seeds.ts'

const fault = events([[60, 'site/edge', 'power', 'on', 'off']])
const good: Partial<Timeline> = {
  events: fault,
  services: [
    service('public', [
      [0, 60, { edge: 1 }],
      [60, 160, {}],
      [160, 900, { home: 1 }],
    ]),
  ],
  recoveries: [recovery([segment('route53.healthCheck.down', 80, 72, 102), segment('resolver.ttl', 20, 0, 60)])],
}
const slow: Partial<Timeline> = {
  ...good,
  services: [
    service('public', [
      [0, 60, { edge: 1 }],
      [60, 200, {}],
      [200, 900, { home: 1 }],
    ]),
  ],
}

const only = '{ app: game, audience: public, servedBy: home, within: 2m }'
const simulated =
  (of: (seed: string) => Partial<Timeline>): Simulate =>
  (_plan, _drill, seed, options) =>
    timeline({ skerry: options?.skerry ?? '', ...of(seed), seed })

test('a drill passes when every expectation holds in every run', () => {
  const { fleet, drill } = withDrill(only)
  const result = runDrill(planOf(fleet), drill, { runs: 9, seed: 'abcd', simulate: simulated(() => good) })
  expect(result).toMatchObject({ ok: true, runs: 10, seed: 'abcd', fleet: 'small' })
  expect(result.expectations[0]).toMatchObject({
    passed: true,
    failedRuns: 0,
    shown: { passed: true, at: 160 },
    at: { file: 'fleet.yaml' },
  })
})

test('one run that fails fails the expectation, and the seed to see it is named', () => {
  const { fleet, drill } = withDrill(only)
  const result = runDrill(planOf(fleet), drill, {
    runs: 64,
    seed: 'abcd',
    simulate: simulated((seed) => (['abcd-7', 'abcd-20', 'abcd-63'].includes(seed) ? slow : good)),
  })
  expect(result.ok).toBe(false)
  expect(result.expectations[0]).toMatchObject({
    passed: false,
    failedRuns: 3,
    runs: 65,
    shown: { passed: true },
    worst: { seed: 'abcd-7', seen: 'only from 03:20, 20 s too late' },
  })
})

test('of runs that all passed the one nearest to failing is the worst', () => {
  const { fleet, drill } = withDrill('{ app: game, audience: public, servedBy: home, within: 4m }')
  const result = runDrill(planOf(fleet), drill, {
    runs: 3,
    seed: 'x',
    simulate: simulated((seed) => (seed === 'x-2' ? slow : good)),
  })
  expect(result.expectations[0]).toMatchObject({ passed: true, worst: { seed: 'x-2', slack: 100 } })
})

test('what a judge objects to makes the run a bug, whatever the expectations say', () => {
  const { fleet, drill } = withDrill(only)
  const result = runDrill(planOf(fleet), drill, {
    runs: 1,
    seed: 'x',
    simulate: simulated((seed) =>
      seed === 'x-1' ? { ...good, violations: [{ judge: 'rates', event: 3, text: 'too many' }] } : good,
    ),
  })
  expect(result).toMatchObject({ ok: false, violations: [{ seed: 'x-1', judge: 'rates' }] })
})

test('a drill that expects nothing is ok', () => {
  const { fleet, drill } = withDrill('')
  expect(runDrill(planOf(fleet), drill, { runs: 0, simulate: simulated(() => good) })).toMatchObject({
    ok: true,
    runs: 1,
    expectations: [],
  })
})

test('the closed form stands beside the recovery from a single fault, with its bounds', () => {
  const { fleet, drill } = withDrill(only)
  const [envelope] = runDrill(planOf(fleet), drill, { runs: 0, simulate: simulated(() => good) }).recoveries
  expect(envelope?.forecast).toMatchObject({ minSeconds: 72, maxSeconds: 172 })
})

test('faults of different lengths have no closed form', () => {
  const { fleet, drill } = withDrill(
    only,
    '{ at: 1m, site: edge, lose: power, for: 10m }, { at: 1m, site: home, lose: power, for: 5m }',
  )
  expect(
    runDrill(planOf(fleet), drill, { runs: 0, simulate: simulated(() => good) }).recoveries[0]?.forecast,
  ).toBeUndefined()
})

test('the version of skerry goes into the run and the result', () => {
  const { fleet, drill } = withDrill(only)
  const result = runDrill(planOf(fleet), drill, { runs: 0, skerry: '1.2.3', simulate: simulated(() => good) })
  expect([result.skerry, result.timeline.skerry]).toEqual(['1.2.3', '1.2.3'])
})

test('a seed asked for comes before that of the drill, and that before one made of the names', () => {
  const { fleet, drill } = withDrill(only)
  expect(shownSeed(fleet, { ...drill, seed: 'mine' }, 'asked')).toBe('asked')
  expect(shownSeed(fleet, { ...drill, seed: 'mine' }, undefined)).toBe('mine')
  expect(shownSeed(fleet, drill, undefined)).toMatch(/^[0-9a-f]{4}$/)
  expect(shownSeed(fleet, drill, undefined)).toBe(shownSeed(fleet, drill, undefined))
})

test('further seeds are names that can be typed', () => {
  expect(seedsOf('8f3a', 2)).toEqual(['8f3a', '8f3a-1', '8f3a-2'])
})

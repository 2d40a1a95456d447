import fc from 'fast-check'
import { expect, test } from 'vitest'
import { events, recovery, segment, timeline } from './drill.case.ts'
import { hull, inside, recoveryEnvelopes, sumOfBounds } from './envelope.ts'
import { spreadOf } from './spread.ts'

const fault = events([[60, 'site/edge', 'power', 'on', 'off']])
const run = (seed: string, ...segments: readonly (readonly [string, number, number, number])[]) =>
  timeline({
    seed,
    events: fault,
    recoveries: [recovery(segments.map(([timer, seconds, min, max]) => segment(timer, seconds, min, max)))],
  })

test('the bounds are the hull of the sums over the chains that were seen', () => {
  const [envelope] = recoveryEnvelopes([
    run('a', ['check', 90, 72, 102], ['ttl', 50, 0, 60]),
    run('b', ['target', 30, 20, 35], ['ttl', 10, 0, 60]),
  ])
  expect(envelope).toMatchObject({
    runs: 2,
    recovered: 2,
    bounds: { minSeconds: 20, maxSeconds: 162 },
    seconds: { min: 40, max: 140, mean: 90 },
    outside: [],
  })
  expect(envelope?.chains.map((chain) => chain.segments.map((one) => one.timer))).toEqual([
    ['check', 'ttl'],
    ['target', 'ttl'],
  ])
})

test('property: the hull contains every run whose segments lie inside their own bounds', () => {
  const one = fc
    .tuple(
      fc.constantFrom('check', 'target', 'ttl'),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 0, max: 50 }),
    )
    .map(([timer, min, extra, at]) => [timer, min + (at * extra) / 50, min, min + extra] as const)
  fc.assert(
    fc.property(fc.array(fc.array(one, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }), (chains) => {
      const envelopes = recoveryEnvelopes(chains.map((segments, index) => run(String(index), ...segments)))
      for (const { bounds, seconds, outside } of envelopes) {
        expect(outside).toEqual([])
        if (bounds === undefined || seconds === undefined) throw new Error('no bounds')
        expect(inside(seconds.min, bounds) && inside(seconds.max, bounds)).toBe(true)
      }
    }),
  )
})

test('a run outside the sum of its bounds is named: a bug of ours', () => {
  expect(recoveryEnvelopes([run('fine', ['ttl', 30, 0, 60]), run('odd', ['ttl', 61, 0, 60])])[0]?.outside).toEqual([
    'odd',
  ])
})

test('a second recovery from the same fault is told apart from the first', () => {
  const twice = timeline({
    events: fault,
    recoveries: [recovery([segment('a', 10, 0, 20)]), recovery([segment('b', 40, 30, 50)])],
  })
  expect(recoveryEnvelopes([twice]).map((envelope) => envelope.bounds)).toEqual([
    { minSeconds: 0, maxSeconds: 20 },
    { minSeconds: 30, maxSeconds: 50 },
  ])
})

test('a recovery that never came has no spread, but is counted', () => {
  const never = timeline({
    events: fault,
    recoveries: [recovery([], { seconds: undefined, to: undefined, servedBy: undefined })],
  })
  expect(recoveryEnvelopes([never])[0]).toMatchObject({
    runs: 1,
    recovered: 0,
    seconds: undefined,
    bounds: undefined,
    servedBy: [],
  })
})

test('of many values least, mean, nearest-rank 95th and greatest are kept', () => {
  expect(spreadOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({
    min: 1,
    mean: 50.5,
    p95: 95,
    max: 100,
  })
  expect(spreadOf([])).toBeUndefined()
})

test('hull and sum of nothing are nothing', () => {
  expect(hull([])).toBeUndefined()
  expect(sumOfBounds([])).toEqual({ minSeconds: 0, maxSeconds: 0 })
})

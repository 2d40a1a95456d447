import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { histories, history, stretchesTogether, stretchesWhere, valueAt } from './history.ts'

const event = (id: number, at: number, subject: string, from: string | null, to: string): TimelineEvent => ({
  id,
  at,
  subject,
  what: 'ready',
  from,
  to,
  decidedBy: 'engine',
  text: '',
})

const timeline = (events: readonly TimelineEvent[], length = 100): Timeline => ({
  ...{
    version: 1,
    world: 'twin',
    skerry: '',
    fleet: 'f',
    drill: 'd',
    seed: 's',
    length,
    assumptions: [],
    services: [],
    recoveries: [],
    violations: [],
  },
  events,
})

test('before its first event a property had the value that it changed from', () => {
  const run = timeline([event(0, 40, 'node/a/1', 'True', 'Unknown'), event(1, 70, 'node/a/1', 'Unknown', 'True')])
  expect(history(run, 'node/a/1', 'ready')).toEqual([
    { from: 0, to: 40, value: 'True' },
    { from: 40, to: 70, value: 'Unknown' },
    { from: 70, to: 100, value: 'True' },
  ])
})

test('a value that is told at the start holds from the start', () => {
  expect(history(timeline([event(0, 0, 'record/h/u', null, 'west')]), 'record/h/u', 'ready')).toEqual([
    { from: 0, to: 100, value: 'west' },
  ])
})

test('what the timeline never speaks of has no history', () => {
  expect(history(timeline([]), 'node/a/1', 'ready')).toEqual([])
})

test('all subjects under a prefix are found, of the property asked for', () => {
  const run = timeline([event(0, 1, 'node/a/1', 'True', 'Unknown'), event(1, 2, 'node/b/1', 'True', 'Unknown')])
  expect([...histories(run, 'node/a/', 'ready').keys()]).toEqual(['node/a/1'])
  expect(histories(run, 'node/', 'power').size).toBe(0)
})

test('stretches that are true together lie inside each of them', () => {
  const bools = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(bools, bools, (a, b) => {
      const of = (values: boolean[]) =>
        stretchesWhere(
          values.map((value, index) => ({ from: index, to: index + 1, value })),
          (value) => value,
        )
      const both = stretchesTogether([of(a), of(b)], 10)
      for (let at = 0; at < 10; at++)
        expect(both.some((stretch) => stretch.from <= at && stretch.to > at)).toBe(a[at] === true && b[at] === true)
    }),
  )
})

test('the value at a moment is that of the last change before it', () => {
  expect(
    valueAt(
      [
        { from: 0, to: 5, value: 1 },
        { from: 5, to: 9, value: 2 },
      ],
      5,
    ),
  ).toBe(2)
  expect(valueAt([], 5)).toBeUndefined()
})

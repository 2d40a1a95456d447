import { describe, expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { compare } from './compare.ts'
import { readTimeline } from './read.ts'
import { writeTimeline } from './write.ts'

const event = (
  id: number,
  at: number,
  what: string,
  to: TimelineEvent['to'],
  more: Partial<TimelineEvent> = {},
): TimelineEvent => ({
  id,
  at,
  subject: 'node/edge/a-0',
  what,
  from: null,
  to,
  decidedBy: 'engine',
  text: `${what} becomes ${to}`,
  ...more,
})

const detect = { id: 'kubernetes.node.detect', minSeconds: 39.6, maxSeconds: 55.2 }
const timeline = (events: readonly TimelineEvent[]): Timeline => ({
  version: 1,
  world: 'twin',
  skerry: '0.1.0',
  fleet: 'one',
  drill: 'lose-edge',
  seed: 'a',
  length: 120,
  assumptions: ['one'],
  events,
  services: [
    {
      app: 'game',
      audience: 'users',
      availability: 1,
      lostSeconds: 0,
      spans: [{ from: 0, to: 120, served: 1, by: { edge: 1 } }],
    },
  ],
  recoveries: [
    {
      app: 'game',
      audience: 'users',
      from: 60,
      fault: 0,
      to: undefined,
      seconds: undefined,
      segments: [],
      servedBy: undefined,
      firstUserSeconds: undefined,
      tailSeconds: undefined,
    },
  ],
  violations: [],
})

const run = timeline([event(0, 60, 'power', 'off'), event(1, 107, 'ready', 'Unknown', { cause: 0, timer: detect })])

describe('a timeline file', () => {
  test('reads as it was written', () => {
    expect(readTimeline(writeTimeline(run))).toEqual(run)
  })

  test('is the same whatever the order of the keys', () => {
    const turned = Object.fromEntries(Object.entries(run).reverse()) as unknown as Timeline
    expect(writeTimeline(turned)).toBe(writeTimeline(run))
  })

  test('has one event to a line', () => {
    expect(
      writeTimeline(run)
        .split('\n')
        .filter((line) => line.includes('"subject"')),
    ).toHaveLength(2)
  })

  test.each([
    ['nonsense', 'is not JSON'],
    ['{}', 'is no timeline of version 1'],
    ['{"version": 2}', 'is no timeline of version 1'],
    ['{"version": 1, "events": 7}', 'is not a whole timeline'],
  ])('%s is refused with a reason', (text, message) => {
    expect(() => readTimeline(text, 'run.json')).toThrow(Refusal)
    expect(() => readTimeline(text, 'run.json')).toThrow(message)
  })
})

describe('two timelines', () => {
  const measured = (seconds: number, more: readonly TimelineEvent[] = []) =>
    timeline([
      event(0, 10, 'power', 'off'),
      event(1, 10 + seconds, 'ready', 'Unknown', { cause: 0, timer: detect }),
      ...more,
    ])

  test('agree when what was measured lies within what the forecast allows', () => {
    const comparison = compare(run, measured(50.2))
    expect(comparison.verdict).toBe('agrees')
    expect(comparison.events).toMatchObject([
      {
        subject: 'node/edge/a-0',
        timers: ['kubernetes.node.detect'],
        forecastMinSeconds: 47,
        inside: true,
        inOrder: true,
      },
    ])
    expect(comparison.events[0]?.measuredSeconds).toBeCloseTo(50.2, 6)
  })

  test('differ when it lies outside, or before its cause', () => {
    expect(compare(run, measured(80)).verdict).toBe('differs')
    const backwards = timeline([event(0, 5, 'ready', 'Unknown'), event(1, 50, 'power', 'off')])
    expect(compare(run, backwards).events[0]).toMatchObject({ inOrder: false })
  })

  test('are judged only where an engine decided in both', () => {
    const ours = timeline([event(0, 10, 'power', 'off'), event(1, 90, 'ready', 'Unknown', { decidedBy: 'standIn' })])
    expect(compare(run, ours)).toMatchObject({
      verdict: 'nothingToJudge',
      events: [{ inside: false, decidedBy: 'standIn' }],
    })
  })

  test('say what only one of them has', () => {
    const only = timeline([event(0, 10, 'power', 'off'), event(1, 11, 'noExecute', true)])
    const comparison = compare(run, { ...only, length: 200 })
    expect(comparison.missing).toMatchObject([
      { subject: 'node/edge/a-0', what: 'ready', to: 'Unknown', occurrence: 1 },
    ])
    expect(comparison.unforeseen).toMatchObject([{ subject: 'node/edge/a-0', what: 'noExecute', to: true }])
    expect(comparison.verdict).toBe('differs')
  })

  test('differ by what an engine did and no forecast knows, though all that was foreseen came in time', () => {
    const more = event(2, 70, 'noExecute', true, { cause: 1, timer: detect })
    expect(compare(run, measured(50.2, [more]))).toMatchObject({
      verdict: 'differs',
      judged: 1,
      within: 1,
      missing: [],
      unforeseen: [{ subject: 'node/edge/a-0', what: 'noExecute', to: true, decidedBy: 'engine' }],
    })
    expect(compare(run, measured(50.2, [more]), { foretells: ({ what }) => what !== 'noExecute' })).toMatchObject({
      verdict: 'agrees',
      unforeseen: [],
    })
  })

  test('are compared to the end though events were left out, so that ids are no places any more', () => {
    const late = event(3, 70, 'noExecute', true, { cause: 2, timer: detect })
    const alike = event(2, 60, 'noSchedule', true, { cause: 3, timer: detect })
    expect(compare(run, measured(50.2, [late, alike])).unforeseen.map(({ what }) => what)).toEqual([
      'noExecute',
      'noSchedule',
    ])
    const shifted = event(7, 70, 'noExecute', true, { cause: 2, timer: detect })
    expect(compare(run, measured(50.2, [shifted])).unforeseen).toMatchObject([{ decidedBy: 'engine' }])
  })

  test('do not differ by what follows from a stand-in that did what nobody foresaw', () => {
    const flicker = event(2, 70, 'pods', 'gone', { decidedBy: 'standIn' })
    const follows = event(3, 71, 'noExecute', true, { cause: 2, timer: detect })
    expect(compare(run, measured(50.2, [flicker, follows]))).toMatchObject({
      verdict: 'agrees',
      unforeseen: [{ what: 'pods' }, { what: 'noExecute', decidedBy: 'standIn' }],
    })
  })
})

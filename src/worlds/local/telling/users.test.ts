import { expect, test } from 'vitest'
import type { TimelineEvent } from '../../../model/timeline.ts'
import { recoveriesOf } from '../../../timeline/recovery.ts'
import { serviceOf } from '../../../timeline/users.ts'
import type { AudienceState } from '../outside/audiences/config.ts'
import { drillSeconds, usersSeen } from './users.ts'

const time = { beganMs: 1_000_000, speed: 10 }

const audience = (points: readonly (readonly [second: number, edge: number, home: number])[]): AudienceState => ({
  ...{ app: 'game', audience: 'public', requests: 0, failed: 0, doors: {} },
  points: points.map(([second, edge, home]) => {
    const by = { ...(edge > 0 && { edge }), ...(home > 0 && { home }) }
    return { atMs: 1_000_000 + second * 1_000, served: edge + home, keepers: edge + home, by, keepersBy: by }
  }),
})

const event = (id: number, at: number, subject: string, to: number | string, cause?: number): TimelineEvent => ({
  ...{ id, at, subject, what: subject.startsWith('users') ? 'served' : 'power', from: 'on', to },
  ...{ decidedBy: 'standIn', text: '' },
  ...(cause !== undefined && { cause, timer: { id: 'resolver.ttl', minSeconds: 0, maxSeconds: 60 } }),
})

test('points are told in the time of the drill, those before it as its beginning', () => {
  const [seen] = usersSeen(
    [
      audience([
        [-3, 0.5, 0],
        [-2, 1, 0],
        [6, 0, 0],
        [12, 0, 1],
      ]),
    ],
    [],
    time,
    1_011_000,
  )
  expect(seen?.points.map(({ at, served }) => [at, served])).toEqual([
    [0, 1],
    [60, 0],
  ])
  expect(drillSeconds(time, 999_000)).toBe(0)
})

test('a point has the event that tells of it, and a recovery goes back from there to the fault', () => {
  const events = [
    event(0, 60, 'site/edge', 'off'),
    event(1, 60.2, 'users/game/public', 0, 0),
    event(2, 130.4, 'users/game/public', 1, 0),
  ]
  const [seen] = usersSeen(
    [
      audience([
        [0, 1, 0],
        [6, 0, 0],
        [13, 0, 1],
      ]),
    ],
    events,
    time,
    1_100_000,
  )
  expect(seen?.points.map(({ event: id }) => id)).toEqual([undefined, 1, 2])
  if (seen === undefined) throw new Error('nothing was seen')
  expect(recoveriesOf(seen, events, 600)).toMatchObject([
    {
      fault: 0,
      from: 60,
      to: 130,
      seconds: 70,
      servedBy: 'home',
      segments: [{ timer: 'resolver.ttl', from: 0, to: 2 }],
    },
  ])
  const service = serviceOf(seen, 600)
  expect(service.lostSeconds).toBeCloseTo(70, 6)
  expect(service.spans.at(-1)).toMatchObject({ from: 130, to: 600, served: 1 })
})

// The causes that the table finds are those that the twin knows: its timelines without their causes get them back.

import { expect, test } from 'vitest'
import { readFleet } from '../../../fleet/read.ts'
import type { Drill } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Timeline, TimelineEvent } from '../../../model/timeline.ts'
import { plan } from '../../../plan/index.ts'
import { recoveriesOf } from '../../../timeline/recovery.ts'
import { usersSubject } from '../../../timeline/subjects.ts'
import type { Point } from '../../../timeline/users.ts'
import { paceOf } from '../../../timers/pace.ts'
import { simulate } from '../../twin/simulate.ts'
import { causeOf } from './causes.ts'
import type { Happened } from './ground.ts'
import { groundOf } from './ground.ts'

/** What no watch here sees: the twin knows of single pods and lookups. */
const unseen = /^copy\/.* (removed|status|lookups|restarted|pulled)$|^binding\/.* blocked$/

const fleets = await Promise.all(
  ['local-zone', 'recovery', 'federation', 'wavelength'].map((name) => readFleet([`examples/${name}`])),
)
const runs = fleets.flatMap((fleet) => {
  const made = plan(fleet)
  return fleet.drills.map((drill): readonly [string, Plan, Drill] => [`${fleet.name}/${drill.name}`, made, drill])
})

const groundFor = (made: Plan, drill: Drill) =>
  groundOf({ plan: made, drill, pace: paceOf(1), zoneOf: () => undefined })

function played(made: Plan, drill: Drill): { readonly twin: Timeline; readonly found: readonly TimelineEvent[] } {
  const twin = simulate(made, { ...drill, assume: { ...drill.assume, nodeLifecycle: 'upstream' } }, 'a')
  const ground = groundFor(made, drill)
  const found: TimelineEvent[] = []
  for (const { cause, timer: _timer, ...bare } of twin.events)
    found.push({ ...bare, ...(cause === undefined ? {} : causeOf(bare, found, ground)) })
  return { twin, found }
}

test('nine in ten of the causes that a watch can see are the very ones that the twin had, with their timers', () => {
  let same = 0
  let all = 0
  for (const [, made, drill] of runs) {
    const { twin, found } = played(made, drill)
    twin.events.forEach((event, index) => {
      if (event.cause === undefined || unseen.test(`${event.subject} ${event.what}`)) return
      all += 1
      const { cause, timer } = found[index] ?? {}
      if (timer?.id === event.timer?.id && twin.events[cause ?? -1]?.at === twin.events[event.cause]?.at) same += 1
    })
  }
  expect(all).toBeGreaterThan(1_500)
  expect(same / all).toBeGreaterThan(0.9)
})

test.each(runs)('%s: every second of a recovery has a name, back to the fault', (_, made, drill) => {
  const { twin, found } = played(made, drill)
  for (const { app, audience, spans } of twin.services) {
    const points = spans.map((span): Point => {
      const event = twin.events.findLast(
        ({ subject, at }) => subject === usersSubject(app, audience) && Math.abs(at - span.from) < 1e-6,
      )?.id
      const keepers = Object.values(span.keepers ?? {}).reduce((sum, share) => sum + share, 0)
      return { at: span.from, served: span.served, keepers, by: span.by, keepersBy: span.keepers ?? {}, event }
    })
    const seen = { app, audience, points }
    const known = recoveriesOf(seen, twin.events, twin.length)
    recoveriesOf(seen, found, twin.length).forEach((recovery, index) => {
      expect(recovery.from).toBe(known[index]?.from)
      expect(recovery.to).toBe(known[index]?.to)
      // a point that the twin did not find worth an event has none to go back from
      if (recovery.seconds === undefined || known[index]?.segments.length === 0) return
      const sum = recovery.segments.reduce((total, { seconds }) => total + seconds, 0)
      expect(sum).toBeCloseTo(recovery.seconds, 2)
      expect(recovery.segments.every(({ timer }) => timer !== '')).toBe(true)
      const fault = found[recovery.fault]
      // cluster DNS is not watched here, so that what hangs on it begins with the door
      if (!drill.name.includes('region-nodes')) expect(fault?.cause).toBeUndefined()
    })
  }
})

test('what nothing can have led to has no cause, and how things stood at first leads to nothing', () => {
  const [, made, drill] = runs[0] ?? []
  if (made === undefined || drill === undefined) throw new Error('no drill')
  const event = (id: number, at: number, subject: string, what: string, from: string | null, to: string): Happened => ({
    ...{ id, at, subject, what, from, to },
    ...{ decidedBy: 'engine', text: '' },
  })
  const ground = groundFor(made, drill)
  const ready = event(1, 100, 'node/los-angeles/x-0', 'ready', 'True', 'Unknown')
  expect(causeOf(ready, [event(0, 50, 'site/oregon', 'serviceLink', 'up', 'down')], ground)).toBeUndefined()
  expect(causeOf(ready, [event(0, 0, 'site/los-angeles', 'serviceLink', null, 'down')], ground)).toBeUndefined()
  expect(causeOf(ready, [event(0, 50, 'site/los-angeles', 'serviceLink', 'up', 'down')], ground)).toMatchObject({
    cause: 0,
    timer: { id: 'kubernetes.node.detect' },
  })
})

test('of two that may have led to it, the later one whose time fits is the cause', () => {
  const [, made, drill] = runs[0] ?? []
  if (made === undefined || drill === undefined) throw new Error('no drill')
  const link = (id: number, at: number, to: string): Happened => ({
    ...{ id, at, subject: 'site/los-angeles', what: 'serviceLink', from: to === 'up' ? 'down' : 'up', to },
    ...{ decidedBy: 'standIn', text: '' },
  })
  const lost: Happened = {
    ...{ id: 3, at: 150, subject: 'node/los-angeles/x-0', what: 'ready', from: 'True', to: 'Unknown' },
    ...{ decidedBy: 'engine', text: '' },
  }
  const cause = causeOf(lost, [link(0, 105, 'down'), link(1, 140, 'up'), link(2, 145, 'down')], groundFor(made, drill))
  expect(cause?.cause).toBe(0)
})

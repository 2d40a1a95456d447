import { expect, test } from 'vitest'
import { fleetFrom } from '../../../fleet/from.ts'
import { plan } from '../../../plan/index.ts'
import { paceOf } from '../../../timers/pace.ts'
import { groundOf } from './ground.ts'
import type { Told } from './told.ts'
import { weaver } from './weave.ts'

const fleet = fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: small }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: west, network: main, eks: { version: "1.35" } }]
sites:
  - { name: edge, place: { localZone: us-west-2-lax-1a }, cluster: west, nodePools: [{ name: edge, replicas: 2, instanceTypes: [t3.medium] }] }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: edge, replicas: 3 }]
`)
const made = plan(fleet)

/** At ten times the speed, begun at 1,000,000 ms. */
const weave = () =>
  weaver({
    drill: 'cut',
    beganMs: 1_000_000,
    speed: 10,
    ground: groundOf({ plan: made, drill: { faults: [] }, pace: paceOf(10), zoneOf: () => undefined }),
  })

/** At a second of reality. */
const told = (
  second: number,
  subject: string,
  what: string,
  from: Told['from'],
  to: Told['to'],
  more: Partial<Told> = {},
): Told => ({
  ...{ atMs: 1_000_000 + second * 1_000, subject, what, from, to },
  ...{ text: `${subject} ${what} ${String(to)}`, decidedBy: 'engine', ...more },
})

const shown = (weaving: ReturnType<typeof weave>): readonly string[] =>
  weaving
    .events()
    .map(
      ({ at, subject, what, from, to, cause }) =>
        `${at} ${subject} ${what} ${String(from)} -> ${String(to)}${cause === undefined ? '' : ` <- ${cause}`}`,
    )

test('what many tell comes in order of time, in the time of the drill, each with its cause', () => {
  const weaving = weave()
  weaving.tell(told(11.2, 'copy/game/edge', 'ready', 3, 1))
  weaving.tell(told(6, 'site/edge', 'serviceLink', 'up', 'down', { root: true }))
  weaving.tell(told(11, 'node/edge/edge-0', 'ready', 'True', 'Unknown'))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(shown(weaving)).toEqual([
    '0 drill/cut began null -> true',
    '60 site/edge serviceLink up -> down',
    '110 node/edge/edge-0 ready True -> Unknown <- 1',
    '112 copy/game/edge ready 3 -> 1 <- 2',
  ])
})

test('what was given out stays as it was; what is told later of an earlier time comes after it', () => {
  const weaving = weave()
  weaving.tell(told(1, 'site/edge', 'serviceLink', 'up', 'down'))
  weaving.tell(told(5, 'node/edge/edge-0', 'ready', 'True', 'Unknown'))
  expect(weaving.commit(1_002_000)).toHaveLength(1)
  weaving.tell(told(0.5, 'site/edge', 'internet', 'up', 'down', { root: true }))
  weaving.tell(told(3, 'node/edge/edge-1', 'ready', 'True', 'Unknown'))
  weaving.commit(1_010_000)
  expect(shown(weaving).slice(1)).toEqual([
    '10 site/edge serviceLink up -> down',
    '10 site/edge internet up -> down',
    '30 node/edge/edge-1 ready True -> Unknown <- 1',
    '50 node/edge/edge-0 ready True -> Unknown <- 1',
  ])
})

test('what two of them tell is told once, and whoever is the second means the first', () => {
  const weaving = weave()
  weaving.stands('copy/game/edge', 'replicas', 3)
  const byHand = weaving.tell(told(1, 'copy/game/edge', 'replicas', 3, 0, { root: true }))
  const watched = weaving.tell(told(1.02, 'copy/game/edge', 'replicas', 3, 0))
  const timer = { id: 'kubernetes.pod.deleted', minSeconds: 0, maxSeconds: 3 }
  weaving.tell(told(1.1, 'copy/game/edge', 'serving', 3, 0, { cause: watched, timer }))
  weaving.tell(told(1.2, 'copy/game/edge', 'serving', 0, 1, { cause: byHand, timer }))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(shown(weaving).slice(1)).toEqual([
    '10 copy/game/edge replicas 3 -> 0',
    '11 copy/game/edge serving 3 -> 0 <- 1',
    '12 copy/game/edge serving 0 -> 1 <- 1',
  ])
})

test('how things stand is no event; evictions are events each time', () => {
  const weaving = weave()
  weaving.stands('node/edge/edge-0', 'ready', 'True')
  weaving.tell(told(1, 'node/edge/edge-0', 'ready', 'Unknown', 'True'))
  weaving.tell(told(2, 'binding/main/game', 'evicted', 3, 'west'))
  weaving.tell(told(3, 'binding/main/game', 'evicted', 2, 'west'))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(shown(weaving).slice(1)).toEqual([
    '20 binding/main/game evicted 3 -> west',
    '30 binding/main/game evicted 2 -> west',
  ])
})

test('pods that change together are one event, unless the count turns in between', () => {
  const weaving = weave()
  weaving.stands('copy/game/edge', 'ready', 3)
  for (const [second, from, to] of [
    [1, 3, 2],
    [1.01, 2, 1],
    [1.02, 1, 0],
    [2, 0, 1],
    [2.01, 1, 0],
    [3, 0, 1],
    [3.5, 1, 2],
  ] as const)
    weaving.tell(told(second, 'copy/game/edge', 'ready', from, to))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(shown(weaving).slice(1)).toEqual([
    '10.2 copy/game/edge ready 3 -> 0',
    '20 copy/game/edge ready 0 -> 1',
    '20.1 copy/game/edge ready 1 -> 0',
    '30 copy/game/edge ready 0 -> 1',
    '35 copy/game/edge ready 1 -> 2',
  ])
})

test('the beginning is told first, and leads to nothing', () => {
  const weaving = weave()
  weaving.begins({
    ...{ subject: 'record/game.example.com/users', what: 'answer', to: 'edge' },
    ...{ text: 'game.example.com answers users with edge', decidedBy: 'standIn' },
  })
  weaving.tell(told(1, 'record/game.example.com/users', 'answer', null, 'edge'))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(shown(weaving)).toEqual([
    '0 drill/cut began null -> true',
    '0 record/game.example.com/users answer null -> edge',
  ])
})

test('what a kubelet decides is a stand-in of ours, though an API server tells of it', () => {
  const weaving = weave()
  weaving.stands('site/edge', 'serviceLink', 'down')
  weaving.tell(told(1, 'site/edge', 'serviceLink', 'down', 'up', { root: true, decidedBy: 'standIn' }))
  weaving.tell(told(1.5, 'node/edge/edge-0', 'ready', 'Unknown', 'True'))
  weaving.tell(told(1.6, 'node/edge/edge-0', 'noSchedule', true, false))
  weaving.commit(Number.POSITIVE_INFINITY)
  expect(
    weaving
      .events()
      .slice(2)
      .map(({ timer, decidedBy }) => `${timer?.id} ${decidedBy}`),
  ).toEqual(['kubelet.nodeStatus standIn', 'kubernetes.node.noScheduleOff engine'])
})

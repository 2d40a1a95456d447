// Each judge objects to a run that was spoilt on purpose, and to none that was not.

import { describe, expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../../../model/timeline.ts'
import { addPod } from '../pods.ts'
import type { Rehearsal } from '../simulate.ts'
import { rehearse } from '../simulate.ts'
import type { Copy, World } from '../state.ts'
import { golden } from '../testing/fleets.case.ts'
import { drillOf } from '../testing/plans.case.ts'
import { judges } from './index.ts'

const plan = golden({
  faults: '[{ at: 60s, site: outpost, lose: power, for: 10m }]',
  replicas: 2,
  assume: '{ nodeLifecycle: upstream }',
})

const fresh = (): Rehearsal & { readonly finished: Timeline } => {
  const rehearsal = rehearse(plan, drillOf(plan), 'judged')
  return { ...rehearsal, finished: rehearsal.finish() }
}

const judge = (id: string) => {
  const found = judges.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no judge ${id}`)
  return found
}

const atEnd = (id: string, world: World, timeline: Timeline): readonly string[] =>
  judge(id)
    .atEnd?.(world, timeline)
    .map((objection) => objection.text) ?? []

/** What the judge says when the event is written as it was, but for some fields. */
function onEvent(id: string, world: World, event: TimelineEvent): string | undefined {
  const spoilt = {
    ...world,
    log: { ...world.log, events: Object.assign([...world.log.events], { [event.id]: event }) },
  }
  return judge(id).onEvent?.(spoilt, event)
}

const copyOf = (world: World, key: string): Copy => {
  const copy = world.copies.get(key)
  if (copy === undefined) throw new Error(`no copy ${key}`)
  return copy
}

test('no judge objects to a run that nobody spoilt', () => {
  expect(fresh().finished.violations).toEqual([])
})

describe('each judge trips', () => {
  const { world, finished } = fresh()
  const caused = finished.events.find((event) => event.timer?.id === 'route53.healthCheck.down') as TimelineEvent

  test('timers: an effect outside the bounds of its timer, or with an unknown one', () => {
    expect(onEvent('timers', world, { ...caused, at: caused.at + 500 })).toMatch(/lie outside/)
    expect(
      onEvent('timers', world, { ...caused, timer: { id: 'nobody.knows', minSeconds: 0, maxSeconds: 900 } }),
    ).toMatch(/no timer is called/)
    const { timer: _, ...without } = caused
    expect(onEvent('timers', world, without)).toMatch(/no timer/)
  })

  test('causality: an effect before its cause, and a node that nobody can have heard of', () => {
    expect(onEvent('causality', world, { ...caused, cause: caused.id + 1 })).toMatch(/before its cause/)
    const dark = rehearse(plan, drillOf(plan), 'dark')
    dark.until(90)
    const subject = 'node/outpost/workers-0'
    const last = dark.world.log.events.length - 1
    const told = {
      id: last + 1,
      at: 90,
      subject,
      what: 'ready',
      from: 'Unknown',
      to: 'True',
      cause: last,
      decidedBy: 'engine',
      text: '',
    } as const
    expect(judge('causality').onEvent?.(dark.world, told)).toMatch(/nobody can have heard/)
  })

  test('causality: an API server that is gone writes nothing', () => {
    const lost = golden({ faults: '[{ at: 60s, cluster: plant, lose: controlPlane, for: 10m }]' })
    const run = rehearse(lost, drillOf(lost), 'gone')
    run.until(90)
    const last = run.world.log.events.length - 1
    const told = {
      id: last + 1,
      at: 90,
      subject: 'copy/game/outpost',
      what: 'ready',
      from: 2,
      to: 1,
      cause: last,
      decidedBy: 'engine',
      text: '',
    } as const
    expect(judge('causality').onEvent?.(run.world, told)).toMatch(/API server is gone/)
  })

  test('replicas: more pods than were asked for, and a count that is not so', () => {
    const spoilt = fresh()
    const copy = copyOf(spoilt.world, 'game/outpost')
    const deleted = { ...caused, subject: copy.subject, what: 'deleted' }
    expect(judge('replicas').onEvent?.(spoilt.world, deleted)).toBeUndefined()
    addPod(copy, undefined, false)
    expect(judge('replicas').onEvent?.(spoilt.world, deleted)).toMatch(/3 pods where 2/)
    const [pod] = copy.pods
    if (pod !== undefined) pod.serving = false
    pod?.node?.pods.delete(pod)
    expect(atEnd('replicas', spoilt.world, spoilt.finished)).toEqual([
      expect.stringMatching(/told to have 2 serving pods where there are 1/),
      expect.stringMatching(/told to have 0 pending pods where there are 1/),
      expect.stringMatching(/does not know/),
      expect.stringMatching(/ends with 3 pods instead of 2/),
    ])
  })

  test('affinity: a pod on a node of another site', () => {
    const spoilt = fresh()
    const copy = copyOf(spoilt.world, 'game/outpost')
    const [stray] = copyOf(spoilt.world, 'game/zone').cluster.nodes
    const [pod] = copy.pods
    if (pod !== undefined) pod.node = stray
    expect(atEnd('affinity', spoilt.world, spoilt.finished)).toEqual([expect.stringMatching(/is on node\/zone/)])
  })

  test('starts: a container without an image, and one that its kubelet cannot know of', () => {
    const spoilt = fresh()
    const [start] = spoilt.world.starts
    if (start === undefined) throw new Error('nothing was started')
    spoilt.world.starts.push(
      { ...start, mustPull: true, registry: false },
      { ...start, known: false },
      { ...start, mustPull: false, cached: false, registry: false },
    )
    const texts = atEnd('starts', spoilt.world, spoilt.finished)
    expect(texts).toEqual([
      expect.stringMatching(/must pull/),
      expect.stringMatching(/cannot know/),
      expect.stringMatching(/without an image/),
    ])
  })

  test('rates: two taints of a zone at once, and a burst beyond the client limit', () => {
    const spoilt = fresh()
    const [cluster] = spoilt.world.clusters.values()
    const [zone] = cluster?.zones.values() ?? []
    zone?.taintedAt.push(100, 101, 102)
    expect(atEnd('rates', spoilt.world, spoilt.finished)[0]).toMatch(/nodes marked for eviction within/)
    const busy = fresh()
    const [other] = busy.world.clusters.values()
    const granted = other?.monitor.client.granted as number[]
    for (let index = 0; index < 40; index += 1) granted.push(7)
    expect(atEnd('rates', busy.world, busy.finished)).toEqual([expect.stringMatching(/more than 20 requests/)])
  })

  test('reach: users answered by a site that is dark', () => {
    const services = finished.services.map((service) => ({
      ...service,
      spans: service.spans.map((span) => ({ ...span, served: 1, by: { outpost: 1 } })),
    }))
    expect(atEnd('reach', world, { ...finished, services })[0]).toMatch(/answered by outpost .* which is away/)
  })

  test('answers: a record that is unusable while another could be used, and one that does not exist', () => {
    const event = finished.events.find(
      (one) => one.subject.startsWith('record/') && one.cause !== undefined,
    ) as TimelineEvent
    const spoilt = fresh()
    const users = spoilt.world.users.get('game/public')
    users?.believed.set('outpost', false)
    users?.believed.set('zone', true)
    expect(judge('answers').onEvent?.(spoilt.world, { ...event, to: 'outpost' })).toMatch(/which is unusable/)
    expect(judge('answers').onEvent?.(spoilt.world, { ...event, to: 'moon' })).toMatch(/no record/)
    const [cohort] = users?.cohorts ?? []
    if (cohort !== undefined) cohort.answer = { outpost: 1, zone: 0 }
    expect(atEnd('answers', spoilt.world, spoilt.finished)).toEqual([
      expect.stringMatching(/holds an answer for longer than 60 s/),
    ])
  })

  test('demand: users who are neither served nor lost, and an availability that is not the integral', () => {
    const [service, ...others] = finished.services
    if (service === undefined) throw new Error('no service')
    const [span, ...spans] = service.spans
    if (span === undefined) throw new Error('no span')
    const wrong = { ...service, spans: [{ ...span, served: 0.5 }, ...spans] }
    expect(atEnd('demand', world, { ...finished, services: [wrong, ...others] })[0]).toMatch(/answer 1, not 0.5/)
    expect(atEnd('demand', world, { ...finished, services: [{ ...service, spans }] })[0]).toMatch(
      /nothing is said from 0/,
    )
    expect(atEnd('demand', world, { ...finished, services: [{ ...service, availability: 0.1 }] })).toEqual([
      expect.stringMatching(/availability/),
    ])
  })

  test('segments: a recovery that its segments do not add up to, and one outside its bounds', () => {
    const [recovery] = finished.recoveries
    if (recovery === undefined) throw new Error('no recovery')
    const longer = { ...recovery, seconds: (recovery.seconds ?? 0) + 1 }
    expect(atEnd('segments', world, { ...finished, recoveries: [longer] })[0]).toMatch(/add up to/)
    const tight = { ...recovery, segments: recovery.segments.map((segment) => ({ ...segment, maxSeconds: 0 })) }
    expect(atEnd('segments', world, { ...finished, recoveries: [tight] })[0]).toMatch(/outside/)
  })

  test('liveness: what is not as it was after everything is repaired', () => {
    const spoilt = fresh()
    const copy = copyOf(spoilt.world, 'game/outpost')
    const [node] = copy.cluster.nodes
    if (node !== undefined) node.noExecute = true
    copy.told.ready = 0
    const texts = atEnd('liveness', spoilt.world, spoilt.finished)
    expect(texts).toEqual([expect.stringMatching(/still marked for eviction/), expect.stringMatching(/has 0 ready/)])
  })
})

test('every judge has a test above that trips it', () => {
  expect(judges.map((one) => one.id)).toEqual([
    'causality',
    'timers',
    'replicas',
    'affinity',
    'starts',
    'rates',
    'reach',
    'answers',
    'demand',
    'segments',
    'liveness',
  ])
})

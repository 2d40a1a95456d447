// What a cluster does with the pods of a site that it lost: evictions, replacements, the way back.

import { describe, expect, test } from 'vitest'
import type { Timeline } from '../../../model/timeline.ts'
import { golden, oneCluster } from '../testing/fleets.case.ts'
import { happened, mean, play, seeds } from '../testing/plans.case.ts'

const when = (timeline: Timeline, subject: string, what: string, to: unknown): number =>
  happened(timeline, subject, what).find((event) => event.to === to)?.at ?? Number.NaN

describe('eviction', () => {
  test('[seed 50] the pods of one lost node are deleted 339.6 to 358 s later, 347.6 s on average', () => {
    const plan = oneCluster({
      nodes: 4,
      regionNodes: 4,
      pods: 4,
      faults: '[{ at: 100s, site: edge, lose: nodes, count: 1 }]',
    })
    const times = seeds(300).flatMap((seed) =>
      happened(play(plan, seed), 'copy/game/edge', 'deleted').map((event) => event.at - 100),
    )
    expect(times).toHaveLength(300)
    expect(Math.min(...times)).toBeGreaterThan(339.6)
    expect(Math.max(...times)).toBeLessThan(358)
    expect(Math.abs(mean(times) - 347.6)).toBeLessThan(0.7)
  })

  test('forty pods of a node go one after the other: the last 4.5 s after the time is up, as measured', () => {
    const plan = oneCluster({
      nodes: 2,
      regionNodes: 4,
      pods: 80,
      faults: '[{ at: 100s, site: edge, lose: nodes, count: 1 }]',
    })
    for (const seed of seeds(20)) {
      const run = play(plan, seed)
      const marked = happened(run, 'node/edge', 'noExecute')[0]?.at ?? Number.NaN
      const [deleted] = happened(run, 'copy/game/edge', 'deleted')
      expect(deleted?.to).toBe(40)
      const late = (deleted?.at ?? 0) - marked - 300
      expect(late).toBeGreaterThan(4.3)
      expect(late).toBeLessThan(5)
    }
  })

  test('a node that is back before the time is up keeps its pods', () => {
    const plan = oneCluster({
      nodes: 2,
      regionNodes: 4,
      pods: 4,
      faults: '[{ at: 100s, site: edge, lose: serviceLink, for: 4m }]',
    })
    for (const seed of seeds(30)) {
      const run = play(plan, seed)
      expect(happened(run, 'copy/game/edge', 'deleted')).toEqual([])
      expect(happened(run, 'copy/game/edge', 'serving')).toEqual([])
    }
  })
})

describe('replacements', () => {
  test('pinned pods wait for the whole outage, then all go to the first node that is back', () => {
    const plan = oneCluster({
      nodes: 6,
      regionNodes: 4,
      pods: 6,
      faults: '[{ at: 100s, site: edge, lose: serviceLink, for: 15m }]',
    })
    for (const seed of seeds(20)) {
      const run = play(plan, seed)
      const bound = happened(run, 'copy/game/edge', 'pending').filter((event) => Number(event.to) < Number(event.from))
      expect(bound.map((event) => event.to)).toEqual([0])
      const opened = happened(run, 'node/edge', 'noSchedule').filter((event) => event.to === false)
      expect(bound[0]?.cause).toBe(opened[0]?.id)
    }
  })

  test('other pods go to any node of their cluster, and serve there while the site is dark', () => {
    const plan = oneCluster({
      nodes: 2,
      regionNodes: 4,
      pods: 4,
      pinned: false,
      faults: '[{ at: 100s, site: edge, lose: power, for: 20m }]',
    })
    const run = play(plan)
    expect(when(run, 'copy/game/edge', 'serving', 4)).toBeLessThan(100 + 480)
    expect(run.violations).toEqual([])
  })

  test('a pod with an ordinal is not replaced while nobody can say that it is gone', () => {
    const plan = oneCluster({
      nodes: 3,
      regionNodes: 4,
      pods: 3,
      stateful: true,
      faults: '[{ at: 100s, site: edge, lose: nodes, count: 1, for: 15m }]',
    })
    const run = play(plan)
    expect(when(run, 'copy/game/edge', 'deleted', 1)).toBeLessThan(500)
    expect(when(run, 'copy/game/edge', 'pending', 1)).toBeGreaterThan(1000)
  })

  test('a node that never ran the app must pull its image: without a registry its new pods stay down', () => {
    const faults = (registry: string) => `[{ at: 100s, site: edge, lose: nodes, count: 1 }${registry}]`
    const nodes = { nodes: 3, regionNodes: 1, pods: 2 }
    const free = play(oneCluster({ ...nodes, faults: faults('') }))
    const without = play(oneCluster({ ...nodes, faults: faults(', { at: 100s, lose: registry, for: 30m }') }))
    expect(when(free, 'copy/game/edge', 'serving', 2)).toBeLessThan(500)
    expect(when(without, 'copy/game/edge', 'serving', 2)).toBeGreaterThan(1900)
    expect(without.violations).toEqual([])
  })
})

describe('a site that is cut off', () => {
  test('after a reboot in the cut nothing but the link brings its pods back', () => {
    const faults =
      '[{ at: 60s, site: outpost, lose: serviceLink, for: 30m }, { at: 5m, site: outpost, lose: power, for: 1m }]'
    for (const seed of seeds(20)) {
      const run = play(golden({ faults }), seed)
      expect(happened(run, 'node/outpost', 'kubelet').length).toBe(2)
      expect(happened(run, 'copy/game/outpost', 'serving').find((event) => event.to === 1)?.at).toBeGreaterThan(1860)
      expect(run.violations).toEqual([])
    }
  })

  test('without a reboot its containers never stop', () => {
    const run = play(golden({ faults: '[{ at: 60s, site: outpost, lose: uplink, for: 2h }]' }))
    expect(happened(run, 'copy/game/outpost', 'serving')).toEqual([])
    expect(run.services.find((service) => service.audience === 'floor')?.availability).toBe(1)
  })

  test('a control plane that is gone decides nothing, and forgets what it was timing', () => {
    const plan = oneCluster({
      nodes: 2,
      regionNodes: 4,
      pods: 2,
      faults:
        '[{ at: 100s, site: edge, lose: serviceLink, for: 40m }, { at: 5m, cluster: main, lose: controlPlane, for: 5m }]',
    })
    const run = play(plan)
    const marked = happened(run, 'node/edge', 'noExecute').filter((event) => event.to === true)
    expect(marked[0]?.at).toBeLessThan(170)
    // 300 s from when the new controllers saw the taint, not from the taint
    const started = when(run, 'cluster/main', 'controllers', 'running')
    const [deleted] = happened(run, 'copy/game/edge', 'deleted')
    expect(deleted?.at).toBeGreaterThan(started + 300)
    expect(deleted?.at).toBeLessThan(started + 303)
  })
})

test('a crash is over with the next restart of its back-off', () => {
  const down = (seconds: number) => {
    const run = play(golden({ faults: `[{ at: 100s, app: game, site: outpost, lose: app, for: ${seconds}s }]` }))
    expect(run.violations).toEqual([])
    return when(run, 'copy/game/outpost', 'restarted', 'game-0') - 100
  }
  // at once, after 10 s, 20 s more, 40 s more, …: the first of them after the end
  expect(down(5)).toBeGreaterThan(10)
  expect(down(5)).toBeLessThan(12)
  expect(down(12)).toBeGreaterThan(30)
  expect(down(12)).toBeLessThan(32)
  expect(down(100)).toBeGreaterThan(150)
  expect(down(100)).toBeLessThan(152)
})

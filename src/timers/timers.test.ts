import { describe, expect, test } from 'vitest'
import {
  albCheck,
  busyPass,
  catalogue,
  eks,
  healthCheckDown,
  healthCheckUp,
  inSequence,
  nodeDetection,
  nodeEviction,
  noExecuteTaint,
  quorum,
  restartBackoff,
  targetUnhealthy,
  timerEntry,
  upstream,
} from './index.ts'

describe('the catalogue', () => {
  test.each(catalogue.map((entry) => [entry.timer.id, entry] as const))(
    '%s has a title, a sentence, a source and bounds in order',
    (_id, { timer, about }) => {
      expect(timer.title).not.toBe('')
      expect(about).toMatch(/\.$/)
      expect(timer.source.length).toBeGreaterThan(8)
      expect(timer.minSeconds).toBeGreaterThanOrEqual(0)
      expect(timer.maxSeconds).toBeGreaterThanOrEqual(timer.minSeconds)
      const mean = timer.meanSeconds ?? timer.minSeconds
      expect(mean).toBeGreaterThanOrEqual(timer.minSeconds)
      expect(mean).toBeLessThanOrEqual(timer.maxSeconds)
    },
  )

  test('no id is given twice, and each is found again', () => {
    const ids = catalogue.map(({ timer }) => timer.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(timerEntry(id)?.timer.id).toBe(id)
    expect(timerEntry('of.a.later.version')).toBeUndefined()
  })
})

describe('nodes', () => {
  test('detection is grace, plus the wait for a pass, less the age of the last lease', () => {
    const timer = nodeDetection(upstream)
    expect(timer.minSeconds).toBeCloseTo(39.6, 6)
    expect(timer.meanSeconds).toBe(47.5)
    expect(timer.maxSeconds).toBeLessThan(55.3)
    expect(timer.decidedBy).toBe('engine')
    expect(nodeDetection(eks)).toMatchObject({ meanSeconds: 37.5, decidedBy: 'document' })
  })

  test('the pods of busy passes come on top of the upper bound', () => {
    expect(nodeDetection(upstream, { passSeconds: 20 }).maxSeconds).toBe(nodeDetection(upstream).maxSeconds + 20)
  })

  test.each([
    { pods: 80, nodes: 2, measured: 4.94 },
    { pods: 80, nodes: 2, measured: 5.06 },
    { pods: 160, nodes: 4, measured: 9.29 },
  ])('a pass that marks $pods pods of $nodes nodes takes about $measured s', ({ pods, nodes, measured }) => {
    const timer = busyPass({ pods, nodes })
    expect(Math.abs((timer.meanSeconds ?? 0) - measured)).toBeLessThan(0.3)
    expect(timer.maxSeconds).toBeGreaterThan(measured)
    expect(timer.minSeconds).toBeLessThan(measured)
  })

  test('eviction of a single node takes 339.6 to 356 s, of the last of twelve 110 s more', () => {
    const one = nodeEviction(upstream, { pods: 1 })
    expect(one.minSeconds).toBeCloseTo(339.6, 6)
    expect(one.maxSeconds).toBeLessThan(359)
    expect(one.meanSeconds).toBeCloseTo(347.6, 0)
    const last = nodeEviction(upstream, { pods: 1, position: 12 })
    expect((last.meanSeconds ?? 0) - (one.meanSeconds ?? 0)).toBeCloseTo(110, 6)
    expect(noExecuteTaint(upstream, { position: 12 }).minSeconds).toBe(100)
  })
})

describe('health checks', () => {
  test('of sixteen checkers fourteen must fail, and three must pass', () => {
    expect(quorum(16)).toEqual({ down: 14, up: 3 })
    expect(quorum(5)).toEqual({ down: 5, up: 1 })
  })

  test.each([
    { intervalSeconds: 30, failureThreshold: 3, refused: [60, 85, 90], silent: [72, 97, 102], up: [60, 66] },
    { intervalSeconds: 30, failureThreshold: 1, refused: [0, 25, 30], silent: [4, 29, 34], up: [0, 5] },
    { intervalSeconds: 10, failureThreshold: 3, refused: [20, 28.5, 30], silent: [32, 40, 42], up: [20, 22] },
    { intervalSeconds: 10, failureThreshold: 1, refused: [0, 8, 10], silent: [4, 12, 14], up: [0, 2] },
  ])(
    'every $intervalSeconds s, threshold $failureThreshold: the published table',
    ({ refused, silent, up, ...check }) => {
      const down = healthCheckDown(check, 'refused')
      expect([down.minSeconds, down.maxSeconds]).toEqual([refused[0], refused[2]])
      expect(Math.abs((down.meanSeconds ?? 0) - (refused[1] ?? 0))).toBeLessThan(0.5)
      const dark = healthCheckDown(check, 'blackhole')
      expect([dark.minSeconds, dark.maxSeconds]).toEqual([silent[0], silent[2]])
      expect(Math.abs((dark.meanSeconds ?? 0) - (silent[1] ?? 0))).toBeLessThan(0.5)
      const back = healthCheckUp(check, 'refused')
      expect(back.minSeconds).toBe(up[0])
      expect(Math.abs((back.meanSeconds ?? 0) - (up[1] ?? 0))).toBeLessThan(0.8)
    },
  )
})

test('a load balancer takes 20 to 35 s with the controller’s checks, 35 to 65 s with its own', () => {
  expect(targetUnhealthy()).toMatchObject({ minSeconds: 20, maxSeconds: 35, meanSeconds: 27.5 })
  expect(targetUnhealthy(albCheck)).toMatchObject({ minSeconds: 35, maxSeconds: 65, meanSeconds: 50 })
})

test('restarts wait 10 s, doubled up to 300 s', () => {
  expect([1, 2, 3, 4, 8, 20].map((attempt) => restartBackoff(attempt).minSeconds)).toEqual([0, 10, 20, 40, 300, 300])
})

test('a chain of timers is as well known as its least known link', () => {
  const chain = inSequence('a.chain', 'a chain', [
    nodeDetection(upstream),
    healthCheckDown({ intervalSeconds: 30, failureThreshold: 3 }),
  ])
  expect(chain.decidedBy).toBe('standIn')
  expect(inSequence('a.chain', 'a chain', [nodeDetection(upstream), nodeDetection(eks)]).decidedBy).toBe('document')
  expect(chain.minSeconds).toBeCloseTo(39.6 + 72, 6)
})

// A drill through the port comes to the same verdict as one that the twin plays in one piece, and gives back what it took whatever happens.

import { expect, test, vi } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import type { Fault } from '../model/fleet.ts'
import { Refusal } from '../model/refusal.ts'
import { plan } from '../plan/index.ts'
import { drilledTwin } from '../worlds/twin/world.ts'
import type { DrilledWorld } from '../worlds/world.ts'
import { Interrupted } from '../worlds/world.ts'
import { withDrill } from './drill.case.ts'
import { lengthOf } from './length.ts'
import { runLive } from './live.ts'
import { runDrill } from './run.ts'
import { shownSeed } from './seeds.ts'

const pause = async (): Promise<void> => undefined

for (const example of ['local-zone', 'recovery', 'federation', 'wavelength'])
  test(`${example}: every drill has the same verdict through the port as in one piece`, async () => {
    const fleet = await readFleet([`examples/${example}`])
    const planned = plan(fleet)
    for (const drill of fleet.drills) {
      const whole = runDrill(planned, drill, { runs: 0 })
      const length = lengthOf(fleet, drill).seconds
      const world = drilledTwin(planned, { ...drill, length }, shownSeed(fleet, drill, undefined))
      const live = await runLive(planned, drill, world, { pause })
      const verdicts = (of: typeof live) => of.expectations.map(({ claim, passed }) => `${claim}: ${passed}`)
      expect(verdicts(live), drill.name).toEqual(verdicts(whole))
      expect(live.violations, drill.name).toEqual([])
      const firsts = (of: typeof live) =>
        of.timeline.recoveries.map(({ app, audience, seconds }) => `${app} ${audience} ${seconds}`)
      expect(firsts(live), drill.name).toEqual(firsts(whole))
    }
  }, 120_000)

function small(more: Partial<DrilledWorld> = {}) {
  const { fleet, drill } = withDrill('{ app: game, servedBy: home, within: 5m }')
  const planned = plan(fleet)
  const world = { ...drilledTwin(planned, drill, 'a'), ...more }
  return { planned, drill, world }
}

test('what is measured stands beside what the twin says of the same drill', async () => {
  const { planned, drill, world } = small()
  const result = await runLive(planned, drill, world, { pause })
  const [recovery] = result.recoveries
  expect(recovery?.runs).toBe(1)
  expect(recovery?.twin?.runs).toBe(25)
  expect(recovery?.twin?.seconds.min).toBeLessThan(recovery?.twin?.seconds.max ?? 0)
  expect(result.live).toMatchObject({ world: 'twin', speed: 1 })
})

test('it ends once all is given back and nothing changes any more, and says so', async () => {
  const { planned, drill, world } = small()
  const result = await runLive(planned, drill, world, { pause })
  expect(result.live?.endedAt).toBeLessThan(result.drill.lengthSeconds)
  expect(result.timeline.length).toBe(result.drill.lengthSeconds)
  expect(result.assumptions.some((line) => line.startsWith('ended at '))).toBe(true)
})

test('a world that does not come to rest is not drilled', async () => {
  const inject = vi.fn()
  const { planned, drill, world } = small({ unrest: async () => ['node edge-0 is not ready'], inject })
  await expect(runLive(planned, drill, world, { pause, restSeconds: 2 })).rejects.toThrow(Refusal)
  expect(inject).not.toHaveBeenCalled()
})

test('it begins when the world has come to rest', async () => {
  const unrest = ['node edge-0 is not ready', 'node edge-1 is not ready']
  const begin = vi.fn(async () => expect(unrest).toEqual([]))
  const { planned, drill, world } = small({
    unrest: async (asPlanned) => (asPlanned && unrest.length > 0 ? unrest.splice(0, 1) : []),
    begin,
  })
  await runLive(planned, drill, world, { pause })
  expect(begin).toHaveBeenCalledOnce()
})

test('all is given back when it is interrupted, and when the world fails', async () => {
  for (const how of ['interrupted', 'fails'] as const) {
    const heal = vi.fn(async () => undefined)
    const ending = new AbortController()
    const { planned, drill, world } = small({ heal })
    const failing: DrilledWorld = {
      ...world,
      until: async (seconds) => {
        await world.until(seconds)
        if (seconds < 100) return
        if (how === 'interrupted') ending.abort()
        else throw new Refusal('world', 'the API server is gone', 'look')
      },
    }
    const run = runLive(planned, drill, failing, { pause, signal: ending.signal })
    await expect(run).rejects.toThrow(how === 'interrupted' ? Interrupted : Refusal)
    expect(heal).toHaveBeenCalledOnce()
  }
})

test('an interruption is heard while the fleet comes to rest and while users are waited for, and says that nothing was taken away', async () => {
  const never = <Value>() => new Promise<Value>(() => undefined)
  for (const more of [
    { unrest: () => never<readonly string[]>() },
    { unrest: async () => ['node edge-0 is not ready'], pause: () => never<void>() },
    { begin: () => never<void>() },
  ] as const) {
    const { pause: waiting = pause, ...silent } = { pause: undefined, ...more }
    const inject = vi.fn()
    const ending = new AbortController()
    const { planned, drill, world } = small({ ...silent, inject })
    const run = runLive(planned, drill, world, { pause: waiting, signal: ending.signal })
    setTimeout(() => ending.abort(), 20)
    await expect(run).rejects.toThrow(/interrupted before it began: nothing was taken away/)
    await expect(run).rejects.toThrow(Interrupted)
    expect(inject).not.toHaveBeenCalled()
  }
})

test('who waits for users is told that nobody waits any more, so that it ends', async () => {
  const ending = new AbortController()
  const begin = vi.fn(
    (signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('no more')))),
  )
  const { planned, drill, world } = small({ begin })
  const run = runLive(planned, drill, world, { pause, signal: ending.signal })
  setTimeout(() => ending.abort(), 20)
  await expect(run).rejects.toThrow(Interrupted)
  expect(begin.mock.calls[0]?.[0]?.aborted).toBe(true)
})

test('what a world cannot take away is told with the result', async () => {
  const { planned, drill, world } = small({
    inject: async (_: Fault) => ({ kind: 'notHere', why: 'there is no power to take away' }),
  })
  const result = await runLive(planned, drill, world, { pause })
  expect(result.assumptions).toContain('not in this world: edge loses its power: there is no power to take away')
  expect(result.ok).toBe(false)
})

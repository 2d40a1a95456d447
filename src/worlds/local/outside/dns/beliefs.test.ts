import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { beliefs } from './beliefs.ts'
import type { DnsConfig, RecordConfig } from './config.ts'
import { fakeWorld } from './endpoint.case.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const record = (site: string, role: 'PRIMARY' | 'SECONDARY'): RecordConfig => ({
  name: 'game.example.com',
  app: 'game',
  site,
  address: site,
  ttlSeconds: 60,
  routing: { kind: 'failover', role },
})
const config: DnsConfig = {
  port: 0,
  zones: ['example.com'],
  aliases: [],
  records: [record('near', 'PRIMARY'), record('far', 'SECONDARY')],
  checks: [],
  audiences: ['east', 'west'].map((name, index) => ({
    name,
    subnet: `198.18.0.${index}`,
    apps: ['game'],
    near: [],
    origins: [],
  })),
  propagationSeconds: 10,
}

/** `delays`: of each verdict on its way, as a share of the longest. */
function told(delays: readonly number[]) {
  const world = fakeWorld(2)
  const well = new Map<string, boolean>()
  const left = [...delays]
  const known = beliefs(
    world.surroundings,
    () => left.shift() ?? 0,
    ({ site }) => well.get(site) ?? true,
  )
  known.configure(config)
  const answer = (subnet?: string): string | undefined => known.odds('game.example.com', subnet)[0]?.record.site
  return {
    world,
    turn: (healthy: boolean) => {
      well.set('near', healthy)
      known.review('game', 'near')
    },
    answers: () => [answer(), answer('198.18.0.0'), answer('198.18.0.1')],
  }
}

test('a verdict reaches the name servers near each audience in its own time, shortened by the speed', () => {
  // anybody after 0.5 s, the east after 1 s, the west after 4 s
  const { turn, answers, world } = told([0.1, 0.2, 0.8])
  turn(false)
  expect(answers()).toEqual(['near', 'near', 'near'])
  vi.advanceTimersByTime(600)
  expect(answers()).toEqual(['far', 'near', 'near'])
  vi.advanceTimersByTime(600)
  expect(answers()).toEqual(['far', 'far', 'near'])
  vi.advanceTimersByTime(3_000)
  expect(answers()).toEqual(['far', 'far', 'far'])
  expect(world.events.map(({ subject, from, to }) => [subject, from, to])).toEqual([
    ['record/game.example.com/east', null, 'near'],
    ['record/game.example.com/west', null, 'near'],
    ['record/game.example.com/east', 'near', 'far'],
    ['record/game.example.com/west', 'near', 'far'],
  ])
})

test('a verdict that was overtaken by a later one changes nothing when it comes', () => {
  const { turn, answers, world } = told([0, 1, 1, 0, 0.2, 0.2])
  turn(false)
  turn(true)
  vi.advanceTimersByTime(6_000)
  expect(answers()).toEqual(['near', 'near', 'near'])
  expect(world.events.filter(({ from }) => from !== null)).toEqual([])
})

test('the same verdict again is no news', () => {
  const { turn, world } = told([])
  turn(true)
  turn(true)
  vi.advanceTimersByTime(6_000)
  expect(world.events).toHaveLength(2)
})

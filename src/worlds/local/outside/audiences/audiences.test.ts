// Users who really resolve and fetch, at a speed at which a TTL of a minute takes six seconds.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { internetOf } from '../conditions.ts'
import type { DnsConfig } from '../dns/config.ts'
import type { Cleanup, Door, Routing } from '../dns/endpoint.case.ts'
import { doorsOf, fakeWorld, seeded, until } from '../dns/endpoint.case.ts'
import { names } from '../dns/index.ts'
import type { AudienceConfig } from './config.ts'
import { audiences } from './index.ts'

const speed = 10
let fleets = 0

async function fleet(cleanup: Cleanup, routing: Routing, some: Partial<AudienceConfig> = {}) {
  const world = fakeWorld(speed)
  fleets += 1
  const net = fleets
  const { sites, doors, port, at, recordAt } = await doorsOf(cleanup, `127.21.${net}`, routing)
  const dns: DnsConfig = {
    port: 0,
    zones: ['example.com'],
    aliases: [],
    records: sites.map((site) => ({ ...recordAt(site), targets: at(site) })),
    checks: [],
    audiences: [{ name: 'east', subnet: '198.18.0.0', apps: ['game'], near: [], origins: [] }],
    propagationSeconds: 1,
  }
  const server = names(world.surroundings, seeded(net))
  cleanup(() => server.close())
  await server.configure(dns)
  const users = audiences(world.surroundings, seeded(net))
  cleanup(() => users.close())
  const config: AudienceConfig = {
    app: 'game',
    audience: 'east',
    host: 'game.example.com',
    path: '/',
    dnsPort: server.state().port ?? 0,
    subnet: '198.18.0.0',
    doors: sites.map((site) => ({ site, ...at(site) })),
    resolvers: 20,
    violators: 0.09,
    ...some,
  }
  await users.configure([config])
  const points = () => users.state().audiences[0]?.points ?? []
  const begin = async () => {
    users.run(true)
    await until(() => points().length > 0, 25)
    return points()[0]
  }
  const told = () =>
    world.events
      .filter(({ subject }) => subject === 'users/game/east')
      .map(({ what, from, to }) => `${what} ${from} ${to}`)
  return { world, doors, users, points, begin, told, port, config }
}

vi.setConfig({ testTimeout: 90_000 })
afterAll(() => vi.resetConfig())

const pair: Routing = {
  near: { kind: 'failover', role: 'PRIMARY' },
  far: { kind: 'failover', role: 'SECONDARY' },
}

describe.concurrent('behind name servers', () => {
  test('nobody asks before they are told to', async ({ onTestFinished: cleanup }) => {
    const { users, doors } = await fleet(cleanup, pair)
    await pause(200)
    expect(users.state()).toMatchObject({ running: false, sinceMs: undefined, audiences: [] })
    expect(doors.near?.requests).toBe(0)
  })

  test('a site is lost, resolvers take the other one over as what they hold expires: five in a hundred at a time', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, begin, points, told } = await fleet(cleanup, pair)
    expect(await begin()).toMatchObject({ served: 1, keepers: 1, by: { near: 1 }, keepersBy: { near: 1 } })
    await pause(200)
    const lost = Date.now()
    const near = doors.near as Door
    near.pods = []
    await until(() => points().at(-1)?.served === 0, 25)
    near.targets = { targets: 0, healthy: 0 }
    await until(() => points().at(-1)?.keepers === 1, 25)
    const took = ((Date.now() - lost) / 1_000) * speed
    const [, gone, ...back] = points()
    expect(gone).toMatchObject({ served: 0, keepers: 0, by: {} })
    expect((((gone?.atMs ?? 0) - lost) / 1_000) * speed).toBeLessThan(40)
    // the last of those that keep to the TTL a minute after the name turned, and an interval of this busy machine
    expect(took).toBeGreaterThan(40)
    expect(took).toBeLessThan(200)
    const keepers = back.map((point) => point.keepers)
    expect(keepers).toEqual(keepers.toSorted((a, b) => a - b))
    // two that come at once are one point
    expect(new Set(keepers).size).toBeGreaterThan(10)
    expect(keepers.every((share) => Math.abs(share * 20 - Math.round(share * 20)) < 1e-6)).toBe(true)
    expect(Object.keys(back[0]?.keepersBy ?? {})).toEqual(['far'])
    expect(told()[0]).toBe('served 1 0')
    expect(told()[1]).toMatch(/^served 0 0\.\d+$/)
    expect(told().at(-1)).toMatch(/^served [0-9.]+ (0\.91|0\.94|0\.97)$/)
  })

  test('who overstays the TTL is still there when the others have left', async ({ onTestFinished: cleanup }) => {
    const { doors, begin, points } = await fleet(cleanup, pair, { violators: 1, resolvers: 0 })
    expect(await begin()).toMatchObject({ served: 1, keepers: 1 })
    ;(doors.near as Door).targets = { targets: 0, healthy: 0 }
    await until(() => doors.far?.requests !== 0 || points().length > 1, 3).catch(() => undefined)
    // of 5, 15 and 60 minutes the first may end within three seconds, no more
    expect(Object.keys(points().at(-1)?.by ?? {})).toContain('near')
  })

  test('packets vanish: known only when patience ends, but told from when it began', async ({
    onTestFinished: cleanup,
  }) => {
    const { world, begin, points } = await fleet(cleanup, pair)
    await begin()
    await pause(200)
    const lost = Date.now()
    world.set({ hops: { [internetOf('near')]: { cut: 'blackhole' } } })
    await until(() => points().at(-1)?.served === 0, 25)
    expect(Date.now() - lost).toBeGreaterThan(750)
    const from = points().at(-1)?.atMs ?? 0
    expect(from - lost).toBeGreaterThanOrEqual(-200)
    expect(from - lost).toBeLessThan(3_000)
    expect(world.events.find(({ what }) => what === 'served')?.atMs).toBe(from)
    world.set({})
    await until(() => points().at(-1)?.served === 1, 25)
    expect(points().map(({ served }) => served)).toEqual([1, 0, 1])
  })

  test('by weight: each resolver stands for many, so that the shares are exact', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, begin, points, told } = await fleet(cleanup, {
      a: { kind: 'weighted', weight: 3 },
      b: { kind: 'weighted', weight: 1 },
    })
    expect(await begin()).toMatchObject({ served: 1, by: { a: 0.75, b: 0.25 } })
    await pause(200)
    ;(doors.b as Door).pods = []
    await until(() => points().at(-1)?.served === 0.75, 25)
    expect(told()).toEqual(['served 1 0.75'])
  })

  test('a third of the pods answers nobody: a third of the users is not answered', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, begin, points, told } = await fleet(cleanup, pair)
    await begin()
    ;(doors.near as Door).pods = [200, 503, 200]
    await until(() => points().at(-1)?.served === 0.666666667, 25)
    expect(told()[0]).toBe('served 1 0.666666667')
    ;(doors.near as Door).pods = [200]
    await until(() => points().at(-1)?.served === 1, 25)
  })

  test('late is not lost: users wait', async ({ onTestFinished: cleanup }) => {
    const { world, doors, begin, points } = await fleet(cleanup, pair)
    await begin()
    world.set({ late: { 'game/near': 0.2 } })
    ;(doors.near as Door).lateMs = 200
    await pause(1_500)
    expect(points()).toHaveLength(1)
  })

  test('an address that they have no way to answers none of them', async ({ onTestFinished: cleanup }) => {
    const { begin } = await fleet(cleanup, pair, { doors: [] })
    expect(await begin()).toMatchObject({ served: 0, by: {} })
  })

  test('told to run again they begin anew; told to rest they ask no more', async ({ onTestFinished: cleanup }) => {
    const { users, doors, begin, points } = await fleet(cleanup, pair)
    await begin()
    ;(doors.near as Door).pods = []
    await until(() => points().at(-1)?.served === 0, 25)
    ;(doors.near as Door).pods = [200]
    await until(() => points().at(-1)?.served === 1, 25)
    await begin()
    await until(() => points().length === 1 && points()[0]?.served === 1, 25)
    users.run(false)
    await pause(100)
    const { requests } = doors.near as Door
    await pause(200)
    expect(doors.near?.requests).toBe(requests)
    expect(points()).toHaveLength(1)
  })
})

test('on the LAN of a site users know its door, and ask no name server', async ({ onTestFinished: cleanup }) => {
  const { begin, points, doors, config, users } = await fleet(cleanup, pair)
  const { dnsPort: _, subnet: __, ...rest } = config
  await users.configure([{ ...rest, doors: config.doors.slice(0, 1) }])
  expect(await begin()).toMatchObject({ served: 1, by: { near: 1 }, keepersBy: { near: 1 } })
  await doors.near?.close()
  await until(() => points().at(-1)?.served === 0, 25)
})

test('more ways than may be tried each second are tried less often, and that is said', async ({
  onTestFinished: cleanup,
}) => {
  const { users, config } = await fleet(cleanup, pair)
  await users.configure(Array.from({ length: 30 }, (_, index) => ({ ...config, audience: `east-${index}` })))
  users.run(true)
  await until(
    () => users.state().audiences.every(({ points }) => points.length > 0),
    10,
    () =>
      JSON.stringify(users.state().audiences.map(({ points, requests, failed }) => [points.length, requests, failed])),
  )
  const { everySeconds, notes } = users.state()
  expect(everySeconds).toBeCloseTo(2)
  expect(notes).toEqual([expect.stringContaining('30 ways of users to front doors are tried every 2.0 s of the drill')])
})

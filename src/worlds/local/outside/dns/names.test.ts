// Name servers and health checks over real sockets, at a speed at which an interval of ten seconds takes one.

import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import packet from 'dns-packet'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { resolver } from '../audiences/resolver.ts'
import { internetOf } from '../conditions.ts'
import { checkers } from './checkers.ts'
import type { CheckConfig, DnsConfig } from './config.ts'
import type { Cleanup, Routing } from './endpoint.case.ts'
import { Door, doorsOf, fakeWorld, seeded, until } from './endpoint.case.ts'
import { checkPortHop, names } from './index.ts'

const speed = 10
const closing: (() => void | Promise<void>)[] = []
afterAll(async () => {
  vi.resetConfig()
  for (const close of closing.reverse()) await close()
})
let fleets = 0

/** One name with a copy at each site, their doors, and its name servers. */
async function fleet(
  cleanup: Cleanup,
  routing: Routing,
  {
    check = {},
    alias = false,
    propagation = 10,
    faster = speed,
  }: { check?: Partial<CheckConfig> | 'none'; alias?: boolean; propagation?: number; faster?: number } = {},
) {
  const world = fakeWorld(faster)
  fleets += 1
  const { sites, doors, port, at, recordAt } = await doorsOf(cleanup, `127.20.${fleets}`, routing)
  const config: DnsConfig = {
    port: 0,
    zones: ['example.com'],
    aliases: [{ name: 'www.example.com', to: 'game.example.com', kind: 'alias', ttlSeconds: 60 }],
    records: sites.map((site) => ({
      ...recordAt(site),
      ...(check !== 'none' && { check: site }),
      ...(alias && { targets: at(site) }),
    })),
    checks:
      check === 'none'
        ? []
        : sites.map((site) => ({
            id: site,
            app: 'game',
            site,
            host: 'game.example.com',
            by: 'checkers',
            door: at(site),
            port: 80,
            path: '/',
            protocol: 'http',
            // what is timed says ten of its own: the others need not wait so long
            intervalSeconds: 4,
            failureThreshold: 3,
            // fewer than there are, so that a busy machine keeps up with all of these tests at once
            checkers: 6,
            reached: true,
            standsOn: [],
            ...check,
          })),
    audiences: [
      { name: 'east', subnet: '198.18.0.0', apps: ['game'], near: [...sites], origins: [] },
      { name: 'west', subnet: '198.18.0.1', apps: ['game'], near: sites.toReversed(), origins: [] },
    ],
    propagationSeconds: propagation,
  }
  const part = names(world.surroundings, seeded(11))
  cleanup(() => part.close())
  await part.configure(config)
  const client = resolver()
  cleanup(() => client.close())
  const ask = async (subnet = '198.18.0.0', name = 'game.example.com') =>
    Object.keys((await client.look(part.state().port ?? 0, name, subnet))?.odds ?? {})
      .map((address) => sites.find((site) => doors[site]?.address === address) ?? address)
      .sort()
      .join()
  const turned = (what: string) =>
    world.events.filter((event) => event.what === what).map(({ subject, from, to }) => `${subject} ${from} ${to}`)
  return { world, doors, part, ask, turned, config, port, client }
}

vi.setConfig({ testTimeout: 90_000 })

const pair: Routing = {
  near: { kind: 'failover', role: 'PRIMARY' },
  far: { kind: 'failover', role: 'SECONDARY' },
}

describe.concurrent('failover', () => {
  test.concurrent('the primary while it is well, else the secondary, and back; told as the twin tells it', async ({
    onTestFinished: cleanup,
  }) => {
    const { ask, doors, turned, port } = await fleet(cleanup, pair)
    expect(await ask()).toBe('near')
    expect(await ask('198.18.0.0', 'www.example.com')).toBe('near')
    await doors.near?.close()
    await until(async () => (await ask()) === 'far' && (await ask('198.18.0.1')) === 'far', 28)
    await doors.near?.open(port)
    await until(async () => (await ask()) === 'near' && (await ask('198.18.0.1')) === 'near', 28)
    expect(turned('healthy')).toEqual(['check/game/near true false', 'check/game/near false true'])
    expect(turned('answer').slice(0, 2)).toEqual([
      'record/game.example.com/east null near',
      'record/game.example.com/west null near',
    ])
    expect(turned('answer').slice(2, 4).toSorted()).toEqual([
      'record/game.example.com/east near far',
      'record/game.example.com/west near far',
    ])
    expect(turned('answer')).toHaveLength(6)
  })

  test.concurrent('nothing answers anywhere: the primary is named', async ({ onTestFinished: cleanup }) => {
    const { ask, doors, part } = await fleet(cleanup, pair)
    await Promise.all(Object.values(doors).map((door) => door.close()))
    await until(() => part.state().checks.every(({ healthy }) => !healthy), 28)
    await until(async () => (await ask()) === 'near', 28)
  })
})

describe.concurrent('what stands in for a PowerDNS', () => {
  test.concurrent('one checker: down after failures in a row, up with the first check that passes, and answered at once', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, port, turned, world, config, part, ask } = await fleet(cleanup, pair, {
      // never, if a verdict had to travel
      propagation: 10_000,
      check: { by: 'server', checkers: 1, intervalSeconds: 5, failureThreshold: 3 },
    })
    await part.configure({ ...config, records: config.records.map((record) => ({ ...record, atOnce: true as const })) })
    await doors.near?.close()
    const closed = performance.now()
    await until(async () => (await ask()) === 'far', 28)
    // two intervals and what is left of one, at speed 10
    expect((performance.now() - closed) / 1_000).toBeGreaterThanOrEqual(0.95)
    await doors.near?.open(port)
    const opened = performance.now()
    await until(async () => (await ask()) === 'near', 28)
    expect((performance.now() - opened) / 1_000).toBeLessThan(1)
    expect(turned('healthy')).toEqual(['check/game/near true false', 'check/game/near false true'])
    expect(world.events.filter(({ decidedBy }) => decidedBy !== undefined)).toEqual([])
  })
})

describe.concurrent('a health check', () => {
  test.concurrent.each([
    ['refuse', 20, 30],
    ['blackhole', 32, 42],
  ] as const)('%s: down within the bounds of the closed form, %i to %i s', async (cut, least, most) => {
    const faster = 5
    const { world, part } = await fleet((close) => void closing.push(close), pair, {
      check: { intervalSeconds: 10 },
      faster,
    })
    await pause(200)
    world.set({ hops: { [internetOf('near')]: { cut } } })
    const took = await until(() => part.state().checks.some(({ healthy }) => !healthy), 28)
    expect((took / 1_000) * faster).toBeGreaterThan(least - 1)
    // this machine is shared with others
    expect((took / 1_000) * faster).toBeLessThan(most + 40)
  })

  test.concurrent('one checker’s opinion does not matter: while 3 of 16 pass it is healthy, with 2 it is not', async ({
    onTestFinished: cleanup,
  }) => {
    const world = fakeWorld(5)
    const door = new Door('127.20.255.1')
    const port = await door.open(0)
    cleanup(() => door.close())
    const { config } = await fleet(cleanup, pair)
    const check = {
      ...config.checks[0],
      intervalSeconds: 10,
      checkers: 16,
      door: { address: door.address, port, crosses: [] },
      failureThreshold: 1,
    }
    // at even phases they ask in the same order each time, so that each of sixteen answers is for one of them
    let checker = 0
    const turns: boolean[] = []
    const verdict = checkers(
      check as CheckConfig,
      world.surroundings,
      () => checker++ / 16,
      (healthy) => void turns.push(healthy),
    )
    cleanup(() => verdict.close())
    const pass = (some: number): void => {
      door.pods = Array.from({ length: 16 }, (_, index) => (index % 5 === 0 && index / 5 < some ? 200 : 500))
    }
    pass(3)
    await until(() => verdict.detail().sayHealthy === 3, 28)
    expect(verdict.healthy()).toBe(true)
    pass(2)
    await until(() => !verdict.healthy(), 28)
    expect(verdict.detail().sayHealthy).toBe(2)
    pass(4)
    await until(() => verdict.healthy(), 28)
    expect([turns[0], turns.at(-1)]).toEqual([false, true])
  })

  test.concurrent('an answer later than two seconds is none, one of 404 is a bad one, and a text that is searched must be there', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, part } = await fleet(cleanup, pair, { check: { contains: 'well', failureThreshold: 1 } })
    await pause(1_200)
    await until(() => part.state().checks.every(({ healthy }) => healthy), 28)
    const near = doors.near as Door
    for (const wrong of [() => (near.lateMs = 700), () => (near.pods = [404])]) {
      wrong()
      await until(() => part.state().checks[0]?.healthy === false, 28)
      near.lateMs = 0
      near.pods = [200]
      await until(() => part.state().checks[0]?.healthy === true, 28)
    }
    const { part: searching } = await fleet(cleanup, pair, {
      check: { contains: 'somewhere else', failureThreshold: 1 },
    })
    await until(() => searching.state().checks.every(({ healthy }) => !healthy), 28)
  })

  test.concurrent('a redirect is good enough, and TCP asks for no answer at all', async ({
    onTestFinished: cleanup,
  }) => {
    const { doors, part } = await fleet(cleanup, pair, { check: { failureThreshold: 1 } })
    for (const door of Object.values(doors)) door.pods = [302]
    const { doors: mute, part: tcp } = await fleet(cleanup, pair, { check: { protocol: 'tcp', failureThreshold: 1 } })
    for (const door of Object.values(mute)) door.pods = [500]
    await pause(1_000)
    for (const one of [part, tcp]) await until(() => one.state().checks.every(({ healthy }) => healthy), 28)
  })

  test.concurrent('moved to a port where nobody answers it turns, its users do not; moved back it turns back [seed 133]', async ({
    onTestFinished: cleanup,
  }) => {
    const { world, part, turned, ask } = await fleet(cleanup, pair)
    for (const hops of [{}, { [checkPortHop('game', 'near')]: { cut: 'refuse' as const } }]) {
      world.set({ hops, checkPorts: { 'game/near': 801 } })
      part.conditionsChanged()
      await until(async () => (await ask()) === 'far', 28)
      world.set({})
      part.conditionsChanged()
      await until(async () => (await ask()) === 'near', 28)
    }
    expect(turned('port').slice(0, 2)).toEqual(['check/game/near 80 801', 'check/game/near 801 80'])
    expect(turned('healthy').slice(0, 2)).toEqual(['check/game/near true false', 'check/game/near false true'])
  })

  test.concurrent('where no public checker has a way it is never healthy', async ({ onTestFinished: cleanup }) => {
    const { part } = await fleet(cleanup, pair, { check: { reached: false } })
    await until(() => part.state().checks.every(({ healthy }) => !healthy), 28)
  })

  test.concurrent('on an alarm: it follows the targets by the minute', async ({ onTestFinished: cleanup }) => {
    const faster = 60
    const { doors, part } = await fleet(cleanup, pair, { check: { by: 'alarm', failureThreshold: 2 }, faster })
    await pause(1_200)
    await until(() => part.state().checks.every(({ healthy }) => healthy), 28)
    const near = doors.near as Door
    near.targets = { targets: 0, healthy: 0 }
    const down = await until(() => part.state().checks[0]?.healthy === false, 28)
    expect((down / 1_000) * faster).toBeGreaterThanOrEqual(60)
    near.targets = { targets: 2, healthy: 1 }
    await until(() => part.state().checks[0]?.healthy === true, 28)
  })
})

describe.concurrent('an alias that evaluates its target', () => {
  test.concurrent('goes by the healthy targets at once; fails open for users, but is left by the name', async ({
    onTestFinished: cleanup,
  }) => {
    const { ask, doors, turned, part } = await fleet(cleanup, pair, { check: 'none', alias: true })
    expect(await ask()).toBe('near')
    const near = doors.near as Door
    near.targets = { targets: 3, healthy: 0 }
    await until(async () => (await ask()) === 'far', 28)
    near.targets = { targets: 3, healthy: 1 }
    await until(async () => (await ask()) === 'near', 28)
    expect(turned('healthy')).toEqual([])
    expect(part.state().targets).toMatchObject([{ targets: 3, healthyTargets: 1 }, {}])
  })

  test.concurrent('both must pass where both are asked', async ({ onTestFinished: cleanup }) => {
    const { ask, doors, port } = await fleet(cleanup, pair, { alias: true })
    const near = doors.near as Door
    near.targets = { targets: 1, healthy: 0 }
    await until(async () => (await ask()) === 'far', 28)
    near.targets = { targets: 1, healthy: 1 }
    await until(async () => (await ask()) === 'near', 28)
    await near.close()
    await until(async () => (await ask()) === 'far', 28)
    await near.open(port)
    await until(async () => (await ask()) === 'near', 28)
  })

  test.concurrent('a door that does not tell its targets is judged by the status of its answer', async ({
    onTestFinished: cleanup,
  }) => {
    const { ask, doors, part } = await fleet(cleanup, pair, { check: 'none', alias: true })
    for (const door of Object.values(doors)) door.targets = undefined
    await until(() => part.state().targets.length === 2, 28)
    ;(doors.near as Door).pods = [503]
    await until(async () => (await ask()) === 'far', 28)
  })
})

describe.concurrent('weights', () => {
  test.concurrent('are drawn over UDP, and weight 0 answers only where no other is well', async ({
    onTestFinished: cleanup,
  }) => {
    const { ask, doors, client, part, port } = await fleet(cleanup, {
      a: { kind: 'weighted', weight: 3 },
      b: { kind: 'weighted', weight: 1 },
      c: { kind: 'weighted', weight: 0 },
    })
    expect(await ask()).toBe('a,b')
    expect((await client.look(part.state().port ?? 0, 'game.example.com', undefined))?.odds).toEqual({
      [doors.a?.address ?? '']: 0.75,
      [doors.b?.address ?? '']: 0.25,
    })
    await Promise.all([doors.a?.close(), doors.b?.close()])
    await until(async () => (await ask()) === 'c', 28)
    await doors.a?.open(port)
    await until(async () => (await ask()) === 'a', 28)
  })
})

test.concurrent('what stays in a new configuration keeps its checkers; a name that goes is gone', async ({
  onTestFinished: cleanup,
}) => {
  const { part, config, ask } = await fleet(cleanup, pair)
  await pause(1_200)
  const before = Number(part.state().checks[0]?.detail.requests)
  expect(before).toBeGreaterThan(2)
  const port = part.state().port ?? 0
  await part.configure({ ...config, port, records: config.records.slice(0, 1), checks: config.checks.slice(0, 1) })
  expect(Number(part.state().checks[0]?.detail.requests)).toBeGreaterThanOrEqual(before)
  expect(part.state().port).toBe(port)
  expect(await ask()).toBe('near')
  await part.configure(undefined)
  expect(part.state()).toMatchObject({ port: undefined, answers: [], checks: [] })
})

test.concurrent('a resolver that is not ours (c-ares) understands all of it', async ({ onTestFinished: cleanup }) => {
  const { part, doors } = await fleet(cleanup, pair)
  const stranger = new Resolver({ timeout: 2_000, tries: 3 })
  stranger.setServers([`127.0.0.1:${part.state().port}`])
  // 60 s at this speed are six
  expect(await stranger.resolve4('GAME.example.com', { ttl: true })).toEqual([{ address: doors.near?.address, ttl: 6 }])
  expect(await stranger.resolve4('www.example.com')).toEqual([doors.near?.address])
  expect(await stranger.resolveSoa('example.com')).toMatchObject({
    nsname: 'localhost',
    hostmaster: 'hostmaster.example.com',
  })
  expect(await stranger.resolveNs('example.com')).toEqual(['localhost'])
  await expect(stranger.resolve6('game.example.com')).rejects.toMatchObject({ code: 'ENODATA' })
  await expect(stranger.resolve4('nobody.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(stranger.resolve4('www.example.org')).rejects.toMatchObject({ code: 'EREFUSED' })
})

test.concurrent('over TCP: several queries on one connection, and rubbish ends it without harm to others', async ({
  onTestFinished: cleanup,
}) => {
  const { part, ask } = await fleet(cleanup, pair)
  const port = part.state().port ?? 0
  const query = packet.streamEncode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'game.example.com' }] })
  const socket = connect(port, '127.0.0.1')
  let heard = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (heard = Buffer.concat([heard, chunk])))
  socket.write(Buffer.concat([query, query.subarray(0, 7)]))
  await pause(100)
  socket.write(query.subarray(7))
  await until(() => heard.length > 2 && heard.length === 2 * (heard.readUInt16BE(0) + 2), 28)
  socket.destroy()
  const rubbish = connect(port, '127.0.0.1')
  const ended = new Promise((resolve) => rubbish.once('close', resolve))
  rubbish.on('error', () => undefined)
  rubbish.write(Buffer.from([0, 3, 1, 2, 3]))
  await ended
  const udp = createSocket('udp4')
  for (let times = 0; times < 50; times += 1) udp.send(Buffer.alloc(times * 9, times), port, '127.0.0.1')
  await pause(100)
  udp.close()
  expect(await ask()).toBe('near')
})

// The process outside as others see it: started as an engine, told over its control, and ended.
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { outside as outsideEngine, outsideTokenPath } from '../engines/outside.ts'
import { choosePorts } from '../ports.ts'
import { residentBytes, withToken } from '../process.ts'
import { ensureRunning } from '../runner.ts'
import { recovered, tokenPrefix } from '../state.ts'
import type { Place } from '../testing/fake-engine.case.ts'
import { place } from '../testing/fake-engine.case.ts'
import type { OutsideClient } from './client.ts'
import { outsideAt } from './client.ts'
import type { Conditions } from './conditions.ts'
import { allWell } from './conditions.ts'
import type { OutsideConfig } from './config.ts'
import { eventsKept } from './events.ts'
import { makeToken, outsideFound } from './found.ts'
import { outsideProgram } from './program.ts'

const owner = { kind: 'fleet', name: 'fleet' } as const
const config: OutsideConfig = {
  version: 1,
  fleet: 'fleet',
  speed: 5,
  pki: '',
  ...{ links: [], doors: [], dns: undefined, audiences: [], repositories: undefined },
}
const cut: Conditions = { ...allWell, hops: { git: { cut: 'refuse' } } }

let here: Place
let port: number
let client: OutsideClient
const spec = () =>
  outsideEngine({ owner, ports: { control: port }, folder: here.folder, program: outsideProgram(), version: '1' })

beforeAll(async () => {
  here = place()
  const ports = await choosePorts({ 'fleet/fleet/outside': ['control', 'a', 'b'] }, {})
  port = ports['fleet/fleet/outside']?.control ?? 0
  here.ledger.change((state) => ({ ...state, ports }))
  makeToken(here.folder)
  await ensureRunning(here.runner, spec())
  client = outsideFound(here.folder, here.ledger.state()) as OutsideClient
})
afterEach(async () => {
  await client.setConditions(allWell)
  await client.configure(config)
})
afterAll(() => {
  for (const { pid } of withToken(tokenPrefix(here.ledger.state()))) process.kill(pid, 'SIGKILL')
  here.remove()
})

test('it is configured, told what is bad, and asked, by who has its token; it runs on when that changes', async () => {
  expect(await client.conditions()).toEqual(allWell)
  await client.configure(config)
  await client.setConditions(cut)
  expect(await client.conditions()).toEqual(cut)
  expect(await client.events(0)).toEqual([])
  const [a = 0, b = 0] = ['a', 'b'].map((name) => here.ledger.state().ports['fleet/fleet/outside']?.[name])
  await client.configure({ ...config, links: [{ id: 'x>y', listen: a, target: b, crosses: ['git'] }] })
  expect(await client.state()).toMatchObject({
    fleet: 'fleet',
    speed: 5,
    parts: { links: [{ id: 'x>y', way: 'refuse' }] },
  })
  await client.audiences(true)
  expect(await ensureRunning(here.runner, spec())).toBe('kept')
  const [{ pid } = { pid: 0 }] = withToken(tokenPrefix(here.ledger.state()))
  console.info(`the process outside holds ${Math.round(residentBytes(pid) / 1024 / 1024)} MiB`)
})

test('who has no token learns nothing, and no token is in the command line or the log', async () => {
  for (const token of ['', 'guess', 'x'.repeat(43)]) {
    const stranger = outsideAt(port, token)
    await expect(stranger.state()).rejects.toThrow('no token')
    await expect(stranger.setConditions(cut)).rejects.toThrow('no token')
  }
  expect(await client.conditions()).toEqual(allWell)
  expect(spec().args.join(' ')).toContain(outsideTokenPath(here.folder))
})

test('what is not a configuration or conditions is refused, and changes nothing', async () => {
  await expect(client.configure({} as OutsideConfig)).rejects.toThrow('not what is expected here')
  await expect(client.setConditions([] as unknown as Conditions)).rejects.toThrow('not what is expected here')
  expect(await client.conditions()).toEqual(allWell)
  const status = await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/nothing' }, (response) => resolve(response.statusCode)).end()
  })
  expect(status).toBe(401)
})

test('a port that another program has is told as such', async () => {
  const a = here.ledger.state().ports['fleet/fleet/outside']?.a ?? 0
  await expect(
    client.configure({ ...config, links: [1, 2].map((id) => ({ id: `${id}`, listen: a, target: a, crosses: [] })) }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('found by its token alone, it is known for what it is, and stopped last', () => {
  const state = here.ledger.state()
  const token = `${tokenPrefix(state)}fleet/fleet/outside:1`
  const [stray] = Object.values(recovered({ ...state, engines: {} }, [{ pid: 1, startTime: '', token }]).engines)
  expect(stray).toMatchObject({ name: 'outside', owner, stop: { order: 2 } })
})

test('events are numbered from 1 without gaps, and the newest 20,000 are kept', () => {
  const events = eventsKept(() => 7)
  const tell = (index: number): void =>
    events.tell({ subject: 'git/fleet', what: 'reachable', from: null, to: index, text: '' })
  for (let index = 1; index <= 3; index += 1) tell(index)
  expect(events.after(1)).toMatchObject([
    { number: 2, atMs: 7, to: 2 },
    { number: 3, atMs: 7, to: 3 },
  ])
  expect(events.after(3)).toEqual([])
  for (let index = 4; index <= 45_000; index += 1) tell(index)
  const kept = events.after(0)
  expect([kept.length, kept[0]?.number, kept.at(-1)?.number]).toEqual([20_000, 25_001, 45_000])
  expect(events.after(44_999)).toHaveLength(1)
  expect(events.after(45_000)).toEqual([])
})

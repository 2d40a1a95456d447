import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Conditions, HopState } from './conditions.ts'
import { allWell } from './conditions.ts'
import { dial } from './dial.ts'

let server: Server
let conditions: Conditions = allWell
let accepted = 0
const surroundings = { conditions: () => conditions }
const there = () => ({
  address: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
  crosses: ['site/la/internet', 'site/la/power'],
})
const bad = (hop: string, state: HopState): void => {
  conditions = { ...allWell, hops: { [hop]: state } }
}

beforeAll(async () => {
  server = createServer((socket) => {
    accepted += 1
    socket.end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(() => {
  server.close()
})

test('where no hop is cut it is a connection', async () => {
  bad('site/boston/power', { cut: 'blackhole' })
  const socket = await dial(there(), surroundings)
  expect(socket.remotePort).toBe(there().port)
  socket.destroy()
})

test('a hop that refuses does so at once, and nobody hears of it there', async () => {
  const before = accepted
  bad('site/la/internet', { cut: 'refuse' })
  await expect(dial(there(), surroundings)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(accepted).toBe(before)
})

test('into a black hole it never connects, and waits no longer than whoever asked', async () => {
  bad('site/la/power', { cut: 'blackhole' })
  const begun = performance.now()
  await expect(dial(there(), surroundings, AbortSignal.timeout(80))).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(performance.now() - begun).toBeLessThan(1_000)
})

test('healed in time, the next of its packets comes through', async () => {
  bad('site/la/power', { cut: 'blackhole' })
  const dialing = dial(there(), surroundings)
  setTimeout(() => {
    conditions = allWell
  }, 200)
  const begun = performance.now()
  const socket = await dialing
  socket.destroy()
  expect(performance.now() - begun).toBeGreaterThan(700)
})

test('nobody who listens is told as it is', async () => {
  conditions = allWell
  await expect(dial({ ...there(), port: 1 }, surroundings)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

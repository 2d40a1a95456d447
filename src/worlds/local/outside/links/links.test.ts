// Links with real sockets: cut, late, healed; whole and in order whatever happens to them.
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choosePorts } from '../../ports.ts'
import type { Conditions, HopState } from '../conditions.ts'
import { allWell } from '../conditions.ts'
import type { Part } from '../part.ts'
import type { LinkConfig } from './config.ts'
import { links } from './index.ts'
import type { LinkState } from './link.ts'

let conditions: Conditions
let part: Part<readonly LinkConfig[]>
let listen: number
let target: Server
let atTarget: Socket[]
const sockets: Socket[] = []

const hop = 'site/edge/serviceLink'
function set(state: HopState | undefined): void {
  conditions = { ...allWell, hops: state === undefined ? {} : { [hop]: state } }
  part.conditionsChanged()
}
const freePort = async (): Promise<number> => (await choosePorts({ it: ['tcp'] }, {})).it?.tcp ?? 0
const portOf = (server: Server): number => (server.address() as AddressInfo).port
const configs = (): readonly LinkConfig[] => [{ id: 'a>b', listen, target: portOf(target), crosses: [hop] }]
const state = (): LinkState | undefined => (part.state() as readonly LinkState[])[0]

/** Answers with what it is sent. */
async function serve(port = 0): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    atTarget.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** The code of the error, or undefined when connected. */
function dial(port = listen): Promise<{ readonly socket: Socket; readonly failed: string | undefined }> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    sockets.push(socket)
    socket.once('connect', () => resolve({ socket, failed: undefined }))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ socket, failed: error.code }))
  })
}
/** Healed, it listens in a moment. */
async function dialAgain(): Promise<Socket> {
  for (const end = Date.now() + 25_000; Date.now() < end; await pause(5)) {
    const { socket, failed } = await dial()
    if (failed === undefined) return socket
  }
  throw new Error('nobody listens')
}
const closeOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('close', () => resolve('closed'))
  })
async function heard(socket: Socket, bytes: number, withinMs = 25_000): Promise<string> {
  let text = ''
  const took = (chunk: Buffer): void => {
    text += chunk.toString('latin1')
  }
  socket.on('data', took)
  for (const until = Date.now() + withinMs; text.length < bytes && Date.now() < until; ) await pause(5)
  socket.off('data', took)
  return text
}
async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 25_000; !condition(); await pause(5)) if (Date.now() > end) throw new Error('too late')
}

beforeEach(async () => {
  conditions = allWell
  atTarget = []
  target = await serve()
  listen = await freePort()
  part = links({ conditions: () => conditions, say: () => undefined })
  await part.configure(configs())
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await part.close()
  for (const socket of atTarget) socket.destroy()
  target.close()
})

test('it passes bytes on in both directions, and the end of each by itself', async () => {
  const { socket } = await dial()
  socket.end('hello')
  const said: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) said.push(chunk)
  expect(Buffer.concat(said).toString()).toBe('hello')
  await until(() => state()?.connections === 0)
})

test('a black hole: what is sent waits, who connects waits, and all of it goes on when it is healed', async () => {
  const { socket } = await dial()
  socket.write('before')
  expect(await heard(socket, 6)).toBe('before')
  set({ cut: 'blackhole' })
  socket.write('during')
  const { socket: late, failed } = await dial()
  expect(failed).toBeUndefined()
  late.write('new')
  expect(await Promise.all([heard(socket, 1, 150), heard(late, 1, 150)])).toEqual(['', ''])
  expect(state()).toMatchObject({ way: 'blackhole', connections: 2, waiting: 1 })
  expect(atTarget).toHaveLength(1)
  set(undefined)
  expect(await Promise.all([heard(socket, 6), heard(late, 3)])).toEqual(['during', 'new'])
})

test('in a black hole the sender is held back, and nothing of what it sent is lost', async () => {
  const { socket } = await dial()
  const sunk = atTarget
  await until(() => sunk.length === 1)
  set({ cut: 'blackhole' })
  const sent = Buffer.alloc(32 * 1024 * 1024, 'x')
  let all = false
  socket.write(sent, () => {
    all = true
  })
  await pause(200)
  expect(all).toBe(false)
  set(undefined)
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await until(() => bytes === sent.length)
})

test('in a black hole nobody hears that the other end is gone; when it is healed, both hear it', async () => {
  const { socket } = await dial()
  await until(() => atTarget.length === 1)
  set({ cut: 'blackhole' })
  socket.resetAndDestroy()
  await pause(100)
  expect(atTarget[0]?.destroyed).toBe(false)
  const ended = closeOf(atTarget[0] as Socket)
  set(undefined)
  expect(['ECONNRESET', 'closed']).toContain(await ended)
  await until(() => state()?.connections === 0)
})

test('whoever gives up before the black hole is healed was never there', async () => {
  set({ cut: 'blackhole' })
  const { socket } = await dial()
  socket.write('GET / HTTP/1.1')
  await until(() => state()?.waiting === 1)
  socket.end()
  await until(() => state()?.connections === 0)
  set(undefined)
  await pause(50)
  expect(atTarget).toHaveLength(0)
})

test('refused: what is open is reset at once, what is new is refused; healed, it is taken again', async () => {
  const { socket } = await dial()
  await until(() => atTarget.length === 1)
  const ends = Promise.all([closeOf(socket), closeOf(atTarget[0] as Socket)])
  set({ cut: 'refuse' })
  expect(await ends).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect((await dial()).failed).toBe('ECONNREFUSED')
  expect(state()).toMatchObject({ way: 'refuse', connections: 0 })
  set(undefined)
  const again = await dialAgain()
  again.write('back')
  expect(await heard(again, 4)).toBe('back')
})

test('a refusal behind a black hole is not heard, and is when the hole is gone', async () => {
  const { socket } = await dial()
  set({ cut: 'blackhole' })
  socket.write('x')
  expect(await heard(socket, 1, 50)).toBe('')
  const ended = closeOf(socket)
  set({ cut: 'refuse' })
  expect(await ended).toBe('ECONNRESET')
})

test('late: an answer takes that much longer, a new connection one round trip more, and the order stays', async () => {
  const { socket } = await dial()
  socket.write('-')
  await heard(socket, 1)
  set({ lateSeconds: 0.2 })
  const begun = performance.now()
  for (const digit of '0123456789') socket.write(digit)
  expect(await heard(socket, 10)).toBe('0123456789')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(195)

  const fresh = performance.now()
  const { socket: second } = await dial()
  second.write('hi')
  await heard(second, 2)
  expect(performance.now() - fresh).toBeGreaterThanOrEqual(395)
  // what is on its way stays so late; what comes after it is not before it
  socket.write('slow')
  await pause(20)
  set(undefined)
  socket.write('fast')
  expect(await heard(socket, 8)).toBe('slowfast')
})

test('a target that is gone refuses over the link as it does itself, and is found again when it is back', async () => {
  const port = portOf(target)
  const { socket } = await dial()
  await until(() => atTarget.length === 1)
  const ended = closeOf(socket)
  target.close()
  atTarget[0]?.resetAndDestroy()
  expect(await ended).toBe('ECONNRESET')
  await until(() => state()?.target === 'down')
  expect((await dial()).failed).toBe('ECONNREFUSED')
  // a black hole hides that, too
  set({ cut: 'blackhole' })
  await dialAgain()
  set(undefined)
  target = await serve(port)
  await until(() => state()?.target === 'up')
  const again = await dialAgain()
  again.write('back')
  expect(await heard(again, 4)).toBe('back')
})

test('links that stay go on untouched when others come and go; one that crosses other hops keeps its connections', async () => {
  const { socket } = await dial()
  socket.write('a')
  await heard(socket, 1)
  const [one] = configs()
  const other = { ...(one as LinkConfig), id: 'c>d', listen: await freePort() }
  await part.configure([one as LinkConfig, other])
  expect((await dial(other.listen)).failed).toBeUndefined()
  await part.configure([{ ...(one as LinkConfig), crosses: ['git'] }])
  expect((await dial(other.listen)).failed).toBe('ECONNREFUSED')
  set({ cut: 'refuse' })
  socket.write('b')
  expect(await heard(socket, 1)).toBe('b')
})

test('a port that somebody else has is told', async () => {
  const [one] = configs()
  await expect(
    part.configure([one as LinkConfig, { ...(one as LinkConfig), id: 'c>d', listen: portOf(target) }]),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('hundreds of connections are cut and healed together', async () => {
  const all = await Promise.all(Array.from({ length: 300 }, () => dial()))
  expect(all.filter(({ failed }) => failed !== undefined)).toEqual([])
  set({ cut: 'blackhole' })
  for (const { socket } of all) socket.write('x')
  set(undefined)
  const answers = await Promise.all(all.map(({ socket }) => heard(socket, 1)))
  expect(answers.filter((answer) => answer !== 'x')).toEqual([])
  const ended = Promise.all(all.map(({ socket }) => closeOf(socket)))
  set({ cut: 'refuse' })
  expect(new Set(await ended)).toEqual(new Set(['ECONNRESET']))
  expect(state()?.connections).toBe(0)
})

test('bytes arrive whole and in order over any sequence of holes and delays', async () => {
  const moment = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), bytes: fc.integer({ min: 1, max: 200_000 }) }),
    fc.record({ kind: fc.constant('hole' as const) }),
    fc.record({ kind: fc.constant('late' as const), ms: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ kind: fc.constant('heal' as const) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(moment, { maxLength: 25 }), async (cutAtFirst, story) => {
      set(cutAtFirst ? { cut: 'blackhole' } : undefined)
      const { socket } = await dial()
      const got: Buffer[] = []
      socket.on('data', (chunk: Buffer) => got.push(chunk))
      const over = once(socket, 'end')
      let sent = 0
      const pattern = (from: number, length: number) =>
        Buffer.from(Uint8Array.from({ length }, (_, index) => ((from + index) * 7 + ((from + index) >> 8)) & 255))
      for (const it of story)
        if (it.kind === 'write') {
          socket.write(pattern(sent, it.bytes))
          sent += it.bytes
        } else if (it.kind === 'hole') set({ cut: 'blackhole' })
        else if (it.kind === 'late') set({ lateSeconds: it.ms / 1_000 })
        else if (it.kind === 'heal') set(undefined)
        else await pause(it.ms)
      set(undefined)
      socket.end()
      await over
      expect(Buffer.compare(Buffer.concat(got), pattern(0, sent))).toBe(0)
      socket.destroy()
    }),
    { numRuns: 25 },
  )
  await until(() => state()?.connections === 0)
})

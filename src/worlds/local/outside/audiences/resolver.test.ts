// What a resolver takes for an answer: other programs of this machine can send to its port.
import type { RemoteInfo, Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import packet from 'dns-packet'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { oddsOption } from '../dns/reply.ts'
import type { Resolver } from './resolver.ts'
import { resolver } from './resolver.ts'

type Query = { readonly id: number; readonly from: RemoteInfo }

let server: Socket
let stranger: Socket
let names: Resolver
let port: number
let answer: (query: Query) => void

const bound = (): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1', () => resolve(socket))
  })

beforeEach(async () => {
  ;[server, stranger] = await Promise.all([bound(), bound()])
  port = server.address().port
  server.on('message', (query, from) => answer({ id: query.readUInt16BE(0), from }))
  names = resolver()
})
afterEach(() => {
  names.close()
  for (const socket of [server, stranger]) socket.close()
})

function said(id: number, told: unknown, name = 'game.example.com', type: 'response' | 'query' = 'response'): Buffer {
  const data = Buffer.from(typeof told === 'string' ? told : JSON.stringify(told))
  return packet.encode({
    ...{ type, id, questions: [{ type: 'A', name }], answers: [] },
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 4096, options: [{ code: oddsOption, data }] }],
  } as unknown as packet.Packet)
}

const good = { seconds: 3.5, odds: { '127.1.2.3': 0.25, '127.1.2.4': 0.75 } }
const bad = { seconds: 9, odds: { '127.6.6.6': 1 } }
const look = (host = 'game.example.com') => names.look(port, host, '198.18.0.0')

test('an answer of whom it asked to what it asked counts, whatever else comes first', async () => {
  answer = ({ id, from }) => {
    for (const bytes of [
      said(id, bad, 'other.example.com'),
      said((id + 1) % 65_536, bad),
      said(id, bad, 'game.example.com', 'query'),
      Buffer.from([1]),
      Buffer.alloc(0),
      Buffer.concat([said(id, bad).subarray(0, 12), Buffer.alloc(40, 0xff)]),
    ])
      server.send(bytes, from.port, from.address)
    stranger.send(said(id, bad), from.port, from.address, () =>
      server.send(said(id, good, 'GAME.example.com'), from.port, from.address),
    )
    expect(from.address).toBe('127.0.0.1')
  }
  expect(await look()).toEqual(good)
})

test('chances that are none are no answer', async () => {
  const told: readonly unknown[] = [
    'no JSON',
    null,
    [],
    {},
    { seconds: 1 },
    { seconds: 1, odds: [] },
    { seconds: '1', odds: good.odds },
    { seconds: -1, odds: good.odds },
    '{"seconds":1e999,"odds":{}}',
    { seconds: 1, odds: { '127.1.2.3': '1' } },
    { seconds: 1, odds: { '127.1.2.3': -0.1 } },
    { seconds: 1, odds: { '127.1.2.3': 0.9, '127.1.2.4': 0.9 } },
    { seconds: 1, odds: { 'a.door': 1 } },
    '{"seconds":1,"odds":{"__proto__":1}}',
  ]
  let next = 0
  answer = ({ id, from }) => server.send(said(id, told[next++]), from.port, from.address)
  expect(await Promise.all(told.map(() => look()))).toEqual(told.map(() => undefined))
  expect(next).toBe(told.length)
})

test('nobody can guess the id of the next question', async () => {
  const ids: number[] = []
  answer = ({ id, from }) => {
    ids.push(id)
    server.send(said(id, good), from.port, from.address)
  }
  for (let index = 0; index < 20; index += 1) await look()
  expect(new Set(ids.slice(1).map((id, index) => id - (ids[index] ?? 0))).size).toBeGreaterThan(10)
})

test('what cannot be asked is not answered, and fails for nobody', async () => {
  expect(await names.look(0, 'game.example.com', undefined)).toBeUndefined()
  expect(await names.look(70_000, 'game.example.com', undefined)).toBeUndefined()
  expect(await look('x'.repeat(300))).toBeUndefined()
})

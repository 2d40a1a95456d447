// The sockets of the name server: one port, UDP and TCP, on the loopback.

import { createSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import type { Surroundings } from '../part.ts'

export interface NameServer {
  readonly port: number
  close(): Promise<void>
}

type Told = Pick<Surroundings, 'say' | 'failed'>
type Reply = (query: Buffer, over: 'udp' | 'tcp') => Buffer | undefined

/** A client over TCP that says nothing more. */
const idleMilliseconds = 10_000
const unreadBytesMax = 1024 * 1024

export async function serveNames(port: number, reply: Reply, surroundings: Told): Promise<NameServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bound(port, reply, surroundings)
    } catch (error) {
      // any port will do: what is free for UDP may be taken for TCP
      if (port !== 0 || attempt === 5) throw error
    }
  }
}

async function bound(port: number, given: Reply, { say, failed }: Told): Promise<NameServer> {
  // of a query that cannot be answered, whatever it is, only its sender hears nothing
  const reply: Reply = (query, over) => {
    try {
      return given(query, over)
    } catch (error) {
      failed(error)
      return undefined
    }
  }
  const udp = createSocket('udp4')
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject)
    udp.bind(port, '127.0.0.1', () => {
      udp.off('error', reject)
      resolve()
    })
  })
  udp.on('error', (error) => say(`the name server's UDP socket: ${error.message}`))
  udp.on('message', (query, from) => {
    const answer = reply(query, 'udp')
    // nobody waits at port 0, and a socket that is closing sends nothing
    if (answer !== undefined && from.port > 0) udp.send(answer, from.port, from.address, () => undefined)
  })
  const { port: chosen } = udp.address()
  const connections = new Set<Socket>()
  const tcp = createServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(idleMilliseconds, () => socket.destroy())
    overTcp(socket, reply)
  })
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject)
    tcp.listen(chosen, '127.0.0.1', () => {
      tcp.off('error', reject)
      resolve()
    })
  }).catch((error: unknown) => {
    udp.close()
    throw error
  })
  // such as too many open files
  tcp.on('error', (error) => say(`the name server's TCP socket: ${error.message}`))
  return {
    port: chosen,
    close: async () => {
      for (const socket of connections) socket.destroy()
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ])
    },
  }
}

/** Queries with their length before them, several on one connection; what is none ends it. */
function overTcp(socket: Socket, reply: Reply): void {
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 2) {
      const length = held.readUInt16BE(0)
      if (held.length < length + 2) return
      const answer = reply(held.subarray(2, length + 2), 'tcp')
      held = held.subarray(length + 2)
      // nor is more kept for one that asks and does not read
      if (answer === undefined || socket.writableLength > unreadBytesMax) {
        socket.destroy()
        return
      }
      const size = Buffer.alloc(2)
      size.writeUInt16BE(answer.length)
      socket.write(Buffer.concat([size, answer]))
    }
  })
}

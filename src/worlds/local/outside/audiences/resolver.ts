// How users look a name up: over UDP, as a resolver near them does, with the network that they are in. A resolver of ours stands for many,
// so it asks for the chance of each address beside the one that was drawn for it; of a server that does not know that question, it takes
// what is in the answer.

import { createSocket } from 'node:dgram'
import type { Packet, PacketOpt } from 'dns-packet'
import packet from 'dns-packet'
import type { OddsAnswer } from '../dns/reply.ts'
import { oddsOption } from '../dns/reply.ts'

export interface Resolver {
  /** Undefined: no answer came in time. */
  look(port: number, host: string, subnet: string | undefined): Promise<OddsAnswer | undefined>
  close(): void
}

const patienceMilliseconds = 1_000

export function resolver(): Resolver {
  const socket = createSocket('udp4')
  const waiting = new Map<number, (answer: OddsAnswer | undefined) => void>()
  let last = 0
  socket.on('error', () => undefined)
  socket.on('message', (message) => {
    if (message.length < 2) return
    const id = message.readUInt16BE(0)
    const answer = read(message)
    if (answer !== undefined) waiting.get(id)?.(answer)
  })
  return {
    look: (port, host, subnet) =>
      new Promise((resolve) => {
        last = (last + 1) % 65_536
        const id = last
        const done = (answer: OddsAnswer | undefined): void => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answer)
        }
        const timer = setTimeout(() => done(undefined), patienceMilliseconds)
        waiting.set(id, done)
        socket.send(question(id, host, subnet), port, '127.0.0.1', (error) => {
          if (error !== null) done(undefined)
        })
      }),
    close() {
      for (const done of [...waiting.values()]) done(undefined)
      socket.close()
    },
  }
}

function question(id: number, name: string, subnet: string | undefined): Buffer {
  const options = [
    { code: oddsOption, data: Buffer.alloc(0) },
    ...(subnet === undefined ? [] : [{ code: 8, family: 1, ip: subnet, sourcePrefixLength: 32, scopePrefixLength: 0 }]),
  ] as unknown as PacketOpt[]
  return packet.encode({
    type: 'query',
    id,
    questions: [{ type: 'A', name }],
    additionals: [
      { type: 'OPT', name: '.', udpPayloadSize: 4_096, extendedRcode: 0, ednsVersion: 0, flags: 0, options },
    ],
  } as unknown as Packet)
}

function read(message: Buffer): OddsAnswer | undefined {
  try {
    const { answers = [], additionals = [] } = packet.decode(message)
    const options = additionals.flatMap((each) =>
      each.type === 'OPT'
        ? ((each.options ?? []) as readonly { readonly code: unknown; readonly data?: Buffer }[])
        : [],
    )
    const told = options.find(({ code }) => code === oddsOption)?.data
    if (told !== undefined && told.length > 0) return JSON.parse(told.toString('utf8')) as OddsAnswer
    const found = answers.flatMap((each) => (each.type === 'A' ? each : []))
    return {
      seconds: found[0]?.ttl ?? 1,
      odds: Object.fromEntries(found.map(({ data }) => [data, 1 / found.length])),
    }
  } catch {
    return undefined
  }
}

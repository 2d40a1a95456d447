// How users look a name up: over UDP, as a resolver near them does, with the network that they are in. A resolver of ours stands for many,
// so it asks for the chance of each address beside the one that was drawn for it; of a server that does not know that question, it takes
// what is in the answer.

import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import type { Packet, PacketOpt, Question } from 'dns-packet'
import packet from 'dns-packet'
import type { OddsAnswer } from '../dns/reply.ts'
import { oddsOption } from '../dns/reply.ts'

export interface Resolver {
  /** Undefined: no answer came in time. */
  look(port: number, host: string, subnet: string | undefined): Promise<OddsAnswer | undefined>
  close(): void
}

const patienceMilliseconds = 1_000
/** Of the 65,536 ids, so that one that is free is found soon. */
const waitingMost = 50_000
const nameServer = '127.0.0.1'

interface Asked {
  readonly port: number
  readonly name: string
  readonly done: (answer: OddsAnswer | undefined) => void
}

/** Any program of this machine can send to its port: what counts is an answer of whom it asked, to what it asked. */
export function resolver(): Resolver {
  const socket = createSocket('udp4')
  const waiting = new Map<number, Asked>()
  socket.on('error', () => undefined)
  socket.on('message', (message, from) => {
    if (message.length < 2 || from.address !== nameServer) return
    const asked = waiting.get(message.readUInt16BE(0))
    if (asked?.port !== from.port) return
    const answer = read(message, asked.name)
    if (answer !== undefined) asked.done(answer)
  })
  socket.bind(0, nameServer)
  return {
    look: (port, host, subnet) =>
      new Promise((resolve) => {
        if (waiting.size >= waitingMost) return resolve(undefined)
        const id = freeId(waiting)
        const done = (answer: OddsAnswer | undefined): void => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answer)
        }
        const timer = setTimeout(() => done(undefined), patienceMilliseconds)
        waiting.set(id, { port, name: host, done })
        try {
          socket.send(question(id, host, subnet), port, nameServer, (error) => {
            if (error !== null) done(undefined)
          })
        } catch {
          // no port, or a socket that is closed
          done(undefined)
        }
      }),
    close() {
      for (const { done } of [...waiting.values()]) done(undefined)
      socket.close()
    },
  }
}

function freeId(taken: ReadonlyMap<number, unknown>): number {
  for (;;) {
    const id = randomInt(65_536)
    if (!taken.has(id)) return id
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

function read(message: Buffer, name: string): OddsAnswer | undefined {
  try {
    const { type, questions = [], answers = [], additionals = [] } = packet.decode(message)
    if (type !== 'response' || questions.length !== 1 || !isOurs(questions[0], name)) return undefined
    const options = additionals.flatMap((each) =>
      each.type === 'OPT'
        ? ((each.options ?? []) as readonly { readonly code: unknown; readonly data?: Buffer }[])
        : [],
    )
    const told = options.find(({ code }) => code === oddsOption)?.data
    if (told !== undefined && told.length > 0) return oddsIn(JSON.parse(told.toString('utf8')))
    const found = answers.flatMap((each) => (each.type === 'A' ? each : []))
    return {
      seconds: found[0]?.ttl ?? 1,
      odds: Object.fromEntries(found.map(({ data }) => [data, 1 / found.length])),
    }
  } catch {
    return undefined
  }
}

const isOurs = (question: Question | undefined, name: string): boolean =>
  question?.type === 'A' && (question.class ?? 'IN') === 'IN' && question.name.toLowerCase() === name.toLowerCase()

/** Undefined for what are no chances of addresses, or no TTL. */
function oddsIn(told: unknown): OddsAnswer | undefined {
  if (!isRecord(told) || !isRecord(told.odds)) return undefined
  const { seconds } = told
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined
  const odds: Record<string, number> = {}
  let sum = 0
  for (const [address, chance] of Object.entries(told.odds)) {
    if (!isIPv4(address) || typeof chance !== 'number' || !(chance >= 0)) return undefined
    odds[address] = chance
    sum += chance
  }
  return sum > 1 + 1e-6 ? undefined : { seconds, odds }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

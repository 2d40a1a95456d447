// The sockets of the name server, with what is no query and with an answer that cannot be given.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { replyTo } from './reply.ts'
import { serveNames } from './server.ts'

const zones = { zoneOf: () => undefined, exists: () => false, look: () => undefined, negativeSeconds: 1 }

test('whatever comes, and whatever fails for one query, the next one is answered', async () => {
  const failures: unknown[] = []
  const server = await serveNames(
    0,
    (query, over) => {
      if (query.toString('latin1').includes('accident')) throw new Error('by accident')
      return replyTo(query, over, zones)
    },
    { say: () => undefined, failed: (failure) => void failures.push(failure) },
  )
  const udp = createSocket('udp4')
  try {
    const question = Buffer.from('000100000001000000000000016100000100010000'.slice(0, 38), 'hex')
    const heard = new Promise<Buffer>((resolve) => udp.once('message', resolve))
    const junk = [Buffer.alloc(0), Buffer.from([0]), Buffer.alloc(11, 0xff), Buffer.from('an accident'.padEnd(20))]
    for (const bytes of [...junk, question]) udp.send(bytes, server.port, '127.0.0.1')
    // REFUSED: no zone of its own
    expect((await heard).readUInt16BE(2) & 0x800f).toBe(0x8005)
    const overTcp = (bytes: Buffer): Promise<number> =>
      new Promise((resolve) => {
        let length = 0
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes))
        socket.on('error', () => undefined)
        socket.on('data', (chunk) => {
          length += chunk.length
          socket.end()
        })
        socket.once('close', () => resolve(length))
      })
    const sized = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, bytes.length]), bytes])
    expect(await overTcp(sized(Buffer.from('an accident'.padEnd(20))))).toBe(0)
    expect(await overTcp(sized(Buffer.alloc(0)))).toBe(0)
    expect(await overTcp(sized(question))).toBe(2 + question.length)
    expect(failures).toHaveLength(2)
  } finally {
    udp.close()
    await server.close()
  }
})

// Ports of the loopback: all are bound at once, so that no two are the same, and then let go for the engines. In between another program
// may take one; the engine then says so as it ends, and gets another. They lie below those that systems give to outgoing connections (from
// 32768 on Linux, 49152 elsewhere): the port of an engine that a drill has killed must still be free when it comes back.

import type { Server } from 'node:net'
import { createServer } from 'node:net'
import type { Ports } from './engine.ts'

/** Keeps the ports that an engine has already: whoever knows its address goes on with it. */
export async function choosePorts(wanted: Readonly<Record<string, readonly string[]>>, known: Ports): Promise<Ports> {
  const missing = Object.entries(wanted).flatMap(([id, names]) =>
    names.filter((name) => known[id]?.[name] === undefined).map((name) => ({ id, name })),
  )
  const chosen = await freePorts(missing.length)
  const ports: Record<string, Record<string, number>> = {}
  for (const [id, names] of Object.entries(wanted)) {
    const own: Record<string, number> = {}
    for (const name of names) {
      const port = known[id]?.[name] ?? chosen[missing.findIndex((it) => it.id === id && it.name === name)]
      if (port !== undefined) own[name] = port
    }
    ports[id] = own
  }
  return ports
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = []
  try {
    for (let index = 0; index < count; index += 1) servers.push(await bound())
    return servers.map((server) => (server.address() as { port: number }).port)
  } finally {
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  }
}

const first = 20_000
const last = 31_999
const tries = 40

/** One by chance, so that two fleets that come up at once seldom try the same; where all of those are taken, the kernel's choice. */
async function bound(): Promise<Server> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const server = await boundTo(first + Math.floor(Math.random() * (last - first + 1))).catch(() => undefined)
    if (server !== undefined) return server
  }
  return boundTo(0)
}

const boundTo = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })

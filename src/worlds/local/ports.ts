// Ports of the loopback, chosen by the kernel: all are bound at once, so that no two are the same, and then let go for the engines. In
// between another program may take one; the engine then says so as it ends, and gets another.

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

const bound = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })

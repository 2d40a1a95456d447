// A real PowerDNS for tests, and sites that it can look at: addresses of this machine that answer, until they are closed.

import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = '/usr/sbin/pdns_server'
export const isInstalled = (): boolean => existsSync(server)
export const install = 'apt-get install pdns-server pdns-backend-bind pdns-backend-geoip geoip-database'

export const north = '127.0.0.2'
export const south = '127.0.1.2'

/** A site: something that answers on its address, until it is closed. */
export class Site {
  readonly address: string
  private server: Server | undefined
  constructor(address: string) {
    this.address = address
  }
  async open(port: number): Promise<number> {
    const made = createServer((_, response) => response.end(`it's "up", 100% \\o/`))
    this.server = made
    await new Promise<void>((resolve, reject) => made.once('error', reject).listen(port, this.address, resolve))
    return (made.address() as AddressInfo).port
  }
  async close(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise((resolve) => (this.server === undefined ? resolve(0) : this.server.close(resolve)))
    this.server = undefined
  }
}

export interface Served {
  readonly log: () => string
  readonly stop: () => Promise<void>
}

export function serve(args: readonly string[]): Served {
  let log = ''
  const child = spawn(server, [...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    log: () => log,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

export async function until(
  holds: () => Promise<boolean>,
  seconds: number,
  told?: () => Promise<string>,
): Promise<void> {
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    if (await holds().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not within ${seconds} s${told === undefined ? '' : `; at last ${await told()}`}`)
}

export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

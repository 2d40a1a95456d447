// A world for tests: conditions that can be set, events that can be read, and front doors that answer, or do not.

import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Conditions } from '../conditions.ts'
import { allWell, internetOf } from '../conditions.ts'
import { targetsPath } from '../doors/config.ts'
import type { OutsideEvent, Surroundings } from '../part.ts'
import type { RecordConfig } from './config.ts'

export type Told = Parameters<Surroundings['tell']>[0] & Pick<OutsideEvent, 'atMs'>

export interface FakeWorld {
  readonly surroundings: Surroundings
  readonly events: Told[]
  readonly failures: unknown[]
  set(conditions: Partial<Conditions>): void
}

export function fakeWorld(speed: number): FakeWorld {
  let conditions = allWell
  const events: Told[] = []
  const failures: unknown[] = []
  return {
    events,
    failures,
    set: (some) => {
      conditions = { ...allWell, ...some }
    },
    surroundings: {
      conditions: () => conditions,
      tell: (event) => void events.push({ atMs: Date.now(), ...event }),
      speed: () => speed,
      say: () => undefined,
      failed: (failure) => void failures.push(failure),
    },
  }
}

/** A front door with pods behind it, asked in turn. */
export class Door {
  readonly address: string
  /** Of its pods: what each answers. */
  pods: number[] = [200]
  targets: { targets: number; healthy: number } | undefined = { targets: 1, healthy: 1 }
  lateMs = 0
  requests = 0
  private server: Server | undefined
  constructor(address: string) {
    this.address = address
  }

  async open(port: number): Promise<number> {
    const server = createServer((request, response) => {
      if (request.url === targetsPath && this.targets !== undefined) {
        response.writeHead(this.targets.healthy > 0 ? 200 : 503).end(JSON.stringify(this.targets))
        return
      }
      this.requests += 1
      const status = this.pods[this.requests % this.pods.length] ?? 503
      setTimeout(() => response.writeHead(status).end('up and well'), this.lateMs)
    })
    this.server = server
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, this.address, resolve))
    return (server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise((resolve) => (this.server === undefined ? resolve(0) : this.server.close(resolve)))
    this.server = undefined
  }
}

export type Routing = Readonly<Record<string, RecordConfig['routing']>>

/** Of a test: what closes what it opened. */
export type Cleanup = (close: () => void | Promise<void>) => void

/** One name with a copy at each site, and a front door before each; `network`: three numbers of an address, of this test alone. */
export async function doorsOf(cleanup: Cleanup, network: string, routing: Routing) {
  const sites = Object.keys(routing)
  const doors = Object.fromEntries(sites.map((site, index) => [site, new Door(`${network}.${index + 1}`)]))
  let port = 0
  for (const door of Object.values(doors)) {
    port = await door.open(port)
    cleanup(() => door.close())
  }
  const at = (site: string) => ({ address: doors[site]?.address ?? '', port, crosses: [internetOf(site)] })
  const recordAt = (site: string): RecordConfig => ({
    name: 'game.example.com',
    app: 'game',
    site,
    address: at(site).address,
    ttlSeconds: 60,
    routing: routing[site] ?? { kind: 'simple' },
  })
  return { sites, doors, port, at, recordAt }
}

/** Milliseconds until it held. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  seconds: number,
  what = () => '',
): Promise<number> {
  const began = Date.now()
  while (Date.now() - began < seconds * 1_000) {
    if (await holds()) return Date.now() - began
    await pause(5)
  }
  throw new Error(`not within ${seconds} s ${what()}`)
}

/** The same numbers each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

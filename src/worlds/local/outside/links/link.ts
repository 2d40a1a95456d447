// A link: it listens in place of its target and passes connections on, as long as no hop between the two is bad. Packets that vanish are
// connections on which nothing moves; a refusal is a port on which nobody listens.
//
// A client must see of its target what it would see without the link. A target that is gone refuses at once, and clients of Kubernetes try
// again for ten seconds after a reset, but not after a refusal: so the link, too, listens only while its target does.

import type { Server } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Conditions, WayState } from '../conditions.ts'
import { wayOver } from '../conditions.ts'
import type { LinkConfig } from './config.ts'
import type { Connection } from './connection.ts'
import { connection } from './connection.ts'

export interface Link {
  readonly config: () => LinkConfig
  /** The same port to the same target over other hops. */
  crosses(hops: LinkConfig['crosses']): void
  /** Listens, or has a reason not to. */
  open(): Promise<void>
  changed(): void
  state(): LinkState
  close(): Promise<void>
}

export interface LinkState {
  readonly id: string
  readonly way: 'free' | 'late' | 'blackhole' | 'refuse'
  /** Whether the target took the last connection. */
  readonly target: 'up' | 'down'
  readonly connections: number
  /** Of them those that wait for the way to be free. */
  readonly waiting: number
}

const againMs = 50
const lookAgainMs = 100
/** Many may begin at once when the way is free again. */
const backlog = 4096

export function link(given: LinkConfig, conditions: () => Conditions): Link {
  let config = given
  let way = wayOver(conditions(), config.crosses)
  let server: Server | undefined
  let opening = false
  let again: NodeJS.Timeout | undefined
  let targetIsDown = false
  let looking = false
  let lookAgain: NodeJS.Timeout | undefined
  let closed = false
  const connections = new Set<Connection>()

  const cut = (): WayState['cut'] => way.cut
  const flowing = () => ({ held: cut() === 'blackhole', lateMs: (way.lateSeconds * 1_000) / 2 })
  const shouldListen = (): boolean => !closed && (cut() === 'blackhole' || (cut() === undefined && !targetIsDown))

  async function listen(): Promise<void> {
    const made = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      const one: Connection = connection({
        client,
        target: config.target,
        way: flowing,
        closed: () => connections.delete(one),
        doubtful: () => void look(),
      })
      connections.add(one)
    })
    server = made
    try {
      await listening(made, config.listen)
    } catch (error) {
      server = undefined
      throw error
    }
    if (server === made && shouldListen()) return
    // it was to stop before it had begun
    made.close()
    if (server === made) server = undefined
  }

  /** While the port was given up somebody else may have taken it for a moment. */
  function listenAgain(): void {
    if (server !== undefined || opening || !shouldListen()) return
    opening = true
    listen().then(
      () => {
        opening = false
        listenAgain()
      },
      () => {
        opening = false
        again = setTimeout(listenAgain, againMs)
      },
    )
  }

  function stopListening(): void {
    server?.close()
    server = undefined
  }

  function review(): void {
    if (closed) return
    if (cut() === 'refuse') for (const one of connections) one.reset()
    if (shouldListen()) listenAgain()
    else stopListening()
    for (const one of connections) one.changed()
  }

  /** Asks the target itself; as long as it refuses, again and again. */
  async function look(): Promise<void> {
    if (looking || closed) return
    looking = true
    const down = await refuses(config.target)
    if (down !== targetIsDown) {
      targetIsDown = down
      review()
    }
    looking = false
    if (!down || closed) return
    clearTimeout(lookAgain)
    lookAgain = setTimeout(look, lookAgainMs)
  }

  return {
    config: () => config,
    crosses: (hops) => {
      config = { ...config, crosses: hops }
      way = wayOver(conditions(), hops)
      review()
    },
    open: async () => {
      if (!shouldListen()) return
      opening = true
      await listen().finally(() => {
        opening = false
      })
      listenAgain()
    },
    changed: () => {
      way = wayOver(conditions(), config.crosses)
      review()
    },
    state: () => ({
      id: config.id,
      way: cut() ?? (way.lateSeconds > 0 ? 'late' : 'free'),
      target: targetIsDown ? 'down' : 'up',
      connections: connections.size,
      waiting: [...connections].filter((one) => one.waits()).length,
    }),
    close: async () => {
      closed = true
      clearTimeout(again)
      clearTimeout(lookAgain)
      const made = server
      const stopped = new Promise<void>((resolve) => (made === undefined ? resolve() : made.close(() => resolve())))
      server = undefined
      for (const one of connections) one.reset()
      await stopped
    },
  }
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', backlog, exclusive: true }, () => {
      server.off('error', reject)
      // such as too many open files: what is connected stays
      server.on('error', () => undefined)
      resolve()
    })
  })

const refuses = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
  })

// Where a door listens: HTTP on an address of its own. What becomes of a request is decided elsewhere, and again whenever something changes,
// as long as it was answered by nothing but silence.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'

export type Decision =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown; readonly afterMs: number }
  /** The connection is broken off. */
  | { readonly kind: 'reset' }
  /** Nothing is said, for as long as it is so. */
  | { readonly kind: 'silent' }

export interface Front {
  /** Something changed that decisions depend on. */
  review(): void
  close(): Promise<void>
}

interface FrontOf {
  readonly address: string
  readonly port: number
  /** Whether connections come about at all. */
  readonly isRefused: () => boolean
  readonly decide: (path: string, agent: string) => Decision
  readonly say: (line: string) => void
  readonly failed: (failure: unknown) => void
}

export async function front({ address, port, isRefused, decide, say, failed }: FrontOf): Promise<Front> {
  const sockets = new Set<Socket>()
  const held = new Set<() => void>()

  /** One request that cannot be decided ends, and nothing else. */
  function decided(path: string, agent: string): Decision {
    try {
      return decide(path, agent)
    } catch (error) {
      failed(error)
      return { kind: 'reset' }
    }
  }

  function reply(request: IncomingMessage, response: ServerResponse): void {
    let timer: NodeJS.Timeout | undefined
    const again = (): void => {
      const decision = decided(request.url ?? '/', request.headers['user-agent'] ?? '')
      if (decision.kind === 'silent') {
        held.add(again)
        return
      }
      held.delete(again)
      if (decision.kind === 'reset') return void request.socket.resetAndDestroy()
      const send = (): void => {
        response.writeHead(decision.status, { 'content-type': 'application/json' })
        response.end(`${JSON.stringify(decision.body)}\n`)
      }
      if (decision.afterMs > 0) timer = setTimeout(send, decision.afterMs)
      else send()
    }
    response.once('close', () => {
      clearTimeout(timer)
      held.delete(again)
    })
    request.resume()
    again()
  }

  const server = createServer(reply)
  // who waits for a silent door decides how long
  server.requestTimeout = 0
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    if (isRefused()) socket.resetAndDestroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, resolve)
  })
  server.on('error', ({ message }) => say(`${address}:${port}: ${message}`))

  return {
    review: () => {
      if (isRefused()) for (const socket of sockets) socket.resetAndDestroy()
      else for (const again of [...held]) again()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

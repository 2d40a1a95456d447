// How the process outside is told and asked: HTTP on the loopback, for those who have its token. Other programs of this machine may reach
// the port, and learn nothing from it but that somebody is there.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Conditions } from './conditions.ts'
import type { OutsideConfig } from './config.ts'
import type { OutsideEvent } from './part.ts'

/** What can be asked of it; `main.ts` answers. */
export interface Outside {
  configure(config: OutsideConfig): Promise<void>
  conditions(): Conditions
  setConditions(conditions: Conditions): void
  events(after: number): readonly OutsideEvent[]
  state(): unknown
  audiences(running: boolean): void
}

/** What went wrong, as the client is told. */
export interface OutsideProblem {
  readonly message: string
  /** EADDRINUSE: a port was taken by another program. */
  readonly code?: string
}

/** The configuration of 2,500 sites is a few MiB. */
const bodyBytesMax = 64 * 1024 * 1024

type Answer = readonly [status: number, body: unknown]

export function control(outside: Outside, token: string): Server {
  const expected = digest(`Bearer ${token}`)
  // one that configures must be done before the next begins
  let before: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = before.then(act, act)
    before = mine.catch(() => undefined)
    return mine
  }

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname === '/healthz') return [200, {}]
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return [401, { message: 'no token' }]
    switch (`${request.method} ${pathname}`) {
      case 'PUT /config': {
        const config = await bodyOf<OutsideConfig>(
          request,
          ({ version, links }) => version === 1 && Array.isArray(links),
        )
        await inTurn(() => outside.configure(config))
        return [200, {}]
      }
      case 'GET /conditions':
        return [200, outside.conditions()]
      case 'PUT /conditions':
        outside.setConditions(
          await bodyOf<Conditions>(request, ({ hops, late, checkPorts }) => [hops, late, checkPorts].every(isObject)),
        )
        return [200, {}]
      case 'GET /events':
        return [200, outside.events(Number(searchParams.get('after') ?? 0))]
      case 'GET /state':
        return [200, outside.state()]
      case 'PUT /audiences': {
        const { running } = await bodyOf<{ running: boolean }>(request, (body) => typeof body.running === 'boolean')
        outside.audiences(running)
        return [200, {}]
      }
      default:
        return [404, { message: 'there is nothing of that name' }]
    }
  }

  return createServer((request, response) => {
    void answer(request)
      .catch((error: unknown): Answer => {
        const { message, code } = error as NodeJS.ErrnoException
        const problem: OutsideProblem = { message, ...(code !== undefined && { code }) }
        return [error instanceof BadRequest ? 400 : 500, problem]
      })
      .then(([status, body]) => {
        const text = JSON.stringify(body)
        response.writeHead(status, { 'content-type': 'application/json' }).end(text)
      })
      .catch(() => response.destroy())
  })
}

class BadRequest extends Error {}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

async function bodyOf<Body>(request: IncomingMessage, valid: (body: Body) => boolean): Promise<Body> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new BadRequest('too long')
    chunks.push(chunk)
  }
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest('not JSON')
  }
  if (!isObject(body) || !valid(body as Body)) throw new BadRequest('not what is expected here')
  return body as Body
}

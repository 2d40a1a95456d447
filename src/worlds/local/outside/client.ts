// Who tells the process outside what to do, and asks what happened: `up`, faults, drills, `status`.

import { request as httpRequest } from 'node:http'
import type { Conditions } from './conditions.ts'
import type { OutsideConfig } from './config.ts'
import type { OutsideProblem } from './control.ts'
import type { OutsideEvent } from './part.ts'

export interface OutsideClient {
  /** All is as configured when this comes back. */
  configure(config: OutsideConfig): Promise<void>
  conditions(): Promise<Conditions>
  /** The whole of them: what is not named is well. */
  setConditions(conditions: Conditions): Promise<void>
  /** Those with a higher number, the oldest first; of very old ones only the last 20,000 are kept. */
  events(after: number): Promise<readonly OutsideEvent[]>
  /** By part, as each tells of itself. */
  state(): Promise<OutsideState>
  /** Whether they ask, and are counted. */
  audiences(running: boolean): Promise<void>
}

export interface OutsideState {
  /** Undefined before it was configured. */
  readonly fleet: string | undefined
  readonly speed: number
  readonly events: number
  /** What should never have gone wrong in it, since it began; all is in its log. */
  readonly failures: number
  readonly parts: Readonly<Record<string, unknown>>
}

export class OutsideError extends Error {
  readonly code: string | undefined
  constructor({ message, code }: OutsideProblem) {
    super(`the world outside: ${message}`)
    this.code = code
  }
}

export function outsideAt(port: number, token: string, timeoutMs = 20_000): OutsideClient {
  const ask = <T>(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const asked = httpRequest({
        ...{ host: '127.0.0.1', port, method, path, agent: false, timeout: timeoutMs },
        headers: {
          authorization: `Bearer ${token}`,
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      })
      asked.once('timeout', () => asked.destroy(new Error('no answer')))
      asked.once('error', reject)
      asked.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          try {
            const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
            if (response.statusCode === 200) resolve(answer as T)
            else reject(new OutsideError(answer as OutsideProblem))
          } catch (error) {
            reject(error)
          }
        })
      })
      asked.end(text)
    })
  return {
    configure: async (config) => void (await ask('PUT', '/config', config)),
    conditions: () => ask('GET', '/conditions'),
    setConditions: async (conditions) => void (await ask('PUT', '/conditions', conditions)),
    events: (after) => ask('GET', `/events?after=${after}`),
    state: () => ask('GET', '/state'),
    audiences: async (running) => void (await ask('PUT', '/audiences', { running })),
  }
}

// One request over the hops that are between, with the patience of whoever asks: a health checker or a user. The whole ends with its
// answer or with the patience; nothing is kept open.

import { request } from 'node:http'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { wayOver } from './conditions.ts'
import type { Destination } from './dial.ts'
import { dial } from './dial.ts'
import type { Surroundings } from './part.ts'
import { wait, waitExactly } from './patience.ts'

export interface Question extends Destination {
  readonly protocol: 'http' | 'https' | 'tcp'
  readonly host: string
  readonly path: string
  /** Must be in what of the body counts. */
  readonly contains?: string
}

/** Real milliseconds. */
export interface Patience {
  readonly connect: number
  /** From there to the status. */
  readonly response: number
}

/** `silent`: no connection came about; `refused`: it was refused or broken off; `late`: no status in time. */
export type Heard =
  | { readonly kind: 'answered'; readonly status: number; readonly found: boolean }
  | { readonly kind: 'silent' | 'refused' | 'late' }

/** Of a body that is searched (Route 53 Developer Guide, values for health checks). */
const searchedBytes = 5_120

export async function ask(
  question: Question,
  patience: Patience,
  surroundings: Pick<Surroundings, 'conditions'>,
): Promise<Heard> {
  const giveUp = new AbortController()
  // where a way is cut it takes as long as it takes to learn that
  const cut = 'cut' in wayOver(surroundings.conditions(), question.crosses)
  const connecting = (cut ? waitExactly : wait)(patience.connect, () => giveUp.abort())
  let socket: Socket
  try {
    socket = await dial(question, surroundings, giveUp.signal)
  } catch {
    return { kind: giveUp.signal.aborted ? 'silent' : 'refused' }
  } finally {
    connecting.end()
  }
  if (question.protocol === 'tcp') {
    socket.destroy()
    return { kind: 'answered', status: 0, found: true }
  }
  try {
    return await overHttp(question, socket, patience.response)
  } catch {
    // a host or a path that no request can be written with: nobody answers it
    return { kind: 'refused' }
  } finally {
    socket.destroy()
  }
}

function overHttp({ protocol, host, path, contains }: Question, plain: Socket, patience: number): Promise<Heard> {
  return new Promise((resolve) => {
    let waiting = wait(patience, () => resolve({ kind: 'late' }))
    const done = (heard: Heard): void => {
      waiting.end()
      resolve(heard)
    }
    const broken = (): void => done({ kind: 'refused' })
    plain.on('error', broken)
    // certificates are not judged (the same values)
    const socket =
      protocol === 'https' ? tlsConnect({ socket: plain, servername: host, rejectUnauthorized: false }) : plain
    const asked = request({
      // without an agent, which would keep connections
      createConnection: () => socket,
      path,
      headers: { host, 'user-agent': 'skerry', connection: 'close' },
    })
    if (socket !== plain) socket.on('error', broken)
    asked.on('error', broken)
    asked.on('response', (response) => {
      const status = response.statusCode ?? 0
      response.on('error', broken)
      if (contains === undefined) {
        response.resume()
        return done({ kind: 'answered', status, found: true })
      }
      // as long again for the body
      waiting.end()
      waiting = wait(patience, () => resolve({ kind: 'late' }))
      let body = Buffer.alloc(0)
      const judge = (): void =>
        done({ kind: 'answered', status, found: body.subarray(0, searchedBytes).includes(contains) })
      response.on('data', (chunk: Buffer) => {
        body = Buffer.concat([body, chunk])
        if (body.length >= searchedBytes) judge()
      })
      response.on('end', judge)
      response.on('close', judge)
    })
    asked.end()
  })
}

// A TCP connection of a client of ours (a health checker, a user) over hops. The kernel of one machine drops no packets for us, so a
// client that stands behind a cut is held back here: it never connects, as its SYN vanishes, or is refused at once.

import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { Hop } from './conditions.ts'
import { wayOver } from './conditions.ts'
import type { Surroundings } from './part.ts'

export interface Destination {
  readonly address: string
  readonly port: number
  readonly crosses: readonly Hop[]
}

/** Seconds after the first at which a SYN is sent again. Linux: net.ipv4.tcp_syn_retries, 1 s doubled. */
const sentAgain = [1, 3, 7, 15, 31, 63]

/**
 * Connects, or fails with ECONNREFUSED, or waits until `signal` says that nobody waits any more. Late answers are the matter of who answers:
 * front doors keep them back.
 */
export async function dial(
  to: Destination,
  { conditions }: Pick<Surroundings, 'conditions'>,
  signal?: AbortSignal,
): Promise<Socket> {
  const begun = performance.now()
  for (const next of [...sentAgain, undefined]) {
    signal?.throwIfAborted()
    const { cut } = wayOver(conditions(), to.crosses)
    if (cut === undefined) return connected(to, signal)
    if (cut === 'refuse') throw failure('ECONNREFUSED', to)
    if (next === undefined) break
    await passed(Math.max(0, begun + next * 1_000 - performance.now()), signal)
  }
  throw failure('ETIMEDOUT', to)
}

function connected({ address, port }: Destination, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port })
    const end = (): void => {
      socket.destroy()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', end, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal?.removeEventListener('abort', end)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function passed(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    function end(): void {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', end, { once: true })
  })
}

const failure = (code: 'ECONNREFUSED' | 'ETIMEDOUT', { address, port }: Destination): Error =>
  Object.assign(new Error(`connect ${code} ${address}:${port}`), { code, address, port, syscall: 'connect' })

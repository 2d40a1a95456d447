// One connection over a link: the client's socket, and as soon as the way is free the socket to the target.

import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { Flow, Way } from './flow.ts'
import { flow } from './flow.ts'

export interface Connection {
  /** The way is another one now. */
  changed(): void
  /** Both ends are told at once. */
  reset(): void
  /** Accepted, and not on its way to the target yet. */
  waits(): boolean
}

export interface ConnectionOptions {
  /** Half-open allowed, and paused. */
  readonly client: Socket
  readonly target: number
  readonly way: () => Way
  readonly closed: () => void
  /** The target refused it, or ended it of its own accord: it may be gone. */
  readonly doubtful: () => void
}

/** Of a client that waits, kept for the target. */
const earlyBytesMax = 64 * 1024

export function connection({ client, target: port, way, closed, doubtful }: ConnectionOptions): Connection {
  const early: Buffer[] = []
  let target: Socket | undefined
  let flows: readonly Flow[] = []
  let broken = false
  let over = false

  const tookEarly = (bytes: Buffer): void => {
    early.push(bytes)
    if (early.reduce((sum, { length }) => sum + length, 0) >= earlyBytesMax) client.pause()
  }

  client.setNoDelay(true)
  client.on('error', fail)
  client.on('close', forgetWhenClosed)
  if (way().held) {
    client.on('data', tookEarly)
    // who gives up before it got through was never there; a half-close of one that waits is taken for that
    client.on('end', reset)
    client.resume()
  } else open()

  function open(): void {
    client.off('data', tookEarly)
    client.off('end', reset)
    client.pause()
    if (early.length > 0) client.unshift(Buffer.concat(early))
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    let reached = false
    socket.once('connect', () => {
      reached = true
    })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (!reached || code === 'ECONNRESET') doubtful()
      fail()
    })
    socket.on('end', () => {
      if (!client.readableEnded) doubtful()
    })
    socket.on('close', forgetWhenClosed)
    target = socket
    // on a late way the handshake, too, takes its round trip
    const { lateMs } = way()
    const opened = performance.now()
    flows = [flow(client, socket, way, opened + 3 * lateMs), flow(socket, client, way, opened + 4 * lateMs)]
  }

  /** Of a black hole nobody hears that the other end is gone, until there is a way again. */
  function fail(): void {
    broken = true
    if (!way().held || target === undefined) reset()
  }

  function reset(): void {
    if (over) return
    over = true
    for (const one of flows) one.close()
    client.resetAndDestroy()
    target?.resetAndDestroy()
    forgetWhenClosed()
  }

  function forgetWhenClosed(): void {
    if (!client.destroyed || target?.destroyed === false) return
    over = true
    for (const one of flows) one.close()
    closed()
  }

  return {
    changed: () => {
      if (over) return
      if (broken && !way().held) reset()
      else if (target === undefined && !way().held) open()
      else for (const one of flows) one.changed()
    },
    reset,
    waits: () => target === undefined,
  }
}

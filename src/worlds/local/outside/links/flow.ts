// One direction of a connection: bytes from one socket to the other, whole and in order. Held, it stops reading, so that the sender is
// slowed by its own buffers as TCP slows it; late, each chunk waits its time, and so does the end of the stream.

import type { Socket } from 'node:net'

export interface Way {
  /** Nothing gets through, and nothing is told. */
  readonly held: boolean
  /** By which each chunk is later. */
  readonly lateMs: number
}

export interface Flow {
  /** The way is another one now. */
  changed(): void
  close(): void
}

/** Of late bytes on their way; beyond it the sender waits. */
const onTheWayMax = 4 * 1024 * 1024

interface Chunk {
  /** Undefined: the end of the stream. */
  readonly bytes: Buffer | undefined
  readonly dueMs: number
}

/** Nothing is due before `fromMs`, in the time of `performance.now()`. */
export function flow(from: Socket, to: Socket, way: () => Way, fromMs = 0): Flow {
  const waiting: Chunk[] = []
  let onTheWay = 0
  let lastDueMs = fromMs
  let full = false
  let timer: NodeJS.Timeout | undefined

  const take = (bytes: Buffer | undefined): void => {
    lastDueMs = Math.max(performance.now() + way().lateMs, lastDueMs)
    waiting.push({ bytes, dueMs: lastDueMs })
    onTheWay += bytes?.length ?? 0
    goOn()
  }
  const took = (bytes: Buffer): void => take(bytes)
  const ended = (): void => take(undefined)
  const drained = (): void => {
    full = false
    goOn()
  }

  function goOn(): void {
    sendWhatIsDue()
    if (way().held || full || onTheWay >= onTheWayMax) from.pause()
    else if (from.isPaused()) from.resume()
  }

  function sendWhatIsDue(): void {
    clearTimeout(timer)
    timer = undefined
    while (!full && !way().held) {
      const [first] = waiting
      if (first === undefined) return
      const waitMs = first.dueMs - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(goOn, Math.ceil(waitMs))
        return
      }
      waiting.shift()
      if (first.bytes === undefined) to.end()
      else {
        onTheWay -= first.bytes.length
        full = !to.write(first.bytes)
      }
    }
  }

  from.on('data', took)
  from.on('end', ended)
  to.on('drain', drained)
  goOn()
  return {
    changed: goOn,
    close: () => {
      clearTimeout(timer)
      waiting.length = 0
      from.off('data', took)
      from.off('end', ended)
      to.off('drain', drained)
    },
  }
}

// How the parts of a status ask: all at once, and with one patience for all. As long as answers come in, the machine is only slow; whoever has
// not answered a moment after the last one who did is silent. So one that is frozen keeps nobody waiting, and a busy machine is not taken
// for a dead fleet.

import { setMaxListeners } from 'node:events'
import type { Clients } from '../clients.ts'
import type { LocalState } from '../state.ts'
import type { Heard } from './heard.ts'

export interface Asking {
  readonly folder: string
  readonly state: LocalState
  readonly clients: Clients
  readonly heard: Heard
  /** When the question was asked. */
  readonly asked: Date
  readonly patience: Patience
}

export interface Patience {
  /** Undefined where there was no answer in time, whatever the reason. */
  inTime<T>(answer: Promise<T>): Promise<T | undefined>
  /** Aborted when it is over. */
  readonly signal: AbortSignal
  over(): void
}

const tickMs = 25
/** From the last answer of anybody. */
const afterLastMs = 400
/** Whatever comes in. */
export const patienceMaxMs = 4_000

/** Counted in turns of our own, not by the clock: while we ourselves get no processor nobody's patience runs out. */
export function patience(): Patience {
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  let left = afterLastMs
  let all = patienceMaxMs
  let waiting = 0
  const timer = setInterval(() => {
    if (waiting === 0) return
    left -= tickMs
    all -= tickMs
    if (left <= 0 || all <= 0) end()
  }, tickMs)
  const end = (): void => {
    clearInterval(timer)
    over.abort()
  }
  return {
    signal: over.signal,
    over: end,
    inTime: <T>(answer: Promise<T>) =>
      new Promise<T | undefined>((resolve) => {
        waiting += 1
        const said = (value: T | undefined): void => {
          waiting -= 1
          left = afterLastMs
          over.signal.removeEventListener('abort', silent)
          resolve(value)
        }
        const silent = (): void => resolve(undefined)
        if (over.signal.aborted) silent()
        over.signal.addEventListener('abort', silent)
        answer.then(said, () => said(undefined))
      }),
  }
}

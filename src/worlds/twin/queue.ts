// What is to happen, by time, then by the order in which it was asked for. Nothing periodic is queued: who repeats himself
// computes his next tick that matters, and asks for that one.

import { Heap } from 'heap-js'

/** A thing to happen; `cancel` makes it not happen. */
export interface Entry {
  readonly at: number
  /** Would go on for ever, such as a container that crashes again and again: it does not keep the drill from ending. */
  readonly idle: boolean
  cancelled: boolean
  done: boolean
}

interface Queued extends Entry {
  readonly order: number
  readonly act: () => void
}

export interface Queue {
  at(time: number, act: () => void, options?: { readonly idle?: boolean }): Entry
  cancel(entry: Entry | undefined): void
  /** Acts out the next entry, unless it lies beyond the time given; false: there is none. */
  step(until: number): boolean
  /** Lets time pass to a moment before which nothing is left to do. */
  pass(until: number): void
  /** The time of the entry that is being acted out. */
  readonly now: number
  /** How many entries were acted out. */
  readonly acted: number
  /** Whether anything is left that keeps the drill going. */
  readonly busy: boolean
}

export function queue(): Queue {
  const heap = new Heap<Queued>((a, b) => a.at - b.at || a.order - b.order)
  let order = 0
  let now = 0
  let acted = 0
  let busy = 0

  return {
    at(time, act, options = {}) {
      const entry: Queued = {
        at: Math.max(toMilliseconds(time), now),
        order,
        act,
        idle: options.idle === true,
        cancelled: false,
        done: false,
      }
      order += 1
      if (!entry.idle) busy += 1
      heap.push(entry)
      return entry
    },
    cancel(entry) {
      if (entry === undefined || entry.cancelled || entry.done) return
      entry.cancelled = true
      if (!entry.idle) busy -= 1
    },
    step(until) {
      for (;;) {
        const entry = heap.peek()
        if (entry === undefined || entry.at > until) return false
        heap.pop()
        if (entry.cancelled) continue
        entry.done = true
        if (!entry.idle) busy -= 1
        now = entry.at
        acted += 1
        entry.act()
        return true
      }
    },
    pass(until) {
      now = Math.max(now, until)
    },
    get now() {
      return now
    },
    get acted() {
      return acted
    },
    get busy() {
      return busy > 0
    },
  }
}

/** Times are kept to the millisecond: finer than any timer here, and short to read. */
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000

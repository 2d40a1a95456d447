// What happened outside, kept until somebody has asked for it: numbered from 1 without gaps, the newest only.

import type { OutsideEvent } from './part.ts'

/** Who asks every few seconds misses none. */
const kept = 20_000

export interface Events {
  tell(event: Omit<OutsideEvent, 'number' | 'atMs'>): void
  /** Those with a higher number, the oldest first. */
  after(number: number): readonly OutsideEvent[]
  /** The number of the newest. */
  told(): number
}

export function eventsKept(nowMs: () => number): Events {
  const events: OutsideEvent[] = []
  let told = 0
  return {
    tell: (event) => {
      told += 1
      events.push({ number: told, atMs: nowMs(), ...event })
      // in large pieces: to let each one go would move all the others
      if (events.length >= 2 * kept) events.splice(0, events.length - kept)
    },
    after: (number) => events.slice(Math.max(-kept, -Math.max(0, told - number)) || events.length),
    told: () => told,
  }
}

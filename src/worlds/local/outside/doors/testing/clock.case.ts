// A clock that stands until somebody lets time pass, and chance that is always the same.

import type { Timing } from '../timing.ts'

export interface Clock extends Timing {
  pass(seconds: number): void
  /** How many wait for a time to come. */
  waiting(): number
}

export function clock(random: number): Clock {
  let now = 0
  let made = 0
  const due = new Map<number, { readonly at: number; readonly act: () => void }>()
  return {
    now: () => now,
    random: () => random,
    after: (ms, act) => {
      made += 1
      const id = made
      due.set(id, { at: now + ms, act })
      return () => void due.delete(id)
    },
    pass: (seconds) => {
      const until = now + seconds * 1_000
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)
        if (next === undefined) break
        due.delete(next[0])
        now = next[1].at
        next[1].act()
      }
      now = until
    },
    waiting: () => due.size,
  }
}

// How long something is waited for, of the time that this process lived through. A machine that sleeps, is paused by its host or gets its
// clock set is no reason to give up on an engine that had no time to start: between two looks no more counts than a look may take.

export interface Limit {
  /** Asked at every look. */
  over(): boolean
}

/** `lookSeconds`: the longest that one look and the pause after it take. `now`: milliseconds of a clock that nobody sets. */
export function limit(seconds: number, lookSeconds: number, now: () => number = () => performance.now()): Limit {
  let spent = 0
  let last = now()
  return {
    over() {
      const at = now()
      spent += Math.min(Math.max(at - last, 0), lookSeconds * 1_000)
      last = at
      return spent >= seconds * 1_000
    },
  }
}

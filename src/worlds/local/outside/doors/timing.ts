// Time and chance as the doors use them, so that tests can give their own.

export interface Timing {
  /** Milliseconds. */
  now(): number
  /** Gives what takes it back. */
  after(ms: number, act: () => void): () => void
  /** 0 to 1. */
  random(): number
}

export const realTiming: Timing = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
  random: Math.random,
}

export const between = ({ random }: Timing, from: number, to: number): number => from + (to - from) * random()

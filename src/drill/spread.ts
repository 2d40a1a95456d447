// Many runs as four figures.

import type { Spread } from './result.ts'

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return undefined
  return {
    min,
    mean: sorted.reduce((total, value) => total + value, 0) / sorted.length,
    // nearest rank: a value that was seen
    p95: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? max,
    max,
  }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RollingUpdate } from './rolling-update.ts'
import { crashingLeft } from './rolling-update.ts'

/** The controller step by step, as in rolling.go: scale the new up, then the old down, until neither moves. A round is one start of the app. */
function played(
  replicas: number,
  { down, surge }: RollingUpdate,
): { readonly ready: readonly number[]; readonly stays: number } {
  let old = replicas
  /** New pods by the round in which they came. */
  const came: number[] = []
  const ready: number[] = []
  for (let round = 0; round < 40; round += 1) {
    // those that were ready for a round end before others are ready
    const wellIn = (now: number): number => came[now - 1] ?? 0
    came[round] = 0
    for (let moved = true; moved; ) {
      const fresh = came.reduce((sum, count) => sum + count, 0)
      const well = wellIn(round)
      const up = Math.min(replicas - fresh, replicas + surge - old - fresh)
      if (up > 0) came[round] = (came[round] ?? 0) + up
      const total = old + fresh + Math.max(0, up)
      const unavailable = fresh + Math.max(0, up) - well
      const spare = Math.min(old, total - (replicas - down) - unavailable, old + well - (replicas - down))
      if (spare > 0) old -= spare
      moved = up > 0 || spare > 0
    }
    ready.push(old + wellIn(round))
  }
  return { ready, stays: old }
}

const updates = fc
  .record({ replicas: fc.integer({ min: 1, max: 60 }), down: fc.nat({ max: 60 }), surge: fc.nat({ max: 60 }) })
  .filter(({ replicas, down, surge }) => down <= replicas && down + surge > 0)

test('property: a crashing version gets as far as the controller of Deployments lets it, step by step, and not further', () => {
  fc.assert(
    fc.property(updates, ({ replicas, ...update }) => {
      const { ready, stays } = played(replicas, update)
      const left = crashingLeft(replicas, update)
      expect(ready.slice(2, 2 + left.length)).toEqual(left)
      expect(ready.slice(1 + left.length).every((count) => count === stays)).toBe(true)
      // until then no fewer than it must keep, and in the end some are missing
      expect(ready.slice(0, 2).every((count) => count >= replicas - update.down)).toBe(true)
      expect(stays).toBeLessThan(replicas)
    }),
  )
})

test.each([
  ['one pod', 1, { down: 0, surge: 1 }, [0]],
  ['two, a quarter of which is none', 2, { down: 0, surge: 1 }, [2, 1]],
  ['four', 4, { down: 1, surge: 1 }, [3, 1]],
  ['five: there is no room for as many again', 5, { down: 1, surge: 2 }, [3, 1]],
  ['eight', 8, { down: 2, surge: 2 }, [6, 2]],
  ['four, all at once', 4, { down: 4, surge: 0 }, [0]],
  ['three of a StatefulSet', 3, { down: 1, surge: 0 }, [2, 1]],
] as const)('%s', (_name, replicas, update, left) => {
  expect(crashingLeft(replicas, update)).toEqual(left)
})

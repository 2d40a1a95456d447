// Chance without state: every draw is a hash of the seed, whom it is for, what for, and the how manieth of that kind it is. So a
// site that is added or taken away moves nobody else's draws, and two designs are compared under the same luck. A generator with
// a state (pure-rand has good ones) would need one per entity and purpose to do that; the hash is that, without keeping them.

import type { Pace } from '../../timers/pace.ts'
import { paceOf } from '../../timers/pace.ts'

export interface Chance {
  /** From 0 up to, not including, 1. */
  draw(entity: string, purpose: string): number
  /** Between two bounds. */
  between(low: number, high: number, entity: string, purpose: string): number
  /** The same of work that no flag shortens, such as a request: in drill time, at the speed of the drill. */
  latency(low: number, high: number, entity: string, purpose: string): number
  /** The items in an order of chance. */
  shuffled<Item>(items: readonly Item[], entity: string, purpose: string): Item[]
}

export function chanceFrom(seed: string, pace: Pace = paceOf(1)): Chance {
  const occurrences = new Map<string, number>()
  const root = absorb(0x9e3779b9, 0x85ebca6b, seed)

  const draw = (entity: string, purpose: string): number => {
    const name = `${entity}\u0000${purpose}`
    const occurrence = occurrences.get(name) ?? 0
    occurrences.set(name, occurrence + 1)
    const [a, b] = absorb(root[0], root[1], name)
    return fraction(a ^ Math.imul(occurrence + 1, 0x9e3779b1), b ^ Math.imul(occurrence + 1, 0x7feb352d))
  }
  return {
    draw,
    between: (low, high, entity, purpose) => low + (high - low) * draw(entity, purpose),
    latency: (low, high, entity, purpose) =>
      pace.fixed(low) + (pace.fixed(high) - pace.fixed(low)) * draw(entity, purpose),
    shuffled(items, entity, purpose) {
      const order = [...items]
      for (let last = order.length - 1; last > 0; last -= 1) {
        const other = Math.floor(draw(entity, purpose) * (last + 1))
        const item = order[last]
        order[last] = order[other] as (typeof order)[number]
        order[other] = item as (typeof order)[number]
      }
      return order
    },
  }
}

/** Two 32-bit lanes, multiplied and turned with every character (after MurmurHash3). */
function absorb(first: number, second: number, text: string): readonly [number, number] {
  let a = first | 0
  let b = second | 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 0x85ebca6b)
    a = (a << 13) | (a >>> 19)
    b = Math.imul(b ^ code, 0xc2b2ae35)
    b = (b << 15) | (b >>> 17)
    a = (a + b) | 0
  }
  return [mix(a ^ text.length), mix(b ^ Math.imul(text.length, 0x27d4eb2f))]
}

/** MurmurHash3's finaliser: every bit of the input moves half of the output. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** 53 bits, all that a number holds below 1. */
function fraction(a: number, b: number): number {
  const high = mix(a) >>> 5
  const low = mix(b ^ a) >>> 6
  return (high * 67_108_864 + low) / 9_007_199_254_740_992
}

// Chance for the drawn questions: all of it follows from a seed.
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export type Draw = ReturnType<typeof drawFrom>

export function drawFrom(seed: number) {
  const random = xoroshiro128plus(seed)
  const int = (from: number, to: number) => uniformInt(random, from, to)
  const chance = (percent: number) => int(1, 100) <= percent
  const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)] as T
  const some = <T>(items: readonly T[], percent: number) => items.filter(() => chance(percent))
  const maybe = <T>(percent: number, make: () => T) => (chance(percent) ? make() : undefined)
  return { int, chance, pick, some, maybe }
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the keys that hold undefined, as JSON would have it. */
export function compact<T extends object>(value: T): Compact<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Compact<T>
}

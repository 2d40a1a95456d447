// Questions about two parts of the scheduler that whole bindings seldom reach: the order in which its unstable sort leaves clusters with
// equal room, and the grades that nodes are counted in.
import type { Resources } from '../../src/schedule/estimate.ts'
import { defaultModels } from '../../src/schedule/estimate.ts'
import { goSort } from '../../src/schedule/pdqsort.ts'
import { drawFrom } from './draw.ts'

/** How much room each cluster has: patterns that a quicksort takes different ways through. */
export function randomRooms(seed: number): readonly number[] {
  const { int, pick } = drawFrom(seed)
  const length = int(1, 400)
  const distinct = int(1, length)
  const any = Array.from({ length }, () => int(0, distinct))
  const sorted = any.toSorted((a, b) => a - b)
  const half = Math.trunc(length / 2)
  return pick([
    any,
    sorted,
    sorted.toReversed(),
    [...sorted.slice(0, half), ...sorted.slice(half).toReversed()],
    [...sorted.slice(half), ...any.slice(0, half)],
    any.map((_, index) => index % (1 + (distinct % 17))),
    sorted.map((room, index) => (index % 29 === seed % 29 ? distinct - room : room)),
    killer(length, int(1, 4)),
  ])
}

/**
 * The worst for a quicksort, made by an adversary that decides while it is asked (McIlroy, A Killer Adversary for Quicksort, 1999): it
 * drives the sort into its last resort, heap sort. Values are put together in groups, so that there are ties.
 */
function killer(length: number, group: number): readonly number[] {
  const values = new Array<number>(length).fill(length)
  let [solid, candidate] = [0, 0]
  const at = (index: number) => values[index] ?? length
  goSort([...values.keys()], (x, y) => {
    if (at(x) === length && at(y) === length) values[x === candidate ? x : y] = solid++
    if (at(x) === length) candidate = x
    else if (at(y) === length) candidate = y
    return at(x) < at(y)
  })
  return values.map((value) => length - Math.trunc(value / group))
}

/** Nodes by what they have free, around the limits of the default grades. */
export function randomNodes(seed: number): {
  readonly nodes: readonly Resources[]
  readonly models: typeof defaultModels
} {
  const { int } = drawFrom(seed)
  const node = (): Resources => {
    const power = 2 ** int(0, 8)
    return { cpu: `${power * 1000 - int(0, 2) + 1}m`, memory: `${power * int(1, 8) * 1024 - int(0, 2) + 1}Mi` }
  }
  return { nodes: Array.from({ length: int(1, 30) }, node), models: defaultModels }
}

// The order in which steps can be carried out: every step after what it needs, otherwise as they were written down. A depth-first
// walk in that written order gives both, without a queue to break ties: a step stands where it was written unless somebody before
// it needs it. Adding a site at the end moves nothing that stood there.

import type { Fleet } from '../model/fleet.ts'
import type { Origin } from '../model/origin.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import { assert, Refusal } from '../model/refusal.ts'

export interface Ordered {
  readonly id: string
  readonly needs: readonly string[]
  readonly origin: Origin
  readonly field?: string
}

type Result<T> = { readonly order: readonly T[]; readonly cycle?: undefined } | { readonly cycle: readonly T[] }

/** In order, or the steps that wait for each other. A step that is written twice counts once. */
export function topological<T extends Ordered>(steps: readonly T[]): Result<T> {
  // by number, since a name is compared letter by letter each time it is looked up
  const numberOf = new Map<string, number>()
  steps.forEach((step, number) => {
    if (!numberOf.has(step.id)) numberOf.set(step.id, number)
  })
  const order: T[] = []
  const state = new Uint8Array(steps.length)
  // an explicit stack: a chain of dependsOn may be as long as there are apps
  const stack: { readonly number: number; readonly step: T; next: number }[] = []
  const enter = (number: number, step: T): void => {
    state[number] = open
    stack.push({ number, step, next: 0 })
  }
  for (const [root, step] of steps.entries()) {
    if (state[root] === unseen && numberOf.get(step.id) === root) enter(root, step)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.step.needs[top.next]
      top.next += 1
      if (need === undefined) {
        stack.pop()
        state[top.number] = done
        order.push(top.step)
        continue
      }
      const number = numberOf.get(need)
      const needed = number === undefined ? undefined : steps[number]
      assert(number !== undefined && needed !== undefined, `${top.step.id} needs ${need}, which is no step`)
      if (state[number] === unseen) enter(number, needed)
      else if (state[number] === open)
        return { cycle: stack.slice(stack.findIndex((entry) => entry.number === number)).map((entry) => entry.step) }
    }
  }
  return { order }
}

const unseen = 0
const open = 1
const done = 2

/** The order, or one message that names the cycle with its lines. */
export function inOrder<T extends Ordered & { readonly title: string }>(
  fleet: Fleet,
  steps: readonly T[],
): readonly T[] {
  const result = topological(steps)
  if (result.cycle === undefined) return result.order
  // only the steps whose line says what they wait for; what lies between them follows from these
  const said = result.cycle.filter((step) => step.field !== undefined)
  const shown = said.length === 0 ? result.cycle : said
  throw new Refusal(
    'input',
    shown.length === 1
      ? `${shown[0]?.id} waits for itself`
      : `these wait for each other, so none can be the first: ${[...shown, shown[0]].map((step) => step?.id).join(' → ')}`,
    'take one of the waits away',
    shown.map((step) => ({
      message: `${step.title}: waits for the next`,
      at: positionOf(fleet.sources, step.origin, step.field),
      where: labelOf(step.origin, step.field),
    })),
  )
}

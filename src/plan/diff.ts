// A plan against what is there: per step whether it is to be made, changed, taken away or kept, and for a change the fields that differ.
// What is looked at only is never changed and never taken away.

import type { IntentValue, PlannedStep, Step } from '../model/plan.ts'

export type Difference = PlannedStep['differences'][number]

/** The fields in which two intents differ, in the order of their keys. */
export function differences(before: Step, after: Step): readonly Difference[] {
  const found: Difference[] = []
  if (before.existing !== after.existing)
    found.push({ path: 'existing', before: before.existing, after: after.existing })
  compare('', before.intent, after.intent, found)
  return found
}

type Values = Readonly<Record<string, IntentValue>>

function compare(
  path: string,
  before: IntentValue | undefined,
  after: IntentValue | undefined,
  found: Difference[],
): void {
  if (before === after) return
  if (isRecord(before) && isRecord(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
      compare(path === '' ? key : `${path}.${key}`, own(before, key), own(after, key), found)
    return
  }
  // lists of named things are compared by name, so that one more at the front is one difference
  const namedBefore = byName(before)
  const namedAfter = byName(after)
  if (namedBefore !== undefined && namedAfter !== undefined) {
    const count = found.length
    for (const name of new Set([...namedBefore.keys(), ...namedAfter.keys()]))
      compare(`${path}.${name}`, namedBefore.get(name), namedAfter.get(name), found)
    if (found.length > count || same([...namedBefore.keys()], [...namedAfter.keys()])) return
    found.push({ path: `${path} (order)`, before: [...namedBefore.keys()], after: [...namedAfter.keys()] })
    return
  }
  if (!same(before, after)) found.push({ path, before, after })
}

const isRecord = (value: IntentValue | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (record: Values, key: string): IntentValue | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** The items of a list by their names; undefined where it is none, or one without names, or with one name twice. */
function byName(value: IntentValue | undefined): ReadonlyMap<string, Values> | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value as readonly IntentValue[]
  const named = new Map<string, Values>()
  for (const item of items) {
    const name = isRecord(item) ? own(item, 'name') : undefined
    if (!isRecord(item) || typeof name !== 'string') return undefined
    named.set(name, item)
  }
  return named.size === items.length ? named : undefined
}

function same(before: IntentValue | undefined, after: IntentValue | undefined): boolean {
  if (before === after) return true
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((item, index) => same(item, after[index]))
  if (!isRecord(before) || !isRecord(after)) return false
  const keys = Object.keys(before)
  return (
    keys.length === Object.keys(after).length &&
    keys.every((key) => Object.hasOwn(after, key) && same(before[key], after[key]))
  )
}

/**
 * For each step, what must be undone before it: the steps that needed it, and where one of those undoes nothing (it only looked, or
 * belongs to somebody else), those that needed that one in turn. `steps` in an order in which each follows what it needs.
 */
export function waitsBackward(
  steps: readonly Step[],
  undone: (step: Step) => boolean,
): (id: string) => readonly string[] {
  const waits = new Map<string, string[]>()
  const distinct = (id: string): readonly string[] => {
    const found = waits.get(id)
    return found === undefined ? [] : found.length === 1 ? found : [...new Set(found)]
  }
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const step = steps[index]
    if (step === undefined || step.needs.length === 0) continue
    const handed = undone(step) ? [step.id] : distinct(step.id)
    if (handed.length === 0) continue
    for (const need of step.needs) {
      const known = waits.get(need)
      if (known === undefined) waits.set(need, [...handed])
      else for (const id of handed) known.push(id)
    }
  }
  return distinct
}

// The few patches that a chart's values cannot say, as kubectl would apply them with `--type json`; here made so that a second time changes
// nothing. Only `add` to the end of a list and `replace` occur.

import { at } from '../../../artefacts/workloads/fields.ts'
import { assert } from '../../../model/refusal.ts'

interface Operation {
  readonly op: string
  readonly path: string
  readonly value: unknown
}

const operationsOf = (patch: string): readonly Operation[] => JSON.parse(patch) as readonly Operation[]

const keysOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

export const isPatched = (object: object, patch: string): boolean =>
  operationsOf(patch).every((operation) => holds(object, operation))

function holds(object: object, { op, path, value }: Operation): boolean {
  const keys = keysOf(path)
  const same = (one: unknown): boolean => contains(one, value)
  if (op === 'replace') return same(valueAt(object, keys))
  assert(op === 'add' && keys.at(-1) === '-', `no such patch: ${op} ${path}`)
  const list = valueAt(object, keys.slice(0, -1))
  return Array.isArray(list) && list.some(same)
}

/** What the API adds to a value by itself does not count. */
function contains(live: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    return JSON.stringify(live) === JSON.stringify(wanted)
  return Object.entries(wanted).every(([key, value]) => contains(at(live, key), value))
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  return valueAt(Array.isArray(value) ? (value as readonly unknown[])[Number(key)] : at(value, key), rest)
}

/** As a merge patch: only the fields that differ, lists whole. */
export function patched(object: object, patch: string): object {
  let made: Record<string, unknown> = structuredClone(object) as Record<string, unknown>
  const touched = new Set<string>()
  for (const operation of operationsOf(patch)) {
    const keys = keysOf(operation.path)
    touched.add(keys[0] ?? '')
    if (!holds(made, operation)) made = put(made, keys, operation.value) as Record<string, unknown>
  }
  return Object.fromEntries([...touched].map((key) => [key, made[key]]))
}

function put(value: unknown, [key, ...rest]: readonly string[], wanted: unknown): unknown {
  if (key === undefined) return wanted
  if (Array.isArray(value)) {
    const list = [...(value as readonly unknown[])]
    if (key === '-') list.push(wanted)
    else list[Number(key)] = put(list[Number(key)], rest, wanted)
    return list
  }
  return { ...(value as object), [key]: put(at(value, key), rest, wanted) }
}

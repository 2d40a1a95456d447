// JSON patches (RFC 6902), as kustomize applies them. Strategic merges are in the model: rendering shares them.

import { inside } from '../document.ts'

type Plain = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

const without = (map: Plain, gone: string): Plain =>
  Object.fromEntries(Object.entries(map).filter(([key]) => key !== gone))

/** The patched object, or why it cannot be. */
export function jsonPatch(
  object: unknown,
  operations: readonly unknown[],
): { readonly value: unknown } | { readonly wrong: string } {
  let value = object
  for (const operation of operations) {
    const op = inside(operation, 'op')
    const path = inside(operation, 'path')
    if (typeof op !== 'string' || typeof path !== 'string' || (path !== '' && !path.startsWith('/')))
      return { wrong: 'an operation needs op and a path that starts with /' }
    const steps = stepsOf(path)
    const from = inside(operation, 'from')
    if (op === 'test') continue
    if (op === 'add' || op === 'replace') {
      const made = change(value, steps, op, structuredClone(inside(operation, 'value')))
      if (made === undefined) return { wrong: `${op} ${path}: there is no such place` }
      value = made.value
    } else if (op === 'remove') {
      const made = change(value, steps, 'remove', undefined)
      if (made === undefined) return { wrong: `remove ${path}: there is no such place` }
      value = made.value
    } else if ((op === 'copy' || op === 'move') && typeof from === 'string') {
      const found = stepsOf(from).reduce<unknown>(
        (at, step) => inside(at, Array.isArray(at) ? Number(step) : step),
        value,
      )
      const cleared = op === 'move' ? change(value, stepsOf(from), 'remove', undefined) : { value }
      const made = cleared === undefined ? undefined : change(cleared.value, steps, 'add', found)
      if (made === undefined) return { wrong: `${op} ${path}: there is no such place` }
      value = made.value
    } else return { wrong: `${op} is no operation; there are add, replace, remove, copy, move and test` }
  }
  return { value }
}

const stepsOf = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

function change(
  value: unknown,
  [step, ...rest]: readonly string[],
  op: 'add' | 'replace' | 'remove',
  to: unknown,
): { readonly value: unknown } | undefined {
  if (step === undefined) return op === 'remove' ? undefined : { value: to }
  if (step === '__proto__') return undefined
  if (Array.isArray(value)) {
    const index = step === '-' ? value.length : Number(step)
    if (!Number.isInteger(index) || index < 0 || index > value.length) return undefined
    const items: unknown[] = [...value]
    if (rest.length > 0) {
      const inner = index < items.length ? change(items[index], rest, op, to) : undefined
      if (inner === undefined) return undefined
      items[index] = inner.value
    } else if (op === 'add') items.splice(index, 0, to)
    else if (index >= items.length) return undefined
    else if (op === 'replace') items[index] = to
    else items.splice(index, 1)
    return { value: items }
  }
  if (!isMap(value)) return undefined
  if (rest.length > 0) {
    const inner = change(inside(value, step), rest, op, to)
    return inner === undefined ? undefined : { value: { ...value, [step]: inner.value } }
  }
  if (op !== 'add' && !Object.hasOwn(value, step)) return undefined
  return { value: op === 'remove' ? without(value, step) : { ...value, [step]: to } }
}

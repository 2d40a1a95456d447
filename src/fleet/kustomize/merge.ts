// Patches as kustomize applies them: JSON patches (RFC 6902) and strategic merges. A strategic merge joins the lists of Kubernetes' own
// kinds by their keys (containers by name, ports by number) and replaces every other list; lists of other kinds are always replaced.

import { inside } from '../document.ts'

export type Plain = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Merge keys as in the struct tags (patchMergeKey) of k8s.io/api. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  ports: ['containerPort', 'port'],
  ownerReferences: ['uid'],
  conditions: ['type'],
}

const ownGroups =
  /^(?:v1|apps\/|batch\/|autoscaling\/|policy\/|networking\.k8s\.io\/|rbac\.authorization\.k8s\.io\/|storage\.k8s\.io\/)/

export const isOwnKind = (apiVersion: string): boolean => ownGroups.test(apiVersion)

export function strategicMerge(object: unknown, patch: unknown, ownKind: boolean): unknown {
  if (!isMap(patch)) return patch
  if (patch.$patch === 'replace') return without(patch, '$patch')
  const out: Record<string, unknown> = { ...(isMap(object) ? object : {}) }
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    if (change === null) delete out[key]
    else if (Array.isArray(change) && ownKind) out[key] = mergeList(key, out[key], change)
    else out[key] = strategicMerge(out[key], change, ownKind)
  }
  return out
}

function mergeList(name: string, before: unknown, change: readonly unknown[]): unknown[] {
  const keys = mergeKeys[name]
  const mergeKey = keys?.find((key) =>
    change.every((item) => inside(item, key) !== undefined || inside(item, '$patch') !== undefined),
  )
  if (mergeKey === undefined || !Array.isArray(before))
    return change.filter((item) => inside(item, '$patch') !== 'delete')
  if (change.some((item) => inside(item, '$patch') === 'replace'))
    return change.filter((item) => inside(item, '$patch') !== 'replace')
  const items: unknown[] = [...before]
  for (const item of change) {
    const at = items.findIndex((existing) => inside(existing, mergeKey) === inside(item, mergeKey))
    if (inside(item, '$patch') === 'delete') {
      if (at >= 0) items.splice(at, 1)
    } else if (at < 0) items.push(item)
    else items[at] = strategicMerge(items[at], item, true)
  }
  return items
}

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

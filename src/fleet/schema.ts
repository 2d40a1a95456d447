// Walking a zod schema: what stands at a path, what refers to what. The reader, the errors, the editor's schema and the tests that break
// every field all ask the one schema; nothing is listed twice.

import type { z } from 'zod'
import type { ReferenceTarget } from '../model/declaration/scalars.ts'
import type { Path } from './document.ts'
import { inside } from './document.ts'

interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly keyType?: z.ZodType
  readonly valueType?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly defaultValue?: unknown
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, string>>
}

export const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition

const wrappers = new Set(['optional', 'default', 'prefault', 'nullable', 'nonoptional', 'readonly', 'catch'])

/** Without what only says that it may be left out. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  const { type, innerType } = definitionOf(schema)
  return wrappers.has(type) && innerType !== undefined ? unwrapped(innerType) : schema
}

/** Without what only says that it may be left out, and before any transformation. */
export function bare(schema: z.ZodType): z.ZodType {
  const inner = unwrapped(schema)
  const { type, in: input } = definitionOf(inner)
  return type === 'pipe' && input !== undefined ? bare(input) : inner
}

/** What is declared at a path; undefined where the path leads nowhere or into one of several shapes. */
export function schemaAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = bare(root)
  for (const step of path) {
    if (schema === undefined) return undefined
    schema = stepInto(schema, step)
  }
  return schema
}

function stepInto(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  const { type, shape, element, valueType, options } = definitionOf(schema)
  if (type === 'object' && shape !== undefined)
    return typeof step === 'string' && Object.hasOwn(shape, step) && shape[step] !== undefined
      ? bare(shape[step])
      : undefined
  if (type === 'array' && element !== undefined) return bare(element)
  if (type === 'record' && valueType !== undefined) return bare(valueType)
  if (type === 'union') {
    for (const option of options ?? []) {
      const found = stepInto(bare(option), step)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The keys that a map of the schema may have; of several shapes, those of each. */
export function keysOf(schema: z.ZodType): string[] {
  const { shape, options } = definitionOf(schema)
  return shape !== undefined ? Object.keys(shape) : (options ?? []).flatMap((option) => keysOf(bare(option)))
}

/** What a value of the schema looks like, in a few words. */
export function describe(schema: z.ZodType): string | undefined {
  const target = referenceOf(schema)
  if (target !== undefined) return `the name of ${/^[aeiou]/.test(target) ? 'an' : 'a'} ${targetWords[target]}`
  const { type, entries, values } = definitionOf(schema)
  if (type === 'enum' && entries !== undefined) return `one of ${Object.values(entries).join(', ')}`
  if (type === 'literal' && values !== undefined) return values.map(String).join(' or ')
  if (type === 'boolean') return 'true or false'
  if (type === 'object' || type === 'record') return 'a map'
  if (type === 'array') return 'a list'
  const pattern = patternMessage(schema)
  if (pattern !== undefined) return pattern
  if (type === 'string') return 'text'
  if (type === 'number') return 'a number'
  return undefined
}

/** The words that a scalar gives to its own pattern. */
function patternMessage(schema: z.ZodType): string | undefined {
  const def = schema.def as unknown as {
    readonly error?: unknown
    readonly checks?: readonly { readonly _zod: { readonly def: { readonly error?: unknown } } }[]
  }
  for (const error of [...(def.checks ?? []).map((check) => check._zod.def.error), def.error]) {
    if (typeof error !== 'function') continue
    const message: unknown = error({ code: 'invalid_format', input: '' })
    if (typeof message === 'string') return message
  }
  return undefined
}

export const targetWords: Readonly<Record<ReferenceTarget, string>> = {
  account: 'account',
  network: 'network',
  subnet: 'subnet',
  dnsZone: 'DNS zone',
  cluster: 'cluster',
  site: 'site',
  nodePool: 'node pool',
  audience: 'audience',
  app: 'app',
  federation: 'federation',
  class: 'class',
}

export interface ReferenceMeta {
  readonly references?: ReferenceTarget
  /** The keys of a map refer to something. */
  readonly keyReferences?: ReferenceTarget
  /** Keys that refer to nothing and are allowed all the same. */
  readonly keyAllows?: readonly string[]
}

export function referenceOf(schema: z.ZodType): ReferenceTarget | undefined {
  return (schema.meta() as ReferenceMeta | undefined)?.references
}

export type Visit = (target: ReferenceTarget, name: string, path: Path, key: boolean) => void
type Walk = (value: unknown, path: (string | number)[], visit: Visit) => void

const walks = new WeakMap<z.ZodType, Walk | 'none'>()

/** Every reference in a raw value, by the schema. Made once per schema; branches without references are not walked. */
export function eachReference(schema: z.ZodType, value: unknown, visit: Visit): void {
  walkOf(schema)?.(value, [], visit)
}

function walkOf(wrapped: z.ZodType): Walk | undefined {
  const schema = bare(wrapped)
  const known = walks.get(schema)
  if (known !== undefined) return known === 'none' ? undefined : known
  const made = makeWalk(schema)
  walks.set(schema, made ?? 'none')
  return made
}

function makeWalk(schema: z.ZodType): Walk | undefined {
  const { type, shape, element, valueType, options } = definitionOf(schema)
  const meta = schema.meta() as ReferenceMeta | undefined
  const target = meta?.references
  if (target !== undefined)
    return (value, path, visit) => void (typeof value === 'string' && visit(target, value, path, false))
  if (type === 'object') {
    const inner = Object.entries(shape ?? {}).flatMap(([key, field]) => {
      const walk = walkOf(field)
      return walk === undefined ? [] : [[key, walk] as const]
    })
    if (inner.length === 0) return undefined
    return (value, path, visit) => {
      for (const [key, walk] of inner) {
        const field = inside(value, key)
        if (field === undefined) continue
        path.push(key)
        walk(field, path, visit)
        path.pop()
      }
    }
  }
  if (type === 'array' && element !== undefined) {
    const walk = walkOf(element)
    if (walk === undefined) return undefined
    return (value, path, visit) => {
      if (!Array.isArray(value)) return
      value.forEach((item, index) => {
        path.push(index)
        walk(item, path, visit)
        path.pop()
      })
    }
  }
  if (type === 'record' && valueType !== undefined) {
    const walk = walkOf(valueType)
    const keys = meta?.keyReferences
    if (walk === undefined && keys === undefined) return undefined
    return (value, path, visit) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      for (const [key, item] of Object.entries(value)) {
        path.push(key)
        if (keys !== undefined && meta?.keyAllows?.includes(key) !== true) visit(keys, key, path, true)
        walk?.(item, path, visit)
        path.pop()
      }
    }
  }
  if (type === 'union') {
    const branches = (options ?? []).map((option) => ({ option, walk: walkOf(option) }))
    if (branches.every(({ walk }) => walk === undefined)) return undefined
    return (value, path, visit) =>
      branches.find(({ option }) => option.safeParse(value).success)?.walk?.(value, path, visit)
  }
  return undefined
}

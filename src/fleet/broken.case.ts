// Broken fleets, made from a whole one by the schema: every required key dropped, every reference left dangling, every bound overstepped,
// every word of a list replaced, a key too many in every map, a value of another type everywhere. One of each is made per field of the
// schema, so that a new field is broken without anybody thinking of it.

import type { z } from 'zod'
import { cluster } from '../model/declaration/cluster.ts'
import { site } from '../model/declaration/fleet.ts'
import type { DocumentKind } from '../model/declaration/index.ts'
import { documents as kinds } from '../model/declaration/index.ts'
import type { Path } from './document.ts'
import type { ReferenceMeta } from './schema.ts'
import { bare, definitionOf } from './schema.ts'

export type Fault = 'missing' | 'dangling' | 'outside' | 'inside' | 'word' | 'unknown' | 'type' | 'empty'

export interface Mutant {
  readonly fault: Fault
  readonly document: number
  readonly path: Path
  readonly title: string
  /** The documents with the one fault. */
  readonly make: () => unknown[]
}

interface Place {
  readonly document: number
  readonly path: Path
  /** The field of the schema that it is an example of. */
  readonly field: string
  /** The same, by the schema around it: a shape that stands in several places is broken once. */
  readonly id: string
}

const ids = new Map<z.ZodType, number>()
const idOf = (schema: z.ZodType): number => {
  const known = ids.get(schema) ?? ids.size
  ids.set(schema, known)
  return known
}

export function mutantsOf(documents: readonly unknown[]): {
  readonly mutants: readonly Mutant[]
  readonly fields: ReadonlySet<string>
} {
  const mutants = new Map<string, Mutant>()
  const fields = new Set<string>()
  const add = (
    fault: Fault,
    { document, path, id: fieldId }: Place,
    change: (parent: Record<string | number, unknown>, key: string | number) => void,
    note = '',
  ) => {
    const id = `${fault} ${fieldId} ${note}`
    if (mutants.has(id)) return
    mutants.set(id, {
      fault,
      document,
      path,
      title: `${fault}${note === '' ? '' : ` (${note})`}: ${document}/${path.join('/')}`,
      make: () => changed(documents, document, path, change),
    })
  }
  const set = (value: unknown) => (parent: Record<string | number, unknown>, key: string | number) => {
    parent[key] = value
  }

  documents.forEach((raw, document) => {
    const kind = (raw as { kind: DocumentKind }).kind
    visit(kinds[kind], raw, { document, path: [], field: kind, id: kind }, false)
  })
  return { mutants: [...mutants.values()], fields }

  function visit(wrapped: z.ZodType, value: unknown, place: Place, inTemplate: boolean): void {
    fields.add(place.field)
    const schema = bare(wrapped)
    const definition = definitionOf(schema)
    const meta = (schema.meta() ?? {}) as ReferenceMeta & { readonly template?: 'site' | 'cluster' }
    const isColumn = inTemplate && typeof value === 'string' && value.includes('{')
    const { path } = place
    if (meta.template !== undefined) {
      visit(
        meta.template === 'site' ? site : cluster,
        value,
        { ...place, field: `${meta.template} template`, id: `${meta.template} template` },
        true,
      )
      return
    }
    if (path.length > 0 && definition.type !== 'unknown') {
      add('type', place, set(otherType[definition.type] ?? { a: 'map' }))
      add('empty', { ...place, id: `${definitionOf(wrapped).type} ${definition.type}` }, set(null))
    }
    if (meta.references !== undefined && !isColumn) add('dangling', place, set('no-such-thing'))
    if ((definition.type === 'enum' || definition.type === 'literal') && !isColumn)
      add('word', place, set('forbidden-word'))
    if (!isColumn) bounds(schema, value, place)
    if (definition.type === 'object') inObject(schema, value as Record<string, unknown>, place, inTemplate)
    else if (definition.type === 'record')
      inRecord(definition, meta, value as Record<string, unknown>, place, inTemplate)
    else if (definition.type === 'array' && definition.element !== undefined) {
      const { element } = definition
      for (const [index, item] of (value as unknown[]).entries())
        visit(
          element,
          item,
          { ...place, path: [...path, index], field: `${place.field}[]`, id: `${idOf(schema)}[]` },
          inTemplate,
        )
    } else if (definition.type === 'union') {
      const option = definition.options?.findIndex((candidate) => candidate.safeParse(value).success) ?? -1
      const chosen = definition.options?.[option]
      if (chosen !== undefined)
        visit(
          chosen,
          value,
          { ...place, field: `${place.field}|${option}`, id: `${idOf(schema)}|${option}` },
          inTemplate,
        )
    }
  }

  function inObject(schema: z.ZodType, value: Record<string, unknown>, place: Place, inTemplate: boolean): void {
    const around = `${inTemplate ? 'template ' : ''}${idOf(schema)}`
    add('unknown', { ...place, path: [...place.path, 'unheardOf'], id: around }, set('x'))
    for (const [key, field] of Object.entries(definitionOf(schema).shape ?? {})) {
      if (!Object.hasOwn(value, key)) continue
      const inner: Place = {
        ...place,
        path: [...place.path, key],
        field: `${place.field}.${key}`,
        id: `${around}.${key}`,
      }
      const optional = mayBeLeftOut(field)
      if (!optional) {
        add('missing', inner, (parent) => {
          delete parent[key]
        })
      }
      visit(field, value[key], inner, inTemplate)
    }
  }

  function inRecord(
    definition: ReturnType<typeof definitionOf>,
    meta: ReferenceMeta,
    value: Record<string, unknown>,
    place: Place,
    inTemplate: boolean,
  ): void {
    const [first] = Object.entries(value)
    const { valueType } = definition
    if (first === undefined || valueType === undefined) return
    if (definitionOf(bare(valueType)).type !== 'unknown') {
      for (const [key, item] of Object.entries(value))
        visit(
          valueType,
          item,
          { ...place, path: [...place.path, key], field: `${place.field}{}`, id: `${place.id}{}` },
          inTemplate,
        )
    }
    const [key, item] = first
    const inner = place
    const renamed = (to: string) => (parent: Record<string | number, unknown>) => {
      delete parent[key]
      parent[to] = item
    }
    if (meta.keyReferences !== undefined)
      add('dangling', { ...inner, path: [...place.path, 'no-such-thing'] }, renamed('no-such-thing'))
    const longest = longestKey(definition.keyType)
    if (longest !== undefined)
      add(
        'outside',
        { ...inner, path: [...place.path, 'k'.repeat(longest + 1)] },
        renamed('k'.repeat(longest + 1)),
        'key',
      )
  }

  function bounds(schema: z.ZodType, value: unknown, place: Place): void {
    for (const check of checksOf(schema)) {
      if (check.check === 'max_length' || check.check === 'min_length') {
        const limit = check.maximum ?? check.minimum ?? 0
        const over = check.check === 'max_length' ? limit + 1 : limit - 1
        // of longer lists the limit of a file comes first
        if (over < 0 || limit > 10_000) continue
        add('outside', place, set(resized(value, over)), check.check)
        if (limit <= 200) add('inside', place, set(resized(value, limit)), check.check)
      }
      if (check.check === 'less_than' || check.check === 'greater_than') {
        const limit = Number(check.value)
        if (Math.abs(limit) >= Number.MAX_SAFE_INTEGER) continue
        const step =
          Number.isInteger(limit) && checksOf(schema).some((other) => other.check === 'number_format') ? 1 : 0.001
        add('outside', place, set(limit + (check.check === 'less_than' ? step : -step)), check.check)
        add('inside', place, set(limit), check.check)
      }
    }
  }
}

function mayBeLeftOut(field: z.ZodType): boolean {
  const { type, in: input } = definitionOf(field)
  return type === 'pipe' && input !== undefined
    ? mayBeLeftOut(input)
    : ['optional', 'default', 'prefault', 'unknown'].includes(type)
}

/** A value that is not of the type; for text a number, which is what an unquoted version or id becomes. */
const otherType: Readonly<Record<string, unknown>> = {
  object: 'text',
  record: ['a', 'list'],
  array: 'text',
  string: 4711,
  number: 'text',
  boolean: 'perhaps',
}

interface Check {
  readonly check: string
  readonly maximum?: number
  readonly minimum?: number
  readonly value?: unknown
}

function checksOf(schema: z.ZodType): readonly Check[] {
  const definition = schema.def as unknown as Check & {
    readonly checks?: readonly { readonly _zod: { readonly def: Check } }[]
  }
  return [
    ...(definition.check === undefined ? [] : [definition]),
    ...(definition.checks ?? []).map((check) => check._zod.def),
  ]
}

function longestKey(keyType: z.ZodType | undefined): number | undefined {
  return keyType === undefined
    ? undefined
    : checksOf(bare(keyType)).find(({ check }) => check === 'max_length')?.maximum
}

/** A text or list of another length, of the same stuff. */
function resized(value: unknown, length: number): unknown {
  if (typeof value === 'string')
    return value.length >= length ? value.slice(0, length) : value + (value.at(-1) ?? 'a').repeat(length - value.length)
  const items = value as readonly unknown[]
  return Array.from({ length }, (_, index) => items[index] ?? items.at(-1))
}

function changed(
  documents: readonly unknown[],
  document: number,
  path: Path,
  change: (parent: Record<string | number, unknown>, key: string | number) => void,
): unknown[] {
  const copy = [...documents]
  copy[document] = structuredClone(documents[document])
  let parent = copy[document]
  for (const step of path.slice(0, -1)) parent = (parent as Record<string | number, unknown>)[step]
  change(parent as Record<string | number, unknown>, path.at(-1) ?? '')
  return copy
}

/** Every field that the schema has, to see that none was left out. */
export function fieldsOf(schema: z.ZodType, field: string, found: Set<string> = new Set()): Set<string> {
  found.add(field)
  const inner = bare(schema)
  const { type, shape, element, valueType, options } = definitionOf(inner)
  const meta = (inner.meta() ?? {}) as { readonly template?: 'site' | 'cluster' }
  if (meta.template !== undefined) return found
  if (type === 'object')
    for (const [key, value] of Object.entries(shape ?? {})) fieldsOf(value, `${field}.${key}`, found)
  if (type === 'array' && element !== undefined) fieldsOf(element, `${field}[]`, found)
  if (type === 'record' && valueType !== undefined && definitionOf(bare(valueType)).type !== 'unknown')
    fieldsOf(valueType, `${field}{}`, found)
  if (type === 'union')
    for (const [index, option] of (options ?? []).entries()) fieldsOf(option, `${field}|${index}`, found)
  return found
}

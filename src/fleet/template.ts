// A class's template: a site or a cluster in which {column} stands for the value of the row. Columns are found once. The first row is
// parsed whole; of the others only the cells are, and what lies on the way to them is copied. All the rest is shared.

import type { z } from 'zod'
import type { Path } from './document.ts'
import { definitionOf, schemaAt, unwrapped } from './schema.ts'

export type Cell = string | number | boolean

/** What of the template depends on the row: a leaf, or a map or list with leaves below it. */
interface Dynamic {
  readonly leaf?: (cells: Readonly<Record<string, Cell>>) => unknown
  readonly columns?: readonly string[]
  /** The template is one column and nothing else. */
  readonly whole?: boolean
  readonly below?: ReadonlyMap<string | number, Dynamic>
}

export interface Template {
  /** The raw value for a row. */
  readonly fill: (cells: Readonly<Record<string, Cell>>) => Record<string, unknown>
  /** The parsed value of another row, from that of the first; undefined where the whole must be parsed to say what is wrong. */
  readonly parse: <T>(first: T, cells: Readonly<Record<string, Cell>>) => T | undefined
  /** The columns that stand at a path, or around it; none where the template itself decides. */
  readonly columnsAt: (path: Path) => { readonly columns: readonly string[]; readonly whole: boolean } | undefined
  readonly uses: readonly { readonly column: string; readonly path: Path }[]
}

const placeholder = /\{([^{}]+)\}/g

export function compileTemplate(raw: Readonly<Record<string, unknown>>, schema: z.ZodType): Template {
  const uses: { column: string; path: Path }[] = []
  const root = dynamicOf(raw, [], schema, uses)
  const parse = rowParser(raw, root, schema)
  return {
    uses,
    parse: <T>(first: T, cells: Readonly<Record<string, Cell>>) => {
      const made = parse(first, cells)
      return made === unfit ? undefined : (made as T)
    },
    fill: (cells) => fill(raw, root, cells) as Record<string, unknown>,
    columnsAt(path) {
      let here = root
      for (const step of path) {
        if (here?.leaf !== undefined) break
        here = here?.below?.get(step)
      }
      return here?.columns === undefined ? undefined : { columns: here.columns, whole: here.whole === true }
    },
  }
}

function dynamicOf(
  raw: unknown,
  path: Path,
  schema: z.ZodType,
  uses: { column: string; path: Path }[],
): Dynamic | undefined {
  if (typeof raw === 'string') {
    const columns = [...raw.matchAll(placeholder)].map(([, column = '']) => column.trim())
    if (columns.length === 0) return undefined
    for (const column of columns) uses.push({ column, path })
    return leaf(raw, columns, schemaAt(schema, path))
  }
  if (typeof raw !== 'object' || raw === null) return undefined
  const entries = Array.isArray(raw) ? raw.map((item, index) => [index, item] as const) : Object.entries(raw)
  const below = new Map<string | number, Dynamic>()
  for (const [step, item] of entries) {
    const inner = dynamicOf(item, [...path, step], schema, uses)
    if (inner !== undefined) below.set(step, inner)
  }
  return below.size === 0 ? undefined : { below }
}

/** A text that is one column takes its typed value where the schema wants a number or a boolean; any other takes its text. */
function leaf(raw: string, columns: readonly string[], schema: z.ZodType | undefined): Dynamic {
  const [column = ''] = columns
  const whole = columns.length === 1 && raw.trim() === raw && /^\{[^{}]+\}$/.test(raw)
  const type = schema === undefined ? 'unknown' : definitionOf(schema).type
  const typed = whole && (type === 'number' || type === 'boolean' || type === 'unknown')
  const fillText = whole
    ? (cells: Readonly<Record<string, Cell>>) => String(cells[column] ?? '')
    : (cells: Readonly<Record<string, Cell>>) =>
        raw.replace(placeholder, (_, name: string) => String(cells[name.trim()] ?? ''))
  return { columns, whole, leaf: typed ? (cells) => cells[column] : fillText }
}

function fill(raw: unknown, dynamic: Dynamic | undefined, cells: Readonly<Record<string, Cell>>): unknown {
  if (dynamic === undefined) return raw
  if (dynamic.leaf !== undefined) return dynamic.leaf(cells)
  if (Array.isArray(raw)) return raw.map((item, index) => fill(item, dynamic.below?.get(index), cells))
  const copy: Record<string, unknown> = { ...(raw as Record<string, unknown>) }
  for (const [step, inner] of dynamic.below ?? []) copy[step] = fill(copy[step], inner, cells)
  return copy
}

const unfit = Symbol('does not fit')
type RowParser = (first: unknown, cells: Readonly<Record<string, Cell>>) => unknown

function rowParser(raw: unknown, dynamic: Dynamic | undefined, schema: z.ZodType): RowParser {
  if (dynamic === undefined) return (first) => first
  const inner = unwrapped(schema)
  const children = dynamic.below === undefined ? undefined : childParsers(raw, dynamic.below, inner)
  if (children === undefined) {
    return (_, cells) => {
      const result = schema.safeParse(fill(raw, dynamic, cells))
      return result.success ? result.data : unfit
    }
  }
  const checks = checksOf(inner)
  return (first, cells) => {
    const made = (Array.isArray(first) ? [...first] : { ...(first as object) }) as Record<string | number, unknown>
    for (const [step, parse] of children) {
      const value = parse((first as Record<string | number, unknown>)[step], cells)
      if (value === unfit) return unfit
      made[step] = value
    }
    return checks.every((check) => holds(check, made)) ? made : unfit
  }
}

/** A parser for each part that depends on the row; undefined where the shape does not let its parts be parsed alone. */
function childParsers(
  raw: unknown,
  below: NonNullable<Dynamic['below']>,
  schema: z.ZodType,
): readonly (readonly [string | number, RowParser])[] | undefined {
  const { type, shape, element, valueType } = definitionOf(schema)
  const of = (step: string | number) =>
    type === 'object' ? shape?.[step] : type === 'array' ? element : type === 'record' ? valueType : undefined
  const children: [string | number, RowParser][] = []
  for (const [step, dynamic] of below) {
    const child = of(step)
    if (child === undefined) return undefined
    children.push([step, rowParser((raw as Record<string | number, unknown>)[step], dynamic, child)])
  }
  return children
}

type Check = z.core.$ZodCheck<unknown>

const checksOf = (schema: z.ZodType): readonly Check[] =>
  (schema.def as unknown as { readonly checks?: readonly Check[] }).checks ?? []

/** A refinement of a map or list looks at the whole, so it is asked again. */
function holds(check: Check, value: unknown): boolean {
  const payload = { value, issues: [] }
  void check._zod.check(payload)
  return payload.issues.length === 0
}

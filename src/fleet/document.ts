// One document of ours inside a file: its raw value, and the way from a path inside it to a line and to the reader's words.

import type { z } from 'zod'
import type { DocumentKind } from '../model/declaration/index.ts'
import type { Origin } from '../model/origin.ts'
import { brief } from '../model/visible.ts'
import type { Spot } from './problems.ts'
import type { ParsedFile } from './yaml.ts'

export type Path = readonly (string | number)[]

export interface Declared {
  readonly kind: DocumentKind
  readonly file: ParsedFile
  /** Index of the document in its file. */
  readonly index: number
  readonly raw: Readonly<Record<string, unknown>>
  /** Folder that its relative paths start from. */
  readonly folder: string
}

/** A document that fits its schema. */
export interface Read<Schema extends z.ZodType> {
  readonly document: Declared
  readonly value: z.output<Schema>
}

export const pointerOf = (document: Declared, path: Path): string =>
  path.length === 0 ? String(document.index) : `${document.index}/${path.join('/')}`

/** The spot of a value, or of its key; of the nearest thing around it that is written down. */
export function spotOf(document: Declared, path: Path, key = false): Spot {
  const { positions, file } = document.file
  let pointer = pointerOf(document, path)
  if (key && positions[`${pointer}#key`] !== undefined) pointer += '#key'
  for (;;) {
    const found = positions[pointer]
    if (found !== undefined) return { file, line: found[0], column: found[1] }
    const cut = pointer.lastIndexOf('/')
    if (cut < 0) return { file, line: 1, column: 1 }
    pointer = pointer.slice(0, cut)
  }
}

/** The path in the reader's words: things by their names where they have one, `sites.los-angeles.nodePools.edge.volumeType`. */
export function wordsOf(document: Declared, path: Path): string {
  let words =
    document.kind === 'Fleet'
      ? ''
      : `${document.kind === 'App' ? 'apps' : 'drills'}.${nameOf(document) ?? `(document ${document.index + 1})`}`
  let value: unknown = document.raw
  for (const step of path) {
    value = inside(value, step)
    if (typeof step === 'string') words += `${words === '' ? '' : '.'}${brief(step, 60)}`
    else {
      const name = inside(value, 'name')
      words += typeof name === 'string' && name !== '' ? `.${brief(name, 63)}` : `[${step}]`
    }
  }
  return words === '' ? 'fleet' : words
}

export function originOf(document: Declared, path: Path, label?: string): Origin {
  return { file: document.file.file, pointer: pointerOf(document, path), label: label ?? wordsOf(document, path) }
}

export function nameOf(document: Declared): string | undefined {
  const name = inside(inside(document.raw, 'metadata'), 'name')
  return typeof name === 'string' && name !== '' ? brief(name, 63) : undefined
}

/** One step into a raw value; never into a prototype. */
export function inside(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
}

export const follow = (value: unknown, path: Path): unknown => path.reduce<unknown>(inside, value)

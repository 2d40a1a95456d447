// Documents made by a program, as the YAML that a person would have written. What is no data is refused by its path.

import { stringify } from 'yaml'
import type { Path } from './document.ts'

/** The YAML, or what in the documents is no data. */
export function printDocuments(
  documents: readonly unknown[],
): { readonly text: string } | { readonly wrong: string; readonly path: Path } {
  for (const [index, document] of documents.entries()) {
    const wrong = notPlain(document, [index], new Set())
    if (wrong !== undefined) return wrong
  }
  return {
    text: documents
      .map((document) => stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, keepUndefined: false }))
      .join('---\n'),
  }
}

function notPlain(
  value: unknown,
  path: Path,
  open: Set<object>,
): { readonly wrong: string; readonly path: Path } | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { wrong: `the number ${value}`, path }
  if (typeof value !== 'object') return { wrong: `a ${typeof value}`, path }
  if (open.has(value)) return { wrong: 'a value that holds itself', path }
  const isList = Array.isArray(value)
  const made = classOf(value)
  if (!isList && made !== undefined) return { wrong: `a ${made}`, path }
  open.add(value)
  for (const [key, inner] of Object.entries(value)) {
    const wrong = notPlain(inner, [...path, isList ? Number(key) : key], open)
    if (wrong !== undefined) return wrong
  }
  open.delete(value)
  return undefined
}

/** The name of its class; undefined for plain data, which may come from another realm, whose Object is not ours. */
function classOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined
  return prototype.constructor.name || 'class'
}

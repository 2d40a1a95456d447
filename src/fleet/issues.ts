// What zod says is wrong with a value, in the reader's words: what it is, what it may be, and which allowed word is nearest.

import type { z } from 'zod'
import { brief, shown } from '../model/visible.ts'
import type { Path } from './document.ts'
import { follow } from './document.ts'
import { didYouMean, listed, nearest } from './nearest.ts'
import { describe, keysOf, schemaAt } from './schema.ts'
import { rule, sizeOf, typeWord, wants, wrongType } from './wording.ts'

type Issue = z.core.$ZodIssue

export interface Told {
  readonly path: Path
  readonly message: string
  readonly hint: string
  /** Whether the key is at fault, not the value. */
  readonly key: boolean
  /** Of an unknown key: the one that was meant. */
  readonly meant?: Path | undefined
}

/** Where the faults were found: the schema, the raw value, and a plain scalar as it stands in the file. */
interface Around {
  readonly schema: z.ZodType
  readonly raw: unknown
  readonly written: (path: Path) => string | undefined
}

export function tellIssues(
  schema: z.ZodType,
  raw: unknown,
  issues: readonly Issue[],
  written: Around['written'],
): Told[] {
  const told = issues.flatMap((issue) => tellIssue({ schema, raw, written }, issue, []))
  // a key that is misspelt is missing too, and a text that is empty breaks its pattern: one message for one fault
  const meant = new Set(told.flatMap(({ meant }) => (meant === undefined ? [] : [meant.join('/')])))
  const seen = new Set<string>()
  return told.filter(({ path, key }) => {
    const spot = path.join('/')
    if (meant.has(spot) && follow(raw, path) === undefined) return false
    return !seen.has(`${key} ${spot}`) && seen.add(`${key} ${spot}`) !== undefined
  })
}

function tellIssue(around: Around, issue: Issue, base: Path): Told[] {
  const path = [...base, ...(issue.path as (string | number)[])]
  const value = follow(around.raw, path)
  const schema = schemaAt(around.schema, path)
  const word = wordFor(path)
  const told = ([message, hint]: readonly [string, string], key = false): Told[] => [{ path, message, hint, key }]
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, value, schema)
    case 'invalid_type':
      return told(wrongType(issue.expected, word, value, schema, () => around.written(path)))
    case 'invalid_value':
      return told(wrongWord(issue.values.map(String), word, value))
    case 'too_big':
    case 'too_small':
      return told(sizeOf(issue, word, value))
    case 'invalid_format':
      return told([`${word} is ${shown(value)}`, rule(issue.message, schema && describe(schema))])
    case 'invalid_key':
      return issue.issues.flatMap((inner) => told(wrongKey(inner, String(path.at(-1) ?? '')), true))
    case 'invalid_element':
      return issue.issues.flatMap((inner) => tellIssue(around, inner, path))
    case 'invalid_union':
      return union(around, issue, path)
    case 'not_multiple_of':
      return told([`${word} is ${shown(value)}`, `write a multiple of ${issue.divisor}`])
    case 'custom':
      // what may be a secret is not repeated
      if (issue.params?.secret === true) return told([`${word} is written down here`, rule(issue.message)])
      return /^only one of /.test(issue.message)
        ? told([issue.message, 'keep one and take the others out'], true)
        : told(
            value === undefined || typeof value === 'object'
              ? [issue.message, wants(issue.message)]
              : [`${word} is ${shown(value)}`, rule(issue.message)],
          )
  }
}

function wordFor(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'string' ? brief(last, 60) : last === undefined ? 'the document' : `item ${last + 1}`
}

function unknownKeys(keys: readonly string[], path: Path, value: unknown, schema: z.ZodType | undefined): Told[] {
  const known = schema === undefined ? [] : keysOf(schema)
  const free = known.filter((key) => follow(value, [key]) === undefined)
  return keys.map((key) => {
    const near = nearest(key, free)
    return {
      path: [...path, key],
      message: `unknown key ${brief(key, 60)}`,
      hint: known.length === 0 ? 'take it out' : `${didYouMean(key, free)}allowed here: ${listed(known, 40)}`,
      key: true,
      meant: near === undefined ? undefined : [...path, near],
    }
  })
}

function wrongWord(allowed: readonly string[], word: string, value: unknown): [message: string, hint: string] {
  const [only] = allowed
  const words = allowed.length === 1 ? (only ?? '') : `one of ${listed(allowed, 40)}`
  if (value === undefined) return [`${word} is missing`, `add ${word}: ${words}`]
  const near = typeof value === 'string' ? didYouMean(value, allowed) : ''
  const not = allowed.length === 1 ? (only ?? '') : 'one of the words allowed here'
  return [`${word} is ${shown(value)}, which is not ${not}`, `${near}write ${words}`]
}

function wrongKey(issue: Issue, key: string): [message: string, hint: string] {
  const hint = issue.code === 'too_big' ? `at most ${issue.maximum} characters are allowed` : rule(issue.message)
  return [`the key ${shown(key)} cannot stand here`, hint]
}

/** Of several shapes the one that was meant: the one that the value is nearest to. */
function union(around: Around, issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): Told[] {
  const value = follow(around.raw, path)
  const branches = issue.errors.filter((errors) => !errors.some((error) => isOtherShape(error, value)))
  const [only] = branches
  if (branches.length === 1 && only !== undefined) return only.flatMap((inner) => tellIssue(around, inner, path))
  const from = branches.length > 0 ? branches : issue.errors
  const forms = new Set(from.flatMap((errors) => errors.slice(0, 1)).map(wanted))
  const word = wordFor(path)
  const message = value === undefined ? `${word} is missing` : `${word} is ${shown(value)}`
  return [{ path, message, hint: [...forms].join('; or '), key: false }]
}

/** A map where a text is wanted is another shape; a text of the wrong form is the right shape. */
function isOtherShape(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_value') return typeof value === 'object'
  return issue.code === 'invalid_type' && !(typeof value === 'number' && issue.expected === 'int')
}

function wanted(issue: Issue): string {
  if (issue.code === 'invalid_value') return `write ${listed(issue.values.map(String), 20)}`
  if (issue.code === 'invalid_type') return `write ${typeWord(issue.expected)}`
  if (issue.code === 'too_big' || issue.code === 'too_small') return sizeOf(issue, '', undefined)[1]
  return rule(issue.message)
}

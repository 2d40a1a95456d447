// The words for what is wrong with a single value: its type, its size, its form.

import type { z } from 'zod'
import { brief, shown } from '../model/visible.ts'
import { describe } from './schema.ts'

type Size = Extract<z.core.$ZodIssue, { code: 'too_big' | 'too_small' }>
type Words = [message: string, hint: string]

const types: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

export const typeWord = (expected: string): string => types[expected] ?? expected

/** The words of a scalar for its own form, as a sentence: some are one, others only say what to write. */
export function rule(message: string, example?: string): string {
  const bare = /^Invalid /.test(message) ? (example ?? 'another value') : message
  return / (?:is|are|can|starts) /.test(bare) ? bare : `write ${bare}`
}

/** What to do about a map as a whole. */
export const wants = (message: string): string =>
  / (?:is|are) needed/.test(message) ? 'add what is missing' : 'change it, or take it out'

export function wrongType(
  expected: string,
  word: string,
  value: unknown,
  schema: z.ZodType | undefined,
  written: () => string | undefined,
): Words {
  const form = rule((schema && describe(schema)) ?? typeWord(expected))
  if (value === undefined) {
    return [`${word} is missing`, form.startsWith('write ') ? `add ${word}: ${form.slice(6)}` : `add ${word}; ${form}`]
  }
  if (value === null) return [`${word} is empty`, `${form}, or take the key out`]
  if (expected !== 'string') return [`${word} is ${shown(value)}, not ${typeWord(expected)}`, form]
  if (typeof value === 'object') return [`${word} is ${shown(value)}, not text`, bracesOf(value) ?? form]
  const text = written() ?? String(value)
  const fits = schema?.safeParse(text).success !== false
  const comma = /\d,-?\d/.test(form) ? '; between { and } a value with a comma needs quotes' : ''
  return [
    `${word} is the ${typeof value} ${brief(text, 60)}, not text`,
    fits ? `put it in quotes: "${brief(text, 60)}"` : `${form}${comma}`,
  ]
}

/** `name: {id}` is a map for YAML, and meant as a column. */
function bracesOf(value: object): string | undefined {
  const [column, ...more] = Array.isArray(value) ? [] : Object.entries(value)
  return column?.[1] === null && more.length === 0 ? `put it in quotes: "{${brief(column[0], 40)}}"` : undefined
}

export function sizeOf(issue: Size, word: string, value: unknown): Words {
  const most = issue.code === 'too_big'
  const bound = most ? issue.maximum : issue.minimum
  const limit = `${most ? 'at most' : 'at least'} ${bound}`
  if (issue.origin === 'string') {
    const length = typeof value === 'string' ? value.length : 0
    const allowed = `${limit} ${bound === 1 ? 'character is' : 'characters are'} ${most ? 'allowed' : 'needed'}`
    return [length === 0 ? `${word} is empty` : `${word} has ${length} characters`, allowed]
  }
  if (issue.origin === 'array') {
    const length = Array.isArray(value) ? value.length : 0
    const allowed = `${limit} ${bound === 1 ? 'is' : 'are'} ${most ? 'allowed' : 'needed'}`
    return [length === 0 ? `${word} is empty` : `${word} has ${length} items`, allowed]
  }
  return [`${word} is ${shown(value)}`, `write a number of ${limit}`]
}

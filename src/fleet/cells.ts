// A cell of a row, read as the type of its column says. What is wrong with it is said as what would be right.

import type { z } from 'zod'
import type { fleetClass } from '../model/declaration/fleet.ts'
import { cidr, ipv4, location } from '../model/declaration/scalars.ts'
import { limits } from './limits.ts'
import { didYouMean, listed } from './nearest.ts'
import type { Cell } from './template.ts'

export type Column = z.output<typeof fleetClass>['rows']['columns'][string]
type Named = 'cluster' | 'site' | 'account' | 'network'
export type ReadCell = (value: unknown) => Cell | { readonly hint: string }

const named: readonly unknown[] = ['cluster', 'site', 'account', 'network'] satisfies Named[]

/** The target of a column that names something else, such as `hq: cluster`. */
export const columnTarget = (column: Column | undefined): Named | undefined =>
  named.includes(column) ? (column as Named) : undefined

export function cellReader(column: Column): ReadCell {
  const read = Array.isArray(column) ? oneOf(column) : readers[column as Exclude<Column, readonly string[]>]
  return (value) => (value === undefined || value === null || value === '' ? whenEmpty : read(value))
}

const whenEmpty = {
  hint: 'every declared column needs a value in every row; a column that some rows lack belongs into a class of its own',
}

function text(test: (value: string) => boolean, hint: string, canonical?: (value: string) => string): ReadCell {
  return (value) => {
    // a list in YAML gives numbers where quotes are missing, and 0417 is then 417
    if (typeof value !== 'string') return { hint: `put it in quotes; ${hint}` }
    if (value.length > limits.cellLength || !test(value)) return { hint }
    return canonical === undefined ? value : canonical(value)
  }
}

/** The written form decides, so that a CSV and a list mean the same. */
function scalar(pattern: RegExp, hint: string, make: (value: string) => Cell): ReadCell {
  return (value) => (pattern.test(String(value)) ? make(String(value)) : { hint })
}

function oneOf(words: readonly string[]): ReadCell {
  return (value) =>
    words.includes(String(value))
      ? String(value)
      : { hint: `${didYouMean(String(value), words)}allowed: ${listed(words, 40)}` }
}

const nameOf = (what: string): ReadCell =>
  text(
    (value) => /^[a-z0-9](?:[-a-z0-9]{0,98}[a-z0-9])?$/.test(value),
    `it must be the name of ${what}: lower case letters, digits and hyphens`,
  )

const readers: Readonly<Record<Exclude<Column, readonly string[]>, ReadCell>> = {
  string: text(() => true, 'a number or a boolean is no text'),
  int: scalar(/^[-+]?\d{1,15}$/, 'it must be a whole number', Number),
  number: scalar(/^[-+]?\d{1,15}(?:\.\d{1,15})?$/, 'it must be a number, with a point before its fraction', Number),
  boolean: scalar(/^(?:true|false)$/i, 'it must be true or false', (value) => value.toLowerCase() === 'true'),
  ip: text((value) => ipv4.safeParse(value).success, 'it must be an IPv4 address, such as 10.0.0.7'),
  cidr: text((value) => cidr.safeParse(value).success, 'it must be an IPv4 range, such as 10.10.0.0/16'),
  point: text(
    (value) => location.safeParse(value).success,
    'it must be "latitude,longitude" in degrees, such as 34.05,-118.24, in double quotes in a CSV',
    (value) => value.replace(/\s+/g, ''),
  ),
  cluster: nameOf('a cluster'),
  site: nameOf('a site'),
  account: nameOf('an account'),
  network: nameOf('a network'),
}

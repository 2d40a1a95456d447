// What the published schemas of resource types say: properties that are known and required, attributes, what a change means.

import { readFileSync } from 'node:fs'
import { AwsError, validation } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { isRecord, record, same } from '../json.ts'

interface Shape {
  readonly required?: boolean
  readonly replaces?: boolean
  readonly many?: boolean
  readonly properties?: Readonly<Record<string, Shape>>
}

interface Schema {
  readonly attributes: readonly string[]
  readonly properties: Readonly<Record<string, Shape>>
}

let read: Readonly<Record<string, Schema>> | undefined

const schemaOf = (type: string): Schema => {
  read ??= JSON.parse(readFileSync(new URL('../resource-schemas.json', import.meta.url), 'utf8')) as Readonly<
    Record<string, Schema>
  >
  const found = read[type]
  if (found === undefined) throw validation(`Template format error: Unrecognized resource types: [${type}]`)
  return found
}

/** As CloudFormation says it before a resource is begun. */
export function checkProperties(logicalId: string, type: string, properties: Input): void {
  const problems = problemsWith(properties, schemaOf(type).properties, '#')
  if (problems.length > 0)
    throw new AwsError(
      'InvalidRequest',
      `Properties validation failed for resource ${logicalId} with message:\n${problems.join('\n')}`,
    )
}

function problemsWith(value: Input, shapes: Readonly<Record<string, Shape>>, at: string): string[] {
  return [
    ...Object.keys(value)
      .filter((key) => shapes[key] === undefined)
      .map((key) => `${at}: extraneous key [${key}] is not permitted`),
    ...Object.entries(shapes)
      .filter(([key, shape]) => shape.required === true && value[key] === undefined)
      .map(([key]) => `${at}: required key [${key}] not found`),
    ...Object.entries(value).flatMap(([key, item]) => inside(item, shapes[key], `${at}/${key}`)),
  ]
}

function inside(value: Json, shape: Shape | undefined, at: string): string[] {
  if (shape?.properties === undefined) return []
  const { properties } = shape
  if (Array.isArray(value))
    return value.flatMap((item, index) => (isRecord(item) ? problemsWith(item, properties, `${at}/${index}`) : []))
  if (shape.many === true) return [`${at}: expected type: JSONArray, found: ${typeof value}`]
  return isRecord(value) ? problemsWith(value, properties, at) : []
}

export const hasAttribute = (type: string, name: string): boolean => {
  const { attributes } = schemaOf(type)
  return attributes.includes(name) || attributes.some((it) => it.startsWith(`${name}.`) || name.startsWith(`${it}.`))
}

export interface Difference {
  readonly properties: readonly string[]
  readonly replaces: boolean
}

/** Which properties differ, and whether that means another resource. */
export function differenceOf(type: string, before: Input, after: Input): Difference {
  const { properties } = schemaOf(type)
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !same(before[key], after[key]),
  )
  return { properties: changed, replaces: changed.some((key) => replaces(properties[key], before[key], after[key])) }
}

function replaces(shape: Shape | undefined, before: Json, after: Json): boolean {
  if (shape?.replaces === true) return true
  if (shape?.properties === undefined || !isRecord(before) || !isRecord(after)) return false
  const { properties } = shape
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].some(
    (key) => !same(before[key], after[key]) && replaces(properties[key], record(before)[key], record(after)[key]),
  )
}

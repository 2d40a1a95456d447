// Filters of the Describe calls of EC2: by the names that the answer has, by tags. One that is not known is refused.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html

import { AwsError } from './errors.ts'
import type { Input, Json } from './json.ts'
import { isRecord, records, text, texts } from './json.ts'

export function filtered(
  all: readonly Input[],
  filters: Json,
  alias: Readonly<Record<string, string>> = {},
): readonly Input[] {
  return records(filters).reduce<readonly Input[]>((left, filter) => {
    const name = text(filter.Name)
    const values = texts(filter.Value)
    return left.filter((it) =>
      found(it, name, alias, all).some((value) => values.some((wanted) => fits(value, wanted))),
    )
  }, all)
}

const fits = (value: string, wanted: string): boolean =>
  value === wanted ||
  (/[*?]/.test(wanted) &&
    new RegExp(
      `^${wanted
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(value))

function found(it: Input, name: string, alias: Readonly<Record<string, string>>, all: readonly Input[]): string[] {
  const tags = records(it.tagSet)
  if (name.startsWith('tag:'))
    return tags.filter((tag) => text(tag.key) === name.slice(4)).map((tag) => text(tag.value))
  if (name === 'tag-key') return tags.map((tag) => text(tag.key))
  const path = (alias[name] ?? name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())).split('.')
  const values = at(it, path)
  if (
    values.length === 0 &&
    !all.some((one) => at(one, path).length > 0) &&
    alias[name] === undefined &&
    !optional.has(name)
  )
    throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  return values
}

/** Known everywhere, and often there is nothing to it. */
const optional = new Set([
  'vpc-id',
  'subnet-id',
  'group-id',
  'state',
  'instance-state-name',
  'description',
  'attachment.vpc-id',
  'association.subnet-id',
  'zone-type',
  'group-name',
])

function at(value: Json, [first, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((it) => at(it, first === undefined ? [] : [first, ...rest]))
  if (first === undefined) return value === undefined || value === null ? [] : [text(value)]
  if (!isRecord(value)) return []
  const inner = value[first] ?? value[`${first}Set`]
  return inner === undefined ? [] : at(inner, rest)
}

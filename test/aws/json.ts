// What comes in and goes out is JSON in the end, whatever the protocol: a tree of texts, lists and records, and how to ask it.

export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }
export type Input = { readonly [key: string]: Json }

export const text = (value: Json): string => (value === undefined || value === null ? '' : String(value))
export const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [])
export const texts = (value: Json): string[] => list(value).map(text)
export const records = (value: Json): Input[] => list(value).map(record)
export const isTrue = (value: Json): boolean => value === true || value === 'true'
export const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const record = (value: Json): Input => (isRecord(value) ? value : {})

/** Equal whatever the order of keys, and whether a number came as a text. */
export const same = (one: Json, other: Json): boolean => stable(one) === stable(other)

export function stable(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (isRecord(value))
    return `{${Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${key}:${stable(value[key])}`)
      .join(',')}}`
  return JSON.stringify(text(value))
}

/** `[{Key, Value}]`, in either spelling, or a record already. */
export function tagsOf(value: Json): Record<string, string> {
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(record(value)).map(([key, it]) => [key, text(it)]))
  return Object.fromEntries(records(value).map((tag) => [text(tag.Key ?? tag.key), text(tag.Value ?? tag.value)]))
}

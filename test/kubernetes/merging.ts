// How a change comes into an object: by server-side apply of one manager, or by a JSON merge patch.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type Fields = { readonly [key: string]: Json | undefined }

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNamedList = (value: Json | undefined): value is readonly Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isFields(item) && typeof item.name === 'string')

/** Lists whose items an API server tells apart by their name. Any other list belongs to whoever applied it last, whole. */
const byName = new Set(['containers', 'initContainers', 'env', 'volumes'])

/**
 * @param live what is there
 * @param last what the same manager applied before: what it had and has no more is taken away
 */
export function applied(live: Json | undefined, last: Json | undefined, next: Json, key = ''): Json {
  if (isFields(next)) {
    const base = isFields(live) ? live : {}
    const before = isFields(last) ? last : {}
    const out: Record<string, Json | undefined> = { ...base }
    for (const name of Object.keys(before)) if (next[name] === undefined) delete out[name]
    for (const [name, value] of Object.entries(next))
      if (value !== undefined) out[name] = applied(base[name], before[name], value, name)
    return out
  }
  if (byName.has(key) && isNamedList(next) && isNamedList(live)) {
    const find = (list: Json | undefined, name: Json | undefined) =>
      isNamedList(list) ? list.find((item) => item.name === name) : undefined
    const kept = live.filter((item) => find(next, item.name) === undefined && find(last, item.name) === undefined)
    return [...next.map((item) => applied(find(live, item.name), find(last, item.name), item)), ...kept]
  }
  return next
}

/** https://www.rfc-editor.org/rfc/rfc7396 */
export function merged(live: Json | undefined, patch: Json): Json {
  if (!isFields(patch)) return patch
  const out: Record<string, Json | undefined> = isFields(live) ? { ...live } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name]
    else if (value !== undefined) out[name] = merged(out[name], value)
  }
  return out
}

/** The same whatever the order of keys. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isFields(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )

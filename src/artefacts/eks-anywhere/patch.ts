// What must be said to make one value of another: a merge patch (RFC 7386). Maps are merged, lists replaced, null takes away.

type Fields = Readonly<Record<string, unknown>>

/** Undefined where there is nothing to say. */
export function differenceOf(before: unknown, after: unknown): unknown {
  if (!isFields(before) || !isFields(after)) return JSON.stringify(before) === JSON.stringify(after) ? undefined : after
  const said: Record<string, unknown> = {}
  for (const key of Object.keys(before)) if (after[key] === undefined && before[key] !== undefined) said[key] = null
  for (const [key, value] of Object.entries(after)) {
    const inner = differenceOf(before[key], value)
    if (inner !== undefined) said[key] = inner
  }
  return Object.keys(said).length === 0 ? undefined : said
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

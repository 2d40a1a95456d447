// Values that most rows of a class share are said once; a row says only what is different.

type Values = Readonly<Record<string, string>>

/** Those that more than half of the rows have, so that the exception does not rewrite all others. */
export function commonValues(rows: readonly Values[]): Values {
  if (rows.length < 2) return {}
  const counts = new Map<string, Map<string, number>>()
  for (const row of rows) {
    for (const key in row) {
      if (!Object.hasOwn(row, key)) continue
      const value = row[key] as string
      let byValue = counts.get(key)
      if (byValue === undefined) {
        byValue = new Map()
        counts.set(key, byValue)
      }
      byValue.set(value, (byValue.get(value) ?? 0) + 1)
    }
  }
  const common: Record<string, string> = {}
  for (const key of [...counts.keys()].sort())
    for (const [value, count] of counts.get(key) ?? []) if (count * 2 > rows.length) common[key] = value
  return common
}

export function differing(row: Values, common: Values): Values {
  const own: Record<string, string> = {}
  for (const key of Object.keys(row).sort()) if (row[key] !== common[key]) own[key] = row[key] as string
  return own
}

// One text for one meaning, and its hash: keys sorted, what is undefined left out. Equal values give equal bytes on every machine.

import { createHash } from 'node:crypto'

export function canonical(value: unknown, skip?: (key: string, value: unknown) => boolean): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, skip)).join(',')}]`
  const record = value as Readonly<Record<string, unknown>>
  const fields: string[] = []
  for (const key of Object.keys(record).sort()) {
    const field = record[key]
    if (field !== undefined && skip?.(key, field) !== true)
      fields.push(`${JSON.stringify(key)}:${canonical(field, skip)}`)
  }
  return `{${fields.join(',')}}`
}

export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

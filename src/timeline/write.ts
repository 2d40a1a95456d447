// A timeline as a file: JSON with sorted keys and one item of a list to a line, so that the same run is the same file, and two
// runs can be compared by any diff.

import type { Timeline } from '../model/timeline.ts'

export function writeTimeline(timeline: Timeline): string {
  const entries = Object.entries(timeline)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${Array.isArray(value) ? list(value) : inline(value)}`)
  return `{\n${entries.join(',\n')}\n}\n`
}

const list = (items: readonly unknown[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${inline(item)}`).join(',\n')}\n  ]`

const inline = (value: unknown): string => JSON.stringify(sorted(value))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

// Who served whom over time, as a strip of blocks: a row for each audience and site, and one for users that nobody served.

import type { DrillResult } from '../drill/result.ts'
import { clockText } from '../model/duration.ts'
import type { ServiceSpan, Timeline } from '../model/timeline.ts'

export interface View {
  readonly columns: number
  readonly unicode: boolean
}

/** From nothing to all. */
const shades = { unicode: ['·', '░', '▒', '▓', '█'], ascii: ['.', '-', '=', '+', '#'] }
const marks = { unicode: { from: '┬', during: '─', to: '┴' }, ascii: { from: 'x', during: '-', to: 'o' } }

export interface Shown {
  /** At most that many groups of audiences: the public before those on a LAN, then those that lost most. */
  readonly audiences: number
  readonly legend: boolean
}

export function drillStrip(
  { timeline, drill }: Pick<DrillResult, 'timeline' | 'drill'>,
  { columns, unicode }: View,
  shown: Shown = { audiences: Number.POSITIVE_INFINITY, legend: true },
): string {
  const labels = rowsOf(timeline, shown.audiences, (audience) => drill.lanAudiences[audience] !== undefined)
  const margin = Math.min(
    36,
    Math.max(14, ...labels.map((row) => (row.spans === undefined ? 0 : row.label.length))) + 2,
  )
  const width = Math.max(20, columns - margin)
  const shade = unicode ? shades.unicode : shades.ascii
  const cell = timeline.length / width
  const lines = [axis(timeline.length, margin, width)]
  for (const fault of drill.faults)
    lines.push(`${label('  taken away', margin)}${faultLine(fault, cell, width, unicode)}`)
  for (const row of labels) {
    lines.push(
      row.spans === undefined
        ? row.label
        : `${label(row.label, margin)}${Array.from({ length: width }, (_, index) => block(mean(row.spans ?? [], row.of, index * cell, (index + 1) * cell), shade)).join('')}`.trimEnd(),
    )
  }
  if (shown.legend)
    lines.push(
      `${' '.repeat(margin)}${shade[0]} nobody  ${shade[1]} up to a quarter  ${shade[2]} half  ${shade[3]} most  ${shade[4]} all`,
    )
  return lines.join('\n')
}

interface StripRow {
  readonly label: string
  readonly spans?: readonly ServiceSpan[]
  readonly of: (span: ServiceSpan) => number
}

/** Audiences that saw the same are one row; sites that never served them are left out. */
function rowsOf(timeline: Timeline, most: number, onLan: (audience: string) => boolean): readonly StripRow[] {
  const groups = new Map<string, { app: string; audiences: string[]; spans: readonly ServiceSpan[]; lost: number }>()
  for (const { app, audience, spans, lostSeconds } of timeline.services) {
    const key = `${app} ${JSON.stringify(spans)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { app, audiences: [audience], spans, lost: lostSeconds })
    else group.audiences.push(audience)
  }
  const severalApps = new Set(timeline.services.map((service) => service.app)).size > 1
  const kept = [...groups.values()]
    .sort((a, b) => Number(onLan(a.audiences[0] ?? '')) - Number(onLan(b.audiences[0] ?? '')) || b.lost - a.lost)
    .slice(0, most)
  const rest = groups.size - kept.length
  return [...groups.values()]
    .filter((group) => kept.includes(group))
    .flatMap(({ app, audiences, spans }): StripRow[] => {
      const sites = [
        ...new Set(spans.flatMap((span) => Object.keys(span.by).filter((site) => (span.by[site] ?? 0) > 0))),
      ]
      const lost = spans.some((span) => span.served < 1 - 1e-6)
      return [
        {
          label: `${severalApps ? `${app} ` : ''}${audiences.join(', ')}${rest > 0 ? ` (${rest} more in the full report)` : ''}`,
          of: () => 0,
        },
        ...sites.map((site) => ({ label: `  by ${site}`, spans, of: (span: ServiceSpan) => span.by[site] ?? 0 })),
        ...(lost ? [{ label: '  by nobody', spans, of: (span: ServiceSpan) => 1 - span.served }] : []),
      ]
    })
}

function mean(spans: readonly ServiceSpan[], of: (span: ServiceSpan) => number, from: number, to: number): number {
  let sum = 0
  for (const span of spans) {
    const overlap = Math.min(span.to, to) - Math.max(span.from, from)
    if (overlap > 0) sum += overlap * of(span)
  }
  return sum / (to - from)
}

function block(share: number, shade: readonly string[]): string {
  if (share <= 0.001) return shade[0] ?? ' '
  if (share >= 0.995) return shade[4] ?? '#'
  return shade[share <= 0.25 ? 1 : share <= 0.6 ? 2 : 3] ?? '+'
}

function axis(length: number, margin: number, width: number): string {
  const step =
    [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400].find((seconds) => (seconds / length) * width >= 9) ??
    length
  let line = ''
  for (let at = 0; at < length; at += step) {
    const column = Math.round((at / length) * width)
    const text = clockText(at)
    if (column + text.length <= width) line = `${line.padEnd(column)}${text}`
  }
  return `${label('  time', margin)}${line}`
}

function faultLine(
  { at, until }: { readonly at: number; readonly until?: number },
  cell: number,
  width: number,
  unicode: boolean,
): string {
  const mark = unicode ? marks.unicode : marks.ascii
  const from = Math.min(width - 1, Math.floor(at / cell))
  const to = until === undefined ? width : Math.min(width - 1, Math.floor(until / cell))
  return `${' '.repeat(from)}${mark.from}${mark.during.repeat(Math.max(0, to - from - 1))}${until === undefined || to >= width ? '' : mark.to}`
}

const label = (text: string, margin: number): string =>
  text.length >= margin ? `${text.slice(0, margin - 2)}  ` : text.padEnd(margin)

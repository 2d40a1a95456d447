// The line that is wrong, with its neighbours and a mark under the spot. Long lines are cut around the spot; nothing in them reaches the
// terminal as an escape.

import { visible } from '../model/visible.ts'

const width = 100

export function frame(text: string, line: number, column: number): string | undefined {
  const first = Math.max(1, line - 1)
  const lines = linesOf(text, first, line + 1)
  const wrong = lines[line - first]
  if (wrong === undefined) return undefined
  const cut = Math.max(0, column - 1 - width / 2)
  const digits = String(line + 1).length
  const out: string[] = []
  lines.forEach((content, index) => {
    const number = first + index
    const piece = visible(content.slice(cut, cut + width).replaceAll('\t', ' '))
    const head = cut > 0 ? '…' : ''
    const tail = content.length > cut + width ? '…' : ''
    out.push(`${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${head}${piece}${tail}`.trimEnd())
    if (number !== line) return
    const before = visible(content.slice(cut, column - 1).replaceAll('\t', ' ')).length + head.length
    out.push(`  ${' '.repeat(digits)} | ${' '.repeat(before)}^`)
  })
  return out.join('\n')
}

/** Lines from first to last, counted from 1, without splitting the whole of a large file. */
function linesOf(text: string, first: number, last: number): string[] {
  const lines: string[] = []
  let start = 0
  for (let number = 1; number <= last && start <= text.length; number += 1) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    if (number >= first) lines.push(text.slice(start, end).replace(/\r$/, ''))
    if (found < 0) break
    start = end + 1
  }
  if (lines.length > 1 && lines.at(-1)?.trim() === '') lines.pop()
  return lines
}

// Lines that fit: text broken at spaces, and tables without borders.

import Table from 'cli-table3'
import stringWidth from 'string-width'

/** Breaks a text at spaces; every line after the first is indented. */
export function wrapped(text: string, columns: number, first = '', rest = ' '.repeat(stringWidth(first))): string {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(' ')) {
    if (!empty && stringWidth(line) + 1 + stringWidth(word) > columns) {
      lines.push(line)
      line = rest
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  lines.push(line)
  return lines.map((each) => each.trimEnd()).join('\n')
}

export interface Column {
  readonly title: string
  readonly right?: boolean
  /** The one that gives way when the table is too wide. */
  readonly flexible?: boolean
}

const bare = {
  ...{
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
}

export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  indent = '  ',
): string {
  const all = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, index) => Math.max(1, ...all.map((row) => stringWidth(row[index] ?? ''))))
  // flexible columns give way, the widest first, but never break a word
  const least = columns.map((column, index) =>
    column.flexible === true
      ? Math.max(1, ...all.flatMap((row) => (row[index] ?? '').split(' ').map((word) => stringWidth(word))))
      : (widths[index] ?? 0),
  )
  const room = width - indent.length - 2 * (columns.length - 1)
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const widest = widths.reduce(
      (best, one, index) => (one > (least[index] ?? 0) && (best < 0 || one > (widths[best] ?? 0)) ? index : best),
      -1,
    )
    if (widest < 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  const view = new Table({
    head: columns.some((column) => column.title !== '') ? columns.map((column) => column.title) : [],
    colWidths: widths,
    colAligns: columns.map((column) => (column.right === true ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: bare,
    wordWrap: true,
  })
  view.push(...rows.map((row) => [...row]))
  return view
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}

// The rows of a class, from a CSV or from a list in the file: typed, each with its key and its line. A row that is wrong is told with
// both; the others go on.

import { brief, shown } from '../model/visible.ts'
import { cellReader } from './cells.ts'
import { csvRows } from './csv.ts'
import type { Path } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import { didYouMean, listed } from './nearest.ts'
import type { Problems } from './problems.ts'
import { few } from './problems.ts'
import type { ClassRow, RawRow, Rows, RowsAround } from './row.ts'
import type { Cell } from './template.ts'

export interface ReadRows {
  /** Those that are right. */
  readonly rows: readonly ClassRow[]
  /** Whether all of them are. */
  readonly whole: boolean
}

/** Undefined when there is nothing to go on with. */
export function readRows(rows: Rows, around: RowsAround): ReadRows | undefined {
  const { document, path, problems } = around
  const columns = Object.keys(rows.columns)
  const where = wordsOf(document, path)
  if (!columns.includes(rows.key)) {
    problems.add(`the key ${brief(rows.key)} is no column`, spotOf(document, [...path, 'key']), {
      where: `${where}.key`,
      hint: `${didYouMean(rows.key, columns)}columns: ${listed(columns, 40)}`,
    })
    return undefined
  }
  const raw = rows.csv !== undefined ? csvRows(rows.csv, columns, around) : listRows(rows.list ?? [], columns, around)
  if (raw === undefined) return undefined
  if (raw.length === 0) {
    const hint = 'an export may have gone wrong; take the class out if that is meant'
    problems.add('the class has no rows', spotOf(document, path), { where, hint })
  }
  const made = typedRows(rows, raw, where, problems)
  return { rows: made, whole: made.length === raw.length && raw.length > 0 }
}

function typedRows(rows: Rows, raw: readonly RawRow[], where: string, problems: Problems): ClassRow[] {
  const faults = few(problems)
  const lines = new Map<string, number>()
  const retired = new Set(rows.retired)
  const readers = Object.entries(rows.columns).map(([column, type]) => [column, cellReader(type)] as const)
  const made = raw.flatMap((row): ClassRow[] => {
    const cells: Record<string, Cell> = {}
    let right = true
    for (const [column, read] of readers) {
      const value = row.value(column)
      const cell = read(value)
      if (typeof cell !== 'object') {
        cells[column] = cell
        continue
      }
      right = false
      faults.add(() => [
        `row ${rowName(row, rows.key)}: ${column} is ${value === undefined || value === '' ? 'empty' : shown(value)}`,
        row.spot(column),
        { where: `${where}.columns.${column}`, hint: cell.hint },
      ])
    }
    if (!right) return []
    const key = String(cells[rows.key])
    const first = lines.get(key)
    if (first !== undefined) {
      const hint = `the first is on line ${first}; a row is known by its ${rows.key}`
      faults.add(() => [`two rows have the key ${brief(key, 60)}`, row.spot(rows.key), { where, hint }])
      return []
    }
    lines.set(key, row.line)
    if (retired.has(key)) {
      const hint = 'take the row out, or take its key out of retired'
      const message = `row ${brief(key, 60)} is listed under retired and is still there`
      faults.add(() => [message, row.spot(rows.key), { where: `${where}.retired`, hint }])
      return []
    }
    return [{ key, file: row.file, line: row.line, cells, spot: row.spot }]
  })
  faults.close(where)
  return made
}

function rowName(row: RawRow, key: string): string {
  const name = brief(String(row.value(key) ?? ''), 60)
  return name === '' ? `on line ${row.line}` : name
}

function listRows(
  list: readonly Readonly<Record<string, Cell>>[],
  columns: readonly string[],
  { document, path, problems }: RowsAround,
): RawRow[] {
  const faults = few(problems)
  const rows = list.map((item, index): RawRow => {
    const here: Path = [...path, 'list', index]
    for (const column of Object.keys(item)) {
      if (columns.includes(column)) continue
      const hint = `${didYouMean(column, columns)}columns: ${listed(columns, 40)}`
      const spot = () => spotOf(document, [...here, column], true)
      faults.add(() => [`unknown column ${brief(column)}`, spot(), { where: wordsOf(document, here), hint }])
    }
    const { file, line } = spotOf(document, here)
    return {
      file,
      line,
      value: (column) => (Object.hasOwn(item, column) ? item[column] : undefined),
      spot: (column) => spotOf(document, column === undefined ? here : [...here, column]),
    }
  })
  faults.close(wordsOf(document, path))
  return rows
}

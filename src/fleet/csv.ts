// The rows of a CSV, by the names of its first line, each with its line and the place of its cells.

import { parse } from 'csv-parse/sync'
import { brief, shown } from '../model/visible.ts'
import { isMissing, whyMissing } from './attached.ts'
import { decode } from './decode.ts'
import type { Path } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import { limits } from './limits.ts'
import { didYouMean, listed } from './nearest.ts'
import { fullPath, tooFar, within } from './paths.ts'
import type { Problems, Spot } from './problems.ts'
import { few } from './problems.ts'
import type { RawRow, RowsAround } from './row.ts'

export function csvRows(csv: string, columns: readonly string[], around: RowsAround): RawRow[] | undefined {
  const { document, path, problems } = around
  const here: Path = [...path, 'csv']
  const fail = (message: string, hint: string): undefined =>
    void problems.add(message, spotOf(document, here), { where: wordsOf(document, here), hint })
  const inner = within('.', csv)
  if (inner === undefined) return fail(`the path ${shown(csv)} leads too far`, tooFar)
  const file = fullPath(document.folder, inner)
  const bytes = around.attached.file(file)
  if (isMissing(bytes)) return fail(...whyMissing(file, bytes.missing, 'CSV'))
  const decoded = decode(bytes, limits.csvBytes)
  if ('message' in decoded) return void problems.add(decoded.message, { file }, { hint: decoded.hint })
  const { text } = decoded
  around.keep(file, { text, positions: {} })
  problems.know(file, text)
  const [header, ...body] = parseCsv(file, text, problems) ?? []
  if (header === undefined) {
    if (problems.count() === 0) emptyCsv(file, columns, problems)
    return undefined
  }
  const index = heads({ file, text, header, columns, where: wordsOf(document, path) }, problems)
  return index && bodyRows(file, text, header, body, index, wordsOf(document, path), problems)
}

function emptyCsv(file: string, columns: readonly string[], problems: Problems): void {
  const hint = `its first line names the columns: ${listed(columns, 40)}`
  problems.add('the CSV is empty', { file, line: 1, column: 1 }, { hint })
}

interface CsvRecord {
  readonly record: readonly string[]
  readonly line: number
}

function parseCsv(file: string, text: string, problems: Problems): readonly CsvRecord[] | undefined {
  try {
    const records = parse(text, { relax_column_count: true, max_record_size: 1_000_000 })
    // lines are counted here: the library counts \r\n inside quotes twice, and its records with lines cost as much again
    let next = 1
    return records.flatMap((record): CsvRecord[] => {
      const line = next
      next += record.reduce(lineBreaks, 1)
      return record.length === 1 && record[0] === '' ? [] : [{ record, line }]
    })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 1
    const [message, hint] = faults[String(error.code)] ?? [
      `not a CSV: ${brief(error.message, 120)}`,
      'fields are separated by commas, rows by line breaks',
    ]
    problems.add(message, { file, line, column: 1 }, { hint })
    return undefined
  }
}

const lineBreaks = (sum: number, field: string): number =>
  field.includes('\n') ? sum + field.split('\n').length - 1 : sum

const faults: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  CSV_QUOTE_NOT_CLOSED: ['a quote is not closed', 'every field that begins with a double quote ends with one'],
  CSV_INVALID_CLOSING_QUOTE: [
    'something stands behind a closing quote',
    'write a double quote inside a quoted field twice',
  ],
  INVALID_OPENING_QUOTE: [
    'a quote stands inside a field',
    'put the whole field in double quotes, and write the one inside twice',
  ],
  CSV_MAX_RECORD_SIZE: ['a row is longer than a million characters', 'look for a quote that is not closed'],
}

interface Header {
  readonly file: string
  readonly text: string
  readonly header: CsvRecord
  readonly columns: readonly string[]
  readonly where: string
}

/** Column → its place in a row. Columns that the class does not declare may be there; exports often have more. */
function heads({ file, text, header, columns, where }: Header, problems: Problems): Map<string, number> | undefined {
  const names = header.record.map((name) => name.trim())
  const index = new Map<string, number>()
  let right = true
  for (const [at, name] of names.entries()) {
    if (index.has(name) && columns.includes(name)) {
      right = false
      const spot = { file, line: header.line, column: columnOf(text, header.line, header.record, at) }
      problems.add(`the CSV has two columns named ${brief(name)}`, spot, {
        hint: 'rename one of them; columns that the class does not declare may be there, but not under a name that it does',
      })
    }
    index.set(name, at)
  }
  const free = names.filter((name) => !columns.includes(name))
  const separator = names.length === 1 && /[;\t|]/.test(names[0] ?? '') ? 'columns are separated by commas; ' : ''
  const there = listed(
    names.map((name) => brief(name, 40)),
    40,
  )
  for (const column of columns) {
    if (index.has(column)) continue
    right = false
    const spot = { file, line: header.line, column: 1 }
    problems.add(`the CSV has no column ${brief(column)}`, spot, {
      where: `${where}.columns.${column}`,
      hint: `${separator}${didYouMean(column, free)}its first line names: ${there}`,
    })
  }
  return right ? index : undefined
}

function bodyRows(
  file: string,
  text: string,
  header: CsvRecord,
  body: readonly CsvRecord[],
  index: ReadonlyMap<string, number>,
  where: string,
  problems: Problems,
): RawRow[] | undefined {
  const faults = few(problems)
  const rows = body.flatMap(({ record, line }): RawRow[] => {
    const spot = (column?: string): Spot => ({
      file,
      line,
      column: column === undefined ? 1 : columnOf(text, line, record, index.get(column) ?? 0),
    })
    if (record.length !== header.record.length) {
      const counts = `${record.length} fields, the first line has ${header.record.length}`
      const hint = 'a field that holds a comma needs double quotes around it'
      faults.add(() => [`the row on line ${line} has ${counts}`, spot(), { hint }])
      return []
    }
    const long = record.findIndex((field) => field.length > limits.cellLength)
    if (long >= 0) {
      const hint = `at most ${limits.cellLength} are allowed; look for a quote that is not closed`
      const name = brief(header.record[long] ?? '')
      faults.add(() => [`${name} has ${record[long]?.length} characters on line ${line}`, spot(), { hint }])
      return []
    }
    return [{ file, line, value: (column) => record[index.get(column) ?? -1]?.trim(), spot }]
  })
  faults.close(where)
  return rows.length === 0 && body.length > 0 ? undefined : rows
}

/** Near enough for a mark under the cell; quotes inside a field can move it. */
function columnOf(text: string, line: number, record: readonly string[], index: number): number {
  let start = 0
  for (let number = 1; number < line; number += 1) start = text.indexOf('\n', start) + 1
  const end = text.indexOf('\n', start)
  const content = text.slice(start, end < 0 ? undefined : end)
  let at = 0
  for (let before = 0; before < index; before += 1) {
    const field = record[before] ?? ''
    const found = content.indexOf(field, at)
    at = (found < 0 ? at : found) + field.length
    const comma = content.indexOf(',', at)
    at = comma < 0 ? at : comma + 1
  }
  return Math.min(content.length, at) + 1
}

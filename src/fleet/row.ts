// A row of a class: as it is written, and as it is read.

import type { z } from 'zod'
import type { fleetClass } from '../model/declaration/fleet.ts'
import type { SourceFile } from '../model/origin.ts'
import type { Attached } from './attached.ts'
import type { Declared, Path } from './document.ts'
import type { Problems, Spot } from './problems.ts'
import type { Cell } from './template.ts'

export interface ClassRow {
  readonly key: string
  readonly file: string
  readonly line: number
  readonly cells: Readonly<Record<string, Cell>>
  /** Where the cell of a column stands. */
  readonly spot: (column?: string) => Spot
}

/** A row as it is written. */
export interface RawRow {
  readonly file: string
  readonly line: number
  readonly value: (column: string) => unknown
  readonly spot: (column?: string) => Spot
}

export type Rows = z.output<typeof fleetClass>['rows']

export interface RowsAround {
  readonly document: Declared
  /** Of `rows` in the document. */
  readonly path: Path
  readonly attached: Attached
  readonly keep: (file: string, source: SourceFile) => void
  readonly problems: Problems
}

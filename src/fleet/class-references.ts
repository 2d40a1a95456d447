// References of what a class made. They are judged last, when it is known which sites and clusters all the rows make.

import type { z } from 'zod'
import type { cluster as clusterSchema } from '../model/declaration/cluster.ts'
import type { site as siteSchema } from '../model/declaration/fleet.ts'
import type { ReferenceTarget } from '../model/declaration/scalars.ts'
import { brief } from '../model/visible.ts'
import { columnTarget } from './cells.ts'
import type { Declared, Path } from './document.ts'
import { follow, spotOf, wordsOf } from './document.ts'
import type { Names } from './names.ts'
import type { Few, Problems } from './problems.ts'
import { danglingHint, danglingMessage } from './references.ts'
import type { ClassRow, Rows } from './row.ts'
import { eachReference } from './schema.ts'
import type { Template } from './template.ts'

/** The site or the cluster of a class, and what was made of it so far. */
export interface Part<Schema extends z.ZodType> {
  readonly schema: Schema
  readonly kind: 'site' | 'cluster'
  /** Of the template in the document. */
  readonly path: Path
  readonly template: Template
  /** The first row that was right: the others share what they have in common with it. */
  first: { readonly value: z.output<Schema>; readonly raw: Record<string, unknown> } | undefined
  readonly made: { readonly value: z.output<Schema>; readonly row: ClassRow }[]
}

/** Cells that name a cluster, site, account or network. */
export function columnReferences(rows: Rows, read: readonly ClassRow[], names: Names, faults: Few): void {
  for (const [column, type] of Object.entries(rows.columns)) {
    const target = columnTarget(type)
    if (target === undefined || names.unsure.has(target)) continue
    for (const row of read) {
      const name = String(row.cells[column])
      if (names.of[target].has(name)) continue
      faults.add(() => dangling(row, column, target, name, names, `columns.${column}`))
    }
  }
}

function dangling(
  row: ClassRow,
  column: string | undefined,
  target: ReferenceTarget,
  name: string,
  names: Names,
  where: string,
): Parameters<Problems['add']> {
  const message = `row ${brief(row.key, 60)}: ${danglingMessage(target, name)}`
  return [message, row.spot(column), { where, hint: danglingHint(target, name, names) }]
}

/**
 * References of the made entities. Where they stand is the same in every row, so the first row tells the paths; those that the template
 * decides are judged once, the others in each row.
 */
export function partReferences(
  document: Declared,
  one: Part<typeof siteSchema> | Part<typeof clusterSchema>,
  rows: Rows,
  names: Names,
  problems: Problems,
  faults: Few,
): void {
  const { first } = one
  if (first === undefined) return
  eachReference(one.schema, first.raw, (target, name, path) => {
    if (names.unsure.has(target)) return
    const dynamic = one.template.columnsAt(path)
    // a whole column that names something has been told as a cell
    if (dynamic?.whole === true && columnTarget(rows.columns[dynamic.columns[0] ?? '']) === target) return
    const here = [...one.path, ...path]
    const where = wordsOf(document, here)
    if (dynamic === undefined) {
      if (names.of[target].has(name)) return
      problems.add(danglingMessage(target, name), spotOf(document, here), {
        where,
        hint: danglingHint(target, name, names),
      })
      return
    }
    const fixed = [...path]
    for (const { value, row } of one.made) {
      const found = follow(value, fixed)
      if (typeof found !== 'string' || names.of[target].has(found)) continue
      faults.add(() => dangling(row, dynamic.columns[0], target, found, names, where))
    }
  })
}

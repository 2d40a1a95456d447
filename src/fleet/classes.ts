// Classes into rows: a template of a site, and of a cluster, once for each row. What a row does not change is parsed once and shared, so
// that ten thousand sites cost little more than their names.

import type { z } from 'zod'
import { cluster as clusterSchema } from '../model/declaration/cluster.ts'
import type { fleetDocument } from '../model/declaration/fleet.ts'
import { site as siteSchema } from '../model/declaration/fleet.ts'
import type { FleetClass } from '../model/fleet.ts'
import type { Origin, Row, SourceFile } from '../model/origin.ts'
import { brief } from '../model/visible.ts'
import type { Attached } from './attached.ts'
import type { Part } from './class-references.ts'
import { columnReferences, partReferences } from './class-references.ts'
import type { Declared, Path, Read } from './document.ts'
import { follow, originOf, pointerOf, spotOf, wordsOf } from './document.ts'
import { tellIssues } from './issues.ts'
import type { Names } from './names.ts'
import { didYouMean, listed } from './nearest.ts'
import type { Few, Problems } from './problems.ts'
import { few } from './problems.ts'
import type { Entity, Expanded } from './resolve.ts'
import type { ClassRow, Rows } from './row.ts'
import { readRows } from './rows.ts'
import type { Template } from './template.ts'
import { compileTemplate } from './template.ts'

export interface Around {
  readonly names: Names
  readonly attached: Attached
  readonly keep: (file: string, source: SourceFile) => void
  readonly problems: Problems
}

export function expandClasses(
  document: Declared,
  fleet: Read<typeof fleetDocument> | undefined,
  around: Around,
): Expanded {
  const classes: FleetClass[] = []
  const sites: Entity<typeof siteSchema>[] = []
  const clusters: Entity<typeof clusterSchema>[] = []
  const references: (() => void)[] = []
  if (fleet === undefined) {
    // the document has faults of its own; which sites its classes would make is not known
    if (document.raw.classes !== undefined) unsure(around.names)
    return { classes, sites, clusters }
  }
  fleet.value.classes.forEach((declared, index) => {
    const path: Path = ['classes', index]
    const read = readRows(declared.rows, { document, path: [...path, 'rows'], ...around })
    classes.push({
      name: declared.name,
      rows: read?.rows.length ?? 0,
      retired: declared.rows.retired,
      origin: originOf(document, path),
    })
    if (read === undefined || !read.whole) unsure(around.names)
    if (read === undefined) return
    const made = expand(document, path, declared, read.rows, around)
    for (const site of made.sites) sites.push(site)
    for (const cluster of made.clusters) clusters.push(cluster)
    references.push(made.checkReferences)
  })
  // only now is it known which sites and clusters there are
  for (const check of references) check()
  return { classes, sites, clusters }
}

function unsure(names: Names): void {
  names.unsure.add('site')
  names.unsure.add('cluster')
}

type FleetClassDeclared = z.output<typeof fleetDocument>['classes'][number]

function expand(
  document: Declared,
  path: Path,
  declared: FleetClassDeclared,
  rows: readonly ClassRow[],
  around: Around,
) {
  const { names, problems } = around
  const sites: Entity<typeof siteSchema>[] = []
  const clusters: Entity<typeof clusterSchema>[] = []
  const templates = joined(declared)
  const site = part(siteSchema, 'site', [...path, 'site'], templates.site)
  const cluster =
    templates.cluster === undefined
      ? undefined
      : part(clusterSchema, 'cluster', [...path, 'cluster'], templates.cluster)
  const none = { sites, clusters, checkReferences: () => {} }
  if (!columnsKnown(document, declared.rows, [site, ...(cluster === undefined ? [] : [cluster])], problems)) {
    unsure(names)
    return none
  }
  const faults = few(problems)
  const add = <Schema extends z.ZodType>(
    one: Part<Schema>,
    row: ClassRow,
    shared: Row,
  ): Entity<Schema> | 'wrong' | 'stop' => {
    const read = parseRow(document, one, row, faults)
    if (typeof read === 'string') return read
    const { value } = read
    const name = String(follow(value, ['name']))
    const label = `${one.kind}s.${name}`
    const known = names.of[one.kind].get(name)
    if (known !== undefined) {
      const hint = `the first is at ${known.file}:${known.line}; make the name of the template depend on the key, such as "${declared.name}-{${declared.rows.key}}"`
      const message = `there are two ${one.kind}s named ${brief(name, 63)}`
      faults.add(() => [`row ${brief(row.key, 60)}: ${message}`, row.spot(), { where: label, hint }])
      return 'wrong'
    }
    const twice = twicePool(value)
    if (twice !== undefined) {
      const message = `there are two node pools named ${brief(twice, 63)}`
      const hint = 'give one of them another name'
      faults.add(() => [`row ${brief(row.key, 60)}: ${message}`, row.spot(), { where: label, hint }])
      return 'wrong'
    }
    names.of[one.kind].set(name, { file: row.file, line: row.line, column: 1 })
    one.made.push({ value, row })
    const origin: Origin = { file: document.file.file, pointer: pointerOf(document, one.path), label, row: shared }
    return { value, origin, class: declared.name }
  }
  for (const row of rows) {
    const shared: Row = { file: row.file, line: row.line, key: row.key }
    const madeSite = add(site, row, shared)
    // a cluster that is named like its site has no more to say when that name is wrong
    const skip = cluster === undefined || (typeof madeSite === 'string' && declared.cluster?.name === undefined)
    const madeCluster = skip ? undefined : add(cluster, row, shared)
    if (typeof madeSite === 'string' || typeof madeCluster === 'string') unsure(names)
    if (typeof madeSite === 'object') sites.push(madeSite)
    if (typeof madeCluster === 'object') clusters.push(madeCluster)
    if (madeSite === 'stop' || madeCluster === 'stop') break
  }
  faults.close(wordsOf(document, path))
  return {
    sites,
    clusters,
    checkReferences() {
      const faults = few(problems)
      columnReferences(declared.rows, rows, names, faults)
      for (const one of cluster === undefined ? [site] : [site, cluster])
        partReferences(document, one, declared.rows, names, problems, faults)
      faults.close(wordsOf(document, path))
    },
  }
}

/** The templates with what each takes from the other: a cluster is named like its site, and a site joins its own cluster. */
function joined({ site, cluster }: FleetClassDeclared): {
  readonly site: Record<string, unknown>
  readonly cluster: Record<string, unknown> | undefined
} {
  if (cluster === undefined) return { site, cluster }
  const name = cluster.name ?? site.name
  return { site: { ...site, cluster: site.cluster ?? name }, cluster: { ...cluster, name } }
}

function twicePool(value: unknown): string | undefined {
  const pools = follow(value, ['nodePools'])
  if (!Array.isArray(pools) || pools.length < 2) return undefined
  const names = pools.map((pool) => String(follow(pool, ['name'])))
  return names.find((name, index) => names.indexOf(name) !== index)
}

function part<Schema extends z.ZodType>(
  schema: Schema,
  kind: 'site' | 'cluster',
  path: Path,
  raw: Readonly<Record<string, unknown>>,
): Part<Schema> {
  return { schema, kind, path, template: compileTemplate(raw, schema), first: undefined, made: [] }
}

/** Every {column} of the templates is declared. */
function columnsKnown(
  document: Declared,
  rows: Rows,
  parts: readonly { readonly path: Path; readonly template: Template }[],
  problems: Problems,
): boolean {
  const columns = Object.keys(rows.columns)
  let known = true
  for (const { path, template } of parts) {
    for (const use of template.uses) {
      if (columns.includes(use.column)) continue
      known = false
      const here = [...path, ...use.path]
      problems.add(`there is no column ${brief(use.column)}`, spotOf(document, here), {
        where: wordsOf(document, here),
        hint: `${didYouMean(use.column, columns)}columns: ${listed(columns, 40)}`,
      })
    }
  }
  return known
}

/** 'stop': the template itself is wrong, and every row would say so. */
function parseRow<Schema extends z.ZodType>(
  document: Declared,
  one: Part<Schema>,
  row: ClassRow,
  faults: Few,
): { readonly value: z.output<Schema> } | 'wrong' | 'stop' {
  if (one.first !== undefined) {
    const value = one.template.parse(one.first.value, row.cells)
    if (value !== undefined) return { value }
  }
  const raw = one.template.fill(row.cells)
  const result = one.schema.safeParse(raw)
  if (result.success) {
    one.first ??= { value: result.data, raw }
    return { value: result.data }
  }
  const told = tellIssues(one.schema, raw, result.error.issues, () => undefined)
  // what a row derives from a name is wrong when the name is; that is told once
  const own = told.filter(({ path }) => follow(document.raw, [...one.path, ...path]) !== undefined || path.length > 1)
  let stop = false
  for (const { path, message, hint, key } of own.length > 0 ? own : told) {
    const here = [...one.path, ...path]
    const dynamic = one.template.columnsAt(path)
    const where = wordsOf(document, here)
    if (key || dynamic === undefined) {
      stop = true
      faults.add(() => [message, spotOf(document, here, key), { where, hint }])
    } else {
      const spot = () => row.spot(dynamic?.columns[0])
      faults.add(() => [`row ${brief(row.key, 60)}: ${message}`, spot(), { where, hint }])
    }
  }
  return stop ? 'stop' : 'wrong'
}

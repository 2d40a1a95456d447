// Time and memory of check and plan for 100, 1,000 and 10,000 stores, for each row: flat, if cost follows shapes and not sites. Each size
// runs in a process of its own, after a small fleet has warmed the compiler. `npm run bench:stores`.
//
// The peer is the least that anything reading these stores must do: JSON.parse of the same sites and clusters written out, and
// zod over each. A ratio against it means the same on a slow machine and on a fast one.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { storesCsv } from '../scripts/generate-stores.ts'
import { check } from '../src/check/check.ts'
import { fleetFrom } from '../src/fleet/from.ts'
import { cluster } from '../src/model/declaration/cluster.ts'
import { site } from '../src/model/declaration/fleet.ts'
import { plan } from '../src/plan/index.ts'

interface Measured {
  readonly milliseconds: Readonly<Record<string, number>>
  /** What is still held at the end, and the most that was ever held by the process. */
  readonly heapBytes: number
  readonly peakBytes: number
}

const sizes = [100, 1_000, 10_000]
const today = '2026-11-21'
const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The example fleet in one text, with that many stores; the few stores that it names must be there in a small one too. */
function storesFleet(rows: number): { readonly text: string; readonly csv: string } {
  const documents = ['fleet.yaml', 'apps/point-of-sale.yaml', 'apps/line-control.yaml', 'apps/galley.yaml']
  const text = documents
    .map((path) => read(`examples/stores/${path}`).replaceAll('../manifests/', 'manifests/'))
    .join('---\n')
    .replace(/store-\d{4}/g, 'store-0001')
  return { text, csv: storesCsv(read('scripts/us-cities.csv'), rows) }
}

function skerry(rows: number): () => Measured['milliseconds'] {
  const { text, csv } = storesFleet(rows)
  const manifests = ['point-of-sale', 'line-control', 'galley'].map((name) => `manifests/${name}.yaml`)
  const attached = Object.fromEntries(manifests.map((path) => [path, read(`examples/stores/${path}`)]))
  return () => {
    const began = performance.now()
    const fleet = fleetFrom(text, { ...attached, 'stores.csv': csv })
    const known = performance.now()
    const findings = check(fleet, today)
    const judged = performance.now()
    const made = plan(fleet)
    const planned = performance.now()
    kept.push(fleet, findings, made)
    return { read: known - began, check: judged - known, plan: planned - judged }
  }
}

function peer(rows: number): () => Measured['milliseconds'] {
  const { text, csv } = storesFleet(rows)
  const fleet = parseYaml(text.slice(0, text.indexOf('\n---\n')), { merge: true }) as { classes: [Template] }
  const [template] = fleet.classes
  const shape = JSON.stringify([template.site, { name: 'store-{id}', ...template.cluster }])
  const cells: Record<string, string>[] = parse(csv, { columns: true })
  const written = `[${cells.map((row) => shape.replace(/\{(\w+)\}/g, (_, column: string) => row[column] ?? '')).join(',')}]`
  const store = z.array(z.tuple([site, cluster]))
  return () => {
    const began = performance.now()
    kept.push(store.parse(JSON.parse(written)))
    return { parse: performance.now() - began }
  }
}

interface Template {
  readonly site: unknown
  readonly cluster: object
}

/** So that nothing measured is given back before memory is read. */
const kept: unknown[] = []

function measure(rows: number, who: 'skerry' | 'peer'): Measured {
  const prepare = who === 'skerry' ? skerry : peer
  const warm = prepare(100)
  for (let round = 0; round < 10; round += 1) warm()
  const run = prepare(rows)
  settle()
  const before = process.memoryUsage().heapUsed
  let best = run()
  const peakBytes = process.resourceUsage().maxRSS * 1024
  const last = kept.slice(-3)
  const heapBytes = settle(last) - before
  // the best of a few: what else the machine does only ever adds
  for (let round = 1; round < (rows > 5_000 ? 3 : 7); round += 1) {
    const again = run()
    if (sum(again) < sum(best)) best = again
    settle()
  }
  return { milliseconds: best, heapBytes, peakBytes }
}

/** Gives back what nobody needs, and says what is held then. */
function settle(still: readonly unknown[] = []): number {
  kept.length = 0
  kept.push(...still)
  for (let round = 0; round < 3; round += 1) global.gc?.()
  return process.memoryUsage().heapUsed
}

const sum = (milliseconds: Measured['milliseconds']): number =>
  Object.values(milliseconds).reduce((total, one) => total + one, 0)

function inOwnProcess(rows: number, who: 'skerry' | 'peer'): Measured {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), String(rows), who],
    { encoding: 'utf8', cwd: fileURLToPath(root) },
  )
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Measured
}

const total = ({ milliseconds }: Measured): number => sum(milliseconds)

function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) => line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n')
}

function main(): void {
  const head = [
    'stores',
    'read ms',
    'check ms',
    'plan ms',
    'µs a store',
    'µs a further one',
    'KiB a store',
    'peak MiB',
    'peer ms',
    'time : peer',
    'memory : peer',
  ]
  let smaller = { rows: 0, milliseconds: Number.NaN }
  const lines = sizes.map((rows) => {
    const ours = inOwnProcess(rows, 'skerry')
    const theirs = inOwnProcess(rows, 'peer')
    const more = ((total(ours) - smaller.milliseconds) * 1_000) / (rows - smaller.rows)
    const further = Number.isNaN(more) ? '' : more.toFixed(0)
    smaller = { rows, milliseconds: total(ours) }
    const { read: reading = 0, check: checking = 0, plan: planning = 0 } = ours.milliseconds
    return [
      rows.toLocaleString('en'),
      reading.toFixed(0),
      checking.toFixed(0),
      planning.toFixed(0),
      ((total(ours) * 1_000) / rows).toFixed(0),
      further,
      (ours.heapBytes / 1_024 / rows).toFixed(1),
      (ours.peakBytes / 1_048_576).toFixed(0),
      total(theirs).toFixed(0),
      (total(ours) / total(theirs)).toFixed(2),
      (ours.heapBytes / theirs.heapBytes).toFixed(2),
    ]
  })
  console.log(table([head, ...lines]))
  console.log(
    '\npeer: JSON.parse and zod 4 over the same sites and clusters, written out (parsing alone; nothing is checked or planned)',
  )
}

const [rows, who] = process.argv.slice(2)
if (rows === undefined) main()
else process.stdout.write(JSON.stringify(measure(Number(rows), who === 'peer' ? 'peer' : 'skerry')))

// What `plan --out` writes for each example, kept in examples/NAME/expected/ and read in review: `npm run golden` writes it anew,
// test/golden.test.ts compares. Of the 2,500 stores three are kept; the others differ from them by their values only.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { artefacts, render } from '../src/artefacts/index.ts'
import { fleetFrom } from '../src/fleet/from.ts'
import { readFleet } from '../src/fleet/read.ts'
import type { Fleet } from '../src/model/fleet.ts'
import { plan } from '../src/plan/index.ts'

export const examples = ['local-zone', 'stores', 'federation', 'recovery', 'wavelength'] as const

/** Of the 2,500 stores those whose hardware lists are at hand: one of each ring. */
const storesKept = ['store-0001', 'store-0020', 'store-0417']

/** The files of an example that are kept, by path; of a site of a class also what it gets, all put together. */
export async function expectedOf(example: string): Promise<ReadonlyMap<string, string>> {
  const made = plan(example === 'stores' ? threeStores() : await readFleet([join('examples', example)]))
  const rendered = made.fleet.sites
    .filter((site) => storesKept.includes(site.name))
    .flatMap((site) => render(made, site.name))
    .map(({ path, text }) => ({ path: `rendered/${path}`, text }))
  return new Map([...artefacts(made), ...rendered].map(({ path, text }) => [path, text]))
}

/** The example with three of its rows, and those that its documents name. */
function threeStores(): Fleet {
  const folder = 'examples/stores'
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const below = (inner: string): readonly string[] => readdirSync(join(folder, inner)).map((name) => join(inner, name))
  const [head = '', ...rows] = read('stores.csv').trimEnd().split('\n')
  const documents = ['fleet.yaml', ...below('apps')]
  const named = new Set(storesKept.concat(documents.flatMap((path) => read(path).match(/store-\d{4}/g) ?? [])))
  const kept = rows.filter((row) => named.has(`store-${row.split(',')[0]}`))
  return fleetFrom(
    Object.fromEntries(documents.map((path) => [path, read(path)])),
    Object.fromEntries([
      ...[...below('manifests'), ...below('hw')].map((path) => [path, read(path)]),
      ['stores.csv', `${[head, ...kept].join('\n')}\n`],
    ]),
  )
}

export const folderOf = (example: string): string => join('examples', example, 'expected')

/** What stands in the folder now. */
export function keptIn(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map()
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  )
}

async function main(): Promise<void> {
  for (const example of examples) {
    const folder = folderOf(example)
    const files = await expectedOf(example)
    rmSync(folder, { recursive: true, force: true })
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    console.log(`${folder}: ${files.size} files`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()

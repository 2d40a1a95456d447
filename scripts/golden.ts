// What `plan --out` writes for each example, kept in examples/NAME/expected/ and read in review: `npm run golden` writes it anew,
// test/golden.test.ts compares. Of a class with thousands of rows three are kept; the others differ from them by their values only.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Artefact } from '../src/artefacts/index.ts'
import { artefacts } from '../src/artefacts/index.ts'
import { readFleet } from '../src/fleet/read.ts'
import type { Fleet } from '../src/model/fleet.ts'
import { plan } from '../src/plan/index.ts'

export const examples = ['local-zone', 'stores', 'federation', 'recovery', 'wavelength'] as const

const rowsKept = 3

/** The files of an example that are kept, by path. */
export async function expectedOf(example: string): Promise<ReadonlyMap<string, string>> {
  const fleet = await readFleet([join('examples', example)])
  const left = rowsLeftOut(fleet)
  const isKept = ({ path }: Artefact): boolean => !path.split('/').some((part) => left.has(part.replace(/\.\w+$/, '')))
  return new Map(
    artefacts(plan(fleet))
      .filter(isKept)
      .map(({ path, text }) => [path, text]),
  )
}

/** Names of the sites and clusters of a class, but for the first rows. */
function rowsLeftOut({ sites, clusters }: Fleet): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const names = sites.flatMap((site) => {
    if (site.class === undefined) return []
    const before = seen.get(site.class) ?? 0
    seen.set(site.class, before + 1)
    return before < rowsKept ? [] : [site.name, site.cluster ?? site.name]
  })
  const left = new Set(names)
  return new Set([...left, ...clusters.flatMap(({ name }) => (left.has(name) ? [name] : []))])
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

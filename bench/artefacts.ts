// What a further store costs in the output: files, bytes and time of all artefacts for 100, 1,000 and 10,000 stores. The hardware list of a
// store is counted apart, since each machine has its own line whatever writes it. `npm run bench:artefacts`.
//
// The peer is what people do without classes: every store's cluster and its Flux files written out in full, as `plan --render` does for one.

import { readFileSync } from 'node:fs'
import { storesCsv } from '../scripts/generate-stores.ts'
import { render } from '../src/artefacts/flux/render.ts'
import type { Artefact } from '../src/artefacts/index.ts'
import { artefacts, bundlesOf } from '../src/artefacts/index.ts'
import { fleetFrom } from '../src/fleet/from.ts'
import type { Plan } from '../src/model/plan.ts'
import { plan } from '../src/plan/index.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

function planOf(rows: number): Plan {
  const text = ['fleet.yaml', 'apps/point-of-sale.yaml', 'apps/line-control.yaml', 'apps/galley.yaml']
    .map((path) => read(`examples/stores/${path}`).replaceAll('../manifests/', 'manifests/'))
    .join('---\n')
    .replace(/store-\d{4}/g, 'store-0001')
  const manifests = ['point-of-sale', 'line-control', 'galley'].map((name) => `manifests/${name}.yaml`)
  const attached = Object.fromEntries(manifests.map((path) => [path, read(`examples/stores/${path}`)]))
  return plan(fleetFrom(text, { ...attached, 'stores.csv': storesCsv(read('scripts/us-cities.csv'), rows) }))
}

const isHardware = ({ path }: Artefact): boolean => path.endsWith('hardware.csv')
const bytes = (files: readonly Artefact[]): number => files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)

function timed<T>(work: () => T): readonly [made: T, milliseconds: number] {
  const began = performance.now()
  const made = work()
  return [made, performance.now() - began]
}

artefacts(planOf(100))
const shown = 20
let before = { rows: 0, bytes: 0, milliseconds: 0 }
for (const rows of [100, 1_000, 10_000]) {
  const made = planOf(rows)
  const [files, milliseconds] = timed(() => artefacts(made))
  const bundles = bundlesOf(made)
  const stores = made.fleet.sites.filter((site) => site.class === 'store').slice(0, shown)
  const full = stores.flatMap((site) => render(made, bundles, site.name))
  const size = bytes(files.filter((file) => !isHardware(file)))
  const further = rows - before.rows
  const perRow = (size - before.bytes) / further
  const perRowTime = ((milliseconds - before.milliseconds) * 1_000) / further
  console.log(
    [
      `${rows.toLocaleString('en').padStart(6)} stores`,
      `${files.length.toLocaleString('en')} files`,
      `${milliseconds.toFixed(0)} ms`,
      before.rows === 0 ? '' : `a further one ${perRow.toFixed(0)} bytes, ${perRowTime.toFixed(0)} µs`,
      `hardware ${(bytes(files.filter(isHardware)) / rows).toFixed(0)} bytes each`,
      `peer ${(bytes(full) / shown).toFixed(0)} bytes each`,
      `bytes : peer ${((perRow * shown) / bytes(full)).toFixed(2)}`,
    ]
      .filter((part) => part !== '')
      .join('   '),
  )
  before = { rows, bytes: size, milliseconds }
}

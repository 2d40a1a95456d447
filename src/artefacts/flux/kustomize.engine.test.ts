// The repository against the real kustomize: every folder builds, and what it makes, with the values put in as Flux puts them in, is what
// render says.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { needs } from '../../../test/needs.ts'
import { enginesOfMachine } from '../../worlds/local/binaries.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Made } from './files.case.ts'
import { byFlux, exampleOf, examples, madeOf, objectIn, objectsIn, shops } from './files.case.ts'
import { repositoryOf, topFolder } from './layout.ts'
import { renderTarget } from './render.ts'

const kustomize = process.env.KUSTOMIZE ?? enginesOfMachine(process.env).find('kustomize')
beforeEach(
  needs(
    'kustomize',
    () => (kustomize !== undefined && existsSync(kustomize)) || 'not built: skerry engines install kustomize',
  ),
)

const root = mkdtempSync(join(tmpdir(), 'skerry-kustomize-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function write({ files }: Made, name: string): string {
  const folder = join(root, name)
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const build = (folder: string): string =>
  execFileSync(kustomize ?? '', ['build', folder], { encoding: 'utf8', maxBuffer: 1 << 28 })

/** As fluxcd/pkg/envsubst: two dollars are one, a variable is its value. */
const envsubst = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\$|\$\{([A-Za-z_]\w*)\}/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (values[name] ?? all),
  )

const sorted = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  [...objects].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
const idOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`
const readAsGo = (text: string): readonly KubernetesObject[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject)

/** Rows are alike: some of them stand for all. */
const few = <Item>(items: readonly Item[], count: number): readonly Item[] =>
  items.length <= count
    ? items
    : Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as Item)

const fleets = [...examples, 'shops', 'federation by Flux', 'local-zone by Flux', 'wavelength by Flux'] as const

const madeFor = async (name: (typeof fleets)[number]): Promise<Made> => {
  const example = examples.find((one) => name.startsWith(one))
  if (example === undefined) return madeOf(shops(60))
  return name === example ? exampleOf(example) : byFlux(example)
}

test.each(fleets)(
  '%s: every folder builds, and with its values it is what render says',
  { timeout: 600_000 },
  async (name) => {
    const made = await madeFor(name)
    const folder = write(made, name)
    const repository = repositoryOf(made.plan, made.bundles)
    const built = new Map<string, string>()
    const outputOf = (path: string): string => {
      const known = built.get(path) ?? build(join(folder, 'gitops', path))
      built.set(path, known)
      return known
    }
    for (const bundle of made.bundles) {
      const path = (target: (typeof bundle.targets)[0]) =>
        repository.within(topFolder(bundle), repository.overlayFolder(bundle, target))
      const { used } = repository.variablesOf(bundle)
      for (const target of few(bundle.targets, 20)) {
        const output = outputOf(path(target))
        const objects = readAsGo(used ? envsubst(output, target.values) : output)
        expect(sorted(objects), path(target)).toEqual(
          sorted(renderTarget(bundle, target).flatMap((file) => [...file.objects])),
        )
      }
    }
    const own = [...made.files.keys()].filter((path) =>
      /clusters\/[^/]+\/(?:flux-system|rows\/[^/]+)\/kustomization\.yaml$/.test(path),
    )
    const rows = own.filter((path) => objectIn(made.files.get(path)).resources?.toString().includes('/classes/'))
    for (const path of [...own.filter((it) => !rows.includes(it)), ...few(rows, 20)]) {
      const objects = objectsIn(outputOf(dirname(path).replace(/^gitops\//, '')))
      expect(objects.length, path).toBeGreaterThan(0)
      for (const { kind, metadata, spec } of objects) {
        expect(metadata.namespace, `${path} ${kind} ${metadata.name}`).toBe('flux-system')
        if (kind === 'Kustomization')
          expect(spec, path).toMatchObject({ interval: expect.any(String), path: expect.any(String) })
      }
    }
  },
)

test('the row of a class brings the revision of its ring, what leads to its class, and its values', async () => {
  const made = madeOf(shops(60))
  const folder = write(made, 'row')
  const objects = objectsIn(build(join(folder, 'gitops/clusters/shop-00010/flux-system')))
  expect(objects.map(idOf).sort()).toEqual(['GitRepository flux-system ring', 'Kustomization flux-system class-shop'])
  const rows = objectsIn(build(join(folder, 'gitops/clusters/hq/rows/shop-clusters/early')))
  expect(rows.find(({ metadata }) => metadata.name === 'shop-00010')?.spec).toMatchObject({
    path: './workload-clusters/shop',
    sourceRef: { name: 'ring-early' },
    deletionPolicy: 'Orphan',
    postBuild: { substitute: { name: 'shop-00010' } },
  })
})

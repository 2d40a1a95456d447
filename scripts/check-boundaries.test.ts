// Each rule has a tree that breaks it, because a rule that cannot fail protects nothing.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { boundaries } from './check-boundaries.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A tree of its own, with our package.json, packages and lint rules. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'skerry-boundaries-'))
  onTestFinished(() => rmSync(tree, { recursive: true }))
  for (const name of ['package.json', 'biome.jsonc', 'tsconfig.json']) copyFileSync(join(root, name), join(tree, name))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  return tree
}

async function breachesOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { breaches } = await boundaries(treeOf(files))
  return breaches.map(({ rule, from, to }) => `${rule}: ${from} -> ${to.replace(/^.*node_modules\//, '')}`).sort()
}

test('a folder may import what its law names, and nothing else', async () => {
  const breaches = await breachesOf({
    'src/model/fleet.ts': "import { check } from '../check/check.ts'\nexport const fleet = check",
    'src/check/check.ts': "import { a } from '../places/a.ts'\nexport const check = a",
    'src/places/a.ts': 'export const a = 1',
    'src/report/text.ts': "import type { check } from '../check/check.ts'\nexport type Text = typeof check",
    'src/report/html.ts': "import { check } from '../check/check.ts'\nexport const html = check",
    'src/cli/main.ts': "export const lazy = import('../check/check.ts')",
    'src/worlds/world.ts': 'export const world = 1',
    'src/worlds/twin/twin.ts': "import { check } from '../../check/check.ts'\nexport const twin = check",
    'src/drill/drill.ts': "import { world } from '../worlds/world.ts'\nexport const drill = world",
  })
  expect(breaches).toEqual([
    'cli-sees: src/cli/main.ts -> src/check/check.ts',
    'model-sees: src/model/fleet.ts -> src/check/check.ts',
    'report-sees: src/report/html.ts -> src/check/check.ts',
    'worlds/twin-sees: src/worlds/twin/twin.ts -> src/check/check.ts',
  ])
})

test('packages and Node builtins stay where they belong', async () => {
  const breaches = await breachesOf({
    'src/model/fleet.ts': "import { z } from 'zod'\nexport const fleet = z",
    'src/model/declaration/fleet.ts':
      "import { z } from 'zod'\nimport { parse } from 'yaml'\nexport const all = [z, parse]",
    'src/fleet/read.ts':
      "import { readFileSync } from 'node:fs'\nimport { parse } from 'yaml'\nexport const read = [readFileSync, parse]",
    'src/fleet/expand.ts':
      "import { readFileSync } from 'node:fs'\nimport semver from 'semver'\nexport const all = [readFileSync, semver]",
    'src/plan/hash.ts':
      "import { createHash } from 'node:crypto'\nimport timers from 'timers/promises'\nexport const all = [createHash, timers]",
    'src/cli/main.ts':
      "import { readFileSync } from 'node:fs'\nimport Ajv from 'ajv'\nexport const all = [readFileSync, Ajv]",
  })
  expect(breaches.map((breach) => breach.replace(/(-> (?:zod|yaml|ajv|semver))\/.*/, '$1'))).toEqual([
    'fleet-packages: src/fleet/expand.ts -> semver',
    'model-declaration-packages: src/model/declaration/fleet.ts -> yaml',
    'model-packages: src/model/fleet.ts -> zod',
    'no-dev-package-in-code: src/cli/main.ts -> ajv',
    'outside-world-at-the-edge: src/fleet/expand.ts -> fs',
    'outside-world-at-the-edge: src/plan/hash.ts -> timers/promises',
  ])
})

test('circles, tests in code and imports that lead nowhere are found', async () => {
  const breaches = await breachesOf({
    'src/places/a.ts': "import { b } from './b.ts'\nexport type A = typeof b",
    'src/places/b.ts': "import type { A } from './a.ts'\nexport const b = 1 as A",
    'src/plan/plan.ts':
      "import { t } from './plan.test.ts'\nimport { no } from './nowhere.ts'\nexport const plan = [t, no]",
    'src/plan/plan.test.ts': 'export const t = 1',
  })
  expect(breaches).toEqual([
    'no-circle: src/places/a.ts -> src/places/b.ts -> src/places/a.ts',
    'no-test-in-code: src/plan/plan.ts -> src/plan/plan.test.ts',
    'resolves: src/plan/plan.ts -> ./nowhere.ts',
  ])
})

test('a folder without a law is named, and a test may import anything', async () => {
  const { seen, unseen, lawless, breaches } = await boundaries(
    treeOf({
      'src/stray/a.ts': 'export const a = 1',
      'src/model/fleet.ts': 'export const fleet = 1',
      'src/model/fleet.test.ts': "import { a } from '../stray/a.ts'\nexport const b = a",
    }),
  )
  expect({ seen, unseen, lawless, breaches }).toEqual({
    seen: ['src/model/fleet.ts', 'src/stray/a.ts'],
    unseen: [],
    lawless: ['src/stray/a.ts'],
    breaches: [],
  })
})

test('the check fails when there is nothing to check', () => {
  const tree = treeOf({ 'src/model/notes.md': 'no code yet' })
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(root, 'scripts/check-boundaries.ts')],
    { cwd: tree, encoding: 'utf8' },
  )
  expect(status).toBe(1)
  expect(stderr).toContain('saw no modules')
})

const pure = [
  'model',
  'timers',
  'places',
  'failover',
  'check',
  'explain',
  'plan',
  'artefacts',
  'worlds/twin',
  'drill',
  'report',
]

/** What the linter finds in each of the folders: `bad:1`. One run for them all, since starting it is most of its work. */
let found: Readonly<Record<string, readonly string[]>> = {}
beforeAll(() => {
  const tree = mkdtempSync(join(tmpdir(), 'skerry-lint-'))
  const bad = [
    "import { randomUUID } from 'node:crypto'",
    'export const now = Date.now()',
    'export const chance = Math.random()',
    'export const home = process.env.HOME',
    'export const id = randomUUID()',
    '',
  ].join('\n')
  const good = 'export const now = Date.now()\n'
  for (const folder of pure) {
    mkdirSync(join(tree, 'src', folder), { recursive: true })
    writeFileSync(join(tree, 'src', folder, 'bad.ts'), bad)
    writeFileSync(join(tree, 'src', folder, 'good.test.ts'), good)
  }
  copyFileSync(join(root, 'biome.jsonc'), join(tree, 'biome.jsonc'))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'lint', '--vcs-enabled=false', '--colors=off', '--reporter=concise', '--max-diagnostics=none']
  const { stdout, stderr } = spawnSync(process.execPath, [...args, 'src'], { cwd: tree, encoding: 'utf8' })
  rmSync(tree, { recursive: true })
  const lines = [...`${stdout}${stderr}`.matchAll(/src\/([\w/]+)\/(\w+)\.(?:test\.)?ts:(\d+):\d+/g)]
  found = Object.fromEntries(
    pure.map((folder) => [
      folder,
      lines.flatMap(([, at, file, line]) => (at === folder ? [`${file}:${line}`] : [])).sort(),
    ]),
  )
})

test.each(pure)('src/%s: time, chance and the environment are found by the linter', (folder) => {
  expect(found[folder]).toEqual(['bad:1', 'bad:2', 'bad:3', 'bad:4'])
})

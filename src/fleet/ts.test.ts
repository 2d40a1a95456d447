import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import { defineFleet } from './define.ts'
import { readFleet } from './read.ts'

const cwd = mkdtempSync(join(tmpdir(), 'skerry-ts-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
const document = "apiVersion: 'skerry.dev/v1alpha1' as const, kind: 'Fleet' as const, metadata: { name: 'x' }"

async function load(name: string, text: string) {
  writeFileSync(join(cwd, name), text)
  return readFleet([name], { cwd })
}

async function refusal(name: string, text: string): Promise<Refusal> {
  try {
    await load(name, text)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('the fleet was read')
}

test('fleet.ts with types, an import of its own and defineFleet is read', async () => {
  writeFileSync(
    join(cwd, 'zones.ts'),
    "export const zones: readonly string[] = ['us-west-2-lax-1a', 'us-west-2-lax-1b']\n",
  )
  const fleet = await load(
    'fleet.ts',
    `import { defineFleet } from 'skerry'
import { zones } from './zones.ts'
interface Named { name: string }
const app = ({ name }: Named) => ({ kind: 'App' as const, metadata: { name }, source: { image: 'nginx' }, placement: [{ site: 's-0' }] })
export default defineFleet({ ${document}, sites: zones.map((zone, index) => ({ name: \`s-\${index}\`, place: { localZone: zone } })) }, app({ name: 'web' }))
`,
  )
  expect(fleet.sites.map(({ place }) => place.zone)).toEqual(['us-west-2-lax-1a', 'us-west-2-lax-1b'])
  expect(fleet.apps[0]?.name).toBe('web')
})

test.each([
  ['one document', 'a.mjs', `export default { ${document.replaceAll(' as const', '')} }`],
  ['a list of documents', 'b.js', `export default [{ ${document.replaceAll(' as const', '')} }]`],
  ['a function', 'c.mts', `export default () => ({ ${document} })`],
  ['a promise', 'd.ts', `export default Promise.resolve({ ${document} })`],
  ['CommonJS', 'e.cjs', `module.exports = { ${document.replaceAll(' as const', '')} }`],
])('a file may export %s', async (_, name, text) => {
  expect((await load(name, text)).name).toBe('x')
})

test('a fault in the documents is told in the YAML that they make', async () => {
  const said = await refusal(
    'f.ts',
    `export default { ${document}, sites: [{ name: 'a', place: { region: 'us-west-2' }, cluster: 'no' }] }`,
  )
  expect(said.problems[0]).toMatchObject({
    message: 'there is no cluster named no',
    at: { file: 'f.ts (as YAML)', line: 9 },
    where: 'sites.a.cluster',
    frame: expect.stringContaining('cluster: no') as string,
  })
})

test('code that throws, that is no code, that imports nothing there, that exports nothing: one message, no stack', async () => {
  const said = [
    await refusal('g.ts', 'const nothing: any = undefined\n\nexport default nothing.here.there\n'),
    await refusal('h.ts', 'const a = {\n  b: ]\n'),
    await refusal('i.ts', "import { x } from './not-there.ts'\nexport default x\n"),
    await refusal('j.ts', 'export const a = 1\n'),
    await refusal('k.ts', "throw 'a text'\n"),
    await refusal('l.ts', 'export default async () => { throw new Error("later\\n    at stack (file.ts:1:1)") }\n'),
  ]
  expect(said.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^g\.ts could not be run: Cannot read properties of undefined/),
    expect.stringMatching(/^h\.ts could not be run: /),
    expect.stringMatching(/^i\.ts could not be run: Cannot find module '\.\/not-there\.ts'/),
    'j.ts exports no documents',
    'k.ts could not be run: a text',
    'l.ts could not be run: later',
  ])
  expect(said.map(({ problems }) => problems[0]?.at?.line)).toEqual([3, 2, 1, 1, 1, 1])
  for (const { message, problems } of said)
    expect(JSON.stringify([message, problems])).not.toMatch(/\n\s+at |node_modules/)
})

test.each([
  ['a function', '() => 1', 'holds a function at 0.x'],
  ['a date', 'new Date(0)', 'holds a Date at 0.x'],
  ['a big number', '1n', 'holds a bigint at 0.x'],
  ['no number', 'Number.NaN', 'holds the number NaN at 0.x'],
  ['a map', 'new Map()', 'holds a Map at 0.x'],
])('%s is no data', async (_, value, message) => {
  expect((await refusal('m.ts', `export default { ${document}, x: ${value} }`)).message).toBe(`m.ts ${message}`)
})

test('a document that holds itself is refused', async () => {
  expect((await refusal('n.ts', `const a: any = { ${document} }\na.sites = [a]\nexport default a\n`)).message).toBe(
    'n.ts holds a value that holds itself at 0.sites.0',
  )
})

test('defineFleet hands back what it is given', () => {
  const documents = [{ apiVersion: 'skerry.dev/v1alpha1', kind: 'Fleet', metadata: { name: 'x' } }] as const
  expect(defineFleet(...documents)).toEqual(documents)
})

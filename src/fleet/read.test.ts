import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import type { ReadIo } from './read.ts'
import { readFleet } from './read.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A folder with these files. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'skerry-read-'))
  made.push(root)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

const head =
  'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: x }\nsites: [{ name: a, place: { region: us-west-2 } }]\n'
const app = (name: string, source = '{ image: nginx }') =>
  `kind: App\nmetadata: { name: ${name} }\nsource: ${source}\nplacement: [{ site: a }]\n`

async function refusal(inputs: readonly string[], cwd: string, io: ReadIo = {}): Promise<Refusal> {
  try {
    await readFleet(inputs, { cwd, ...io })
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('the fleet was read')
}

test('a folder is read with its apps and drills; what is not ours stays out', async () => {
  const cwd = folder({
    'f/fleet.yaml': head,
    'f/apps/web.yaml': app('web', '{ manifests: ../web }'),
    'f/drills/d.yml': 'kind: Drill\nmetadata: { name: d }\nfaults: [{ at: 1m, site: a, lose: power }]\n',
    'f/web/s.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n',
    'f/other/fleet.yaml': head,
    'f/values.yaml': '{{ not yaml',
    'f/package.json': '{}',
    'f/fleet.ts': 'throw new Error("never run")',
  })
  const fleet = await readFleet(['f'], { cwd })
  expect([fleet.name, fleet.apps.map(({ name }) => name), fleet.drills.map(({ name }) => name)]).toEqual([
    'x',
    ['web'],
    ['d'],
  ])
  expect(Object.keys(fleet.sources).sort()).toEqual([
    'f/apps/web.yaml',
    'f/drills/d.yml',
    'f/fleet.yaml',
    'f/web/s.yaml',
  ])
  expect(fleet.apps[0]?.placement[0]?.manifests[0]).toMatchObject({ kind: 'Service', origin: { file: 'f/web/s.yaml' } })
})

test('without a name, the folder at hand; files by name; a file named twice counts once', async () => {
  const cwd = folder({ 'fleet.yaml': head, 'a.yaml': app('a'), 'b.yaml': app('b') })
  expect((await readFleet([], { cwd })).apps).toHaveLength(2)
  expect(
    (await readFleet(['fleet.yaml', './a.yaml', join(cwd, 'a.yaml')], { cwd })).apps.map(({ name }) => name),
  ).toEqual(['a'])
  expect((await readFleet(['.', 'fleet.yaml'], { cwd })).apps).toHaveLength(2)
})

test('standard input is a file named -', async () => {
  const cwd = folder({})
  const fleet = await readFleet(['-'], { cwd, stdin: () => Promise.resolve(`${head}---\n${app('web')}`) })
  expect(fleet.origin.file).toBe('-')
  expect((await refusal(['-'], cwd, { stdin: () => '' })).problems[0]).toMatchObject({
    message: 'standard input is empty',
    at: { file: '-' },
  })
  expect((await refusal(['-'], cwd, { stdin: () => head.replace('sites', 'sties') })).problems[0]).toMatchObject({
    at: { file: '-', line: 4, column: 1 },
  })
})

test('what is not there, what cannot be read and what leads to itself is told, all at once', async () => {
  const cwd = folder({ 'fleet.yaml': head })
  symlinkSync('loop', join(cwd, 'loop'))
  const said = await refusal(['fleet.yaml', 'no.yaml', 'fleet.yaml/x', 'loop', `${'n'.repeat(400)}`, 'a\u001b[2J'], cwd)
  expect(said.problems.map(({ message }) => message)).toEqual([
    'there is no file or folder no.yaml',
    'there is no file or folder fleet.yaml/x',
    'loop is a link that leads to itself',
    `the name ${'n'.repeat(40)}… is too long`,
    'there is no file or folder a\\u001b[2J',
  ])
})

test('a file without the right to read it is told; root may read all', async () => {
  const cwd = folder({ 'fleet.yaml': head })
  chmodSync(join(cwd, 'fleet.yaml'), 0)
  if (process.getuid?.() === 0) expect((await readFleet(['fleet.yaml'], { cwd })).name).toBe('x')
  else expect((await refusal(['fleet.yaml'], cwd)).message).toBe('fleet.yaml cannot be read: permission is denied')
})

test('a folder without a fleet says what was looked for; code is named, not run', async () => {
  expect(await refusal(['.'], folder({ 'a.txt': '' }))).toMatchObject({
    message: 'there is no fleet in .',
    hint: expect.stringContaining('skerry init') as string,
  })
  expect(await refusal([], folder({ 'fleet.ts': 'throw 1', 'package.json': '{}' }))).toMatchObject({
    message: 'there is no fleet in this folder',
    hint: 'code is only run when it is named: name fleet.ts',
  })
  expect((await refusal(['.'], folder({ 'a.yaml': app('a') }))).problems[0]).toMatchObject({
    message: 'there is no document of kind Fleet',
    hint: expect.stringContaining('looked into a.yaml') as string,
  })
})

test('a file of ten megabytes, and one that never ends, are refused without being read', async () => {
  const cwd = folder({ 'big.yaml': `${head}${'#'.repeat(10_000_000)}` })
  expect((await refusal(['big.yaml'], cwd)).problems[0]?.message).toBe('the file is larger than 4 MiB')
  expect((await refusal(['/dev/zero'], cwd)).problems[0]?.message).toBe('the file is larger than 4 MiB')
})

test('a large file in a folder is refused only when it is one of ours', async () => {
  const filler = '# filler\n'.repeat(600_000)
  expect(
    (
      await readFleet(['.'], {
        cwd: folder({ 'fleet.yaml': head, 'crds.yaml': `kind: CustomResourceDefinition\n${filler}` }),
      })
    ).name,
  ).toBe('x')
  expect((await refusal(['.'], folder({ 'fleet.yaml': `${head}${filler}` }))).problems[0]?.message).toBe(
    'the file is larger than 4 MiB',
  )
})

test('binary content named as a fleet is told', async () => {
  const cwd = folder({ 'a.yaml': Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]) })
  expect((await refusal(['a.yaml'], cwd)).problems[0]?.message).toMatch(/binary|UTF-8/)
})

test('links: one to a file is followed, a loop of folders is harmless, one that leads out is not followed', async () => {
  const cwd = folder({
    'one/two/three/four/fleet.yaml': `${head}---\n${app('web', '{ manifests: m }')}`,
    'one/two/three/four/m/s.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: s }\n',
    'secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: out }\n',
  })
  const inner = join(cwd, 'one/two/three/four')
  symlinkSync('.', join(inner, 'm/again'))
  symlinkSync(join(inner, 'm/s.yaml'), join(inner, 'm/t.txt'))
  expect((await readFleet(['.'], { cwd: inner })).apps[0]?.placement[0]?.manifests).toHaveLength(1)
  symlinkSync(join(cwd, 'secret.yaml'), join(inner, 'm/z.yaml'))
  expect((await refusal(['.'], inner)).problems[0]).toMatchObject({
    message: 'm/z.yaml is a link that leads out of the fleet',
    at: { file: 'fleet.yaml' },
  })
})

test('a CSV is found from the folder of the file that names it', async () => {
  const classes =
    'classes: [{ name: c, rows: { csv: rows.csv, key: id, columns: { id: string } }, site: { name: "s-{id}", place: { onPremises: docker } } }]\n'
  const cwd = folder({ 'deep/er/fleet.yaml': `${head}${classes}`, 'deep/er/rows.csv': 'id\n1\n' })
  const fleet = await readFleet(['deep/er'], { cwd })
  expect(fleet.sites[1]).toMatchObject({ name: 's-1', origin: { row: { file: 'deep/er/rows.csv', line: 2 } } })
})

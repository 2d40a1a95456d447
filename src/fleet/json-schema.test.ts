import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { documentsOf } from './documents.ts'
import { editorSchema } from './json-schema.ts'
import { gather } from './problems.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
  validateFormats: false,
})
const validate = ajv.compile(editorSchema())

/** Every document of ours under a folder, with its aliases and merge keys written out. */
function documentsUnder(folder: string): { readonly file: string; readonly value: unknown }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name) && !name.includes('expected'))
    .flatMap(
      (name) =>
        documentsOf([{ file: name, text: readFileSync(join(root, folder, name)), found: true }], gather()).declared,
    )
    .map(({ file, raw }) => ({ file: file.file, value: raw }))
}

test('schema/fleet.json is what the zod schema says today (scripts/generate-schema.ts writes it anew)', () => {
  expect(JSON.parse(readFileSync(join(root, 'schema/fleet.json'), 'utf8'))).toEqual(editorSchema())
})

test.each(['examples', 'src/fleet/covering'])('every document under %s is valid for an editor', (folder) => {
  const documents = documentsUnder(folder)
  expect(documents.length).toBeGreaterThan(5)
  for (const { file, value } of documents)
    expect({ file, errors: validate(value) ? [] : validate.errors }).toEqual({ file, errors: [] })
})

test('an editor refuses an unknown key, a wrong word and a missing key', () => {
  const fleet = { apiVersion: 'skerry.dev/v1alpha1', kind: 'Fleet', metadata: { name: 'x' } }
  expect(validate(fleet)).toBe(true)
  expect(validate({ ...fleet, site: [] })).toBe(false)
  expect(validate({ ...fleet, gitops: { url: 'ssh://x', engine: 'argo' } })).toBe(false)
  expect(validate({ ...fleet, metadata: {} })).toBe(false)
})

test('an editor takes {column} for any scalar of a class, and only there', () => {
  const rows = { csv: 'a.csv', key: 'id', columns: { id: 'string', n: 'int' } }
  const site = {
    name: 's-{id}',
    place: { onPremises: '{id}' },
    nodePools: [{ name: 'm', replicas: '{n}' }],
    protect: '{id}',
  }
  const fleet = (more: object) => ({
    apiVersion: 'skerry.dev/v1alpha1',
    kind: 'Fleet',
    metadata: { name: 'x' },
    ...more,
  })
  expect(validate(fleet({ classes: [{ name: 'c', rows, site }] }))).toBe(true)
  expect(validate(fleet({ classes: [{ name: 'c', rows, site: { ...site, protect: 'perhaps' } }] }))).toBe(false)
  expect(
    validate(
      fleet({
        sites: [{ name: 's', place: { onPremises: 'bareMetal' }, nodePools: [{ name: 'm', replicas: '{n}' }] }],
      }),
    ),
  ).toBe(false)
})

test('durations show their defaults as a person writes them', () => {
  const { $defs } = editorSchema() as {
    $defs: { App: { properties: { startup: object; tolerations: { properties: object } } } }
  }
  expect($defs.App.properties.startup).toMatchObject({ type: 'string', default: '30s' })
  expect($defs.App.properties.tolerations.properties).toMatchObject({ notReady: { default: '300s' } })
})

test('what only the reader needs to know is not published', () => {
  expect(JSON.stringify(editorSchema()).match(/"(?:references|keyReferences|keyAllows|template)":/g)).toBeNull()
})

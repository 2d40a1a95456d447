import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { yamlOf } from '../artefact.ts'
import { rowDocument, rowKustomization, scalar } from './yaml.ts'

const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
const values = fc.dictionary(key, fc.string({ unit: 'grapheme', maxLength: 40 }), { maxKeys: 5 })
const dnsName = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)

test('text stays text, whatever it looks like', () => {
  const tricky = [
    '0417',
    '1e3',
    'true',
    'No',
    'null',
    '~',
    '',
    ' a',
    'a: b',
    'a #b',
    '1.35',
    '0x1f',
    '2026-01-01',
    '::1',
    '@a',
    '%a',
  ]
  for (const text of tricky)
    for (const version of ['1.1', '1.2'] as const) expect(parse(scalar(text), { version }), text).toBe(text)
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => parse(scalar(text), { version: '1.1' }) === text))
})

test('the document of a row says what the YAML writer would say', () => {
  fc.assert(
    fc.property(dnsName, values, fc.array(dnsName, { maxLength: 3 }), (name, own, needs) => {
      const spec = {
        ...(needs.length > 0 && { dependsOn: needs.map((it) => ({ name: it })) }),
        ...(Object.keys(own).length > 0 && { postBuild: { substitute: own } }),
      }
      const data = {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name },
        ...(Object.keys(spec).length > 0 && { spec }),
      }
      expect(parse(rowDocument(name, own, needs))).toEqual(data)
    }),
  )
  const plain = { endpoint: '10.0.0.10', name: 'store-0417' }
  expect(rowDocument('store-0417', plain, ['hq'])).toBe(
    yamlOf({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'store-0417' },
      spec: { dependsOn: [{ name: 'hq' }], postBuild: { substitute: plain } },
    }),
  )
  expect(parseAllDocuments([rowDocument('a', {}), rowDocument('b', {})].join('---\n'))).toHaveLength(2)
})

test('the folder of a row says what the YAML writer would say', () => {
  const literals = (own: Readonly<Record<string, string>>) =>
    Object.entries(own).map(([name, value]) => `${name}=${value}`)
  const maps = [{ name: 'site-values', values: { vip: '10.0.0.10', zone: 'us-west-2-lax-1a' } }]
  expect(rowKustomization('../../classes/store/rings/rest', maps)).toBe(
    yamlOf({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['../../classes/store/rings/rest'],
      configMapGenerator: maps.map((map) => ({
        name: map.name,
        namespace: 'flux-system',
        literals: literals(map.values),
      })),
      generatorOptions: { disableNameSuffixHash: true },
    }),
  )
  const usable = values.filter((own) => Object.values(own).every((value) => !/^["']|["']$|\n/.test(value)))
  fc.assert(
    fc.property(usable, (own) => {
      const read = parse(rowKustomization('../base', [{ name: 'site-values', values: own }])) as {
        configMapGenerator: { literals: string[] | null }[]
      }
      expect(read.configMapGenerator[0]?.literals ?? []).toEqual(literals(own))
    }),
  )
  expect(() => rowKustomization('../base', [{ name: 'site-values', values: { a: '"b"' } }])).toThrow('cannot stand')
})

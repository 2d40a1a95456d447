// Classes: one base, a file for each row, and a revision for each ring.

import { expect, test } from 'vitest'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { madeOf, objectIn, objectsIn, shops } from './files.case.ts'
import { fluxSync } from './flux.ts'

const { files, plan } = madeOf(shops(60))
const named = (text: string | undefined, name: string): KubernetesObject =>
  objectsIn(text).find(({ metadata }) => metadata.name === name) as KubernetesObject

test('a row is one file that leads to the folder of its class and its ring', () => {
  const own = [...files.keys()].filter((path) => path.includes('clusters/shop-00010/'))
  expect(own).toEqual(['gitops/clusters/shop-00010/flux-system/kustomization.yaml'])
  expect(objectIn(files.get(own[0] ?? ''))).toMatchObject({ resources: ['../../classes/shop/rings/early'] })
})

test('each ring follows its own revision: a branch, a tag, a commit', () => {
  const ref = (ring: string) =>
    (named(files.get(`gitops/clusters/classes/shop/rings/${ring}/sync.yaml`), 'ring').spec as { ref: unknown }).ref
  expect(['canary', 'early', 'rest'].map(ref)).toEqual([
    { branch: 'main' },
    { tag: 'v1.5.0' },
    { commit: '4f2c9d1e8b7a6053421fedcba9876543210fedcb' },
  ])
})

test('all that a row runs comes at the revision of its ring; only the ring itself comes from the branch', () => {
  const sync = named(files.get('gitops/clusters/classes/shop/rings/rest/sync.yaml'), 'class-shop')
  expect(sync.spec).toMatchObject({ path: './clusters/classes/shop/base', sourceRef: { name: 'ring' } })
  for (const { kind, spec } of objectsIn(files.get('gitops/clusters/classes/shop/base/apps.yaml')))
    if (kind === 'Kustomization') expect(spec).toMatchObject({ sourceRef: { kind: 'GitRepository', name: 'ring' } })
  expect(
    (named(files.get('gitops/clusters/classes/shop/rings/rest/sync.yaml'), 'ring').spec as { ignore: string }).ignore,
  ).toBe('/*\n!/apps\n!/clusters/classes/shop\n!/infrastructure\n!/packages\n')
})

test('the management cluster makes the rows of a ring from the revision of that ring', () => {
  const text = (ring: string) => files.get(`gitops/clusters/hq/rows/shop-clusters/${ring}/every-row.yaml`)
  expect(objectIn(text('early')).spec).toMatchObject({
    path: './workload-clusters/shop',
    sourceRef: { kind: 'GitRepository', name: 'ring-early' },
    deletionPolicy: 'Orphan',
  })
  const sources = files.get('gitops/clusters/hq/flux-system/sources.yaml')
  expect(named(sources, 'ring-early').spec).toMatchObject({ ref: { tag: 'v1.5.0' } })
  const rows = objectsIn(files.get('gitops/clusters/hq/rows/shop-clusters/early/rows.yaml'))
  expect(rows.map(({ metadata }) => metadata.name)).toEqual(['shop-00010', 'shop-00020', 'shop-00030', 'shop-00040'])
})

test('none of a thousand rows is waited for: some are always away', () => {
  expect(objectIn(files.get('gitops/clusters/hq/rows/shop-clusters/rest/every-row.yaml')).spec).not.toHaveProperty(
    'wait',
  )
  expect(named(files.get('gitops/clusters/hq/flux-system/apps.yaml'), 'rows-shop-clusters').spec).not.toHaveProperty(
    'wait',
  )
})

test('secrets are decrypted by the key that was put there by hand, and none is written', () => {
  expect(objectIn(files.get('gitops/.sops.yaml'))).toEqual({
    creation_rules: [
      {
        path_regex: '\\.ya?ml$',
        encrypted_regex: '^(data|stringData)$',
        age: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
      },
    ],
  })
  expect(named(files.get('gitops/clusters/classes/shop/base/apps.yaml'), 'till').spec).toMatchObject({
    decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
  })
  for (const [path, text] of files)
    if (path.endsWith('.yaml'))
      expect(
        objectsIn(text).map(({ kind }) => kind),
        path,
      ).not.toContain('Secret')
})

const difference = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort()
const isOfRow = (path: string): boolean => /\/shop-\d|\/rows\.yaml$/.test(path)

test('a change in the class changes its base and no row', () => {
  const changes: readonly (readonly [string, (text: string) => string])[] = [
    [
      'the version of the clusters',
      (text) =>
        text.replace(
          'provider: vsphere, version: "1.35", managementCluster',
          'provider: vsphere, version: "1.34", managementCluster',
        ),
    ],
    ['their packages', (text) => text.replace('metallb, cert-manager', 'metallb, harbor')],
    ['the image of the app', (text) => text.replace('till:1', 'till:2')],
    ['its replicas', (text) => text.replace('replicas: 2', 'replicas: 3')],
    ['the revision of a ring', (text) => text.replace('v1.5.0', 'v1.6.0')],
  ]
  for (const [what, change] of changes) {
    const changed = difference(files, madeOf(shops(60, change)).files)
    expect(changed.length, what).toBeGreaterThan(0)
    expect(changed.filter(isOfRow), what).toEqual([])
  }
})

test('a ring that moves on is one line in each place that follows it', () => {
  const changed = difference(files, madeOf(shops(60, (text) => text.replace('v1.5.0', 'v1.6.0'))).files)
  expect(changed).toEqual([
    'gitops/clusters/README.md',
    'gitops/clusters/classes/shop/rings/early/sync.yaml',
    'gitops/clusters/hq/flux-system/sources.yaml',
  ])
})

test('a row more is a file more, and a document on the cluster that manages it', () => {
  const changed = difference(files, madeOf(shops(61)).files)
  expect(changed.filter((path) => !path.endsWith('/rows.yaml') && !path.endsWith('README.md'))).toEqual([
    'gitops/clusters/shop-00060/flux-system/kustomization.yaml',
  ])
})

test('Flux is started on a row by the same two objects as anywhere, and keeps little of the repository', () => {
  const [source, root] = fluxSync(plan, 'shop-00010')
  expect(root?.spec).toMatchObject({ path: './clusters/shop-00010/flux-system' })
  expect(source?.spec).toMatchObject({
    ref: { branch: 'main' },
    ignore: '/*\n!/clusters/classes/shop\n!/clusters/shop-00010\n',
  })
  const template = files.get('gitops/clusters/classes/shop/gotk-sync.yaml') ?? ''
  expect(objectsIn(template.replaceAll(`\${cluster}`, 'shop-00010'))).toEqual([source, root])
  expect(fluxSync(plan, 'nobody')).toEqual([])
})

test('values that most rows share are said once; a row says only its own; two meanings of a name stay apart', () => {
  const bundle = (name: string, values: (index: number) => Record<string, string>): Bundle => ({
    name,
    layer: 'apps',
    base: [
      {
        file: 'map.yaml',
        objects: [
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { size: `\${size}`, zone: `\${zone}` } },
        ],
      },
    ],
    overlays: [],
    targets: [0, 10, 20].map((index) => ({
      cluster: `shop-000${String(index).padStart(2, '0')}`,
      site: `shop-000${String(index).padStart(2, '0')}`,
      class: 'shop',
      values: values(index),
    })),
    needs: [],
  })
  const made = madeOf(shops(21), () => [
    bundle('one', (index) => ({ size: index === 20 ? 'large' : 'small', zone: `zone-${index}` })),
    bundle('two', (index) => ({ size: 'tiny', zone: `zone-${index}` })),
  ])
  const base = [...made.files].find(([path]) => /classes\/shop\/[^/]*one[^/]*\/values\.yaml$/.test(path))?.[1]
  expect(objectsIn(base).map(({ metadata, data }) => [metadata.name, data])).toEqual([
    ['class-values', { class: 'shop' }],
    ['class-values-one', { size: 'small' }],
    ['class-values-two', { size: 'tiny' }],
  ])
  const row = objectIn(made.files.get('gitops/clusters/shop-00020/flux-system/kustomization.yaml'))
  expect(row.configMapGenerator).toEqual([
    { name: 'site-values-one', namespace: 'flux-system', literals: ['size=large', 'zone=zone-20'] },
    { name: 'site-values-two', namespace: 'flux-system', literals: ['zone=zone-20'] },
  ])
  const app = [...made.files].find(([path]) => /classes\/shop\/[^/]*one[^/]*\/apps\.yaml$/.test(path))?.[1]
  expect(named(app, 'one').spec).toMatchObject({
    postBuild: {
      substituteFrom: [
        { kind: 'ConfigMap', name: 'class-values-one' },
        { kind: 'ConfigMap', name: 'site-values-one', optional: true },
      ],
    },
  })
})

test('[seed 69] of ten thousand rows each takes 600 bytes at most, in all files together', { timeout: 240_000 }, () => {
  const sizes = [100, 10_000].map((count) => {
    const fleet = shops(count)
    const made = madeOf(fleet)
    let bytes = 0
    for (const text of made.files.values()) bytes += text.length
    return { count, bytes, files: made.files.size }
  })
  const [small, large] = sizes as [(typeof sizes)[0], (typeof sizes)[0]]
  const perRow = (large.bytes - small.bytes) / (large.count - small.count)
  expect(perRow).toBeLessThanOrEqual(600)
  // one file for a row; all others are there once
  expect(large.files - small.files).toBe(large.count - small.count)
})

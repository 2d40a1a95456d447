// The literal objects of a site, and how what is there several times is kept apart.

import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fleetFrom } from '../../fleet/from.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, Target } from '../bundle.ts'
import { byPath, exampleOf, examples, madeOf, objectsIn, shops } from './files.case.ts'
import { render, renderTarget } from './render.ts'

test('a site of the example recovery gets its base with its patch, under the names of the files', async () => {
  const { plan, bundles } = await exampleOf('recovery')
  const files = byPath(render(plan, bundles, 'outposts'))
  expect([...files.keys()]).toEqual([
    'outposts/infrastructure/aws-load-balancer-controller/alb.yaml',
    'outposts/apps/game-2048/namespace.yaml',
    'outposts/apps/game-2048/deployment.yaml',
    'outposts/apps/game-2048/service.yaml',
    'outposts/apps/game-2048/ingress.yaml',
  ])
  const [ingress] = objectsIn(files.get('outposts/apps/game-2048/ingress.yaml'))
  expect(ingress?.metadata).toMatchObject({
    namespace: 'game-2048',
    annotations: {
      'alb.ingress.kubernetes.io/scheme': 'internet-facing',
      'alb.ingress.kubernetes.io/subnets': expect.any(String),
    },
  })
  const [release] = objectsIn(files.get('outposts/infrastructure/aws-load-balancer-controller/alb.yaml'))
  expect(release?.spec).toMatchObject({
    values: {
      clusterName: 'eks-outposts',
      serviceAccount: { name: 'aws-load-balancer-controller', annotations: expect.any(Object) },
    },
  })
})

test('a row gets its own cluster, its packages and its apps, with its values', () => {
  const { plan, bundles } = madeOf(shops(20))
  const files = byPath(render(plan, bundles, 'shop-00010'))
  const cluster = objectsIn([...files].find(([path]) => path.startsWith('shop-00010/workload-clusters/'))?.[1]).find(
    ({ kind }) => kind === 'Cluster',
  )
  expect(cluster?.metadata.name).toBe('shop-00010')
  expect(cluster?.spec).toMatchObject({ controlPlaneConfiguration: { endpoint: { host: '10.0.0.11' } } })
  expect([...files.keys()].some((path) => path.startsWith('shop-00010/apps/till/'))).toBe(true)
  expect([...files.values()].join('')).not.toContain('${')
  expect(render(plan, bundles, 'nowhere')).toEqual([])
})

test.each(examples)('%s: no label, annotation or name becomes a number when a value is put in', async (name) => {
  const { plan, bundles } = await exampleOf(name)
  const seen = new Set<string>()
  for (const { name: site, class: ofClass } of plan.fleet.sites) {
    // a few rows stand for all: those with the most unlike names
    if (ofClass !== undefined && !/0(?:0\d|[1-7]1)7$/.test(site)) continue
    for (const { path, text } of render(plan, bundles, site))
      for (const object of objectsIn(text)) {
        seen.add(object.kind)
        const texts = [
          object.metadata.name,
          object.metadata.namespace ?? '',
          ...Object.values({ ...object.metadata.labels, ...object.metadata.annotations }),
        ]
        for (const value of texts) expect(typeof value, `${path}: ${String(value)}`).toBe('string')
        expect(JSON.stringify(object), path).not.toMatch(/\$\{(?!fleet_)/)
      }
  }
  expect(seen.size).toBeGreaterThan(1)
})

const bundle = (more: Partial<Bundle>): Bundle => ({
  name: 'one',
  layer: 'apps',
  base: [],
  overlays: [],
  targets: [],
  needs: [],
  ...more,
})
const map = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...more,
})

test('a patch changes the object that it names, deletes one, and leaves the others; what is extra comes last', () => {
  const target: Target = { cluster: 'here', overlay: 'site', values: { size: 'large' } }
  const made = renderTarget(
    bundle({
      namespace: 'shop',
      base: [
        { file: 'a.yaml', objects: [map('a', { data: { size: `\${size}`, stays: 'x' } }), map('b')] },
        {
          file: 'c.yaml',
          objects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'c' } }],
        },
      ],
      overlays: [
        {
          name: 'site',
          patches: [
            {
              file: 'patch.yaml',
              objects: [map('a', { data: { more: 'y', stays: null } }), map('b', { $patch: 'delete' })],
            },
          ],
          extra: [{ file: 'extra.yaml', objects: [map('d')] }],
        },
      ],
      targets: [target],
    }),
    target,
  )
  expect(made).toEqual([
    {
      file: 'a.yaml',
      objects: [{ ...map('a'), metadata: { name: 'a', namespace: 'shop' }, data: { size: 'large', more: 'y' } }],
    },
    {
      file: 'c.yaml',
      objects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'c' } }],
    },
    { file: 'extra.yaml', objects: [{ ...map('d'), metadata: { name: 'd', namespace: 'shop' } }] },
  ])
})

const several = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: several }
clusters:
  - { name: one, existing: { context: one } }
  - { name: host, existing: { context: host } }
sites:
  - { name: north, place: { onPremises: vsphere }, cluster: one, labels: { ring: early }, nodePools: [{ name: md }] }
  - { name: south, place: { onPremises: vsphere }, cluster: one, nodePools: [{ name: md }] }
  - { name: middle, place: { onPremises: vsphere }, cluster: host, nodePools: [{ name: md }] }
federations: [{ name: world, host: host, members: [one] }]
gitops: { url: "https://robot:secret@git.example.com/fleet", path: deploy/, wait: true, rings: { early: v2.0.0 }, interval: 90s }
---
kind: App
metadata: { name: shop }
source: { image: registry.example.com/shop:1 }
placement: [{ site: north, replicas: 2 }, { site: south, replicas: 3 }]
dependsOn: [stock]
---
kind: App
metadata: { name: stock }
source: { image: registry.example.com/stock:1 }
placement: [{ site: north }]
`)
const everywhere = bundle({
  name: 'everywhere',
  base: [{ file: 'map.yaml', objects: [map('everywhere')] }],
  targets: [{ cluster: 'host', federation: 'world', values: {} }],
})
const { workloadBundles } = await import('../workloads/index.ts')
const made = madeOf(several, (plan) => [...workloadBundles(plan), everywhere])

const onOne = objectsIn(made.files.get('gitops/deploy/clusters/north/flux-system/apps.yaml'))
const specOf = (name: string) =>
  onOne.find(({ metadata }) => metadata.name === name)?.spec as {
    readonly dependsOn?: readonly { readonly name: string }[]
    readonly sourceRef: { readonly name: string }
  }

test('two apps at a site have a folder each; one alone has the folder to itself; one app at two sites is two Kustomizations', () => {
  const paths = Object.fromEntries(onOne.map(({ metadata, spec }) => [metadata.name, (spec as { path: string }).path]))
  expect(paths).toEqual({
    'shop-north': './deploy/apps/north/shop',
    'shop-south': './deploy/apps/south',
    stock: './deploy/apps/north/stock',
  })
  for (const folder of ['apps/north/shop', 'apps/south', 'apps/north/stock'])
    expect(parse(made.files.get(`gitops/deploy/${folder}/kustomization.yaml`) ?? '')).toMatchObject({
      resources: expect.arrayContaining([expect.stringMatching(/^(?:\.\.\/)+base\/(?:shop|stock)$/)]),
    })
})

test('an app comes after those that it depends on', () => {
  expect(specOf('shop-north').dependsOn).toEqual([{ name: 'stock' }])
  expect(specOf('stock').dependsOn).toBeUndefined()
})

test('a site in a ring takes its apps from the revision of that ring, its neighbour from the branch', () => {
  expect(['shop-north', 'shop-south'].map((name) => specOf(name).sourceRef.name)).toEqual(['ring-early', 'flux-system'])
  const [ring] = objectsIn(made.files.get('gitops/deploy/clusters/north/flux-system/sources.yaml'))
  expect(ring).toMatchObject({
    metadata: { name: 'ring-early' },
    spec: { ref: { tag: 'v2.0.0' }, ignore: '/*\n!/deploy/apps\n' },
  })
})

test('what is for a federation is applied by the Flux of its host to the API of Karmada', () => {
  const [object] = objectsIn(made.files.get('gitops/deploy/clusters/middle/flux-system/apps.yaml'))
  expect(object).toMatchObject({
    metadata: { name: 'everywhere' },
    spec: { path: './deploy/apps/world', kubeConfig: { secretRef: { name: 'karmada-kubeconfig' } } },
  })
})

test('a password in the address of the repository stays in the fleet file; intervals are written as Go prints them', () => {
  const text = [...made.files.values()].join('')
  expect(text).not.toContain('secret@')
  expect(text).toContain('url: https://git.example.com/fleet')
  expect(text).toContain('interval: 1m30s')
})

test('without GitOps there are bases and overlays, and nothing of Flux', async () => {
  const { files } = await exampleOf('local-zone')
  expect(files.size).toBeGreaterThan(0)
  expect([...files.keys()].filter((path) => path.includes('/clusters/'))).toEqual([])
})

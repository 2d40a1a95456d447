// The repository of the example recovery, against the founding facts of its layout (95 to 125); and of every example, against its plan.

import { expect, test } from 'vitest'
import { lookup } from '../../model/lookup.ts'
import type { KubernetesObject } from '../artefact.ts'
import { valueAt as at } from '../infrastructure/steps.ts'
import type { Made } from './files.case.ts'
import { exampleOf, examples, objectIn, objectsIn } from './files.case.ts'
import { fleetValuesOf } from './flux.ts'

const { files } = await exampleOf('recovery')
const sites = ['outposts', 'localzone'] as const
const foldersBelow = (root: string): string[] => [
  ...new Set(
    [...files.keys()].flatMap((path) => {
      const [, inner] = path.split(`gitops/${root}/`)
      return inner === undefined || !inner.includes('/') ? [] : [inner.slice(0, inner.lastIndexOf('/'))]
    }),
  ),
]
const spec = (object: KubernetesObject | undefined) => object?.spec as Record<string, unknown>

test('[seed 95] the repository is the one that the fleet names', () => {
  for (const site of sites) {
    const [source] = objectsIn(files.get(`gitops/clusters/${site}/flux-system/gotk-sync.yaml`))
    expect(spec(source).url).toMatch(/\/eks-outposts-lz-repo$/)
  }
})

test('[seed 96, 97, 98] the folders of apps, infrastructure and clusters', () => {
  expect(foldersBelow('apps').sort()).toEqual(['base/game-2048', 'localzone', 'outposts'])
  expect(foldersBelow('infrastructure').sort()).toEqual(['base/ingress-controller', 'localzone', 'outposts'])
  expect(foldersBelow('clusters').sort()).toEqual(['localzone/flux-system', 'outposts/flux-system'])
})

test('[seed 99, 100, 101, 102, 103, 104] the controller is a release of its chart, at the API that Flux serves now', () => {
  expect(objectIn(files.get('gitops/infrastructure/base/ingress-controller/alb.yaml'))).toMatchObject({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'aws-load-balancer-controller', namespace: 'kube-system' },
    spec: {
      interval: '10m0s',
      timeout: '10m0s',
      releaseName: 'ee',
      chart: {
        spec: {
          chart: 'aws-load-balancer-controller',
          version: '1.5.4',
          reconcileStrategy: 'ChartVersion',
          sourceRef: { kind: 'HelmRepository', name: 'eks', namespace: 'flux-system' },
        },
      },
      values: { serviceAccount: { name: 'aws-load-balancer-controller' } },
    },
  })
})

test('[seed 105] its kustomization names its namespace and its file', () => {
  expect(objectIn(files.get('gitops/infrastructure/base/ingress-controller/kustomization.yaml'))).toEqual({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'kube-system',
    resources: ['alb.yaml'],
  })
})

test('[seed 112, 113, 121] each cluster patches in its name, its network and the role of its controller', () => {
  for (const site of sites) {
    expect(objectIn(files.get(`gitops/infrastructure/${site}/kustomization.yaml`))).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['../base/ingress-controller'],
      patches: [{ path: 'helm-patch.yaml' }],
    })
    const patch = objectIn(files.get(`gitops/infrastructure/${site}/helm-patch.yaml`))
    expect(patch.metadata).toEqual({ name: 'aws-load-balancer-controller', namespace: 'kube-system' })
    expect(spec(patch).values).toEqual({
      clusterName: `eks-${site}`,
      region: site === 'outposts' ? 'us-east-1' : 'us-west-2',
      vpcId: `\${fleet_vpc_${site === 'outposts' ? 'plant' : 'west'}}`,
      serviceAccount: {
        annotations: {
          'eks.amazonaws.com/role-arn': `arn:aws:iam::111122223333:role/${site}-load-balancer-controller`,
        },
      },
    })
  }
})

test('what a cluster needs from its stacks is known before they are made', async () => {
  const { bundles } = await exampleOf('recovery')
  expect(fleetValuesOf(bundles, 'eks-outposts')).toEqual(['fleet_vpc_plant'])
  expect(fleetValuesOf(bundles, 'eks-localzone')).toEqual(['fleet_vpc_west'])
  expect(fleetValuesOf(bundles, 'nobody')).toEqual([])
})

test('[seed 115] the folder of a site is one document: its base and its patch', () => {
  for (const site of sites)
    expect(objectsIn(files.get(`gitops/apps/${site}/kustomization.yaml`))).toEqual([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: ['../base/game-2048'],
        patches: [{ path: 'ingress-patch.yaml' }],
      },
    ])
})

test('[seed 116, 117, 118, 119] apps.yaml holds three objects: the chart repository, the controller, then the game', () => {
  for (const site of sites) {
    const objects = objectsIn(files.get(`gitops/clusters/${site}/flux-system/apps.yaml`))
    expect(objects).toHaveLength(3)
    const [repository, controller, game] = objects
    expect(repository).toMatchObject({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'eks', namespace: 'flux-system' },
      spec: { interval: '10m0s', url: 'https://aws.github.io/eks-charts' },
    })
    const common = {
      interval: '10m0s',
      prune: true,
      wait: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    }
    expect(controller).toMatchObject({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      metadata: { name: 'aws-load-balancer-controller', namespace: 'flux-system' },
      spec: { ...common, path: `./infrastructure/${site}` },
    })
    expect(game).toMatchObject({
      metadata: { name: 'game-2048', namespace: 'flux-system' },
      spec: { ...common, path: `./apps/${site}`, dependsOn: [{ name: 'aws-load-balancer-controller' }] },
    })
  }
})

test('[seed 120] the trees of the two sites differ in names, network and path, and nothing is left of a shell', () => {
  const treeOf = (site: string) =>
    [...files].filter(([path]) => path.split('/').includes(site)).map(([path, text]) => [path, text] as const)
  const [outposts, localzone] = sites.map((site) => treeOf(site)) as [
    (readonly [string, string])[],
    (readonly [string, string])[],
  ]
  expect(outposts.map(([path]) => path.replace('outposts', 'localzone'))).toEqual(localzone.map(([path]) => path))
  for (const [path, text] of outposts) {
    const other = files.get(path.replace('outposts', 'localzone'))?.split('\n') ?? []
    const differing = text
      .split('\n')
      .filter((line) => ![line, line.replaceAll('outposts', 'localzone')].some((one) => other.includes(one)))
    expect(
      differing.every((line) => /region|vpcId|coip/.test(line)),
      differing.join('\n'),
    ).toBe(true)
  }
  for (const [path, text] of files) if (path.endsWith('.yaml')) expect(text, path).not.toMatch(/\$(?!\{fleet_\w+\})/)
})

test('[seed 123, 124] the source and the root of each cluster', () => {
  for (const site of sites)
    expect(objectsIn(files.get(`gitops/clusters/${site}/flux-system/gotk-sync.yaml`))).toEqual([
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name: 'flux-system', namespace: 'flux-system' },
        spec: {
          interval: '1m0s',
          url: 'https://git.example.com/fleet/eks-outposts-lz-repo',
          ref: { branch: 'master' },
          secretRef: { name: 'flux-system' },
        },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'flux-system', namespace: 'flux-system' },
        spec: {
          interval: '10m0s',
          retryInterval: '1m0s',
          path: `./clusters/${site}/flux-system`,
          prune: true,
          sourceRef: { kind: 'GitRepository', name: 'flux-system' },
        },
      },
    ])
})

test.each(examples)('%s: what the plan says of Flux is what its files say', async (name) => {
  const made = await exampleOf(name)
  const folders = new Set([...made.files.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))))
  const find = lookup(made.plan.fleet)
  const said = new Map<string, KubernetesObject[]>()
  for (const { kind, intent } of made.plan.steps) {
    if (kind !== 'gitops.start') continue
    const root = String(at(intent.root, 'path')).replace(/^\.\//, 'gitops/')
    expect(folders, `${root} of the root`).toContain(root)
    const cluster = find.cluster(String(intent.cluster))
    const where = cluster?.class === undefined ? root : baseOf(made, cluster.class)
    if (!said.has(where)) said.set(where, [...objectsIn(made.files.get(`${where}/apps.yaml`))])
    const known = new Map(said.get(where)?.map((object) => [object.metadata.name, object]))
    for (const entry of Array.isArray(intent.kustomizations) ? intent.kustomizations : []) {
      const path = String(at(entry, 'path'))
      expect(folders, path).toContain(path.replace(/^\.\//, 'gitops/'))
      const object = known.get(String(at(entry, 'name')))
      expect(object?.spec, `${intent.cluster}: ${String(at(entry, 'name'))}`).toMatchObject({ path })
      const needs = ((spec(object).dependsOn ?? []) as { name: string }[]).map((it) => it.name)
      for (const need of (at(entry, 'dependsOn') ?? []) as string[]) expect(needs).toContain(need)
    }
  }
})

const baseOf = ({ plan }: Made, name: string): string =>
  ['gitops', plan.fleet.gitops?.path, 'clusters/classes', name, 'base'].filter((part) => part !== undefined).join('/')

test.each(examples)('%s: every file is named by a kustomization, and every reference leads to a file', async (name) => {
  const { files: all } = await exampleOf(name)
  const folders = new Set([...all.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))))
  const resolve = (from: string, to: string): string => {
    const parts = from.split('/')
    for (const part of to.split('/')) part === '..' ? parts.pop() : parts.push(part)
    return parts.join('/')
  }
  const named = new Set<string>()
  for (const [path, text] of all) {
    if (!path.endsWith('/kustomization.yaml')) continue
    const folder = path.slice(0, path.lastIndexOf('/'))
    const { resources = [], patches = [] } = objectIn(text) as unknown as {
      resources?: string[]
      patches?: { path?: string }[]
    }
    expect(text.split('\n---').length, path).toBe(1)
    for (const entry of [...resources, ...patches.flatMap((patch) => patch.path ?? [])]) {
      const target = resolve(folder, entry)
      named.add(target)
      expect(all.has(target) || folders.has(target), `${path} names ${entry}`).toBe(true)
    }
  }
  const applied = [...all.keys()].filter(
    (path) => path.endsWith('.yaml') && !/\/(?:kustomization|\.sops)\.yaml$|classes\/[^/]+\/gotk-sync/.test(path),
  )
  expect(applied.filter((path) => !named.has(path))).toEqual([])
})

// Apps of the examples as bundles, against the founding facts: the files of their teams, and what each site adds.

import { expect, test } from 'vitest'
import { readFleet } from '../../fleet/read.ts'
import { plan } from '../../plan/index.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, BundleFile } from '../bundle.ts'
import { at } from './fields.ts'
import { workloadBundles } from './index.ts'

const bundlesOf = async (example: string): Promise<readonly Bundle[]> =>
  workloadBundles(plan(await readFleet([`examples/${example}`])))

const recovery = await bundlesOf('recovery')
const localZone = await bundlesOf('local-zone')
const wavelength = await bundlesOf('wavelength')

const named = (bundles: readonly Bundle[], name: string): Bundle => {
  const found = bundles.find((bundle) => bundle.name === name)
  expect(found, `${name} is among ${bundles.map((bundle) => bundle.name)}`).toBeDefined()
  return found as Bundle
}
const object = (files: readonly BundleFile[], kind: string): KubernetesObject => {
  const found = files.flatMap((file) => file.objects).find((one) => one.kind === kind)
  expect(found, kind).toBeDefined()
  return found as KubernetesObject
}
const overlay = (bundle: Bundle, name: string) => {
  const found = bundle.overlays.find((one) => one.name === name)
  expect(found, name).toBeDefined()
  return found as Bundle['overlays'][0]
}
const alb = 'alb.ingress.kubernetes.io/'

test('[seed 106] one base, in the order and under the names of the team, in its namespace', () => {
  const [game] = recovery
  expect(recovery).toHaveLength(1)
  expect(game).toMatchObject({ name: 'game-2048', layer: 'apps', namespace: 'game-2048' })
  expect(game?.base.map(({ file }) => file)).toEqual([
    'namespace.yaml',
    'deployment.yaml',
    'service.yaml',
    'ingress.yaml',
  ])
})

test('[seed 107, 108] the Deployment is the one that its team wrote', () => {
  const deployment = object(named(recovery, 'game-2048').base, 'Deployment')
  expect(deployment).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'deployment-2048' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'app-2048' } },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'app-2048' } },
        spec: {
          containers: [
            {
              name: 'app-2048',
              image: 'public.ecr.aws/l6m2t8p7/docker-2048:latest',
              imagePullPolicy: 'Always',
              ports: [{ containerPort: 80 }],
            },
          ],
        },
      },
    },
  })
})

test('[seed 109-111] the Service is a NodePort, the Ingress of class alb has its two annotations and no other', () => {
  const { base } = named(recovery, 'game-2048')
  expect(object(base, 'Service')).toMatchObject({
    metadata: { name: 'service-2048' },
    spec: {
      type: 'NodePort',
      selector: { 'app.kubernetes.io/name': 'app-2048' },
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    },
  })
  const ingress = object(base, 'Ingress')
  expect(ingress.metadata).toEqual({
    name: 'ingress-2048',
    annotations: { [`${alb}scheme`]: 'internet-facing', [`${alb}target-type`]: 'ip' },
  })
  expect(ingress.spec).toMatchObject({
    ingressClassName: 'alb',
    rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'service-2048' } } }] } }],
  })
})

test('[seed 114] a site adds one patch: name, namespace, the subnets, and what is declared for that copy', () => {
  const game = named(recovery, 'game-2048')
  expect(overlay(game, 'localzone')).toEqual({
    name: 'localzone',
    patches: [
      {
        file: 'ingress-patch.yaml',
        objects: [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'Ingress',
            metadata: {
              name: 'ingress-2048',
              namespace: 'game-2048',
              annotations: { [`${alb}subnets`]: 'localzone-front' },
            },
          },
        ],
      },
    ],
    extra: [],
  })
  const [file] = overlay(game, 'outposts').patches
  expect(at(file?.objects[0], 'metadata', 'annotations')).toEqual({
    [`${alb}subnets`]: 'outposts-front',
    [`${alb}customer-owned-ipv4-pool`]: 'ipv4pool-coip-0123456789abcdef0',
  })
})

test('[seed 115, 119] both sites have the same base, each by its own cluster, after the load balancer controller', () => {
  const game = named(recovery, 'game-2048')
  expect(game.needs).toEqual(['aws-load-balancer-controller'])
  expect(game.targets).toEqual([
    { cluster: 'eks-outposts', site: 'outposts', overlay: 'outposts', values: {} },
    { cluster: 'eks-localzone', site: 'localzone', overlay: 'localzone', values: {} },
  ])
})

test('[seed 29, 30] two manifests with names of their own stay two files, each in its namespace', () => {
  expect(localZone.map(({ name }) => name).sort()).toEqual(['game-2048-backup', 'game-2048-lz'])
  expect(named(localZone, 'game-2048-lz').base[0]?.file).toBe('2048_lz.yaml')
  expect(named(localZone, 'game-2048-backup').base[0]?.file).toBe('2048_backup.yaml')
  for (const { name, base, namespace } of localZone) {
    expect(namespace, 'each object says it itself, as its team wrote it').toBeUndefined()
    for (const { kind, metadata } of base.flatMap(({ objects }) => objects))
      if (kind !== 'Namespace') expect(metadata.namespace).toBe(name)
  }
})

test('[seed 31-33] Ingresses of class alb for port 80, that of the zone in the subnet of the zone', () => {
  const names = localZone.map(({ base }) => object(base, 'Ingress').metadata.name).sort()
  expect(names).toEqual(['ingress-2048-backup', 'ingress-2048-lz'])
  const { base } = named(localZone, 'game-2048-lz')
  expect(object(base, 'Deployment').metadata).toMatchObject({ name: 'deployment-2048-lz', namespace: 'game-2048-lz' })
  const ingress = object(base, 'Ingress')
  expect(ingress.metadata.annotations?.[`${alb}subnets`]).toBe('lax-public')
  expect(JSON.stringify(ingress.spec)).toContain('"port":{"number":80}')
})

const affinityOf = (deployment: unknown): unknown =>
  at(
    deployment,
    ...['spec', 'template', 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'],
    'nodeSelectorTerms',
  )

test('[seed 34] pods of the zone stay on its nodes, those of the backup on nodes of the Region', () => {
  const zones = (name: string) => JSON.stringify(affinityOf(object(named(localZone, name).base, 'Deployment')))
  expect(zones('game-2048-lz')).toContain('"values":["us-west-2-lax-1a"]')
  expect(zones('game-2048-backup')).toContain('"values":["us-west-2a","us-west-2b"]')
})

test('[seed 148, 149] one base for every zone, whose namespace and zone are told by the site', () => {
  for (const name of ['frontend', 'backend']) {
    const bundle = named(wavelength, name)
    expect(bundle.namespace).toBe('${site_namespace}')
    const namespaces = bundle.targets.map(({ site, values }) => [site, values.site_namespace])
    expect(namespaces.slice(0, 2)).toEqual([
      ['boston', 'wavelength1-namespace'],
      ['new-york', 'wavelength2-namespace'],
    ])
    expect(namespaces).toContainEqual(['region', 'region-namespace'])
    expect(object(bundle.base, 'Service').metadata).toEqual({ name })
    const boston = overlay(bundle, 'boston').patches.find(({ file }) => file === 'deployment-patch.yaml')
    expect(affinityOf(boston?.objects[0])).toEqual([
      {
        matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['us-east-1-wl1-bos-wlz-1'] }],
      },
    ])
  }
})

test('[seed 150, 151] each zone has its own load balancer, in the subnet of that zone', () => {
  const frontend = named(wavelength, 'frontend')
  expect(object(frontend.base, 'Ingress')).toMatchObject({
    metadata: {
      name: 'frontend-ingress',
      annotations: { [`${alb}scheme`]: 'internet-facing', [`${alb}target-type`]: 'ip' },
    },
    spec: { ingressClassName: 'alb' },
  })
  const subnets = frontend.overlays.map(({ name, patches }) => [
    name,
    at(patches.find(({ file }) => file === 'ingress-patch.yaml')?.objects[0], 'metadata', 'annotations'),
  ])
  expect(subnets.slice(0, 2)).toEqual([
    ['boston', { [`${alb}subnets`]: 'bos-carrier' }],
    ['new-york', { [`${alb}subnets`]: 'nyc-carrier' }],
  ])
})

test('[seed 148] namespaces that two apps share belong to neither: they come before both, and are never pruned', () => {
  const namespaces = named(wavelength, 'namespaces')
  expect(namespaces).toMatchObject({ layer: 'infrastructure', targets: [{ cluster: 'eks-wavelength', values: {} }] })
  expect(namespaces.base.flatMap(({ objects }) => objects).slice(0, 2)).toEqual(
    ['wavelength1-namespace', 'wavelength2-namespace'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    })),
  )
  for (const name of ['frontend', 'backend'])
    expect(
      named(wavelength, name)
        .base.flatMap(({ objects }) => objects)
        .map(({ kind }) => kind),
    ).not.toContain('Namespace')
  expect(named(wavelength, 'frontend').needs).toEqual(['aws-load-balancer-controller', 'backend'])
})

test('2,500 stores are one base and a target for each, in which nothing is said twice', async () => {
  const sales = named(await bundlesOf('stores'), 'point-of-sale')
  expect(sales.overlays).toEqual([])
  expect(sales.targets.length).toBeGreaterThan(2_000)
  for (const target of sales.targets.slice(0, 50))
    expect(target).toEqual({ cluster: target.site, site: target.site, class: 'store', values: {} })
  expect(object(sales.base, 'Service').spec).toMatchObject({ type: 'LoadBalancer' })
  expect(object(sales.base, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 })
  expect(
    at(object(sales.base, 'Deployment'), 'spec', 'template', 'spec', 'topologySpreadConstraints'),
    'one machine has nothing to spread over',
  ).toBeUndefined()
})

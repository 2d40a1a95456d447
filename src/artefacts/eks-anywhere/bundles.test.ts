// Workload clusters as the Flux of their management cluster gets them: what a row's values make of the base is what the row would have been
// alone.

import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { exampleFleet } from '../../../test/example.case.ts'
import { needs } from '../../../test/needs.ts'
import type { Plan } from '../../model/plan.ts'
import type { KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle, Target } from '../bundle.ts'
import { eksAnywhereBundles } from './bundles.ts'
import { faultsOf, hasCrds } from './crds.case.ts'
import { documentsOf } from './documents.ts'
import { planOf } from './fleets.case.ts'
import { packagesOf } from './packages.ts'
import { plannedClusters } from './view.ts'

const bundle = (bundles: readonly Bundle[], name: string): Bundle => {
  const found = bundles.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no bundle ${name} among ${bundles.map((one) => one.name).join(', ')}`)
  return found
}

/** As kustomize and Flux do it: the overlay's merge patches, then the values put into the text, which is read again. */
function applied({ base, overlays }: Bundle, { overlay, values }: Target): readonly KubernetesObject[] {
  const chosen = overlays.find(({ name }) => name === overlay)
  const patches = (chosen?.patches ?? []).flatMap(({ objects }) => objects)
  const same = (a: KubernetesObject, b: KubernetesObject) => a.kind === b.kind && a.metadata.name === b.metadata.name
  const objects = base
    .flatMap((file) => file.objects)
    .flatMap((object) => {
      const patch = patches.find((one) => same(one, object))
      return patch?.$patch === 'delete' ? [] : [merged(object, patch) as KubernetesObject]
    })
  const text = yamlOf(...objects, ...(chosen?.extra ?? []).flatMap((file) => file.objects))
  const put = text.replaceAll(/\$\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
  return parseAllDocuments(put).map((document) => document.toJS() as KubernetesObject)
}

function merged(before: unknown, patch: unknown): unknown {
  if (patch === undefined) return before
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const made: Record<string, unknown> = { ...(before as object | undefined) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key]
    else made[key] = merged(made[key], value)
  }
  return made
}

/** What each row would have said alone, without its licence. */
function expectRowsAsAlone(plan: Plan, className: string): void {
  const bundles = eksAnywhereBundles(plan)
  const clusters = bundle(bundles, `${className}-clusters`)
  const packages = bundles.find(({ name }) => name === `${className}-packages`)
  const rows = plannedClusters(plan).filter(({ cluster }) => cluster.class === className)
  expect(clusters.targets).toHaveLength(rows.length)
  for (const [index, { view }] of rows.entries()) {
    const { licenseToken: _, ...spec } = view.spec
    expect(applied(clusters, clusters.targets[index] as Target)).toEqual(documentsOf({ ...view, spec }))
    if (packages !== undefined)
      expect(applied(packages, packages.targets[index] as Target)).toEqual(packagesOf({ ...view, spec }, 'plain'))
  }
}

test('2,500 stores are one base, an overlay for the other data centre, and three short values each [seed 60, 64]', async () => {
  const { plan } = await exampleFleet('stores')
  const { base, overlays, targets, layer } = bundle(eksAnywhereBundles(plan), 'store-clusters')
  expect(layer).toBe('clusters')
  expect(base.flatMap(({ objects }) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`))).toEqual([
    `Cluster \${name}`,
    `TinkerbellDatacenterConfig \${name}`,
    `TinkerbellMachineConfig \${name}-cp`,
  ])
  expect(overlays.map(({ name }) => name)).toEqual(['store-hq-west'])
  expect(targets).toHaveLength(2_500)
  expect(targets.find(({ site }) => site === 'store-0417')).toEqual({
    cluster: 'hq-west',
    site: 'store-0417',
    class: 'store',
    overlay: 'store-hq-west',
    values: { name: 'store-0417', endpoint: '10.0.0.10', ring: 'rest' },
  })
  const bytes = targets.reduce((sum, { values }) => sum + yamlOf(values).length, 0)
  expect(bytes / targets.length).toBeLessThan(80)
})

test('what the values make of the base is what each store would have been alone', async () => {
  expectRowsAsAlone((await exampleFleet('stores')).plan, 'store')
}, 60_000)

test('a change of the class changes its base and no row', async () => {
  const { plan } = await exampleFleet('stores')
  const changed: Plan = {
    ...plan,
    fleet: {
      ...plan.fleet,
      clusters: plan.fleet.clusters.map((cluster) =>
        cluster.class === undefined || cluster.eksAnywhere === undefined
          ? cluster
          : {
              ...cluster,
              eksAnywhere: {
                ...cluster.eksAnywhere,
                osImageURL: 'https://images.hq.example.com/ubuntu-2404-kube-v1-35.gz',
              },
            },
      ),
    },
  }
  const before = bundle(eksAnywhereBundles(plan), 'store-clusters')
  const after = bundle(eksAnywhereBundles(changed), 'store-clusters')
  expect(after.targets).toEqual(before.targets)
  expect(after.overlays).toEqual(before.overlays)
  expect(after.base).not.toEqual(before.base)
})

/** Rows that differ in all that a row can: addresses, ranges, sizes, versions, packages, managers. */
const varied = `gitops: { url: "ssh://git@git.example.com/fleet" }
clusters:
  - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.9.0.10, ${'datacenter: { datacenter: hq, network: /hq/network/k8s, server: vcenter.example.com }, machine: { datastore: /hq/datastore/one, resourcePool: /hq/host/one }'} } }
  - { name: hq-two, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.9.0.11, ${'datacenter: { datacenter: hq, network: /hq/network/k8s, server: vcenter.example.com }, machine: { datastore: /hq/datastore/one, resourcePool: /hq/host/one }'} } }
sites: [{ name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: system, replicas: 2 }, { name: two, cluster: hq-two, replicas: 2 }] }]
classes:
  - name: shop
    rows:
      key: id
      columns: { id: string, hq: cluster, vip: ip, pods: cidr, pool: string, server: string, disk: int, version: string, count: int, zone: string, taint: string }
      list:
        - { id: "0007", hq: hq, vip: 10.0.0.10, pods: 172.20.0.0/16, pool: 10.0.0.100-10.0.0.110, server: vcenter-1.example.com, disk: 40, version: "1.35", count: 2, zone: "0417", taint: a }
        - { id: "0008", hq: hq, vip: 10.0.0.11, pods: 172.20.0.0/16, pool: 10.0.0.120-10.0.0.130, server: vcenter-2.example.com, disk: 40, version: "1.35", count: 2, zone: "true", taint: a }
        - { id: "0009", hq: hq-two, vip: 10.0.0.12, pods: 172.24.0.0/16, pool: 10.0.0.140-10.0.0.150, server: vcenter-1.example.com, disk: 80, version: "1.35", count: 3, zone: north, taint: b }
        - { id: "0010", hq: hq, vip: 10.0.0.13, pods: 172.20.0.0/16, pool: 10.0.0.160-10.0.0.170, server: vcenter-1.example.com, disk: 40, version: "1.34", count: 2, zone: "1e3", taint: a }
    site:
      name: shop-{id}
      place: { onPremises: vsphere }
      nodePools: [{ name: floor, replicas: "{count}", taints: [{ key: "{taint}", effect: PreferNoSchedule }] }]
    cluster:
      labels: { zone: "{zone}" }
      eksAnywhere:
        provider: vsphere
        managementCluster: "{hq}"
        version: "{version}"
        endpoint: "{vip}"
        podCidr: "{pods}"
        packages: [metallb]
        metallbPool: "{pool}"
        licenseToken: vault/shop-{id}
        datacenter: { datacenter: shop, network: /shop/network/k8s, server: "{server}" }
        machine: { datastore: /shop/datastore/one, resourcePool: /shop/host/one, diskGiB: "{disk}" }
`

test('rows of other shapes have overlays, and still come out as they would alone', () => {
  const plan = planOf(varied)
  const { overlays, targets } = bundle(eksAnywhereBundles(plan), 'shop-clusters')
  expect(overlays.map(({ name }) => name)).toEqual(['shop-hq-two', 'shop-hq'])
  expect(targets.map(({ overlay }) => overlay)).toEqual([undefined, undefined, 'shop-hq-two', 'shop-hq'])
  expect(targets[0]?.values).toMatchObject({ name: 'shop-0007', zone: '"0417"', server: 'vcenter-1.example.com' })
  expectRowsAsAlone(plan, 'shop')
})

test('a licence is no variable of Git: it is added to the Cluster when that is there', () => {
  expect(JSON.stringify(eksAnywhereBundles(planOf(varied)))).not.toContain('LICENSE_TOKEN')
})

test('packages wait for their cluster: the controller refuses those of a cluster that it does not know', async () => {
  const { plan } = await exampleFleet('stores')
  const bundles = eksAnywhereBundles(plan)
  expect(bundle(bundles, 'store-packages').needs).toEqual(['store-clusters'])
  expect(bundle(bundles, 'factory-packages').needs).toEqual(['factory-cluster'])
  expect(bundle(bundles, 'hq-east-packages').needs).toEqual([])
  expect(bundle(bundles, 'factory-cluster').targets).toEqual([
    { cluster: 'factory-management', site: 'factory', values: {} },
  ])
})

test('a store with one machine announces the addresses of MetalLB from its control plane', async () => {
  const { plan } = await exampleFleet('stores')
  const config = (name: string) =>
    bundle(eksAnywhereBundles(plan), name).base[0]?.objects.find(({ metadata }) => metadata.name === 'metallb')?.spec
  expect(config('store-packages')).toMatchObject({ config: expect.stringContaining('ignoreExcludeLB: true') })
  expect(config('factory-packages')).not.toMatchObject({ config: expect.stringContaining('ignoreExcludeLB') })
})

test('an empty fleet, and one without EKS Anywhere, has none', async () => {
  expect(eksAnywhereBundles((await exampleFleet('local-zone')).plan)).toEqual([])
})

test('every document that Flux applies is valid, whichever row it is for', async (context) => {
  needs('definitions of EKS Anywhere in shared/data', hasCrds)(context)
  const plan = planOf(varied)
  const clusters = bundle(eksAnywhereBundles(plan), 'shop-clusters')
  for (const target of clusters.targets) expect(applied(clusters, target).flatMap(faultsOf)).toEqual([])
})

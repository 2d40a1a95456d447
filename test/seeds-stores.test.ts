// Facts of the founding talk on EKS off the cloud that the fleet of stores reproduces.

import { expect, test } from 'vitest'
import { lookup } from '../src/model/lookup.ts'
import { drillOf, exampleFleet, stepsOf } from './example.case.ts'

const curated = ['adot', 'cert-manager', 'cluster-autoscaler', 'emissary', 'harbor', 'metallb', 'metrics-server']

test('five minutes without a link recycle the pods of an extended cluster; two days do nothing to a store with a control plane of its own [seed 50]', async () => {
  const extended = await drillOf('local-zone', 'cut-link', 0)
  const store = await drillOf('stores', 'store-offline-two-days', 0)
  const deleted = (events: readonly { readonly what: string }[]) =>
    events.filter(({ what }) => what === 'deleted').length
  expect(deleted(extended.timeline.events)).toBeGreaterThan(0)
  expect(deleted(store.timeline.events)).toBe(0)
})

test('the chain runs its control planes on its own machines, and says who owns, saves and upgrades each [seed 53, 70]', async () => {
  const { fleet } = await exampleFleet('stores')
  for (const { eksAnywhere } of fleet.clusters)
    for (const said of ['owner', 'backup', 'upgradeWindow'] as const) expect(eksAnywhere?.[said]).toBeTruthy()
})

test('each cluster has its own licence, for support and curated packages are paid for [seed 54]', async () => {
  const { fleet } = await exampleFleet('stores')
  expect(new Set(fleet.clusters.map(({ eksAnywhere }) => eksAnywhere?.licenseToken)).size).toBe(fleet.clusters.length)
})

test('vSphere in the factory, bare metal everywhere else [seed 56]', async () => {
  const { fleet } = await exampleFleet('stores')
  const providers = new Map(fleet.clusters.map(({ name, eksAnywhere }) => [name, eksAnywhere?.provider]))
  expect([...providers].filter(([, provider]) => provider === 'vsphere').map(([name]) => name)).toEqual([
    'factory-management',
    'factory',
  ])
  expect(new Set(providers.values())).toEqual(new Set(['bareMetal', 'vsphere']))
})

test('Bottlerocket where its provider starts it, and a note where the vendor of another system is needed [seed 58]', async () => {
  const { findings } = await exampleFleet('stores')
  expect(findings.find(({ code }) => code === 'EA007')).toMatchObject({ severity: 'info' })
})

test('Cilium in every cluster [seed 59]', async () => {
  const { fleet } = await exampleFleet('stores')
  expect(new Set(fleet.clusters.map(({ eksAnywhere }) => eksAnywhere?.cni))).toEqual(new Set(['cilium']))
})

test('Flux runs in every cluster, from one repository [seed 60]', async () => {
  const made = await exampleFleet('stores')
  expect(made.fleet.gitops?.engine).toBe('flux')
  const started = new Set(stepsOf(made, 'gitops.start').map(({ subject }) => subject.cluster))
  expect(started.size).toBe(made.fleet.clusters.length)
})

test('a store is one machine of 32 CPUs, control plane, etcd and worker at once [seed 62]', async () => {
  const { fleet } = await exampleFleet('stores')
  for (const { name, class: of } of fleet.sites) {
    if (of !== 'store') continue
    expect(lookup(fleet).poolsOf(name)).toMatchObject([{ replicas: 1, hardware: { cpu: 32 } }])
    expect(lookup(fleet).cluster(name)?.eksAnywhere).toMatchObject({ singleNode: true, controlPlane: { replicas: 1 } })
  }
})

test('the ship stands alone, with an admin machine for each operation [seed 63]', async () => {
  const made = await exampleFleet('stores')
  expect(lookup(made.fleet).cluster('ship')?.eksAnywhere?.role).toBe('standalone')
  expect(made.findings.filter(({ code }) => code === 'EA010').map(({ where }) => where)).toEqual([
    'clusters.ship.eksAnywhere',
  ])
})

test('2,500 stores have two long-lived management clusters, made before them [seed 64]', async () => {
  const made = await exampleFleet('stores')
  const creates = stepsOf(made, 'cluster.create')
  const at = new Map(creates.map(({ subject }, index) => [subject.cluster, index]))
  for (const { name, eksAnywhere } of made.fleet.clusters) {
    const manager = eksAnywhere?.managementCluster
    if (manager !== undefined) expect(at.get(manager) ?? Number.NaN).toBeLessThan(at.get(name) ?? Number.NaN)
  }
  const managers = new Set(
    made.fleet.clusters.flatMap(({ class: of, eksAnywhere }) =>
      of === 'store' ? [eksAnywhere?.managementCluster] : [],
    ),
  )
  expect(managers).toEqual(new Set(['hq-east', 'hq-west']))
})

test('the ship is air-gapped: a mirror on board, and images that need no internet [seed 65]', async () => {
  const { fleet, findings } = await exampleFleet('stores')
  const ship = lookup(fleet).cluster('ship')?.eksAnywhere
  expect(ship).toMatchObject({ airGapped: true, registryMirror: { endpoint: '10.90.0.5' } })
  for (const url of [ship?.osImageURL, ship?.hookImagesURL]) expect(url).toContain('://10.90.0.5/')
  expect(findings.filter(({ code }) => code === 'EA014')).toEqual([])
})

test('packages are curated ones, and MetalLB gives apps their addresses where there is no load balancer of AWS [seed 66, 67]', async () => {
  const { fleet } = await exampleFleet('stores')
  const used = new Set(fleet.clusters.flatMap(({ eksAnywhere }) => eksAnywhere?.packages ?? []))
  expect([...used].filter((name) => !curated.includes(name))).toEqual([])
  for (const { expose, placement } of fleet.apps) {
    expect(expose?.loadBalancer).toBe('metallb')
    for (const { site } of placement.slice(0, 50))
      expect(lookup(fleet).cluster(lookup(fleet).site(site)?.cluster)?.eksAnywhere?.metallbPool).toBeDefined()
  }
})

test('thousands of stores, a factory floor and a ship are edge sites of one fleet [seed 69]', async () => {
  const { fleet } = await exampleFleet('stores')
  const roles = new Map<string | undefined, number>()
  for (const { labels } of fleet.sites) roles.set(labels.role, (roles.get(labels.role) ?? 0) + 1)
  expect(Object.fromEntries(roles)).toEqual({ headquarters: 2, factory: 1, ship: 1, store: 2_500 })
})

// EKS Anywhere: what is there before a cluster, who makes whom, and what goes before what.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Plan, Step } from '../model/plan.ts'
import { header } from './fleets.case.ts'
import { plan } from './index.ts'

const floors = (change: (text: string) => string = (text) => text): Plan =>
  plan(
    fleetFrom(
      change(`${header}metadata: { name: floors }
clusters:
  - { name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", managementCluster: hq, singleNode: true, boot: iso, endpoint: 10.0.0.10, packages: [metallb, emissary], metallbPool: 10.0.0.20-10.0.0.30, hardware: { csv: hw/shop.csv, bmcSecretRef: vault/bmc/shop } } }
  - { name: hq, at: hall, eksAnywhere: { provider: bareMetal, version: "1.35", role: management, controlPlane: { replicas: 5 }, endpoint: 10.1.0.10, os: ubuntu, upgradeWindow: "Sunday 02:00", hardware: { csv: hw/hq.csv, bmcSecretRef: vault/bmc/hq } } }
  - { name: factory, eksAnywhere: { provider: vsphere, version: "1.35", etcd: { replicas: 3 }, packages: [metallb] } }
  - { name: ship, eksAnywhere: { provider: bareMetal, version: "1.35", release: 0.26.1, singleNode: true, boot: pxe, airGapped: true, registryMirror: { endpoint: harbor.ship.lan, port: 8443 }, osImageURL: "http://10.4.0.2/os.gz", hardware: { csv: hw/ship.csv } } }
  - { name: tender, eksAnywhere: { provider: bareMetal, version: "1.35", managementCluster: ship, singleNode: true, airGapped: true, registryMirror: { endpoint: harbor.ship.lan, port: 8443 } } }
sites:
  - { name: shop, place: { onPremises: bareMetal }, cluster: shop }
  - { name: hall, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: md, replicas: 2 }] }
  - { name: factory, place: { onPremises: vsphere }, cluster: factory, nodePools: [{ name: line, replicas: 4 }] }
  - { name: ship, place: { onPremises: bareMetal }, cluster: ship }
  - { name: tender, place: { onPremises: bareMetal }, cluster: tender }
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1 }
placement: [{ site: shop }]
`),
    ),
  )

const made = floors()
const stepOf = ({ steps }: Plan, id: string): Step => {
  const found = steps.find((it) => it.id === id)
  expect(found, `${id} is planned`).toBeDefined()
  return found as Step
}
const step = (id: string) => stepOf(made, id)
const places = (items: readonly { readonly id: string }[], ids: readonly string[]): void => {
  const found = ids.map((id) => items.findIndex((it) => it.id === id))
  expect(found).not.toContain(-1)
  expect(found).toEqual([...found].sort((a, b) => a - b))
}

test('[seed 64] a management cluster and its machines are ready before the clusters that it makes, however the file orders them', () => {
  places(made.steps, [
    'verify/admin-machine/hq',
    'cluster.create/hq',
    'pool.join/hall/md',
    'verify/nodes-ready/hall/md',
    'cluster.create/shop',
    'addon/shop/metallb',
    'app.place/till/shop',
  ])
  expect(step('cluster.create/shop').intent).toMatchObject({
    by: 'managementCluster',
    managementCluster: 'hq',
    role: 'workload',
  })
})

test('[seed 63] a standalone cluster has an admin machine for each operation, a management cluster only until it manages itself, a workload cluster none', () => {
  const machines = made.steps.filter(({ id }) => id.startsWith('verify/admin-machine/'))
  expect(machines.map(({ subject }) => subject.cluster).sort()).toEqual(['factory', 'hq', 'ship'])
  expect(step('verify/admin-machine/factory').intent).toMatchObject({
    neededFor: ['create', 'upgrade', 'delete'],
    cpu: 4,
    memoryGiB: 16,
    diskGiB: 30,
    architecture: 'amd64',
  })
  expect(step('verify/admin-machine/hq').intent.neededFor).toEqual(['create', 'delete'])
  expect(step('cluster.create/factory').needs).toContain('verify/admin-machine/factory')
  expect(step('cluster.create/shop').needs).not.toContain('verify/admin-machine/hq')
  expect(step('cluster.create/factory').inverse.title).toBe('Delete the cluster factory, from an admin machine')
})

test('[seed 62] a single node is control plane, etcd and worker on one machine, started by ISO or PXE, upgraded in place', () => {
  expect(step('cluster.create/shop').intent).toMatchObject({
    singleNode: true,
    boot: 'iso',
    controlPlane: { replicas: 1 },
    etcd: { stacked: true },
    endpoint: '10.0.0.10',
    upgrades: { strategy: 'inPlace' },
  })
  expect(step('cluster.create/shop').title).toBe(
    'Create the EKS Anywhere cluster shop (workload, bare metal, single node by ISO, API at 10.0.0.10), Kubernetes 1.35',
  )
  expect(step('verify/hardware/shop').intent).toMatchObject({ machines: 1, csv: 'hw/shop.csv' })
  expect(made.steps.some(({ id }) => id === 'verify/spare-machine/shop')).toBe(false)
  expect(step('verify/hardware/ship').title).toBe('The machine of ship is listed in hw/ship.csv, switched on by hand')
})

test('[seed 70] upgrades have their window and, on bare metal, a spare machine for each group', () => {
  expect(step('cluster.create/hq').intent).toMatchObject({
    controlPlane: { replicas: 5 },
    os: 'ubuntu',
    upgrades: { strategy: 'rollingUpdate', spareMachines: 2, window: 'Sunday 02:00' },
  })
  expect(step('verify/spare-machine/hq').intent).toMatchObject({ spares: 2 })
  expect(step('verify/hardware/hq').intent).toMatchObject({ machines: 7 })
  expect(step('cluster.create/factory').intent).toMatchObject({
    etcd: { stacked: false, replicas: 3 },
    upgrades: { strategy: 'rollingUpdate' },
  })
})

test('the password of a management controller is a reference wherever it is told', () => {
  expect(step('verify/hardware/hq').intent.bmcSecretRef).toBe('vault/bmc/hq')
  expect(step('verify/hardware/hq').title).toContain('password from vault/bmc/hq')
})

test('[seed 65] without a way out: artifacts fetched, mirror seen, images imported once, boot images served, before any cluster that uses them', () => {
  const images = 'addon/ship/anywhere-images@harbor.ship.lan:8443'
  places(made.steps, [
    'verify/admin-machine/ship',
    'addon/ship/anywhere-artifacts',
    'verify/registry-mirror/harbor.ship.lan:8443',
    images,
    'cluster.create/ship',
    'cluster.create/tender',
  ])
  expect(step('verify/admin-machine/ship').intent.diskGiB).toBe(80)
  expect(step('addon/ship/anywhere-artifacts').intent.commands).toEqual([
    'eksctl anywhere download artifacts',
    'eksctl anywhere download images',
  ])
  expect(step(images).needs).toEqual(['addon/ship/anywhere-artifacts', 'verify/registry-mirror/harbor.ship.lan:8443'])
  expect(step('cluster.create/ship').needs).toEqual(
    expect.arrayContaining([images, 'verify/boot-images/http://10.4.0.2/os.gz/']),
  )
  expect(step('cluster.create/tender').needs).toContain(images)
  expect(made.steps.filter(({ id }) => id.startsWith('addon/ship/anywhere-images'))).toHaveLength(1)
  // what lies in a mirror is not skerry's to delete
  expect(made.backward.some(({ undoes }) => undoes === images)).toBe(false)
})

test('[seed 66] curated packages come after the cluster, from the controller of the cluster that manages it', () => {
  expect(step('addon/shop/metallb').needs).toEqual(['cluster.create/shop'])
  expect(step('addon/shop/metallb').intent).toMatchObject({
    package: 'metallb',
    addresses: '10.0.0.20-10.0.0.30',
    controller: 'hq',
    namespace: 'eksa-packages-shop',
  })
  expect(step('addon/factory/metallb').intent).toMatchObject({ controller: 'factory' })
  expect(step('app.place/till/shop').needs).toEqual(
    expect.arrayContaining(['addon/shop/metallb', 'addon/shop/emissary']),
  )
})

test('[seed 60] under Flux the management cluster’s own Flux makes its clusters, and is stopped after they are gone', () => {
  const flux = floors((text) =>
    text.replace('---\nkind: App', 'gitops: { url: "https://git.example.com/fleet" }\n---\nkind: App'),
  )
  expect(stepOf(flux, 'cluster.create/shop').needs).toContain('gitops.start/hq')
  expect(stepOf(flux, 'cluster.create/shop').intent.by).toBe('flux')
  expect(stepOf(flux, 'cluster.create/hq').intent.by).toBe('adminMachine')
  places(flux.backward, [
    'suspend/gitops.start/hq',
    'undo/cluster.create/shop',
    'undo/gitops.start/hq',
    'undo/cluster.create/hq',
  ])
  expect(flux.backward.find(({ id }) => id === 'undo/cluster.create/shop')?.needs).toContain('suspend/gitops.start/hq')
})

test('backwards: the app, the packages, the workload cluster, then the nodes of the management cluster and itself', () => {
  places(made.backward, [
    'undo/app.place/till/shop',
    'undo/addon/shop/metallb',
    'undo/cluster.create/shop',
    'undo/pool.join/hall/md',
    'undo/cluster.create/hq',
  ])
  places(made.backward, ['undo/cluster.create/tender', 'undo/cluster.create/ship'])
})

test('a password or a mirror that many share is looked at once, and a cluster without a file of hardware says so', () => {
  expect(made.steps.filter(({ id }) => id.startsWith('verify/registry-mirror/'))).toHaveLength(1)
  expect(step('verify/hardware/tender').title).toContain('listed in no file yet')
})

test('[seed 69] of 400 shops each row has its own steps', () => {
  const many = plan(
    fleetFrom(`${header}metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string }, list: [${Array.from({ length: 400 }, (_, index) => `{ id: "${index}" }`).join(', ')}] }
    site: { name: "shop-{id}", place: { onPremises: vsphere }, cluster: "shop-{id}" }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: hq } }
`),
  )
  const created = many.steps.filter(({ kind }) => kind === 'cluster.create')
  expect(created).toHaveLength(401)
  expect(created.slice(1).every(({ needs }) => needs.includes('cluster.create/hq'))).toBe(true)
})

test('[seed 57, 59] a cluster says which Cluster API provider makes its machines, and that its network is Cilium', () => {
  expect(step('cluster.create/hq').intent).toMatchObject({ clusterApiProvider: 'tinkerbell', cni: 'cilium' })
  expect(step('cluster.create/factory').intent).toMatchObject({ clusterApiProvider: 'vsphere', cni: 'cilium' })
})

test('a pool that lists the machines of the control plane is counted as such, by taint, by name, or because there is no other', () => {
  const listed = floors((text) =>
    text
      .replace('controlPlane: { replicas: 5 }', 'controlPlane: { replicas: 3 }')
      .replace(
        'nodePools: [{ name: md, replicas: 2 }]',
        'nodePools: [{ name: first, replicas: 3, taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }, { name: md, replicas: 2 }]',
      ),
  )
  expect(stepOf(listed, 'verify/hardware/hq').intent.machines).toBe(5)
  expect(stepOf(listed, 'verify/spare-machine/hq').intent.spares).toBe(2)
  expect(stepOf(listed, 'pool.join/hall/first').title).toBe('Take 3 × machine at hall for the control plane of hq')
  expect(stepOf(listed, 'pool.join/hall/md').title).toBe('Join 2 × machine (md) at hall to hq')
  const alone = floors((text) =>
    text.replace('replicas: 5 }', 'replicas: 3 }').replace('name: md, replicas: 2', 'name: md, replicas: 3'),
  )
  expect(stepOf(alone, 'verify/hardware/hq').intent.machines).toBe(3)
})

test('a cluster that names itself as its manager is made from an admin machine, and waits for nobody', () => {
  const itself = floors((text) =>
    text.replace('name: factory, eksAnywhere: {', 'name: factory, eksAnywhere: { managementCluster: factory,'),
  )
  expect(stepOf(itself, 'cluster.create/factory').needs).toEqual(['verify/admin-machine/factory'])
  expect(stepOf(itself, 'cluster.create/factory').intent).toMatchObject({ by: 'adminMachine', role: 'standalone' })
})

test('machines of a control plane are never drained before their cluster: they go with it, as the one machine of a shop does', () => {
  const listed = floors((text) =>
    text
      .replace('controlPlane: { replicas: 5 }', 'controlPlane: { replicas: 3 }')
      .replace(
        'nodePools: [{ name: md, replicas: 2 }]',
        'nodePools: [{ name: first, replicas: 3, taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }, { name: md, replicas: 2 }]',
      )
      .replace('cluster: shop }', 'cluster: shop, nodePools: [{ name: till }] }'),
  )
  const undone = listed.backward.map(({ id }) => id)
  expect(undone).not.toContain('undo/pool.join/hall/first')
  expect(undone).not.toContain('undo/pool.join/shop/till')
  places(listed.backward, ['undo/pool.join/hall/md', 'undo/cluster.create/hq'])
  places(listed.backward, ['undo/app.place/till/shop', 'undo/cluster.create/shop', 'undo/cluster.create/hq'])
  // what stood on the machines is still gone before the cluster goes
  const shop = listed.backward.find(({ id }) => id === 'undo/cluster.create/shop')
  expect(shop?.needs).toEqual(expect.arrayContaining(['undo/app.place/till/shop', 'undo/addon/shop/metallb']))
  expect(stepOf(listed, 'pool.join/hall/first').inverse).toEqual({
    kind: 'keep',
    title: 'The machines hall/first go with the control plane of hq, which they carry',
  })
})

// Edges of the laws of EKS Anywhere, its table of releases, and what a class of ten thousand sites must not cost.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { needs } from '../../../test/needs.ts'
import { check } from '../../check/check.ts'
import { fleetOf } from '../../check/example.case.ts'
import type { Finding } from '../../model/finding.ts'
import { anywhereReleases, kubernetesSupport, releaseOf } from './releases.ts'
import { spansOf } from './rules-addresses.ts'

const of = (code: string, fragment: string, today = '2026-11-21'): readonly Finding[] =>
  check(fleetOf(fragment), today).filter((finding) => finding.code === code)

const shop = (
  fields: string,
  site = '',
) => `clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", ${fields} } }]
sites: [{ name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }]${site} }]
`

test('the newest release is that of a cluster that names none', () => {
  expect(releaseOf(undefined)).toBe(anywhereReleases[0]?.version)
  expect(releaseOf('v0.25.4')).toBe('0.25')
})

test('EA017: Kubernetes 1.29 and 1.99, which the validator of EKS Anywhere accepts, are found', () => {
  const version = (text: string) =>
    of('EA017', shop('endpoint: 10.1.0.10').replace('"1.35"', `"${text}"`)).map(({ found, fix }) => [found, fix])
  expect(version('1.29')).toEqual([
    ['is 1.29, where EKS Anywhere 0.26 builds 1.30 to 1.36', 'use 1.30, or a release of 0.25'],
  ])
  expect(version('1.99')).toEqual([['is 1.99, where EKS Anywhere 0.26 builds 1.30 to 1.36', 'use 1.36']])
  expect(version('1.30')).toEqual([])
})

test('EA017: a release that is not known is a warning, not a guess', () => {
  expect(of('EA017', shop('endpoint: 10.1.0.10, release: 0.99.0'))).toMatchObject([
    { severity: 'warning', found: 'is 0.99.0, which skerry does not know' },
  ])
})

test('EA018: a token that two clusters share is found, and without a date nothing is in extended support', () => {
  const two = `clusters:
  - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.32", endpoint: 10.1.0.10, licenseToken: eksa/all } }
  - { name: shop, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.32", endpoint: 10.1.0.11, licenseToken: eksa/all } }
sites: [{ name: floor, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }]
`
  expect(of('EA018', two)).toMatchObject([{ where: 'clusters.shop.eksAnywhere.licenseToken', found: 'is that of hq' }])
  const without = shop('endpoint: 10.1.0.10').replace('"1.35"', '"1.32"')
  expect(check(fleetOf(without)).filter(({ code }) => code === 'EA018')).toEqual([])
  expect(of('EA018', without, '2027-05-01')).toMatchObject([{ severity: 'warning' }])
})

test('EA022: one address at two clusters of one LAN is found, at two LANs that are not routed it is none', () => {
  const two = (network: string) => `clusters:
  - { name: one, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.0.0.10 } }
  - { name: two, eksAnywhere: { provider: bareMetal, managementCluster: one, version: "1.35", endpoint: 10.0.0.10 } }
sites:
  - { name: one, place: { onPremises: bareMetal }, cluster: one, network: ${network}, nodePools: [{ name: floor }] }
  - { name: two, place: { onPremises: bareMetal }, cluster: two, network: ${network}, nodePools: [{ name: floor }] }
`
  expect(of('EA022', two('{ cidr: 10.0.0.0/24 }'))).toMatchObject([
    { severity: 'error', where: 'clusters.two.eksAnywhere.endpoint', found: 'is 10.0.0.10, that of one' },
  ])
  expect(of('EA022', two('{ cidr: 10.0.0.0/24, routed: false }'))).toEqual([])
})

test('EA022: an address outside the LAN is found', () => {
  expect(of('EA022', shop('endpoint: 10.2.0.10', ', network: { cidr: 10.1.0.0/24 }'))).toMatchObject([
    { found: 'lies outside the LAN (10.1.0.0/24)' },
  ])
})

test('EA016: two clusters of one LAN do not share a pool, nor does one hold the endpoint of the other', () => {
  const two = (pool: string, endpoint: string) =>
    of(
      'EA016',
      `clusters:
  - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: ${endpoint}, metallbPool: 10.1.0.16/28 } }
  - { name: shop, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11, metallbPool: ${pool} } }
sites: [{ name: floor, place: { onPremises: vsphere }, cluster: shop, network: { cidr: 10.1.0.0/24 }, nodePools: [{ name: one }, { name: two, cluster: hq }] }]
`,
    ).map(({ where, found }) => `${where.split('.')[1]} ${found}`)
  expect(two('10.1.0.32/28', '10.1.0.10')).toEqual([])
  expect(two('10.1.0.20-10.1.0.40', '10.1.0.10')).toEqual(['shop holds the pool of hq'])
  expect(two('10.1.0.32/28', '10.1.0.40')).toEqual(['shop holds the endpoint of hq'])
})

test('EAS11: the range of pods that everybody starts with overlaps many a LAN', () => {
  expect(of('EAS11', shop('endpoint: 192.168.1.10', ', network: { cidr: 192.168.1.0/24 }'))).toMatchObject([
    { severity: 'error', found: 'is 192.168.0.0/16, which overlaps the LAN (192.168.1.0/24)' },
  ])
})

test('EAS12: a range of pods with fewer /24 than nodes is found', () => {
  const fragment = shop('endpoint: 10.1.0.10, podCidr: 192.168.0.0/22').replace(
    '{ name: floor }',
    '{ name: floor, replicas: 4 }',
  )
  expect(of('EAS12', fragment)).toMatchObject([{ found: 'is 192.168.0.0/22, with room for 4 of 7 nodes' }])
})

test('EAS03: even control planes are an error, one is a warning, with etcd apart any number will do', () => {
  const planes = (fields: string) => of('EAS03', shop(`endpoint: 10.1.0.10, ${fields}`)).map(({ severity }) => severity)
  expect(planes('controlPlane: { replicas: 4 }')).toEqual(['error'])
  expect(planes('controlPlane: { replicas: 0 }')).toEqual(['error'])
  expect(planes('controlPlane: { replicas: 1 }')).toEqual(['warning'])
  expect(planes('controlPlane: { replicas: 2 }, etcd: { replicas: 3 }')).toEqual([])
})

test('EAS07: no workers is an error, and on bare metal, where the validator is silent, a warning', () => {
  const empty = (provider: string) =>
    of(
      'EAS07',
      shop('endpoint: 10.1.0.10').replaceAll('vsphere', provider).replace(', nodePools: [{ name: floor }]', ''),
    ).map(({ severity }) => severity)
  expect(empty('vsphere')).toEqual(['error'])
  expect(empty('bareMetal')).toEqual(['warning'])
})

test('EA014: a link that is cut off makes a cluster air-gapped, said or not; its machines boot from the LAN', () => {
  expect(of('EA014', shop('endpoint: 10.1.0.10', ', link: { kind: airgapped }'))).toMatchObject([
    { where: 'clusters.shop.eksAnywhere.airGapped' },
  ])
  const bare = (fields: string) =>
    of(
      'EA014',
      shop(
        `endpoint: 10.1.0.10, airGapped: true, registryMirror: { endpoint: harbor.example.com }, ${fields}`,
      ).replaceAll('vsphere', 'bareMetal'),
    )
  expect(
    bare('osImageURL: "https://images.example.com/u.gz", hookImagesURL: "https://images.example.com/hook"'),
  ).toEqual([])
  expect(
    bare(
      'osImageURL: "https://anywhere-assets.eks.amazonaws.com/u.gz", hookImagesURL: "https://images.example.com/hook"',
    ),
  ).toMatchObject([{ found: 'is an address on the internet' }])
})

test('EA014: images of an app that the mirror does not hold are named, for the cluster that runs it alone', () => {
  const app = `---
kind: App
metadata: { name: chart }
source: { image: "public.ecr.aws/skerry/chart:1.0.0" }
placement: [{ site: shop }]
`
  const cut = (namespaces: string) =>
    of(
      'EA014',
      `${shop(`endpoint: 10.1.0.10, airGapped: true, registryMirror: { endpoint: harbor.example.com${namespaces} }`)}${app}`,
    )
  expect(cut('')).toMatchObject([
    { severity: 'warning', found: 'has nothing for public.ecr.aws, from which chart comes' },
  ])
  expect(cut(', namespaces: { public.ecr.aws: mirror }')).toEqual([])
})

test('EA015: a management cluster beside another carries no apps, and needs nothing for them', () => {
  const fragment = `clusters:
  - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35", endpoint: 10.1.0.10 } }
  - { name: shop, eksAnywhere: { provider: vsphere, managementCluster: hq, version: "1.35", endpoint: 10.1.0.11, metallbPool: 10.1.0.16/28 } }
sites: [{ name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }, { name: hq, cluster: hq }] }]
---
kind: App
metadata: { name: till }
source: { image: "registry.example.com/till:1.0.0" }
placement: [{ site: shop }]
expose: { host: till.example.com, routing: { simple: shop } }
`
  expect(of('EA015', fragment)).toEqual([])
})

test('a pool of addresses is written as a range, as a block, or as several', () => {
  expect(spansOf('10.0.0.16-10.0.0.31')).toEqual(spansOf('10.0.0.16/28'))
  expect(spansOf('10.0.0.7, 10.0.0.9')).toHaveLength(2)
  expect(['10.0.0.9-10.0.0.7', 'ten', '10.0.0.1-2', '', '10.0.0.300'].map(spansOf)).toEqual(Array(5).fill(undefined))
})

const chain = (
  rows: number,
) => `clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.255.0.10 } }]
sites: [{ name: hq, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: one }] }]
classes:
  - name: store
    rows:
      key: id
      columns: { id: string, n: int, m: int }
      list: [${Array.from({ length: rows }, (_, index) => `{ id: "${index}", n: ${Math.floor(index / 200)}, m: ${index % 200} }`).join(', ')}]
    site:
      name: "store-{id}"
      place: { onPremises: bareMetal }
      cluster: "store-{id}"
      labels: { tier: store }
      link: { kind: airgapped }
      network: { cidr: "10.{n}.{m}.0/24", dhcp: "10.{n}.{m}.128/25" }
      nodePools: [{ name: floor, hardware: { cpu: 1, memoryGiB: 4 }, os: bottlerocket, replicas: 3, version: "1.32" }]
    cluster:
      name: "store-{id}"
      eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", singleNode: true, endpoint: "10.{n}.{m}.140", podCidr: 10.0.0.0/8, serviceCidr: 10.128.0.0/16, metallbPool: "10.{n}.{m}.130-10.{n}.{m}.150", cni: calico, os: bottlerocket, licenseToken: eksa/stores, controlPlane: { replicas: 2 }, etcd: { replicas: 2 } }
---
kind: App
metadata: { name: till }
source: { image: "registry.example.com/till:1.0.0" }
placement: [{ matchLabels: { tier: store } }]
`

test('what is wrong in every store of a chain is said once, however many stores there are', () => {
  const said = (rows: number) =>
    check(fleetOf(chain(rows)), '2026-11-21')
      .filter(({ code }) => !code.startsWith('NM'))
      .map(({ code, where, found }) => `${code} ${where} ${found}`)
  expect(said(5).length).toBeGreaterThan(15)
  expect(said(200)).toEqual(said(5))
})

describe('the table of releases', () => {
  const file = fileURLToPath(new URL('../../../../shared/data/eks-anywhere-version-support.yml', import.meta.url))
  beforeEach(needs('the support table of eks-anywhere beside the checkout', () => existsSync(file)))

  test('is that of aws/eks-anywhere', () => {
    const table = parse(readFileSync(file, 'utf8')) as {
      eksa: { version: string; released: string; kube_versions: string[]; receiving_patches: boolean }[]
      kube: { version: string; endOfStandardSupport?: string; endOfExtendedSupport?: string }[]
    }
    const versionsOf = ([oldest, newest]: readonly [number, number]) =>
      Array.from({ length: newest - oldest + 1 }, (_, index) => `1.${newest - index}`)
    expect(
      anywhereReleases.map(({ version, released, kubernetes, patched }) => [
        version,
        released,
        versionsOf(kubernetes),
        patched,
      ]),
    ).toEqual(table.eksa.map((row) => [row.version, row.released, row.kube_versions, row.receiving_patches]))
    const dated = table.kube.filter(({ endOfStandardSupport }) => endOfStandardSupport !== undefined)
    expect(
      Object.entries(kubernetesSupport)
        .map(([minor, days]) => [`1.${minor}`, ...days])
        .toReversed(),
    ).toEqual(dated.map((row) => [row.version, row.endOfStandardSupport, row.endOfExtendedSupport]))
  })
})

// Laws of hardware files, and of what the validator of EKS Anywhere lets through.

import { describe, expect, test } from 'vitest'
import { check } from '../../check/check.ts'
import { fleetOf } from '../../check/example.case.ts'
import { fleetFrom } from '../../fleet/from.ts'
import type { Finding } from '../../model/finding.ts'

const head = 'hostname,mac,ip_address,netmask,gateway,nameservers,disk,labels,bmc_ip,bmc_username,bmc_password\n'
const good = `m-1,0c:c4:7a:00:00:01,10.1.0.21,255.255.255.0,10.1.0.1,10.1.0.53,/dev/sda,type=cp,10.1.0.41,Admin,\${BMC_PASSWORD}\n`

const text = (more = 'singleNode: true', pools = '{ name: floor }') => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters:
  - { name: shop, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10, datacenter: { tinkerbellIP: 10.1.0.11 }, hardware: { csv: hw/shop.csv }, ${more} } }
sites: [{ name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [${pools}] }]
`
const found = (csv: string, fleet = text()): readonly Finding[] =>
  check(fleetFrom(fleet, { 'hw/shop.csv': csv }), '2026-11-21').filter(({ code }) => /^EA0(?:29|30|31)$/.test(code))

describe('hardware files', () => {
  test('a whole line is found without fault', () => {
    expect(found(head + good)).toEqual([])
  })

  test('EA029: a password is found at its line, and nowhere repeated', () => {
    const hits = found(head + good.replace(`\${BMC_PASSWORD}`, 'correct-horse'))
    expect(hits).toMatchObject([
      {
        code: 'EA029',
        severity: 'error',
        at: { file: 'hw/shop.csv', line: 2 },
        where: 'clusters.shop.hardware.m-1.bmc_password',
        found: 'is written down',
      },
    ])
    expect(JSON.stringify(hits)).not.toContain('correct-horse')
  })

  test.each([
    ['0c:c4:7a:00:00:01', '0c:c4:7a', 'mac', 'is 0c:c4:7a'],
    ['10.1.0.21', '10.1.0.300', 'ip_address', 'is 10.1.0.300'],
    ['m-1', 'Machine_1', 'hostname', 'is Machine_1'],
    ['10.1.0.53', '10.1.0.53|', 'nameservers', 'is 10.1.0.53|'],
    ['/dev/sda', 'sda', 'disk', 'is sda'],
    ['type=cp', 'type=a b', 'labels', 'is type=a b'],
    ['10.1.0.41', '', 'bmc_ip', 'is empty'],
  ])('EA030: %s, written as %s, is found', (right, wrong, field, said) => {
    const hits = found(head + good.replace(right, wrong)).filter(({ code }) => code === 'EA030')
    expect(hits.map(({ where, found }) => [where.split('.').at(-1), found])).toEqual([[field, said]])
  })

  test('EA030: a missing column, an empty file and a machine that is listed twice are found', () => {
    expect(found(head.replace(',disk', '') + good.replace(',/dev/sda', ''))).toMatchObject([
      { code: 'EA030', found: 'is hw/shop.csv, without disk' },
    ])
    expect(found(head)).toMatchObject([{ code: 'EA030', found: 'is hw/shop.csv, without a machine' }])
    const twice = found(head + good + good.replace('m-1', 'm-2').replace('.41', '.42').replace('.21', '.22'))
    expect(twice).toMatchObject([{ code: 'EA030', where: 'clusters.shop.hardware.m-2.mac' }])
  })

  test('EA031: too few machines of a group, and a machine of no group, are found', () => {
    const fleet = text('controlPlane: { replicas: 1 }', '{ name: floor, replicas: 2 }, { name: yard, replicas: 1 }')
    const lines = ['cp', 'floor', 'stray'].map((group, at) =>
      good
        .replace('m-1', `m-${at}`)
        .replace('00:01', `00:1${at}`)
        .replace('.21', `.6${at}`)
        .replace('.41', `.8${at}`)
        .replace('type=cp', `type=${group}`),
    )
    expect(found(head + lines.join(''), fleet).map(({ severity, found }) => `${severity} ${found}`)).toEqual([
      'error is hw/shop.csv, with 0 of 1 machines for yard',
      'error is hw/shop.csv, with 1 of 2 machines for floor',
      'warning say no group of shop, but type=stray',
    ])
  })
})

const codes = (fragment: string, code: string) =>
  check(fleetOf(fragment), '2026-11-21').flatMap((one) => (one.code === code ? [`${one.severity} ${one.found}`] : []))

const plant = (
  fields: string,
  pools = '{ name: floor }',
  provider = 'vsphere',
) => `clusters: [{ name: plant, eksAnywhere: { provider: ${provider}, version: "1.35", endpoint: 10.1.0.10, ${fields} } }]
sites: [{ name: plant, place: { onPremises: ${provider} }, cluster: plant, nodePools: [${pools}] }]
`

describe('what the validator of EKS Anywhere lets through', () => {
  test('EA032: a field that no kind has, which it would drop, is found', () => {
    expect(codes(plant('machine: { memory: 16384 }'), 'EA032')).toEqual([
      'error is no field of VSphereMachineConfig that a fleet gives',
    ])
    expect(codes(plant('machine: { memoryMiB: 16384 }'), 'EA032')).toEqual([])
    expect(codes(plant('machine: { numCPUs: 4 }', undefined, 'docker'), 'EA032')).toEqual([
      'error is there, where docker has no machine',
    ])
  })

  test('EA034: machines of Nutanix below its minimum are found, in any unit', () => {
    const sizes = (fields: string) => codes(plant(`machine: { ${fields} }`, undefined, 'nutanix'), 'EA034')
    expect(sizes('vcpuSockets: 1, memorySize: 2048Mi, systemDiskSize: 20Gi')).toEqual([
      'error is 1',
      'error is 2048Mi',
      'error is 20Gi',
    ])
    expect(sizes('vcpuSockets: 2, memorySize: 4096Mi, systemDiskSize: 1Ti')).toEqual([])
  })

  test('EA033: an image of another version is found, by whatever sign the version is written', () => {
    const image = (name: string) =>
      codes(plant(`osImageURL: "http://10.1.0.2/${name}.gz"`, undefined, 'bareMetal'), 'EA033')
    expect(['ubuntu-1-35', 'ubuntu_1_35', 'ubuntu-v1.35.2', 'ubuntu-135'].flatMap(image)).toEqual([])
    expect(['ubuntu', 'ubuntu-1-34', 'ubuntu-1-350', 'ubuntu-11-35'].map((name) => image(name).length)).toEqual([
      1, 1, 1, 1,
    ])
  })

  test('EAS24: a workload cluster on bare metal boots from its manager, which must say where', () => {
    const pair = (ip: string, own = '') => `clusters:
  - { name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10${ip} } }
  - { name: shop, eksAnywhere: { provider: bareMetal, managementCluster: hq, version: "1.35", endpoint: 10.1.0.12${own} } }
sites: [{ name: floor, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: one }, { name: two, cluster: shop }] }]
`
    expect(codes(pair(''), 'EAS24')).toEqual(['warning lacks tinkerbellIP'])
    const said = ', datacenter: { tinkerbellIP: 10.1.0.11 }'
    expect(codes(pair(said), 'EAS24')).toEqual([])
    expect(codes(pair(said, said.replace('.11', '.13')), 'EAS24')).toEqual([
      'error is not that of its management cluster',
    ])
  })
})

describe('what it refuses on the day', () => {
  test('EAS19: nothing may be missing and nothing more, a single node has nowhere to roll', () => {
    expect(codes(plant('upgrade: { strategy: rollingUpdate, maxSurge: 0 }'), 'EAS19')).toHaveLength(1)
    expect(codes(plant('upgrade: { strategy: rollingUpdate, maxSurge: 0, maxUnavailable: 1 }'), 'EAS19')).toEqual([])
    const single = (strategy: string) =>
      codes(plant(`singleNode: true, upgrade: { strategy: ${strategy} }`, undefined, 'bareMetal'), 'EAS19')
    expect(single('rollingUpdate')).toHaveLength(1)
    expect(single('inPlace')).toEqual([])
  })

  test('EA035: bounds without the autoscaler, and the autoscaler without bounds, are warnings', () => {
    expect(codes(plant('packages: [cluster-autoscaler]'), 'EA035')).toEqual([
      'warning hold cluster-autoscaler, and no pool has bounds',
    ])
    expect(codes(plant('os: ubuntu', '{ name: floor, autoscaling: { min: 1, max: 2 } }'), 'EA035')).toEqual([
      'warning lack cluster-autoscaler, for the bounds of a pool',
    ])
  })

  test('EAS17: Flux has one installer', () => {
    const hq = (gitops: string) =>
      codes(
        `gitops: { url: "ssh://git@git.example.com/fleet"${gitops} }\n${plant('role: management, bundledFlux: true')}`,
        'EAS17',
      )
    expect(hq('')).toEqual(['error is true, where skerry installs Flux as well'])
    expect(hq(', clusters: []')).toEqual([])
    expect(codes(plant('role: management, bundledFlux: true'), 'EAS17')).toEqual([
      'error is true, and there is no gitops',
    ])
  })
})

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { check } from './check.ts'
import { fleetOf, headLines } from './example.case.ts'

const codes = (fragment: string, today?: string) => check(fleetOf(fragment), today).map((finding) => finding.code)

const gp3InBoston = `sites:
  - name: boston
    place: { wavelength: us-east-1-wl1-bos-wlz-1 }
    cluster: virginia
    nodePools:
      - name: edge
        volumeType: gp3
`

test('a finding says what, where, why, on whose word and what to do next', () => {
  expect(check(fleetOf(gp3InBoston)).find((finding) => finding.code === 'WL006')).toEqual({
    code: 'WL006',
    severity: 'error',
    title: 'The volume type is offered in the Wavelength Zone',
    at: { file: 'fleet.yaml', line: headLines + 7, column: 21 },
    where: 'sites.boston.nodePools.edge.volumeType',
    found: 'is gp3',
    why: 'Volumes of a Wavelength Zone are gp2, and nothing else.',
    sources: [expect.stringContaining('docs.aws.amazon.com/wavelength'), expect.any(String)],
    fix: 'use gp2, or move the node pool',
  })
})

test('findings come in the order of the file, and of their codes at one place', () => {
  const fragment = `sites:
  - name: boston
    place: { wavelength: us-east-1-wl1-bos-wlz-1 }
    cluster: virginia
    nodePools:
      - name: edge
        volumeType: gp3
        kind: managed
        clusterSecurityGroup: false
        version: "1.36"
`
  const edge = check(fleetOf(fragment)).filter((finding) => finding.where.startsWith('sites.boston.nodePools.edge'))
  expect(edge.map(({ at, code }) => [at.line - headLines, code])).toEqual([
    [7, 'WL006'],
    [8, 'WL004'],
    [10, 'RG013'],
  ])
})

test('judging a fleet twice gives the same findings, and leaves the fleet as it was', () => {
  const fleet = fleetOf(gp3InBoston)
  const before = JSON.stringify(fleet)
  expect(check(fleet)).toEqual(check(fleet))
  expect(JSON.stringify(fleet)).toBe(before)
})

const threeShops = `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, network: main, eks: { version: "1.35" } }]
networks: [{ name: main, region: us-east-1, cidr: 10.20.0.0/16 }]
classes:
  - name: shop
    rows:
      key: id
      columns: { id: string }
      list: [{ id: "1" }, { id: "2" }, { id: "3" }, { id: "4" }]
    site:
      name: "shop-{id}"
      place: { wavelength: us-east-1-wl1-bos-wlz-1 }
      cluster: hq
      nodePools: [{ name: edge, volumeType: gp3 }]
`

test('what is wrong in a class is one finding, at the class, with the number of rows and their first keys', () => {
  const found = check(fleetFrom(threeShops)).filter((finding) => finding.code === 'WL006')
  expect(found).toMatchObject([{ at: { line: 16 }, found: 'is gp3', rows: { count: 4, keys: ['1', '2', '3'] } }])
})

test('rows of a class that all have the same routed range are one finding, not one for each pair', () => {
  const found = check(
    fleetFrom(threeShops.replace('cluster: hq\n', 'cluster: hq\n      network: { cidr: 10.0.0.0/24 }\n')),
  ).filter((finding) => finding.code === 'NET001')
  expect(found).toMatchObject([{ found: 'is 10.0.0.0/24, as at other rows', rows: { count: 3 } }])
})

test('equal ranges are no finding where they are not routed, or in another routing domain', () => {
  const withNetwork = (network: string) =>
    check(fleetFrom(threeShops.replace('cluster: hq\n', `cluster: hq\n      network: ${network}\n`))).filter(
      (finding) => finding.code === 'NET001',
    )
  expect(withNetwork('{ cidr: 10.0.0.0/24, routed: false }')).toEqual([])
  expect(withNetwork('{ cidr: 10.0.0.0/24, routingDomain: "shop-{id}" }')).toEqual([])
})

const accepted = (rest: string) => `${gp3InBoston}accept:
  - { code: WL006, reason: The carrier promised gp3 by spring.${rest} }
`

test('an accepted finding stays in the list, with the reason, its place and its day', () => {
  const found = check(fleetOf(accepted(', until: 2027-03-01')), '2026-11-21').find(
    (finding) => finding.code === 'WL006',
  )
  expect(found).toMatchObject({
    severity: 'error',
    accepted: {
      reason: 'The carrier promised gp3 by spring.',
      until: '2027-03-01',
      at: { file: 'fleet.yaml', line: headLines + 9 },
    },
  })
})

test('an acceptance ends on its day, and is then itself a finding', () => {
  const late = check(fleetOf(accepted(', until: 2027-03-01')), '2027-03-02')
  expect(late.find((finding) => finding.code === 'WL006')?.accepted).toBeUndefined()
  expect(late.find((finding) => finding.code === 'AC001')).toMatchObject({
    found: 'ran out on 2027-03-01',
    where: 'accept[0].until',
  })
  expect(codes(accepted(', until: 2027-03-01'), '2027-03-01')).not.toContain('AC001')
  expect(codes(accepted(', until: 2027-03-01'))).not.toContain('AC001')
})

test('an acceptance of a path covers what lies under it, and not what only begins alike', () => {
  const at = (path: string) =>
    check(fleetOf(accepted(`, at: ${path}`))).find((finding) => finding.code === 'WL006')?.accepted !== undefined
  expect(at('sites.boston')).toBe(true)
  expect(at('sites.boston.nodePools.edge.volumeType')).toBe(true)
  expect(at('sites.bos')).toBe(false)
  expect(at('sites.los-angeles')).toBe(false)
})

test('an acceptance that covers nothing is a finding; one of an error without an end as well', () => {
  expect(
    check(fleetOf('accept: [{ code: LZ009, reason: It has one by now. }]\n')).find(
      (finding) => finding.code === 'AC001',
    ),
  ).toMatchObject({ severity: 'warning', found: 'covers no finding of LZ009' })
  expect(codes(accepted(''))).toContain('AC002')
  expect(codes(accepted(', until: 2027-03-01'))).not.toContain('AC002')
})

test('no law throws on a fleet with next to nothing in it', () => {
  expect(
    check(fleetFrom('apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: nothing }\n'), '2026-11-21'),
  ).toEqual([])
})

const manyFaults = (rows: number) => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
networks: [{ name: main, region: us-east-1, cidr: 10.20.0.0/16, egress: none }]
classes:
  - name: edge
    rows:
      key: id
      columns: { id: string }
      list: [${Array.from({ length: rows }, (_, index) => `{ id: "${index}" }`).join(', ')}]
    site:
      name: "edge-{id}"
      place: { localZone: us-west-2-lax-1a }
      cluster: "edge-{id}"
      labels: { tier: edge }
      nodePools:
        - { name: one, kind: fargate, volumeType: gp3, instanceTypes: [p5.48xlarge], version: "1.30", ami: ami-0b149b4c68ab69dce, metadataHopLimit: 1 }
        - { name: two, kind: selfManaged, networkBorderGroup: us-west-2, clusterSecurityGroup: false, os: al2 }
    cluster:
      name: "edge-{id}"
      network: main
      eks: { version: "1.33", endpoint: public, publicAccessCidrs: [198.51.100.0/24], authentication: configMap, ipFamily: ipv6, loadBalancerController: { version: 1.5.4, identity: oidc }, kubectl: 1.23.13 }
  - name: plant
    rows:
      key: id
      columns: { id: string }
      list: [${Array.from({ length: rows }, (_, index) => `{ id: "p${index}" }`).join(', ')}]
    site:
      name: "plant-{id}"
      place:
        outpost:
          arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0"
          region: us-east-1
          anchorZone: us-east-1a
          formFactor: server
          capacity: { m5.large: 2 }
      cluster: "plant-{id}"
      link: { kind: airgapped, offlineFor: 30d, mtu: 1300 }
      nodePools: [{ name: floor, kind: managed, volumeType: gp3, instanceTypes: [m5.large], replicas: 3, spot: true }]
    cluster: { name: "plant-{id}", network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: c5.large } }
---
kind: App
metadata: { name: till }
source: { image: "registry.example.com/till" }
placement: [{ matchLabels: { tier: edge }, pinned: false }]
`

test('what is wrong in every row is said once, however many rows there are', () => {
  const said = (rows: number) =>
    check(fleetFrom(manyFaults(rows)), '2026-11-21').filter((finding) => !finding.code.startsWith('NM'))
  const few = said(4)
  expect(few.length).toBeGreaterThan(25)
  expect(
    said(40).map(({ code, at, found }) => `${code} ${at.line} ${found.replace('40 clusters', '4 clusters')}`),
  ).toEqual(few.map(({ code, at, found }) => `${code} ${at.line} ${found}`))
})

test('what is wrong in one entry of a placement is said once, with the sites that it selects', () => {
  const found = check(fleetFrom(manyFaults(4))).filter((finding) => finding.code === 'LZ019')
  expect(found).toMatchObject([{ found: 'is false', rows: { count: 4, keys: ['edge-0', 'edge-1', 'edge-2'] } }])
})

test('no law throws where clusters, networks and subnets are left out, belong to others, or are of every kind', () => {
  const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: odd }
networks: [{ name: theirs, cidr: 10.0.0.0/16, existing: { vpcId: vpc-0a1b2c3d } }]
clusters:
  - { name: theirs, existing: { location: site } }
  - { name: far, existing: { region: us-west-2 } }
  - { name: west, network: theirs, eks: { version: "1.35", remoteNodeNetworks: [192.168.0.0/24] } }
  - { name: shop, eksAnywhere: { provider: docker, version: "1.35", singleNode: true } }
sites:
  - { name: alone, place: { localZone: us-west-2-lax-1a } }
  - { name: floor, place: { onPremises: docker }, cluster: shop, nodePools: [{ name: one }] }
  - { name: hosts, place: { hybrid: us-west-2 }, cluster: west, nodePools: [{ name: one, hardware: { cpu: 4, memoryGiB: 8 } }] }
  - { name: far, place: { region: us-west-2 }, cluster: far, nodePools: [{ name: one, cluster: theirs }] }
federations: [{ name: main, host: far, members: [west, shop] }]
---
kind: App
metadata: { name: spread }
source: { image: "registry.example.com/spread:1.0.0" }
placement: [{ federation: main, replicas: 4 }]
expose: { host: spread.example.com, routing: { weighted: { hosts: 1, alone: 1 } } }
`)
  expect(() => check(fleet, '2026-11-21')).not.toThrow()
})

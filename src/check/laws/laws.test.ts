// Edges of single laws that one wrong and one right fragment do not show.

import { expect, test } from 'vitest'
import type { Finding } from '../../model/finding.ts'
import { check } from '../check.ts'
import { fleetOf } from '../example.case.ts'

const of = (code: string, fragment: string, today?: string): readonly Finding[] =>
  check(fleetOf(fragment), today).filter((finding) => finding.code === code)

const version = (text: string, rest = '') =>
  `clusters: [{ name: oregon, network: main, eks: { version: "${text}"${rest} } }]\n`

test('RG015: a version has support until its day, then costs more or is upgraded, then is an error', () => {
  const on = (day: string, rest?: string) =>
    of('RG015', version('1.34', rest), day).map((finding) => [finding.severity, finding.found])
  expect(on('2026-12-02')).toEqual([])
  expect(on('2026-12-03')).toEqual([['warning', expect.stringContaining('EKS upgrades it by itself')]])
  expect(on('2026-12-03', ', support: extended')).toEqual([
    ['warning', expect.stringContaining('until 2027-12-02 costs more')],
  ])
  expect(on('2027-12-03', ', support: extended')).toEqual([
    ['error', 'is 1.34, which has had no support since 2027-12-02'],
  ])
})

test('RG015: without a date nothing has ended; a version that EKS does not have is always named', () => {
  expect(of('RG015', version('1.29'))).toEqual([])
  expect(of('RG015', version('1.29'), '2026-11-21')).toMatchObject([{ severity: 'error' }])
  expect(of('RG015', version('1.99'))).toMatchObject([
    { severity: 'warning', found: 'is 1.99, later than 1.36, the newest known here' },
  ])
})

test('RG013: nodes may be three minor versions older, never newer', () => {
  const pool = (text: string) =>
    of(
      'RG013',
      `sites:\n  - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, version: "${text}" }] }\n`,
    )
  expect(pool('1.32')).toEqual([])
  expect(pool('1.31')).toMatchObject([{ found: 'is 1.31, 4 minor versions behind 1.35 of oregon' }])
  expect(pool('1.36')).toMatchObject([{ found: 'is 1.36, newer than 1.35 of oregon' }])
})

test('RG004: a cluster subnet with no room at all is an error, a tight one a warning', () => {
  const subnet = (cidr: string) =>
    of(
      'RG004',
      `networks:
  - name: main
    region: us-west-2
    cidr: 10.10.0.0/16
    subnets:
      - { name: one, zone: us-west-2a, cidr: ${cidr} }
      - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24 }
clusters: [{ name: oregon, network: main, eks: { version: "1.35", subnets: [one, two] } }]
`,
    ).map((finding) => finding.severity)
  expect(subnet('10.10.0.0/29')).toEqual(['error'])
  expect(subnet('10.10.0.0/28')).toEqual(['warning'])
  expect(subnet('10.10.0.0/27')).toEqual([])
})

test('RG006: a service range of the wrong size, not private, or across a remote network is found', () => {
  const range = (cidr: string, rest = '') =>
    of('RG006', version('1.35', `, serviceCidr: ${cidr}${rest}`)).map((finding) => finding.found)
  expect(range('10.96.0.0/25')).toEqual(['is 10.96.0.0/25, not between /12 and /24'])
  expect(range('100.64.0.0/16')).toEqual(['is 100.64.0.0/16, not inside 10/8, 172.16/12 or 192.168/16'])
  expect(range('172.20.0.0/16', ', remoteNodeNetworks: [172.20.8.0/24]')).toEqual([
    'is 172.20.0.0/16, which overlaps 172.20.8.0/24',
  ])
  expect(range('172.20.0.0/16')).toEqual([])
})

test('NET001: a range inside another is found however many lie between them', () => {
  const networks = ['10.0.0.0/8', '10.1.0.0/16', '10.2.0.0/16', '11.0.0.0/16', '10.200.0.0/16']
    .map((cidr, index) => `  - { name: n${index}, region: us-west-2, cidr: ${cidr} }\n`)
    .join('')
  const found = of('NET001', `networks:\n${networks}clusters: []\nsites: []\n`).map((finding) => finding.where)
  expect(found).toEqual(['networks.n1.cidr', 'networks.n2.cidr', 'networks.n4.cidr'])
})

test('NET001: subnets of one network that overlap are found', () => {
  const fragment = `networks:
  - name: main
    region: us-west-2
    cidr: 10.10.0.0/16
    subnets:
      - { name: one, zone: us-west-2a, cidr: 10.10.0.0/23 }
      - { name: two, zone: us-west-2b, cidr: 10.10.1.0/24 }
`
  expect(of('NET001', fragment)).toMatchObject([
    {
      where: 'networks.main.subnets.two.cidr',
      found: 'is 10.10.1.0/24, which overlaps 10.10.0.0/23 of networks.main.subnets.one',
    },
  ])
})

test('NET004: an Availability Zone that its Region cannot have is found, and a Region that AWS has not', () => {
  const zone =
    'networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, subnets: [{ name: one, zone: us-west-2z, cidr: 10.10.0.0/24 }] }]\n'
  expect(of('NET004', zone)).toMatchObject([
    {
      found: 'is us-west-2z, which skerry does not know',
      fix: 'use an Availability Zone of us-west-2, such as us-west-2a',
    },
  ])
  expect(of('NET004', 'sites: [{ name: here, place: { region: us-west-9 }, cluster: oregon }]\n')).toMatchObject([
    { found: 'is us-west-9, which skerry does not know', fix: expect.stringMatching(/^use us-west-[12],/) },
  ])
})

const balanced = (subnets: string, site: string) => `networks:
  - name: main
    region: us-west-2
    cidr: 10.10.0.0/16
    subnets:
      - { name: a, zone: us-west-2a, cidr: 10.10.0.0/24, public: true }
      - { name: b, zone: us-west-2b, cidr: 10.10.1.0/28, public: true }
      - { name: lax, zone: us-west-2-lax-1a, cidr: 10.10.2.0/24, public: true }
      - { name: lax-two, zone: us-west-2-lax-1a, cidr: 10.10.3.0/24, public: true }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: ${site}, subnets: [${subnets}] }]
`

test('LB001: a subnet too small for a load balancer is found where it is declared', () => {
  expect(of('LB001', balanced('a, b', 'oregon'))).toMatchObject([
    { where: 'networks.main.subnets.b.cidr', found: 'is 10.10.1.0/28, for a load balancer of game' },
  ])
})

test('LB001 and LB002: one subnet is enough in a Local Zone, and two of it are too many', () => {
  expect(of('LB001', balanced('lax', 'los-angeles'))).toEqual([])
  expect(of('LB002', balanced('lax, lax-two', 'los-angeles'))).toMatchObject([
    { found: 'is lax-two, in us-west-2-lax-1a like lax' },
  ])
})

test('a manifest that makes a Network Load Balancer in a Local Zone is found there', () => {
  const fragment = `---
kind: App
metadata: { name: game }
source: { manifests: game.yaml }
placement: [{ site: los-angeles }]
---
apiVersion: v1
kind: Service
metadata: { name: service-2048 }
spec: { type: LoadBalancer }
`
  expect(of('LZ017', fragment)).toMatchObject([
    {
      at: { file: 'game.yaml', line: 4 },
      found: 'is LoadBalancer, for a Network Load Balancer, where an AWS Local Zone offers alb',
    },
  ])
})

test('DNS005: public checkers do not see a carrier network, unless the site says that the internet reaches it', () => {
  const fragment = (internet: string) => `sites:
  - { name: oregon, place: { region: us-west-2 }, cluster: oregon }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: virginia${internet} }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: boston }, { site: oregon }]
expose: { host: game.example.com, routing: { failover: [boston, oregon] }, healthCheck: {} }
`
  expect(of('DNS005', fragment(''))).toMatchObject([
    { severity: 'error', found: 'asks from the internet, which does not reach boston' },
  ])
  expect(of('DNS005', fragment(', internet: true'))).toEqual([])
})

test('DR005: what the secondary lacks in CPUs and memory is counted over all apps there', () => {
  const app = (name: string) => `---
kind: App
metadata: { name: ${name} }
source: { image: registry.example.com/game:1.0.0 }
resources: { cpu: 1.5 }
placement: [{ site: los-angeles }, { site: dallas }]
expose: { host: ${name}.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
`
  const sites = `sites:
  - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon }
  - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge, instanceTypes: [m5.large] }] }
`
  expect(of('DR005', `${sites}${app('game')}`)).toEqual([])
  expect(of('DR005', `${sites}${app('game')}${app('shop')}`)).toMatchObject([
    { found: 'makes the apps of dallas ask for 3 CPUs of 1.9' },
    { found: 'makes the apps of dallas ask for 3 CPUs of 1.9' },
  ])
})

test('GIT007: what Flux or Kubernetes replaces is no variable left behind, nor is what a program is handed', () => {
  const fragment = (value: string, gitops = '') => `${gitops}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: game, annotations: { note: "${value}" } }
spec: { template: { spec: { containers: [{ name: game, image: "game:1.0.0", command: [sh, -c, "echo $home"] }] } } }
`
  expect(of('GIT007', fragment('$outposts_subnet'))).toHaveLength(1)
  expect(of('GIT007', fragment('costs $5'))).toEqual([])
  expect(of('GIT007', fragment('$(POD_NAME)'))).toEqual([])
  expect(of('GIT007', fragment(`\${cluster_name}`))).toHaveLength(1)
  expect(of('GIT007', fragment(`\${cluster_name}`, 'gitops: { url: "https://git.example.com/fleet" }\n'))).toEqual([])
})

test('GIT012: a digest is fixed, a port in the name of the registry is no tag', () => {
  const image = (name: string) =>
    of(
      'GIT012',
      `---\nkind: App\nmetadata: { name: game }\nsource: { image: "${name}" }\nplacement: [{ site: oregon }]\n`,
    )
  expect(image('registry.example.com:5000/game')).toHaveLength(1)
  expect(image('registry.example.com:5000/game:1.0.0')).toEqual([])
  expect(image('registry.example.com/game@sha256:0123')).toEqual([])
})

test('GIT001: an older Flux still serves what a newer one dropped', () => {
  const fragment = (flux: string) => `gitops: { url: "https://git.example.com/fleet", version: "${flux}" }
---
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmRepository
metadata: { name: eks, namespace: flux-system }
spec: { url: "https://aws.github.io/eks-charts" }
`
  expect(of('GIT001', fragment('2.6.4'))).toEqual([])
  expect(of('GIT001', fragment('2.8.8'))).toHaveLength(1)
})

test('OP004 and OP007: the control plane of a local cluster takes three slots of its own', () => {
  const fragment = (
    slots: number,
  ) => `clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
sites:
  - name: plant
    cluster: floor
    place:
      outpost:
        arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
        region: us-west-2
        anchorZone: us-west-2a
        capacity: { m5.large: ${slots} }
    nodePools: [{ name: workers, instanceTypes: [m5.large], replicas: 3 }]
`
  expect(of('OP004', fragment(5))).toMatchObject([{ found: 'makes it 6 of m5.large, where the Outpost has 5' }])
  expect(of('OP004', fragment(6))).toEqual([])
})

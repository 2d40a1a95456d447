// Twelve faults that no linter of templates finds: neither cfn-lint nor the validator of the CDK. Each is found here, on its line.

import { expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import { check } from './check.ts'
import { fleetOf, headLines } from './example.case.ts'

/** What is found under the code: line of the fragment, and what was found there. */
function found(code: string, fragment: string): readonly (readonly [line: number, found: string])[] {
  return check(fleetOf(fragment))
    .filter((finding) => finding.code === code && finding.severity === 'error')
    .map((finding) => [finding.at.line - headLines, finding.found])
}

test('a zone that does not exist is found, with the nearest that does', () => {
  const fragment = `sites:
  - name: los-angeles
    place: { localZone: us-west-2-lax-9z }
    cluster: oregon
`
  expect(found('NET004', fragment)).toEqual([[3, 'is us-west-2-lax-9z, which skerry does not know']])
  expect(check(fleetOf(fragment)).find((finding) => finding.code === 'NET004')?.fix).toContain('use us-west-2-lax-1')
})

test('gp3 in Wavelength is found', () => {
  const fragment = `sites:
  - name: boston
    place: { wavelength: us-east-1-wl1-bos-wlz-1 }
    cluster: virginia
    nodePools: [{ name: edge, volumeType: gp3 }]
`
  expect(found('WL006', fragment)).toEqual([[5, 'is gp3']])
})

test('p5.48xlarge in a Local Zone is found, and is none in a zone that was built for it', () => {
  const inZone = (zone: string) => `sites:
  - name: edge
    place: { localZone: ${zone} }
    cluster: oregon
    nodePools: [{ name: gpu, instanceTypes: [p5.48xlarge] }]
`
  expect(found('LZ006', inZone('us-west-2-lax-1a'))).toEqual([[5, 'is p5.48xlarge']])
  expect(found('LZ006', inZone('us-west-2-phx-2a'))).toEqual([])
})

test('an access entry of type EC2LINUX is refused by the reader, which offers EC2_LINUX', () => {
  const fragment = `clusters:
  - name: oregon
    network: main
    eks:
      version: "1.35"
      accessEntries: [{ principal: Nodes, type: EC2LINUX }]
`
  let refusal: unknown
  try {
    fleetOf(fragment)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(Refusal)
  const problems = (refusal as Refusal).problems
  expect(problems).toMatchObject([{ at: { line: headLines + 6 } }])
  expect(JSON.stringify(problems)).toContain('EC2_LINUX')
})

const app = (expose: string, name = 'game') => `---
kind: App
metadata: { name: ${name} }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: los-angeles }, { site: oregon }]
expose:
  host: game.example.com
${expose}
`

/** The lines of an app's document count from the end of the fleet that is put before it. */
const lastLine = (code: string, fragment: string) =>
  check(fleetOf(fragment)).filter((finding) => finding.code === code && finding.severity === 'error')

test('failover records that Route 53 cannot tell apart are found: two of one site, or one alone', () => {
  expect(lastLine('DNS001', app('  routing: { failover: [los-angeles, los-angeles] }'))).toMatchObject([
    {
      where: 'apps.game.expose.routing.failover',
      found: 'names los-angeles twice, which makes two records with one SetIdentifier',
    },
  ])
  expect(lastLine('DNS001', app('  routing: { failover: [los-angeles] }'))).toMatchObject([
    { found: 'names los-angeles alone, a primary without a secondary' },
  ])
})

test('a health check every 15 seconds is found', () => {
  expect(
    lastLine('DNS003', app('  routing: { failover: [los-angeles, oregon] }\n  healthCheck: { interval: 15s }')),
  ).toMatchObject([
    { where: 'apps.game.expose.healthCheck.interval', found: 'is 15s', fix: 'use 10s, or 30s at a lower price' },
  ])
})

test('two primaries of one name are found', () => {
  const routing = '  routing: { failover: [los-angeles, oregon] }\n  healthCheck: {}'
  expect(lastLine('DNS001', `${app(routing)}${app(routing, 'shop')}`)).toMatchObject([
    { where: 'apps.shop.expose.host', found: 'is game.example.com, which makes a second PRIMARY beside that of game' },
  ])
})

const network = (subnet: string) => `networks:
  - name: east
    region: us-east-1
    cidr: 10.20.0.0/16
    subnets:
      - { name: virginia-a, zone: us-east-1a, cidr: 10.20.0.0/24 }
      - { name: virginia-b, zone: us-east-1b, cidr: 10.20.1.0/24 }
      - name: boston
        zone: us-east-1-wl1-bos-wlz-1
        cidr: 10.20.2.0/24
        public: true
${subnet}
`

test('a destination that two gateways share is found', () => {
  const routes =
    '        routes:\n          - { to: 0.0.0.0/0, via: carrierGateway }\n          - { to: 0.0.0.0/0, via: natGateway }'
  expect(found('NET003', network(routes))).toEqual([
    [14, 'sends 0.0.0.0/0 by natGateway, which routes[0] sends by carrierGateway'],
  ])
})

test('a Wavelength subnet that leaves by the internet gateway is found', () => {
  expect(found('WL020', network('        routes: [{ to: 0.0.0.0/0, via: internetGateway }]'))).toEqual([
    [12, 'is internetGateway'],
  ])
})

test('a Wavelength subnet given to the control plane is found', () => {
  const clusters = `clusters:
  - name: virginia
    network: east
    eks: { version: "1.35", subnets: [virginia-a, virginia-b, boston] }
`
  expect(found('WL003', `${network('')}${clusters}`)).toEqual([[16, 'is boston, in us-east-1-wl1-bos-wlz-1']])
})

test('a managed node group in Wavelength is found', () => {
  const fragment = `sites:
  - name: boston
    place: { wavelength: us-east-1-wl1-bos-wlz-1 }
    cluster: virginia
    nodePools: [{ name: edge, kind: managed }]
`
  expect(found('WL004', fragment)).toEqual([[5, 'is managed']])
})

test('a control-plane instance type that the Outpost has not, or that is no size for one, is found', () => {
  const fragment = (type: string) => `clusters:
  - name: floor
    network: main
    eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: ${type} }
sites:
  - name: plant
    cluster: floor
    place:
      outpost:
        arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
        region: us-west-2
        anchorZone: us-west-2a
        capacity: { m5.large: 8, c5.large: 2 }
`
  expect(found('OL008', fragment('c5.large'))).toEqual([
    [4, 'is c5.large, of which the Outpost has 2 slots where three are needed'],
  ])
  expect(found('OL008', fragment('t3.micro'))).toEqual([[4, 'is t3.micro']])
  expect(found('OL008', fragment('m5.large'))).toEqual([])
})

// Edges of the laws of routing, replicas, autoscaling and the repository that one wrong and one right fragment do not show.

import { expect, test } from 'vitest'
import type { Finding } from '../../model/finding.ts'
import { check } from '../check.ts'
import { fleetOf } from '../example.case.ts'

const of = (code: string, fragment: string): readonly Finding[] =>
  check(fleetOf(fragment), '2026-11-21').filter((finding) => finding.code === code)

const routed = (
  routing: string,
  { fleet = '', placement = '{ site: los-angeles }, { site: oregon }', more = '' } = {},
) =>
  `${fleet}---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [${placement}]
expose: { host: game.example.com, routing: { ${routing} }, healthCheck: {} }
${more}`

test('DNS014: without * it is a warning, and an error as soon as an audience is known to get no answer', () => {
  const records = 'geolocation: { NA: los-angeles, DE: oregon }'
  const from = (country: string) =>
    of('DNS014', routed(records, { fleet: `audiences: [{ name: some, country: ${country} }]\n` }))
  expect(from('DE')).toMatchObject([{ severity: 'warning', found: 'has no record for *' }])
  expect(from('CA')).toMatchObject([{ severity: 'warning' }])
  expect(from('FR')).toMatchObject([
    { severity: 'error', found: 'has no record for * and none for some (FR)', fix: 'add "*": los-angeles' },
  ])
})

test('DNS017: a site of one’s own is in no Region, so that no latency can be asked of it', () => {
  const found = of(
    'DNS017',
    routed('latency: [floor, oregon]', {
      placement: '{ site: floor }, { site: oregon }',
      fleet: `clusters:
  - { name: oregon, network: main, eks: { version: "1.35" } }
  - { name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35" } }
sites:
  - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
  - { name: floor, place: { onPremises: docker }, cluster: floor, nodePools: [{ name: md }] }
`,
    }),
  )
  expect(found.map((finding) => finding.found)).toEqual(['is floor, which is in no Region of AWS'])
})

test('NM006: nothing runs anywhere, which N-1 alone would call unnoticed', () => {
  const none = routed('failover: [los-angeles, oregon]', {
    placement: '{ site: los-angeles, replicas: 0 }, { site: oregon, replicas: 0 }',
  })
  expect(of('NM006', none)).toMatchObject([
    { severity: 'error', where: 'apps.game.placement', found: 'asks for 0 replicas at each of its 2 places' },
  ])
  expect(of('NM001', none)).toEqual([])
  expect(of('NM007', none)).toEqual([])
})

test('HPA001: what manifests ask for is read from every container; what a chart asks for nobody sees', () => {
  const deployment = (requests: string) => `kind: App
metadata: { name: game }
source: { manifests: game.yaml }
placement: [{ site: oregon }]
autoscale: { max: 4 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: game }
spec: { template: { spec: { containers: [{ name: one, image: "one:1", resources: { requests: { cpu: 100m } } }, { name: two, image: "two:1"${requests} }] } } }
`
  expect(of('HPA001', deployment(', resources: { requests: { cpu: 50m } }'))).toEqual([])
  expect(of('HPA001', deployment(''))).toMatchObject([
    { severity: 'error', found: 'goes by CPU, and Deployment game asks for none' },
  ])
  const chart = `kind: App
metadata: { name: game }
source: { chart: { repository: "https://charts.example.com", name: game, version: 1.0.0 } }
placement: [{ site: oregon }]
autoscale: { max: 4 }
`
  expect(of('HPA001', chart)).toMatchObject([{ severity: 'warning' }])
})

test('HPA002: 0 is refused, for of no pods there is no CPU', () => {
  const scaled = (autoscale: string) => of('HPA002', routed('simple: oregon', { more: `autoscale: ${autoscale}\n` }))
  expect(scaled('{ min: 0, max: 3 }')).toMatchObject([{ where: 'apps.game.autoscale.min' }])
  expect(scaled('{ max: 0 }')).toMatchObject([{ where: 'apps.game.autoscale.max', found: 'is 0, below min, 1' }])
  expect(scaled('{ max: 1 }')).toEqual([])
})

test('HPA003: on premises metrics-server is a curated package, and an app may bring it too', () => {
  const floor = (packages: string, more = '') =>
    of(
      'HPA003',
      `clusters: [{ name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35", packages: [${packages}] } }]
sites: [{ name: floor, place: { onPremises: docker }, cluster: floor, nodePools: [{ name: md }] }]
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: floor }]
autoscale: { max: 4 }
resources: { cpu: 0.1 }
${more}`,
    )
  expect(floor('')).toMatchObject([
    { where: 'clusters.floor.eksAnywhere.packages', fix: 'add metrics-server to eksAnywhere.packages' },
  ])
  expect(floor('metrics-server')).toEqual([])
  const chart =
    '{ repository: "https://kubernetes-sigs.github.io/metrics-server/", name: metrics-server, version: 3.13.0 }'
  expect(
    floor(
      '',
      `---\nkind: App\nmetadata: { name: metrics }\nsource: { chart: ${chart} }\nplacement: [{ site: floor }]\n`,
    ),
  ).toEqual([])
})

const sealed = (recipient: string) => `apiVersion: v1
kind: Secret
metadata: { name: game }
stringData: { password: "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=]" }
sops: { ${recipient} }
`

test('GIT016: a Secret for another recipient cannot be opened; one that a key service seals is not judged', () => {
  const gitops = (age: string) => `gitops: { url: "https://git.example.com/fleet", secrets: { age: [${age}] } }\n---\n`
  const [mine, other] = ['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p', `age1${'q'.repeat(58)}`]
  const by = (recipient: string | undefined) => sealed(`age: [{ recipient: ${recipient} }]`)
  expect(of('GIT016', gitops(mine) + by(mine))).toEqual([])
  expect(of('GIT016', gitops(mine) + by(other))).toMatchObject([
    { found: expect.stringContaining('none of them is in') },
  ])
  expect(of('GIT016', gitops(mine) + sealed('kms: [{ arn: "arn:aws:kms:us-west-2:111122223333:key/1" }]'))).toEqual([])
})

test('GIT008: a Secret in plain text is refused with the command that encrypts it for the recipients of the fleet', () => {
  const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
  const plain = `gitops: { url: "https://git.example.com/fleet", secrets: { age: [${recipient}] } }
---
apiVersion: v1
kind: Secret
metadata: { name: game }
stringData: { password: example }
`
  expect(of('GIT008', plain)).toMatchObject([
    {
      severity: 'error',
      found: 'of Secret game is written out',
      fix: expect.stringContaining(`sops encrypt --age ${recipient}`),
      sources: expect.arrayContaining([expect.stringContaining('fluxcd.io')]),
    },
  ])
  expect(of('GIT008', plain.replace('stringData', 'other'))).toEqual([])
})

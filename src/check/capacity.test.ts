// Room counts only where pods may go: nodes whose taints they tolerate.

import { expect, test } from 'vitest'
import { check } from './check.ts'
import { fleetOf } from './example.case.ts'
import { federated } from './laws/federation-example.ts'

const found = (code: string, fragment: string): readonly string[] =>
  check(fleetOf(fragment), '2026-11-21').flatMap((finding) => (finding.code === code ? [finding.found] : []))

const tainted = 'taints: [{ key: gpu, effect: NoSchedule }]'

test('KM028: tainted nodes of a member hold nothing of an app that does not tolerate them', () => {
  const lost = (more: string) =>
    found(
      'KM028',
      federated({
        federation: 'failover: {}',
        placement: 'division: dynamic',
        app: ['resources: { cpu: 1.4 }'],
      }).replace(
        'name: east, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: workers,',
        `name: east, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: workers, ${more}`,
      ),
    )
  expect(lost('')).toEqual([])
  expect(lost(`${tainted},`)).toEqual(['is 4, more than the others hold when west is lost'])
})

test('KM022: the share of fixed weights must fit on nodes that are open', () => {
  const share = (more: string) =>
    found(
      'KM022',
      federated({ placement: 'weights: { west: 3, east: 1 }', app: ['resources: { cpu: 1.5 }'] }).replace(
        'cluster: west, nodePools: [{ name: workers,',
        `cluster: west, nodePools: [{ name: workers, ${more}`,
      ),
    )
  expect(share('')).toEqual([])
  expect(share(`${tainted},`)).toEqual(['give west more than its nodes hold'])
})

const app = (name: string, source: string, cpu: number) => `---
kind: App
metadata: { name: ${name} }
source: ${source}
resources: { cpu: ${cpu}, memoryGiB: 1 }
placement: [{ site: los-angeles, replicas: 6 }, { site: dallas, replicas: 6 }]
expose: { host: ${name}.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
`
const dallas = (pools: string, ...apps: readonly string[]) =>
  found(
    'DR005',
    `sites:
  - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge, instanceTypes: [t3.medium], replicas: 8 }] }
  - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: ${pools} }
${apps.join('')}`,
  )
const edge = '{ name: edge, instanceTypes: [t3.medium], replicas: 4 }'
const gpu = (more: string) => `{ name: gpu, instanceTypes: [t3.medium], replicas: 4${more} }`
const game = app('game', '{ image: registry.example.com/game:1.0.0 }', 1.4)

test('DR005: what takes over needs room on nodes whose taints it tolerates', () => {
  expect(dallas(`[${edge}, ${gpu('')}]`, game)).toEqual([])
  expect(dallas(`[${edge}, ${gpu(`, ${tainted}`)}]`, game)).toEqual([
    'makes the apps of dallas ask for 8.4 CPUs of 7.7',
  ])
})

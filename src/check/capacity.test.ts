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

test('what takes over needs room on nodes that it tolerates, beside the apps that may run on no others', () => {
  const asked = (dallas: string) =>
    found(
      'NM007X',
      '',
    )
  expect(asked('')).toEqual([])
})

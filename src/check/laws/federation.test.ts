// Edges of the laws of federations, and the scheduler itself as their witness.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Finding } from '../../model/finding.ts'
import { scheduleOutcomes } from '../../schedule/schedule.ts'
import { check } from '../check.ts'
import { fleetOf } from '../example.case.ts'
import { federated } from './federation-example.ts'
import { tieMatters } from './federation-placement.ts'

const of = (code: string, fragment: string): readonly Finding[] =>
  check(fleetOf(fragment), '2026-11-21').filter((finding) => finding.code === code)

const outcomesOf = (replicas: number, weights: readonly number[]) =>
  scheduleOutcomes({
    clusters: weights.map((_, index) => ({ name: `m${index}` })),
    replicas,
    placement: {
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        replicaDivisionPreference: 'Weighted',
        weightPreference: {
          staticWeightList: weights.map((weight, index) => ({
            targetCluster: { clusterNames: [`m${index}`] },
            weight,
          })),
        },
      },
    },
  })

test('KM010: a tie is named exactly where the scheduler may come out in two ways [seed 80]', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
      (replicas, weights) => {
        // names are given in order, so that equal parties differ by name alone
        expect(tieMatters(replicas, weights)).toBe(outcomesOf(replicas, weights).length === 2)
      },
    ),
    { numRuns: 3000, seed: 7 },
  )
})

test('KM010: groups are divided one at a time, since Karmada uses one of them at a time', () => {
  const groups = (replicas: number) =>
    of(
      'KM010',
      federated({
        placement:
          'division: weighted, groups: [{ name: home, clusters: [west] }, { name: away, clusters: [west, east] }]',
      }).replace('replicas: 4', `replicas: ${replicas}`),
    )
  expect(groups(4)).toEqual([])
  expect(groups(5)).toMatchObject([{ severity: 'info', found: 'is 5, whose last falls by a tie' }])
})

test('KM011: weights that are all 0 count as 1, also in the scheduler', () => {
  const [outcome] = outcomesOf(4, [0, 0])
  expect(outcome).toMatchObject({ result: [{ replicas: 2 }, { replicas: 2 }] })
  expect(of('KM011', federated({ placement: 'weights: { west: 0, east: 0 }' }))).toMatchObject([
    { severity: 'error', found: 'are all 0, which counts as 1 for every member' },
  ])
})

test('KM011: with residency, a member abroad that weights only leave out is an error; at home a written 0 is a warning [seed 89]', () => {
  const abroad = (weights: string, residency: string) =>
    of(
      'KM011',
      federated({ placement: `weights: { ${weights} }`, app: [`objectives: { residency: [${residency}] }`] }).replace(
        'name: east, place: { region: us-east-1 }',
        'name: east, country: CA, place: { region: us-east-1 }',
      ),
    ).map(({ severity, where }) => [severity, where])
  expect(abroad('west: 1', 'US')).toEqual([['error', 'apps.game.placement.main.weights']])
  expect(abroad('west: 1, east: 0', 'US')).toEqual([['error', 'apps.game.placement.main.weights']])
  expect(abroad('west: 1, east: 0', 'US, CA')).toEqual([['warning', 'apps.game.placement.main.weights.east']])
  expect(abroad('west: 1', 'US, CA')).toEqual([])
})

test('KM015: each of the four switches that is missing is named, where it is written [seed 88]', () => {
  const found = of(
    'KM015',
    federated({
      federation:
        'failover: { featureGate: false, noExecuteEviction: false, noExecutePolicyAllowed: false, taintPolicy: false }',
    }),
  )
  expect(found.map(({ where }) => where)).toEqual(
    ['featureGate', 'noExecuteEviction', 'noExecutePolicyAllowed', 'taintPolicy'].map(
      (name) => `federations.main.failover.${name}`,
    ),
  )
})

test('KM017: directly is an error where the app must recover, and never is no mode for a lost member', () => {
  const purge = (federation: string, placement: string, app: readonly string[] = []) =>
    of('KM017', federated({ federation, placement: `division: weighted${placement}`, app })).map(
      ({ severity, where }) => [severity, where],
    )
  const must = ['objectives: { recoverWithin: 10m }']
  expect(purge('failover: {}', ', purge: directly')).toEqual([['warning', 'apps.game.placement.main.purge']])
  expect(purge('failover: {}', ', purge: directly', must)).toEqual([['error', 'apps.game.placement.main.purge']])
  expect(purge('failover: { purge: never }', '')).toEqual([['error', 'federations.main.failover.purge']])
})

test('KM026: a placement that fits nothing is found, as the scheduler finds it: every copy goes', () => {
  expect(of('KM026', federated({ placement: 'members: { exclude: [west, east] }' }))).toMatchObject([
    { severity: 'error', found: 'fit no member of main' },
  ])
  const [outcome] = scheduleOutcomes({
    clusters: [{ name: 'west' }],
    replicas: 2,
    previous: [{ name: 'west', replicas: 2 }],
    placement: { clusterAffinity: { exclude: ['west'] } },
  })
  expect(outcome).toMatchObject({ reason: 'NoClusterFit' })
})

test('KM027: what is bound to one member stays only if it tolerates the loss for ever [seed 88]', () => {
  const bound = (placement: string, failover = 'failover: { after: 90s }') =>
    of('KM027', federated({ federation: failover, placement })).map(({ severity, found }) => [severity, found])
  expect(bound('members: { clusters: [west] }')).toEqual([
    ['error', 'is bound to west, and is taken off it 1m30s after its loss'],
  ])
  expect(bound('members: { clusters: [west] }, tolerateLoss: forever')).toEqual([])
  expect(bound('members: { clusters: [west] }', 'failover: { taintPolicy: false }')).toEqual([])
  expect(bound('division: weighted')).toEqual([])
  expect(bound('')).toMatchObject([['warning', expect.stringContaining('is on each of its members')]])
})

test('KM028: groups let a member be lost, as long as one of them has enough left', () => {
  const lost = (placement: string, app: readonly string[] = []) =>
    of('KM028', federated({ federation: 'failover: {}', placement: `division: dynamic${placement}`, app })).map(
      ({ found }) => found,
    )
  expect(lost(', groups: [{ name: home, clusters: [west] }, { name: away, clusters: [east] }]')).toEqual([])
  expect(lost(', spread: [{ by: region, min: 2, max: 2 }, { by: cluster, min: 1, max: 2 }]')).toEqual([
    'asks for 2 Regions, of which 1 is left when one member is lost',
  ])
  expect(lost(', members: { clusters: [west] }', ['objectives: { recoverWithin: 10m }'])).toEqual([
    'may run on west alone, and must recover',
  ])
})

test('KM028: what the others cannot carry is found before the day, with capacity that looks at nodes', () => {
  const heavy = (cpu: number, division: string) =>
    of(
      'KM028',
      federated({
        federation: 'failover: {}',
        placement: `division: ${division}`,
        app: [`resources: { cpu: ${cpu} }`],
      }),
    ).map(({ severity, found }) => [severity, found])
  expect(heavy(1.4, 'dynamic')).toEqual([])
  expect(heavy(2.5, 'dynamic')).toEqual([['error', 'is 4, more than the others hold when west, east is lost']])
  expect(heavy(2.5, 'weighted')).toMatchObject([['warning', expect.anything()]])
})

test('KM021: one small member of two is a warning; without requests Karmada counts pods alone', () => {
  const small = (app: readonly string[]) =>
    of(
      'KM021',
      federated({ placement: 'division: aggregated', app }).replace(
        'instanceTypes: [m5.large]',
        'instanceTypes: [t3.medium]',
      ),
    ).map(({ severity, found }) => [severity, found])
  expect(small(['resources: { cpu: 0.1 }'])).toEqual([['warning', 'is aggregated, and west counts for nothing']])
  expect(small([])).toEqual([])
})

test('KM008: names that are no members of the federation are found in every field', () => {
  const found = of(
    'KM008',
    federated({
      placement:
        'weights: { parent: 1 }, suspendedOn: [parent], overrides: [{ clusters: [parent], image: "game:2.0.0" }], members: { clusters: [west, parent] }',
    }),
  )
  expect(found.map(({ where }) => where.replace('apps.game.placement.main.', '')).toSorted()).toEqual([
    'members.clusters.1',
    'overrides.0.clusters.0',
    'suspendedOn.0',
    'weights.parent',
  ])
})

test('KM007: a private endpoint in another routing domain is out of reach, an agent there is not', () => {
  const apart = (sync: string) =>
    of(
      'KM007',
      `networks:
  - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
  - { name: east, region: us-east-1, cidr: 10.10.0.0/16, routingDomain: apart }
${federated({ federation: `sync: { ${sync} }` })}`,
    ).map(({ found }) => found)
  expect(apart('default: push')).toEqual(['pushes to east, with a private endpoint in another routing domain'])
  expect(apart('default: push, east: pull')).toEqual([])
})

const many = (members: number) => `networks: [{ name: main, region: us-east-1, cidr: 172.31.0.0/16 }]
clusters: [{ name: parent, network: main, eks: { version: "1.35" } }]
sites: []
classes:
  - name: store
    rows:
      key: id
      columns: { id: string }
      list: [${Array.from({ length: members }, (_, index) => `{ id: "${index}" }`).join(', ')}]
    site: { name: "store-{id}", place: { onPremises: bareMetal }, cluster: "store-{id}", network: { cidr: 10.0.0.0/24, routed: false }, nodePools: [{ name: floor }] }
    cluster: { name: "store-{id}", labels: { tier: store }, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.0.0.10 } }
federations: [{ name: main, host: parent, members: { matchLabels: { tier: store } }, failover: {} }]
---
kind: App
metadata: { name: agent }
source: { image: "registry.example.com/agent:1.0.0" }
placement: [{ federation: main, replicas: 30000, division: weighted }]
`

test('a federation of ten times as many members has as many findings', () => {
  const codes = (members: number) => check(fleetOf(many(members))).map(({ code, where }) => `${code} ${where}`)
  expect(codes(400)).toEqual(codes(40))
  expect(codes(40)).toContain('KM007 federations.main.sync')
})

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { checked, twoSites } from './failover.case.ts'
import { singleLosses } from './loss.ts'
import { survivalOf } from './survival.ts'

const under = (fleet: Parameters<typeof survivalOf>[0], loss: string) =>
  survivalOf(fleet).find((survival) => survival.loss === loss)

test('every site, control plane, zone and Region is lost once', () => {
  expect(singleLosses(twoSites()).map((loss) => loss.id)).toEqual([
    ...['power/edge', 'uplink/edge', 'serviceLink/edge', 'internet/edge', 'power/home', 'uplink/home', 'internet/home'],
    ...['controlPlane/west', 'controlPlane/east', 'zone/us-east-1a', 'zone/us-east-1b'],
    ...['region/us-east-1', 'regionControlPlane/us-east-1', 'region/us-west-2', 'regionControlPlane/us-west-2'],
    ...['copy/game/edge', 'copy/game/home'],
  ])
})

test('the loss of the primary is survived by the secondary, and by nothing more', () => {
  expect(under(twoSites(), 'power/edge')).toMatchObject({
    outcome: 'recovers',
    servedBy: ['home'],
    copiesLeft: 1,
    replicasLeft: 2,
    replicas: 4,
    recovery: { minSeconds: 72, maxSeconds: 172 },
  })
})

test('the loss of the secondary is noticed by nobody, and leaves no spare', () => {
  expect(under(twoSites(), 'power/home')).toMatchObject({ outcome: 'unnoticed', servedBy: ['edge'], copiesLeft: 1 })
})

test('one control plane for both copies is no loss to users: pods go on', () => {
  const fleet = twoSites({ home: 'place: { region: us-west-2 }, cluster: west' })
  expect(under(fleet, 'controlPlane/west')).toMatchObject({ outcome: 'unnoticed', copiesLeft: 2 })
})

test('a Region that both copies hang on takes only what stands in it', () => {
  const fleet = twoSites({ home: 'place: { region: us-west-2 }, cluster: west' })
  expect(under(fleet, 'region/us-west-2')).toMatchObject({ outcome: 'unnoticed', servedBy: ['edge'], copiesLeft: 1 })
})

test('an Availability Zone takes its share of the nodes, and the Outpost that is anchored to it loses its link', () => {
  const fleet = fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: zones }
networks:
  - name: main
    region: us-east-1
    cidr: 10.10.0.0/16
    subnets: [{ name: a, zone: us-east-1a, cidr: 10.10.1.0/24 }, { name: b, zone: us-east-1b, cidr: 10.10.2.0/24 }]
clusters: [{ name: east, network: main, eks: { version: "1.35" } }]
sites:
  - { name: home, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: home, replicas: 4, subnets: [a, b], instanceTypes: [t3.medium] }] }
  - { name: rack, place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a } }, cluster: east, internet: false, nodePools: [{ name: rack, replicas: 2, instanceTypes: [m5.large] }] }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: rack, replicas: 2 }, { site: home, replicas: 4 }]
expose: { host: game.example.com, routing: { failover: [rack, home] }, ${checked} }
`)
  // the rack's users come by way of the Region, so that its link is their way too
  expect(under(fleet, 'zone/us-east-1a')).toMatchObject({
    outcome: 'recovers',
    servedBy: ['home'],
    copiesLeft: 1,
    replicasLeft: 4,
    replicas: 6,
  })
  expect(under(fleet, 'zone/us-east-1b')).toMatchObject({ outcome: 'unnoticed', replicasLeft: 4 })
})

test('what two sites lose together is one loss', () => {
  const fleet = twoSites({
    edge: 'place: { localZone: us-west-2-lax-1a }, cluster: west, sharedRisks: [grid]',
    home: 'place: { region: us-east-1 }, cluster: east, sharedRisks: [grid]',
  })
  expect(under(fleet, 'sharedRisk/grid')).toMatchObject({
    outcome: 'lost',
    copiesLeft: 0,
    replicasLeft: 0,
    title: 'grid: 2 sites lose their power together',
  })
})

test('users on the LAN of a lost site wait, and are told apart', () => {
  const fleet = twoSites({ audiences: '[{ name: public }, { name: floor, at: edge }]' })
  expect(under(fleet, 'power/edge')).toMatchObject({ outcome: 'recovers', waitingOnLan: ['floor'] })
})

test('an app without a name survives as long as a copy is left', () => {
  const fleet = twoSites({ expose: 'none' })
  expect(under(fleet, 'power/edge')).toMatchObject({ outcome: 'copiesLeft', copiesLeft: 1, replicasLeft: 2 })
  expect(under(twoSites({ expose: 'none', placement: '[{ site: edge }]' }), 'power/edge')).toMatchObject({
    outcome: 'noCopyLeft',
    copiesLeft: 0,
  })
})

test('objectives are held against what is left: time, distance, country', () => {
  const fleet = twoSites({
    home: 'place: { region: eu-central-1 }, cluster: east',
    fleet: '',
    app: 'objectives: { recoverWithin: 2m, latencyP95: 60ms, residency: [US] }',
  })
  const broken = under(fleet, 'power/edge')?.broken
  expect(broken?.map((one) => one.objective)).toEqual(['recoverWithin', 'latencyP95', 'residency'])
  expect(broken?.[0]).toMatchObject({ wantedSeconds: 120, worstSeconds: 172 })
  expect(broken?.[2]).toMatchObject({ country: 'DE', site: 'home' })
})

const shops = (count: number) => `
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35" } }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string, grid: [north, south] }, list: [${Array.from({ length: count }, (_, index) => `{ id: s${index}, grid: ${index % 2 === 0 ? 'north' : 'south'} }`).join(', ')}] }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, labels: { kind: shop }, sharedRisks: ["{grid}"], nodePools: [{ name: node }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, managementCluster: hq, singleNode: true, version: "1.35", endpoint: 10.0.0.10 } }
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1.0.0 }
placement: [{ matchLabels: { kind: shop } }]
`

test('shops that are alike are one loss with a number', () => {
  const fleet = fleetFrom(shops(40))
  const power = survivalOf(fleet).filter((survival) => survival.kind === 'power')
  expect(power.map((survival) => survival.standsFor.count)).toEqual([40])
  expect(power[0]).toMatchObject({ app: 'till', outcome: 'copiesLeft', copiesLeft: 39, replicasLeft: 39, replicas: 40 })
  expect(power[0]?.standsFor.names).toEqual(['shop-s0', 'shop-s1', 'shop-s2'])
})

test('a grid that carries half of the shops takes half of the copies', () => {
  expect(under(fleetFrom(shops(40)), 'sharedRisk/north')).toMatchObject({ outcome: 'copiesLeft', copiesLeft: 20 })
})

test('a hundred times as many shops are judged by the same few losses', () => {
  const few = survivalOf(fleetFrom(shops(20)))
  const many = survivalOf(fleetFrom(shops(2000)))
  expect(many.length).toBe(few.length)
})

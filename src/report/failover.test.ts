import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { explainFailover, survivalOf } from '../failover/index.ts'
import { fleetFrom } from '../fleet/from.ts'
import { readFleet } from '../fleet/read.ts'
import { federated } from '../worlds/twin/testing/federation.case.ts'
import { failoverText } from './failover-text.ts'
import { survivalBrief, survivalText } from './survival-text.ts'

const example = async (name: string) => readFleet([fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))])
const localZone = await example('local-zone')
const recovery = await example('recovery')
const text = failoverText(explainFailover(localZone, 'game-2048'))

const lines = (told: string): readonly string[] => told.split('\n')
const flat = (told: string): string => told.replace(/\s+/g, ' ')
const tooWide = (told: string, columns: number): readonly string[] =>
  lines(told).filter((line) => [...line].length > columns)

test('every gate is told with its state and the line of the file that sets it', () => {
  expect(flat(text)).toMatch(/ on a health check HTTP port 80 \/, every 30s, down.* after 3 failures /)
  expect(text).toMatch(/^ {2}OFF +control planes of their own .* fleet\.yaml:\d+$/m)
  expect(failoverText(explainFailover(recovery, 'game-2048'))).toMatch(/^ {2}on +control planes of their own/m)
})

test('each loss has its segments with bounds and expected time, summed up', () => {
  expect(text).toMatch(
    /When los-angeles loses its power[\s\S]*72 to 102 +96\.7 +enough health checkers[\s\S]*72 to 172 +132 +the sum/,
  )
})

test('what users do not notice is said, with what the control plane believes meanwhile [seed 50]', () => {
  expect(flat(text)).toMatch(
    /When los-angeles loses the link to its control plane los-angeles-players and west-coast-players: Users notice nothing\. control plane eks-cluster: nodes at los-angeles Unknown after 30 to \d+ s/,
  )
  expect(flat(text)).toContain('Meanwhile its containers run on: deleted in the API is not stopped.')
})

test('where no spare is left that is said', () => {
  expect(flat(text)).toMatch(/When oregon loses its power.*: Users notice nothing\. No spare is left\./)
})

test('every timer named has its source at the end', () => {
  const named = [
    ...new Set(
      [...text.matchAll(/\b(?:route53|resolver|loadBalancer|kubernetes)\.[a-zA-Z.]+/g)].map(([timer]) => timer),
    ),
  ]
  const sources = text.slice(text.indexOf('Where it comes from'))
  for (const timer of named) expect(sources).toContain(`  ${timer}  `)
  expect(named.length).toBeGreaterThan(4)
})

test('an app without a name is told to have no failover', () => {
  const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: bare }
clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.0.0.10 } }]
sites: [{ name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: node }] }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1.0.0 }
placement: [{ site: shop }]
`)
  expect(failoverText(explainFailover(fleet, 'till'))).toMatch(
    /^till has no public name: users reach a copy on its LAN, or not at all\./,
  )
})

test('the explanation is plain data, without Infinity, for -o json', () => {
  const data = explainFailover(localZone, 'game-2048')
  expect(JSON.parse(JSON.stringify(data))).toEqual(data)
})

test.each([90, 100])('nothing is wider than %i columns', (columns) => {
  for (const fleet of [localZone, recovery]) {
    expect(tooWide(failoverText(explainFailover(fleet, 'game-2048'), { columns }), columns)).toEqual([])
    expect(tooWide(survivalBrief(survivalOf(fleet), { columns }), columns)).toEqual([])
    expect(tooWide(survivalText(survivalOf(fleet), { columns }), columns)).toEqual([])
  }
})

test('N-1 in brief: what users feel, worst first, and what leaves no spare', () => {
  const brief = survivalBrief(survivalOf(localZone))
  expect(lines(brief)[0]).toBe('What any single loss leaves (N-1)')
  expect(brief).toMatch(/game-2048 +los-angeles loses its power +oregon +72 to 172 s/)
  expect(flat(brief)).toContain(
    '9 other losses users do not notice, but 4 of them leave no spare: oregon loses its power',
  )
  expect(lines(brief).length).toBeLessThanOrEqual(10)
})

test('users on the LAN of a lost site are told to wait', () => {
  expect(flat(survivalBrief(survivalOf(recovery)))).toContain('plant-floor on its LAN must wait')
})

test('what Karmada moves is told with when it is ready, beside when users are served', () => {
  const { fleet } = federated({ faults: '[{ at: 1m, lose: registry }]' })
  const text = flat(survivalText(survivalOf(fleet), { columns: 200 }))
  expect(text).toMatch(/6 of 6 replicas, ready at plant after [\d.]+( s)? to [\d.]+ s/)
  const alone = federated({ faults: '[{ at: 1m, lose: registry }]', failover: '' }).fleet
  expect(survivalText(survivalOf(alone))).not.toContain('ready at')
})

test('without an app there is nothing to lose', () => {
  expect(survivalBrief([])).toBe('')
  expect(survivalText([])).toContain('nothing to lose')
})

test('shops of a class whose loss is the same story are told once, with their number', () => {
  const shops = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35" } }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string }, list: [{ id: a }, { id: b }, { id: c }, { id: d }, { id: e }] }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, labels: { kind: shop }, nodePools: [{ name: node }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, managementCluster: hq, singleNode: true, version: "1.35", endpoint: 10.0.0.10 } }
audiences: [{ name: tills-a, at: shop-a }, { name: tills-b, at: shop-b }, { name: tills-c, at: shop-c }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1.0.0 }
placement: [{ matchLabels: { kind: shop } }]
expose: { host: till.example.com, routing: { simple: shop-a } }
`)
  const told = failoverText(explainFailover(shops, 'till'))
  expect(lines(told).filter((line) => /^When shop-. loses its power/.test(line))).toEqual([
    'When shop-a loses its power (and 2 like it)',
    'When shop-d loses its power (and 1 like it)',
  ])
  expect(flat(told)).toMatch(/on control planes of their own +5 clusters of the class/)
  expect(told).not.toContain('all copies hang on')
  // those on the LAN of another shop than the one that is lost are one line
  expect(told).toContain('  tills-b and tills-c: Users notice nothing.\n')
})

test('the times are said to be those of a loss that outlasts them', () => {
  expect(flat(text)).toContain('Each loss below is taken to outlast the times beside it')
})

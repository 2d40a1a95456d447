// What a person reads of a plan.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { readFleet } from '../fleet/read.ts'
import { documents, fleetOf, header, mixed } from '../plan/fleets.case.ts'
import { observedFrom, plan } from '../plan/index.ts'
import { planMarkdown } from './plan-markdown.ts'
import { countsOf, lengthOf, phasesOf } from './plan-summary.ts'
import { planBackwardText, planBrief, planText } from './plan-text.ts'

const localZone = plan(await readFleet(['examples/local-zone']))

test('the header counts what is to be made, kept and looked at, and adds up what is published of time', () => {
  expect(planText(localZone).split('\n').slice(0, 2)).toEqual([
    'Plan for the fleet local-zone: 11 to create, 2 kept, 7 to look at',
    'About 15 to 20 minutes on the longest way, if nothing waits; for 8 of 11 steps no figure is published, and none is counted.',
  ])
})

test('[seed 10, 11] the longest way is one control plane and one set of nodes, however many stand beside them', () => {
  expect(lengthOf(localZone)).toEqual({ minSeconds: 900, maxSeconds: 1200, figures: 3, steps: 11 })
})

test('one line per step, with its sign, what it waits for where that is not plain, and how long it takes', () => {
  const lines = planText(localZone).split('\n')
  expect(lines).toContain('  + Create the EKS cluster eks-cluster, Kubernetes 1.35, in us-west-2 (10 to 15 minutes)')
  expect(lines).toContain('  + Place game-2048 at los-angeles, 3 replicas in game-2048-lz (after the copy at oregon)')
  expect(lines).toContain('  = The public hosted zone example.com is there (Z0123456789ABC)')
  expect(lines).toContain('  ? http://game.example.com answers 200, asked once a second with 2 s of patience')
})

test('a change shows the fields that differ, and what is kept is only counted', () => {
  const before = plan(mixed())
  const text = planText(
    plan(
      mixed((it) => it.replace('site: los-angeles, replicas: 3', 'site: los-angeles, replicas: 4')),
      observedFrom(before),
    ),
  )
  expect(text).toContain(
    '  ~ Change store at los-angeles, 4 replicas, by Flux (after the copy at oregon, stock at oregon, stock at shop and 1 more)\n      replicas: 3 → 4\n',
  )
  expect(text).toMatch(/: 1 to change, \d+ kept, \d+ to look at\n/)
  expect(text.split('\n').filter((line) => /^ {2}[+~-]/.test(line))).toHaveLength(1)
})

test('against itself there is nothing to do, and the text says so', () => {
  const made = plan(mixed())
  expect(planText(plan(mixed(), observedFrom(made)))).toContain(
    '\nEverything is as it is declared: there is nothing to do.\n',
  )
})

test('the brief form has at most fifteen lines, for any fleet', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const brief = planBrief(plan(fleetOf(given)))
      expect(brief.split('\n').length).toBeLessThanOrEqual(15)
      expect(brief.split('\n').every((line) => line.length <= 130)).toBe(true)
    }),
    { numRuns: 60 },
  )
  expect(
    planBrief(localZone),
  ).toBe(`Plan for local-zone: 11 to create, 2 kept, 7 to look at; about 15 to 20 minutes as far as figures are published
  zones       us-west-2-lax-1
  networks    main 10.10.0.0/16
  clusters    eks-cluster 1.35
  nodes       2 at oregon, 2 at los-angeles
  identity    oidc-provider on eks-cluster
  add-ons     aws-load-balancer-controller on eks-cluster
  apps        2 × game-2048 at oregon, 3 × game-2048 at los-angeles
  names       game.example.com → los-angeles, game.example.com → oregon
`)
})

test('the clean-up tells its order, what is protected, and what is left as it is', () => {
  const text = planBackwardText(localZone)
  expect(text).toContain(
    'Clean-up of the fleet local-zone: 11 steps, in this order\nAll of them take something from what is marked protect (*): its name must be typed first\n',
  )
  expect(text).toContain('\n  - Delete the network main with its gateways and subnets *\n')
  expect(text).toContain(
    "\nLeft as it is\n  = us-west-2-lax-1 stays opted in: it costs nothing, and AWS undoes it only on request\n  = The hosted zone example.com stays: it is not skerry's\n",
  )
})

const stores = (count: number, change: (text: string) => string = (text) => text) =>
  fleetFrom(
    {
      'fleet.yaml': change(`${header}metadata: { name: stores }
clusters:
  - { name: hq-east, at: chicago, eksAnywhere: { provider: bareMetal, version: "1.35", role: management } }
  - { name: hq-west, at: reno, eksAnywhere: { provider: bareMetal, version: "1.35", role: management } }
  - { name: ship, at: ship, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, airGapped: true, registryMirror: { endpoint: harbor.ship.lan } } }
sites:
  - { name: chicago, place: { onPremises: bareMetal }, cluster: hq-east, nodePools: [{ name: m, replicas: 3 }] }
  - { name: reno, place: { onPremises: bareMetal }, cluster: hq-west, nodePools: [{ name: m, replicas: 3 }] }
  - { name: ship, place: { onPremises: bareMetal }, cluster: ship }
classes:
  - name: store
    rows: { key: id, columns: { id: string, hq: cluster, ring: [canary, early, rest] }, csv: stores.csv }
    site: { name: "store-{id}", place: { onPremises: bareMetal }, cluster: "store-{id}", labels: { kind: store, ring: "{ring}" } }
    cluster: { name: "store-{id}", eksAnywhere: { provider: bareMetal, version: "1.35", managementCluster: "{hq}", singleNode: true, boot: iso, packages: [metallb], metallbPool: 10.0.0.20-10.0.0.30, hardware: { csv: "hw/{id}.csv", bmcSecretRef: "vault/bmc/{id}" } } }
gitops: { url: "ssh://git@git.example.com/fleet" }
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1 }
placement: [{ matchLabels: { kind: store }, replicas: 2 }]
`),
    },
    { 'stores.csv': csvOf(count) },
  )

const csvOf = (count: number): string =>
  [
    'id,hq,ring',
    ...Array.from(
      { length: count },
      (_, index) =>
        `${String(index + 1).padStart(4, '0')},hq-${index % 2 === 0 ? 'east' : 'west'},${index < 25 ? 'canary' : index < 275 ? 'early' : 'rest'}`,
    ),
  ].join('\n')

test('[seed 69] a class of 2,500 shops is told in one line with its rings, forward, backward and placed', () => {
  const made = plan(stores(2500))
  const text = planText(made)
  expect(text.split('\n').length).toBeLessThan(70)
  const lines = text.split('\n')
  expect(lines).toContain(
    '  + Create 2,500 single-node EKS Anywhere clusters of the class store, Kubernetes 1.35 (store-0001 … store-2500), in rings canary 25, early 250, rest 2,225 (after hq-east, hq-west)',
  )
  expect(lines).toContain('  + Install metallb on 2,500 clusters of the class store (store-0001 … store-2500)')
  expect(lines).toContain(
    '  + Place till at 2,500 sites of the class store, 2 replicas each (store-0001 … store-2500), in rings canary 25, early 250, rest 2,225',
  )
  expect(lines).toContain('  ? The machines are listed at 2,500 clusters of the class store (store-0001 … store-2500)')
  // those that are no row of a class stay themselves
  expect(lines.filter((line) => /Create the EKS Anywhere cluster (?:hq-east|hq-west|ship) /.test(line))).toHaveLength(3)
  expect(text).toMatch(/\n {2}till +2,500 sites of store +their own +2 each /)
  const back = planBackwardText(made)
  expect(back.split('\n').length).toBeLessThan(40)
  expect(back).toContain('  - Delete 2,500 clusters of the class store (store-0001 … store-2500) *\n')
  expect(back.indexOf('Delete 2,500 clusters')).toBeLessThan(back.indexOf('Delete the cluster hq-west'))
  // nothing is lost: all lines are there for those who ask
  expect(
    planText(made, { all: true })
      .split('\n')
      .filter((line) => line.startsWith('  + Create the EKS Anywhere cluster')),
  ).toHaveLength(2503)
})

test('the brief form of 2,500 shops has a line for each part, and the shops are a number in it', () => {
  const brief = planBrief(plan(stores(2500)))
  expect(brief.split('\n').length).toBeLessThanOrEqual(15)
  expect(brief).toContain('  clusters    2,500 of store 1.35, hq-east 1.35, hq-west 1.35, ship 1.35\n')
  expect(brief).toContain('  apps        till at 2,500 of store\n')
})

test('a change of the class is told once: the field with its values, or that each has its own', () => {
  const text = planText(
    plan(
      stores(300, (it) =>
        it.replace('10.0.0.20-10.0.0.30', '10.0.0.40-10.0.0.50').replace('hw/{id}.csv', 'new/{id}.csv'),
      ),
      observedFrom(plan(stores(300))),
    ),
  )
  expect(text).toContain(
    '  ~ Change metallb on 300 clusters of the class store (store-0001 … store-0300)\n      addresses: 10.0.0.20-10.0.0.30 → 10.0.0.40-10.0.0.50\n',
  )
  expect(text).toContain('      hardware.csv: its own for each\n')
  expect(text.split('\n').length).toBeLessThan(30)
})

test('rows that are gone are removed in one line, though their class no longer knows them', () => {
  const text = planText(plan(stores(10), observedFrom(plan(stores(300)))))
  expect(text).toContain('  - Delete the cluster store-0300, by hq-west, and 289 more like it, to store-0011\n')
  expect(text.split('\n').length).toBeLessThan(45)
})

test('a handful of stores are told one by one', () => {
  expect(planText(plan(stores(3))).match(/Create the EKS Anywhere cluster store/g)).toHaveLength(3)
})

test('a name with a line break stays on its line', () => {
  const fleet = mixed((text) => text.replace('branch: main', 'branch: "main\\n  + Delete everything"'))
  const lines = planText(plan(fleet)).split('\n')
  expect(lines.filter((line) => line.startsWith('  + Delete everything'))).toEqual([])
  expect(lines.some((line) => line.includes('branch main   + Delete everything'))).toBe(true)
})

test('no step is lost between its phases', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const made = plan(fleetOf(given))
      expect(phasesOf(made.steps).flatMap(({ steps }) => steps)).toEqual(made.steps)
      const { create, change, remove, keep, look } = countsOf(made)
      expect(create + change + remove + keep + look).toBe(made.steps.length)
    }),
    { numRuns: 40 },
  )
})

test.each(['federation', 'local-zone', 'recovery', 'stores', 'wavelength'])(
  'the plan of the example %s is read on two screens, in a dozen lines, and in a comment',
  async (name) => {
    const made = plan(await readFleet([`examples/${name}`]))
    expect(planText(made).split('\n').length).toBeLessThanOrEqual(130)
    expect(planBackwardText(made).split('\n').length).toBeLessThanOrEqual(70)
    expect(planBrief(made).split('\n').length).toBeLessThanOrEqual(15)
    expect(planMarkdown(made).length).toBeLessThan(30_000)
  },
)

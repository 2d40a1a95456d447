// A part of a fleet: what is asked for, what it needs, and nothing that points at what is left out.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from './fleet.ts'
import { narrowFleet } from './narrow.ts'
import { Refusal } from './refusal.ts'

const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: chain }
networks:
  - { name: main, region: us-west-2, cidr: 10.1.0.0/16 }
  - { name: other, region: us-east-1, cidr: 10.2.0.0/16 }
clusters:
  - { name: oregon, network: main, eks: { version: "1.35" } }
  - { name: virginia, network: other, eks: { version: "1.35" } }
  - { name: hq-east, at: chicago, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }
  - { name: hq-west, at: reno, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }
sites:
  - { name: chicago, place: { onPremises: vsphere }, cluster: hq-east, nodePools: [{ name: m, replicas: 2 }] }
  - { name: reno, place: { onPremises: vsphere }, cluster: hq-west, nodePools: [{ name: m, replicas: 2 }] }
  - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { area: west }, nodePools: [{ name: w }] }
  - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, labels: { area: west, edge: "yes" }, nodePools: [{ name: e }] }
  - { name: phoenix, place: { localZone: us-west-2-phx-2a }, cluster: oregon, labels: { area: west, edge: "yes" }, nodePools: [{ name: e }] }
  - { name: virginia, place: { region: us-east-1 }, cluster: virginia, nodePools: [{ name: w }] }
classes:
  - name: store
    rows: { key: id, columns: { id: string, hq: cluster, ring: [canary, rest] }, list: [{ id: a, hq: hq-east, ring: canary }, { id: b, hq: hq-west, ring: rest }, { id: c, hq: hq-east, ring: rest }] }
    site: { name: "store-{id}", place: { onPremises: vsphere }, cluster: "store-{id}", labels: { ring: "{ring}", kind: store } }
    cluster: { name: "store-{id}", eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: "{hq}" } }
federations: [{ name: world, host: virginia, members: [hq-east, hq-west] }]
gitops: { url: "https://git.example.com/fleet", clusters: [oregon, store-a, store-b] }
audiences: [{ name: everybody }, { name: phoenix-lan, at: phoenix }]
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1 }
placement: [{ site: los-angeles }, { site: oregon }, { site: phoenix }]
expose: { host: game.example.com, routing: { weighted: { los-angeles: 1, oregon: 2, phoenix: 3 } } }
---
kind: App
metadata: { name: cache }
source: { image: registry.example.com/cache:1 }
placement: [{ site: phoenix }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1 }
placement: [{ matchLabels: { kind: store } }]
dependsOn: [cache]
---
kind: App
metadata: { name: front }
source: { image: registry.example.com/front:1 }
placement: [{ site: phoenix }, { site: virginia }]
expose: { host: front.example.com, routing: { failover: [phoenix, virginia] } }
---
kind: Drill
metadata: { name: lose-phoenix }
faults: [{ at: 1m, site: phoenix, lose: power }]
expect: [{ app: game, servedBy: oregon }]
---
kind: Drill
metadata: { name: lose-store }
faults: [{ at: 1m, site: store-a, lose: uplink }]
`)

const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name).sort()
const shape = (narrowed: Fleet) => ({ sites: names(narrowed.sites), clusters: names(narrowed.clusters) })

test('without anything asked for it is the same fleet', () => {
  expect(narrowFleet(fleet, {})).toBe(fleet)
})

test('a zone keeps its cluster, the nodes in its Region and its network, and no other zone', () => {
  const part = narrowFleet(fleet, { sites: ['los-angeles'] })
  expect(shape(part)).toEqual({ sites: ['los-angeles', 'oregon'], clusters: ['oregon'] })
  expect(names(part.networks)).toEqual(['main'])
  expect(names(part.apps)).toEqual(['game'])
  expect(part.apps[0]?.placement.map(({ site }) => site)).toEqual(['los-angeles', 'oregon'])
  expect(part.apps[0]?.expose?.routing).toEqual({ weighted: { 'los-angeles': 1, oregon: 2 } })
  expect(names(part.audiences)).toEqual(['everybody'])
  expect(part.drills).toEqual([])
  expect(part.gitops?.clusters).toEqual(['oregon'])
})

test('who stands in by failover comes along with all that it needs', () => {
  const part = narrowFleet(fleet, { sites: ['phoenix'] })
  expect(part.sites.map(({ name }) => name)).toEqual(expect.arrayContaining(['phoenix', 'oregon', 'virginia']))
  expect(part.apps.find(({ name }) => name === 'front')?.expose?.routing).toEqual({ failover: ['phoenix', 'virginia'] })
  expect(names(part.drills)).toEqual(['lose-phoenix'])
})

test('a ring of a class keeps the clusters that make its clusters, and where those stand', () => {
  const alone: Fleet = { ...fleet, federations: [] }
  const part = narrowFleet(alone, { labels: { ring: 'canary' } })
  expect(shape(part)).toEqual({ sites: ['chicago', 'store-a'], clusters: ['hq-east', 'store-a'] })
  expect(part.classes).toMatchObject([{ name: 'store', rows: 1 }])
  expect(part.apps).toMatchObject([{ name: 'till', dependsOn: [], placement: [{ site: 'store-a' }] }])
  expect(names(part.drills)).toEqual(['lose-store'])
})

test('a federation is kept whole: a part of its members would divide otherwise', () => {
  const part = narrowFleet(fleet, { labels: { ring: 'canary' } })
  expect(shape(part).clusters).toEqual(['hq-east', 'hq-west', 'store-a', 'virginia'])
  expect(names(part.federations)).toEqual(['world'])
})

test('labels, names and classes narrow together', () => {
  const part = narrowFleet(
    { ...fleet, federations: [] },
    { labels: { ring: 'rest' }, classes: ['store'], sites: ['store-b', 'store-a'] },
  )
  expect(shape(part)).toEqual({ sites: ['reno', 'store-b'], clusters: ['hq-west', 'store-b'] })
})

test('what nothing answers to is refused, with what there is', () => {
  const refusal = (narrowing: Parameters<typeof narrowFleet>[1]): Refusal => {
    try {
      narrowFleet(fleet, narrowing)
    } catch (error) {
      if (error instanceof Refusal) return error
    }
    throw new Error('it was not refused')
  }
  expect(refusal({ labels: { ring: 'blue' } })).toMatchObject({
    kind: 'usage',
    message: 'no site has the label ring=blue',
    hint: expect.stringContaining('ring=canary'),
  })
  expect(refusal({ classes: ['shop'] }).hint).toBe('classes of sites: store')
  expect(refusal({ sites: ['nowhere'] }).hint).toContain('chicago')
  expect(refusal({ labels: { toString: 'x' } }).message).toContain('toString=x')
})

// What each cluster's Flux follows: the branch, or the revision of its ring.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Plan } from '../model/plan.ts'
import { header } from './fleets.case.ts'
import { observedFrom, plan } from './index.ts'
import { revisionOf } from './steps/gitops.ts'

const shops = (rings: string): Plan =>
  plan(
    fleetFrom(`${header}metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }]
sites: [{ name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: md, replicas: 1 }] }]
classes:
  - name: shop
    rows:
      list: [{ id: a, ring: canary }, { id: b, ring: early }, { id: c, ring: rest }]
      key: id
      columns: { id: string, ring: [canary, early, rest] }
    site: { name: "shop-{id}", place: { onPremises: vsphere }, labels: { ring: "{ring}" } }
    cluster: { eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: hq } }
gitops: { url: "https://git.example.com/fleet", branch: main, secrets: { age: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p] }${rings} }
`),
  )
const start = ({ steps }: Plan, cluster: string) => steps.find(({ id }) => id === `gitops.start/${cluster}`)

test('a cluster follows the revision of its ring; one in no ring, or in a ring without one, follows the branch', () => {
  const made = shops(', rings: { canary: main, rest: v1.4.2 }')
  expect(start(made, 'shop-a')?.intent.source).toMatchObject({
    branch: 'main',
    ring: 'canary',
    ref: { branch: 'main' },
  })
  expect(start(made, 'shop-c')?.intent.source).toMatchObject({ branch: 'main', ring: 'rest', ref: { tag: 'v1.4.2' } })
  expect(start(made, 'shop-c')?.title).toBe(
    'Start Flux on shop-c, from https://git.example.com/fleet, tag v1.4.2 (ring rest)',
  )
  expect(start(made, 'shop-b')?.intent.source).toMatchObject({ branch: 'main', ring: 'early' })
  for (const name of ['shop-b', 'hq']) expect(start(made, name)?.intent.source).not.toHaveProperty('ref')
  expect(start(made, 'hq')?.intent).toMatchObject({ decryption: { provider: 'sops', secret: 'sops-age' } })
})

test('without rings nothing is said of them; a ring that moves on changes its own clusters alone', () => {
  expect(start(shops(''), 'shop-a')?.intent.source).not.toHaveProperty('ring')
  const moved = plan(
    shops(', rings: { canary: v1.5.0, rest: v1.4.2 }').fleet,
    observedFrom(shops(', rings: { canary: main, rest: v1.4.2 }')),
  )
  expect(moved.steps.filter(({ change }) => change === 'change')).toMatchObject([
    {
      id: 'gitops.start/shop-a',
      title: 'Change Flux on shop-a, from https://git.example.com/fleet, tag v1.5.0 (ring canary)',
      differences: [
        { path: 'source.ref.branch', before: 'main' },
        { path: 'source.ref.tag', after: 'v1.5.0' },
      ],
    },
  ])
})

test('a version is a tag, forty hex digits are a commit, a whole ref is a name, all else a branch', () => {
  const kind = (revision: string) => revisionOf({ rings: { one: revision } }, 'one')?.kind
  expect(
    ['v1.4.2', '2026.11', 'c0ffee0123456789c0ffee0123456789c0ffee01', 'refs/tags/blue', 'main', 'release-7'].map(kind),
  ).toEqual(['tag', 'tag', 'commit', 'name', 'branch', 'branch'])
})

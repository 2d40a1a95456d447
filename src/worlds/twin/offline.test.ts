import { describe, expect, test } from 'vitest'
import type { Plan } from '../../model/plan.ts'
import { happened, planFrom, play, seeds } from './testing/plans.case.ts'

const shops = (faults: string, { gitops = '', policy = '1.0', length = '' } = {}): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters:
  - { name: hq, at: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35" } }
  - { name: shop, at: shop, eksAnywhere: { provider: bareMetal, version: "1.35", managementCluster: hq, singleNode: true } }
sites:
  - { name: hq, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: management, replicas: 3 }] }
  - { name: shop, place: { onPremises: bareMetal }, cluster: shop, link: { to: hq, offlineFor: 2d }, nodePools: [{ name: machine, replicas: 1 }] }
${gitops}
audiences: [{ name: tills, at: shop }]
---
kind: App
metadata: { name: pos }
source: { image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/pos:${policy}" }
placement: [{ site: shop, replicas: 2 }]
expose: { host: pos.example.com, routing: { simple: shop }, loadBalancer: metallb }
startup: 40s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
${length === '' ? '' : `length: ${length}`}
`)

describe('a store without its line', () => {
  const eightDays = shops('[{ at: 60s, site: shop, lose: uplink, for: 8d }]')

  test('[seed 65] goes on: nodes stay Ready, nothing is evicted, its tills are answered', () => {
    for (const seed of seeds(10)) {
      const run = play(eightDays, seed)
      expect(run.violations).toEqual([])
      expect(happened(run, 'node/', 'ready')).toEqual([])
      expect(happened(run, 'copy/', 'deleted')).toEqual([])
      expect(run.services.find((service) => service.audience === 'tills')?.availability).toBe(1)
    }
  })

  test('what runs out meanwhile is told: the time that it is asked to bear, the token of its registry', () => {
    const run = play(eightDays)
    expect(happened(run, 'site/shop', 'offlineFor')[0]?.at).toBe(60 + 2 * 86_400)
    expect(happened(run, 'site/shop', 'registryToken')[0]?.at).toBeLessThanOrEqual(60 + 12 * 3600)
    expect(happened(run, 'site/shop', 'certificates')).toEqual([])
  })

  test('after a year without an upgrade its certificates expire', () => {
    const run = play(shops('[{ at: 60s, site: shop, lose: uplink, for: 366d }]'))
    expect(happened(run, 'site/shop', 'certificates')[0]?.at).toBe(60 + 365 * 86_400)
  })

  test('a cut of an hour runs out nothing that was promised', () => {
    expect(
      happened(play(shops('[{ at: 60s, site: shop, lose: uplink, for: 1h }]')), 'site/shop', 'offlineFor'),
    ).toEqual([])
  })

  test('[seed 62] boots by itself while the line is cut: first its control plane, then its pods, from the images that it has', () => {
    for (const seed of seeds(10)) {
      const run = play(
        shops('[{ at: 60s, site: shop, lose: uplink, for: 1d }, { at: 60s, site: shop, lose: power, for: 1h }]'),
        seed,
      )
      expect(run.violations).toEqual([])
      const up = happened(run, 'cluster/shop', 'controlPlane').find((event) => event.to === 'up')?.at ?? 0
      const serving = happened(run, 'copy/pos/shop', 'serving').find((event) => event.to === 2)?.at ?? 0
      expect(up).toBeGreaterThan(3660 + 120)
      expect(serving).toBeGreaterThan(up)
      expect(serving).toBeLessThan(3660 + 86_400)
    }
  })

  test('but not from an image that must be pulled at every start: that waits for the line', () => {
    const run = play(
      shops('[{ at: 60s, site: shop, lose: uplink, for: 1d }, { at: 60s, site: shop, lose: power, for: 1h }]', {
        policy: 'latest',
      }),
    )
    expect(run.violations).toEqual([])
    expect(happened(run, 'copy/pos/shop', 'serving').find((event) => event.to === 2)?.at).toBeGreaterThan(60 + 86_400)
  })

  test('what was committed meanwhile is late by the back-off of Flux, a quarter of an hour at most', () => {
    const gitops = 'gitops: { url: "https://git.example.com/fleet" }'
    for (const seed of seeds(10)) {
      const run = play(shops('[{ at: 60s, site: shop, lose: uplink, for: 2d }]', { gitops }), seed)
      const fetched = (happened(run, 'cluster/shop', 'source')[0]?.at ?? 0) - 60 - 2 * 86_400
      expect(fetched).toBeGreaterThan(0)
      expect(fetched).toBeLessThanOrEqual(905)
      expect(run.violations).toEqual([])
    }
  })
})

test('[seed 64] the management cluster is lost: what it manages runs on, and is not repaired', () => {
  const run = play(shops('[{ at: 60s, cluster: hq, lose: controlPlane, for: 1d }]'))
  expect(run.violations).toEqual([])
  const told = happened(run, 'cluster/hq', 'management')
  expect(told.map((event) => event.to)).toEqual([false, true])
  expect(told[0]?.text).toMatch(/1 cluster managed by hq/)
  expect(happened(run, 'copy/pos/shop', 'serving')).toEqual([])
})

describe('AWS credentials at a site that is cut off from its Region', () => {
  const role =
    'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: game, annotations: { eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/game" } }\n'
  const edge = (place: string, lasts: string) =>
    planFrom(
      `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: edge }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: oregon, network: main, eks: { version: "1.35" } }]
sites:
  - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, replicas: 2 }] }
  - { name: edge, place: { ${place} }, cluster: oregon, nodePools: [{ name: edge, replicas: 2 }] }
---
kind: App
metadata: { name: game }
source: { manifests: game.yaml }
placement: [{ site: edge, replicas: 2 }]
---
kind: Drill
metadata: { name: drill }
faults: [{ at: 60s, site: edge, lose: serviceLink, for: ${lasts} }]
`,
      {
        'game.yaml': `${role}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: game }\nspec: { template: { spec: { containers: [{ image: "example.com/game:1.0" }] } } }\n`,
      },
    )

  test('a role of a service account is good for an hour at most; documents say so, no engine does', () => {
    for (const seed of seeds(20)) {
      const run = play(edge('localZone: us-west-2-lax-1a', '2h'), seed)
      expect(run.violations).toEqual([])
      const [expired] = happened(run, 'site/edge', 'podCredentials')
      expect(expired).toMatchObject({ decidedBy: 'document', timer: { id: 'aws.podCredentials' } })
      expect(expired?.at).toBeLessThanOrEqual(60 + 3600)
    }
    expect(happened(play(edge('localZone: us-west-2-lax-1a', '2h')), 'site/edge', 'nodeCredentials')).toEqual([])
  })

  test('a hybrid node has credentials of its own besides', () => {
    expect(happened(play(edge('hybrid: us-west-2', '2h')), 'site/edge', 'nodeCredentials')[0]?.at).toBeLessThanOrEqual(
      3660,
    )
  })

  test('a cut that is over before they are keeps them', () => {
    const early = seeds(40).filter(
      (seed) => happened(play(edge('hybrid: us-west-2', '2m'), seed), 'site/edge', 'nodeCredentials').length > 0,
    )
    expect(early.length).toBeLessThan(10)
  })
})

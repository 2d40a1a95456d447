import { describe, expect, test } from 'vitest'
import type { Timeline } from '../../model/timeline.ts'
import { federated } from './testing/federation.case.ts'
import { happened, planFrom, play, seeds } from './testing/plans.case.ts'

const servingAt = (run: Timeline, site: string, at: number, first: number, app = 'shop') =>
  happened(run, `copy/${app}/${site}`, 'serving').findLast((event) => event.at <= at)?.to ?? first
const versions = (run: Timeline, site: string, app = 'shop') =>
  happened(run, `copy/${app}/${site}`, 'version').map((event) => event.to)

describe('a version of a federated app that never becomes ready', () => {
  const release = (placement: string, more = '', lasts = 'for: 20m') =>
    federated({ faults: `[{ at: 60s, app: shop, release: broken, ${lasts} }${more}]`, placement })

  test('a rolling update spares a quarter of the old pods, rounded down; the rest go on, and all are back when it is taken back', () => {
    for (const seed of seeds(20)) {
      const run = play(release('replicas: 8, weights: { alpha: 5, beta: 3 }'), seed)
      expect(run.violations).toEqual([])
      expect(versions(run, 'ireland')).toEqual(['broken', 'present'])
      expect(servingAt(run, 'ireland', 600, 5)).toBe(4)
      expect(servingAt(run, 'plant', 600, 3)).toBe(3)
      // the one that goes is a target for a second or two longer
      expect(run.services.every((service) => service.availability > 0.999)).toBe(true)
      expect(servingAt(run, 'ireland', run.length, 5)).toBe(5)
    }
  })

  test('[seed 88] a member whose dispatching is suspended keeps its version: blue and green, canary', () => {
    const run = play(release('replicas: 4, division: duplicated, suspendedOn: [beta]'))
    expect(run.violations).toEqual([])
    expect(versions(run, 'ireland')).toEqual(['broken', 'present'])
    expect(versions(run, 'plant')).toEqual([])
    expect(servingAt(run, 'plant', 900, 4)).toBe(4)
  })

  test('a member that is out of reach gets it when it is back, if it is still the version of the day', () => {
    const cut = (lasts: string) =>
      play(
        release(
          'replicas: 8, weights: { alpha: 1, beta: 1 }, tolerateLoss: forever',
          `, { at: 30s, cluster: alpha, lose: controlPlane, how: refuse, for: ${lasts} }`,
        ),
      )
    const late = happened(cut('10m'), 'copy/shop/ireland', 'version')[0]?.at ?? 0
    expect(late).toBeGreaterThan(630)
    expect(versions(cut('30m'), 'ireland')).toEqual([])
  })

  test('the failover of the app takes it for unhealthy, moves it to where it is as broken, and deletes the pods that served', () => {
    const homeAndAway =
      'replicas: 4, weights: { alpha: 1, beta: 1 }, groups: [{ name: home, clusters: [alpha] }, { name: away, clusters: [beta] }]'
    const kept = play(release(homeAndAway, '', 'for: 30m'))
    expect(servingAt(kept, 'ireland', 1800, 4)).toBe(3)
    const moved = play(release(`${homeAndAway}, failover: { unhealthyFor: 2m }`, '', 'for: 30m'))
    expect(moved.violations).toEqual([])
    const [unhealthy] = happened(moved, 'copy/shop/ireland', 'health')
    expect(unhealthy?.to).toBe('unhealthy')
    const purged = happened(moved, 'binding/edge/shop', 'purged')[0]?.at ?? 0
    expect(purged - (unhealthy?.at ?? 0)).toBeGreaterThanOrEqual(720)
    expect(servingAt(moved, 'ireland', 1800, 4)).toBe(0)
    expect(servingAt(moved, 'plant', 1800, 0)).toBe(0)
  })
})

const shops = (more: { gitops?: string; faults: string; source?: string; replicas?: number }) =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
classes:
  - name: shop
    rows: { list: [{ id: "1", ring: canary }, { id: "2", ring: early }, { id: "3", ring: rest }], key: id, columns: { id: string, ring: [canary, early, rest] } }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, cluster: "shop-{id}", labels: { ring: "{ring}" }, nodePools: [{ name: n, replicas: 1 }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true } }
${more.gitops ?? ''}
audiences: [{ name: tills-1, at: shop-1 }, { name: tills-2, at: shop-2 }]
---
kind: App
metadata: { name: till }
source: { image: "example.com/till:1.0" }
placement: [{ site: shop-1, replicas: 2 }, { site: shop-2, replicas: 2 }, { site: shop-3, replicas: 2 }]
expose: { host: till.example.com, routing: { simple: shop-1 }, loadBalancer: metallb }
startup: 20s
---
kind: Drill
metadata: { name: drill }
faults: ${more.faults}
`)

describe('a version of a federated app that becomes ready and then crashes', () => {
  const crashing = (placement: string) =>
    federated({ faults: '[{ at: 60s, app: shop, release: crashing, for: 20m }]', placement })

  test.each([
    [8, 2],
    [4, 1],
    [5, 1],
    [2, 1],
    [1, 0],
  ])('of %i pods the rolling update leaves %i, and all are back when it is taken back', (replicas, left) => {
    for (const seed of seeds(10)) {
      const run = play(crashing(`replicas: ${replicas}, division: duplicated, suspendedOn: [beta]`), seed)
      expect(run.violations).toEqual([])
      expect(servingAt(run, 'ireland', 900, replicas)).toBe(left)
      expect(happened(run, 'copy/shop/ireland', 'ready').findLast((event) => event.at <= 900)?.to).toBe(left)
      expect(servingAt(run, 'ireland', run.length, replicas)).toBe(replicas)
      expect(happened(run, 'copy/shop/plant', 'serving')).toEqual([])
    }
  })
})

describe('a release by Git', () => {
  const pinned =
    'gitops: { url: "https://git.example.com/fleet", branch: main, sourceInterval: 2m, rings: { early: v41, rest: v40 } }'
  const crashing = '[{ at: 60s, app: till, release: crashing, for: 30m }]'

  test('[seed 60, 61] reaches the rings that follow the branch, within the interval of the source; those that are pinned are not even built', () => {
    for (const seed of seeds(20)) {
      const run = play(shops({ gitops: pinned, faults: crashing }), seed)
      expect(run.violations).toEqual([])
      const [arrived] = happened(run, 'copy/till/shop-1', 'version')
      expect(arrived?.timer?.id).toBe('flux.source')
      expect((arrived?.at ?? 0) - 60).toBeLessThanOrEqual(129)
      // with two pods none may be missing and one may be added: an old one stays
      expect(servingAt(run, 'shop-1', 1200, 2, 'till')).toBe(1)
      expect(servingAt(run, 'shop-1', run.length, 2, 'till')).toBe(2)
      expect(happened(run, 'copy/till/shop-2', '')).toEqual([])
      expect(versions(run, 'shop-2', 'till')).toEqual([])
    }
  })

  test('nobody is pinned: all get it', () => {
    const run = play(shops({ gitops: pinned.replace(/, rings.*\}/, ' }'), faults: crashing }))
    for (const site of ['shop-1', 'shop-2', 'shop-3'])
      expect(versions(run, site, 'till')).toEqual(['crashing', 'present'])
  })

  test('Git is away meanwhile: nothing arrives before it is back', () => {
    const run = play(shops({ gitops: pinned, faults: `[{ at: 50s, lose: git, for: 10m }, ${crashing.slice(1, -1)}]` }))
    expect(happened(run, 'copy/till/shop-1', 'version')[0]?.at).toBeGreaterThan(650)
    expect(run.violations).toEqual([])
  })

  test('a shop that is off its line gets it when the line is back', () => {
    const run = play(
      shops({
        gitops: pinned,
        faults: `[{ at: 50s, site: shop-1, lose: uplink, for: 10m }, ${crashing.slice(1, -1)}]`,
      }),
    )
    expect(happened(run, 'copy/till/shop-1', 'version')[0]?.at).toBeGreaterThan(650)
    expect(run.violations).toEqual([])
  })

  test('without Git somebody applies it, everywhere at once', () => {
    const run = play(shops({ faults: '[{ at: 60s, app: till, release: broken, for: 10m }]' }))
    expect(run.violations).toEqual([])
    for (const site of ['shop-1', 'shop-2', 'shop-3']) {
      expect(versions(run, site, 'till')).toEqual(['broken', 'present'])
      // a quarter of two is none: both old pods stay
      expect(happened(run, `copy/till/${site}`, 'serving')).toEqual([])
    }
  })
})

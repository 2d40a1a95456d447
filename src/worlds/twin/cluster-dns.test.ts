import { describe, expect, test } from 'vitest'
import type { Plan } from '../../model/plan.ts'
import type { Timeline } from '../../model/timeline.ts'
import { happened, planFrom, play, seeds } from './testing/plans.case.ts'

const hub = (faults: string, { region = 2, dependsOn = true } = {}): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: hub }
networks: [{ name: main, region: us-east-1, cidr: 10.10.0.0/16 }]
clusters: [{ name: main, network: main, eks: { version: "1.35" } }]
sites:
  - { name: region, place: { region: us-east-1 }, cluster: main, nodePools: [{ name: hub, replicas: ${region} }] }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: main, nodePools: [{ name: spoke, replicas: 2 }] }
  - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: main, nodePools: [{ name: spoke, replicas: 2 }] }
audiences:
  - { name: boston-5g, near: boston, carrier: verizon }
  - { name: other-5g, near: boston, carrier: vodafone }
  - { name: web, near: boston }
---
kind: App
metadata: { name: front }
source: { image: "example.com/front:1.0" }
placement: [{ site: boston, replicas: 2 }, { site: new-york, replicas: 2 }, { site: region, replicas: 2 }]
expose: { host: shop.example.com, routing: { weighted: { boston: 1, new-york: 1, region: 0 } }, healthCheck: { by: alarm } }
startup: 20s
${dependsOn ? 'dependsOn: [back]' : ''}
---
kind: App
metadata: { name: back }
source: { image: "example.com/back:1.0" }
placement: [{ site: boston, replicas: 2 }, { site: new-york, replicas: 2 }, { site: region, replicas: 2 }]
startup: 20s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
`)

const cut = '[{ at: 60s, site: boston, lose: serviceLink, for: 20m }]'
const servedAt = (run: Timeline, audience: string, at: number) =>
  run.services
    .find((service) => service.app === 'front' && service.audience === audience)
    ?.spans.findLast((span) => span.from <= at)?.served

describe('cluster DNS stands in the Region', () => {
  test('[seed 147] the link of a Wavelength Zone is cut: its pods run, and its users get nothing within 30 s', () => {
    for (const seed of seeds(30)) {
      const run = play(hub(cut), seed)
      expect(run.violations).toEqual([])
      const lookups = happened(run, 'copy/front/boston', 'lookups')
      expect(lookups.map((event) => event.to)).toEqual(['fail', 'work'])
      expect((lookups[0]?.at ?? 0) - 60).toBeLessThanOrEqual(30)
      expect((lookups[1]?.at ?? 0) - 1260).toBeLessThanOrEqual(10)
      expect(happened(run, 'copy/front/boston', 'serving').filter((event) => event.at < 1260)).toEqual([])
      expect(servedAt(run, 'boston-5g', 600)).toBeCloseTo(0.5, 1)
    }
  })

  test('an app that looks nobody up goes on', () => {
    const run = play(hub(cut, { dependsOn: false }))
    expect(happened(run, 'copy/front/boston', 'lookups')).toEqual([])
    expect(servedAt(run, 'boston-5g', 600)).toBe(1)
  })

  test('the nodes that hold it are gone: every zone is without it', () => {
    const run = play(hub('[{ at: 60s, site: region, lose: power, for: 20m }]'))
    expect(run.violations).toEqual([])
    expect(happened(run, 'copy/front/', 'lookups').filter((event) => event.to === 'fail')).toHaveLength(2)
    expect(servedAt(run, 'boston-5g', 600)).toBe(0)
  })

  test('[seed 153] a zone that is cut says nothing about the other one', () => {
    const run = play(hub(cut))
    expect(happened(run, 'copy/front/new-york', 'lookups')).toEqual([])
  })
})

describe('who reaches a carrier address', () => {
  const run = play(hub('[{ at: 60s, site: boston, lose: power, for: 20m }]'))

  test('[seed 154] only users of that carrier do; the Region is there for all', () => {
    expect(servedAt(run, 'boston-5g', 0)).toBe(1)
    expect(servedAt(run, 'other-5g', 0)).toBe(0)
    expect(servedAt(run, 'web', 0)).toBe(0)
  })

  test('[seed 152] one zone of two is lost with equal weights: all are answered by the other one', () => {
    expect(run.violations).toEqual([])
    const by = run.services
      .find((service) => service.audience === 'boston-5g')
      ?.spans.findLast((span) => span.from <= 1200)?.by
    expect(Object.keys(by ?? {})).toContain('new-york')
    expect(by?.['new-york'] ?? 0).toBeGreaterThan(0.9)
  })
})

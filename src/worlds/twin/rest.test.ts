import { expect, test } from 'vitest'
import { rehearse } from './simulate.ts'
import { drillOf, planFrom } from './testing/plans.case.ts'

/** Shops, each with a cluster, a site and users on its LAN of its own. */
const shops = (count: number) =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters:
${Array.from({ length: count }, (_, index) => `  - { name: shop-${index}, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true } }`).join('\n')}
sites:
${Array.from({ length: count }, (_, index) => `  - { name: shop-${index}, place: { onPremises: bareMetal }, cluster: shop-${index}, labels: { tier: shop }, nodePools: [{ name: n, replicas: 1 }] }`).join('\n')}
audiences:
${Array.from({ length: count }, (_, index) => `  - { name: staff-${index}, at: shop-${index} }`).join('\n')}
---
kind: App
metadata: { name: till }
source: { image: "example.com/till:1.0" }
placement:
${Array.from({ length: count }, (_, index) => `  - { site: shop-${index} }`).join('\n')}
expose: { host: till.example.com, routing: { simple: shop-0 } }
---
kind: Drill
metadata: { name: drill }
faults: [{ at: 60s, site: shop-7, lose: power, for: 10m }]
`)

test('sites at rest are never built: one shop of many fails, and the twin knows of that one and of where the name leads', () => {
  const [few, many] = [40, 400].map((count) => {
    const plan = shops(count)
    const rehearsal = rehearse(plan, drillOf(plan), 'a')
    return { timeline: rehearsal.finish(), world: rehearsal.world }
  })
  expect([...(many?.world.sites.keys() ?? [])].sort()).toEqual(['shop-0', 'shop-7'])
  expect(many?.world.queue.acted).toBe(few?.world.queue.acted)
  expect(many?.timeline.events).toEqual(few?.timeline.events)
  expect(many?.timeline.services.map((service) => service.audience)).toEqual(['staff-0', 'staff-7'])
})

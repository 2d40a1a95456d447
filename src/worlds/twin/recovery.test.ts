// When users count as served again: when the last of those whose resolvers keep to the TTL is.

import { expect, test } from 'vitest'
import { happened, planFrom, play, seeds } from './testing/plans.case.ts'

/** One user in ten is sent to the canary. */
const canary = planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: canary }
networks:
  - { name: west, region: us-west-2, cidr: 10.10.0.0/16 }
  - { name: east, region: us-east-1, cidr: 10.20.0.0/16 }
clusters:
  - { name: west, network: west, eks: { version: "1.35" } }
  - { name: east, network: east, eks: { version: "1.35" } }
sites:
  - { name: oregon, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: workers, replicas: 2 }] }
  - { name: virginia, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: workers, replicas: 2 }] }
audiences: [{ name: public, near: "40.71,-74.01" }]
---
kind: App
metadata: { name: search }
source: { image: "example.com/search:2.0" }
placement: [{ site: oregon, replicas: 2 }, { site: virginia, replicas: 2 }]
expose: { host: search.example.com, routing: { weighted: { oregon: 9, virginia: 1 } }, healthCheck: { interval: 10s, failureThreshold: 3 } }
---
kind: Drill
metadata: { name: canary-fails }
faults: [{ at: 60s, app: search, site: virginia, lose: app, for: 10m }]
`)

test('under weights users are back when the last answer with the lost site has run out, not when nine in ten have', () => {
  for (const seed of seeds(40)) {
    const run = play(canary, seed)
    expect(run.violations).toEqual([])
    expect(run.recoveries).toHaveLength(1)
    const [recovery] = run.recoveries
    const [service] = run.services
    const back = recovery?.to ?? Number.NaN
    const unserved = (from: number, to: number) =>
      (service?.spans ?? []).filter(
        (span) =>
          span.from >= from &&
          span.from < to &&
          Object.values(span.keepers ?? {}).reduce((a, b) => a + b, 0) < 1 - 1e-6,
      )
    expect(unserved(back, 660)).toEqual([])
    expect(unserved(60, back).at(-1)?.to).toBe(back)
    const sum = (recovery?.segments ?? []).reduce((total, { seconds }) => total + seconds, 0)
    expect(sum).toBeCloseTo(recovery?.seconds ?? Number.NaN, 2)
    // twenty cohorts over a TTL of 60 s: the last is less than 3 s short of it
    const last = recovery?.segments.at(-1)
    expect(last?.timer).toBe('resolver.ttl')
    expect(last?.seconds).toBeGreaterThan(55)
    expect(happened(run, 'users/search/public', 'served').some(({ at }) => at === back)).toBe(true)
  }
})

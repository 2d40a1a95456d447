// What strangers broke first: each was found by using skerry, not by reading it.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { narrowFleet } from '../model/narrow.ts'
import { Refusal } from '../model/refusal.ts'
import { plan } from '../plan/index.ts'
import { runDrill } from './run.ts'

const pair = (replicas: number, nodes: number, drill: string) => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: pair }
networks: [{ name: n, region: eu-central-1, cidr: 10.0.0.0/16 }, { name: m, region: eu-west-1, cidr: 10.1.0.0/16 }]
clusters: [{ name: a, network: n, eks: { version: "1.35" } }, { name: b, network: m, eks: { version: "1.35" } }]
sites:
  - { name: fra, place: { region: eu-central-1 }, cluster: a, nodePools: [{ name: w, instanceTypes: [m5.large], replicas: ${nodes} }] }
  - { name: dub, place: { region: eu-west-1 }, cluster: b, nodePools: [{ name: w, instanceTypes: [m5.large], replicas: 2 }] }
---
kind: App
metadata: { name: web }
source: { image: "registry.example.com/web:1.0" }
placement: [{ site: fra, replicas: ${replicas} }, { site: dub, replicas: 2 }]
expose: { host: web.example.com, routing: { failover: [fra, dub] }, healthCheck: { interval: 30s } }
---
kind: Drill
metadata: { name: d }
${drill}
`

const lose = 'faults: [{ at: 1m, site: fra, lose: power, for: 10m }]'
const run = (text: string, runs = 3) => {
  const fleet = fleetFrom(text)
  const [drill] = fleet.drills
  if (drill === undefined) throw new Error('no drill to run')
  return runDrill(plan(fleet), drill, { runs })
}

test('more pods than kubelets ever take are refused in words, not played for hours', () => {
  expect(() => run(pair(100_000, 2, lose))).toThrow(Refusal)
  expect(() => run(pair(100_000, 2, lose))).toThrow(/100000 replicas of web at fra cannot run on 2 nodes/)
  expect(() => run(pair(2, 2, 'faults: [{ at: 1m, app: web, site: fra, scaleTo: 9000 }]'))).toThrow(/cannot run/)
})

test('nodes as full as they can be are evicted within the bounds, one behind the other', () => {
  expect(run(pair(1000, 4, `assume: { nodeLifecycle: upstream }\n${lose}`), 8).violations).toEqual([])
})

test('a fault at the very start, for no time, or after the end is refused with its line', () => {
  const refused = (drill: string) => {
    try {
      fleetFrom(pair(2, 2, drill))
    } catch (error) {
      return error instanceof Refusal
        ? error.problems.map(({ message, hint, at }) => `${at?.line}: ${message} ${hint}`)
        : error
    }
    return []
  }
  expect(refused('faults: [{ at: 0s, site: fra, lose: power }]')).toEqual([
    expect.stringMatching(/^18: .*begins with all well/),
  ])
  expect(refused('faults: [{ at: 1m, site: fra, lose: power, for: 0s }]')).toEqual([
    expect.stringMatching(/^18: .*lasts some time/),
  ])
  expect(refused('length: 5m\nfaults: [{ at: 10m, site: fra, lose: power }]')).toEqual([
    expect.stringMatching(/^19: .*after the length/),
  ])
})

test('of two faults that overlap on one thing, only the last one to end brings it back', () => {
  const { timeline } = run(
    pair(2, 2, 'faults: [{ at: 1m, site: fra, lose: power, for: 20m }, { at: 5m, site: fra, lose: power, for: 5m }]'),
    0,
  )
  const back = timeline.events.filter(
    ({ subject, what, to }) => subject === 'site/fra' && what === 'power' && to === 'on',
  )
  expect(back.map(({ at }) => at)).toEqual([1260])
})

test('a store keeps the door on its LAN, wherever the name of the app leads', () => {
  const shops = fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, version: "1.35", role: management } }]
classes:
  - name: shop
    rows: { key: id, columns: { id: string }, list: [{ id: a }, { id: b }] }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, labels: { kind: shop }, nodePools: [{ name: node }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, managementCluster: hq, singleNode: true, version: "1.35", endpoint: 10.0.0.10 } }
audiences: [{ name: tills-a, at: shop-a }, { name: tills-b, at: shop-b }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1 }
placement: [{ matchLabels: { kind: shop } }]
expose: { host: till.example.com, routing: { simple: shop-a } }
---
kind: Drill
metadata: { name: dark }
faults: [{ at: 1m, site: shop-b, lose: power, for: 5m }]
expect: [{ app: till, audience: tills-b, availability: "< 100%" }]
`)
  const part = narrowFleet(shops, { sites: ['shop-b'] })
  expect(part.apps[0]?.expose).toMatchObject({ host: 'till.example.com', routing: {} })
  expect(part.apps[0]?.audiences).toEqual(['tills-b'])
  const [drill] = part.drills
  if (drill === undefined) throw new Error('no drill')
  const { services } = runDrill(plan(part), drill, { runs: 0 }).timeline
  expect(services.map(({ audience, availability }) => [audience, availability < 1])).toEqual([['tills-b', true]])
  // without anybody on its LAN, nothing is left of the name
  const unheard = narrowFleet({ ...shops, audiences: [] }, { sites: ['shop-b'] })
  expect(unheard.apps[0]?.expose).toBeUndefined()
})

test('a drill that takes nothing away is refused with the line of its fault, instead of passing', () => {
  try {
    run(pair(2, 2, 'faults: [{ at: 1m, region: ap-southeast-1, lose: everything, for: 10m }]'))
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal)
    if (!(error instanceof Refusal)) return
    expect(error.message).toBe('the drill d would take nothing away')
    expect(error.problems[0]).toMatchObject({
      where: expect.stringMatching(/region$/),
      at: { line: 18 },
      hint: 'the Regions of the fleet are eu-central-1 and eu-west-1',
    })
    return
  }
  throw new Error('it was not refused')
})

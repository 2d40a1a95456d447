// How fast the twin is: entries of its queue acted out per second of processor time, judged as always, and what a large fleet
// costs of which one site fails. Printed, never asserted. Run: npx tsx bench/twin.ts

import type { Plan } from '../src/model/plan.ts'
import { rehearse } from '../src/worlds/twin/simulate.ts'
import { golden, oneCluster } from '../src/worlds/twin/testing/fleets.case.ts'
import { drillOf, planFrom } from '../src/worlds/twin/testing/plans.case.ts'

interface Bench {
  readonly what: string
  readonly plan: Plan
  readonly runs: number
}

const benches: readonly Bench[] = [
  {
    what: 'failover of a pair of sites',
    plan: golden({ faults: '[{ at: 60s, site: outpost, lose: power, for: 20m }]', replicas: 3 }),
    runs: 1000,
  },
  {
    what: 'a link that flaps for a day',
    plan: golden({
      faults: `[${Array.from({ length: 144 }, (_, index) => `{ at: ${60 + index * 600}s, site: outpost, lose: uplink, for: 4m }`).join(', ')}]`,
      replicas: 3,
    }),
    runs: 30,
  },
  {
    what: '300 nodes with 3,000 pods cut off',
    plan: oneCluster({
      nodes: 300,
      regionNodes: 100,
      pods: 3000,
      faults: '[{ at: 60s, site: edge, lose: serviceLink, for: 30m }]',
    }),
    runs: 10,
  },
]

/** Shops that are alike, of which one fails. */
function shops(count: number): Plan {
  const rows = Array.from({ length: count }, (_, index) => index)
  return planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
classes:
  - name: shop
    rows: { list: [${rows.map((index) => `{ id: "${index}" }`).join(', ')}], key: id, columns: { id: string } }
    site: { name: "shop-{id}", place: { onPremises: bareMetal }, cluster: "shop-{id}", labels: { tier: shop }, nodePools: [{ name: n, replicas: 1 }] }
    cluster: { name: "shop-{id}", eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true } }
---
kind: App
metadata: { name: till }
source: { image: "example.com/till:1.0" }
placement: [{ matchLabels: { tier: shop } }]
expose: { host: till.example.com, routing: { simple: shop-0 } }
---
kind: Drill
metadata: { name: drill }
faults: [{ at: 60s, site: shop-7, lose: power, for: 10m }]
`)
}

function measure({ what, plan, runs }: Bench): void {
  const drill = drillOf(plan)
  for (let index = 0; index < Math.ceil(runs / 5); index += 1) rehearse(plan, drill, `warm-${index}`).finish()
  const before = process.cpuUsage()
  let acted = 0
  let events = 0
  for (let index = 0; index < runs; index += 1) {
    const rehearsal = rehearse(plan, drill, `${index}`)
    events += rehearsal.finish().events.length
    acted += rehearsal.world.queue.acted
  }
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  const perRun = `${((seconds / runs) * 1000).toFixed(2)} ms a run`
  process.stdout.write(
    `${what}: ${Math.round(acted / seconds).toLocaleString('en')} entries a second, ${perRun}, ${Math.round(acted / runs)} entries and ${Math.round(events / runs)} events in each\n`,
  )
}

for (const bench of benches) measure(bench)
for (const count of [100, 1000, 10_000]) {
  const plan = shops(count)
  const before = process.memoryUsage().heapUsed
  measure({ what: `one of ${count.toLocaleString('en')} shops fails`, plan, runs: 200 })
  process.stdout.write(
    `  heap grown by ${Math.round((process.memoryUsage().heapUsed - before) / 1024 / 1024)} MiB before collection\n`,
  )
}

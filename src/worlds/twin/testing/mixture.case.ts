// Fleets of every kind of place with random shapes, routings and faults: what nobody would think of trying.

import type { Plan } from '../../../model/plan.ts'
import { chanceFrom } from '../chance.ts'
import { planFrom } from './plans.case.ts'

const sites = ['region', 'boston', 'outpost', 'hybrid', 'wave', 'store'] as const

const routings = [
  'failover: [outpost, boston]',
  'failover: [store, hybrid]',
  'failover: [wave, region]',
  'weighted: { outpost: 3, boston: 1, region: 0 }',
  'latency: [outpost, boston, region, store]',
  'multivalue: [outpost, boston, store, hybrid]',
  'geolocation: { US: boston, EU: store, "*": outpost }',
  'simple: hybrid',
]

const objects = ['deployment', 'service', 'ingress', 'namespace']

/** The same seed gives the same fleet and drill, with the YAML that they were read from. */
export function mixture(seed: string): { readonly plan: Plan; readonly yaml: string } {
  const chance = chanceFrom(seed)
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(chance.draw('mixture', 'pick') * items.length)] as Item
  const int = (low: number, high: number): number => low + Math.floor(chance.draw('mixture', 'int') * (high - low + 1))
  const fault = (): string => {
    const site = pick(sites)
    const what = pick([
      ...['power', 'uplink', 'serviceLink', 'serviceLink, how: refuse', 'internet', 'nodes, count: 1'].map(
        (lost) => `site: ${site}, lose: ${lost}`,
      ),
      `site: ${site}, slow: 3s`,
      'cluster: main, lose: controlPlane',
      'cluster: main, lose: etcd, how: refuse',
      'cluster: store, lose: controlPlane',
      `app: game, site: ${site}, lose: app`,
      `app: game, site: ${site}, scaleTo: ${int(0, 3)}`,
      `app: game, site: ${site}, checkPort: 801`,
      `app: game, site: ${site}, delete: ${pick(objects)}`,
      'region: us-east-1, lose: everything',
      'region: us-east-1, lose: controlPlane',
      'zone: us-east-1a, lose: everything',
      'zone: us-east-1a, lose: controlPlane',
      'zone: us-east-1-bos-1a, lose: everything',
      'lose: registry',
      'lose: git',
    ])
    const lasting = pick([true, true, true, true, true, true, true, true, true, false])
    return `{ at: ${int(1, 1500)}s, ${lasting ? `for: ${int(1, 1800)}s, ` : ''}${what} }`
  }
  const placements = sites.map(
    (site) => `{ site: ${site}, replicas: ${int(1, 8)}, pinned: ${pick(['true', 'true', 'false'])} }`,
  )
  const yaml = `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: mixture }
networks: [{ name: main, region: us-east-1, cidr: 10.10.0.0/16 }]
clusters:
  - { name: main, network: main, eks: { version: "1.35" } }
  - { name: store, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: ${pick(['true', 'false'])} } }
sites:
  - { name: region, place: { region: us-east-1 }, cluster: main, nodePools: [{ name: r, replicas: ${int(0, 4)} }] }
  - { name: boston, place: { localZone: us-east-1-bos-1a }, cluster: main, nodePools: [{ name: b, replicas: ${int(1, 4)} }] }
  - { name: outpost, place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a } }, cluster: main, location: "40,-74", nodePools: [{ name: o, replicas: ${int(1, 3)} }] }
  - { name: hybrid, place: { hybrid: us-east-1 }, cluster: main, location: "42,-71", nodePools: [{ name: h, replicas: ${int(1, 3)} }] }
  - { name: wave, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: main, nodePools: [{ name: w, replicas: ${int(1, 3)} }] }
  - { name: store, place: { onPremises: bareMetal }, cluster: store, location: "50,8", internet: true, powerHoldUp: ${pick(['0s', '5m'])}, nodePools: [{ name: s, replicas: ${int(1, 2)} }] }
audiences:
  - { name: us, near: "40.71,-74.01", country: US }
  - { name: eu, near: "48,9", country: DE }
  - { name: five-g, near: "42,-71", carrier: verizon }
  - { name: floor, at: store }
  - { name: plant, at: hybrid }
${pick(['gitops: { url: "https://git.example.com/fleet", interval: 10m }', ''])}
---
kind: App
metadata: { name: game }
source: { image: "${pick(['example.com/game:1', 'example.com/game:latest'])}" }
placement: [${placements.join(', ')}]
stateful: ${pick(['true', 'false', 'false'])}
expose:
  host: www.example.com
  routing: { ${pick(routings)} }
  evaluateTargetHealth: ${pick(['true', 'false'])}
  healthCheck: { interval: ${pick(['10s', '30s'])}, failureThreshold: ${int(1, 4)}, by: ${pick(['checkers', 'checkers', 'alarm', 'none'])} }
startup: ${int(1, 60)}s
---
kind: Drill
metadata: { name: drill }
faults: [${Array.from({ length: int(1, 6) }, fault).join(', ')}]
assume: { nodeLifecycle: ${pick(['upstream', 'eks'])} }
`
  return { plan: planFrom(yaml), yaml }
}

// Whether the second site of a failover can take over: without state to miss, with room enough, in a place worth it.

import type { Hit, Rule } from '../../model/finding.ts'
import { lookup } from '../../model/lookup.ts'
import { poolsOpenTo, source, yaml } from '../../places/index.ts'
import { capacityOf } from '../capacity.ts'
import { nameOf } from '../manifest.ts'
import { pairField, pairs } from '../pairs.ts'
import { subjects } from '../subjects.ts'

const stateless: Rule = {
  code: 'DR003',
  severity: 'warning',
  title: 'An app that fails over by DNS keeps no state at its sites',
  why: 'DNS moves users, not data: what the primary had written is not at the secondary, and what the secondary writes is not at the primary afterwards.',
  sources: [source.seedRecovery],
  seeds: [93],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      stateful: true
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      stateful: false
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) => {
    const failing = new Set(pairs(fleet).map(({ app }) => app))
    const fix = 'replicate its data apart from skerry, and accept this with how; or keep the state elsewhere'
    return [
      ...[...failing]
        .filter((app) => app.stateful)
        .map((app): Hit => ({ origin: app.origin, field: 'stateful', found: 'is true, with failover by DNS', fix })),
      ...subjects(fleet).manifests.flatMap(({ manifest, app }): Hit[] => {
        const keepsState = manifest.kind === 'StatefulSet' || manifest.kind === 'PersistentVolumeClaim'
        return keepsState && failing.has(app) && !app.stateful
          ? [{ origin: manifest.origin, found: `is ${nameOf(manifest)}, of an app with failover by DNS`, fix }]
          : []
      }),
    ]
  },
}

const regionInstead: Rule = {
  code: 'DR004',
  severity: 'info',
  title: 'A Region takes over where it is near enough',
  why: 'A Region has more zones, more instance types and more room than a Local Zone; only delay speaks for the zone.',
  sources: [source.seedRecovery],
  seeds: [135],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
        - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }, { site: dallas }]
      expose: { host: game.example.com, routing: { failover: [oregon, dallas] }, healthCheck: {} }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
        - { name: dallas, place: { localZone: us-east-1-dfw-2a }, cluster: virginia, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }, { site: dallas }]
      expose: { host: game.example.com, routing: { failover: [oregon, dallas] }, healthCheck: {} }
      objectives: { latencyP95: 20ms }
    `,
  },
  check: (fleet) =>
    pairs(fleet).flatMap(({ app, secondary }): Hit[] => {
      if (secondary.traits.locale !== 'local-zone' || app.objectives?.latencyP95 !== undefined) return []
      return [
        {
          origin: app.origin,
          field: `${pairField}/1`,
          found: `is ${secondary.site.name}, a Local Zone, and the app says no latency`,
          fix: `take ${secondary.site.place.region} itself, or say objectives.latencyP95`,
        },
      ]
    }),
}

const secondaryIsLargeEnough: Rule = {
  code: 'DR005',
  severity: 'warning',
  title: 'The secondary can carry the app',
  why: 'When the primary is lost all users come to the secondary, and what it lacks then cannot be had in a hurry.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, instanceTypes: [t3.medium], replicas: 4 }]
        - name: dallas
          place: { localZone: us-east-1-dfw-2a }
          cluster: virginia
          nodePools: [{ name: edge, instanceTypes: [t3.medium], replicas: 1 }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      resources: { cpu: 1, memoryGiB: 1 }
      placement: [{ site: los-angeles, replicas: 6 }, { site: dallas, replicas: 6 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
    `,
    right: yaml`
      sites:
        - name: los-angeles
          place: { localZone: us-west-2-lax-1a }
          cluster: oregon
          nodePools: [{ name: edge, instanceTypes: [t3.medium], replicas: 4 }]
        - name: dallas
          place: { localZone: us-east-1-dfw-2a }
          cluster: virginia
          nodePools: [{ name: edge, instanceTypes: [t3.medium], replicas: 8 }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      resources: { cpu: 1, memoryGiB: 1 }
      placement: [{ site: los-angeles, replicas: 6 }, { site: dallas, replicas: 6 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, dallas] }, healthCheck: {} }
    `,
  },
  check: (fleet) => {
    const { poolsOf, placementsAt } = lookup(fleet)
    return pairs(fleet).flatMap(({ app, primary, secondary }): Hit[] => {
      const here = app.placement.find((placement) => placement.site === secondary.site.name)
      if (here === undefined) return []
      const before = app.placement.find((placement) => placement.site === primary.site.name)?.replicas ?? 0
      const hits: Hit[] = []
      if (here.replicas < before) {
        hits.push({
          origin: here.origin,
          field: 'replicas',
          found: `is ${here.replicas}, where ${primary.site.name} has ${before}`,
          fix: `have ${before}, unless fewer are enough while the primary is lost`,
          severity: 'info',
        })
      }
      const pools = poolsOf(secondary.site.name)
      const open = poolsOpenTo(fleet, pools, here.manifests)
      const capacity = capacityOf(open)
      if (capacity === undefined) return hits
      // what tolerates the taints of more nodes than these may go there
      const beside = placementsAt(secondary.site.name).filter(({ placement }) =>
        poolsOpenTo(fleet, pools, placement.manifests).every((pool) => open.includes(pool)),
      )
      const asked = beside.reduce(
        (sum, { app: other, placement }) => ({
          cpu: sum.cpu + (other.resources?.cpu ?? 0) * placement.replicas,
          memoryGiB: sum.memoryGiB + (other.resources?.memoryGiB ?? 0) * placement.replicas,
        }),
        { cpu: 0, memoryGiB: 0 },
      )
      const short = [
        ...(asked.cpu > capacity.cpu ? [`${round(asked.cpu)} CPUs of ${round(capacity.cpu)}`] : []),
        ...(asked.memoryGiB > capacity.memoryGiB
          ? [`${round(asked.memoryGiB)} GiB of ${round(capacity.memoryGiB)}`]
          : []),
      ]
      if (short.length > 0)
        hits.push({
          origin: here.origin,
          field: 'replicas',
          found: `makes the apps of ${secondary.site.name} ask for ${short.join(' and ')}`,
          fix: `add nodes at ${secondary.site.name}, or use larger ones`,
        })
      return hits
    })
  },
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

export const takeoverRules: readonly Rule[] = [stateless, regionInstead, secondaryIsLargeEnough]

// Outposts: the slots that were ordered are all there is. Judged only where a site says what was ordered.

import type { Hit, Rule } from '../../model/finding.ts'
import { copiesAt, sitesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { localClustersAt, slotsOf } from './slots.ts'

const fitsTheSlots: Rule = {
  code: 'OP004',
  severity: 'error',
  title: 'The nodes fit the slots of the Outpost',
  why: 'An Outpost has the instance types and counts that it was ordered with; an instance beyond them never starts.',
  sources: [source.eksOutpostsCapacity],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 2 }
          nodePools: [{ name: workers, instanceTypes: [m5.large], replicas: 3 }]
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 4 }
          nodePools: [{ name: workers, instanceTypes: [m5.large], replicas: 3 }]
    `,
  },
  check: (fleet) =>
    sitesAt(fleet, 'outpost').flatMap((site) =>
      slotsOf(fleet, site).flatMap(({ type, ordered, taken, pools }): Hit[] => {
        const pool = pools.at(-1)
        if (taken <= ordered || pool === undefined) return []
        const found =
          ordered === 0
            ? `asks for ${type}, of which the Outpost has none`
            : `makes it ${taken} of ${type}, where the Outpost has ${ordered}`
        const others = Object.keys(site.place.capacity ?? {}).filter((other) => other !== type)
        return [
          {
            origin: pool.origin,
            field: ordered === 0 ? 'instanceTypes' : 'replicas',
            found,
            fix: `have at most ${ordered} of ${type}${others.length === 0 ? '' : `, use ${others.join(' or ')},`} or order more`,
          },
        ]
      }),
    ),
}

/** Families of which a load balancer on an Outpost is built. */
const balancerFamilies = ['c5', 'c5d', 'm5', 'm5d', 'r5', 'r5d']

const roomForTheBalancer: Rule = {
  code: 'OP007',
  severity: 'warning',
  title: 'The Outpost has room for the load balancer beside the nodes',
  why: 'An Application Load Balancer on an Outpost takes two large instances of c5, c5d, m5, m5d, r5 or r5d from the same slots, and grows with its load.',
  sources: [source.elbSubnets],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 4 }
          nodePools: [{ name: workers, instanceTypes: [m5.large], replicas: 3 }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: plant }]
      expose: { host: game.example.com, routing: { simple: plant } }
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 8 }
          nodePools: [{ name: workers, instanceTypes: [m5.large], replicas: 3 }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: plant }]
      expose: { host: game.example.com, routing: { simple: plant } }
    `,
  },
  check: (fleet) => {
    const served = new Set(
      copiesAt(fleet, 'outpost').flatMap(({ app, site }) =>
        app.expose !== undefined && ['alb', undefined].includes(app.expose.loadBalancer) ? [site.name] : [],
      ),
    )
    return sitesAt(fleet, 'outpost').flatMap((site) => {
      if (site.place.capacity === undefined || !served.has(site.name)) return []
      const free = slotsOf(fleet, site)
        .filter(({ type }) => balancerFamilies.includes(type.split('.')[0] ?? '') && type.endsWith('.large'))
        .reduce((sum, { ordered, taken }) => sum + Math.max(0, ordered - taken), 0)
      if (free >= 2) return []
      return [
        {
          origin: site.origin,
          field: 'place/outpost/capacity',
          found: `leaves ${free === 1 ? '1 large slot' : `${free} large slots`} for the load balancer`,
          fix: 'leave two large slots of c5, m5 or r5 free, or run fewer nodes',
        },
      ]
    })
  },
}

const controlPlaneSizes = ['large', 'xlarge', '2xlarge', '4xlarge']

const controlPlaneType: Rule = {
  code: 'OL008',
  severity: 'error',
  title: 'The control plane of a local cluster has an instance type of the Outpost',
  why: 'Its three instances are started on the Outpost at creation, and the type cannot be changed afterwards.',
  sources: [source.eksOutpostsCapacity, source.BC],
  example: {
    wrong: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: c5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 8 }
    `,
    right: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              capacity: { m5.large: 8 }
    `,
  },
  check: (fleet) => {
    const ordered = sitesAt(fleet, 'outpost').flatMap((site) =>
      localClustersAt(fleet, site).map((cluster) => ({ cluster, capacity: site.place.capacity, site })),
    )
    const missing = ordered.flatMap(({ cluster, capacity }): Hit[] => {
      const type = cluster.eksOutpost?.controlPlaneInstanceType ?? ''
      if (capacity === undefined || (capacity[type] ?? 0) >= 3) return []
      const enough = Object.entries(capacity).filter(([, slots]) => slots >= 3)
      return [
        {
          origin: cluster.origin,
          field: 'eksOutpost/controlPlaneInstanceType',
          found: `is ${type}, of which the Outpost has ${capacity[type] ?? 0} slots where three are needed`,
          fix:
            enough.length === 0
              ? 'order three slots of one type for it'
              : `use ${enough.map(([other]) => other).join(' or ')}`,
        },
      ]
    })
    const wrongSize = fleet.clusters.flatMap((cluster): Hit[] => {
      const type = cluster.eksOutpost?.controlPlaneInstanceType
      if (type === undefined || controlPlaneSizes.includes(type.split('.')[1] ?? '')) return []
      return [
        {
          origin: cluster.origin,
          field: 'eksOutpost/controlPlaneInstanceType',
          found: `is ${type}`,
          fix: 'use large for 20 nodes, xlarge for 100, 2xlarge for 250 or 4xlarge for 500, of a family on the Outpost, such as m5.large',
        },
      ]
    })
    return [...wrongSize, ...missing.filter((hit) => !wrongSize.some((other) => other.origin === hit.origin))]
  },
}

export const capacityRules: readonly Rule[] = [fitsTheSlots, roomForTheBalancer, controlPlaneType]

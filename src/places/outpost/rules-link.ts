// Outposts: the service link to the Region and the local gateway to the floor.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { sitesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

const dayS = 86_400

const linkIsEnough: Rule = {
  code: 'OP012',
  severity: 'warning',
  title: 'The service link has the bandwidth, delay and packet size that AWS asks for',
  why: 'AWS asks for 500 Mbit/s for each compute rack, a round trip of 175 ms at most and packets of 1500 bytes.',
  sources: [source.outpostsLink, source.UG26],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { bandwidth: 100Mbps, delay: 30ms, mtu: 1500 }
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { bandwidth: 1Gbps, delay: 30ms, mtu: 1500 }
    `,
  },
  check: (fleet) =>
    sitesAt(fleet, 'outpost').flatMap((site): Hit[] => {
      const { bandwidth, delay, mtu } = site.link ?? {}
      return [
        ...(bandwidth !== undefined && bandwidth < 500e6
          ? [
              {
                origin: site.origin,
                field: 'link/bandwidth',
                found: `is ${bandwidth / 1e6} Mbit/s`,
                fix: 'have 500 Mbit/s or more for each rack',
              },
            ]
          : []),
        ...(delay !== undefined && delay > 0.175
          ? [
              {
                origin: site.origin,
                field: 'link/delay',
                found: `is ${Math.round(delay * 1000)} ms`,
                fix: 'anchor the Outpost to a Region within 175 ms',
              },
            ]
          : []),
        ...(mtu !== undefined && mtu < 1500
          ? [
              {
                origin: site.origin,
                field: 'link/mtu',
                found: `is ${mtu} bytes`,
                fix: 'let packets of 1500 bytes through on the whole way',
              },
            ]
          : []),
      ]
    }),
}

const gatewayToTheFloor: Rule = {
  code: 'OP013',
  severity: 'warning',
  title: 'Users on the floor reach the Outpost by its local gateway',
  why: 'Without a route by the local gateway, traffic between the floor and the Outpost goes by the Region, and stops with the service link.',
  sources: [source.outpostsLocalGateway],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
      audiences: [{ name: floor, at: plant }]
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { localGateway: true }
      audiences: [{ name: floor, at: plant }]
    `,
  },
  check: (fleet) => {
    const onTheFloor = new Map(
      fleet.audiences.flatMap((audience) => (audience.at === undefined ? [] : [[audience.at, audience.name] as const])),
    )
    return sitesAt(fleet, 'outpost').flatMap((site): Hit[] => {
      const audience = onTheFloor.get(site.name)
      if (audience === undefined || site.link?.localGateway === true) return []
      return [
        {
          origin: site.origin,
          field: 'link/localGateway',
          found: `is not set, while the audience ${audience} is on its LAN`,
          fix: 'associate the VPC with the route table of the local gateway, route to it, and say localGateway: true',
        },
      ]
    })
  },
}

/** Sites whose control plane stays in the Region. */
function extendedSites(fleet: Fleet): readonly Site[] {
  const { cluster } = lookup(fleet)
  return sitesAt(fleet, 'outpost').filter((site) => cluster(site.cluster)?.kind === 'eks')
}

const fiveMinutes: Rule = {
  code: 'OX001',
  severity: 'warning',
  title: 'An extended cluster is not asked to go on without its service link',
  why: 'The control plane is in the Region: after five minutes without heartbeats nodes count as lost, and their pods are evicted when the link returns.',
  sources: [source.eksOutposts, source.seedPortfolio],
  seeds: [50],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { offlineFor: 4h }
    `,
    right: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { offlineFor: 4h }
    `,
  },
  check: (fleet) =>
    extendedSites(fleet).flatMap((site): Hit[] => {
      const offline = site.link?.offlineFor
      if (offline === undefined || offline <= 300) return []
      return [
        {
          origin: site.origin,
          field: 'link/offlineFor',
          found: `is ${hours(offline)}, where the control plane is in the Region`,
          fix: 'make it a local cluster (eksOutpost), or raise the tolerations of its apps',
        },
      ]
    }),
}

const linkIsSteady: Rule = {
  code: 'OX002',
  severity: 'error',
  title: 'An extended cluster has a service link that is always there',
  why: 'Extended clusters are made for a strong and lasting link; without it, nodes come and go and nothing can be changed.',
  sources: [source.eksOutposts, source.seedPortfolio],
  seeds: [49],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { kind: intermittent }
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { kind: strong }
    `,
  },
  check: (fleet) =>
    extendedSites(fleet)
      .filter((site) => site.link !== undefined && site.link.kind !== 'strong')
      .map((site) => ({
        origin: site.origin,
        field: 'link/kind',
        found: `is ${site.link?.kind}`,
        fix: 'make it a local cluster (eksOutpost), or use EKS Anywhere on machines of your own',
      })),
}

const sevenDays: Rule = {
  code: 'OL001',
  severity: 'warning',
  title: 'A local cluster is not asked to go on for longer than was announced',
  why: 'AWS announced up to seven days without the link; the documents state no maximum, and IAM sign-in and certificates set the limit.',
  sources: [source.eksOutpostsDisconnects, source.seedPortfolio],
  seeds: [49],
  example: {
    wrong: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { offlineFor: 30d }
    `,
    right: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          link: { offlineFor: 7d }
    `,
  },
  check: (fleet) => {
    const { cluster } = lookup(fleet)
    return sitesAt(fleet, 'outpost').flatMap((site): Hit[] => {
      const offline = site.link?.offlineFor
      if (cluster(site.cluster)?.kind !== 'eksOutpost' || offline === undefined || offline <= 7 * dayS) return []
      return [
        {
          origin: site.origin,
          field: 'link/offlineFor',
          found: `is ${hours(offline)}, beyond the seven days announced`,
          fix: 'plan for seven days, or use EKS Anywhere, which depends on no link',
        },
      ]
    })
  },
}

function hours(seconds: number): string {
  return seconds >= 2 * dayS
    ? `${Math.round(seconds / dayS)} days`
    : seconds >= 7200
      ? `${Math.round(seconds / 3600)} hours`
      : `${Math.round(seconds / 60)} minutes`
}

export const linkRules: readonly Rule[] = [linkIsEnough, gatewayToTheFloor, fiveMinutes, linkIsSteady, sevenDays]

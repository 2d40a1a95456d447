// The address plan: ranges that meet must differ. Ranges are sorted by their start and swept once, so that ten thousand sites cost
// as much as sorting them.

import { containsCidr, parseCidr } from 'cidr-tools'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet, Network } from '../../model/fleet.ts'
import type { Origin } from '../../model/origin.ts'
import { source, yaml } from '../../places/index.ts'
import { and } from '../words.ts'

interface Range {
  readonly cidr: string
  readonly start: bigint
  readonly end: bigint
  readonly origin: Origin
  readonly field: string
  /** How others speak of it: `networks.main`. */
  readonly name: string
}

function range(cidr: string, origin: Origin, field: string): Range {
  const { start, end } = parseCidr(cidr)
  return { cidr, start, end, origin, field, name: origin.label }
}

const noOverlap: Rule = {
  code: 'NET001',
  severity: 'error',
  title: 'No two ranges of one routing domain overlap',
  why: 'Networks that route to each other cannot tell equal addresses apart; the traffic of one of them goes astray.',
  sources: [source.vpcCidrs],
  example: {
    wrong: yaml`
      networks:
        - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
        - { name: east, region: us-east-1, cidr: 10.10.128.0/17 }
    `,
    right: yaml`
      networks:
        - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
        - { name: east, region: us-east-1, cidr: 10.20.0.0/16 }
    `,
  },
  check: (fleet) => {
    const domains = [...rangesByDomain(fleet).values()]
    const subnets = fleet.networks.map((network) =>
      network.subnets.flatMap((subnet) =>
        subnet.cidr === undefined ? [] : [range(subnet.cidr, subnet.origin, 'cidr')],
      ),
    )
    return [...domains, ...subnets].flatMap(overlapsIn)
  },
}

function rangesByDomain(fleet: Fleet): ReadonlyMap<string, readonly Range[]> {
  const domains = new Map<string, Range[]>()
  const put = (domain: string, entry: Range) => {
    const entries = domains.get(domain)
    if (entries === undefined) domains.set(domain, [entry])
    else entries.push(entry)
  }
  for (const network of fleet.networks) {
    put(network.routingDomain, range(network.cidr, network.origin, 'cidr'))
    for (const [index, cidr] of network.additionalCidrs.entries())
      put(network.routingDomain, range(cidr, network.origin, `additionalCidrs/${index}`))
  }
  for (const site of fleet.sites) {
    const { network } = site
    if (typeof network === 'object' && network.routed)
      put(network.routingDomain, range(network.cidr, site.origin, 'network/cidr'))
  }
  return domains
}

/** Each range that starts before an earlier one has ended, with that one. */
function overlapsIn(ranges: readonly Range[]): readonly Hit[] {
  const sorted = ranges.toSorted((a, b) => (a.start === b.start ? 0 : a.start < b.start ? -1 : 1))
  const hits: Hit[] = []
  let widest: Range | undefined
  for (const current of sorted) {
    if (widest !== undefined && current.start <= widest.end) hits.push(overlap(current, widest))
    if (widest === undefined || current.end > widest.end) widest = current
  }
  return hits
}

function overlap(current: Range, other: Range): Hit {
  const fix =
    'give one of them another range, or, where they never route to each other, another routingDomain (a site: routed: false)'
  // rows of one class share their range by mistake all at once: naming each other row would make as many findings
  const sameClass = current.origin.row !== undefined && current.origin.pointer === other.origin.pointer
  const found = sameClass
    ? `is ${current.cidr}, as at other rows`
    : `is ${current.cidr}, which overlaps ${other.cidr} of ${other.name}`
  return { origin: current.origin, field: current.field, found, fix }
}

const subnetInside: Rule = {
  code: 'NET002',
  severity: 'error',
  title: 'A subnet lies inside a range of its network',
  why: 'A VPC refuses a subnet outside its own ranges.',
  sources: [source.vpcCidrs],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: one, zone: us-west-2a, cidr: 10.11.0.0/24 }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          additionalCidrs: [10.11.0.0/16]
          subnets: [{ name: one, zone: us-west-2a, cidr: 10.11.0.0/24 }]
    `,
  },
  check: (fleet) =>
    fleet.networks.flatMap((network) =>
      network.subnets.flatMap((subnet): Hit[] => {
        const ranges = rangesOf(network)
        if (subnet.cidr === undefined || ranges.some((own) => containsCidr(own, subnet.cidr ?? ''))) return []
        return [
          {
            origin: subnet.origin,
            field: 'cidr',
            found: `is ${subnet.cidr}, outside ${and(ranges)} of ${network.name}`,
            fix: `use a range inside ${and(ranges)}, or add one to additionalCidrs`,
          },
        ]
      }),
    ),
}

const rangesOf = (network: Network): readonly string[] => [network.cidr, ...network.additionalCidrs]

const oneTarget: Rule = {
  code: 'NET003',
  severity: 'error',
  title: 'A route table has one route to each destination, with one target',
  why: 'A route leads to exactly one gateway; a second one for the same destination is refused.',
  sources: [source.routeTables],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - name: front
              zone: us-west-2a
              cidr: 10.10.0.0/24
              public: true
              routes:
                - { to: 0.0.0.0/0, via: internetGateway }
                - { to: 0.0.0.0/0, via: natGateway }
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - name: front
              zone: us-west-2a
              cidr: 10.10.0.0/24
              public: true
              routes: [{ to: 0.0.0.0/0, via: internetGateway }]
    `,
  },
  check: (fleet) =>
    fleet.networks.flatMap((network) =>
      network.subnets.flatMap((subnet) => {
        const routes = subnet.routes ?? []
        return routes.flatMap((route, index): Hit[] => {
          const first = routes.findIndex((other) => other.to === route.to)
          if (first === index) return []
          return [
            {
              origin: subnet.origin,
              field: `routes/${index}`,
              found: `sends ${route.to} by ${route.via}, which routes[${first}] sends by ${routes[first]?.via}`,
              fix: 'keep one of them',
            },
          ]
        })
      }),
    ),
}

export function addressesIn(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1] ?? 32))
}

export const addressRules: readonly Rule[] = [noOverlap, subnetInside, oneTarget]

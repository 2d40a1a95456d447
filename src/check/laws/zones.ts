// Zones and the subnets in them: that they exist, that the account may use them, and by which way they reach out.

import { closest } from 'fastest-levenshtein'
import type { Hit, Rule } from '../../model/finding.ts'
import { lookup } from '../../model/lookup.ts'
import type { Place } from '../../model/place.ts'
import { isAvailabilityZone, knownZones, source, yaml } from '../../places/index.ts'
import type { SubnetSubject } from '../subjects.ts'
import { subjects } from '../subjects.ts'
import { lawsOn } from '../topic.ts'
import { and } from '../words.ts'

const zoneExists: Rule = {
  code: 'NET004',
  severity: 'error',
  title: 'The Region and the zone exist',
  why: 'A subnet in a zone that AWS does not have is refused some minutes into the deployment.',
  sources: [source.regionsAndZones, source.localZonesList, source.WLG],
  example: {
    wrong: yaml`
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-zzz-9q }, cluster: oregon }
    `,
    right: yaml`
      facts:
        zones: [{ name: us-west-2-zzz-9q, kind: localZone, region: us-west-2, group: us-west-2-zzz-9 }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-zzz-9q }, cluster: oregon }
    `,
  },
  check: (fleet) => {
    const { sites, subnets } = subjects(fleet)
    const known = [...knownZones(), ...fleet.zoneFacts.map((zone) => zone.name)]
    const hint = (name: string, place: Place) => {
      if (isAvailabilityZone(name)) return `use an Availability Zone of ${place.region}, such as ${place.region}a`
      return `use ${closest(name, known)}, or, where AWS has ${name} by now, list it under facts.zones`
    }
    return [
      ...sites.flatMap(({ site }): Hit[] => {
        const { kind, zone, region, known: isKnown } = site.place
        if (isKnown) return []
        const name = zone ?? region ?? ''
        return [
          {
            origin: site.origin,
            field: `place/${kind}`,
            found: `is ${name}, which skerry does not know`,
            fix: hint(name, site.place),
          },
        ]
      }),
      ...subnets.flatMap(({ subnet, place }): Hit[] =>
        place.known
          ? []
          : [
              {
                origin: subnet.origin,
                field: 'zone',
                found: `is ${subnet.zone}, which skerry does not know`,
                fix: hint(subnet.zone, place),
              },
            ],
      ),
    ]
  },
}

const optIn = lawsOn('optIn', (fleet, covers) => {
  const accountNamed = new Map(fleet.accounts.map((account) => [account.name, account]))
  return subjects(fleet).sites.flatMap(({ site, cluster, network, traits }): Hit[] => {
    const group = site.place.zoneGroup
    if (!covers(site.place) || !traits.optIn.value || group === undefined) return []
    const account = accountNamed.get(network?.account ?? cluster?.account ?? '')
    if (account?.optedIn.includes(group) === true) return []
    const mistaken = account?.optedIn.indexOf(site.place.zone ?? '') ?? -1
    if (account !== undefined && mistaken >= 0) {
      return [
        {
          origin: account.origin,
          field: `optedIn/${mistaken}`,
          found: `is ${site.place.zone}, a zone where its group is meant`,
          fix: `write ${group}`,
        },
      ]
    }
    return [
      {
        origin: site.origin,
        field: `place/${site.place.kind}`,
        found:
          account === undefined
            ? `needs ${group}, and no account is named`
            : `needs ${group}, which ${account.name} is not said to be opted in to`,
        fix: `nothing, where the plan may opt in; else opt in to ${group} (modify-availability-zone-group) and list it under optedIn`,
        why: 'The plan begins by opting in, which needs ec2:ModifyAvailabilityZoneGroup and cannot be undone without AWS support.',
        severity: 'info',
      },
    ]
  })
})

const publicRoute = lawsOn('publicRoute', (fleet, covers) =>
  subjects(fleet).subnets.flatMap(({ subnet, place, traits }): Hit[] => {
    const own = traits.publicRoute
    if (subnet.routes === undefined || !covers(place)) return []
    const index = subnet.routes.findIndex((route) => route.to === '0.0.0.0/0')
    const via = subnet.routes[index]?.via
    const outwards = via !== undefined && ['internetGateway', 'carrierGateway', 'localGateway'].includes(via)
    if (subnet.public ? via === own.value : !outwards || via === own.value) return []
    const hit = {
      origin: subnet.origin,
      fix: `send 0.0.0.0/0 by ${own.value}, or leave routes out`,
      source: own.source,
    }
    return via === undefined
      ? [{ ...hit, field: 'routes', found: 'is public, and has no default route' }]
      : [{ ...hit, field: `routes/${index}/via`, found: `is ${via}` }]
  }),
)

const vpcEndpoint = lawsOn('vpcEndpoint', (fleet, covers) => {
  const byNetwork = new Map<string, SubnetSubject[]>(fleet.networks.map((network) => [network.name, []]))
  for (const subnet of subjects(fleet).subnets) byNetwork.get(subnet.network.name)?.push(subnet)
  return fleet.networks.flatMap((network): Hit[] => {
    const subnets = byNetwork.get(network.name) ?? []
    const first = subnets[0]
    if (
      network.endpoints.length === 0 ||
      first === undefined ||
      !covers(first.place) ||
      subnets.some(({ traits }) => traits.vpcEndpoints.value)
    )
      return []
    return [
      {
        origin: network.origin,
        field: 'endpoints',
        found: `are ${and(network.endpoints)}, with no subnet in an Availability Zone`,
        fix: `declare a subnet in an Availability Zone of ${network.region ?? 'the Region'}`,
        source: first.traits.vpcEndpoints.source,
      },
    ]
  })
})

const natGateway = lawsOn('natGateway', (fleet, covers) => {
  const { sites, subnets } = subjects(fleet)
  const zonesOf = new Map<string, Set<string>>()
  for (const { site, network, traits } of sites)
    if (network !== undefined && traits.natGateway.value === 'someZones' && covers(site.place))
      add(zonesOf, network.name, site.place.zone ?? site.name)
  for (const { subnet, network, place, traits } of subnets)
    if (traits.natGateway.value === 'someZones' && covers(place)) add(zonesOf, network.name, subnet.zone)
  const { network: networkNamed } = lookup(fleet)
  return [...zonesOf].flatMap(([name, zones]): Hit[] => {
    const network = networkNamed(name)
    if (network?.egress !== 'natGatewayPerZone') return []
    return [
      {
        origin: network.origin,
        field: 'egress',
        found: `is natGatewayPerZone, and ${and([...zones])} may have none`,
        fix: 'use egress: natGateway, or accept this where the zone has NAT gateways',
      },
    ]
  })
})

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value))
}

export const zoneRules: readonly Rule[] = [zoneExists, ...optIn, ...publicRoute, ...vpcEndpoint, ...natGateway]

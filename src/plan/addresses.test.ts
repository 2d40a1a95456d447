// Ranges of subnets: inside their network, never over each other, and never moving.

import { containsCidr, overlapCidr } from 'cidr-tools'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import { documents, fleetOf, header } from './fleets.case.ts'
import { observedFrom, plan } from './index.ts'
import { subnetsOf } from './subnets.ts'

const rangesOf = (fleet: Fleet, network = 'main') =>
  new Map(subnetsOf(fleet)(network).all.map(({ name, cidr }) => [name, cidr]))

test('computed ranges lie inside the network and never over another one, whatever is declared', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const fleet = fleetOf(given)
      for (const network of fleet.networks) {
        const { all } = subnetsOf(fleet)(network.name)
        for (const [index, subnet] of all.entries()) {
          const declared = subnet.declared?.cidr
          if (declared !== undefined) expect(subnet.cidr).toBe(declared)
          else if (subnet.cidr !== undefined) {
            expect(containsCidr(network.cidr, subnet.cidr)).toBe(true)
            for (const [other, { cidr }] of all.entries())
              if (other !== index && cidr !== undefined)
                expect(overlapCidr(subnet.cidr, cidr), `${subnet.cidr} and ${cidr}`).toBe(false)
          }
        }
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
      }
    }),
    { numRuns: 100 },
  )
})

test('another site at the end moves no range, even with nothing known of before', () => {
  const places = [{ region: 'us-west-2' }, { localZone: 'us-west-2-phx-2a' }, { wavelength: 'us-west-2-wl1-sea-wlz-1' }]
  fc.assert(
    fc.property(documents, fc.nat(2), (given, place) => {
      const before = rangesOf(fleetOf(given))
      const sites = [
        ...given.fleet.sites,
        { name: 'added', place: places[place], cluster: 'c0', nodePools: [{ name: 'p', replicas: 1 }] },
      ]
      const after = rangesOf(fleetOf({ ...given, fleet: { ...given.fleet, sites } }))
      for (const [name, cidr] of before) expect([name, after.get(name)]).toEqual([name, cidr])
    }),
    { numRuns: 100 },
  )
})

const zones = (names: readonly string[]) =>
  fleetFrom(`${header}metadata: { name: f }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: c, network: main, eks: { version: "1.35" } }]
sites:
${names.map((zone) => `  - { name: s-${zone.slice(10, 13)}, place: { localZone: ${zone} }, cluster: c, nodePools: [{ name: p }] }`).join('\n')}
`)

const plannedRanges = ({ steps }: Plan) => {
  const subnets = steps.find(({ id }) => id === 'network/main')?.intent.subnets ?? []
  return new Map((subnets as readonly { name: string; cidr: string }[]).map(({ name, cidr }) => [name, cidr]))
}

test('what was handed out stays, when a site in front goes and another comes in its place', () => {
  const [lax, phx, las, den] = ['us-west-2-lax-1a', 'us-west-2-phx-2a', 'us-west-2-las-1a', 'us-west-2-den-1a'] as const
  const first = plan(zones([lax, phx, las]))
  const second = plan(zones([den, phx, las]), observedFrom(first))
  const [before, after] = [plannedRanges(first), plannedRanges(second)]
  for (const zone of [phx, las])
    for (const kind of ['private', 'public'])
      expect(after.get(`main-${zone}-${kind}`)).toBe(before.get(`main-${zone}-${kind}`))
  expect(new Set(after.values()).size).toBe(after.size)
  // without what was there before, they would have moved: that is why it is asked for
  expect(rangesOf(zones([phx, las])).get(`main-${phx}-private`)).not.toBe(before.get(`main-${phx}-private`))
})

test('a range that is given up is not handed out again in the same change, for it is still there', () => {
  const first = plan(zones(['us-west-2-lax-1a', 'us-west-2-phx-2a']))
  const second = plan(zones(['us-west-2-den-1a', 'us-west-2-phx-2a']), observedFrom(first))
  const old = new Set(plannedRanges(first).values())
  expect([...plannedRanges(second)].filter(([name, cidr]) => name.includes('den') && old.has(cidr))).toEqual([])
  expect(second.steps.find(({ id }) => id === 'network/main/given-up')?.title).toBe(
    'Delete 2 subnets of the network main: main-us-west-2-lax-1a-private and main-us-west-2-lax-1a-public',
  )
})

test('a network without subnets gets two zones for its control plane, and both kinds in each place', () => {
  const { all } = subnetsOf(zones(['us-west-2-lax-1a']))('main')
  expect(all.map(({ name, zone, public: isPublic }) => [name, zone, isPublic])).toEqual([
    ['main-us-west-2a-private', 'us-west-2a', false],
    ['main-us-west-2b-private', 'us-west-2b', false],
    ['main-us-west-2a-public', 'us-west-2a', true],
    ['main-us-west-2b-public', 'us-west-2b', true],
    ['main-us-west-2-lax-1a-private', 'us-west-2-lax-1a', false],
    ['main-us-west-2-lax-1a-public', 'us-west-2-lax-1a', true],
  ])
})

test('nothing is added where the file says all that is needed', () => {
  const fleet = fleetFrom(`${header}metadata: { name: f }
networks:
  - name: main
    region: us-west-2
    cidr: 10.0.0.0/16
    egress: none
    subnets: [{ name: a, zone: us-west-2a, cidr: 10.0.0.0/24 }, { name: b, zone: us-west-2b, cidr: 10.0.1.0/24 }, { name: edge, zone: us-west-2-lax-1a, cidr: 10.0.2.0/24 }]
clusters: [{ name: c, network: main, eks: { version: "1.35" } }]
sites: [{ name: s, place: { localZone: us-west-2-lax-1a }, cluster: c, nodePools: [{ name: p }] }]
`)
  expect([...rangesOf(fleet).keys()]).toEqual(['a', 'b', 'edge'])
})

test('a network that is full leaves a subnet without a range, and the plan goes on', () => {
  const fleet = fleetFrom(`${header}metadata: { name: f }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/28, subnets: [{ name: all, zone: us-west-2a, cidr: 10.0.0.0/28 }, { name: more, zone: us-west-2b }] }]
clusters: [{ name: c, network: main, eks: { version: "1.35" } }]
`)
  expect(rangesOf(fleet).get('more')).toBeUndefined()
  const network = plan(fleet).steps.find(({ id }) => id === 'network/main')
  expect(network?.intent.subnets).toContainEqual(expect.objectContaining({ name: 'more', cidr: null }))
})

// What holds of every plan, whatever the fleet.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Plan, PlannedStep } from '../model/plan.ts'
import { documents, fleetOf, header, mixed } from './fleets.case.ts'
import { observedFrom, plan } from './index.ts'

const runs = { numRuns: 100 }

const placeIn = (steps: readonly { readonly id: string }[]) => new Map(steps.map(({ id }, index) => [id, index]))
const ids = (steps: readonly { readonly id: string }[]) => steps.map(({ id }) => id)

function expectOrdered(steps: readonly { readonly id: string; readonly needs: readonly string[] }[]): void {
  const places = placeIn(steps)
  expect(places.size).toBe(steps.length)
  expect(
    steps.flatMap(({ id, needs }, index) =>
      needs.flatMap((need) => ((places.get(need) ?? index) < index ? [] : `${id} before ${need}`)),
    ),
  ).toEqual([])
}

test('every step comes after all that it needs, in any fleet', () => {
  fc.assert(
    fc.property(documents, (given) => expectOrdered(plan(fleetOf(given)).steps)),
    runs,
  )
  expectOrdered(plan(mixed()).steps)
})

test('the clean-up goes against every need, in any fleet, and undoes each thing once', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const { steps, backward } = plan(fleetOf(given))
      expectOrdered(backward)
      const places = new Map(
        backward.filter(({ kind }) => kind !== 'gitops.suspend').map(({ undoes }, index) => [undoes, index]),
      )
      const late = steps.flatMap(({ id, needs }) =>
        needs.flatMap((need) =>
          (places.get(id) ?? -1) < (places.get(need) ?? places.size) ? [] : `${id} after ${need}`,
        ),
      )
      expect(late).toEqual([])
    }),
    runs,
  )
})

test('a thing is undone only when all that leaned on it is undone, also across steps that undo nothing', () => {
  const { steps, backward } = plan(mixed())
  const byId = new Map(steps.map((step) => [step.id, step]))
  const leansOn = (step: PlannedStep, seen = new Set<string>()): Set<string> => {
    for (const need of step.needs) {
      const needed = byId.get(need)
      if (needed !== undefined && !seen.has(need)) leansOn(needed, seen.add(need))
    }
    return seen
  }
  const done = new Set<string>()
  for (const { undoes, kind } of backward.filter(({ kind }) => kind !== 'gitops.suspend')) {
    for (const step of steps)
      if (leansOn(step).has(undoes) && backward.some((it) => it.undoes === step.id))
        expect(done.has(step.id), `${step.id} before ${undoes} (${kind})`).toBe(true)
    done.add(undoes)
  }
})

test('the same fleet gives the same plan, whoever asks and how often', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const [first, second] = [plan(fleetOf(given)), plan(fleetOf(given))]
      expect({ ...first, fleet: 0 }).toEqual({ ...second, fleet: 0 })
    }),
    runs,
  )
})

test('against itself a plan keeps everything', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const fleet = fleetOf(given)
      const again = plan(fleet, observedFrom(plan(fleet)))
      expect(again.steps.filter(({ change }) => change !== 'keep')).toEqual([])
    }),
    runs,
  )
})

test('what exists already is only looked at: never made, changed, removed or undone', () => {
  const made = plan(mixed())
  const existing = made.steps.filter((step) => step.existing)
  expect(ids(existing)).toEqual([
    'zone.optIn/prod/us-west-2-lax-1',
    'network/theirs',
    'cluster.create/theirs',
    'pool.join/frankfurt/there',
    'route.point/zone/example.com',
  ])
  expect(existing.every(({ change }) => change === 'keep')).toBe(true)
  expect(made.backward.filter(({ undoes }) => existing.some(({ id }) => id === undoes))).toEqual([])
  // taken out of the file, it is nobody's to remove
  const without = mixed((text) =>
    text
      .replace(/ {2}- \{ name: frankfurt.*\n/, '')
      .replace(', { site: frankfurt }', '')
      .replace(/ {2}- \{ name: theirs, network.*\n/, '')
      .replace(', theirs]', ']'),
  )
  const after = plan(without, observedFrom(made))
  expect(ids(after.steps.filter(({ change }) => change === 'remove'))).toEqual([
    'app.place/stock/frankfurt',
    'member.join/world/theirs',
  ])
})

const against = (change: (text: string) => string): Plan => plan(mixed(change), observedFrom(plan(mixed())))
const changed = ({ steps }: Plan) => steps.filter(({ change }) => change !== 'keep')

test.each([
  [
    'replicas of a pool',
    'kind: managed, instanceTypes: [m7g.large], replicas: 3',
    'kind: managed, instanceTypes: [m7g.large], replicas: 5',
    'pool.join/oregon/core',
    { path: 'replicas', before: 3, after: 5 },
  ],
  [
    'replicas of a copy',
    'site: los-angeles, replicas: 3',
    'site: los-angeles, replicas: 4',
    'app.place/store/los-angeles',
    { path: 'replicas', before: 3, after: 4 },
  ],
  [
    'a weight',
    'boston: 3, plant: 1',
    'boston: 2, plant: 1',
    'route.point/record/stream.example.com/boston',
    { path: 'weight', before: 3, after: 2 },
  ],
  [
    'the interval of a health check',
    'healthCheck: {}',
    'healthCheck: { failureThreshold: 2 }',
    'route.point/checks/store.shop.example.com',
    undefined,
  ],
  [
    'the endpoint of a cluster',
    'name: west, network: west, eks: { version: "1.35" }',
    'name: west, network: west, eks: { version: "1.35", endpoint: public }',
    'cluster.create/west',
    { path: 'endpoint', before: 'private', after: 'public' },
  ],
  [
    'the name service of a network',
    'cidr: 10.2.0.0/16',
    'cidr: 10.2.0.0/16, dnsResolution: false',
    'network/east',
    { path: 'dnsResolution', before: true, after: false },
  ],
  ['a value of a chart', 'c: [1, 2]', 'c: [1, 3]', undefined, undefined],
  [
    'how a member is synchronised',
    'sync: { default: pull }',
    'sync: { default: pull, shop: push }',
    'member.join/world/shop',
    { path: 'by', before: 'karmada-agent', after: 'karmadactl join' },
  ],
  ['the interval of Flux', 'secretRef: flux-system', 'secretRef: flux-system, version: v2.8.8', undefined, undefined],
  [
    'the high availability of Karmada',
    'members: [west, shop, theirs],',
    'members: [west, shop, theirs], highAvailability: false,',
    'federation.start/world',
    { path: 'highAvailability', before: true, after: false },
  ],
] as const)('one field changed, %s, changes the steps that carry it and no other', (_, from, to, id, difference) => {
  expect(plan(mixed((text) => text.replace(from, to))).fleet).not.toEqual(mixed())
  const steps = changed(against((text) => text.replace(from, to)))
  expect(steps.every(({ change, differences }) => change === 'change' && differences.length > 0)).toBe(true)
  if (id === undefined) expect(new Set(steps.map(({ kind }) => kind)).size).toBe(1)
  // a look at what changes changes with it
  else expect(ids(steps.filter(({ kind }) => kind !== 'verify'))).toEqual([id])
  if (difference !== undefined) expect(steps.find((it) => it.id === id)?.differences).toContainEqual(difference)
})

test('of lists of named things one difference is named, and a name in front moves none of the others', () => {
  const steps = changed(
    against((text) =>
      text.replace(
        'cidr: 10.3.0.0/16,',
        'cidr: 10.3.0.0/16, subnets: [{ name: first, zone: eu-central-1a, cidr: 10.3.7.0/24 }],',
      ),
    ),
  )
  expect(steps[0]?.id).toBe('network/theirs')
  const subnet = steps[0]?.differences.find(({ path }) => path === 'subnets.first')
  expect(subnet).toMatchObject({ before: undefined, after: { cidr: '10.3.7.0/24' } })
})

test('a site that leaves is taken away backwards, after what led to it leads elsewhere', () => {
  const gone = against((text) =>
    text
      .replace(
        'placement: [{ site: los-angeles, replicas: 3 }, { site: oregon, replicas: 2 }]',
        'placement: [{ site: oregon, replicas: 2 }]',
      )
      .replace('failover: [los-angeles, oregon]', 'failover: [oregon]')
      .replace(/ {2}- \{ name: los-angeles.*\n/, ''),
  )
  expectOrdered(gone.steps)
  const places = placeIn(gone.steps)
  const at = (id: string) => places.get(id) ?? -1
  const removed = gone.steps.filter(({ change }) => change === 'remove')
  expect(ids(removed)).toEqual([
    'route.point/record/store.shop.example.com/los-angeles',
    'app.place/store/los-angeles',
    'pool.join/los-angeles/edge',
    'network/west/given-up',
  ])
  expect(removed.map(({ title }) => title)[2]).toMatch(/^Drain los-angeles\/edge/)
  // the network gives up the zone's subnets when nothing stands in them any more
  expect(removed.at(-1)?.title).toBe(
    'Delete 2 subnets of the network west: west-us-west-2-lax-1a-private and west-us-west-2-lax-1a-public',
  )
  // the record that is left becomes the primary after the old primary is withdrawn or with it, never pointing at nothing
  expect(at('route.point/checks/store.shop.example.com')).toBeLessThan(at('app.place/store/los-angeles'))
})

test('a site in place of another: the new one is ready and named before the old one goes', () => {
  const swap = (text: string) =>
    text
      .replace(
        '- { name: los-angeles, place: { localZone: us-west-2-lax-1a }',
        '- { name: phoenix, place: { localZone: us-west-2-phx-2a }',
      )
      .replaceAll('site: los-angeles', 'site: phoenix')
      .replaceAll('[los-angeles, oregon]', '[phoenix, oregon]')
  const { steps } = against(swap)
  expectOrdered(steps)
  const places = placeIn(steps)
  const at = (id: string) => places.get(id) ?? -1
  for (const id of ['app.place/store/phoenix', 'route.point/record/store.shop.example.com/phoenix'])
    expect(at(id)).toBeLessThan(at('app.place/store/los-angeles'))
  expect(at('app.place/store/los-angeles')).toBeLessThan(at('pool.join/los-angeles/edge'))
})

test('any fleet can become any other: the order holds, and what is removed is what was there and ours', () => {
  fc.assert(
    fc.property(documents, documents, (first, second) => {
      const before = observedFrom(plan(fleetOf(first)))
      const { steps } = plan(fleetOf(second), before)
      expectOrdered(steps)
      const there = new Map(before.steps.map((step) => [step.id, step]))
      expect(
        steps.filter(
          ({ id, change }) => change === 'remove' && there.get(id.replace(/\/given-up$/, ''))?.existing !== false,
        ),
      ).toEqual([])
      expect(steps.filter(({ id, change }) => change === 'create' && there.has(id))).toEqual([])
      // and afterwards it is the other; in a network that is full, once what was given up is free
      const after = observedFrom(plan(fleetOf(second), before))
      const settled = plan(fleetOf(second), observedFrom(plan(fleetOf(second), after)))
      expect(settled.steps.filter(({ change }) => change !== 'keep')).toEqual([])
    }),
    runs,
  )
})

test('apps that wait for each other are refused with their lines', () => {
  const app = (name: string, other: string) =>
    `---\nkind: App\nmetadata: { name: ${name} }\nsource: { image: x }\nplacement: [{ site: a }]\ndependsOn: [${other}]\n`
  const fleet = fleetFrom(
    `${header}metadata: { name: f }\nclusters: [{ name: c, eksAnywhere: { provider: vsphere, version: "1.35" } }]\nsites: [{ name: a, place: { onPremises: vsphere }, cluster: c, nodePools: [{ name: p }] }]\n${app('one', 'two')}${app('two', 'three')}${app('three', 'one')}`,
  )
  expect(() => plan(fleet)).toThrow(
    expect.objectContaining({
      message:
        'these wait for each other, so none can be the first: app.place/one/a → app.place/two/a → app.place/three/a → app.place/one/a',
      problems: [11, 17, 23].map((line) => expect.objectContaining({ at: { file: 'fleet.yaml', line, column: 12 } })),
    }),
  )
})

test('an app that waits for itself, and clusters that manage each other, are refused too', () => {
  const base = `${header}metadata: { name: f }\n`
  const site = 'sites: [{ name: a, place: { onPremises: vsphere }, cluster: c, nodePools: [{ name: p }] }]\n'
  const itself = fleetFrom(
    `${base}clusters: [{ name: c, eksAnywhere: { provider: vsphere, version: "1.35" } }]\n${site}---\nkind: App\nmetadata: { name: x }\nsource: { image: x }\nplacement: [{ site: a }]\ndependsOn: [x]\n`,
  )
  expect(() => plan(itself)).toThrow('app.place/x/a waits for itself')
  const managed = (name: string, by: string) =>
    `{ name: ${name}, eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: ${by} } }`
  const each = fleetFrom(`${base}clusters: [${managed('c', 'd')}, ${managed('d', 'c')}]\n${site}`)
  expect(() => plan(each)).toThrow(/^these wait for each other.*cluster.create\/c/)
})

test('a chain of ten thousand apps is planned without running out of stack', () => {
  const fleet = mixed()
  const [store] = fleet.apps
  const apps = Array.from({ length: 10_000 }, (_, index) => ({
    ...store,
    name: `a${index}`,
    placement: store?.placement.slice(0, 1),
    expose: undefined,
    dependsOn: index === 9999 ? [] : [`a${index + 1}`],
  })) as unknown as typeof fleet.apps
  const placed = ids(plan({ ...fleet, apps }).steps.filter(({ kind }) => kind === 'app.place'))
  expect([placed[0], placed.at(-1)]).toEqual(['app.place/a9999/los-angeles', 'app.place/a0/los-angeles'])
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { labelOf, positionOf } from '../model/origin.ts'
import { Refusal } from '../model/refusal.ts'
import { fleetFrom } from './from.ts'

const here = (file: string) => readFileSync(new URL(`./covering/${file}`, import.meta.url), 'utf8')
const attached = Object.fromEntries(
  ['stores.csv', 'base/deployment.yaml', 'overlay/kustomization.yaml', 'overlay/replicas.yaml'].map((file) => [
    file,
    here(file),
  ]),
)
const covering = fleetFrom(here('fleet.yaml'), attached)
const head = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: x }\n'

const problemsOf = (make: () => unknown) => {
  try {
    make()
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
  return []
}

test('what a person types becomes plain values', () => {
  const [oregon] = covering.sites
  expect(oregon).toMatchObject({
    location: { latitude: 45.84, longitude: -119.7 },
    powerHoldUp: 600,
    link: { bandwidth: 10e9, delay: 0.001, offlineFor: 3600 },
  })
  const game = covering.apps.find(({ name }) => name === 'game')
  expect(game).toMatchObject({
    startup: 45,
    objectives: { recoverWithin: 240, availability: 0.999, latencyP95: 0.04 },
    expose: { ttl: 60, healthCheck: { interval: 30 } },
  })
  expect(covering.drills[0]?.expect[2]).toMatchObject({ availability: { sign: '>=', value: 0.99 } })
})

test('places are resolved with what is known of them, and give a site its location', () => {
  const la = covering.sites.find(({ name }) => name === 'los-angeles')
  expect(la?.place).toMatchObject({ kind: 'localZone', region: 'us-west-2', zone: 'us-west-2-lax-1a', known: true })
  expect(la?.location).toEqual(la?.place.location)
  const own = fleetFrom(`${head}sites: [{ name: a, place: { localZone: us-west-2-xyz-1a } }]
facts: { zones: [{ name: us-west-2-xyz-1a, kind: localZone, region: us-west-2, group: us-west-2-xyz-1, parentZone: us-west-2b, location: "40.00,-100.00" }] }\n`)
  expect(own.sites[0]).toMatchObject({
    location: { latitude: 40, longitude: -100 },
    place: { parentZone: 'us-west-2b', known: true },
  })
})

test('a cluster knows its kind, its version and its Region', () => {
  expect(
    Object.fromEntries(covering.clusters.map(({ name, kind, version, region }) => [name, [kind, version, region]])),
  ).toMatchObject({
    oregon: ['eks', '1.35', 'us-west-2'],
    rack: ['eksOutpost', '1.31', 'us-west-2'],
    hq: ['eksAnywhere', '1.35', undefined],
    parent: ['existing', '1.36', 'eu-central-1'],
    'store-0001': ['eksAnywhere', '1.35', undefined],
  })
  const bare = fleetFrom(
    `${head}clusters: [{ name: a, eks: { version: "1.35" } }]\nsites: [{ name: s, cluster: a, place: { wavelength: us-east-1-wl1-bos-wlz-1 } }]\n`,
  )
  expect(bare.clusters[0]?.region).toBe('us-east-1')
})

test('pools are flat, with their site, their cluster and the kind that is safe there', () => {
  expect(
    covering.pools.map(({ name, site, cluster, kind, kindDeclared }) => [name, site, cluster, kind, kindDeclared]),
  ).toEqual([
    ['workers', 'oregon', 'oregon', 'managed', true],
    ['hosts', 'floor', 'oregon', 'hybrid', false],
    ['machine', 'store-0001', 'store-0001', 'machines', false],
    ['machine', 'store-0002', 'store-0002', 'machines', false],
  ])
  const zone = fleetFrom(
    `${head}sites: [{ name: s, place: { localZone: us-west-2-lax-1a }, nodePools: [{ name: w }] }]\n`,
  )
  expect(zone.pools[0]).toMatchObject({ kind: 'selfManaged', cluster: undefined })
})

test('audiences have a location where they say one; without any there is one, users', () => {
  expect(covering.audiences.map(({ name, location }) => [name, location])).toEqual([
    ['coast', { latitude: 34.05, longitude: -118.24 }],
    ['workers', undefined],
    ['boston-5g', covering.sites.find(({ name }) => name === 'boston')?.location],
  ])
  const bare = fleetFrom(
    `${head}sites: [{ name: a, place: { region: us-west-2 } }]\n---\nkind: App\nmetadata: { name: web }\nsource: { image: nginx }\nplacement: [{ site: a }]\n`,
  )
  expect(bare.audiences).toEqual([{ name: 'users', weight: 1, location: undefined, origin: bare.origin }])
  expect(bare.apps[0]?.audiences).toEqual(['users'])
  expect(covering.apps.map(({ name, audiences }) => [name, audiences.length])).toContainEqual(['chart', 3])
})

test('placements by label become one copy for each site, with the namespace that holds', () => {
  const game = covering.apps.find(({ name }) => name === 'game')
  expect(
    game?.placement.map(({ site, federation, namespace, replicas }) => [site, federation, namespace, replicas]),
  ).toEqual([
    ['los-angeles', undefined, 'game-lz', 3],
    ['oregon', undefined, 'game', 2],
    [undefined, 'main', 'game', 4],
    [undefined, 'stores', 'game', 1],
  ])
  expect(covering.apps.find(({ name }) => name === 'chart')?.placement[0]?.namespace).toBe('chart')
  expect(game?.placement[1]?.origin.label).toBe('apps.game.placement.oregon')
})

test('labels that nothing has are refused, with those that there are', () => {
  const app = (labels: string) =>
    `${head}sites: [{ name: a, place: { region: us-west-2 }, labels: { tier: front } }]\n---\nkind: App\nmetadata: { name: web }\nsource: { image: nginx }\nplacement: [{ matchLabels: ${labels} }]\n`
  expect(fleetFrom(app('{ tier: front }')).apps[0]?.placement).toHaveLength(1)
  expect(problemsOf(() => fleetFrom(app('{ tier: back }')))).toEqual([
    expect.objectContaining({
      message: 'no site has these labels',
      where: 'apps.web.placement[0].matchLabels',
      hint: 'labels of sites: tier: front',
    }),
  ])
})

test('a federation knows its members by name or by label; its host does not join itself', () => {
  expect(covering.federations.map(({ name, memberClusters }) => [name, memberClusters])).toEqual([
    ['main', ['oregon', 'plant']],
    ['stores', ['store-0001', 'store-0002']],
  ])
  const host = fleetFrom(
    `${head}clusters: [{ name: p, existing: {}, labels: { a: b } }, { name: m, existing: {}, labels: { a: b } }]\nfederations: [{ name: f, host: p, members: { matchLabels: { a: b } } }]\n`,
  )
  expect(host.federations[0]?.memberClusters).toEqual(['m'])
})

test('an app placed twice at one site in one namespace is refused', () => {
  const app = (second: string) =>
    `${head}sites: [{ name: a, place: { region: us-west-2 } }]\n---\nkind: App\nmetadata: { name: web }\nsource: { image: nginx }\nplacement: [{ site: a }, ${second}]\n`
  expect(problemsOf(() => fleetFrom(app('{ site: a }')))[0]).toMatchObject({
    message: 'web is placed twice at a in the namespace web',
  })
  expect(fleetFrom(app('{ site: a, namespace: blue }')).apps[0]?.placement).toHaveLength(2)
})

test('every entity points at its line and is called as a reader would', () => {
  const spot = (origin: (typeof covering)['origin'], field?: string) => {
    const { line } = positionOf(covering.sources, origin, field)
    return [labelOf(origin, field), here('fleet.yaml').split('\n')[line - 1]?.trim()]
  }
  const [oregon] = covering.sites
  const [workers] = covering.pools
  const [drill] = covering.drills
  const [fault] = drill?.faults ?? []
  const game = covering.apps.find(({ name }) => name === 'game')
  if (oregon === undefined || workers === undefined || fault === undefined || game === undefined)
    throw new Error('not read')
  expect(spot(oregon.origin, 'country')).toEqual(['sites.oregon.country', 'country: US'])
  expect(spot(workers.origin, 'volumeType')).toEqual(['sites.oregon.nodePools.workers.volumeType', 'volumeType: gp3'])
  expect(spot(game.origin, 'expose/healthCheck/path')[0]).toBe('apps.game.expose.healthCheck.path')
  expect(spot(fault.origin, 'at')).toEqual([
    'drills.everything-breaks.faults[0].at',
    '- { at: 1m, for: 20m, site: los-angeles, lose: uplink, how: blackhole }',
  ])
  // a default is written nowhere: the nearest thing around it is
  expect(spot(workers.origin, 'nothing/there')[1]).toBe('- name: workers')
})

test('a reference that leads nowhere offers the nearest, and says where such things are declared', () => {
  const text = `${head}clusters: [{ name: oregon, existing: {} }]\nsites: [{ name: a, place: { region: us-west-2 }, cluster: oregn }]\n`
  expect(problemsOf(() => fleetFrom(text))).toEqual([
    {
      message: 'there is no cluster named oregn',
      at: { file: 'fleet.yaml', line: 5, column: 59 },
      where: 'sites.a.cluster',
      hint: 'did you mean oregon? declared: oregon; clusters stand under clusters of the Fleet',
      frame: expect.stringContaining('> 5 | ') as string,
    },
  ])
})

test('a site, a text or a map: what may be one of several is judged by what was meant', () => {
  const network = (value: string) =>
    problemsOf(() => fleetFrom(`${head}sites: [{ name: a, place: { region: us-west-2 }, network: ${value} }]\n`))
  expect(network('mine')[0]?.message).toBe('there is no network named mine')
  expect(network('{ cdir: 10.0.0.0/24 }').map(({ message, hint }) => [message, hint])).toEqual([
    ['unknown key cdir', 'did you mean cidr? allowed here: cidr, routed, routingDomain, dhcp'],
  ])
  expect(problemsOf(() => fleetFrom(`${head}audiences: [{ name: a, near: nowhere }]\n`))[0]?.message).toBe(
    'there is no site named nowhere',
  )
  expect(fleetFrom(`${head}audiences: [{ name: a, near: "34.05, -118.24" }]\n`).audiences[0]?.location).toEqual({
    latitude: 34.05,
    longitude: -118.24,
  })
})

test('exactly one of several keys: none and two are told apart', () => {
  const place = (value: string) => problemsOf(() => fleetFrom(`${head}sites: [{ name: a, place: ${value} }]\n`))[0]
  expect(place('{}')).toMatchObject({
    message: 'one of region, localZone, wavelength, outpost, hybrid, onPremises is needed',
    where: 'sites.a.place',
  })
  expect(place('{ region: us-west-2, hybrid: us-west-2 }')).toMatchObject({
    message: 'only one of region, hybrid may be given',
    where: 'sites.a.place.hybrid',
  })
})

test('all faults of all files are told at once', () => {
  const files = {
    'fleet.yaml': `${head}site: []\n`,
    'apps/a.yaml': 'kind: App\nmetadata: { name: a }\nsource: { image: a }\nplacement: [{ site: nowhere }]\n',
    'drills/d.yaml': 'kind: Drill\nmetadata: { name: d }\nfaults: [{ at: 1m, site: a, lose: moon }]\n',
    'broken.yaml': 'kind: App\n  x: [\n',
  }
  expect(
    problemsOf(() => fleetFrom(files))
      .map(({ at }) => at?.file)
      .sort(),
  ).toEqual(['apps/a.yaml', 'broken.yaml', 'drills/d.yaml', 'drills/d.yaml', 'fleet.yaml'])
})

test('what is not ours in a folder is left alone, but not beside one of ours', () => {
  const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n'
  expect(
    fleetFrom({
      'fleet.yaml': head,
      'web.yaml': deployment,
      'agones.yaml': 'apiVersion: agones.dev/v1\nkind: Fleet\n',
      'helm.yaml': '{{ if .x }}\n',
      'package.json': '{ "name": "x" }',
    }).name,
  ).toBe('x')
  expect(problemsOf(() => fleetFrom({ 'fleet.yaml': `${head}---\n${deployment}` }))[0]).toMatchObject({
    message: 'kind is "Deployment", which is none of skerry\'s',
    at: { line: 6 },
  })
})

test('a fleet may be JSON', () => {
  expect(
    fleetFrom({
      'fleet.json': JSON.stringify({ apiVersion: 'skerry.dev/v1alpha1', kind: 'Fleet', metadata: { name: 'j' } }),
    }).name,
  ).toBe('j')
})

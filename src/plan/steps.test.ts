// Single rules of the steps, on fleets made for them.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Step } from '../model/plan.ts'
import { header, mixed } from './fleets.case.ts'
import { plan } from './index.ts'

const made = plan(mixed())
const place = new Map(made.steps.map(({ id }, index) => [id, index]))
const step = (id: string): Step => {
  expect(place.has(id), `${id} is planned`).toBe(true)
  return made.steps[place.get(id) ?? 0] as Step
}
const before = (...ids: readonly string[]): void => {
  const places = ids.map((id) => place.get(id) ?? -1)
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
}

test('a carrier zone: opted in to, a carrier gateway, nodes in a subnet with a way out, no NAT gateway behind it', () => {
  expect(step('zone.optIn/prod/us-east-1-wl1')).toMatchObject({
    existing: false,
    intent: { zones: ['us-east-1-wl1-bos-wlz-1'] },
  })
  expect(step('network/east').needs).toContain('zone.optIn/prod/us-east-1-wl1')
  expect(step('network/east').intent).toMatchObject({ carrierGateway: true })
  expect(step('network/east').intent.subnets).toContainEqual(
    expect.objectContaining({
      zone: 'us-east-1-wl1-bos-wlz-1',
      public: true,
      routes: [{ to: '0.0.0.0/0', via: 'carrierGateway' }],
    }),
  )
  expect(step('pool.join/boston/edge').intent).toMatchObject({
    kind: 'selfManaged',
    volumeType: 'gp2',
    networkBorderGroup: 'us-east-1-wl1-bos-wlz-1',
    subnets: ['east-us-east-1-wl1-bos-wlz-1-public'],
  })
})

test('a local cluster on an Outpost has its control plane in subnets of the Outpost, and knows the ConfigMap only', () => {
  expect(step('cluster.create/rack').intent).toMatchObject({
    kind: 'eksOutpost',
    authentication: 'configMap',
    subnets: [{ name: 'east-plant-private', public: false }],
  })
  expect(step('pool.join/plant/line').intent.roleMapping).toMatchObject({
    by: 'aws-auth',
    groups: ['system:bootstrappers', 'system:nodes'],
  })
})

test('a management cluster and its machines are there before the clusters that it makes, and outlive them', () => {
  before(
    'cluster.create/hq',
    'pool.join/office/md',
    'verify/nodes-ready/office/md',
    'cluster.create/shop',
    'pool.join/shop/md',
    'addon/shop/metallb',
  )
  expect(step('cluster.create/shop').needs).toEqual(['cluster.create/hq', 'verify/nodes-ready/office/md'])
  const undone = ['cluster.create/shop', 'pool.join/office/md', 'cluster.create/hq'].map((id) =>
    made.backward.findIndex(({ undoes, kind }) => undoes === id && kind !== 'gitops.suspend'),
  )
  expect(undone).toEqual([...undone].sort((a, b) => a - b))
})

test('the host of a federation is ready before Karmada, Karmada and the nodes of a member before it joins, all members before a copy is divided', () => {
  before(
    'verify/nodes-ready/oregon/core',
    'federation.start/world',
    'member.join/world/shop',
    'app.place/everywhere/world',
  )
  expect(step('member.join/world/shop').needs).toEqual([
    'federation.start/world',
    'verify/karmada/world',
    'verify/nodes-ready/shop/md',
    'verify/reach/world/shop',
  ])
  expect(
    made.placement.flatMap(({ app, site, cluster, replicas }) =>
      app === 'everywhere' ? [[site, cluster, replicas]] : [],
    ),
  ).toEqual([
    ['shop', 'shop', 5],
    ['oregon', 'west', 2],
  ])
})

test('Flux acts where the file says, and skerry elsewhere', () => {
  expect(made.steps.filter(({ kind }) => kind === 'gitops.start').map(({ subject }) => subject.cluster)).toEqual([
    'west',
    'shop',
  ])
  expect(
    ['app.place/store/oregon', 'app.place/stock/frankfurt', 'app.place/everywhere/world'].map(
      (id) => step(id).intent.by,
    ),
  ).toEqual(['flux', 'skerry', 'karmada'])
})

test('two apps at one site have folders of their own, and dependsOn becomes that of their Kustomizations', () => {
  expect(step('gitops.start/west').intent.kustomizations).toMatchObject([
    { name: 'aws-load-balancer-controller', path: './infrastructure/oregon' },
    { name: 'store-oregon', path: './apps/oregon/store', dependsOn: ['aws-load-balancer-controller', 'stock'] },
    { name: 'stock', path: './apps/oregon/stock' },
    { name: 'store-los-angeles', path: './apps/los-angeles' },
  ])
})

test('a password in the address of the repository never reaches a plan', () => {
  expect(JSON.stringify({ ...made, fleet: 0 })).not.toContain('secret@')
  expect(step('gitops.start/west').title).toContain('https://git.example.com/fleet')
})

test('a controller that nobody declares is planned where an app needs it, and nowhere else', () => {
  expect(
    made.steps
      .filter(({ kind, subject }) => kind === 'addon' && subject.addon === 'aws-load-balancer-controller')
      .map(({ subject }) => subject.cluster),
  ).toEqual(['west', 'east', 'rack'])
  expect(step('addon/west/aws-load-balancer-controller').intent.serviceAccount).toMatchObject({
    identity: 'podIdentity',
  })
  expect(step('addon/rack/aws-load-balancer-controller').intent.serviceAccount).toMatchObject({ identity: 'oidc' })
})

test('an app is placed after those that it depends on: those at its own site where they are, else all of them', () => {
  expect(step('app.place/store/oregon').needs).toContain('app.place/stock/oregon')
  expect(step('app.place/store/oregon').needs).not.toContain('app.place/stock/shop')
  expect(step('app.place/store/los-angeles').needs).toEqual(
    expect.arrayContaining(['app.place/stock/oregon', 'app.place/stock/shop', 'app.place/stock/frankfurt']),
  )
})

test('records by weight, an alias within the zone, and the zone with the longest name', () => {
  expect(step('route.point/record/stream.example.com/boston').intent).toMatchObject({
    policy: 'weighted',
    weight: 3,
    setIdentifier: 'boston',
    healthCheck: null,
    zone: 'example.com',
  })
  expect(step('route.point/record/video.example.com/stream.example.com').intent).toMatchObject({
    type: 'A',
    alias: { record: 'stream.example.com' },
  })
  expect(step('route.point/record/store.shop.example.com/oregon').intent).toMatchObject({ zone: 'shop.example.com' })
})

test('pods are bound to a zone only where the label tells the site apart, and not where the file lets them go', () => {
  expect(step('app.place/stream/boston').intent.zoneAffinity).toMatchObject({ values: ['us-east-1-wl1-bos-wlz-1'] })
  expect(step('app.place/stream/plant').intent.zoneAffinity).toBeUndefined()
  expect(step('app.place/stock/shop').intent.zoneAffinity).toBeUndefined()
})

test('what stands at a protected site is protected, and only that', () => {
  const guarded = (undoes: string) => made.backward.find((it) => it.undoes === undoes)?.protected
  expect(
    ['pool.join/oregon/core', 'cluster.create/west', 'network/west', 'app.place/store/oregon'].map(guarded),
  ).toEqual([true, true, true, true])
  expect(
    ['pool.join/shop/md', 'cluster.create/shop', 'app.place/stock/shop', 'addon/shop/metallb'].map(guarded),
  ).toEqual([false, false, false, false])
})

test('two copies of an app at one site, told apart by namespace', () => {
  const { steps } = plan(
    mixed((text) =>
      text.replace(
        'placement: [{ site: oregon }, { site: shop }',
        'placement: [{ site: oregon }, { site: oregon, namespace: blue }, { site: shop }',
      ),
    ),
  )
  expect(steps.flatMap(({ id, kind }) => (kind === 'app.place' && id.includes('stock/oregon') ? id : []))).toEqual([
    'app.place/stock/oregon',
    'app.place/stock/oregon/blue',
  ])
})

test('a name that two apps claim, and a fleet of nothing but a name, are planned without complaint', () => {
  const { steps } = plan(mixed((text) => text.replace('host: stream.example.com', 'host: store.shop.example.com')))
  expect(
    steps.filter(({ id }) => id.startsWith('route.point/record/store.shop.example.com')).map(({ id }) => id),
  ).toEqual([
    'route.point/record/store.shop.example.com/los-angeles',
    'route.point/record/store.shop.example.com/oregon',
    'route.point/record/store.shop.example.com/stream/boston',
    'route.point/record/store.shop.example.com/stream/plant',
  ])
  expect(plan(fleetFrom(`${header}metadata: { name: empty }\n`))).toMatchObject({
    steps: [],
    backward: [],
    placement: [],
  })
})

test('intents hold plain JSON with sorted keys', () => {
  for (const { intent } of made.steps) {
    expect(Object.keys(intent)).toEqual(Object.keys(intent).sort())
    expect(JSON.parse(JSON.stringify(intent))).toEqual(intent)
  }
})

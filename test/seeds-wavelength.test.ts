// Facts of the founding article on Wavelength Zones that the fleet itself reproduces.

import { expect, test } from 'vitest'
import { lookup } from '../src/model/lookup.ts'
import { drillOf, exampleFleet, place, stepsOf } from './example.case.ts'

const zones = {
  boston: 'us-east-1-wl1-bos-wlz-1',
  'new-york': 'us-east-1-wl1-nyc-wlz-1',
  washington: 'us-east-1-wl1-was-wlz-1',
  atlanta: 'us-east-1-wl1-atl-wlz-1',
}
const edge = Object.keys(zones)
const namespaces = Object.fromEntries(edge.map((site, index) => [site, `wavelength${index + 1}-namespace`]))

test('the group us-east-1-wl1 is opted in to before anything else, once for the four zones [seed 137]', async () => {
  const made = await exampleFleet('wavelength')
  expect(made.fleet.accounts[0]?.optedIn).toEqual(['us-east-1-wl1'])
  expect(stepsOf(made, 'zone.optIn').map(({ id }) => id)).toEqual(['zone.optIn/prod/us-east-1-wl1'])
  expect(place(made, 'zone.optIn/prod/us-east-1-wl1')).toBe(0)
})

test('the control plane has two subnets of Availability Zones and none of a Wavelength Zone [seed 138]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  const [cluster] = fleet.clusters
  const found = cluster?.eks?.subnets?.map((name) => lookup(fleet).subnet(name)?.zone)
  expect(found).toEqual(['us-east-1a', 'us-east-1b'])
})

test('nodes of a zone are a self-managed group with gp2 volumes in a subnet of the zone [seed 139, 141]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  for (const site of edge) {
    const [pool] = lookup(fleet).poolsOf(site)
    expect(pool).toMatchObject({ kind: 'selfManaged', volumeType: 'gp2' })
    expect(pool?.subnets?.map((name) => lookup(fleet).subnet(name)?.zone)).toEqual([zones[site as keyof typeof zones]])
  }
})

test('Boston and New York stand next to us-east-1a in one network [seed 140]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  expect(fleet.networks).toHaveLength(1)
  expect(fleet.networks[0]?.subnets.map(({ zone }) => zone)).toEqual(
    expect.arrayContaining(['us-east-1a', zones.boston, zones['new-york']]),
  )
  for (const [site, zone] of Object.entries(zones)) expect(lookup(fleet).site(site)?.place.zone).toBe(zone)
})

test('nodes have the version of the control plane, for nothing else is declared [seed 142]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  expect(fleet.pools.map(({ version }) => version)).toEqual(fleet.pools.map(() => undefined))
})

test("cluster DNS has two nodes of the Region to stay on, known by parentregion.resources=true, and no zone's node has the label [seed 143, 147]", async () => {
  const { fleet } = await exampleFleet('wavelength')
  const labelled = fleet.pools.filter(({ labels }) => labels['parentregion.resources'] === 'true')
  expect(labelled.map(({ site, replicas }) => [site, replicas])).toEqual([['region', 2]])
})

test('identities other than the creator have an access entry, and aws-auth is still read [seed 144]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  expect(fleet.clusters[0]?.eks).toMatchObject({
    authentication: 'apiAndConfigMap',
    accessEntries: [{ principal: 'wavelength-operators' }],
  })
})

test('the endpoint is private, with an EC2 endpoint and both DNS attributes of the network [seed 146]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  expect(fleet.clusters[0]?.eks?.endpoint).toBe('private')
  expect(fleet.networks[0]).toMatchObject({ dnsHostnames: true, dnsResolution: true })
  expect(fleet.networks[0]?.endpoints).toEqual(expect.arrayContaining(['ec2', 'ecr.api', 'ecr.dkr', 's3', 'sts']))
})

test('a namespace for each zone and one for the Region, with the services frontend and backend in each [seed 148]', async () => {
  const { plan, fleet } = await exampleFleet('wavelength')
  for (const app of ['frontend', 'backend']) {
    const placed = Object.fromEntries(
      plan.placement.filter((it) => it.app === app).map((it) => [it.site, it.namespace]),
    )
    expect(placed).toEqual({ ...namespaces, region: 'region-namespace' })
    for (const { manifests, namespace } of lookup(fleet).app(app)?.placement ?? [])
      expect(manifests.filter(({ kind }) => kind === 'Service')).toMatchObject([{ name: app, namespace }])
  }
})

test("pods of a namespace are bound to the zone's name by topology.kubernetes.io/zone [seed 149]", async () => {
  const { fleet } = await exampleFleet('wavelength')
  for (const { site, manifests } of lookup(fleet).app('frontend')?.placement ?? []) {
    const text = JSON.stringify(manifests.find(({ kind }) => kind === 'Deployment')?.object)
    if (site === 'region') expect(text).toContain('"key":"parentregion.resources"')
    else
      expect(text).toContain(
        `{"key":"topology.kubernetes.io/zone","operator":"In","values":["${zones[site as keyof typeof zones]}"]}`,
      )
  }
})

test('frontend-ingress of each zone: class alb, internet-facing, to pod addresses, in the carrier subnet of its zone alone [seed 150, 151]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  for (const { site, subnets, manifests } of lookup(fleet).app('frontend')?.placement ?? []) {
    const ingress = manifests.find(({ kind }) => kind === 'Ingress')
    expect(ingress).toMatchObject({
      name: 'frontend-ingress',
      object: {
        metadata: {
          annotations: {
            'alb.ingress.kubernetes.io/scheme': 'internet-facing',
            'alb.ingress.kubernetes.io/target-type': 'ip',
            'alb.ingress.kubernetes.io/subnets': subnets?.join(', '),
          },
        },
        spec: {
          ingressClassName: 'alb',
          rules: [
            {
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'frontend', port: { number: 80 } } } },
                ],
              },
            },
          ],
        },
      },
    })
    const found = subnets?.map((name) => lookup(fleet).subnet(name))
    if (site !== 'region') expect(found).toMatchObject([{ zone: zones[site as keyof typeof zones], public: true }])
  }
})

test('the name is weighted over the zones, and a zone that is lost takes its share of all users with it, wherever they are [seed 152]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  expect(lookup(fleet).app('frontend')?.expose?.routing.weighted).toEqual({
    boston: 3,
    'new-york': 5,
    washington: 2,
    atlanta: 2,
    region: 0,
  })
  const { timeline } = await drillOf('wavelength', 'lose-boston', 0)
  for (const { spans } of timeline.services) {
    const lost = spans.find(({ from }) => from >= 60)
    expect(lost?.served).toBeCloseTo(9 / 12)
  }
})

test('the network has a carrier gateway, where the public subnets of the zones leave [seed 153]', async () => {
  const made = await exampleFleet('wavelength')
  expect(stepsOf(made, 'network')[0]?.intent).toMatchObject({ carrierGateway: true })
})

test('every range of a zone is out of the network, none is customer-owned, and only the carrier reaches a zone [seed 154]', async () => {
  const { fleet } = await exampleFleet('wavelength')
  for (const { cidr } of fleet.networks[0]?.subnets ?? []) expect(cidr).toMatch(/^10\.40\./)
  expect(lookup(fleet).app('frontend')?.audienceKind).toBe('carrier')
  expect(fleet.audiences.map(({ carrier }) => carrier)).toEqual(fleet.audiences.map(() => 'verizon'))
})

test('the clean-up: names, copies, nodes with their groups, the cluster, then the network with its endpoints [seed 156]', async () => {
  const { plan } = await exampleFleet('wavelength')
  const at = (kind: string) => plan.backward.map((step) => step.kind).lastIndexOf(kind as 'keep')
  const order = ['route.withdraw', 'app.remove', 'pool.drain', 'cluster.delete', 'network.delete'].map(at)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(order.every((index) => index >= 0)).toBe(true)
})

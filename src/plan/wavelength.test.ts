// Wavelength: a hub in the Region and spokes that never talk to each other.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Plan, Step } from '../model/plan.ts'
import { header } from './fleets.case.ts'
import { plan } from './index.ts'

const zones = (change: (text: string) => string = (text) => text): Plan =>
  plan(
    fleetFrom(
      change(`${header}metadata: { name: zones }
accounts: [{ name: prod, id: "111122223333" }]
networks:
  - name: east
    account: prod
    region: us-east-1
    cidr: 10.40.0.0/16
    endpoints: [ec2, ecr.api, ecr.dkr, s3, sts]
    subnets:
      - { name: region-a, zone: us-east-1a, cidr: 10.40.10.0/24 }
      - { name: region-b, zone: us-east-1b, cidr: 10.40.11.0/24 }
      - { name: region-public-a, zone: us-east-1a, cidr: 10.40.12.0/24, public: true }
      - { name: bos-carrier, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.40.20.0/24, public: true }
      - { name: bos-nodes, zone: us-east-1-wl1-bos-wlz-1, cidr: 10.40.21.0/24 }
      - { name: nyc-carrier, zone: us-east-1-wl1-nyc-wlz-1, cidr: 10.40.30.0/24, public: true }
      - { name: nyc-nodes, zone: us-east-1-wl1-nyc-wlz-1, cidr: 10.40.31.0/24 }
clusters:
  - { name: hub, network: east, account: prod, eks: { version: "1.35", endpoint: private, accessEntries: [{ principal: operators, groups: [viewers] }] } }
sites:
  - { name: region, place: { region: us-east-1 }, cluster: hub, nodePools: [{ name: parent, kind: managed, replicas: 2 }] }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: hub, nodePools: [{ name: edge, replicas: 2, volumeType: gp2 }] }
  - { name: new-york, place: { wavelength: us-east-1-wl1-nyc-wlz-1 }, cluster: hub, nodePools: [{ name: edge, replicas: 3, publicAddress: carrier }] }
---
kind: App
metadata: { name: frontend }
source: { image: registry.example.com/frontend:1 }
placement:
  - { site: boston, replicas: 2, namespace: wavelength1-namespace, subnets: [bos-carrier] }
  - { site: new-york, replicas: 2, namespace: wavelength2-namespace }
  - { site: region, namespace: region-namespace }
expose: { host: shop.example.com, routing: { weighted: { boston: 3, new-york: 1 } } }
`),
    ),
  )

const made = zones()
const stepOf = ({ steps }: Plan, id: string): Step => {
  const found = steps.find((it) => it.id === id)
  expect(found, `${id} is planned`).toBeDefined()
  return found as Step
}
const step = (id: string) => stepOf(made, id)
const places = (items: readonly { readonly id: string }[], ids: readonly string[]): void => {
  const found = ids.map((id) => items.findIndex((it) => it.id === id))
  expect(found).not.toContain(-1)
  expect(found).toEqual([...found].sort((a, b) => a - b))
}

test('[seed 137, 140] the account opts in to one group for both zones, before the network', () => {
  expect(step('zone.optIn/prod/us-east-1-wl1').intent).toMatchObject({
    region: 'us-east-1',
    zones: ['us-east-1-wl1-bos-wlz-1', 'us-east-1-wl1-nyc-wlz-1'],
  })
  expect(step('network/east').needs).toEqual(['zone.optIn/prod/us-east-1-wl1'])
})

test('[seed 138] the control plane stands in two Availability Zones and in no zone of a carrier', () => {
  expect(step('cluster.create/hub').intent.subnets).toMatchObject([{ zone: 'us-east-1a' }, { zone: 'us-east-1b' }])
})

test('[seed 139, 141, 142, 143] nodes are a group of our own with the image of the cluster’s version, gp2, and what they need to join', () => {
  expect(step('pool.join/boston/edge').intent).toMatchObject({
    kind: 'selfManaged',
    volumeType: 'gp2',
    version: '1.35',
    subnets: ['bos-nodes'],
    image: { parameter: expect.stringContaining('/1.35/') },
    bootstrap: { apiServerEndpoint: { ofCluster: 'hub' }, certificateAuthority: { ofCluster: 'hub' } },
  })
  expect(step('pool.join/region/parent').intent.labels).toEqual({ 'parentregion.resources': 'true' })
  expect(step('pool.join/boston/edge').intent.labels).toEqual({})
})

test('[seed 144] who is no node is known by an access entry', () => {
  expect(step('cluster.create/hub').intent.accessEntries).toMatchObject([
    { principal: 'operators', groups: ['viewers'] },
  ])
})

test('[seed 145] addresses of the carrier come from the border group of the zone, are there before the nodes and released after them', () => {
  const carrier = 'network/east/carrier/new-york/edge'
  expect(step(carrier).intent).toEqual({
    part: 'carrierAddresses',
    domain: 'vpc',
    networkBorderGroup: 'us-east-1-wl1-nyc-wlz-1',
    addresses: 3,
  })
  expect(step('pool.join/new-york/edge').needs).toContain(carrier)
  expect(step('pool.join/new-york/edge').intent).toMatchObject({ publicAddress: 'carrier', subnets: ['nyc-carrier'] })
  expect(made.steps.some(({ id }) => id.startsWith('network/east/carrier/boston'))).toBe(false)
})

test('[seed 145] where the API is only public, nodes get an address of the carrier as they start', () => {
  const open = zones((text) => text.replace('endpoint: private', 'endpoint: public'))
  expect(stepOf(open, 'pool.join/boston/edge').intent).toMatchObject({
    publicAddress: 'automatic',
    subnets: ['bos-carrier'],
  })
  expect(step('pool.join/boston/edge').intent.publicAddress).toBeUndefined()
})

test('[seed 146] the private way: endpoints in the Region with private DNS and the security group of the cluster, before any node', () => {
  expect(step('network/east/endpoints').intent).toMatchObject({
    privateDns: true,
    securityGroupsOf: ['hub'],
    subnets: ['region-a', 'region-b'],
  })
  expect(step('network/east/endpoints').intent.endpoints).toContainEqual({
    name: 'ec2',
    service: 'com.amazonaws.us-east-1.ec2',
    type: 'interface',
  })
  expect(step('pool.join/boston/edge').needs).toContain('network/east/endpoints')
})

test('[seed 147] cluster DNS stays on two nodes of the Region, apart from each other, before any copy is placed', () => {
  expect(step('addon/hub/coredns-placement').intent).toMatchObject({
    namespace: 'kube-system',
    deployment: 'coredns',
    replicas: 2,
    nodeSelector: { 'parentregion.resources': 'true' },
    podAntiAffinity: { topologyKey: 'kubernetes.io/hostname', required: true },
  })
  expect(step('addon/hub/coredns-placement').needs).toEqual(['cluster.create/hub', 'verify/nodes-ready/region/parent'])
  expect(step('app.place/frontend/boston').needs).toContain('addon/hub/coredns-placement')
  const one = zones((text) => text.replace('kind: managed, replicas: 2', 'kind: managed, replicas: 1'))
  expect(stepOf(one, 'addon/hub/coredns-placement').intent.podAntiAffinity).toMatchObject({ required: false })
})

test('a cluster whose zones may hold cluster DNS is left as it is', () => {
  const local = zones((text) =>
    text
      .replaceAll('wavelength: us-east-1-wl1-bos-wlz-1', 'region: us-east-1')
      .replaceAll('wavelength: us-east-1-wl1-nyc-wlz-1', 'region: us-east-1'),
  )
  expect(local.steps.some(({ subject }) => subject.addon === 'coredns-placement')).toBe(false)
})

test('[seed 148, 149, 150, 151] each zone has its namespace, pods bound to it by the zone’s name, and a load balancer in its own subnet', () => {
  expect(step('app.place/frontend/boston').intent).toMatchObject({
    namespace: 'wavelength1-namespace',
    zoneAffinity: { key: 'topology.kubernetes.io/zone', values: ['us-east-1-wl1-bos-wlz-1'] },
    ingress: {
      class: 'alb',
      scheme: 'internetFacing',
      targetType: 'ip',
      subnets: ['bos-carrier'],
    },
  })
  expect(step('app.place/frontend/new-york').intent).toMatchObject({
    namespace: 'wavelength2-namespace',
    ingress: { subnets: ['nyc-carrier'] },
  })
  expect(step('app.place/frontend/region').intent.namespace).toBe('region-namespace')
})

test('[seed 153] what leaves a zone goes by the carrier gateway; none of its private subnets has a way out', () => {
  expect(step('network/east').intent).toMatchObject({ carrierGateway: true })
  const subnets = step('network/east').intent.subnets as readonly { name: string; routes: unknown }[]
  expect(subnets.find(({ name }) => name === 'bos-carrier')?.routes).toEqual([
    { to: '0.0.0.0/0', via: 'carrierGateway' },
  ])
  expect(subnets.find(({ name }) => name === 'bos-nodes')?.routes).toEqual([])
})

test('[seed 152] records by weight, one for each zone', () => {
  expect(step('route.point/record/shop.example.com/boston').intent).toMatchObject({ policy: 'weighted', weight: 3 })
})

test('[seed 155, 156] backwards: copies, nodes, endpoints before the cluster whose group they carry, then the addresses that nobody holds, then the network', () => {
  places(made.backward, [
    'undo/app.place/frontend/boston',
    'undo/addon/hub/coredns-placement',
    'undo/pool.join/new-york/edge',
    'undo/network/east/endpoints',
    'undo/cluster.create/hub',
    'undo/network/east/carrier/new-york/edge',
    'undo/network/east',
  ])
  expect(made.backward.find(({ id }) => id === 'undo/network/east/carrier/new-york/edge')?.title).toBe(
    'Release the 3 carrier addresses of new-york/edge',
  )
})

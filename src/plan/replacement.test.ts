// What cannot become what is declared is made anew, and the plan says what forces it and what goes along.

import { expect, test } from 'vitest'
import type { Plan, PlannedStep } from '../model/plan.ts'
import { planText } from '../report/plan-text.ts'
import { mixed } from './fleets.case.ts'
import { observedFrom, plan } from './index.ts'

const against = (from: string | RegExp, to: string): Plan => {
  const fleet = mixed((text) => {
    const changed = text.replace(from, to)
    expect(changed, `${from} is in the fleet`).not.toBe(text)
    return changed
  })
  return plan(fleet, observedFrom(plan(mixed())))
}
const stepOf = ({ steps }: Plan, id: string): PlannedStep => {
  const found = steps.find((step) => step.id === id)
  expect(found, id).toBeDefined()
  return found as PlannedStep
}
const replaced = ({ steps }: Plan): readonly string[] =>
  steps.flatMap(({ id, change }) => (change === 'replace' ? id : []))

test('a VPC with another range is another VPC, and what stands in it is made anew', () => {
  const made = against('cidr: 10.2.0.0/16', 'cidr: 10.5.0.0/16')
  expect(stepOf(made, 'network/east')).toMatchObject({
    change: 'replace',
    title: expect.stringMatching(/^Replace the network east, 10\.5\.0\.0\/16/),
    replacement: {
      fields: [{ path: 'cidr', source: expect.stringContaining('AWS::EC2::VPC') }, ...anyFields('subnets.', made)],
      because: [],
      dependents: expect.arrayContaining([
        'cluster.create/east',
        'pool.join/boston/edge',
        'pool.join/plant/line',
        'app.place/stream/boston',
      ]),
    },
  })
  expect(stepOf(made, 'cluster.create/east')).toMatchObject({
    change: 'replace',
    title: 'Replace the EKS cluster east, Kubernetes 1.35, in us-east-1',
    replacement: { fields: [], because: ['network/east'] },
  })
  expect(replaced(made).filter((id) => /oregon|west|shop/.test(id))).toEqual([])
})

function anyFields(start: string, { steps }: Plan) {
  const found = steps.find(({ id }) => id === 'network/east')?.differences ?? []
  return found
    .filter(
      ({ path, before, after }) =>
        path.startsWith(start) && path.endsWith('.cidr') && before !== null && after !== null,
    )
    .map(({ path }) => ({ path, source: expect.stringContaining('AWS::EC2::Subnet') }))
}

const withSubnet = (cidr: string, zone: string) => (text: string) =>
  text
    .replace('cidr: 10.1.0.0/16 }', `cidr: 10.1.0.0/16, subnets: [{ name: one, zone: ${zone}, cidr: ${cidr} }] }`)
    .replace('instanceTypes: [m7g.large], replicas: 3', 'instanceTypes: [m7g.large], replicas: 3, subnets: [one]')

test.each([
  ['range', '10.1.7.0/24', 'us-west-2a', 'subnets.one.cidr'],
  ['zone', '10.1.3.0/24', 'us-west-2b', 'subnets.one.zone'],
])(
  'a subnet with another %s is another subnet: its nodes move, the VPC and its clusters stay',
  (_, cidr, zone, path) => {
    const before = plan(mixed(withSubnet('10.1.3.0/24', 'us-west-2a')))
    const made = plan(mixed(withSubnet(cidr, zone)), observedFrom(before))
    const network = stepOf(made, 'network/west')
    expect(network.title).toBe('Replace the subnet one of the network west')
    expect(network.replacement?.fields.map((field) => field.path)).toEqual([path])
    expect(network.replacement?.dependents).toEqual(['pool.join/oregon/core'])
    expect(replaced(made)).toEqual(['network/west', 'pool.join/oregon/core'])
  },
)

test.each([
  [
    'the range of services',
    'network: west, eks: { version: "1.35" }',
    'network: west, eks: { version: "1.35", serviceCidr: 172.20.0.0/16 }',
    undefined,
  ],
  [
    'the family of addresses',
    'network: west, eks: { version: "1.35" }',
    'network: west, eks: { version: "1.35", ipFamily: ipv6 }',
    'cluster.create/west',
  ],
  [
    'the kind',
    'name: west, network: west, eks: { version: "1.35" }',
    'name: west, network: west, existing: { context: west, region: us-west-2 }',
    undefined,
  ],
  [
    'the machines of a local control plane',
    'controlPlaneInstanceType: m5.large',
    'controlPlaneInstanceType: m5.xlarge',
    'cluster.create/rack',
  ],
  [
    'the range of pods on premises',
    'managementCluster: hq,',
    'managementCluster: hq, podCidr: 172.30.0.0/16,',
    'cluster.create/shop',
  ],
  [
    'the provider',
    'name: hq, eksAnywhere: { provider: vsphere',
    'name: hq, eksAnywhere: { provider: cloudStack',
    'cluster.create/hq',
  ],
  ['who manages it', 'managementCluster: hq,', '', 'cluster.create/shop'],
  [
    'where its etcd is',
    'managementCluster: hq,',
    'managementCluster: hq, etcd: { replicas: 3 },',
    'cluster.create/shop',
  ],
])('another value of %s takes another cluster, unless it had none or is somebody else’s', (_, from, to, id) => {
  const made = against(from, to)
  const clusters = replaced(made).filter((it) => it.startsWith('cluster.create/'))
  expect(clusters).toEqual(id === undefined ? [] : [id])
  if (id === undefined) return
  const { replacement, title } = stepOf(made, id)
  expect(title).toMatch(/^Replace the /)
  expect(replacement?.fields.length).toBeGreaterThan(0)
  expect(replacement?.dependents.some((other) => other.startsWith('pool.join/'))).toBe(true)
})

test('a health check with another interval is another check; with another threshold it is the same', () => {
  const id = 'route.point/checks/store.shop.example.com'
  expect(stepOf(against('healthCheck: {}', 'healthCheck: { interval: 10s }'), id)).toMatchObject({
    change: 'replace',
    title: expect.stringMatching(/^Replace the health checks for store\.shop/),
    replacement: {
      fields: [{ path: 'checks.los-angeles.intervalSeconds' }, { path: 'checks.oregon.intervalSeconds' }],
    },
  })
  expect(stepOf(against('healthCheck: {}', 'healthCheck: { failureThreshold: 2 }'), id)).toMatchObject({
    change: 'change',
    title: expect.stringMatching(/^Change the health checks for store\.shop/),
  })
})

test('nodes that EKS manages are made anew for another instance type, those of our own are rolled; a larger volume is rolled in both', () => {
  const pool = (id: string, from: string, to: string) => stepOf(against(from, to), id).change
  expect(pool('pool.join/oregon/core', '[m7g.large]', '[m7g.xlarge]')).toBe('replace')
  expect(pool('pool.join/oregon/core', '[m7g.large]', '[m7g.large], volumeSize: 100')).toBe('change')
  expect(
    pool(
      'pool.join/los-angeles/edge',
      'replicas: 2, instanceTypes: [t3.medium] }',
      'replicas: 2, instanceTypes: [t3.large] }',
    ),
  ).toBe('change')
})

test('Karmada on another host starts empty, and under another name it is another', () => {
  expect(stepOf(against('name: world, host: west', 'name: world, host: east'), 'federation.start/world')).toMatchObject(
    {
      change: 'replace',
      replacement: { fields: [{ path: 'host' }] },
    },
  )
  const named = plan(
    mixed((text) => text.replaceAll('name: world', 'name: globe').replace('federation: world', 'federation: globe')),
    observedFrom(plan(mixed())),
  )
  expect(named.steps.find(({ id }) => id === 'federation.start/globe')?.change).toBe('create')
  expect(named.steps.find(({ id }) => id === 'federation.start/world')?.change).toBe('remove')
})

test('a step that changes says so in its title, whatever its kind', () => {
  const titles = [
    against(
      'kind: managed, instanceTypes: [m7g.large], replicas: 3',
      'kind: managed, instanceTypes: [m7g.large], replicas: 5',
    ),
    against('site: los-angeles, replicas: 3', 'site: los-angeles, replicas: 4'),
    against('boston: 3, plant: 1', 'boston: 2, plant: 1'),
    against(
      'name: west, network: west, eks: { version: "1.35" }',
      'name: west, network: west, eks: { version: "1.35", endpoint: public }',
    ),
    against('cidr: 10.2.0.0/16', 'cidr: 10.2.0.0/16, dnsResolution: false'),
    against('sync: { default: pull }', 'sync: { default: pull, shop: push }'),
    against('members: [west, shop, theirs],', 'members: [west, shop, theirs], highAvailability: false,'),
    against('branch: main', 'branch: next'),
  ].map(({ steps }) => steps.find(({ change, kind }) => change === 'change' && kind !== 'verify')?.title)
  expect(titles).toEqual([
    'Change the pool core at oregon: 5 × m7g.large in west',
    'Change store at los-angeles, 4 replicas, by Flux',
    'Change the record of stream.example.com for boston, with weight 2',
    'Change the EKS cluster west, Kubernetes 1.35, in us-west-2',
    expect.stringMatching(/^Change the network east, 10\.2\.0\.0\/16/),
    'Change shop in the federation world, by push',
    expect.stringMatching(/^Change Karmada for world on west/),
    'Change Flux on west, from https://git.example.com/fleet, branch next',
  ])
})

test('the text tells what forces it and what goes along', () => {
  const text = planText(
    against('network: west, eks: { version: "1.35" }', 'network: west, eks: { version: "1.35", ipFamily: ipv6 }'),
  )
  expect(text).toContain('to replace')
  expect(text).toMatch(
    / {2}± Replace the EKS cluster west.*\n {6}ipFamily: ipv4 → ipv6, which takes a new one \(CloudFormation schema of AWS::EKS::Cluster.*\n {6}takes along .*pool\.join\/oregon\/core/,
  )
  expect(text).toMatch(/± Replace the pool core at oregon.*\n {6}stands on cluster\.create\/west\n/)
})

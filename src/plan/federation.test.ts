// Karmada: its host, its members, what it takes to move off a lost one, the policies of the apps, and who gets how many.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { readFleet } from '../fleet/read.ts'
import type { Plan, Step } from '../model/plan.ts'
import { planText } from '../report/plan-text.ts'
import { header } from './fleets.case.ts'
import { plan } from './index.ts'

const federated = (placement: string, change: (text: string) => string = (text) => text): Plan =>
  plan(
    fleetFrom(
      change(`${header}metadata: { name: federation }
networks:
  - { name: parent, region: us-east-1, cidr: 10.1.0.0/16 }
  - { name: m1, region: us-east-1, cidr: 10.2.0.0/16 }
  - { name: m2, region: us-west-2, cidr: 10.3.0.0/16 }
clusters:
  - { name: parent, network: parent, eks: { version: "1.35" } }
  - { name: member1, network: m1, labels: { tier: member }, eks: { version: "1.35" } }
  - { name: member2, network: m2, labels: { tier: member }, eks: { version: "1.35" } }
  - { name: plant, at: plant, labels: { tier: member }, eksAnywhere: { provider: vsphere, version: "1.35" } }
sites:
  - { name: hub, place: { region: us-east-1 }, cluster: parent, nodePools: [{ name: core, kind: managed, replicas: 3 }] }
  - { name: east, place: { region: us-east-1 }, cluster: member1, nodePools: [{ name: w, kind: managed, replicas: 2 }] }
  - { name: west, place: { region: us-west-2 }, cluster: member2, nodePools: [{ name: w, kind: managed, replicas: 2 }] }
  - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: md, replicas: 2 }] }
federations:
  - { name: main, host: parent, members: { matchLabels: { tier: member } }, sync: { default: push, plant: pull }, failover: { after: 60s } }
---
kind: App
metadata: { name: nginx }
source: { image: public.ecr.aws/nginx/nginx:1.29 }
placement: [{ federation: main, ${placement} }]
expose: { host: web.example.com, routing: { weighted: { east: 1, west: 1 } } }
`),
    ),
  )

const equal = 'replicas: 5, weights: { member1: 1, member2: 1 }'
const made = federated(equal)
const stepOf = ({ steps }: Plan, id: string): Step => {
  const found = steps.find((it) => it.id === id)
  expect(found, `${id} is planned`).toBeDefined()
  return found as Step
}
const step = (id: string) => stepOf(made, id)
const start = step('federation.start/main')
const places = (items: readonly { readonly id: string }[], ids: readonly string[]): void => {
  const found = ids.map((id) => items.findIndex((it) => it.id === id))
  expect(found).not.toContain(-1)
  expect(found).toEqual([...found].sort((a, b) => a - b))
}
const rows = ({ placement }: Plan) =>
  placement.map(({ site, cluster, replicas, alternatives }) => [site, cluster, replicas, ...(alternatives ?? [])])

test('[seed 71, 72] one host runs Karmada, and the member clusters join it', () => {
  expect(start.subject).toEqual({ federation: 'main', cluster: 'parent' })
  expect(made.steps.filter(({ kind }) => kind === 'member.join').map(({ subject }) => subject.cluster)).toEqual([
    'member1',
    'member2',
    'plant',
  ])
})

test('[seed 73, 74, 78] a network load balancer is the way in, TLS passes through it, and a security group opens port 32443 on all nodes of the host', () => {
  expect(start.intent.endpoint).toMatchObject({ kind: 'networkLoadBalancer', port: 32443, tls: 'passthrough' })
  expect(start.intent.securityGroup).toEqual({
    name: 'main-karmada',
    ingress: [{ protocol: 'tcp', port: 32443 }],
    attachedTo: ['hub/core'],
  })
})

test('[seed 75, 85] highly available: three of each component, and any healthy node in any zone may answer', () => {
  expect(start.intent.replicas).toMatchObject({ 'karmada-apiserver': 3, 'karmada-webhook': 3 })
  expect(start.intent.endpoint).toMatchObject({
    targets: 'every node of the host',
    crossZone: true,
    zones: ['us-east-1a', 'us-east-1b'],
  })
  expect(step('verify/karmada/main').intent.survives).toEqual(['one node', 'one zone'])
  const alone = federated(equal, (text) => text.replace('host: parent', 'highAvailability: false, host: parent'))
  expect(stepOf(alone, 'federation.start/main').intent.replicas).toMatchObject({ 'karmada-apiserver': 1 })
  expect(stepOf(alone, 'federation.start/main').title).toContain('one of each component')
})

test('[seed 76, 77] Karmada has an etcd of its own, on volumes of the nodes that run it, and their driver is there first', () => {
  expect(start.intent.etcd).toEqual({
    replicas: 3,
    storage: 'volume',
    volumeType: 'gp3',
    attachedTo: 'the nodes that run its pods',
  })
  expect(start.needs).toContain('addon/parent/aws-ebs-csi-driver')
  const memory = federated(equal, (text) => text.replace('host: parent', 'etcd: { storage: memory }, host: parent'))
  expect(memory.steps.some(({ id }) => id === 'addon/parent/aws-ebs-csi-driver')).toBe(false)
})

test('[seed 79, 81] kubectl with its karmada plugin asks: Karmada answers, members join, a copy is divided, its status is gathered', () => {
  expect(start.intent.client).toEqual(['kubectl', 'kubectl-karmada'])
  places(made.steps, [
    'verify/nodes-ready/hub/core',
    'federation.start/main',
    'verify/karmada/main',
    'member.join/main/member1',
    'app.place/nginx/main',
    'verify/placed/nginx/main',
    'route.point/record/web.example.com/east',
  ])
  expect(step('verify/placed/nginx/main').intent.command).toContain('kubectl karmada get')
})

test('a push needs Karmada to reach the member, a pull the member to reach Karmada; each is seen before the join', () => {
  expect(step('verify/reach/main/member1').intent).toMatchObject({ from: 'parent', to: 'member1' })
  expect(step('verify/reach/main/plant').intent).toMatchObject({ from: 'plant', to: 'parent', port: 32443 })
  expect(step('member.join/main/plant').needs).toContain('verify/reach/main/plant')
  expect(step('member.join/main/plant').intent).toMatchObject({ sync: 'pull', by: 'karmada-agent' })
})

test('failover is four switches, a taint that is taken away again, and a recipe for the way back', () => {
  const failover = start.intent.failover as Record<string, unknown>
  expect(failover).toMatchObject({
    on: true,
    afterSeconds: 60,
    purge: 'gracefully',
    switches: [
      { component: 'karmada-controller-manager', flag: '--feature-gates=Failover=true' },
      { component: 'karmada-controller-manager', flag: '--enable-no-execute-taint-eviction=true' },
      { component: 'karmada-webhook', flag: '--allow-no-execute-taint-policy=true' },
      { component: 'ClusterTaintPolicy/skerry-failover', on: true },
    ],
    taintPolicy: {
      addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
      removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
      taints: [{ key: 'skerry.dev/lost', effect: 'NoExecute' }],
    },
    failback: { by: 'a person' },
  })
  expect(start.title).toContain('replicas move 1m after a member counts as lost')
})

test('a switch that is off, and no failover at all, are said where Karmada is started', () => {
  const title = (failover: string) =>
    stepOf(
      federated(equal, (text) => text.replace('failover: { after: 60s }', failover)),
      'federation.start/main',
    ).title
  expect(title('failover: { noExecuteEviction: false }')).toContain('replicas do not move: noExecuteEviction is off')
  expect(title('version: 1.18.2')).toContain('nothing moves when a member is lost')
})

test('[seed 80] nginx by equal weights: an even number is divided evenly, of an odd one both outcomes are told', () => {
  expect(rows(federated('replicas: 4, weights: { member1: 1, member2: 1 }'))).toEqual([
    ['east', 'member1', 2],
    ['west', 'member2', 2],
  ])
  expect(rows(made)).toEqual([
    ['east', 'member1', 3, 2],
    ['west', 'member2', 2, 3],
  ])
  expect(made.placement[0]?.why).toContain('3+2 or 2+3: the UID of the template decides')
  expect(planText(made)).toContain("\n  nginx 5 over member1, member2: 3+2 or 2+3, the template's UID decides\n")
  expect(step('app.place/nginx/main').intent.policy).toMatchObject({
    kind: 'PropagationPolicy',
    propagateDeps: true,
    placement: {
      clusterTolerations: [{ key: 'skerry.dev/lost', effect: 'NoExecute', tolerationSeconds: 60 }],
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        weightPreference: {
          staticWeightList: [
            { targetCluster: { clusterNames: ['member1'] }, weight: 1 },
            { targetCluster: { clusterNames: ['member2'] }, weight: 1 },
          ],
        },
      },
    },
    failover: { cluster: { purgeMode: 'Gracefully' } },
  })
})

test.each([
  ['left out, each member gets all', 'replicas: 2', [2, 2, 2]],
  ['by weights 3, 2 and 1', 'replicas: 12, weights: { member1: 3, member2: 2, plant: 1 }', [6, 4, 2]],
  ['a member without a weight gets none', 'replicas: 3, weights: { member1: 1 }', [3]],
  ['a weight of 0 is none', 'replicas: 3, weights: { member1: 1, plant: 0 }', [3]],
  ['only members of a Region', 'replicas: 2, members: { regions: [us-west-2] }', [2]],
  ['all but one', 'replicas: 2, members: { exclude: [plant] }', [2, 2]],
  ['two Regions, which the floor is none of', 'replicas: 1, spread: [{ by: region, min: 2 }]', [1, 1]],
  [
    'the first group that takes it',
    'replicas: 2, groups: [{ name: home, clusters: [plant] }, { name: away, clusters: [member1] }]',
    [2],
  ],
] as const)('who gets how many: %s', (_, placement, replicas) => {
  expect(federated(placement).placement.map((it) => it.replicas)).toEqual(replicas)
})

test('what depends on how much is free says that nobody but Karmada knows it', () => {
  const [first] = federated('replicas: 6, division: dynamic').placement
  expect(first).toMatchObject({ replicas: 2, why: expect.stringContaining('which only Karmada knows') })
  expect(federated('replicas: 6, division: aggregated').placement).toMatchObject([
    { replicas: 6, why: expect.stringContaining('as if each had room for all 6') },
  ])
})

test('a choice that no member answers to is placed nowhere, in Karmada’s own words', () => {
  expect(federated('replicas: 2, members: { matchLabels: { tier: gold } }').placement).toMatchObject([
    {
      replicas: 0,
      cluster: 'parent',
      site: 'hub',
      why: expect.stringContaining('nowhere: 0/3 clusters are available'),
    },
  ])
})

test('[seed 88] overrides, what is held back, an autoscaler’s own count, and how long a loss is borne, are in the policy', () => {
  const it = federated(
    'replicas: 2, retainReplicas: true, tolerateLoss: forever, purge: directly, suspendedOn: [member2], overrides: [{ clusters: [member2], image: "nginx:1.28", labels: { color: blue } }]',
  )
  const { intent, title } = stepOf(it, 'app.place/nginx/main')
  expect(intent.policy).toMatchObject({
    suspension: { dispatchingOnClusters: { clusterNames: ['member2'] } },
    failover: { cluster: { purgeMode: 'Directly' } },
    placement: { clusterTolerations: [{ key: 'skerry.dev/lost', operator: 'Exists', effect: 'NoExecute' }] },
  })
  expect(JSON.stringify(intent.policy)).not.toContain('tolerationSeconds')
  expect(intent.overrides).toMatchObject([{ clusters: ['member2'], image: 'nginx:1.28', labels: { color: 'blue' } }])
  expect(intent.templateLabels).toEqual({ 'resourcetemplate.karmada.io/retain-replicas': 'true' })
  expect(intent.namespaceLabels).toEqual({ 'namespace.karmada.io/skip-auto-propagation': 'true' })
  expect(title).toContain('held back on member2')
})

test('a most that is left out is written as all members, since Karmada takes it for none', () => {
  const { intent } = stepOf(federated('replicas: 1, spread: [{ by: cluster, min: 2 }]'), 'app.place/nginx/main')
  expect(intent.policy).toMatchObject({
    placement: { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 2, maxGroups: 3 }] },
  })
})

test('users reach a divided copy where its routing says: the members there get a load balancer and its controller first', () => {
  const place = step('app.place/nginx/main')
  expect(place.intent.fronts).toMatchObject([
    { site: 'east', loadBalancer: 'alb', subnets: ['m1-us-east-1a-public', 'm1-us-east-1b-public'] },
    { site: 'west', loadBalancer: 'alb' },
  ])
  expect(place.needs).toEqual(
    expect.arrayContaining(['addon/member1/aws-load-balancer-controller', 'network/m1', 'network/m2']),
  )
})

test('backwards: names, copies, every member, then Karmada, then what it stood on', () => {
  places(made.backward, [
    'undo/route.point/record/web.example.com/east',
    'undo/app.place/nginx/main',
    'undo/member.join/main/plant',
    'undo/member.join/main/member1',
    'undo/federation.start/main',
    'undo/addon/parent/aws-ebs-csi-driver',
    'undo/pool.join/hub/core',
    'undo/cluster.create/parent',
  ])
})

test('[seed 82] the example’s parent has three public and three private subnets, and a NAT gateway', async () => {
  const { intent } = stepOf(plan(await readFleet(['examples/federation'])), 'network/parent')
  const subnets = intent.subnets as readonly { public: boolean; zone: string }[]
  const zonesOf = (isPublic: boolean) =>
    new Set(subnets.flatMap((subnet) => (subnet.public === isPublic ? subnet.zone : []))).size
  expect([zonesOf(true), zonesOf(false)]).toEqual([3, 3])
  expect(intent.natGatewaysIn).toHaveLength(1)
})

// The plan of the example local-zone, against the founding facts of one cluster over a Region and a Local Zone (1 to 46).

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import { readFleet } from '../fleet/read.ts'
import type { Step } from '../model/plan.ts'
import { header } from './fleets.case.ts'
import { plan } from './index.ts'

const made = plan(await readFleet(['examples/local-zone']))
const place = new Map(made.steps.map(({ id }, index) => [id, index]))
const at = (id: string): number => {
  const index = place.get(id)
  expect(index, `${id} is planned`).toBeDefined()
  return index ?? 0
}
const step = (id: string): Step => made.steps[at(id)] as Step
const before = (...ids: readonly string[]): void => expect(ids.map(at)).toEqual([...ids.map(at)].sort((a, b) => a - b))
const undone = (id: string): number => made.backward.findIndex(({ undoes }) => undoes === id)

const edge = 'pool.join/los-angeles/eks-selfmanaged-groupnode'
const edgeReady = 'verify/nodes-ready/los-angeles/eks-selfmanaged-groupnode'
const controller = 'addon/eks-cluster/aws-load-balancer-controller'

test('[seed 1, 2, 7] one cluster eks-cluster in us-west-2, with subnets in the Region and in us-west-2-lax-1a', () => {
  expect(
    made.steps.filter(({ kind }) => kind === 'cluster.create').map(({ intent }) => [intent.name, intent.region]),
  ).toEqual([['eks-cluster', 'us-west-2']])
  expect(step('network/main').intent).toMatchObject({
    region: 'us-west-2',
    zones: ['us-west-2a', 'us-west-2b', 'us-west-2-lax-1a'],
    internetGateway: true,
    carrierGateway: false,
    natGatewaysIn: ['oregon-public-a'],
  })
})

test('[seed 45] the opt-in of the zone comes before anything, is only looked at where it is known, and stays', () => {
  const optIn = step('zone.optIn/prod/us-west-2-lax-1')
  expect(optIn).toMatchObject({ existing: true, inverse: { kind: 'zone.keep' } })
  expect(step('network/main').needs).toContain(optIn.id)
  expect(undone(optIn.id)).toBe(-1)
})

test('[seed 45] the cluster is created by the dedicated role', () => {
  expect(step('cluster.create/eks-cluster').intent.creatorRole).toBe('hybrid-eks-user-role')
})

test('[seed 46] the control plane has its subnets in two Availability Zones, and none in the Local Zone', () => {
  expect(step('cluster.create/eks-cluster').intent.subnets).toEqual([
    { name: 'oregon-private-a', public: false, zone: 'us-west-2a' },
    { name: 'oregon-private-b', public: false, zone: 'us-west-2b' },
  ])
})

test('[seed 10, 11] network, control plane in 10 to 15 minutes, nodes in about 5: each waits for the one before', () => {
  before('network/main', 'cluster.create/eks-cluster', edge)
  expect(step('cluster.create/eks-cluster')).toMatchObject({
    needs: ['network/main'],
    expected: { minSeconds: 600, maxSeconds: 900 },
  })
  expect(step(edge)).toMatchObject({
    needs: ['cluster.create/eks-cluster', 'network/main'],
    expected: { maxSeconds: 300 },
  })
})

test('[seed 5, 6, 13, 15] two managed nodes in the Region; in the zone a self-managed group of its own, in the private subnet, with the key pair', () => {
  expect(step('pool.join/oregon/workers').intent).toMatchObject({ kind: 'managed', replicas: 2 })
  expect(step(edge).intent).toMatchObject({
    kind: 'selfManaged',
    replicas: 2,
    subnets: ['lax-private'],
    keyPair: 'eks-keypair',
    zone: 'us-west-2-lax-1a',
    volumeType: 'gp2',
  })
})

test('[seed 14] the image is the published one of the Kubernetes version, or the literal that the file names', () => {
  expect(step(edge).intent.image).toEqual({
    parameter: '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id',
  })
  expect(edgeOf('ami: ami-0b149b4c68ab69dce')?.intent.image).toEqual({ literal: 'ami-0b149b4c68ab69dce' })
  expect(edgeOf('instanceTypes: [t4g.medium], os: bottlerocket')?.intent.image).toEqual({
    parameter: '/aws/service/bottlerocket/aws-k8s-1.35/arm64/latest/image_id',
  })
})

const edgeOf = (fields: string, cluster = '') =>
  plan(
    fleetFrom(`${header}metadata: { name: f }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: c, network: main, eks: { version: "1.35"${cluster} } }]
sites: [{ name: lax, place: { localZone: us-west-2-lax-1a }, cluster: c, nodePools: [{ name: edge, kind: selfManaged, ${fields} }] }]
`),
  ).steps.find(({ kind }) => kind === 'pool.join')

test('[seed 18] where the cluster knows only aws-auth, the node role is mapped to the two groups and the name that nodes need', () => {
  expect(edgeOf('replicas: 1', ', authentication: configMap')?.intent.roleMapping).toEqual({
    by: 'aws-auth',
    role: 'c-lax-edge',
    groups: ['system:bootstrappers', 'system:nodes'],
    username: 'system:node:{{EC2PrivateDNSName}}',
  })
  expect(edgeOf('replicas: 1')?.intent.roleMapping).toEqual({
    by: 'accessEntry',
    role: 'c-lax-edge',
    type: 'EC2_LINUX',
  })
})

test('[seed 19, 20] the mapping of the role is looked at, then the nodes until they are Ready, and only then is anything installed', () => {
  before(
    edge,
    'verify/node-role/los-angeles/eks-selfmanaged-groupnode',
    edgeReady,
    controller,
    'app.place/game-2048/los-angeles',
  )
  expect(step(controller).needs).toEqual(expect.arrayContaining([edgeReady, 'verify/nodes-ready/oregon/workers']))
})

test('[seed 23, 25] the OIDC provider comes before the controller, whose role is bound to its service account', () => {
  before('addon/eks-cluster/oidc-provider', controller)
  expect(step(controller).needs).toContain('addon/eks-cluster/oidc-provider')
  expect(step(controller).intent.serviceAccount).toEqual({
    namespace: 'kube-system',
    name: 'aws-load-balancer-controller',
    role: 'AmazonEKSLoadBalancerControllerRole',
    identity: 'oidc',
  })
})

test('[seed 24, 26, 27] the controller is a chart of eks-charts, with the values that it cannot find out by itself', () => {
  expect(step(controller).intent).toMatchObject({
    chart: {
      repository: { name: 'eks', url: 'https://aws.github.io/eks-charts' },
      name: 'aws-load-balancer-controller',
    },
    policy: { name: 'AWSLoadBalancerControllerIAMPolicy' },
    values: {
      clusterName: 'eks-cluster',
      region: 'us-west-2',
      vpcId: { ofNetwork: 'main' },
      serviceAccount: { create: false, name: 'aws-load-balancer-controller' },
    },
  })
})

test('[seed 28] the controller must be available before an Ingress is applied', () => {
  expect(step('verify/controller/eks-cluster').intent).toMatchObject({
    deployment: 'aws-load-balancer-controller',
    namespace: 'kube-system',
    claim: 'available',
  })
  for (const site of ['oregon', 'los-angeles'])
    expect(step(`app.place/game-2048/${site}`).needs).toContain('verify/controller/eks-cluster')
})

test('[seed 29, 30, 31, 32] two copies from two manifests, in two namespaces, each with its Ingress of class alb on port 80', () => {
  const [zone, region] = [step('app.place/game-2048/los-angeles').intent, step('app.place/game-2048/oregon').intent]
  expect([zone.namespace, region.namespace]).toEqual(['game-2048-lz', 'game-2048-backup'])
  expect(zone.ingress).toMatchObject({ name: 'ingress-2048-lz', class: 'alb', port: 80 })
  expect(region.ingress).toMatchObject({ name: 'ingress-2048-backup', class: 'alb', port: 80 })
  expect(zone.objects).toContainEqual(
    expect.objectContaining({ name: 'Deployment/deployment-2048-lz', namespace: 'game-2048-lz' }),
  )
  expect([zone.source, region.source]).toEqual([{ manifests: '../2048_lz.yaml' }, { manifests: '../2048_backup.yaml' }])
})

test('[seed 33] the load balancer of the zone stands in its public subnet', () => {
  expect(step('app.place/game-2048/los-angeles').intent.ingress).toMatchObject({ subnets: ['lax-public'] })
})

test('[seed 34, 46] pods of the zone are bound to it, and those of the backup to the zones of the Region', () => {
  expect(step('app.place/game-2048/los-angeles').intent.zoneAffinity).toEqual({
    key: 'topology.kubernetes.io/zone',
    values: ['us-west-2-lax-1a'],
  })
  expect(step('app.place/game-2048/oregon').intent.zoneAffinity).toEqual({
    key: 'topology.kubernetes.io/zone',
    values: ['us-west-2a', 'us-west-2b'],
  })
})

test("[seed 35] the Region's backup is placed before the Local Zone's copy", () => {
  before('app.place/game-2048/oregon', 'app.place/game-2048/los-angeles')
  expect(step('app.place/game-2048/los-angeles').needs).toContain('app.place/game-2048/oregon')
})

test("[seed 37, 38, 39] the name points at the zone's load balancer first and at the Region's second, by alias, with a health check on each", () => {
  const record = (site: string) => step(`route.point/record/game.example.com/${site}`)
  expect(record('los-angeles').intent).toMatchObject({
    host: 'game.example.com',
    zone: 'example.com',
    type: 'A',
    policy: 'failover',
    role: 'PRIMARY',
    setIdentifier: 'los-angeles',
    alias: { loadBalancerOf: { app: 'game-2048', site: 'los-angeles' }, evaluateTargetHealth: true },
    healthCheck: 'los-angeles',
  })
  expect(record('oregon').intent).toMatchObject({
    role: 'SECONDARY',
    setIdentifier: 'oregon',
    alias: { loadBalancerOf: { app: 'game-2048', site: 'oregon' } },
    healthCheck: 'oregon',
  })
  for (const site of ['los-angeles', 'oregon']) expect(record(site).needs).toContain(`verify/placed/game-2048/${site}`)
})

test('[seed 40] in the end the name is asked once a second with a limit of 2 s, and 200 means that it is well', () => {
  expect(step('verify/answers/game.example.com').intent).toMatchObject({
    url: 'http://game.example.com',
    everySeconds: 1,
    timeoutSeconds: 2,
    healthy: [200],
  })
  expect(at('verify/answers/game.example.com')).toBe(made.steps.length - 1)
})

test('[seed 42, 43] the clean-up: names, copies, controller, OIDC provider, nodes with their roles, control plane with its role, network', () => {
  const order = [
    'route.point/record/game.example.com/los-angeles',
    'route.point/checks/game.example.com',
    'app.place/game-2048/los-angeles',
    controller,
    'addon/eks-cluster/oidc-provider',
    edge,
    'cluster.create/eks-cluster',
    'network/main',
  ].map(undone)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(order).not.toContain(-1)
  // the Ingress goes while its controller still runs
  expect(made.backward[undone(controller)]?.needs).toEqual(
    expect.arrayContaining(['undo/app.place/game-2048/los-angeles', 'undo/app.place/game-2048/oregon']),
  )
  expect(
    [edge, 'pool.join/oregon/workers', 'cluster.create/eks-cluster'].map((id) => made.backward[undone(id)]?.title),
  ).toEqual([
    expect.stringContaining('detach the policies of their role'),
    expect.stringContaining('detach the policies of their role'),
    expect.stringContaining('policies detached'),
  ])
  // the zone was there before, and so it is after
  expect(undone('route.point/zone/example.com')).toBe(-1)
})

test('every copy is placed, with the line that says so', () => {
  expect(made.placement).toMatchObject([
    { app: 'game-2048', site: 'los-angeles', cluster: 'eks-cluster', namespace: 'game-2048-lz', replicas: 3 },
    { app: 'game-2048', site: 'oregon', cluster: 'eks-cluster', namespace: 'game-2048-backup', replicas: 2 },
  ])
  expect(made.placement[0]?.why).toMatch(
    /apps\/game-2048\.yaml:\d+ asks for 3 replicas at los-angeles; its pods are bound to the zone us-west-2-lax-1a$/,
  )
})

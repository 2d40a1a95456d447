// Which engines a plan asks for, and what each waits for.
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { plan, readFleet } from '../../index.ts'
import type { Plan } from '../../model/plan.ts'
import { memberCluster } from '../../schedule/declared.ts'
import { answersOf } from './answers.ts'
import { enginesOf, portsWanted } from './engines-of.ts'
import { layoutOf, stepOf, titleOf } from './layout.ts'
import { nodesOf } from './nodes.ts'
import { choosePorts } from './ports.ts'

const example = (name: string) => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
const versions = { kubernetes: 'v1.36.3', karmada: 'v1.18.2' }
let federation: Plan
let localZone: Plan
beforeAll(async () => {
  federation = plan(await readFleet([example('federation')]))
  localZone = plan(await readFleet([example('local-zone')]))
})

const enginesFor = async (made: Plan, only: readonly string[] | undefined) => {
  const layout = layoutOf(made, only)
  return enginesOf(layout, await choosePorts(portsWanted(layout), {}), {
    folder: '/state',
    kwokFiles: '/kwok',
    outsideProgram: '/dist/outside.js',
  })
}
const idsFor = async (made: Plan, only: readonly string[] | undefined) =>
  (await enginesFor(made, only)).map(({ id }) => id)

test('one cluster is a control plane, and a KWOK process for each site with nodes, in one world outside', async () => {
  expect(await idsFor(federation, ['virginia'])).toEqual([
    'fleet/federation/outside',
    'cluster/virginia/etcd',
    'cluster/virginia/kube-apiserver',
    'cluster/virginia/kube-controller-manager',
    'cluster/virginia/kube-scheduler',
    'cluster/virginia/kwok-virginia',
  ])
  expect((await idsFor(localZone, undefined)).filter((id) => id.includes('kwok'))).toEqual([
    'cluster/eks-cluster/kwok-oregon',
    'cluster/eks-cluster/kwok-los-angeles',
  ])
})

test('a host brings its federation and no control plane of its own; members that are not asked for stay out', async () => {
  const layout = layoutOf(federation, ['parent', 'plant'])
  expect(layout.clusters.map(({ owner }) => owner.name)).toEqual(['plant'])
  expect(
    layout.federations.map(({ owner, members }) => [owner.name, members.map((it) => [it.cluster, it.sync])]),
  ).toEqual([['main', [['plant', 'pull']]]])
  const ids = await idsFor(federation, ['parent', 'plant'])
  expect(ids).toContain('cluster/plant/karmada-agent')
  expect(ids.filter((id) => id.startsWith('federation/'))).toHaveLength(7)
  expect(layoutOf(federation, ['virginia']).federations).toEqual([])
})

test('all that an engine waits for is an engine or a step of the same bring-up', async () => {
  const engines = await enginesFor(federation, undefined)
  const known = new Set([
    ...engines.map(({ id }) => id),
    stepOf.outside({ kind: 'fleet', name: 'federation' }),
    ...layoutOf(federation, undefined).federations.flatMap(({ owner }) => [
      stepOf.crds(owner),
      stepOf.aggregation(owner),
    ]),
  ])
  for (const { id, needs } of engines) expect([id, needs.filter((need) => !known.has(need))]).toEqual([id, []])
  expect(new Set(engines.map(({ id }) => id)).size).toBe(engines.length)
})

test('the four switches of failover are where the plan has them', async () => {
  const engines = await enginesFor(federation, ['parent', 'virginia'])
  const argsOf = (name: string) => engines.find((it) => it.name === name)?.args
  expect(argsOf('karmada-controller-manager')).toEqual(
    expect.arrayContaining([
      '--feature-gates=Failover=true',
      '--enable-no-execute-taint-eviction=true',
      '--no-execute-taint-eviction-purge-mode=Gracefully',
    ]),
  )
  expect(argsOf('karmada-webhook')).toContain('--allow-no-execute-taint-policy=true')
  expect(layoutOf(federation, ['parent']).federations[0]?.taintPolicy).toMatchObject({
    name: 'skerry-failover',
    taints: [{ key: 'skerry.dev/lost', effect: 'NoExecute' }],
  })
})

test('a member is to Karmada what the placement of the plan takes it for', () => {
  const [main] = layoutOf(federation, undefined).federations
  expect(main?.members.length).toBe(3)
  for (const member of main?.members ?? []) {
    const { region, zones = [], provider, labels } = memberCluster(federation.fleet, member.cluster)
    expect({ ...member, region: member.region }).toMatchObject({ region, zones, provider, labels })
  }
})

test('nodes have the size, zone, labels and taints of their pool', () => {
  const pool = (site: string, name: string) => {
    const step = federation.steps.find(({ id }) => id === `pool.join/${site}/${name}`)
    return step === undefined ? [] : nodesOf(federation.fleet, step, 'v1.36.3')
  }
  const workers = pool('virginia', 'workers')
  expect(workers.map(({ metadata }) => metadata.name)).toEqual([1, 2, 3, 4].map((it) => `virginia-workers-${it}`))
  expect(workers[1]).toMatchObject({
    metadata: {
      labels: {
        'topology.kubernetes.io/region': 'us-east-1',
        'topology.kubernetes.io/zone': 'us-east-1b',
        'node.kubernetes.io/instance-type': 'm5.large',
        'skerry.dev/site': 'virginia',
      },
    },
    // 1930m is what an m5.large of EKS has to give
    status: {
      capacity: { cpu: '2000m', memory: '8192Mi', pods: '29' },
      allocatable: { cpu: '1930m', memory: '7518Mi' },
    },
  })
  const [machine] = pool('plant', 'control-plane')
  expect(machine?.spec).toEqual({
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  })
  expect(machine?.metadata.labels).not.toHaveProperty('topology.kubernetes.io/zone')
})

test('every step of the plan is answered, and what is not here says why', () => {
  const answers = answersOf(federation, layoutOf(federation, ['parent', 'virginia', 'oregon']), versions)
  expect(answers.map(({ step }) => step.id)).toEqual(federation.steps.map(({ id }) => id))
  const of = (id: string) => answers.find(({ step }) => step.id === id)?.answer
  expect(of('cluster.create/virginia')).toEqual({ kind: 'standIn', what: 'a control plane of Kubernetes v1.36.3' })
  expect(of('cluster.create/parent')?.kind).toBe('notHere')
  expect(of('cluster.create/plant')).toEqual({ kind: 'notHere', why: 'not asked for, by --only' })
  expect(of('member.join/main/virginia')).toEqual({ kind: 'done' })
  expect(of('member.join/main/plant')?.kind).toBe('notHere')
  expect(of('app.place/shop/main')).toEqual({ kind: 'done' })
  expect(of('addon/virginia/aws-load-balancer-controller')?.kind).toBe('standIn')
  expect(of('route.point/record/shop.example.com/virginia')?.kind).toBe('standIn')
  for (const { step, answer } of answers)
    if (step.kind === 'network') expect([step.id, answer.kind]).toEqual([step.id, 'notHere'])
})

test('a cluster that is not there is refused with the names that are', () => {
  expect(() => layoutOf(federation, ['virginai'])).toThrow('there is no cluster virginai in federation')
})

test('steps are told in words', () => {
  expect(['cluster/virginia/etcd', 'federation/main/join-oregon', 'cluster/virginia/nodes-ready'].map(titleOf)).toEqual(
    ['etcd of virginia', 'oregon joined to main', 'the nodes Ready of virginia'],
  )
})

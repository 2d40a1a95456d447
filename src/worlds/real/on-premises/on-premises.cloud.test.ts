// Clusters on premises, against a management cluster in this process with a stand-in for the controller of EKS Anywhere: what that models is
// in test/eks-anywhere/SPEC.md.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Controller } from '../../../../test/eks-anywhere/controller.ts'
import { startController } from '../../../../test/eks-anywhere/controller.ts'
import { clusterOf, floors, fluxBrings, fluxTells, quickFloor } from '../../../../test/eks-anywhere/floors.case.ts'
import { defineFlux, defineKinds, installEksAnywhere } from '../../../../test/eks-anywhere/install.ts'
import { refuseChanges } from '../../../../test/eks-anywhere/refusing.ts'
import type { Look } from '../../../../test/kubernetes/controllers.ts'
import type { Repository } from '../../../../test/kubernetes/flux.ts'
import { fakeFlux, fluxComponents } from '../../../../test/kubernetes/flux.ts'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { kubeconfigFile, quick, testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { fluxFiles } from '../../../artefacts/flux/flux.ts'
import { bundlesOf } from '../../../artefacts/index.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { kubeClientAt } from '../../kube/client.ts'
import { down } from '../down.ts'
import { kubernetesBackward, kubernetesWork } from '../kubernetes/index.ts'
import { up } from '../up.ts'
import type { Went, Work } from '../work.ts'
import { carrierOf, packagesOf, slowCarriersOn } from './carriers.ts'
import type { FloorPatience } from './index.ts'
import { onPremisesBackward, onPremisesWork } from './index.ts'

let hq: FakeKubernetes
let plant: FakeKubernetes
let admin: KubeClient
let controller: Controller
let configs: string
let repository: Repository | undefined
const grounds: TestGround[] = []

beforeEach(async () => {
  configs = mkdtempSync(join(tmpdir(), 'skerry-floors-'))
  repository = undefined
  const flux: Look = (store, around) => (repository === undefined ? undefined : fakeFlux(repository)(store, around))
  hq = await startKubernetes({ name: 'hq', mayAsk: () => false, onPremises: true, engines: [flux] })
  plant = await startKubernetes({ name: 'plant', mayAsk: () => false, onPremises: true })
  admin = kubeClientAt({ url: hq.endpoint, ca: hq.ca, certificate: hq.admin }, 500)
  await defineKinds(admin)
  await defineFlux(admin)
  await installEksAnywhere(admin, clusterOf(floors(), 'hq'))
  refuseChanges(hq.store)
  kubeconfigFile(configs, 'hq', hq)
  controller = startController({ client: admin, kubeconfigOf: (name) => kubeconfigText(name) })
})
afterEach(async () => {
  for (const one of grounds.splice(0)) one.close()
  await controller.stop()
  admin.close()
  await hq.stop()
  await plant.stop()
  rmSync(configs, { recursive: true, force: true })
})

/** As Cluster API writes it for a workload cluster: whichever it is, the API of this one. */
const kubeconfigText = (name: string): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config' },
    contexts: [{ name: `${name}-admin@${name}`, context: { cluster: name, user: `${name}-admin` } }],
    clusters: [{ name, cluster: { server: plant.endpoint, 'certificate-authority-data': base64(plant.ca) } }],
    users: [
      {
        name: `${name}-admin`,
        user: { 'client-certificate-data': base64(plant.admin.cert), 'client-key-data': base64(plant.admin.key) },
      },
    ],
  })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

function onGround(plan: Plan): TestGround {
  const on = testGround(plan, { kubeconfigs: [join(configs, 'hq.kubeconfig')], timeoutMs: 300 })
  grounds.push(on)
  return on
}

interface Run {
  readonly went: ReadonlyMap<string, Went>
  readonly words: readonly string[]
  readonly seen: (cluster: string) => readonly string[]
}

/** The clusters, and the ways to them. */
async function run(plan: Plan, floorPatience: Partial<FloorPatience> = {}): Promise<Run> {
  const on = onGround(plan)
  const ways = kubernetesWork(on.ground, { patience: quick }).filter(({ id }) => id.startsWith('access/'))
  return carried(on, [...onPremisesWork(on.ground, { floorPatience: { ...quickFloor, ...floorPatience } }), ...ways])
}

async function back(plan: Plan, floorPatience: Partial<FloorPatience> = {}): Promise<Run> {
  const on = onGround(plan)
  const inClusters = kubernetesBackward(on.ground, quick).filter(({ id }) => id.startsWith('withdraw/flux/'))
  return carried(on, [
    ...inClusters,
    ...onPremisesBackward(on.ground, inClusters, { floorPatience: { ...quickFloor, ...floorPatience } }),
  ])
}

async function carried(on: TestGround, works: readonly Work[]): Promise<Run> {
  const went = await on.carry(works)
  return { went, words: wordsOf(went), seen: (cluster) => [...new Set(on.observed.get(`cluster/${cluster}`) ?? [])] }
}

const person = (went: Went | undefined): Extract<Went, { kind: 'person' }> => {
  if (went?.kind !== 'person') throw new Error(`no person is asked: ${JSON.stringify(went)}`)
  return went
}
const isDone = (went: Went | undefined): boolean => went?.kind === 'done'
const versions = () => hq.all('Cluster').map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)

test('two clusters are made, each is watched by its conditions, and its kubeconfig comes from the cluster that made it', async () => {
  const { words, seen } = await run(floors())
  expect([...words].sort()).toEqual([
    'access/dock: done',
    'access/hq: done',
    'access/plant: done',
    'cluster/dock: done, changed',
    'cluster/hq: done',
    'cluster/plant: done, changed',
  ])
  expect(seen('plant')).toEqual(
    expect.arrayContaining([
      'ControlPlaneReady False ScalingUp: Scaling up control plane nodes, 3 expected (1 actual)',
    ]),
  )
  const made = hq.find('Cluster', 'default', 'plant')
  expect(made?.metadata.labels).toMatchObject({ 'skerry.dev/fleet': 'floors' })
  expect(plant.asked).toContain('GET /api/v1/namespaces/kube-system')
})

test('a second run finds all of it, changes nothing and does not wait', async () => {
  await run(floors())
  const before = versions()
  const { words, seen } = await run(floors())
  expect(words.filter((it) => it.startsWith('cluster/'))).toEqual([
    'cluster/hq: done',
    'cluster/plant: done',
    'cluster/dock: done',
  ])
  expect(versions()).toEqual(before)
  expect(seen('plant')).toEqual([])
})

test('a cluster that cannot be made stops no other, and fails with the words of its controller and what to do', async () => {
  controller.fail('dock', { reason: 'MachineConfigInvalid', message: 'template /plant/vm/ubuntu not found' })
  const { went, words } = await run(floors())
  expect(words).toContain('cluster/plant: done, changed')
  expect(words).toContain(
    'cluster/dock: failed: hq cannot make dock MachineConfigInvalid: template /plant/vm/ubuntu not found',
  )
  expect(words).toContain('access/dock: waits for cluster/dock')
  const failed = went.get('cluster/dock')
  expect(failed?.kind === 'failed' && (failed.error as { hint?: string }).hint).toContain(
    'put the machines of dock right',
  )
  controller.fail('dock', undefined)
  expect(isDone((await run(floors())).went.get('cluster/dock'))).toBe(true)
})

test('a failure that passes by itself is no failure', async () => {
  controller.fail('dock', { reason: 'DatacenterConfigInvalid', message: 'vCenter does not answer' })
  const running = run(floors(), { failingSeconds: 10 })
  await until(() => hq.find('Cluster', 'default', 'dock')?.status !== undefined)
  controller.fail('dock', undefined)
  const { words, seen } = await running
  expect(words).toContain('cluster/dock: done, changed')
  expect(seen('dock')).toContain('DatacenterConfigInvalid: vCenter does not answer')
})

test('workers that never become ready: at the limit it says what was seen last, and where to look', async () => {
  controller.stall('plant', 'workers')
  const { went, words } = await run(floors(), { limitSeconds: 1.5 })
  expect(words).toContain('cluster/dock: done, changed')
  expect(words.find((it) => it.startsWith('cluster/plant:'))).toMatch(
    /failed: plant is not ready after .* WorkersReady False ScalingUp: Scaling up worker nodes, 2 expected \(0 actual\)/,
  )
  const failed = went.get('cluster/plant')
  expect(failed?.kind === 'failed' && (failed.error as { hint?: string }).hint).toContain(
    'kubectl --context hq --namespace eksa-system get machines',
  )
  controller.stall('plant', undefined)
  expect(isDone((await run(floors())).went.get('cluster/plant'))).toBe(true)
})

test('a run that is broken off goes on where the cluster is', async () => {
  controller.stall('plant', 'controlPlane')
  const on = onGround(floors())
  const went = await on.carry(onPremisesWork(on.ground, { floorPatience: quickFloor }), hq.asked, 60)
  expect([...went.values()].some(({ kind }) => kind === 'interrupted')).toBe(true)
  controller.stall('plant', undefined)
  expect(isDone((await run(floors())).went.get('cluster/plant'))).toBe(true)
  expect(hq.all('Cluster').map(({ metadata }) => metadata.name)).toEqual(['hq', 'plant', 'dock'])
})

test('a management cluster that is not there is a step for a person, and what it makes waits for it', async () => {
  rmSync(join(configs, 'hq.kubeconfig'))
  const { went, words } = await run(floors())
  const asked = person(went.get('cluster/hq'))
  expect(asked.what).toBe('make hq on its admin machine, and bring its kubeconfig here')
  expect(asked.commands.some((it) => it.startsWith('eksctl anywhere create cluster --filename hq.yaml'))).toBe(true)
  expect(asked.commands.at(-1)).toContain('hq-eks-a-cluster.kubeconfig')
  expect(words).toEqual(
    expect.arrayContaining(['access/hq: waits for cluster/hq', 'cluster/plant: waits for access/hq']),
  )
})

test('a management cluster that falls silent makes its clusters wait: nothing fails', async () => {
  controller.stall('plant', 'workers')
  const running = run(floors())
  await until(() =>
    JSON.stringify(hq.find('Cluster', 'default', 'plant')?.status ?? '').includes('Scaling up worker nodes'),
  )
  hq.silent(true)
  const { went, seen } = await running
  expect(person(went.get('cluster/plant')).what).toMatch(/^hq is not heard of/)
  expect(seen('plant').some((it) => it.startsWith('hq is not heard of'))).toBe(true)
  hq.silent(false)
  controller.stall('plant', undefined)
  expect(isDone((await run(floors())).went.get('cluster/plant'))).toBe(true)
})

test('a Cluster of the same name that somebody else made is not touched', async () => {
  const other = clusterOf(floors(), 'plant')
  await admin.apply({ ...other, metadata: { ...other.metadata, labels: { team: 'other' } } })
  const before = hq.find('Cluster', 'default', 'plant')?.spec
  const { words, went } = await run(floors())
  expect(words.find((it) => it.startsWith('cluster/plant'))).toContain(
    'failed: the Cluster plant in hq is not of this fleet',
  )
  expect(hq.find('Cluster', 'default', 'plant')?.spec).toEqual(before)
  expect(hq.find('VSphereDatacenterConfig', 'default', 'plant')).toBeUndefined()
  expect(words).toContain('cluster/dock: done, changed')
  const failed = went.get('cluster/plant')
  expect(failed?.kind === 'failed' && (failed.error as { hint?: string }).hint).toContain('skerry.dev/fleet=floors')
  const removed = await back(floors())
  expect(removed.words.find((it) => it.startsWith('withdraw/cluster/plant'))).toContain('not of this fleet')
  expect(hq.find('Cluster', 'default', 'plant')).toBeDefined()
})

test('another version is rolled machine by machine, more workers are added; what never changes is refused in its own words', async () => {
  await run(floors())
  const rolled = await run(floors({ version: '1.35' }))
  expect(rolled.words).toContain('cluster/plant: done, changed')
  expect(rolled.seen('plant').some((it) => it.includes('RollingUpgradeInProgress'))).toBe(true)
  const grown = await run(floors({ version: '1.35', workers: 4 }))
  expect(grown.words).toContain('cluster/plant: done, changed')
  const refused = await run(floors({ version: '1.35', workers: 4, podCidr: '172.20.0.0/16' }))
  expect(refused.words.find((it) => it.startsWith('cluster/plant'))).toMatch(
    /failed: hq refuses it.*denied the request.*spec\.clusterNetwork\.pods: Forbidden: field is immutable/,
  )
})

test('a licence token is asked of a person once the Cluster is there, and never held', async () => {
  const plan = floors({ licence: true })
  const asked = person((await run(plan)).went.get('cluster/plant'))
  expect(asked.what).toContain('vault/plant')
  expect(asked.commands[1]).toContain('kubectl --context hq patch clusters.anywhere.eks.amazonaws.com plant')
  await admin.merge('/apis/anywhere.eks.amazonaws.com/v1alpha1/namespaces/default/clusters/plant', {
    spec: { licenseToken: 'x' },
  })
  const { words } = await run(plan)
  expect(words).toContain('cluster/plant: done, changed')
  expect(hq.find('Cluster', 'default', 'plant')?.spec).toMatchObject({ licenseToken: 'x' })
})

test('a cluster that is paused is left to whoever paused it', async () => {
  await run(floors())
  await admin.merge('/apis/anywhere.eks.amazonaws.com/v1alpha1/namespaces/default/clusters/plant', {
    metadata: { annotations: { 'anywhere.eks.amazonaws.com/paused': 'true' } },
  })
  expect(person((await run(floors())).went.get('cluster/plant')).commands[0]).toContain(
    'anywhere.eks.amazonaws.com/paused-',
  )
})

test('the context of a management cluster that leads to another cluster is refused, and nothing is applied there', async () => {
  rmSync(join(configs, 'hq.kubeconfig'))
  const wrong = kubeconfigFile(configs, 'hq', plant)
  expect(wrong).toContain('hq.kubeconfig')
  const { words } = await run(floors())
  expect(words.find((it) => it.startsWith('cluster/hq'))).toContain('leads to a cluster that is not of EKS Anywhere')
  expect(words).toContain('cluster/plant: waits for access/hq')
})

test('an older management cluster is upgraded by a person, before what it makes', async () => {
  await admin.merge('/apis/anywhere.eks.amazonaws.com/v1alpha1/namespaces/default/clusters/hq', {
    spec: { kubernetesVersion: '1.33' },
  })
  const { went } = await run(floors())
  const asked = person(went.get('cluster/hq'))
  expect(asked.what).toContain('Kubernetes 1.33, declared 1.34')
  expect(asked.commands.at(-1)).toContain('eksctl anywhere upgrade cluster --filename hq.yaml')
})

// ------------------------------------------------------------------------------------------------ with Flux

test('from a commit to clusters: Flux is started, brings them, and does not wait for their machines', async () => {
  const plan = floors({ flux: true })
  const files = fluxFiles(plan, withoutFlux(plan, bundlesOf(plan)).bundles)
  repository = {
    files: Object.fromEntries(files.map(({ path, text }) => [path.replace(/^gitops\//, ''), text])),
    revision: 'main@sha1:0123456789012345678901234567890123456789',
  }
  hq.addNodes({ site: 'hq', pool: 'line', count: 2 })
  controller.fail('dock', { reason: 'MachineConfigInvalid', message: 'template not found' })
  const on = onGround(plan)
  const components = async () => fluxComponents as unknown as readonly KubeObject[]
  const ways = kubernetesWork(on.ground, { patience: quick, fluxComponents: components }).filter(({ id }) =>
    /^(?:access\/|flux\/hq)/.test(id),
  )
  const { words } = await carried(on, [...onPremisesWork(on.ground, { floorPatience: quickFloor }), ...ways])
  expect(words).toEqual(
    expect.arrayContaining(['flux/hq: done, changed', 'access/plant: done', 'access/dock: waits for cluster/dock']),
  )
  expect(words.find((it) => it.startsWith('cluster/plant'))).toContain(': done')
  expect(words.find((it) => it.startsWith('cluster/dock'))).toContain('MachineConfigInvalid')
  // the Kustomization of a cluster is ready when its machines are
  expect([...slowCarriersOn(plan, 'hq')].sort()).toEqual(['dock-cluster', 'plant-cluster'])
})

test('what Flux brings is watched; nothing is applied beside it', async () => {
  const plan = floors({ flux: true })
  await fluxBrings(admin, plan, 'plant')
  await fluxBrings(admin, plan, 'dock')
  const before = hq.asked.filter((it) => it.startsWith('PATCH') && it.includes('fieldManager=skerry')).length
  const { words, seen } = await run(plan)
  expect(words).toEqual(expect.arrayContaining(['cluster/plant: done, changed', 'cluster/dock: done, changed']))
  const patches = hq.asked.filter((it) => it.startsWith('PATCH') && it.includes('fieldManager=skerry')).slice(before)
  expect(patches.filter((it) => !it.includes('dryRun=All') && !it.includes('-kubeconfig'))).toEqual([])
  expect(seen('plant').some((it) => it.startsWith('ControlPlane'))).toBe(true)
})

test('what is not committed yet is asked of a person: the files of the plan, on the branch that Flux follows', async () => {
  const plan = floors({ flux: true })
  await fluxBrings(admin, plan, 'plant')
  await fluxTells(admin, 'apps', 'Applied revision: main@sha1:1')
  await admin.apply({
    ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
    metadata: { name: 'flux-system', namespace: 'flux-system' },
    spec: { url: 'ssh://git@git.example.com/fleet', interval: '1m' },
  })
  const { went, words, seen } = await run(plan)
  expect(words).toContain('cluster/plant: done, changed')
  const asked = person(went.get('cluster/dock'))
  expect(asked.what).toMatch(/^commit what this plan says of dock for hq, to main/)
  expect(asked.commands[0]).toContain('skerry plan --deliver')
  expect(seen('dock')[0]).toContain(`no Kustomization ${carrierOf(plan, 'dock')} yet`)
  // an older declaration in Git is told by its first difference, and no upgrade is claimed
  const newer = await run(floors({ flux: true, version: '1.35' }))
  expect(person(newer.went.get('cluster/plant')).what).toContain(
    'spec.kubernetesVersion is 1.34, and 1.35 in this plan',
  )
})

test('curated packages are waited for after their cluster, and say what they wait for', async () => {
  const plan = floors({ flux: true, packages: true })
  await fluxBrings(admin, plan, 'plant')
  await fluxBrings(admin, plan, 'dock')
  await fluxTells(admin, packagesOf(plan, 'plant') ?? '', 'Applied revision: main@sha1:1', 'True')
  await fluxTells(admin, packagesOf(plan, 'dock') ?? '', 'timeout waiting for: Package/metrics-server')
  const { words } = await run(plan)
  expect(words).toEqual(expect.arrayContaining(['packages/plant: done', 'cluster/dock: done, changed']))
  expect(words.find((it) => it.startsWith('packages/dock'))).toMatch(
    /failed: the packages of dock are not installed dock-packages: timeout waiting for/,
  )
})

test('Flux that is not started in the management cluster is told at once', async () => {
  expect(person((await run(floors({ flux: true }))).went.get('cluster/plant')).what).toBe(
    'Flux is not started in hq, and it brings plant',
  )
})

test('what the webhook refuses of a commit is told in its words', async () => {
  const plan = floors({ flux: true })
  await fluxBrings(admin, plan, 'plant')
  await fluxBrings(admin, plan, 'dock')
  await run(plan)
  const { words } = await run(floors({ flux: true, podCidr: '172.20.0.0/16' }))
  expect(words.find((it) => it.startsWith('cluster/plant'))).toContain(
    'spec.clusterNetwork.pods: Forbidden: field is immutable',
  )
})

test('down: Flux is stopped, each workload cluster is deleted and gone, the management cluster is left to a person', async () => {
  const plan = floors({ flux: true })
  await fluxBrings(admin, plan, 'plant')
  await fluxBrings(admin, plan, 'dock')
  await run(plan)
  const { words, went } = await back(plan)
  expect(words).toEqual(
    expect.arrayContaining([
      'withdraw/flux/hq: done, changed',
      'withdraw/cluster/plant: done, changed',
      'withdraw/cluster/dock: done, changed',
    ]),
  )
  expect(hq.all('Cluster').map(({ metadata }) => metadata.name)).toEqual(['hq'])
  expect(hq.all('VSphereMachineConfig').filter(({ metadata }) => !metadata.name.startsWith('hq'))).toEqual([])
  expect(hq.find('Secret', 'eksa-system', 'plant-kubeconfig')).toBeUndefined()
  const asked = person(went.get('withdraw/cluster/hq'))
  expect(asked.commands.some((it) => it.startsWith('eksctl anywhere delete cluster --filename hq.yaml'))).toBe(true)
  const again = await back(plan)
  expect(again.words).toEqual(expect.arrayContaining(['withdraw/cluster/plant: done', 'withdraw/cluster/dock: done']))
})

test('down: machines that do not go are told with what holds them, and stop no other cluster', async () => {
  await run(floors())
  controller.keep('plant', true)
  const { words } = await back(floors(), { goneSeconds: 1 })
  expect(words.find((it) => it.startsWith('withdraw/cluster/plant'))).toMatch(
    /failed: plant is not gone after .* held by clusters\.anywhere\.eks\.amazonaws\.com\/finalizer/,
  )
  expect(words).toContain('withdraw/cluster/dock: done, changed')
  controller.keep('plant', false)
  expect(isDone((await back(floors())).went.get('withdraw/cluster/plant'))).toBe(true)
})

test('a fleet without AWS: up and down ask before they begin, and what is protected only goes by its name', async () => {
  const plan = floors()
  const controlPlane = 'node-role.kubernetes.io/control-plane'
  for (const api of [hq, plant]) {
    api.addNodes({ site: api.name, pool: 'cp', count: 3, labels: { [controlPlane]: '' } })
    api.addNodes({ site: api.name, pool: 'line', count: 5 })
  }
  const asked: string[] = []
  const named: string[] = []
  let isNamed = false
  const nothing = () => undefined
  const common = {
    ...{ plan, folder: join(configs, 'state'), signal: new AbortController().signal },
    env: { KUBECONFIG: join(configs, 'hq.kubeconfig'), HOME: configs },
    consent: {
      yes: async (question: string) => asked.push(question) > 0,
      named: async (name: string) => named.push(name) > 0 && isNamed,
    },
    watch: { say: nothing, begins: nothing, began: nothing, observed: nothing, ended: nothing },
    means: { floorPatience: quickFloor, patience: quick, helm: async () => '[]' },
  }
  const made = await up({ ...common, digest: 'of-floors' })
  expect(made.work.filter(({ went }) => went.kind !== 'done').map(({ id, went }) => `${id} ${went.kind}`)).toEqual([])
  expect(asked).toEqual(['up floors: 2 clusters on premises, given to the cluster that makes it and watched.\nGo on?'])
  const kept = await down(common)
  expect([kept.ended, named]).toEqual(['declined', ['dock']])
  expect(hq.all('Cluster')).toHaveLength(3)
  isNamed = true
  const gone = await down(common)
  expect(named).toEqual(['dock', 'dock', 'plant'])
  expect(asked.at(-1)).toContain(
    '2 clusters on premises would be deleted, machines and volumes with them: plant and dock',
  )
  expect(gone.work.filter(({ went }) => went.kind !== 'done').map(({ id, went }) => `${id} ${went.kind}`)).toEqual([
    'withdraw/cluster/hq person',
  ])
  expect(hq.all('Cluster').map(({ metadata }) => metadata.name)).toEqual(['hq'])
})

async function until(isSo: () => boolean): Promise<void> {
  for (let left = 1000; left > 0 && !isSo(); left -= 1) await new Promise((next) => setTimeout(next, 5))
}

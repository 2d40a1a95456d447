// The same pieces of work on a real kube-apiserver with the real definitions of EKS Anywhere: what they say of every field is believed, and
// so is what the server does with a server-side apply, a status, a finalizer and a refusal. No cluster is made: what walks the conditions is
// the stand-in beside this (SPEC.md).

import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Plan } from '../../src/model/plan.ts'
import type { KubeObject } from '../../src/worlds/kube/client.ts'
import { KubeError } from '../../src/worlds/kube/client.ts'
import { enginesOfMachine } from '../../src/worlds/local/binaries.ts'
import { onPremisesBackward, onPremisesWork } from '../../src/worlds/real/on-premises/index.ts'
import type { ApiServer } from '../artefacts/api-server.ts'
import { startApiServer } from '../artefacts/api-server.ts'
import type { TestGround } from '../kubernetes/ground.case.ts'
import { testGround, wordsOf } from '../kubernetes/ground.case.ts'
import { needs } from '../needs.ts'
import type { Controller } from './controller.ts'
import { finalizer, startController } from './controller.ts'
import { clusterOf, floors, objectsOf, quickFloor } from './floors.case.ts'
import { installEksAnywhere } from './install.ts'
import { refusingPolicy } from './refusing.ts'

const engines = enginesOfMachine(process.env)
const missing = [
  ...['etcd', 'kube-apiserver', 'karmada-aggregated-apiserver'].filter((name) => engines.find(name) === undefined),
  ...(engines.files('eks-anywhere') === '' ? ['files of eks-anywhere'] : []),
]
beforeEach(
  needs('the engines', () => missing.length === 0 || `${missing.join(', ')} not there: skerry engines install`),
)

const root = join(tmpdir(), `skerry-floors-${process.pid}`)
const kubeconfig = join(tmpdir(), `skerry-floors-${process.pid}.kubeconfig`)
const patience = {
  ...quickFloor,
  everySeconds: 0.1,
  failingSeconds: 3,
  limitSeconds: 60,
  goneSeconds: 30,
  answerSeconds: 5,
  unheardSeconds: 10,
}
const grounds: TestGround[] = []
let server: ApiServer
let controller: Controller

beforeAll(async () => {
  if (missing.length > 0) return
  server = await startApiServer(root, engines.binary, [join(engines.files('eks-anywhere'), 'crds')])
  const { client } = server
  for (const object of refusingPolicy) await client.apply(object)
  await installEksAnywhere(client, clusterOf(floors(), 'hq'))
  const { url, ca, certificate } = client.server ?? { url: '' }
  const base64 = (text = ''): string => Buffer.from(text).toString('base64')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config' },
      contexts: [{ name: 'hq', context: { cluster: 'hq', user: 'hq' } }],
      clusters: [{ name: 'hq', cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
      users: [
        {
          name: 'hq',
          user: { 'client-certificate-data': base64(certificate?.cert), 'client-key-data': base64(certificate?.key) },
        },
      ],
    }),
    { mode: 0o600 },
  )
  controller = startController({ client, everyMs: 50, kubeconfigOf: () => 'not looked into here' })
})
afterAll(async () => {
  for (const one of grounds) one.close()
  await controller?.stop()
  await server?.stop()
  rmSync(kubeconfig, { force: true })
})

const clusters = '/apis/anywhere.eks.amazonaws.com/v1alpha1/namespaces/default/clusters'
const cluster = (name: string): Promise<KubeObject | undefined> => server.client.get(`${clusters}/${name}`)

async function run(plan: Plan, way: 'up' | 'down' = 'up') {
  const on = testGround(plan, { kubeconfigs: [kubeconfig], timeoutMs: 10_000 })
  grounds.push(on)
  const options = { floorPatience: patience }
  const went = await on.carry(
    way === 'up' ? onPremisesWork(on.ground, options) : onPremisesBackward(on.ground, [], options),
  )
  return {
    words: [...wordsOf(went)].sort(),
    seen: (name: string) => [...new Set(on.observed.get(`cluster/${name}`) ?? [])],
  }
}

test('the real definitions take what is applied to the last field; clusters come up by their conditions, and stay as they are', async () => {
  const first = await run(floors())
  expect(first.words).toEqual(['cluster/dock: done, changed', 'cluster/hq: done', 'cluster/plant: done, changed'])
  expect(first.seen('plant').some((it) => it.startsWith('ControlPlaneReady False ScalingUp'))).toBe(true)
  const made = await cluster('plant')
  expect(made?.metadata.finalizers).toEqual([finalizer])
  expect(made?.metadata.labels).toMatchObject({ 'skerry.dev/fleet': 'floors' })
  expect(made?.status).toMatchObject({ observedGeneration: made?.metadata.generation })
  for (const object of objectsOf(floors(), 'plant')) {
    const there = await server.client.get(await server.client.pathOf(object))
    expect(there?.spec, `${object.kind} ${object.metadata.name}`).toMatchObject(object.spec as object)
  }
  const again = await run(floors())
  expect(again.words).toEqual(['cluster/dock: done', 'cluster/hq: done', 'cluster/plant: done'])
  expect((await cluster('plant'))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion)
})

test('another version rolls; what never changes is refused by the server, in its words, and nothing is changed', async () => {
  const rolled = await run(floors({ version: '1.35' }))
  expect(rolled.words).toContain('cluster/plant: done, changed')
  expect(rolled.seen('plant').some((it) => it.includes('RollingUpgradeInProgress'))).toBe(true)
  const before = (await cluster('plant'))?.spec
  const refused = await run(floors({ version: '1.35', podCidr: '172.20.0.0/16' }))
  expect(refused.words.find((it) => it.startsWith('cluster/plant'))).toMatch(
    /failed: hq refuses it.*spec\.clusterNetwork\.pods: Forbidden: field is immutable/,
  )
  expect((await cluster('plant'))?.spec).toEqual(before)
})

test('a cluster that fails says why, and stops no other', async () => {
  controller.fail('dock', {
    reason: 'UnavailableControlPlaneIP',
    message: 'control plane IP 10.1.0.12 is already in use',
  })
  const { words } = await run(floors({ version: '1.35', workers: 3 }))
  controller.fail('dock', undefined)
  expect(words).toContain('cluster/plant: done, changed')
  expect(words.find((it) => it.startsWith('cluster/dock'))).toContain(
    'UnavailableControlPlaneIP: control plane IP 10.1.0.12 is already in use',
  )
})

test('what the definitions do not allow is refused', async () => {
  const { client } = server
  const wrong = { ...clusterOf(floors(), 'plant'), spec: { kubernetesVersion: 1.35 } }
  await expect(client.tried(wrong)).rejects.toBeInstanceOf(KubeError)
})

test('down: Clusters, and what they name, are gone; the management cluster stays for a person', async () => {
  const plan = floors({ version: '1.35', workers: 3 })
  const { words } = await run(plan, 'down')
  expect(words).toEqual([
    'withdraw/cluster/dock: done, changed',
    'withdraw/cluster/hq: person',
    'withdraw/cluster/plant: done, changed',
  ])
  expect([await cluster('plant'), await cluster('dock')]).toEqual([undefined, undefined])
  for (const object of objectsOf(plan, 'plant'))
    expect(await server.client.get(await server.client.pathOf(object)), object.metadata.name).toBeUndefined()
  expect((await cluster('hq'))?.metadata.name).toBe('hq')
})

// What the fake API promises in SPEC.md, rule by rule, asked as skerry asks.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { kubeClientAt } from '../../src/worlds/kube/client.ts'
import { until } from '../../src/worlds/kube/until.ts'
import { definitionOf } from './kinds.ts'
import type { FakeKubernetes } from './kubernetes.ts'
import { startKubernetes } from './kubernetes.ts'

let api: FakeKubernetes
let client: KubeClient

beforeEach(async () => {
  api = await startKubernetes({ name: 'west', mayAsk: (token) => token === 'letter' })
  client = kubeClientAt({ url: api.endpoint, ca: api.ca, token: async () => 'letter' }, 500)
})
afterEach(async () => {
  client.close()
  await api.stop()
  expect(api.errors).toEqual([])
})

const web = (replicas = 2, zone = 'west-1'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { nodeSelector: { 'topology.kubernetes.io/zone': zone }, containers: [{ name: 'web', image: 'web:1' }] },
    },
  },
})
const path = '/apis/apps/v1/namespaces/default/deployments/web'
const versionOf = async () => (await client.get(path))?.metadata.resourceVersion

test('who bears no token of this cluster is not let in; who bears one of its service accounts is', async () => {
  const stranger = kubeClientAt({ url: api.endpoint, ca: api.ca, token: async () => 'other' })
  await expect(stranger.get('/api/v1/nodes')).rejects.toMatchObject({ status: 401 })
  await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } })
  const asked = await client.post('/api/v1/namespaces/default/serviceaccounts/robot/token', {
    spec: { expirationSeconds: 600 },
  })
  const token = (asked.status as { token: string }).token
  const robot = kubeClientAt({ url: api.endpoint, ca: api.ca, token: async () => token })
  expect(await robot.get('/api/v1/nodes')).toMatchObject({ kind: 'NodeList' })
  const admin = kubeClientAt({ url: api.endpoint, ca: api.ca, certificate: api.admin })
  expect(await admin.get('/version')).toBeDefined()
  await expect(kubeClientAt({ url: api.endpoint, token: async () => 'letter' }).get('/version')).rejects.toMatchObject({
    status: 0,
  })
  for (const one of [stranger, robot, admin]) one.close()
})

test('applied again an object keeps its version; a field that its manager drops goes; one of another manager stays', async () => {
  await client.apply(web())
  await api.settled()
  const before = await versionOf()
  await client.apply(web())
  expect(await versionOf()).toBe(before)
  await client.merge(path, { metadata: { annotations: { note: 'by hand' } } })
  await client.apply({ ...web(), metadata: { name: 'web', labels: { tier: 'front' } } })
  expect((await client.get(path))?.metadata).toMatchObject({
    labels: { tier: 'front' },
    annotations: { note: 'by hand' },
  })
  await client.apply(web(3))
  const now = await client.get(path)
  expect(now?.metadata.labels).toBeUndefined()
  expect(now?.metadata).toMatchObject({ annotations: { note: 'by hand' }, generation: 2 })
})

test('what a real API refuses is refused: another selector, no namespace, an unknown kind, twice the same', async () => {
  await client.apply(web())
  const other = { ...web(), spec: { ...(web().spec as object), selector: { matchLabels: { app: 'other' } } } }
  await expect(client.apply(other)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('immutable'),
  })
  await expect(client.apply({ ...web(), metadata: { name: 'web', namespace: 'nowhere' } })).rejects.toMatchObject({
    status: 404,
  })
  await expect(client.apply({ apiVersion: 'x.example/v1', kind: 'Dinghy', metadata: { name: 'a' } })).rejects.toThrow(
    'does not know',
  )
  await expect(client.post('/apis/apps/v1/namespaces/default/deployments', web())).rejects.toMatchObject({
    status: 409,
  })
  await client.apply(definitionOf('x.example', 'v1', 'dinghies', 'Dinghy') as unknown as KubeObject)
  expect(await client.apply({ apiVersion: 'x.example/v1', kind: 'Dinghy', metadata: { name: 'a' } })).toMatchObject({
    kind: 'Dinghy',
  })
})

test('a Deployment is available as soon as a node takes it, and not before', async () => {
  await client.apply(web())
  await api.settled()
  expect((await client.get(path))?.status).toMatchObject({ replicas: 2, readyReplicas: 0 })
  api.addNodes({ site: 'east', pool: 'p', count: 1, zone: 'east-1' })
  await api.settled()
  expect((await client.get(path))?.status).toMatchObject({ readyReplicas: 0 })
  api.addNodes({ site: 'west', pool: 'p', count: 1, zone: 'west-1' })
  await api.settled()
  expect((await client.get(path))?.status).toMatchObject({ readyReplicas: 2, observedGeneration: 1 })
})

test('what a finalizer holds is there until it is taken off; a namespace goes with what is in it', async () => {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const held = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'shop', finalizers: ['x.example/hold'] },
  }
  await client.apply(held)
  await client.delete('/api/v1/namespaces/shop')
  await api.settled()
  expect((await client.get('/api/v1/namespaces/shop'))?.status).toMatchObject({ phase: 'Terminating' })
  await expect(
    client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: 'shop' } }),
  ).rejects.toMatchObject({
    status: 403,
  })
  await client.merge('/api/v1/namespaces/shop/configmaps/held', { metadata: { finalizers: null } })
  await until(
    'the end of the namespace',
    async () => ((await client.get('/api/v1/namespaces/shop')) === undefined ? true : undefined),
    {
      seconds: 3,
      everyMs: 5,
    },
  )
})

test('the switches: late, failing, lost, and no answer at all', async () => {
  api.plant({ match: 'GET /api/v1/nodes', status: 503, message: 'later' })
  await expect(client.get('/api/v1/nodes')).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining('later'),
  })
  api.plant({ match: /^PATCH/, status: 0, answerLost: true })
  await expect(client.apply(web())).rejects.toMatchObject({ status: 0 })
  expect(await client.get(path)).toBeDefined()
  api.slow(50)
  const began = Date.now()
  await client.get('/version')
  expect(Date.now() - began).toBeGreaterThanOrEqual(45)
  api.silent(true)
  await expect(client.get('/version')).rejects.toMatchObject({
    status: 0,
    message: expect.stringContaining('no answer'),
  })
})

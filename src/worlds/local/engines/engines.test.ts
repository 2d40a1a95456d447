// Each engine as a value: golden, so that a change of a flag is read in review. The file is rewritten by `npx vitest run -u`.
import { expect, test } from 'vitest'
import type { EngineSpec } from '../engine.ts'
import { engineText, stopOrder } from '../engine.ts'
import { karmada, virginia } from '../testing/control-plane.case.ts'
import { kubeconfigPath } from './control-plane.ts'
import { etcd } from './etcd.ts'
import { helmController } from './helm-controller.ts'
import { karmadaAgent } from './karmada-agent.ts'
import { karmadaAggregatedApiserver } from './karmada-aggregated-apiserver.ts'
import { karmadaApiserver } from './karmada-apiserver.ts'
import { karmadaControllerManager } from './karmada-controller-manager.ts'
import { karmadaScheduler } from './karmada-scheduler.ts'
import { karmadaWebhook } from './karmada-webhook.ts'
import { kubeApiserver } from './kube-apiserver.ts'
import { karmadaKubeControllerManager, kubeControllerManager } from './kube-controller-manager.ts'
import { kubeScheduler } from './kube-scheduler.ts'
import { kustomizeController } from './kustomize-controller.ts'
import { kwok } from './kwok.ts'
import { sourceController } from './source-controller.ts'

const serviceCidr = '10.96.0.0/12'
const engines: readonly EngineSpec[] = [
  etcd(virginia, { client: 2379, peer: 2380 }),
  kubeApiserver(virginia, { ports: { https: 6443 }, etcdPort: 2379, serviceCidr }),
  kubeControllerManager(virginia, { ports: { https: 10257 }, serviceCidr }),
  kubeScheduler(virginia, { https: 10259 }),
  kwok(virginia, {
    ports: { http: 10247 },
    site: 'boston',
    stages: ['/engines/stages/a.yaml'],
    ownStages: 'kind: Stage\n',
    podCidr: '10.200.0.0/24',
  }),
  karmadaApiserver(karmada, { ports: { https: 5443 }, etcdPort: 3379, serviceCidr }),
  karmadaAggregatedApiserver(karmada, { ports: { https: 5444 }, etcdPort: 3379 }),
  karmadaKubeControllerManager(karmada, { ports: { https: 5445 }, serviceCidr }),
  karmadaControllerManager(karmada, {
    ports: { health: 5446 },
    flags: ['--feature-gates=Failover=true'],
    needs: ['federation/main/aggregation'],
  }),
  karmadaScheduler(karmada, { ports: { health: 5447 }, needs: ['federation/main/aggregation'] }),
  karmadaWebhook(karmada, {
    ports: { https: 5448 },
    flags: ['--allow-no-execute-taint-policy=true'],
    needs: ['federation/main/crds'],
  }),
  karmadaAgent(virginia, {
    ports: { health: 5449 },
    federation: karmada,
    apiServerPort: 6443,
    region: 'us-east-1',
    zones: ['us-east-1a', 'us-east-1b'],
    provider: 'aws',
    needs: ['federation/main/aggregation', 'cluster/virginia/kube-apiserver'],
  }),
  sourceController(virginia, { ports: { health: 9440, storage: 9441 }, needs: ['cluster/virginia/flux'] }),
  kustomizeController(virginia, { ports: { health: 9442 }, needs: ['cluster/virginia/flux'] }),
  helmController(virginia, { ports: { health: 9443 }, needs: ['cluster/virginia/flux'] }),
]

test.each(engines.map((engine) => [engine.id, engine] as const))(
  '%s is the value that was reviewed',
  async (id, engine) => {
    await expect(`${JSON.stringify(engine, null, 2)}\n`).toMatchFileSnapshot(
      `golden/${id.replaceAll('/', '_')}.golden.json`,
    )
  },
)

test('nothing listens but on the loopback, and nothing speaks to anything else', () => {
  for (const { id, args } of engines) {
    const addresses = args.join(' ').match(/\d+\.\d+\.\d+\.\d+(?!\/)/g) ?? []
    expect([id, addresses.filter((address) => !/^(127\.0\.0\.1|10\.(96|200)\.0\.0)$/.test(address))]).toEqual([id, []])
    expect([
      id,
      args.filter((arg) => /bind-address=|listen-.*-urls=|server-address=/.test(arg) && !/127\.0\.0\.1|=0$/.test(arg)),
    ]).toEqual([id, []])
  }
})

test('API servers stop after all their clients, and etcd after them', () => {
  for (const { name, stop } of engines)
    expect([name, stop.order]).toEqual([
      name,
      name === 'etcd' ? stopOrder.etcd : /apiserver$/.test(name) ? stopOrder.apiServer : stopOrder.client,
    ])
})

test('every engine has a probe on a port of its own, and keys and ways in are only for their owner', () => {
  for (const { id, ports, ready, files } of engines) {
    expect([id, Object.values(ports)]).toEqual([id, expect.arrayContaining([ready.port])])
    for (const { path, mode } of files) expect([path, mode]).toEqual([path, 0o600])
  }
  const server = engines.find(({ name }) => name === 'kube-apiserver')
  expect(server?.files.map(({ path }) => path)).toEqual([kubeconfigPath(virginia)])
})

test('who reads the address of an API server from a kubeconfig is started anew when it changes; etcd is not', () => {
  const texts = (https: number) =>
    engines.map((engine) => engineText(engine, { 'cluster/virginia/kube-apiserver': { https } }))
  const [before, after] = [texts(6443), texts(6444)]
  const changed = engines.filter((_, index) => before[index] !== after[index]).map(({ name }) => name)
  expect(changed).toEqual([
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kwok',
    'karmada-agent',
    'source-controller',
    'kustomize-controller',
    'helm-controller',
  ])
})

// The federation example on fake APIs: Karmada from its chart, members that are pushed to and one that pulls, apps on them, and all back.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import { installEksDns } from '../../../../test/kubernetes/for-aws.ts'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { kubeconfigFile, testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKarmada } from '../../../../test/kubernetes/karmada.ts'
import { fakeKarmada } from '../../../../test/kubernetes/karmada.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { kubernetesBackward, kubernetesWork } from './index.ts'

const members = new Map<string, FakeKubernetes>()
const balancers = new Set<string>()
// five servers side by side
vi.setConfig({ testTimeout: 90_000 })

let parent: FakeKubernetes
let karmada: FakeKarmada
let on: TestGround
let configs: string

beforeEach(async () => {
  members.clear()
  balancers.clear()
  const { plan } = await exampleFleet('federation')
  configs = mkdtempSync(join(tmpdir(), 'skerry-configs-'))
  const kubeconfig = join(configs, 'main')
  karmada = fakeKarmada({ name: 'main', kubeconfig, members: () => [...members.values()] })
  for (const name of ['virginia', 'oregon', 'plant'])
    members.set(
      name,
      await startKubernetes({
        name,
        mayAsk: () => false,
        onPremises: name === 'plant',
        balancers: {
          make: async (of) => {
            balancers.add(`${name}/${of.namespace}/${of.name}`)
            return { hostname: `${of.name}.${name}.elb.amazonaws.com` }
          },
          take: async (of) => {
            balancers.delete(`${name}/${of.namespace}/${of.name}`)
          },
        },
      }),
    )
  parent = await startKubernetes({ name: 'parent', mayAsk: () => false, engines: [karmada.engine] })
  on = testGround(plan, { kubeconfigs: [kubeconfig, join(configs, 'plant.kubeconfig')], timeoutMs: 1_000 })
  on.clusters.set('parent', { kubernetes: parent, isPrivate: true })
  on.values.set('fleet_federation_main', 'karmada-main-0123456789abcdef.elb.us-east-2.amazonaws.com')
  for (const name of ['virginia', 'oregon']) {
    const kubernetes = member(name)
    on.clusters.set(name, { kubernetes })
    on.values.set(`fleet_vpc_${name}`, 'vpc-0a1b2c3d4e5f60718')
    on.values.set(`fleet_endpoint_${name}`, kubernetes.endpoint)
    installEksDns(kubernetes)
    kubernetes.addNodes({ site: name, pool: 'workers', count: 4, zone: `${name}-a` })
  }
  kubeconfigFile(configs, 'plant', member('plant'))
  const controlPlane = 'node-role.kubernetes.io/control-plane'
  member('plant').addNodes({
    site: 'plant',
    pool: 'cp',
    count: 3,
    labels: { [controlPlane]: '' },
    taints: [{ key: controlPlane, effect: 'NoSchedule' }],
  })
  member('plant').addNodes({ site: 'plant', pool: 'line', count: 3 })
  parent.addNodes({ site: 'parent', pool: 'karmada', count: 3, zone: 'us-east-2a' })
})
afterEach(async () => {
  on.close()
  for (const one of [parent, karmada.api(), ...members.values()]) expect(one?.errors ?? []).toEqual([])
  await karmada.stop()
  for (const one of [parent, ...members.values()]) await one.stop()
  rmSync(configs, { recursive: true, force: true })
})

const member = (name: string): FakeKubernetes => {
  const found = members.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}
const patience = { ...quick, availableSeconds: 8, karmadaSeconds: 8, addressSeconds: 8 }
const up = () => on.carry(kubernetesWork(on.ground, { patience }))
const notDone = (words: readonly string[]) => words.filter((it) => !it.includes(': done'))

test('Karmada starts, its members join, apps are on them with addresses, and a second run finds nothing to do', async () => {
  expect(notDone(wordsOf(await up()))).toEqual([])
  const clusters = karmada.api()?.all('Cluster') ?? []
  expect(
    clusters.map(({ metadata, spec }) => `${metadata.name} ${(spec as { syncMode: string }).syncMode}`).sort(),
  ).toEqual(['oregon Push', 'plant Pull', 'virginia Push'])
  const webhook = parent.find('Deployment', 'karmada-system', 'karmada-webhook')
  expect(JSON.stringify(webhook?.spec)).toContain('--allow-no-execute-taint-policy=true')
  expect([...balancers].filter((it) => it.includes('/nginx')).sort()).toEqual([
    'oregon/tenant-web/nginx',
    'virginia/tenant-web/nginx',
  ])
  const ingress = member('oregon').find('Ingress', 'tenant-web', 'nginx')
  expect(ingress?.metadata.annotations).toMatchObject({
    'alb.ingress.kubernetes.io/subnets': 'oregon-public-a, oregon-public-b',
  })
  // the agent goes by the name of the load balancer, and not through the tunnel of whoever runs this
  const way = member('plant').find('Secret', 'karmada-system', 'karmada-agent-config')?.data as {
    'karmada.config': string
  }
  expect(Buffer.from(way['karmada.config'], 'base64').toString()).toContain(
    'https://karmada-main-0123456789abcdef.elb.us-east-2.amazonaws.com:32443',
  )
  const again = wordsOf(await up())
  expect(again.filter((it) => !it.endsWith(': done'))).toEqual([])
  // no token and no key on the disk
  const files = readdirSync(on.folder)
  expect(files).toEqual(['delivered.json'])
  expect(readFileSync(join(on.folder, 'delivered.json'), 'utf8')).not.toMatch(/of-account|PRIVATE/)
})

test('a member that does not answer stops no other, and apps wait for nobody else', async () => {
  member('oregon').silent(true)
  const went = wordsOf(await up())
  expect(went.find((it) => it.startsWith('access/oregon'))).toMatch(/failed/)
  expect(went).toContain('member/main/oregon: waits for access/oregon')
  expect(went).toContain('member/main/virginia: done, changed')
  expect(went).toContain('verify/placed/ledger/main: done')
  member('oregon').silent(false)
  expect(notDone(wordsOf(await up()))).toEqual([])
})

test('backward: apps, members, Karmada with its namespace, then controllers; nothing is left', async () => {
  await up()
  expect(notDone(wordsOf(await on.carry(kubernetesBackward(on.ground, patience))))).toEqual([])
  expect(balancers.size).toBe(0)
  const system = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  for (const one of [parent, ...members.values()]) {
    await one.settled()
    const left = one
      .all('Namespace')
      .map(({ metadata }) => metadata.name)
      .filter((it) => !system.has(it))
    // Karmada leaves the namespaces of tenants on its members, as its policies say
    expect(left.filter((it) => !it.startsWith('tenant-'))).toEqual([])
    expect(
      one
        .all('Deployment')
        .map(({ metadata }) => metadata.name)
        .filter((it) => it !== 'coredns'),
    ).toEqual([])
  }
})

test('a member of that name that others registered keeps its tokens and its labels, until a person marks it', async () => {
  expect(notDone(wordsOf(await up()))).toEqual([])
  const api = await on.ground.api({ kind: 'federation', name: 'main' })
  const path = '/apis/cluster.karmada.io/v1alpha1/clusters/oregon'
  const mark = (fleet: string) => api?.merge(path, { metadata: { annotations: { 'skerry.dev/fleet': fleet } } })
  await mark('another')
  const joining = () =>
    on.carry(kubernetesWork(on.ground, { patience }).filter(({ id }) => id === 'member/main/oregon'))
  const tokens = () => JSON.stringify(karmada.api()?.find('Secret', 'karmada-cluster', 'oregon'))
  const before = tokens()
  expect(wordsOf(await joining()).join()).toMatch(
    /^member\/main\/oregon: failed: .*a member oregon already that is not/,
  )
  const leaving = () =>
    on.carry(kubernetesBackward(on.ground, patience).filter(({ id }) => id === 'withdraw/member/main/oregon'))
  expect(notDone(wordsOf(await leaving()))).toEqual([])
  expect(await api?.get(path)).toBeDefined()
  expect(tokens()).toBe(before)
  expect(on.observed.get('withdraw/member/main/oregon')?.join()).toContain('kept: Cluster oregon')
  await mark('federation')
  expect(notDone(wordsOf(await joining()))).toEqual([])
})

test('a federation without an address outside says how to reach it', async () => {
  rmSync(join(configs, 'main'), { force: true })
  on.values.delete('fleet_federation_main')
  const went = await up()
  expect(went.get('federation/main')?.kind).not.toBe('done')
})

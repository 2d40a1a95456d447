// The Kubernetes part of the local-zone example, on a fake API: up, up again, broken off anywhere, and one bad site.
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { kubernetesBackward, kubernetesWork } from './index.ts'

let kubernetes: FakeKubernetes
let on: TestGround
const balancers = new Set<string>()

beforeEach(async () => {
  balancers.clear()
  const { plan } = await exampleFleet('local-zone')
  kubernetes = await startKubernetes({
    name: 'eks-cluster',
    mayAsk: () => false,
    balancers: {
      make: async ({ namespace, name }) => {
        balancers.add(`${namespace}/${name}`)
        return { hostname: `${name}.us-west-2.elb.amazonaws.com` }
      },
      take: async ({ namespace, name }) => {
        balancers.delete(`${namespace}/${name}`)
      },
    },
  })
  on = testGround(plan)
  on.clusters.set('eks-cluster', { kubernetes })
  on.values.set('fleet_vpc_main', 'vpc-0a1b2c3d4e5f60718')
})
afterEach(async () => {
  on.close()
  expect(kubernetes.errors).toEqual([])
  await kubernetes.stop()
})

const oregon = () => kubernetes.addNodes({ site: 'oregon', pool: 'workers', count: 2, zone: 'us-west-2a' })
const losAngeles = () =>
  kubernetes.addNodes({ site: 'los-angeles', pool: 'eks-selfmanaged-groupnode', count: 2, zone: 'us-west-2-lax-1a' })
const upUntil = (requests: number) =>
  on.carry(kubernetesWork(on.ground, { patience: quick }), kubernetes.asked, requests)
const up = () => on.carry(kubernetesWork(on.ground, { patience: quick }))
const notDone = (words: readonly string[]) => words.filter((it) => !it.includes(': done'))

test('[seed 25-28, 31] everything is made, and a second run finds nothing to do', async () => {
  oregon()
  losAngeles()
  const first = wordsOf(await up())
  expect(notDone(first)).toEqual([])
  expect(first.filter((it) => it.endsWith('changed')).map((it) => it.split(':')[0])).toEqual(
    expect.arrayContaining([
      'chart/eks-cluster/aws-load-balancer-controller',
      'apps/eks-cluster/oregon',
      'apps/eks-cluster/los-angeles',
    ]),
  )
  expect([...balancers].sort()).toEqual(['game-2048-backup/ingress-2048-backup', 'game-2048-lz/ingress-2048-lz'])
  const account = kubernetes.find('ServiceAccount', 'kube-system', 'aws-load-balancer-controller')
  expect(account?.metadata.annotations).toEqual({
    'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/AmazonEKSLoadBalancerControllerRole',
    'skerry.dev/fleet': 'local-zone',
  })
  expect(on.helm.asked).toContain(
    'upgrade aws-load-balancer-controller aws-load-balancer-controller --install=true --repo=https://aws.github.io/eks-charts --version=3.5.0 --create-namespace=true --labels=skerry.dev/fleet=local-zone --values=- --namespace=kube-system',
  )
  expect(JSON.parse(on.helm.inputs[0] ?? '')).toEqual({
    clusterName: 'eks-cluster',
    region: 'us-west-2',
    serviceAccount: { create: false, name: 'aws-load-balancer-controller' },
    vpcId: 'vpc-0a1b2c3d4e5f60718',
  })
  const versions = () =>
    kubernetes.all('Deployment').map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
  const before = versions()
  const asked = on.helm.asked.length
  const again = wordsOf(await up())
  expect(again.filter((it) => !it.endsWith(': done'))).toEqual([])
  expect(versions()).toEqual(before)
  expect(on.helm.asked.slice(asked).some((it) => it.startsWith('upgrade'))).toBe(false)
})

test('a site without nodes stops no other, and says how many there are', async () => {
  oregon()
  kubernetes.addNodes({
    site: 'los-angeles',
    pool: 'eks-selfmanaged-groupnode',
    count: 1,
    zone: 'us-west-2-lax-1a',
    ready: false,
  })
  const went = wordsOf(await up())
  expect(went).toContain('verify/placed/game-2048/oregon: done')
  expect(went.find((it) => it.startsWith('nodes/los-angeles/'))).toMatch(
    /failed: .* 0 of 2 nodes Ready; .*KubeletNotReady/,
  )
  expect(went).toContain('apps/eks-cluster/los-angeles: waits for nodes/los-angeles/eks-selfmanaged-groupnode')
  expect([...balancers]).toEqual(['game-2048-backup/ingress-2048-backup'])
  losAngeles()
  expect(notDone(wordsOf(await up()))).toEqual([])
})

test('answers that are lost are asked for again, and a helm that was killed is made good by the next run', async () => {
  oregon()
  losAngeles()
  for (let cut = 0; cut < 6; cut += 1) {
    kubernetes.plant({ match: /^PATCH .*game-2048/, status: 0, answerLost: true, times: 1 })
    kubernetes.plant({ match: /^GET .*game-2048/, status: 503, times: 1 })
  }
  on.helm.kill('aws-load-balancer-controller')
  const broken = wordsOf(await up())
  expect(broken.find((it) => it.startsWith('chart/'))).toMatch(/failed: helm failed.*signal: killed/)
  // what that helm left behind is older than any helm that still runs
  const secret = kubernetes.all('Secret').find(({ type }) => type === 'helm.sh/release.v1')
  const release = JSON.parse(
    Buffer.from(String((secret?.data as { release?: string } | undefined)?.release), 'base64').toString(),
  ) as object
  kubernetes.store.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: String(secret?.metadata.name), namespace: 'kube-system' },
    data: { release: Buffer.from(JSON.stringify({ ...release, updated: '2026-01-01T00:00:00Z' })).toString('base64') },
  })
  expect(notDone(wordsOf(await up()))).toEqual([])
  expect(on.helm.asked).toContain('uninstall aws-load-balancer-controller --namespace=kube-system')
})

test('what cannot run is told with its words, and a mended one goes on', async () => {
  oregon()
  losAngeles()
  kubernetes.break('deployment-2048-lz')
  const went = wordsOf(await up())
  expect(went.find((it) => it.startsWith('apps/eks-cluster/los-angeles'))).toContain(
    'Deployment game-2048-lz/deployment-2048-lz: 0 of 3 ready',
  )
  expect(went).toContain('verify/placed/game-2048/oregon: done')
  kubernetes.mend('deployment-2048-lz')
  expect(notDone(wordsOf(await up()))).toEqual([])
})

test('a controller with a VPC that is none does not come up, and no load balancer is made', async () => {
  on.values.set('fleet_vpc_main', 'not-a-vpc')
  oregon()
  losAngeles()
  const went = wordsOf(await up())
  expect(went.find((it) => it.startsWith('chart/'))).toContain('0 of 2 ready')
  expect(balancers.size).toBe(0)
})

test('an API that takes connections and never answers is given up, and nothing else is begun', async () => {
  kubernetes.silent(true)
  const went = wordsOf(await up())
  expect(went.find((it) => it.startsWith('access/'))).toMatch(/failed: it did not come about .* no answer/)
  expect(went.filter((it) => it.includes(': done'))).toEqual([])
  kubernetes.silent(false)
})

test('what a person changed is put right, and what the fleet has no more is taken away', async () => {
  oregon()
  losAngeles()
  await up()
  kubernetes.store.delete(kubernetes.find('Service', 'game-2048-lz', 'service-2048-lz') ?? fail())
  expect(wordsOf(await up())).toContain('apps/eks-cluster/los-angeles: done, changed')
  expect(kubernetes.find('Service', 'game-2048-lz', 'service-2048-lz')).toBeDefined()
  const { plan } = await exampleFleet('local-zone')
  const apps = plan.fleet.apps.map((app) => ({
    ...app,
    placement: app.placement.filter(({ site }) => site === 'oregon'),
  }))
  const steps = plan.steps.filter(({ subject, kind }) => !(kind === 'app.place' && subject.site === 'los-angeles'))
  const less = { ...on.ground, plan: { ...plan, fleet: { ...plan.fleet, apps }, steps } }
  const went = wordsOf(await on.carry(kubernetesWork(less, { patience: quick })))
  expect(went).toContain('leftover/eks-cluster: done, changed')
  await kubernetes.settled()
  expect(kubernetes.find('Namespace', undefined, 'game-2048-lz')).toBeUndefined()
  expect([...balancers]).toEqual(['game-2048-backup/ingress-2048-backup'])
})

test('[seed 42] backward leaves nothing, and twice is once', async () => {
  oregon()
  losAngeles()
  await up()
  const down = () => on.carry(kubernetesBackward(on.ground, quick))
  expect(notDone(wordsOf(await down()))).toEqual([])
  expect(balancers.size).toBe(0)
  expect(
    kubernetes
      .all('Namespace')
      .map(({ metadata }) => metadata.name)
      .sort(),
  ).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  expect(kubernetes.all('Deployment')).toEqual([])
  expect(wordsOf(await down()).filter((it) => !it.endsWith(': done'))).toEqual([])
})

test('a volume that its driver has not deleted yet is waited for, while the nodes are still there', async () => {
  const volume = kubernetes.store.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-1' },
    spec: { persistentVolumeReclaimPolicy: 'Delete' },
  })
  kubernetes.store.setStatus(volume, { phase: 'Released' })
  const went = wordsOf(await on.carry(kubernetesBackward(on.ground, { ...quick, goneSeconds: 0.1 })))
  expect(went.find((it) => it.startsWith('withdraw/balancers/'))).toContain('1 volumes left: pvc-1')
})

test('a cluster that is being deleted, or gone, is asked nothing', async () => {
  kubernetes.silent(true)
  on.clusters.set('eks-cluster', { kubernetes, status: 'DELETING' })
  const down = () => on.carry(kubernetesBackward(on.ground, quick))
  expect(wordsOf(await down()).filter((it) => !it.endsWith(': done'))).toEqual([])
  on.clusters.delete('eks-cluster')
  expect(wordsOf(await down()).filter((it) => !it.endsWith(': done'))).toEqual([])
  expect(kubernetes.asked).toEqual([])
})

test('without its controller a load balancer does not go, and that is said', async () => {
  oregon()
  losAngeles()
  await up()
  kubernetes.break('aws-load-balancer-controller')
  await kubernetes.settled()
  const went = wordsOf(await on.carry(kubernetesBackward(on.ground, { ...quick, goneSeconds: 0.2 })))
  expect(went.find((it) => it.startsWith('withdraw/apps/eks-cluster/oregon'))).toMatch(
    /held by ingress\.k8s\.aws\/resources/,
  )
  expect(went.find((it) => it.startsWith('withdraw/chart/'))).toMatch(/waits for/)
  kubernetes.mend('aws-load-balancer-controller')
  expect(notDone(wordsOf(await on.carry(kubernetesBackward(on.ground, quick))))).toEqual([])
  expect(balancers.size).toBe(0)
})

test('no kubeconfig is left behind, and helm was let in by a token that was never written elsewhere', async () => {
  oregon()
  losAngeles()
  await up()
  expect(readdirSync(on.folder)).toEqual(['delivered.json'])
  expect(on.helm.kubeconfigs.length).toBeGreaterThan(0)
})

const fail = (): never => {
  throw new Error('it is not there')
}

test('broken off after any number of requests, the next run ends it', async () => {
  oregon()
  losAngeles()
  let interrupted = 0
  for (const requests of [2, 9, 16, 21, 34, 47])
    if ([...(await upUntil(requests)).values()].some(({ kind }) => kind === 'interrupted')) interrupted += 1
  expect(interrupted).toBeGreaterThan(2)
  expect(notDone(wordsOf(await up()))).toEqual([])
  expect(wordsOf(await up()).filter((it) => !it.endsWith(': done'))).toEqual([])
})

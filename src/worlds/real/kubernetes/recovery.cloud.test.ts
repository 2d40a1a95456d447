// The recovery example on fake APIs: two clusters that Flux serves, from the files of its own repository.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { Repository } from '../../../../test/kubernetes/flux.ts'
import { fakeFlux, fluxComponents } from '../../../../test/kubernetes/flux.ts'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { fluxFiles } from '../../../artefacts/flux/flux.ts'
import { bundlesOf } from '../../../artefacts/index.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { KubeObject } from '../../kube/client.ts'
import { kubernetesBackward, kubernetesWork } from './index.ts'

const clusters = new Map<string, FakeKubernetes>()
const balancers = new Set<string>()
let repository: Repository
let on: TestGround

beforeEach(async () => {
  clusters.clear()
  balancers.clear()
  const { plan } = await exampleFleet('recovery')
  const files = fluxFiles(plan, withoutFlux(plan, bundlesOf(plan)).bundles)
  repository = {
    files: Object.fromEntries(files.map(({ path, text }) => [path.replace(/^gitops\//, ''), text])),
    revision: 'master@sha1:0123456789012345678901234567890123456789',
  }
  on = testGround(plan)
  for (const name of ['eks-localzone', 'eks-outposts']) {
    const kubernetes = await startKubernetes({
      name,
      mayAsk: () => false,
      engines: [fakeFlux(repository)],
      balancers: {
        make: async (of) => {
          balancers.add(`${name}/${of.namespace}/${of.name}`)
          return { hostname: `${of.name}.${name}.elb.amazonaws.com` }
        },
        take: async (of) => {
          balancers.delete(`${name}/${of.namespace}/${of.name}`)
        },
      },
    })
    clusters.set(name, kubernetes)
    on.clusters.set(name, { kubernetes })
  }
  for (const { subject, intent } of plan.steps.filter(({ kind }) => kind === 'pool.join'))
    cluster(subject.cluster ?? '').addNodes({
      site: subject.site ?? '',
      pool: subject.pool ?? '',
      count: Number(intent.replicas),
      zone: 'any',
    })
  for (const network of plan.fleet.networks) on.values.set(`fleet_vpc_${network.name}`, 'vpc-0a1b2c3d4e5f60718')
})
afterEach(async () => {
  on.close()
  for (const one of clusters.values()) expect(one.errors).toEqual([])
  for (const one of clusters.values()) await one.stop()
})

const cluster = (name: string): FakeKubernetes => {
  const found = clusters.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}
const components = async () => fluxComponents as unknown as readonly KubeObject[]
const up = () => on.carry(kubernetesWork(on.ground, { patience: quick, fluxComponents: components }))
const notDone = (words: readonly string[]) => words.filter((it) => !it.includes(': done'))
const giveSecret = (name: string) =>
  cluster(name).store.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'flux-system', namespace: 'flux-system' },
    data: { username: 'Z2l0', password: 'eA==' },
  })

test('[seed 99-104, 116-119] Flux is started, a person gives it the Secret for Git, and then it has brought everything at its revision', async () => {
  const first = await up()
  expect(first.get('flux/eks-localzone')).toMatchObject({
    kind: 'person',
    commands: [
      expect.stringContaining('GIT_TOKEN'),
      expect.stringContaining('flux --context eks-localzone create secret git flux-system'),
    ],
  })
  expect(first.get('verify/placed/game-2048/localzone')?.kind).toBe('waits')
  giveSecret('eks-localzone')
  giveSecret('eks-outposts')
  expect(notDone(wordsOf(await up()))).toEqual([])
  expect([...balancers].map((it) => it.split('/')[0]).sort()).toEqual(['eks-localzone', 'eks-outposts'])
  const release = cluster('eks-outposts').find('HelmRelease', 'kube-system', 'aws-load-balancer-controller')
  expect(release?.spec).toMatchObject({
    ...{ interval: '10m0s', timeout: '10m0s', releaseName: 'ee' },
    chart: {
      spec: {
        ...{ chart: 'aws-load-balancer-controller', version: '1.5.4', reconcileStrategy: 'ChartVersion' },
        sourceRef: { kind: 'HelmRepository', name: 'eks', namespace: 'flux-system' },
      },
    },
    values: { serviceAccount: { name: 'aws-load-balancer-controller' }, vpcId: 'vpc-0a1b2c3d4e5f60718' },
  })
  const brought = cluster('eks-localzone').find('Kustomization', 'flux-system', 'game-2048')
  expect(brought?.spec).toMatchObject({
    ...{ interval: '10m0s', path: './apps/localzone', prune: true, wait: true },
    dependsOn: [{ name: 'aws-load-balancer-controller' }],
  })
  const values = cluster('eks-localzone').find('ConfigMap', 'flux-system', 'fleet-values')
  expect(values?.data).toEqual({ fleet_vpc_west: 'vpc-0a1b2c3d4e5f60718' })
  expect(wordsOf(await up()).filter((it) => !it.endsWith(': done'))).toEqual([])
})

test('without its program Flux is for a person, and says how', async () => {
  const went = await on.carry(kubernetesWork(on.ground, { patience: quick, fluxComponents: async () => undefined }))
  expect(went.get('flux/eks-outposts')).toMatchObject({
    kind: 'person',
    commands: [
      'flux --context eks-outposts install --components source-controller,kustomize-controller,helm-controller',
    ],
  })
})

test('a repository that holds something broken is told in the words of Flux, on that cluster alone', async () => {
  await up()
  giveSecret('eks-localzone')
  giveSecret('eks-outposts')
  const whole = repository.files
  repository.files = Object.fromEntries(Object.entries(whole).filter(([path]) => !path.startsWith('apps/outposts/')))
  const went = wordsOf(await up())
  expect(went.find((it) => it.startsWith('flux/eks-outposts'))).toContain('kustomization path not found')
  expect(went).toContain('verify/placed/game-2048/localzone: done')
  repository.files = whole
  cluster('eks-outposts').look()
  expect(notDone(wordsOf(await up()))).toEqual([])
})

test('[seed 134] backward: Flux is stopped before anything else, and at the end it is gone itself', async () => {
  await up()
  giveSecret('eks-localzone')
  giveSecret('eks-outposts')
  await up()
  expect(balancers.size).toBe(2)
  const down = () => on.carry(kubernetesBackward(on.ground, quick))
  expect(notDone(wordsOf(await down()))).toEqual([])
  expect(balancers.size).toBe(0)
  for (const one of clusters.values()) {
    expect(
      one
        .all('Namespace')
        .map(({ metadata }) => metadata.name)
        .filter((it) => !it.startsWith('kube-')),
    ).toEqual(['default'])
    expect(one.all('Deployment')).toEqual([])
    expect(one.all('ClusterRole')).toEqual([])
    expect(one.all('CustomResourceDefinition').filter(({ metadata }) => metadata.name.endsWith('fluxcd.io'))).toEqual(
      [],
    )
  }
  expect(wordsOf(await down()).filter((it) => !it.endsWith(': done'))).toEqual([])
})

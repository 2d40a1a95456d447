// The ways to an API, and what is said where there is none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { kubeconfigFile, testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { kubernetesWork } from './index.ts'
import { contextNamed, kubeconfigFiles } from './kubeconfig.ts'

let kubernetes: FakeKubernetes
let on: TestGround
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-access-'))
  const { plan } = await exampleFleet('federation')
  kubernetes = await startKubernetes({
    name: 'parent',
    mayAsk: () => false,
    hosts: ['0123.gr7.us-east-2.eks.amazonaws.com'],
  })
  on = testGround(plan, { kubeconfigs: [join(folder, 'config'), join(folder, 'plant.kubeconfig')] })
})
afterEach(async () => {
  on.close()
  await kubernetes.stop()
  rmSync(folder, { recursive: true, force: true })
})

const access = async (cluster: string) => {
  const works = kubernetesWork(on.ground, { patience: { ...quick, answerSeconds: 0.3 } })
  return on.carry(works.filter(({ id }) => id === `access/${cluster}`))
}

test('a private address that is not reached from here is for a person, with the way round it; and that way is taken', async () => {
  on.clusters.set('parent', { kubernetes, isPrivate: true, endpoint: 'https://0123.gr7.us-east-2.eks.amazonaws.com:1' })
  const went = await access('parent')
  expect(went.get('access/parent')).toMatchObject({
    kind: 'person',
    what: expect.stringContaining('private address only'),
    commands: [
      expect.stringContaining('AWS-StartPortForwardingSessionToRemoteHost'),
      expect.stringContaining('tls-server-name'),
      expect.any(String),
    ],
  })
  const [, asTold = ''] = (went.get('access/parent') as { commands: readonly string[] }).commands
  expect(asTold).toContain('--tls-server-name 0123.gr7.us-east-2.eks.amazonaws.com')
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({
      contexts: [{ name: 'parent', context: { cluster: 'parent', user: 'parent' } }],
      clusters: [
        {
          name: 'parent',
          cluster: { server: kubernetes.endpoint, 'tls-server-name': '0123.gr7.us-east-2.eks.amazonaws.com' },
        },
      ],
    }),
  )
  expect(wordsOf(await access('parent'))).toEqual(['access/parent: done'])
})

test('who is not let in is told who is', async () => {
  const stranger = await startKubernetes({ name: 'virginia', mayAsk: () => false })
  on.clusters.set('virginia', { kubernetes: stranger })
  stranger.plant({ match: 'GET', status: 401, message: 'Unauthorized', times: 1000 })
  const went = await access('virginia')
  const { error } = went.get('access/virginia') as {
    error: { message: string; hint: string; problems: readonly { message: string }[] }
  }
  expect(error.hint).toContain('aws eks list-access-entries --region us-east-1 --cluster-name virginia')
  expect(error.hint).toContain('198.51.100.0/24')
  expect(error.problems[0]?.message).toContain('Unauthorized')
  await stranger.stop()
})

test('a cluster on premises is reached by the context of its name, and without one the commands say how it comes here', async () => {
  expect((await access('plant')).get('access/plant')).toMatchObject({
    kind: 'person',
    commands: [
      'kubectl --kubeconfig plant/plant-eks-a-cluster.kubeconfig config rename-context plant-admin@plant plant',
      expect.stringContaining('export KUBECONFIG'),
    ],
  })
  kubeconfigFile(folder, 'plant', kubernetes)
  expect(wordsOf(await access('plant'))).toEqual(['access/plant: done'])
})

test('a context whose credentials come from a program is refused: skerry runs none', async () => {
  writeFileSync(
    join(folder, 'config'),
    JSON.stringify({
      contexts: [{ name: 'plant', context: { cluster: 'plant', user: 'plant' } }],
      clusters: [{ name: 'plant', cluster: { server: kubernetes.endpoint } }],
      users: [{ name: 'plant', user: { exec: { command: 'some-login' } } }],
    }),
  )
  expect(wordsOf(await access('plant'))[0]).toContain('from the program some-login, which skerry does not run')
})

test('kubeconfigs are found as kubectl finds them, and what is no YAML is named', () => {
  expect(kubeconfigFiles({ KUBECONFIG: '/a:/b' })).toEqual(['/a', '/b'])
  expect(kubeconfigFiles({ HOME: '/home/me' })).toEqual(['/home/me/.kube/config'])
  writeFileSync(join(folder, 'bad'), '{')
  expect(() => contextNamed([join(folder, 'bad')], 'x')).toThrow('is no kubeconfig')
  expect(contextNamed([join(folder, 'none')], 'x')).toBeUndefined()
})

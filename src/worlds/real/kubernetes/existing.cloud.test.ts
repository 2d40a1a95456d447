// A cluster that existed before, with things of others on it: up takes nothing over, down takes off only what is the fleet's, and both say so first.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestGround } from '../../../../test/kubernetes/ground.case.ts'
import { kubeconfigFile, testGround, wordsOf } from '../../../../test/kubernetes/ground.case.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { fleetFrom } from '../../../fleet/from.ts'
import { plan as planOf } from '../../../plan/index.ts'
import { down } from '../down.ts'
import { up as upAll } from '../up.ts'
import { kubernetesBackward, kubernetesWork } from './index.ts'

const plan = planOf(
  fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters:
  - { name: one, existing: { context: one } }
sites:
  - { name: here, place: { onPremises: vsphere }, cluster: one }
---
kind: App
metadata: { name: web }
source: { image: registry.example.com/web:1.0.0 }
placement: [{ site: here }]
`),
)

let kubernetes: FakeKubernetes
let on: TestGround
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-existing-'))
  kubernetes = await startKubernetes({ name: 'one', mayAsk: () => false })
  kubernetes.addNodes({ site: 'here', pool: 'any', count: 1, zone: 'any' })
  on = testGround(plan, { kubeconfigs: [kubeconfigFile(folder, 'one', kubernetes)] })
})
afterEach(async () => {
  on.close()
  await kubernetes.stop()
  rmSync(folder, { recursive: true, force: true })
})

const patience = { ...quick, answerSeconds: 0.3 }
const up = () => on.carry(kubernetesWork(on.ground, { patience }))
const back = async () => wordsOf(await on.carry(kubernetesBackward(on.ground, patience)))
const notDone = (words: readonly string[]) => words.filter((it) => !it.includes(': done'))
const there = () =>
  ['Deployment', 'Namespace', 'ConfigMap'].flatMap((kind) =>
    kubernetes.all(kind).map((it) => `${kind} ${it.metadata.name}`),
  )
const give = (kind: string, apiVersion: string, name: string, namespace?: string, more: object = {}) =>
  kubernetes.store.apply({
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    ...more,
  })
const space = () =>
  String(kubernetes.all('Deployment').find(({ metadata }) => metadata.name === 'web')?.metadata.namespace)
const template = {
  spec: {
    selector: { matchLabels: { app: 'theirs' } },
    template: {
      metadata: { labels: { app: 'theirs' } },
      spec: { containers: [{ name: 'theirs', image: 'theirs:1' }] },
    },
  },
}
const forget = () => rmSync(join(on.folder, 'delivered.json'), { force: true })
const observed = () => [...on.observed.values()].flat().join('\n')

test.each([
  ['remembered', () => undefined],
  ['only marked, its memory lost', forget],
])('what is %s is taken off, and the cluster is as it was', async (_, lose) => {
  const before = there()
  expect(notDone(wordsOf(await up()))).toEqual([])
  expect(there()).not.toEqual(before)
  lose()
  expect(notDone(await back())).toEqual([])
  expect(there()).toEqual(before)
})

test('a namespace in which others have something stays, with what they have, and that is said', async () => {
  await up()
  const namespace = space()
  give('ConfigMap', 'v1', 'theirs', namespace)
  expect(notDone(await back())).toEqual([])
  expect(there()).toContain('ConfigMap theirs')
  expect(there()).toContain(`Namespace ${namespace}`)
  expect(there()).not.toContain('Deployment web')
  expect(observed()).toContain(`kept: Namespace ${namespace} (others have something in it: ConfigMap theirs)`)
})

test('a namespace that was there is used and stays; an object of the same name is refused, and adopted by its mark', async () => {
  await up()
  const namespace = space()
  await back()
  give('Namespace', 'v1', namespace)
  give('Deployment', 'apps/v1', 'web', namespace, template)
  const image = () => JSON.stringify(kubernetes.find('Deployment', namespace, 'web')?.spec)
  const refused = notDone(wordsOf(await up())).join('\n')
  expect(refused).toContain(
    `the Deployment ${namespace}/web is there already, and not of this fleet; to make it this fleet’s: kubectl --context one --namespace ${namespace} annotate deployment.v1.apps web skerry.dev/fleet=shops`,
  )
  expect(image()).toContain('theirs:1')
  expect(notDone(await back())).toEqual([])
  expect(image()).toContain('theirs:1')
  expect(observed()).toContain(`kept: Deployment ${namespace}/web (it is not of this fleet`)
  const live = kubernetes.find('Deployment', namespace, 'web')
  if (live !== undefined) kubernetes.store.delete(live)
  expect(notDone(wordsOf(await up()))).toEqual([])
  expect(notDone(await back())).toEqual([])
  expect(there()).toContain(`Namespace ${namespace}`)
  expect(there()).not.toContain('Deployment web')
})

test('what a person marks is the fleet’s from then on', async () => {
  await up()
  const namespace = space()
  forget()
  const client = await on.ground.api({ kind: 'cluster', name: 'one' })
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`
  await client?.merge(path, { metadata: { annotations: { 'skerry.dev/fleet': 'another' } } })
  expect(notDone(wordsOf(await up())).join('\n')).toContain('not of this fleet')
  await client?.merge(path, { metadata: { annotations: { 'skerry.dev/fleet': 'shops' } } })
  expect(notDone(wordsOf(await up()))).toEqual([])
})

test.each([401, 403, 503, 0])(
  'an API that answers discovery with %s is not taken for one that is empty',
  async (status) => {
    await up()
    const before = there()
    kubernetes.plant({ match: /^GET \/apis?\/[^/]+(?:\/v1)?$/, status, times: 1_000_000 })
    // another run has heard nothing of this API yet
    const later = testGround(plan, { kubeconfigs: [join(folder, 'one.kubeconfig')] })
    const went = wordsOf(await later.carry(kubernetesBackward({ ...on.ground, api: later.ground.api }, patience)))
    later.close()
    expect(notDone(went).join('\n')).toMatch(/withdraw\/apps\/one\S*: failed/)
    expect(there()).toEqual(before)
  },
)

test('without a context nothing is said to be gone: a person brings it; once it was emptied from here it is', async () => {
  await up()
  const other = testGround(plan, { kubeconfigs: [] })
  const lost = async () => on.carry(kubernetesBackward({ ...on.ground, api: other.ground.api }, patience))
  const [[, went] = []] = [...(await lost())].filter(([id]) => id.startsWith('withdraw/apps/one'))
  expect(went).toMatchObject({ kind: 'person', what: expect.stringContaining('does not mean that it is gone') })
  expect(notDone(await back())).toEqual([])
  expect(notDone(wordsOf(await lost()))).toEqual([])
  other.close()
})

test('up and down name the existing cluster before they begin; a no leaves everything as it is', async () => {
  const asked: string[] = []
  let says = true
  const nothing = () => undefined
  const common = {
    ...{ plan, folder: join(folder, 'state'), signal: new AbortController().signal },
    env: { KUBECONFIG: join(folder, 'one.kubeconfig'), HOME: folder },
    consent: { yes: async (question: string) => asked.push(question) > 0 && says, named: async () => true },
    watch: { say: nothing, begins: nothing, began: nothing, observed: nothing, ended: nothing },
    means: { patience, helm: async () => '[]' },
  }
  const made = await upAll({ ...common, digest: 'of-shops' })
  expect(made.work.filter(({ went }) => went.kind !== 'done')).toEqual([])
  expect(asked.at(-1)).toMatch(/^up shops: onto the existing cluster one: \d+ objects\nGo on\?$/)
  const before = there()
  says = false
  expect((await down(common)).ended).toBe('declined')
  expect(asked.at(-1)).toMatch(
    /^down shops: the cluster stays, and the fleet is taken off it\. one: \d+ objects\nGo on\?$/,
  )
  expect(there()).toEqual(before)
  says = true
  expect((await down(common)).ended).toBe('done')
  expect(there()).not.toContain('Deployment web')
})

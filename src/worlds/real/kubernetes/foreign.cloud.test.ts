// Helm releases of others on a cluster that existed before: left alone by up and by down, and named by both.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeconfigFile } from '../../../../test/kubernetes/ground.case.ts'
import { fakeHelm } from '../../../../test/kubernetes/helm.ts'
import type { FakeKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { startKubernetes } from '../../../../test/kubernetes/kubernetes.ts'
import { quick } from '../../../../test/kubernetes/patience.ts'
import { fleetFrom } from '../../../fleet/from.ts'
import { plan as planOf } from '../../../plan/index.ts'
import { realText } from '../../../report/real-text.ts'
import { down } from '../down.ts'
import type { RealReport } from '../report.ts'
import { up } from '../up.ts'

const cluster = (name: string) => `  - { name: ${name}, existing: { context: ${name} } }\n`
const site = (name: string, on: string) => `  - { name: ${name}, place: { onPremises: vsphere }, cluster: ${on} }\n`
const queue = `---
kind: App
metadata: { name: queue }
source: { chart: { repository: "https://charts.example.com", name: queue, version: 1.2.0 } }
placement: [{ site: here }]
`
const web = `---
kind: App
metadata: { name: web }
source: { image: registry.example.com/web:1.0.0 }
placement: [{ site: there }]
---
kind: App
metadata: { name: cron }
source: { chart: { repository: "https://charts.example.com", name: cron, version: 2.0.0 } }
placement: [{ site: there }]
`
const fleet = (clusters: string, sites: string, apps: string) =>
  planOf(
    fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters:
${clusters}sites:
${sites}${apps}`),
  )
const one = fleet(cluster('one'), site('here', 'one'), queue)
const both = fleet(cluster('one') + cluster('two'), site('here', 'one') + site('there', 'two'), queue + web)

const clusters = new Map<string, FakeKubernetes>()
let folder: string
let helm: ReturnType<typeof fakeHelm>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-foreign-'))
  helm = fakeHelm()
  for (const name of ['one', 'two']) {
    const kubernetes = await startKubernetes({ name, mayAsk: () => false })
    kubernetes.addNodes({ site: name === 'one' ? 'here' : 'there', pool: 'any', count: 1, zone: 'any' })
    kubeconfigFile(folder, name, kubernetes)
    clusters.set(name, kubernetes)
  }
})
afterEach(async () => {
  for (const kubernetes of clusters.values()) await kubernetes.stop()
  rmSync(folder, { recursive: true, force: true })
})

const nothing = () => undefined
const asked: string[] = []
const common = (plan: typeof one) => ({
  ...{ plan, folder: join(folder, 'state'), signal: new AbortController().signal },
  env: { KUBECONFIG: ['one', 'two'].map((it) => join(folder, `${it}.kubeconfig`)).join(':'), HOME: folder },
  consent: { yes: async (question: string) => asked.push(question) > 0, named: async () => true },
  watch: { say: nothing, begins: nothing, began: nothing, observed: nothing, ended: nothing },
  means: { patience: { ...quick, answerSeconds: 0.5 }, helm: helm.run },
})
const upOf = (plan: typeof one) => up({ ...common(plan), digest: 'of-shops' })
const downOf = (plan: typeof one) => down(common(plan))
const failuresIn = ({ work }: RealReport) =>
  work.flatMap(({ went }) => (went.kind === 'failed' ? [went.error as Error & { hint: string }] : []))
const on = (name: string) => clusters.get(name) as FakeKubernetes

/** As another team does it, with their own values. */
const theirs = (namespace: string) =>
  helm.run(
    [
      ...['upgrade', '--install', 'queue', 'queue', '--version', '0.9.0', '--create-namespace'],
      ...['--namespace', namespace, '--values', '-', '--kubeconfig', join(folder, 'one.kubeconfig')],
    ],
    '{"theirs":true}',
  )
const labelsOf = ({ metadata }: { readonly metadata: object }): Readonly<Record<string, string>> =>
  (metadata as { readonly labels?: Readonly<Record<string, string>> }).labels ?? {}
const release = () =>
  on('one')
    .all('Secret')
    .filter((it) => labelsOf(it).owner === 'helm')
    .map((it) => ({
      ...{ name: it.metadata.name, namespace: it.metadata.namespace, labels: labelsOf(it) },
      text: atob(String((it.data as { release?: string }).release)),
    }))

test('a helm release of others of the same name is not upgraded, and who may, is told how to make it the fleet’s', async () => {
  await upOf(one)
  const [{ namespace = '' } = {}] = release()
  expect(release()[0]?.labels).toMatchObject({ 'skerry.dev/fleet': 'shops' })
  expect((await downOf(one)).ended).toBe('done')
  expect(release()).toEqual([])
  await theirs(namespace)
  const acts = helm.asked.length
  const [refusal, ...others] = failuresIn(await upOf(one))
  expect(others).toEqual([])
  expect([refusal?.message, refusal?.hint]).toEqual([
    `the helm release ${namespace}/queue of one is there already, and not of this fleet: others run it, and it would be changed under them`,
    `ask them; where it is this fleet’s: kubectl --context one --namespace ${namespace} label secret --selector owner=helm,name=queue skerry.dev/fleet=shops; then run this again`,
  ])
  expect(helm.asked.slice(acts).filter((it) => !it.startsWith('list'))).toEqual([])
  expect(release()[0]?.text).toContain('"theirs":true')
  // what a person marks is the fleet’s from then on
  on('one').store.apply({
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { name: release()[0]?.name ?? '', namespace, labels: { 'skerry.dev/fleet': 'shops' } },
  })
  expect(failuresIn(await upOf(one))).toEqual([])
  expect(release()[0]?.text).not.toContain('theirs')
  // the namespace was made by others
  expect((await downOf(one)).left.map(({ kind }) => kind)).toEqual(['Namespace'])
  expect(release()).toEqual([])
})

test('Flux is not started where it would upgrade a release of others', async () => {
  const served = fleet(
    cluster('one'),
    `${site('here', 'one')}gitops: { engine: flux, url: https://git.example.com/fleet, branch: main }\n`,
    queue,
  )
  await upOf(one)
  const [{ namespace = '' } = {}] = release()
  await downOf(one)
  await theirs(namespace)
  expect(failuresIn(await upOf(served)).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^the helm release \S+queue of one is there already, and not of this fleet/),
  ])
  expect(
    on('one')
      .all('Namespace')
      .map(({ metadata }) => metadata.name),
  ).not.toContain('flux-system')
})

test('down leaves the release of others, and their namespace, and says both among what is left, with why', async () => {
  await upOf(one)
  const [{ namespace = '' } = {}] = release()
  await downOf(one)
  await theirs(namespace)
  const report = await downOf(one)
  expect(report.ended).toBe('done')
  expect(report.left).toEqual([
    expect.objectContaining({ kind: 'Namespace', id: namespace, region: 'one' }),
    expect.objectContaining({
      kind: 'helm release',
      id: `${namespace}/queue`,
      region: 'one',
      why: 'it is not of this fleet; where it is, give it the mark, and run this again',
      command: expect.stringContaining('label secret --selector owner=helm,name=queue skerry.dev/fleet=shops'),
    }),
  ])
  expect(realText(report)).toContain(`helm release ${namespace}/queue in one: it is not of this fleet`)
  expect(on('one').all('Deployment')).toHaveLength(1)
})

test('a chart that left the file is named by up, and taken off its cluster by down', async () => {
  await upOf(fleet(cluster('one'), site('here', 'one'), queue + queue.replaceAll('queue', 'cron')))
  expect(on('one').all('Deployment')).toHaveLength(2)
  const made = await upOf(one)
  expect(made.ended).toBe('done')
  expect(made.left).toEqual([
    expect.objectContaining({ kind: 'Namespace', why: 'others have something in it: Deployment cron' }),
    expect.objectContaining({ kind: 'helm release', id: 'cron/cron', region: 'one', why: 'the fleet has it no more' }),
  ])
  expect(on('one').all('Deployment')).toHaveLength(2)
  expect(await downOf(one)).toMatchObject({ ended: 'done', left: [] })
  expect(on('one').all('Deployment')).toEqual([])
  expect(JSON.stringify(on('one').all('Namespace'))).not.toMatch(/cron|queue/)
})

test('a cluster that left the file is named by up, and what the fleet put onto it is taken off by down, with a question', async () => {
  expect(failuresIn(await upOf(both))).toEqual([])
  const others = { apiVersion: 'v1', kind: 'ConfigMap' }
  const space = String(on('two').all('Deployment')[0]?.metadata.namespace)
  on('two').store.apply({ ...others, metadata: { name: 'theirs', namespace: space } })
  const again = await upOf(one)
  expect(again.left).toEqual([
    expect.objectContaining({ kind: expect.stringMatching(/^1 helm release and \d+ objects$/), region: 'two' }),
  ])
  expect(on('two').all('Deployment')).toHaveLength(2)
  const last = await downOf(one)
  expect(asked.at(-1)).toMatch(/down shops: two, which the file does not name any more: 1 helm release and \d+ objects/)
  expect(last.ended).toBe('done')
  expect(on('two').all('Deployment')).toEqual([])
  expect(last.left).toEqual([
    expect.objectContaining({
      kind: 'Namespace',
      id: space,
      region: 'two',
      why: 'others have something in it: ConfigMap theirs',
    }),
  ])
  expect((await downOf(one)).left).toEqual([])
})

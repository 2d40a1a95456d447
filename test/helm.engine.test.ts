// What `up --on real` does with charts, carried out by a real helm on a real API server: the mark of the fleet, what is looked at before
// anything is changed, and releases that are somebody else's. In the tests against the fakes helm is played; here it has its say.
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { plan, readFleet } from '../src/index.ts'
import type { KubeClient } from '../src/worlds/kube/client.ts'
import { enginesOfMachine } from '../src/worlds/local/binaries.ts'
import type { Clients } from '../src/worlds/local/clients.ts'
import { clientsFor } from '../src/worlds/local/clients.ts'
import { writeCharts } from '../src/worlds/local/delivery/charts.ts'
import { bringUp, takeDown } from '../src/worlds/local/testing/brought-up.case.ts'
import type { Machine } from '../src/worlds/local/testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine } from '../src/worlds/local/testing/machine.case.ts'
import type { Kube } from '../src/worlds/real/kubernetes/asking.ts'
import { helmAt, install, ownReleases, releaseAt } from '../src/worlds/real/kubernetes/charts.ts'
import { helmIn } from '../src/worlds/real/kubernetes/helm.ts'
import type { Told } from '../src/worlds/real/work.ts'
import { needs } from './needs.ts'

const source = fileURLToPath(new URL('../examples/local-zone', import.meta.url))
const engines = [...controlPlaneEngines, 'helm']
const made = plan(await readFleet([source]))
const minute = 60_000

const chart = (version: string) => ({
  name: 'beacon',
  version,
  description: 'One ConfigMap',
  files: {
    'values.yaml': 'light: white\n',
    'templates/map.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\ndata: { light: {{ .Values.light | quote }} }\n',
  },
})
const wanted = (version: string, light: string, release = 'beacon') => ({
  ...{ cluster: 'eks-cluster', release, namespace: 'harbour', chart: 'beacon', version, values: { light } },
  repository: `http://127.0.0.1:${(repository.address() as AddressInfo).port}`,
})

let here: Machine
let clients: Clients
let client: KubeClient
let repository: Server
let charts: string
let kube: Kube
const told: Told = { observe: () => undefined, signal: new AbortController().signal }

beforeEach(needs('the engines', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  charts = mkdtempSync(join(tmpdir(), 'skerry-charts-'))
  writeCharts(charts, [chart('1.0.0'), chart('1.1.0')])
  repository = createServer((request, response) => {
    createReadStream(join(charts, basename(request.url ?? '')))
      .on('error', () => response.writeHead(404).end())
      .pipe(response)
  })
  await new Promise<void>((listening) => repository.listen(0, '127.0.0.1', listening))
  here = machine('helm', source)
  await bringUp(here, made)
  clients = clientsFor(here.folder, () => here.state().ports)
  client = clients.of({ kind: 'cluster', name: 'eks-cluster' })
  const helm = enginesOfMachine(process.env).find('helm') ?? ''
  const home = join(charts, 'home')
  kube = {
    ground: {
      plan: made,
      valueOf: async () => undefined,
      folder: join(charts, 'run'),
      helm: helmIn({ PATH: `${dirname(helm)}:/usr/bin:/bin`, HOME: home }),
      now: () => new Date(),
      pause: (milliseconds: number) => pause(milliseconds),
    } as unknown as Kube['ground'],
    patience: { everySeconds: 0.2, answerSeconds: 20 } as Kube['patience'],
  }
}, 3 * minute)
afterAll(async () => {
  repository?.close()
  await takeDown(here, clients)
  if (charts !== undefined) rmSync(charts, { recursive: true, force: true })
}, minute)

const light = async (name = 'beacon'): Promise<unknown> =>
  (await client.get<{ data?: Record<string, string> }>(`/api/v1/namespaces/harbour/configmaps/${name}`))?.data?.light

test('a chart is installed once; the same again changes nothing, another value or version does, and every revision bears the mark', async () => {
  expect(await install(kube, told, client, wanted('1.0.0', 'red'))).toBe(true)
  expect(await light()).toBe('red')
  expect(await install(kube, told, client, wanted('1.0.0', 'red'))).toBe(false)
  expect(await install(kube, told, client, wanted('1.0.0', 'green'))).toBe(true)
  expect(await install(kube, told, client, wanted('1.1.0', 'green'))).toBe(true)
  expect(await light()).toBe('green')
  expect(await releaseAt(kube, told, client, wanted('1.1.0', ''))).toMatchObject({
    ...{ status: 'deployed', chart: 'beacon-1.1.0', isOurs: true },
  })
  expect(await ownReleases(kube.ground, client)).toEqual([{ release: 'beacon', namespace: 'harbour' }])
  const list = await client.get<{ items: { metadata: { labels: Record<string, string> } }[] }>(
    '/api/v1/namespaces/harbour/secrets?labelSelector=owner%3Dhelm%2Cname%3Dbeacon',
  )
  expect(list?.items.map(({ metadata }) => metadata.labels['skerry.dev/fleet'])).toEqual(
    Array.from({ length: 3 }, () => made.fleet.name),
  )
})

test('a release that others run is neither changed nor taken for ours, until a person marks it', async () => {
  const theirs = wanted('1.0.0', 'white', 'theirs')
  const args = [
    'install',
    'theirs',
    'beacon',
    '--repo',
    theirs.repository,
    '--version',
    '1.0.0',
    '--namespace',
    'harbour',
  ]
  await helmAt(kube, told, client, args)
  await expect(install(kube, told, client, wanted('1.1.0', 'red', 'theirs'))).rejects.toThrow(
    /theirs of eks-cluster is there already, and not of this fleet/,
  )
  expect(await light('theirs')).toBe('white')
  const refused = await install(kube, told, client, wanted('1.1.0', 'red', 'theirs')).catch((error: unknown) => error)
  const command = /kubectl --context \S+ (?<words>.*?);/.exec((refused as { hint: string }).hint)?.groups?.words ?? ''
  expect(command).toContain('label secret --selector owner=helm,name=theirs')
  // what the hint says, carried out: kubectl is not among the engines
  const secrets = await client.get<{ items: { metadata: { name: string } }[] }>(
    '/api/v1/namespaces/harbour/secrets?labelSelector=owner%3Dhelm%2Cname%3Dtheirs',
  )
  for (const { metadata } of secrets?.items ?? [])
    await client.merge(`/api/v1/namespaces/harbour/secrets/${metadata.name}`, {
      metadata: { labels: { 'skerry.dev/fleet': made.fleet.name } },
    })
  expect(await install(kube, told, client, wanted('1.1.0', 'red', 'theirs'))).toBe(true)
  expect(await light('theirs')).toBe('red')
})

test('what helm itself refuses is told in its words, and no kubeconfig is left behind', async () => {
  const nowhere = { ...wanted('9.9.9', 'red', 'nowhere') }
  await expect(install(kube, told, client, nowhere)).rejects.toThrow(/helm upgrade failed: .*9\.9\.9/)
  const left = spawnSync('ls', ['-A', join(charts, 'run')], { encoding: 'utf8' })
  expect(left.stdout).toBe('')
})

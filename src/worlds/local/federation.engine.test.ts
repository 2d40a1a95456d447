// Karmada and two members on real engines: up, divided, lost, moved, down. One story, in order: what each test finds, the one before made.
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { plan, readFleet, schedule } from '../../index.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Placement } from '../../schedule/placement.ts'
import type { KubeObject } from '../kube/client.ts'
import { until } from '../kube/until.ts'
import type { Clients } from './clients.ts'
import { clientsFor } from './clients.ts'
import { down } from './down.ts'
import type { Owner } from './engine.ts'
import { allWell, controlPlaneHopOf, serviceLinkOf } from './outside/conditions.ts'
import { outsideFound } from './outside/found.ts'
import { status } from './status.ts'
import { bringUp, takeDown } from './testing/brought-up.case.ts'
import type { Machine } from './testing/machine.case.ts'
import {
  allPorts,
  controlPlaneEngines,
  filesOf,
  hasEngines,
  karmadaEngines,
  listening,
  machine,
  processesOf,
} from './testing/machine.case.ts'
import type { UpReport } from './up.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const engines = [...controlPlaneEngines, ...karmadaEngines, 'karmada-agent']
const minute = 60_000
const now = () => new Date()
const main: Owner = { kind: 'federation', name: 'main' }
const member = (name: string): Owner => ({ kind: 'cluster', name })

let here: Machine
let before: readonly string[]
let report: UpReport
let clients: Clients

const upAgain = async (only = ['parent', 'virginia', 'oregon']): Promise<UpReport> =>
  bringUp(here, plan(await readFleet([source])), { only }).catch((error: unknown) => {
    // a refusal has with it what the engine said
    if (error instanceof Refusal) console.error(error.message, error.problems)
    throw error
  })

beforeEach(needs('the engines', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  here = machine('federation', source)
  before = filesOf(here.root)
  report = await upAgain()
  clients = clientsFor(here.folder, () => here.state().ports)
}, 3 * minute)
afterAll(() => takeDown(here, clients), minute)

const placement: Placement = {
  clusterAffinity: { clusterNames: ['virginia', 'oregon'] },
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: ['virginia', 'oregon'].map((name) => ({ targetCluster: { clusterNames: [name] }, weight: 1 })),
    },
  },
}
const nginx: readonly KubeObject[] = [
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: 'nginx', namespace: 'default' },
    spec: { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'nginx' }], placement },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'nginx', namespace: 'default' },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'nginx' } },
      template: {
        metadata: { labels: { app: 'nginx' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx' }] },
      },
    },
  },
]

interface Binding extends KubeObject {
  readonly spec: { readonly clusters?: readonly { readonly name: string; readonly replicas: number }[] }
}
const targets = async () => {
  const path = '/apis/work.karmada.io/v1alpha2/namespaces/default/resourcebindings/nginx-deployment'
  const binding = await clients.of(main).get<Binding>(path)
  return [...(binding?.spec.clusters ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
}
const readyOn = async (name: string): Promise<number> => {
  const found = await clients.of(member(name)).get('/apis/apps/v1/namespaces/default/deployments/nginx')
  return Number((found?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0)
}

function readyOf(object: KubeObject | undefined): string | undefined {
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: readonly { type: string; status: string }[] }
  return conditions.find(({ type }) => type === 'Ready')?.status
}

async function secondsUntil(what: string, holds: () => Promise<boolean>): Promise<number> {
  const begun = Date.now()
  await until(what, async () => ((await holds()) ? true : undefined), { seconds: 100 })
  return (Date.now() - begun) / 1_000
}

describe('a federation on real engines', () => {
  test(
    'is ready, its API on an etcd of its own, nodes in the zones of their subnets, members as the plan has them [seed 76]',
    async () => {
      console.info(
        `ready after ${report.seconds.toFixed(1)} s, ${report.memory.reduce((sum, it) => sum + it.mebibytes, 0)} MiB in ${report.started} engines`,
      )
      // on a machine that is busy with it all, some are slow to answer at first
      const seen = await until('that every engine answers', async () => {
        const all = await status(here.folder, now)
        return all?.engines.every(({ state }) => state === 'running') ? all : undefined
      })
      expect(seen.engines).toHaveLength(18)
      expect(seen.engines.filter(({ engine }) => engine === 'etcd').map(({ of }) => of.name)).toEqual([
        'oregon',
        'virginia',
        'main',
      ])
      expect(seen?.clusters).toMatchObject([
        { name: 'virginia', expected: 4, nodes: 4, ready: 4 },
        { name: 'oregon', expected: 4, nodes: 4, ready: 4 },
      ])
      expect(seen?.federations).toMatchObject([
        {
          name: 'main',
          members: [
            { name: 'virginia', ready: true },
            { name: 'oregon', ready: true },
          ],
        },
      ])
      const { items } = (await clients.of(member('virginia')).get<{ items: KubeObject[] }>('/api/v1/nodes')) ?? {
        items: [],
      }
      expect(items.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone'])).toEqual([
        'us-east-1a',
        'us-east-1b',
        'us-east-1a',
        'us-east-1b',
      ])
      const oregon = await clients.of(main).get('/apis/cluster.karmada.io/v1alpha1/clusters/oregon')
      expect(oregon).toMatchObject({
        metadata: { labels: { tier: 'member' } },
        spec: { syncMode: 'Push', region: 'us-west-2', provider: 'aws' },
      })
    },
    1 * minute,
  )

  test(
    'divides five replicas over equal weights as schedule() says with the UID of the template [seed 80, 81]',
    async () => {
      for (const object of nginx) await clients.of(main).apply(object)
      const result = await until('that nginx is divided', async () => {
        const found = await targets()
        return found.reduce((sum, { replicas }) => sum + replicas, 0) === 5 ? found : undefined
      })
      expect([
        [3, 2],
        [2, 3],
      ]).toContainEqual(result.map(({ replicas }) => replicas))
      const template = await clients.of(main).get('/apis/apps/v1/namespaces/default/deployments/nginx')
      const said = schedule({
        clusters: ['oregon', 'virginia'].map((name) => ({ name, avail: -1 })),
        replicas: 5,
        uid: template?.metadata.uid ?? '',
        placement,
      })
      expect(said).toEqual({ result })
      await until('that all five are ready', async () => {
        const counts = [await readyOn('oregon'), await readyOn('virginia')]
        return counts.join() === result.map(({ replicas }) => replicas).join() ? counts : undefined
      })
    },
    2 * minute,
  )

  test(
    'moves the replicas of a member whose API server was killed, and status tells of it',
    async () => {
      const { process: killed } = here.state().engines['cluster/virginia/kube-apiserver'] ?? {}
      process.kill(killed?.pid ?? 0, 'SIGKILL')
      const begun = Date.now()
      await until(
        'that all five run on the other member',
        async () => ((await readyOn('oregon')) === 5 ? true : undefined),
        { seconds: 100 },
      )
      const seconds = (Date.now() - begun) / 1_000
      console.info(`moved after ${seconds.toFixed(1)} s`)
      expect(await targets()).toEqual([{ name: 'oregon', replicas: 5 }])
      // 30..40 s until the member counts as lost, at once from there (no toleration); the rest is this machine's load
      expect(seconds).toBeGreaterThan(29)
      expect(seconds).toBeLessThan(60)
      const seen = await status(here.folder, now)
      expect(
        seen?.engines.filter(({ state }) => state !== 'running').map(({ id, state }) => [id, state]),
      ).toContainEqual(['cluster/virginia/kube-apiserver', 'dead'])
      expect(seen?.clusters).toContainEqual(
        expect.objectContaining({ name: 'virginia', expected: 4, nodes: 4, ready: undefined }),
      )
      expect(seen?.federations[0]?.members).toContainEqual(expect.objectContaining({ name: 'virginia', ready: false }))
    },
    3 * minute,
  )

  test(
    'a second up starts what is dead and nothing else; the member is taken back, its replicas are not',
    async () => {
      const again = await upAgain()
      expect(again.started).toBeGreaterThanOrEqual(1)
      expect(again.started + again.kept).toBe(18)
      expect(again.kept).toBeGreaterThanOrEqual(13)
      const third = await upAgain()
      expect([third.started, third.kept]).toEqual([0, 18])
      await pause(2_000)
      expect(await targets()).toEqual([{ name: 'oregon', replicas: 5 }])
    },
    4 * minute,
  )

  test(
    'the way from Karmada into a member is refused: it is lost, though it runs; with the way it is back',
    async () => {
      const ready = async (): Promise<string | undefined> => {
        return readyOf(await clients.of(main).get('/apis/cluster.karmada.io/v1alpha1/clusters/virginia'))
      }
      const outside = outsideFound(here.folder, here.state())
      await until('that it is Ready', async () => ((await ready()) === 'True' ? true : undefined))
      await outside?.setConditions({ ...allWell, hops: { [controlPlaneHopOf('virginia')]: { cut: 'refuse' } } })
      const lost = await secondsUntil('that it is lost', async () => (await ready()) === 'False')
      // refused at once, it counts as lost when that has gone on for 30 s, seen every 10 s
      expect(lost).toBeGreaterThan(29)
      expect(lost).toBeLessThan(50)
      // its own API server was there all the time
      expect((await clients.of(member('virginia')).get<{ items: unknown[] }>('/api/v1/nodes'))?.items).toHaveLength(4)
      await outside?.setConditions(allWell)
      const back = await secondsUntil('that it is back', async () => (await ready()) === 'True')
      console.info(`lost after ${lost.toFixed(1)} s, back after ${back.toFixed(1)} s`)
      expect(back).toBeLessThan(50)
    },
    3 * minute,
  )

  test(
    'the service link of a site vanishes: its nodes are Unknown after their grace, and Ready again with the link',
    async () => {
      const readiness = async () => {
        const { items } = (await clients.of(member('virginia')).get<{ items: KubeObject[] }>('/api/v1/nodes')) ?? {
          items: [],
        }
        return items.map(readyOf)
      }
      const all = (wanted: string) => async () => (await readiness()).every((status) => status === wanted)
      const outside = outsideFound(here.folder, here.state())
      await outside?.setConditions({ ...allWell, hops: { [serviceLinkOf('virginia')]: { cut: 'blackhole' } } })
      const lost = await secondsUntil('that its nodes are Unknown', all('Unknown'))
      expect(lost).toBeGreaterThan(29)
      expect(lost).toBeLessThan(70)
      await outside?.setConditions(allWell)
      const back = await secondsUntil('that its nodes are Ready', all('True'))
      console.info(`nodes Unknown after ${lost.toFixed(1)} s, Ready again after ${back.toFixed(1)} s`)
      // nobody else was cut off
      expect((await status(here.folder, now))?.federations[0]?.members?.map(({ ready }) => ready)).toEqual([true, true])
    },
    4 * minute,
  )

  test(
    'a member that pulls is added to what runs, by its agent, with the labels of its cluster',
    async () => {
      const added = await upAgain(['plant'])
      // who does not answer on a machine this busy is started anew
      expect(added.started).toBeGreaterThanOrEqual(6)
      expect(added.started + added.kept).toBe(24)
      const plant = await clients.of(main).get('/apis/cluster.karmada.io/v1alpha1/clusters/plant')
      expect(plant).toMatchObject({
        metadata: { labels: { tier: 'member' } },
        spec: { syncMode: 'Pull', provider: 'on-premises' },
      })
      const members = (await status(here.folder, now))?.federations[0]?.members
      expect(members?.map(({ name, ready }) => [name, ready])).toEqual([
        ['virginia', true],
        ['oregon', true],
        ['plant', true],
      ])
    },
    2 * minute,
  )

  test(
    'down leaves no process, no port and no file',
    async () => {
      const ports = allPorts(here.state())
      expect((await listening(ports)).length).toBeGreaterThan(20)
      expect(processesOf(here.root).length).toBe(24)
      const ended = await down({ folder: here.folder, say: () => undefined, now })
      expect(ended?.stopped.length).toBe(24)
      expect(processesOf(here.root)).toEqual([])
      expect(await listening(ports)).toEqual([])
      expect(filesOf(here.root)).toEqual(before)
    },
    2 * minute,
  )
})

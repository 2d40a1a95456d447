// A second up changes what changed and nothing else: counted are the engines that were started and the objects that were written, in the
// clusters and in Karmada. One story, in order.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { plan, readFleet } from '../../index.ts'
import type { Plan } from '../../model/plan.ts'
import type { KubeObject } from '../kube/client.ts'
import { until } from '../kube/until.ts'
import type { Clients } from './clients.ts'
import { clientsFor } from './clients.ts'
import type { Owner } from './engine.ts'
import { bringUp, takeDown } from './testing/brought-up.case.ts'
import type { Machine } from './testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, karmadaEngines, machine } from './testing/machine.case.ts'
import type { UpReport } from './up.ts'

const example = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const source = join(tmpdir(), `skerry-second-up-${process.pid}`)
const engines = [...controlPlaneEngines, ...karmadaEngines, 'karmada-agent']
const minute = 60_000
const main: Owner = { kind: 'federation', name: 'main' }

let here: Machine
let clients: Clients
let started: readonly string[] = []

beforeEach(needs('the engines', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  cpSync(example, source, { recursive: true })
  rmSync(join(source, 'expected'), { recursive: true, force: true })
  here = machine('second-up', source)
  await again()
  clients = clientsFor(here.folder, () => here.state().ports)
}, 5 * minute)
afterAll(async () => {
  rmSync(source, { recursive: true, force: true })
  await takeDown(here, clients)
}, minute)

/** With what was started: engines whose process is another than before. */
async function again(only: readonly string[] = ['parent', 'virginia', 'oregon'], made?: Plan): Promise<UpReport> {
  const processes = () => {
    try {
      return Object.fromEntries(Object.values(here.state().engines).map(({ id, token }) => [id, token]))
    } catch {
      return {}
    }
  }
  const before = processes()
  const report = await bringUp(here, made ?? plan(await readFleet([source])), { only })
  started = Object.entries(processes())
    .filter(([id, token]) => before[id] !== token)
    .map(([id]) => id)
    .sort()
  return report
}

function edit(file: string, from: string, to: string): void {
  const path = join(source, file)
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} says no ${from}`)
  writeFileSync(path, text.replace(from, to))
}

const inKarmada = [
  '/apis/policy.karmada.io/v1alpha1/propagationpolicies',
  '/apis/policy.karmada.io/v1alpha1/clusterpropagationpolicies',
  '/apis/policy.karmada.io/v1alpha1/overridepolicies',
  '/apis/policy.karmada.io/v1alpha1/clusteroverridepolicies',
  '/apis/policy.karmada.io/v1alpha1/clustertaintpolicies',
  '/apis/cluster.karmada.io/v1alpha1/clusters',
]
const everywhere = [
  '/apis/apps/v1/deployments',
  '/apis/networking.k8s.io/v1/ingresses',
  '/apis/policy/v1/poddisruptionbudgets',
  '/api/v1/namespaces',
]

/** What each object is asked to be, as its server counts it; of a node, which one it is and what it is labelled with. */
async function asked(owners: readonly Owner[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const owner of owners) {
    const paths = [...(owner.kind === 'federation' ? inKarmada : ['/api/v1/nodes']), ...everywhere]
    for (const path of paths) {
      const { items = [] } = (await clients.of(owner).get<{ items?: readonly KubeObject[] }>(path)) ?? {}
      for (const { metadata, spec } of items) {
        const key = `${owner.name} ${path.split('/').at(-1)} ${metadata.namespace ?? ''}/${metadata.name}`
        found[key] = JSON.stringify([metadata.uid, metadata.generation ?? spec, metadata.labels])
      }
    }
  }
  return found
}

const owners: readonly Owner[] = [main, ...['virginia', 'oregon'].map((name) => ({ kind: 'cluster', name }) as const)]

async function changes(act: () => Promise<unknown>, among = owners): Promise<readonly string[]> {
  const before = await asked(among)
  await act()
  const after = await asked(among)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .sort()
}

describe('a second up', () => {
  test(
    'changes nothing where nothing changed',
    async () => {
      expect(await changes(() => again())).toEqual([])
      expect(started).toEqual([])
    },
    3 * minute,
  )

  test(
    'makes one node more where a pool has one more, and takes it away again',
    async () => {
      const four = 'replicas: 4,\n          subnets: [virginia-private-a, virginia-private-b],'
      edit('fleet.yaml', four, four.replace('4', '5'))
      expect(await changes(() => again())).toEqual(['virginia nodes /virginia-workers-5'])
      expect(started).toEqual([])
      edit('fleet.yaml', four.replace('4', '5'), four)
      expect(await changes(() => again())).toEqual(['virginia nodes /virginia-workers-5'])
      expect(started).toEqual([])
    },
    4 * minute,
  )

  test(
    'changes one policy where a weight changed, and Karmada the two Deployments that follow from it',
    async () => {
      edit('apps/nginx.yaml', 'weights: { virginia: 1, oregon: 1 }', 'weights: { virginia: 2, oregon: 1 }')
      const divided = (name: string) =>
        clients.of({ kind: 'cluster', name }).get('/apis/apps/v1/namespaces/tenant-web/deployments/nginx')
      const changed = await changes(async () => {
        await again()
        await until('four and two', async () => {
          const counts = [await divided('virginia'), await divided('oregon')].map(
            (it) => (it?.spec as { replicas?: number } | undefined)?.replicas,
          )
          return counts.join() === '4,2' ? true : undefined
        })
      })
      expect(changed).toEqual([
        'main propagationpolicies tenant-web/nginx',
        'oregon deployments tenant-web/nginx',
        'virginia deployments tenant-web/nginx',
      ])
      expect(started).toEqual([])
    },
    4 * minute,
  )

  test(
    'adds a cluster that is named, with its engines and its member, and touches no other',
    async () => {
      const changed = await changes(() => again(['plant']))
      expect(started).toEqual([
        ...['etcd', 'karmada-agent', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-plant'].map(
          (engine) => `cluster/plant/${engine}`,
        ),
      ])
      expect(changed.filter((key) => !key.startsWith('main '))).toEqual([])
      expect(changed.filter((key) => key.startsWith('main clusters '))).toEqual(['main clusters /plant'])
    },
    4 * minute,
  )

  test(
    'lets a member leave that the fleet has no more: its Cluster, its works and its engines are gone',
    async () => {
      const made = plan(await readFleet([source]))
      const without: Plan = {
        ...made,
        fleet: { ...made.fleet, clusters: made.fleet.clusters.filter(({ name }) => name !== 'plant') },
        steps: made.steps.filter(({ subject }) => subject.cluster !== 'plant' && subject.site !== 'plant'),
        placement: made.placement.filter(({ cluster }) => cluster !== 'plant'),
      }
      const changed = await changes(() => again(['virginia'], without))
      expect(started).toEqual([])
      expect(changed.filter((key) => key.startsWith('main clusters '))).toEqual(['main clusters /plant'])
      expect(Object.keys(here.state().engines).filter((id) => id.startsWith('cluster/plant/'))).toEqual([])
      const left = await clients.of(main).get<{ items: KubeObject[] }>('/apis/work.karmada.io/v1alpha1/works')
      expect(left?.items.filter(({ metadata }) => metadata.namespace === 'karmada-es-plant')).toEqual([])
      expect(await clients.of(main).get('/api/v1/namespaces/karmada-es-plant')).toBeUndefined()
    },
    4 * minute,
  )
})

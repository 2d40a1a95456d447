// The story of nginx, whole, on real engines: divided with equal weights, its status in one place, a member killed, its replicas moved,
// the member back, and the way home without a gap. Every figure is measured and printed. One story, in order.
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { karmadaBundles } from '../../artefacts/karmada/index.ts'
import { plan, readFleet } from '../../index.ts'
import type { KubeObject } from '../kube/client.ts'
import { until } from '../kube/until.ts'
import type { Clients } from './clients.ts'
import { clientsFor } from './clients.ts'
import type { Owner } from './engine.ts'
import type { FailbackReport } from './failback.ts'
import { failback } from './failback.ts'
import { status } from './status.ts'
import { bringUp, takeDown } from './testing/brought-up.case.ts'
import type { Machine } from './testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, karmadaEngines, machine } from './testing/machine.case.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const engines = [...controlPlaneEngines, ...karmadaEngines]
const minute = 60_000
const now = () => new Date()
const main: Owner = { kind: 'federation', name: 'main' }
const member = (name: string): Owner => ({ kind: 'cluster', name })
const made = plan(await readFleet([source]))

let here: Machine
let clients: Clients

const upAgain = () => bringUp(here, made, { only: ['parent', 'virginia', 'oregon'] })

beforeEach(needs('the engines', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  here = machine('failback', source)
  const { seconds } = await upAgain()
  console.info(`up after ${seconds.toFixed(1)} s`)
  clients = clientsFor(here.folder, () => here.state().ports)
}, 4 * minute)
afterAll(() => takeDown(here, clients), minute)

// as the example has it, but for the minute for which it tolerates a loss: the walkthrough has none
const nginx: readonly KubeObject[] = [
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: 'walkthrough', namespace: 'default' },
    spec: {
      resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'nginx' }],
      placement: {
        clusterAffinity: { clusterNames: ['virginia', 'oregon'] },
        replicaScheduling: {
          replicaSchedulingType: 'Divided',
          replicaDivisionPreference: 'Weighted',
          weightPreference: {
            staticWeightList: ['virginia', 'oregon'].map((name) => ({
              targetCluster: { clusterNames: [name] },
              weight: 1,
            })),
          },
        },
      },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'nginx', namespace: 'default' },
    spec: {
      replicas: 6,
      selector: { matchLabels: { app: 'nginx' } },
      template: { metadata: { labels: { app: 'nginx' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
    },
  },
]

const deployment = '/apis/apps/v1/namespaces/default/deployments/nginx'
const readyOf = (object: KubeObject | undefined): number =>
  Number((object?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0)
const readyOn = async (name: string): Promise<number> => readyOf(await clients.of(member(name)).get(deployment))
const becomes = (what: string, is: () => Promise<boolean>, seconds = 120) =>
  until(what, async () => ((await is()) ? true : undefined), { seconds, everyMs: 100 })
const back = (app: string, dryRun = false): Promise<FailbackReport> =>
  failback({ folder: here.folder, app, dryRun, say: (line) => console.info(line), now })

async function killed(name: string): Promise<number> {
  const { process: api } = here.state().engines[`cluster/${name}/kube-apiserver`] ?? {}
  process.kill(api?.pid ?? 0, 'SIGKILL')
  return Date.now()
}
const readyMember = async (name: string): Promise<boolean> =>
  (await status(here.folder, now))?.federations[0]?.members?.find((it) => it.name === name)?.ready === true

describe('an app that a loss has moved', () => {
  test(
    'stands in one place, with its status of all members',
    async () => {
      const begun = Date.now()
      for (const object of nginx) await clients.of(main).apply(object)
      await becomes('three and three', async () => (await readyOn('virginia')) === 3 && (await readyOn('oregon')) === 3)
      const divided = (Date.now() - begun) / 1_000
      await becomes('six in one place', async () => readyOf(await clients.of(main).get(deployment)) === 6)
      console.info(`three and three ready after ${divided} s, six in one place after ${(Date.now() - begun) / 1_000} s`)
      await expect(back('walkthrough')).rejects.toThrow('walkthrough is where the fleet declares it')
      await expect(back('nobody')).rejects.toThrow('main carries no app nobody with replicas')
    },
    3 * minute,
  )

  test(
    'is off a member whose API server was killed within 30 to 45 seconds, and does not go back while it is lost',
    async () => {
      const begun = await killed('virginia')
      await becomes('six at oregon', async () => (await readyOn('oregon')) === 6)
      const seconds = (Date.now() - begun) / 1_000
      console.info(`moved after ${seconds.toFixed(1)} s`)
      expect(seconds).toBeGreaterThan(29)
      expect(seconds).toBeLessThan(60)
      await expect(back('walkthrough')).rejects.toThrow('virginia is not Ready, as Karmada sees it since')
    },
    3 * minute,
  )

  test(
    'goes home without a gap once the member is back, in the steps that a dry run prints; asked again, it is at home',
    async () => {
      const started = Date.now()
      await upAgain()
      await becomes('virginia Ready', () => readyMember('virginia'))
      console.info(`virginia Ready again ${((Date.now() - started) / 1_000).toFixed(1)} s after up was typed`)
      await pause(2_000)
      expect(await readyOn('oregon')).toBe(6)

      const said = await back('walkthrough', true)
      expect(said.moves).toMatchObject([
        {
          name: 'nginx',
          from: [{ name: 'oregon', replicas: 6 }],
          home: [
            { name: 'oregon', replicas: 3 },
            { name: 'virginia', replicas: 3 },
          ],
          seen: undefined,
        },
      ])
      expect(said.moves[0]?.steps.length).toBe(6)
      expect(await readyOn('oregon')).toBe(6)

      const { moves } = await back('walkthrough')
      const seen = moves[0]?.seen
      console.info(JSON.stringify(seen))
      expect(seen).toMatchObject({ wanted: 6, lowestReady: 6, gapSeconds: 0, to: moves[0]?.home })
      expect(seen?.mostReady).toBeGreaterThan(6)
      expect([await readyOn('virginia'), await readyOn('oregon')]).toEqual([3, 3])
      await expect(back('walkthrough')).rejects.toThrow('walkthrough is where the fleet declares it')
    },
    4 * minute,
  )

  test(
    'goes home in the same way from a group that stood in, though Karmada itself never tries a group again',
    async () => {
      for (const bundle of made.fleet.apps.length > 0 ? karmadaBundles(made) : [])
        if (['karmada-namespaces', 'prices'].includes(bundle.name))
          for (const { objects } of bundle.base)
            for (const object of objects) await clients.of(main).apply(object as unknown as KubeObject)
      const path = '/apis/apps/v1/namespaces/tenant-shop/deployments/prices'
      const pricesOn = async (name: string) => readyOf(await clients.of(member(name)).get(path))
      await becomes('prices at home', async () => (await pricesOn('virginia')) === 2)
      // lost for longer than anybody tolerates
      const virginia = '/apis/cluster.karmada.io/v1alpha1/clusters/virginia'
      const timeAdded = new Date(Date.now() - 10 * minute).toISOString().replace(/[.]\d+Z$/, 'Z')
      const taints = [{ key: 'skerry.dev/lost', effect: 'NoExecute', timeAdded }]
      await clients.of(main).merge(virginia, { spec: { taints } })
      await becomes(
        'prices at oregon',
        async () => (await pricesOn('oregon')) === 2 && (await pricesOn('virginia')) === 0,
      )
      await clients.of(main).merge(virginia, { spec: { taints: null } })
      await pause(2_000)
      const { moves } = await back('prices')
      console.info(JSON.stringify(moves[0]?.seen))
      expect(moves[0]?.seen).toMatchObject({
        ...{ wanted: 2, lowestReady: 2, gapSeconds: 0 },
        to: [{ name: 'virginia', replicas: 2 }],
      })
      expect([await pricesOn('virginia'), await pricesOn('oregon')]).toEqual([2, 0])
    },
    4 * minute,
  )

  test(
    'is gone on with after a kill, from wherever it was',
    async () => {
      // what took the group off virginia took nginx along
      await becomes('six at oregon', async () => (await readyOn('oregon')) === 6)
      // as a failback leaves it that is killed while it waits for the copies at home
      const binding = '/apis/work.karmada.io/v1alpha2/namespaces/default/resourcebindings/nginx-deployment'
      await clients.of(main).merge(binding, { spec: { suspension: { scheduling: true } } })
      await clients.of(main).merge(binding, {
        spec: {
          clusters: [
            { name: 'oregon', replicas: 6 },
            { name: 'virginia', replicas: 3 },
          ],
        },
      })
      const { moves } = await back('walkthrough')
      expect(moves[0]?.seen).toMatchObject({ lowestReady: 6, gapSeconds: 0, to: moves[0]?.home })
      const held = await clients.of(main).get(binding)
      expect(held?.spec).not.toHaveProperty('suspension.scheduling')
    },
    4 * minute,
  )
})

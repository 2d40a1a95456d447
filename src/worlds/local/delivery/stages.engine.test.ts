// What pods of KWOK do here, on a real control plane: they start in the time of their app, crash, fail and come back as a drill asks, and
// are corrected when the control plane has written them off. At ten times the speed, so that a minute takes six seconds.
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../../test/needs.ts'
import { plan, readFleet } from '../../../index.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import type { Clients } from '../clients.ts'
import { clientsFor } from '../clients.ts'
import type { Owner } from '../engine.ts'
import { podAnnotations } from '../engines/stages.ts'
import { bringUp, takeDown } from '../testing/brought-up.case.ts'
import type { Machine } from '../testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine } from '../testing/machine.case.ts'

const source = fileURLToPath(new URL('../../../../examples/local-zone', import.meta.url))
const minute = 60_000
const speed = 10
const cluster: Owner = { kind: 'cluster', name: 'eks-cluster' }
const namespace = 'game-2048-lz'
const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/deployment-2048-lz`

let here: Machine
let clients: Clients
let api: KubeClient

beforeEach(needs('the engines', () => hasEngines(controlPlaneEngines)))
beforeAll(async () => {
  if (hasEngines(controlPlaneEngines) !== true) return
  here = machine('local-zone', source)
  const report = await bringUp(here, plan(await readFleet([source])), { speed })
  console.info(
    `local-zone at speed ${speed}: ${report.seconds.toFixed(1)} s, ${report.memory.reduce((sum, it) => sum + it.mebibytes, 0)} MiB`,
  )
  clients = clientsFor(here.folder, () => here.state().ports)
  api = clients.of(cluster)
}, 3 * minute)
afterAll(() => takeDown(here, clients), minute)

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly phase: string
    readonly conditions?: readonly { type: string; status: string; lastTransitionTime: string }[]
  }
}
const pods = async (): Promise<readonly Pod[]> =>
  ((await api.get<{ items: Pod[] }>(`/api/v1/namespaces/${namespace}/pods`))?.items ?? []).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  )
const conditionOf = ({ status }: Pod, type: string) => status.conditions?.find((it) => it.type === type)
const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True'
const readyCount = async (): Promise<number> => (await pods()).filter(isReady).length
const annotate = (pod: Pod, annotations: Readonly<Record<string, string | null>>) =>
  api.merge(`/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`, { metadata: { annotations } })
const when = async (what: string, is: () => Promise<boolean>, seconds = 40): Promise<number> => {
  const begun = Date.now()
  await until(what, async () => ((await is()) ? true : undefined), { seconds, everyMs: 50 })
  return ((Date.now() - begun) / 1_000) * speed
}
const first = async (): Promise<Pod> => {
  const [pod] = await pods()
  if (pod === undefined) throw new Error('no pod')
  return pod
}

test(
  'a pod is ready as long after it was bound as its app takes to start, and a deleted one is gone soon',
  async () => {
    const before = await pods()
    expect(before.map(isReady)).toEqual([true, true, true])
    const [old] = before
    await api.delete(`/api/v1/namespaces/${namespace}/pods/${old?.metadata.name}`)
    const gone = await when('that it is gone', async () => {
      const there = await api.get(`/api/v1/namespaces/${namespace}/pods/${old?.metadata.name}`)
      return there === undefined
    })
    const fresh = await until('that its successor is bound', async () =>
      (await pods()).find(
        (pod) => !before.some(({ metadata }) => metadata.uid === pod.metadata.uid) && pod.spec.nodeName !== undefined,
      ),
    )
    const seconds = await when('that it is ready', async () => (await readyCount()) === 3)
    console.info(`gone after ${gone.toFixed(1)} s, ready after ${seconds.toFixed(1)} s of the drill`)
    expect(fresh.status.phase).toBe('Pending')
    expect(seconds).toBeGreaterThan(25)
    expect(seconds).toBeLessThan(120)
  },
  minute,
)

test(
  'a crashed pod is not ready while its annotation stands, and starts again after a back-off',
  async () => {
    const pod = await first()
    await annotate(pod, { [podAnnotations.crashed]: 'true' })
    await when('that it is not ready', async () => (await readyCount()) === 2)
    await pause(1_500)
    expect(await readyCount()).toBe(2)
    await annotate(pod, { [podAnnotations.crashed]: null })
    const back = await when('that it is back', async () => (await readyCount()) === 3)
    console.info(`back ${back.toFixed(1)} s after the crash was over`)
    // 45 s to start, after a try of its back-off
    expect(back).toBeGreaterThan(44)
  },
  minute,
)

test(
  'what the control plane wrote off is corrected within the batch of a kubelet',
  async () => {
    const pod = await first()
    const condition = { ...conditionOf(pod, 'Ready'), status: 'False' }
    await api.merge(`/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`, {
      status: { conditions: [condition, ...(pod.status.conditions ?? []).filter(({ type }) => type !== 'Ready')] },
    })
    const back = await when('that it is corrected', async () => (await readyCount()) === 3)
    console.info(`corrected after ${back.toFixed(1)} s of the drill`)
    expect(back).toBeLessThan(60)
  },
  minute,
)

test(
  'a pod whose node was without power starts anew, though nobody noticed',
  async () => {
    const pod = await first()
    await annotate(pod, { [podAnnotations.rebooted]: 'true' })
    await when('that it is not ready', async () => (await readyCount()) === 2)
    const back = await when('that it is back', async () => (await readyCount()) === 3)
    expect(back).toBeGreaterThan(35)
    const again = (await pods()).find(({ metadata }) => metadata.uid === pod.metadata.uid)
    expect(again?.metadata.annotations ?? {}).not.toHaveProperty(podAnnotations.rebooted)
  },
  minute,
)

const release = (value: string | null) =>
  api.merge(deployment, { spec: { template: { metadata: { annotations: { [podAnnotations.release]: value } } } } })

test(
  'a broken release never becomes ready and the old pods stay; a crashing one is ready, and then dead for good',
  async () => {
    await release('broken')
    await pause(8_000)
    expect(await readyCount()).toBe(3)
    expect((await pods()).length).toBe(4)
    await release('crashing')
    const one = await until('that a new one is ready', async () =>
      (await pods()).find((pod) => isReady(pod) && annotationOf(pod) === 'crashing'),
    )
    await when('that it has crashed', async () =>
      (await pods()).some((pod) => pod.metadata.uid === one.metadata.uid && !isReady(pod)),
    )
    await pause(3_000)
    expect((await pods()).filter((pod) => pod.metadata.uid === one.metadata.uid && isReady(pod))).toEqual([])
    await release(null)
    await when('that the old version is back', async () => {
      const all = await pods()
      return all.length === 3 && all.every((pod) => isReady(pod) && annotationOf(pod) === undefined)
    })
  },
  2 * minute,
)
const annotationOf = ({ metadata }: Pod): string | undefined =>
  (metadata.annotations as Readonly<Record<string, string>> | undefined)?.[podAnnotations.release]

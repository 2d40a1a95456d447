// Doors in front of real engines: the Local Zone of the example at a speed of 20. Its game answers at all four doors, is scaled to nothing
// and back, and then its link is cut: the Region evicts, the LAN goes on, and the outage comes when the link is healed.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../../../test/needs.ts'
import { plan, readFleet } from '../../../../index.ts'
import type { KubeObject } from '../../../kube/client.ts'
import { until } from '../../../kube/until.ts'
import type { Clients } from '../../clients.ts'
import { clientsFor } from '../../clients.ts'
import type { Owner } from '../../engine.ts'
import { bringUp, takeDown } from '../../testing/brought-up.case.ts'
import type { Machine } from '../../testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine, processesOf } from '../../testing/machine.case.ts'
import type { OutsideClient } from '../client.ts'
import { allWell, serviceLinkOf } from '../conditions.ts'
import { outsideFound } from '../found.ts'
import type { DoorState } from './door.ts'

const source = fileURLToPath(new URL('../../../../../examples/local-zone', import.meta.url))
const minute = 60_000
const cluster: Owner = { kind: 'cluster', name: 'eks-cluster' }
const deployment = '/apis/apps/v1/namespaces/game-2048-lz/deployments/deployment-2048-lz'

let here: Machine
let clients: Clients
let outside: OutsideClient

beforeEach(needs('a control plane', () => hasEngines(controlPlaneEngines)))
beforeAll(async () => {
  if (hasEngines(controlPlaneEngines) !== true) return
  here = machine('doors', source)
  await bringUp(here, plan(await readFleet([source])), { speed: 20 })
  clients = clientsFor(here.folder, () => here.state().ports)
  const found = outsideFound(here.folder, here.state())
  if (found === undefined) throw new Error('there is no world outside')
  outside = found
}, 5 * minute)
afterAll(() => takeDown(here, clients, ({ root }) => expect(processesOf(root)).toEqual([])), 2 * minute)

const doorsNow = async (): Promise<readonly DoorState[]> => (await outside.state()).parts.doors as readonly DoorState[]
const doorAt = async (site: string): Promise<DoorState> => {
  const found = (await doorsNow()).find((door) => door.site === site)
  if (found === undefined) throw new Error(`no door at ${site}`)
  return found
}
const get = async (at: string | undefined): Promise<{ status: number; body: Record<string, unknown> } | string> => {
  try {
    const answer = await fetch(`http://${at}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(5_000),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  } catch (error) {
    return String(error)
  }
}
const soon = (what: string, so: (door: DoorState) => boolean, seconds = 90) =>
  until(what, async () => (so(await doorAt('los-angeles')) ? true : undefined), { seconds, everyMs: 200 })
const pods = async (): Promise<readonly KubeObject[]> =>
  (await clients.of(cluster).get<{ items: KubeObject[] }>('/api/v1/namespaces/game-2048-lz/pods'))?.items ?? []
const scale = (replicas: number) => clients.of(cluster).merge(deployment, { spec: { replicas } })

test(
  'both doors of both copies answer over HTTP with the names of real pods',
  async () => {
    await soon(
      'the copy in the zone answers',
      ({ answers, healthy, lanAnswers }) => answers === 1 && healthy === 3 && lanAnswers === 1,
    )
    for (const site of ['los-angeles', 'oregon']) {
      await until(`that ${site} answers`, async () => ((await doorAt(site)).lanAnswers === 1 ? true : undefined))
      const door = await doorAt(site)
      for (const at of [door.public, door.lan])
        expect(await get(at)).toMatchObject({
          status: 200,
          body: { app: 'game-2048', site, pod: expect.stringMatching(/^deployment-2048-/) },
        })
    }
    const names = (await pods()).map(({ metadata }) => metadata.name)
    expect((await doorAt('los-angeles')).targets.map(({ name }) => name).sort()).toEqual(names.sort())
  },
  3 * minute,
)

test(
  'scaled to nothing the zone answers nothing, and everything again when it is scaled back',
  async () => {
    const { public: at } = await doorAt('los-angeles')
    const [last] = (await outside.events(0)).slice(-1)
    await scale(0)
    await soon('nobody is left', ({ targets, serving }) => targets.length === 0 && serving === 0)
    expect(await get(at)).toMatchObject({ status: 503 })
    expect((await doorAt('oregon')).answers).toBe(1)
    await scale(3)
    await soon('all are back', ({ answers, healthy }) => answers === 1 && healthy === 3)
    expect(await get(at)).toMatchObject({ status: 200 })
    const told = (await outside.events(last?.number ?? 0)).filter(
      ({ subject }) => subject === 'door/game-2048/los-angeles',
    )
    const answers = told.filter(({ what }) => what === 'answers')
    expect(answers[0]).toMatchObject({ from: 1, to: expect.any(Number) })
    expect(answers.at(-1)).toMatchObject({ to: 1 })
    expect(told.filter(({ what }) => what === 'targets').at(-1)).toMatchObject({ to: 3 })
  },
  4 * minute,
)

test(
  'cut off, the Region evicts and the LAN goes on; healed, the outage comes, and then new pods',
  async () => {
    const before = (await pods()).map(({ metadata }) => metadata.uid)
    await outside.setConditions({ ...allWell, hops: { [serviceLinkOf('los-angeles')]: { cut: 'blackhole' } } })
    // 50 s of silence and 300 s of patience, by 20; evictions of a zone of its own at their pace
    await until(
      'that all are evicted in the API',
      async () => {
        const old = (await pods()).filter(({ metadata }) => before.includes(metadata.uid))
        return old.every(({ metadata }) => metadata.deletionTimestamp !== undefined) ? true : undefined
      },
      { seconds: 150, everyMs: 500 },
    )
    const cut = await doorAt('los-angeles')
    expect(cut).toMatchObject({ serving: 3, lanAnswers: 1, blocked: 'door' })
    expect(await get(cut.lan)).toMatchObject({ status: 200 })
    const [last] = (await outside.events(0)).slice(-1)

    await outside.setConditions(allWell)
    await soon('its kubelets stop them', ({ serving }) => serving === 0)
    await soon(
      'new pods answer',
      ({ answers, lanAnswers, serving }) => answers === 1 && lanAnswers === 1 && serving === 3,
      150,
    )
    const told = (await outside.events(last?.number ?? 0)).filter(({ site }) => site === 'los-angeles')
    const serving = told.filter(({ what }) => what === 'serving').map(({ to }) => to)
    expect(serving).toContain(0)
    expect(serving.at(-1)).toBe(3)
    expect(told.filter(({ what }) => what === 'answers').map(({ to }) => to)).toContain(0)
    expect((await pods()).some(({ metadata }) => before.includes(metadata.uid))).toBe(false)
  },
  6 * minute,
)

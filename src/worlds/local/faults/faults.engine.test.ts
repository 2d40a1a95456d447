// Faults on real engines: a member's control plane killed and frozen under Karmada, one of its nodes without power, a drill that was killed.
// One story, in order: what each test finds, the one before gave back.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../../test/needs.ts'
import { plan as planOf, readFleet } from '../../../index.ts'
import type { Fault } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import { membersReady } from '../bring-up.ts'
import type { Clients } from '../clients.ts'
import { clientsFor } from '../clients.ts'
import { down } from '../down.ts'
import { isOurs } from '../process.ts'
import { bringUp, takeDown } from '../testing/brought-up.case.ts'
import type { Machine } from '../testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, karmadaEngines, machine, processesOf } from '../testing/machine.case.ts'
import { engineFaults } from './engine-faults.case.ts'
import { faultsInForce } from './journal.ts'
import type { Faults, Happening } from './port.ts'

const source = fileURLToPath(new URL('../../../../examples/federation', import.meta.url))
const drive = fileURLToPath(new URL('engine-faults.case.ts', import.meta.url))
const minute = 60_000
const now = () => new Date()
const speed = 10
const only = ['parent', 'virginia']

let here: Machine
let plan: Plan
let clients: Clients
const said: string[] = []

let faults: Faults | undefined
const faultsHere = (told: Happening[]): Faults => {
  faults = engineFaults(plan, here.folder, only, told)
  return faults
}
afterEach(async () => {
  await faults?.healAll()
  faults = undefined
}, 3 * minute)

const upAgain = () => bringUp(here, plan, { only, speed, say: (line) => void said.push(line) })

beforeEach(needs('the engines', () => hasEngines([...controlPlaneEngines, ...karmadaEngines])))
beforeAll(async () => {
  if (hasEngines([...controlPlaneEngines, ...karmadaEngines]) !== true) return
  here = machine('federation', source)
  plan = planOf(await readFleet([source]))
  await upAgain()
  clients = clientsFor(here.folder, () => here.state().ports, 3_000)
}, 6 * minute)
afterAll(() => takeDown(here, clients), 2 * minute)

const virginia = { kind: 'cluster', name: 'virginia' } as const
const fault = (it: Partial<Fault>): Fault => ({ at: 60, ...it }) as Fault
const member = async (ready: boolean): Promise<number> => {
  const begun = Date.now()
  await until(
    `that Karmada calls virginia ${ready ? 'ready' : 'lost'}`,
    async () =>
      (await membersReady(clients.of({ kind: 'federation', name: 'main' }))).get('virginia') === ready || undefined,
    { seconds: 200 },
  )
  return (Date.now() - begun) / 1_000
}
const ready = (node: KubeObject): string =>
  (node.status as { conditions?: { type: string; status: string }[] }).conditions?.find(({ type }) => type === 'Ready')
    ?.status ?? 'Unknown'
const nodes = async (): Promise<Readonly<Record<string, string>>> => {
  const list = await clients.of(virginia).get<{ items: KubeObject[] }>('/api/v1/nodes')
  return Object.fromEntries((list?.items ?? []).map((node) => [node.metadata.name, ready(node)]))
}
const nodesAre = (what: string, are: (states: readonly string[]) => boolean): Promise<true> =>
  until(what, async () => (are(Object.values(await nodes())) ? true : undefined), { seconds: 120 })
const pid = (part: string): number | undefined => here.state().engines[`cluster/virginia/${part}`]?.process?.pid
const stateOf = (part: string): string | undefined => {
  const { process: it, token = '' } = here.state().engines[`cluster/virginia/${part}`] ?? {}
  if (it === undefined || !isOurs(it, token)) return undefined
  try {
    return / ([A-Z]) /.exec(readFileSync(`/proc/${pid(part)}/stat`, 'latin1'))?.[1]
  } catch {
    return undefined
  }
}
const parts = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
const measured = (text: string): void => console.info(`measured  ${text}`)

test(
  'a control plane that is killed: Karmada loses its member, and has it again',
  async () => {
    const told: Happening[] = []
    const faults = faultsHere(told)
    const it = fault({ cluster: 'virginia', lose: 'controlPlane', how: 'refuse' })
    let begun = Date.now()
    await faults.inject(it)
    measured(`killed in ${Date.now() - begun} ms`)
    expect(parts.map(stateOf).map((state) => state === undefined)).toEqual([false, true, true, true])
    await expect(clients.of(virginia).get('/api/v1/nodes')).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/)
    measured(`killed: called lost after ${(await member(false)).toFixed(1)} s`)
    begun = Date.now()
    await faults.end(it)
    await until('that its controllers run', async () => told.some(({ what }) => what === 'controllers') || undefined)
    measured(`killed: its controllers run ${((Date.now() - begun) / 1_000).toFixed(1)} s after the end`)
    measured(`killed: called ready ${(await member(true)).toFixed(1)} s after that`)
    await nodesAre('that its nodes are Ready', (states) => states.length === 4 && states.every((it) => it === 'True'))
    await faults.healAll()
    expect(faultsInForce(here.folder)).toEqual([])
    expect(told.map(({ subject, what, to }) => `${subject} ${what} ${to}`)).toEqual([
      'cluster/virginia controlPlane down',
      'cluster/virginia controlPlane up',
      'cluster/virginia controllers running',
    ])
  },
  6 * minute,
)

test(
  'a control plane that is frozen: nobody is answered; thawed, the API server and its database are the same processes',
  async () => {
    const told: Happening[] = []
    const faults = faultsHere(told)
    const before = parts.map(pid)
    const it = fault({ cluster: 'virginia', lose: 'controlPlane' })
    await faults.inject(it)
    expect(parts.map(stateOf)).toEqual(['T', 'T', 'T', 'T'])
    await expect(clients.of(virginia).get('/api/v1/nodes')).rejects.toThrow(/no answer/)
    measured(`frozen: called lost after ${(await member(false)).toFixed(1)} s`)
    await faults.end(it)
    measured(`frozen: called ready ${(await member(true)).toFixed(1)} s after the end`)
    await until('that its controllers run', async () => told.some(({ what }) => what === 'controllers') || undefined)
    expect(parts.map(pid).map((id, index) => id === before[index])).toEqual([true, true, false, false])
    await nodesAre('that its nodes are Ready', (states) => states.every((one) => one === 'True'))
    await faults.healAll()
  },
  6 * minute,
)

test(
  'one node without power: the control plane calls it Unknown and leaves the others alone; it boots, and is Ready',
  async () => {
    const told: Happening[] = []
    const faults = faultsHere(told)
    const kwok = pid('kwok-virginia')
    const it = fault({ site: 'virginia', lose: 'nodes', count: 1 })
    let begun = Date.now()
    await faults.inject(it)
    await nodesAre('that one is Unknown', (states) => states.filter((one) => one === 'Unknown').length === 1)
    measured(
      `one node: Unknown after ${((Date.now() - begun) / 1_000).toFixed(1)} s, ${speed} times as much in the drill`,
    )
    expect(Object.values(await nodes()).filter((one) => one === 'True')).toHaveLength(3)
    begun = Date.now()
    await faults.end(it)
    await nodesAre('that all are Ready', (states) => states.every((one) => one === 'True'))
    const seconds = (Date.now() - begun) / 1_000
    measured(`one node: Ready ${seconds.toFixed(1)} s after its power, 12 of them its boot`)
    expect(seconds).toBeGreaterThan(12)
    expect(pid('kwok-virginia')).toBe(kwok)
    expect(told.map(({ subject, what, to }) => `${subject} ${what} ${to}`)).toEqual([
      'site/virginia nodes 3',
      'site/virginia nodes 4',
      expect.stringMatching(/^node\/virginia\/workers-\d kubelet up$/),
    ])
    await faults.healAll()
  },
  6 * minute,
)

test(
  'all nodes of a site without power: none is Ready, and all are again after they have booted',
  async () => {
    const told: Happening[] = []
    const faults = faultsHere(told)
    const it = fault({ site: 'virginia', lose: 'power' })
    await faults.inject(it)
    expect(stateOf('kwok-virginia')).toBeUndefined()
    await nodesAre('that none is Ready', (states) => states.every((one) => one === 'Unknown'))
    const begun = Date.now()
    await faults.end(it)
    await nodesAre('that all are Ready', (states) => states.every((one) => one === 'True'))
    measured(`a site: Ready ${((Date.now() - begun) / 1_000).toFixed(1)} s after its power, 12 of them their boot`)
    await faults.healAll()
    expect(faultsInForce(here.folder)).toEqual([])
  },
  6 * minute,
)

/** Takes the power from a node, freezes the control plane, and is killed in that very moment. */
const killedDrill = (): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', drive, source, here.folder, only.join()], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })

test(
  'a drill that was killed: up gives everything back, and down ends what stands still',
  async () => {
    expect(await killedDrill()).toBeNull()
    expect(parts.map(stateOf)).toEqual(['T', 'T', 'T', 'T'])
    expect(faultsInForce(here.folder).map(({ text }) => text)).toEqual([
      'virginia loses 1 node',
      'virginia loses its control plane',
    ])
    const begun = Date.now()
    await upAgain()
    measured(`a killed drill: healed by up in ${((Date.now() - begun) / 1_000).toFixed(1)} s`)
    expect(said.join('\n')).toContain('a drill was cut off: undoing that virginia loses its control plane')
    expect(faultsInForce(here.folder)).toEqual([])
    await nodesAre('that its nodes are Ready', (states) => states.length === 4 && states.every((one) => one === 'True'))

    expect(await killedDrill()).toBeNull()
    expect(stateOf('etcd')).toBe('T')
    const ended = Date.now()
    await down({ folder: here.folder, say: () => undefined, now })
    measured(`a killed drill: ended by down in ${((Date.now() - ended) / 1_000).toFixed(1)} s`)
    expect(processesOf(here.root)).toEqual([])
    expect(existsSync(here.folder)).toBe(false)
  },
  8 * minute,
)

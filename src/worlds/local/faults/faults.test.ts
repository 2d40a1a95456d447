// Faults on engines of a few lines: what is taken, when it is back, and that a drill which is killed at any moment leaves nothing behind.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../model/fleet.ts'
import { down } from '../down.ts'
import { allWell } from '../outside/conditions.ts'
import { withToken } from '../process.ts'
import { tokenPrefix } from '../state.ts'
import type { FakeFleet } from './fake-fleet.case.ts'
import { begin, fakeFleet } from './fake-fleet.case.ts'
import { faultsOn } from './faults.ts'
import { thaw } from './heal.ts'
import { faultsInForce, readOpen } from './journal.ts'
import { bundleDrive, everything, expectWell, healedBy, killedAfter } from './killed.case.ts'
import type { Faults } from './port.ts'

let root: string
let folder: string
let it: FakeFleet
let faults: Faults | undefined

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skerry-faults-'))
  folder = join(root, 'small-00000000')
})
afterEach(async () => {
  await faults?.healAll().catch(() => undefined)
  faults = undefined
  // only what this test started carries the token of its run
  for (const { pid } of withToken(tokenPrefix(it.ledger.state()))) process.kill(pid, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** Only the engines of the clusters that matter run, as each is a process. */
async function with_(text: string, clusters: readonly string[] = ['a']): Promise<readonly Fault[]> {
  it = await fakeFleet(folder, text)
  await begin(it, clusters)
  faults = faultsOn(it)
  return it.drill.faults
}
const running = (): Faults => {
  if (faults === undefined) throw new Error('no faults')
  return faults
}
const told = (): readonly string[] =>
  it.told.map(({ subject, what, to, cause }) => `${subject} ${what} ${to}${cause === undefined ? '' : ` < ${cause}`}`)
const part = (name: string, of = 'a') => it.engine(`cluster/${of}/${name}`)
async function soon(what: string, is: () => boolean, seconds = 20): Promise<void> {
  for (let left = seconds * 20; left > 0; left -= 1) {
    if (is()) return
    await pause(50)
  }
  throw new Error(`not within ${seconds} s: ${what}; ${JSON.stringify(told())}`)
}
const all = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

test('a control plane that refuses: three of its engines are dead and etcd is not; at the end they run, the controllers anew', async () => {
  const [fault] = await with_('  - { at: 1s, cluster: a, lose: controlPlane, how: refuse, for: 1m }')
  await running().inject(fault as Fault)
  expect(all.map((name) => part(name))).toEqual(['running', 'dead', 'dead', 'dead'])
  expect(it.conditions().hops).toEqual({ 'cluster/a/controlPlane': { cut: 'refuse' } })
  expect(faultsInForce(folder).map(({ text }) => text)).toEqual(['a loses its control plane'])
  expect(statSync(join(folder, 'faults.jsonl')).mode & 0o777).toBe(0o600)
  await running().end(fault as Fault)
  await soon('the controllers run', () => told().some((line) => line.includes('controllers running')))
  expect(all.map((name) => part(name))).toEqual(['running', 'running', 'running', 'running'])
  expect(it.conditions()).toEqual(allWell)
  expect(told()).toEqual([
    'cluster/a controlPlane down',
    'cluster/a controlPlane up',
    'cluster/a controllers running < 1',
  ])
  expect(existsSync(join(folder, 'faults.jsonl'))).toBe(false)
})

test('a frozen one stands still with its etcd; at the end the API server is the same, and the controllers are new ones', async () => {
  const [fault] = await with_('  - { at: 1s, cluster: a, lose: controlPlane }')
  const pid = (name: string) => it.ledger.state().engines[`cluster/a/${name}`]?.process?.pid
  const before = all.map(pid)
  await running().inject(fault as Fault)
  expect(all.map((name) => part(name))).toEqual(['frozen', 'frozen', 'frozen', 'frozen'])
  await running().end(fault as Fault)
  await soon('the controllers run', () => told().some((line) => line.includes('controllers running')))
  expect(all.map(pid).map((id, index) => id === before[index])).toEqual([true, true, false, false])
})

test('two faults on one control plane: it is back when the last of them is over', async () => {
  const [frozen, killed] = await with_(
    '  - { at: 1s, cluster: a, lose: controlPlane }\n  - { at: 2s, cluster: a, lose: etcd, how: refuse }',
  )
  await running().inject(frozen as Fault)
  await running().inject(killed as Fault)
  expect(all.map((name) => part(name))).toEqual(['dead', 'frozen', 'frozen', 'frozen'])
  await running().end(frozen as Fault)
  await pause(300)
  expect([part('etcd'), part('kube-apiserver')]).toEqual(['dead', 'frozen'])
  expect(it.told.at(-1)).toMatchObject({
    to: 'down',
    text: 'one fault less, but not yet: a has its control plane again',
  })
  await running().end(killed as Fault)
  await soon('the controllers run', () => told().some((line) => line.includes('controllers running')))
  expect(all.map((name) => part(name))).toEqual(['running', 'running', 'running', 'running'])
})

test('a site without power loses its kubelets; when it is back its machines boot first, and then what ran on them', async () => {
  const [fault] = await with_('  - { at: 1s, site: fra, lose: power, for: 1m }', ['a', 'p'])
  await running().inject(fault as Fault)
  expect([part('kwok-fra'), part('kube-apiserver'), part('kwok-hall', 'p')]).toEqual(['dead', 'running', 'running'])
  expect(it.conditions().hops).toEqual({ 'site/fra/power': { cut: 'blackhole' } })
  const off = (name: string) => it.object(`a:/api/v1/nodes/${name}`)?.metadata.labels?.['skerry.dev/off']
  expect([off('fra-w-1'), off('fra-w-2')]).toEqual(['true', 'true'])
  it.put('a:/api/v1/namespaces/web/pods/web-1', {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'web', labels: { app: 'web' } } },
    ...{ spec: { nodeName: 'fra-w-1' }, status: { phase: 'Running' } },
  })
  await running().end(fault as Fault)
  expect(it.conditions()).toEqual(allWell)
  // 120 s of the drill, a hundredth of them here
  await pause(600)
  expect([part('kwok-fra'), off('fra-w-1')]).toEqual(['dead', 'true'])
  await soon('KWOK runs', () => part('kwok-fra') === 'running')
  expect([off('fra-w-1'), off('fra-w-2')]).toEqual([undefined, undefined])
  expect(it.object('a:/api/v1/namespaces/web/pods/web-1')?.metadata.annotations).toEqual({
    'skerry.dev/rebooted': 'true',
  })
  expect(told()).toEqual([
    'site/fra power off',
    'site/fra power on',
    'node/fra/w-0 kubelet up < 1',
    'node/fra/w-1 kubelet up < 1',
  ])
})

test('a control plane that stands at a site goes with its power, and comes after its machines', async () => {
  const [fault] = await with_('  - { at: 1s, site: hall, lose: power, for: 1m }', ['p'])
  await running().inject(fault as Fault)
  expect(all.map((name) => part(name, 'p'))).toEqual(['dead', 'dead', 'dead', 'dead'])
  expect(part('kwok-hall', 'p')).toBe('dead')
  await running().end(fault as Fault)
  await soon('the node is on', () => part('kwok-hall', 'p') === 'running')
  await soon('the controllers run', () => told().some((line) => line.includes('controllers running')))
  expect(told()).toEqual([
    'site/hall power off',
    'cluster/p controlPlane down < 0',
    'site/hall power on',
    'node/hall/w-0 kubelet up < 2',
    'cluster/p controlPlane up < 2',
    'cluster/p controllers running < 4',
  ])
  await soon('all is undone', () => readOpen(folder).length === 0)
})

test('one of two nodes: the other one is left alone, and the kubelets of both go on as one process', async () => {
  const [fault] = await with_('  - { at: 1s, site: fra, lose: nodes, count: 1, for: 1m }')
  await running().inject(fault as Fault)
  const off = (name: string) => it.object(`a:/api/v1/nodes/${name}`)?.metadata.labels?.['skerry.dev/off']
  expect([off('fra-w-1'), off('fra-w-2'), part('kwok-fra')]).toEqual(['true', undefined, 'running'])
  await running().end(fault as Fault)
  await soon('it is on', () => off('fra-w-1') === undefined)
})

test('what is done by hand is undone at the end, by the operator, unless somebody else has', async () => {
  const [scaled, deleted, crashed] = await with_(
    `  - { at: 1s, app: web, site: fra, scaleTo: 0 }
  - { at: 2s, app: web, site: hall, delete: deployment }
  - { at: 3s, app: web, site: fra, lose: app }`,
    ['a', 'p'],
  )
  const web = (of: string) => it.object(`${of}:/apis/apps/v1/namespaces/web/deployments/web`)
  for (const fault of [scaled, deleted, crashed]) await running().inject(fault as Fault)
  expect(web('a')?.spec).toMatchObject({ replicas: 0 })
  expect(web('p')).toBeUndefined()
  const crash = (pod: string) => it.object(`a:/api/v1/namespaces/web/pods/${pod}`)?.metadata.annotations
  expect(crash('web-1')).toEqual({ 'skerry.dev/crashed': 'true' })
  it.put('a:/api/v1/namespaces/web/pods/web-2', {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-2', namespace: 'web', labels: { app: 'web' } } },
    status: { phase: 'Pending' },
  })
  await soon('new pods crash, too', () => crash('web-2') !== undefined)
  for (const fault of [scaled, deleted, crashed]) await running().end(fault as Fault)
  expect(web('a')?.spec).toMatchObject({ replicas: 3 })
  expect(web('p')?.spec).toMatchObject({ replicas: 3 })
  expect(crash('web-1')).toEqual({})
  expect(told()).toEqual([
    'copy/web/fra replicas 0',
    'object/web/hall/deployment object absent',
    'copy/web/fra runs false',
    'copy/web/fra replicas 3',
    'object/web/hall/deployment object present',
    'copy/web/fra runs true',
  ])
})

test('the only replica comes back, too, though nothing is said of a number that is none', async () => {
  const [scaled] = await with_('  - { at: 1s, app: web, site: fra, scaleTo: 0 }', ['a'])
  const at = 'a:/apis/apps/v1/namespaces/web/deployments/web'
  const web = it.object(at)
  if (web === undefined) throw new Error('no web')
  it.put(at, { ...web, spec: { ...(web.spec as object), replicas: 1 } })
  await running().inject(scaled as Fault)
  expect(it.object(at)?.spec).toMatchObject({ replicas: 0 })
  await running().end(scaled as Fault)
  expect(it.object(at)?.spec).toMatchObject({ replicas: 1 })
  expect(told().at(-1)).toBe('copy/web/fra replicas 1')
})

test('nobody scales anything at an API server that does not answer', async () => {
  const [frozen, scaled] = await with_(
    '  - { at: 1s, cluster: a, lose: controlPlane }\n  - { at: 2s, app: web, site: fra, scaleTo: 0, for: 1m }',
  )
  await running().inject(frozen as Fault)
  await running().inject(scaled as Fault)
  expect(it.told.at(-1)).toMatchObject({ subject: 'copy/web/fra', what: 'fault', to: 'impossible' })
  await running().end(scaled as Fault)
  expect(it.told).toHaveLength(2)
})

test('late answers are later by so much real time as the drill is played faster; a check asks another port', async () => {
  const [slow, check] = await with_(
    '  - { at: 1s, site: fra, slow: 10s }\n  - { at: 2s, app: web, site: fra, checkPort: 801 }',
    [],
  )
  await running().inject(slow as Fault)
  await running().inject(check as Fault)
  expect(it.conditions()).toEqual({ hops: {}, late: { 'web/fra': 0.1 }, checkPorts: { 'web/fra': 801 } })
  await running().end(slow as Fault)
  expect(it.conditions()).toEqual({ hops: {}, late: {}, checkPorts: { 'web/fra': 801 } })
})

test('a release marks the template of every copy, and is taken back', async () => {
  const [fault] = await with_('  - { at: 1s, app: web, release: broken, for: 1m }', ['a', 'p'])
  const mark = (of: string) =>
    (it.object(`${of}:/apis/apps/v1/namespaces/web/deployments/web`)?.spec as { template?: object } | undefined)
      ?.template
  await running().inject(fault as Fault)
  const marked = { metadata: { annotations: { 'skerry.dev/release': 'broken' } } }
  expect([mark('a'), mark('p')]).toEqual([marked, marked])
  await running().end(fault as Fault)
  expect([mark('a'), mark('p')]).toEqual([{ metadata: { annotations: {} } }, { metadata: { annotations: {} } }])
  expect(readOpen(folder)).toEqual([])
})

describe('a drill that is killed', () => {
  test.each([
    ['up', 12],
    ['drill', 19],
  ] as const)('leaves a fleet that the next %s heals: after line %i of its journal', async (by, lines) => {
    it = await fakeFleet(folder, everything)
    await begin(it)
    await bundleDrive(root)
    expect(killedAfter(root, folder, lines)).toBe(true)
    expect(faultsInForce(folder)).not.toEqual([])
    it = await healedBy(by, folder)
    expectWell(it)
  })

  test('is ended by down, frozen engines and all, without a plan', async () => {
    it = await fakeFleet(folder, everything)
    await begin(it)
    faults = faultsOn(it)
    for (const fault of it.drill.faults) await running().inject(fault)
    // a drill that was killed keeps no timers
    faults = undefined
    expect(part('etcd')).toBe('frozen')
    const report = await down({ folder, say: () => undefined, now: () => new Date() })
    expect(report?.stopped.filter(({ how }) => how === 'killed')).toEqual([])
    expect(existsSync(folder)).toBe(false)
    expect(withToken(tokenPrefix(it.ledger.state()))).toEqual([])
  })

  test('thawing needs no state that can be read', async () => {
    const [fault] = await with_('  - { at: 1s, cluster: a, lose: etcd }')
    await running().inject(fault as Fault)
    expect(part('etcd')).toBe('frozen')
    rmSync(join(folder, 'state.json'))
    thaw(folder)
    expect(part('etcd')).toBe('running')
  })
})

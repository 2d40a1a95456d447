// Faults that are done by hand while others are, drills after killed drills, and engines that go away by themselves in a drill.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fault } from '../../../model/fleet.ts'
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import { outsideAt } from '../outside/client.ts'
import { withToken } from '../process.ts'
import { tokenPrefix } from '../state.ts'
import type { FakeFleet } from './fake-fleet.case.ts'
import { begin, fakeFleet } from './fake-fleet.case.ts'
import { faultsOn } from './faults.ts'
import { healingUp } from './heal.ts'
import { faultJournal, readOpen } from './journal.ts'
import type { Faults, FaultsOptions } from './port.ts'
import { namedWhenSilent } from './silent.ts'

let root: string
let folder: string
let it: FakeFleet
let faults: Faults

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skerry-overlap-'))
  folder = join(root, 'small-00000000')
})
afterEach(async () => {
  await faults?.healAll().catch(() => undefined)
  // only what this test started carries the token of its run
  for (const { pid } of withToken(tokenPrefix(it.ledger.state()))) process.kill(pid, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

async function with_(text: string, options: Partial<FaultsOptions> = {}): Promise<readonly Fault[]> {
  it = await fakeFleet(folder, text)
  await begin(it, ['a'])
  faults = faultsOn({ ...it, ...options })
  return it.drill.faults
}
const web = () => it.object('a:/apis/apps/v1/namespaces/web/deployments/web')
const replicas = () => (web()?.spec as { replicas?: number } | undefined)?.replicas
const scales = (...to: readonly number[]): string =>
  to.map((one) => `  - { at: 1s, app: web, site: fra, scaleTo: ${one} }`).join('\n')

test('a drill after a killed one gives back what that took, and then takes away what it is to take', async () => {
  const [fault] = await with_(scales(0))
  await faults.inject(fault as Fault)
  expect([replicas(), readOpen(folder).length]).toEqual([0, 2])
  // the first one is killed: it says no more, and its journal stays
  const next = faultsOn(it)
  await next.healLeft()
  expect([replicas(), readOpen(folder).length]).toEqual([3, 0])
  await next.inject(fault as Fault)
  expect([replicas(), readOpen(folder).length]).toEqual([0, 2])
  await next.healAll()
  expect([replicas(), readOpen(folder).length]).toEqual([3, 0])
  await expect(next.inject(fault as Fault)).rejects.toThrow('after the drill has given everything back')
})

test('two that scale one copy: the one that is left stands until it is over, and then what was there before both', async () => {
  const [first, second] = await with_(scales(0, 1))
  await faults.inject(first as Fault)
  await faults.inject(second as Fault)
  expect(replicas()).toBe(1)
  await faults.end(first as Fault)
  expect(replicas()).toBe(1)
  await faults.end(second as Fault)
  expect([replicas(), readOpen(folder)]).toEqual([3, []])
})

test('the younger one over first: the older one stands again', async () => {
  const [first, second] = await with_(scales(0, 1))
  await faults.inject(first as Fault)
  await faults.inject(second as Fault)
  await faults.end(second as Fault)
  expect(replicas()).toBe(0)
  await faults.end(first as Fault)
  expect([replicas(), readOpen(folder)]).toEqual([3, []])
  expect(it.told.map(({ what, from, to }) => [what, from, to])).toEqual([
    ['replicas', 3, 0],
    ['replicas', 0, 1],
    ['replicas', 1, 0],
    ['replicas', 0, 3],
  ])
})

test('both cut off by a kill: what was there before both', async () => {
  const [first, second] = await with_(scales(0, 1))
  await faults.inject(first as Fault)
  await faults.inject(second as Fault)
  await faults.healAll()
  expect([replicas(), readOpen(folder)]).toEqual([3, []])
})

const deletes = `${scales(0)}
  - { at: 1s, app: web, site: fra, delete: deployment }
  - { at: 1s, app: web, site: fra, delete: deployment }`

test('scaled, and then deleted twice: it is back after the last one that wants it away, with what it had before all', async () => {
  const [scaled, deleted, again] = await with_(deletes)
  for (const fault of [scaled, deleted, again]) await faults.inject(fault as Fault)
  await faults.end(scaled as Fault)
  await faults.end(deleted as Fault)
  expect(web()).toBeUndefined()
  await faults.end(again as Fault)
  expect([replicas(), readOpen(folder)]).toEqual([3, []])
})

test('put back while it is to be scaled to nothing, it is scaled to nothing, and to what it had when that is over', async () => {
  const [scaled, deleted] = await with_(deletes)
  for (const fault of [scaled, deleted]) await faults.inject(fault as Fault)
  await faults.end(deleted as Fault)
  expect(replicas()).toBe(0)
  await faults.end(scaled as Fault)
  expect([replicas(), readOpen(folder)]).toEqual([3, []])
})

/** The API of the fake fleet, but for what is said here. */
const answering = (odd: (real: KubeClient) => Partial<KubeClient>): Partial<FaultsOptions> => ({
  clients: { ...it.clients, of: (owner) => ({ ...it.clients.of(owner), ...odd(it.clients.of(owner)) }) },
})

test('an API server that is only late is asked again, and the fault happens', async () => {
  const [fault] = await with_(scales(0))
  let asked = 0
  const late = answering(({ get }) => ({
    get: async (path) => {
      asked += 1
      if (asked < 3) throw new KubeError(0, 'no answer')
      return get(path)
    },
  }))
  faults = faultsOn({ ...it, ...late })
  await faults.inject(fault as Fault)
  expect(replicas()).toBe(0)
  expect(it.told.map(({ what }) => what)).toEqual(['replicas'])
})

test('one that stays silent though nothing has taken it is no finding of the drill: a refusal names it', async () => {
  const [fault] = await with_(scales(0))
  const silent = answering(() => ({ get: () => Promise.reject(new KubeError(0, 'no answer')) }))
  faults = faultsOn({ ...it, ...silent, patienceMs: 100 })
  await expect(faults.inject(fault as Fault)).rejects.toMatchObject({
    name: 'Refusal',
    kind: 'world',
    message: 'kube-apiserver of a does not answer, and no fault of the drill has taken it',
    hint: 'skerry status tells what runs; skerry up starts it',
  })
  expect(it.told).toEqual([])
})

test('one that dies while a fault acts at it is named, too', async () => {
  const [fault] = await with_(scales(0))
  const dying = answering(() => ({ merge: () => Promise.reject(new KubeError(0, 'connect ECONNREFUSED')) }))
  const these = faultsOn({ ...it, ...dying })
  await expect(these.inject(fault as Fault)).rejects.toMatchObject({
    ...{ kind: 'world', problems: [{ message: 'connect ECONNREFUSED' }] },
    message: expect.stringContaining('kube-apiserver of a'),
  })
})

test('the process outside that is gone is named; what it answers stays its own', async () => {
  it = await fakeFleet(folder, scales(0))
  const server = createServer((asked, answer) => {
    answer.statusCode = asked.url === '/state' ? 200 : 409
    answer.end(JSON.stringify({ message: 'busy' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const outside = namedWhenSilent('fleet/small/outside', outsideAt((server.address() as AddressInfo).port, 'token'))
  expect(await outside.state()).toEqual({ message: 'busy' })
  await expect(outside.events(0)).rejects.toMatchObject({ name: 'Error', message: 'the world outside: busy' })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await expect(outside.events(0)).rejects.toMatchObject({
    ...{ name: 'Refusal', kind: 'world' },
    message: 'the world outside of small does not answer, and no fault of the drill has taken it',
  })
})

test('an engine that could not be started while the drill ran is not tried again beside the healing', async () => {
  const [fault] = await with_('  - { at: 1s, site: fra, lose: power, for: 1m }')
  let tries = 0
  const id = 'cluster/a/kwok-fra'
  const binary = (): string => {
    tries += 1
    throw new Error('no such program')
  }
  faults = faultsOn({ ...it, runner: { ...it.runner, binary } })
  await faults.inject(fault as Fault)
  await faults.end(fault as Fault)
  for (let left = 100; left > 0 && tries === 0; left -= 1) await pause(50)
  expect(tries).toBeGreaterThan(0)
  await expect(faults.healAll()).rejects.toMatchObject({ kind: 'world' })
  const after = tries
  await pause(1_500)
  expect([tries, it.engine(id)]).toEqual([after, 'dead'])
  expect(readOpen(folder).map(({ undo }) => undo.kind)).toContain('engine')
})

test('up keeps what it could not take back out of Git for the next time, says so, and sends the users of a killed drill home', async () => {
  it = await fakeFleet(folder, scales(0))
  const repository = join(root, 'no-repository')
  faultJournal(folder, it).write([
    {
      fault: 'a version of web',
      undo: { kind: 'commit', repository, branch: 'main', names: [], namespaces: [] } as never,
    },
    { fault: 'a version of web', undo: { kind: 'fault' } },
  ])
  const up = healingUp({ ...it, outside: () => it.outside })
  const problems = await up.done()
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('a version of web: ')
  expect(readOpen(folder).map(({ undo }) => undo.kind)).toEqual(['commit'])
  expect(it.audiences()).toEqual([false])
  expect(existsSync(join(folder, 'faults.jsonl'))).toBe(true)
})

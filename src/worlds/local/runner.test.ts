// The runner with engines of a few lines: what it starts, what it keeps, what it stops, and what it must never stop.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Refusal } from '../../model/refusal.ts'
import { down } from './down.ts'
import { choosePorts } from './ports.ts'
import { isAlive, startTimeOf, withToken } from './process.ts'
import { capLog, ensureRunning, logPath, PortTaken, stopEngines } from './runner.ts'
import type { EngineRecord } from './state.ts'
import { readState, recovered, tokenFor, tokenPrefix, withRecord } from './state.ts'
import type { Place } from './testing/fake-engine.case.ts'
import { fakeEngine, place } from './testing/fake-engine.case.ts'

let here: Place
const now = () => new Date()
const record = (id = 'cluster/virginia/etcd'): EngineRecord => {
  const found = here.ledger.state().engines[id]
  if (found === undefined) throw new Error(`no record of ${id}`)
  return found
}
const port = async (): Promise<number> => (await choosePorts({ it: ['http'] }, {})).it?.http ?? 0

beforeEach(() => {
  here = place()
})
afterEach(async () => {
  // only what this test started carries the token of its run
  for (const { pid } of withToken(tokenPrefix(here.ledger.state()))) process.kill(pid, 'SIGKILL')
  here.remove()
})

test('an engine is started once, and kept as long as its values are the same', async () => {
  const spec = fakeEngine(await port())
  expect(await ensureRunning(here.runner, spec)).toBe('started')
  const first = record()
  expect(first.process && isAlive(first.process)).toBe(true)
  expect(first.readyAt).toBeDefined()
  expect(await ensureRunning(here.runner, spec)).toBe('kept')
  expect(record().process).toEqual(first.process)

  const changed = { ...spec, env: { COLOUR: 'red' } }
  expect(await ensureRunning(here.runner, changed)).toBe('started')
  expect(record().process).not.toEqual(first.process)
  expect(first.process && isAlive(first.process)).toBe(false)
})

test('a dead engine is started again', async () => {
  const spec = fakeEngine(await port())
  await ensureRunning(here.runner, spec)
  const { process: first } = record()
  process.kill(first?.pid ?? 0, 'SIGKILL')
  while (first !== undefined && isAlive(first)) await pause(10)
  expect(await ensureRunning(here.runner, spec)).toBe('started')
})

test('one that ends before it is ready is tried again where that is meant, else told with its last words', async () => {
  const flag = join(here.folder, 'second-time')
  const once = `const { existsSync, writeFileSync } = require('node:fs');
    if (!existsSync('${flag}')) { writeFileSync('${flag}', ''); console.error('Error: not yet'); process.exit(1) }`
  expect(await ensureRunning(here.runner, fakeEngine(await port(), { script: once, restart: 'whileStarting' }))).toBe(
    'started',
  )
  const never = fakeEngine(await port(), { name: 'never', script: "console.error('Error: no disk'); process.exit(1)" })
  const refused = await ensureRunning(here.runner, never).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Refusal)
  expect(refused).toMatchObject({
    kind: 'world',
    message: 'never of virginia ended before it was ready',
    problems: [{ message: 'Error: no disk' }],
  })
  expect(here.ledger.state().engines['cluster/virginia/never']).toBeUndefined()
})

test('a port that another program took in between is told as such, so that another can be chosen', async () => {
  const taken = await port()
  await ensureRunning(here.runner, fakeEngine(taken, { name: 'first' }))
  const second = fakeEngine(taken, {
    name: 'second',
    script: `process.on('uncaughtException', (error) => { console.error(error.message.replace('EADDRINUSE: ', '')); process.exit(1) })`,
  })
  // the probe reaches the first: it must not be taken for the second
  const refused: unknown = await ensureRunning(here.runner, second).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(PortTaken)
  if (process.platform === 'linux') {
    const holder = Object.values(here.ledger.state().engines).find(({ id }) => id.endsWith('first'))?.process?.pid
    expect(holder).toBeDefined()
    expect((refused as Error).message).toContain(`${taken} by process ${holder}, `)
  }
})

test('clients are stopped before API servers, and those before etcd; who does not listen is killed after its grace', async () => {
  const deaf = "process.on('SIGTERM', () => undefined)"
  await ensureRunning(here.runner, fakeEngine(await port(), { name: 'etcd', order: 2 }))
  await ensureRunning(here.runner, fakeEngine(await port(), { name: 'api', order: 1, script: deaf, graceSeconds: 0.4 }))
  await ensureRunning(here.runner, fakeEngine(await port(), { name: 'controllers', order: 0 }))
  const stopped: string[] = []
  await stopEngines(here.runner, Object.values(here.ledger.state().engines), ({ id, how }) =>
    stopped.push(`${id} ${how}`),
  )
  expect(stopped).toEqual([
    'cluster/virginia/controllers ended',
    'cluster/virginia/api killed',
    'cluster/virginia/etcd ended',
  ])
  expect(here.ledger.state().engines).toEqual({})
})

test('a frozen engine is stopped too', async () => {
  await ensureRunning(here.runner, fakeEngine(await port()))
  const { process: frozen } = record()
  process.kill(frozen?.pid ?? 0, 'SIGSTOP')
  expect(await stopEngines(here.runner, [record()])).toEqual([{ id: 'cluster/virginia/etcd', how: 'ended' }])
})

test('the process of another program is never stopped, whatever a state file says of it', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  try {
    const pid = other.pid ?? 0
    const startTime = startTimeOf(pid) ?? ''
    const { ledger } = here
    const forged = (id: string, process: EngineRecord['process']): EngineRecord => ({
      id,
      name: 'etcd',
      owner: { kind: 'cluster', name: 'virginia' },
      token: tokenFor(ledger.state(), id),
      ...(process === undefined ? {} : { process }),
      digest: '',
      stop: { order: 0, graceSeconds: 0 },
      ready: { kind: 'tcp', port: 1 },
      startedAt: '',
    })
    // the pid was reused; and, worse, both pid and start time are right, but it is not ours
    ledger.change((state) => withRecord(state, forged('cluster/virginia/reused', { pid, startTime: '1' })))
    ledger.change((state) => withRecord(state, forged('cluster/virginia/forged', { pid, startTime })))
    const report = await down({ folder: here.folder, say: () => undefined, now })
    expect(report?.stopped.map(({ how }) => how)).toEqual(['gone', 'gone'])
    expect(startTimeOf(pid)).toBe(startTime)
    expect(existsSync(here.folder)).toBe(false)
  } finally {
    other.kill('SIGKILL')
  }
})

test('a process that was started just before skerry was killed is found by its token, and stopped by down', async () => {
  const spec = fakeEngine(await port())
  await ensureRunning(here.runner, spec)
  const { process: orphan, ...intent } = record()
  // killed between the start and the second record, or even before the first
  for (const left of [{ [spec.id]: intent }, {}]) {
    here.ledger.change((state) => ({ ...state, engines: left }))
    const found = Object.values(recovered(here.ledger.state()).engines)
    expect(found.map(({ process }) => process)).toEqual([orphan])
  }
  const report = await down({ folder: here.folder, say: () => undefined, now })
  expect(report?.stopped.map(({ how }) => how)).toEqual(['ended'])
  expect(orphan && isAlive(orphan)).toBe(false)
})

test('an engine is found and stopped though somebody removed the state by hand', async () => {
  await ensureRunning(here.runner, fakeEngine(await port()))
  const { process: orphan } = record()
  rmSync(here.folder, { recursive: true })
  const report = await down({ folder: here.folder, say: () => undefined, now })
  expect(report?.stopped.map(({ how }) => how)).toEqual(['ended'])
  expect(orphan && isAlive(orphan)).toBe(false)
  expect(existsSync(here.folder)).toBe(false)
  expect(await down({ folder: here.folder, say: () => undefined, now })).toBeUndefined()
})

test('an intent that was never carried out is no hindrance', async () => {
  const spec = fakeEngine(await port())
  await ensureRunning(here.runner, spec)
  const { process: _none, ...intent } = record()
  await stopEngines(here.runner, [record()])
  here.ledger.change((state) => withRecord(state, intent))
  expect(recovered(here.ledger.state())).toEqual(here.ledger.state())
  expect(await ensureRunning(here.runner, spec)).toBe('started')
})

test('engines write to logs of their own, which are cut when they grow', async () => {
  const spec = fakeEngine(await port(), { script: "console.log('hello')" })
  await ensureRunning(here.runner, spec)
  const path = logPath(here.folder, spec.id)
  expect(readFileSync(path, 'utf8')).toContain('hello')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  writeFileSync(path, Buffer.alloc(9 * 1024 * 1024))
  capLog(path)
  expect(statSync(path).size).toBe(0)
})

test('a state that is not ours is refused, and down ends what runs without it', async () => {
  await ensureRunning(here.runner, fakeEngine(await port()))
  const { process: engine } = record()
  writeFileSync(join(here.folder, 'state.json'), '{"version": 7}')
  expect(() => readState(here.folder)).toThrow('is not of this version of skerry')
  const said: string[] = []
  const report = await down({ folder: here.folder, say: (line) => said.push(line), now })
  expect(said[0]).toMatch(/state\.json is not of this version of skerry, .*: its engines are found by what they carry/)
  expect(report?.stopped.map(({ how }) => how)).toEqual(['ended'])
  expect(engine && isAlive(engine)).toBe(false)
  expect(existsSync(here.folder)).toBe(false)
})

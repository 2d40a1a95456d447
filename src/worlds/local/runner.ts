// The one runner: starts engines, waits until they are ready, and stops what it started. An engine outlives skerry: it has a session of
// its own, so that no signal of our terminal reaches it, and writes to a file. Nothing watches it after `up`: a dead engine is a fact that
// `status` tells and a drill may have wanted; the next `up` starts it again.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../model/refusal.ts'
import type { Credentials } from '../kube/client.ts'
import { limit } from '../kube/limit.ts'
import type { EngineSpec } from './engine.ts'
import { engineText } from './engine.ts'
import { privateFolder, using, writeFile } from './folder.ts'
import { probe } from './probe.ts'
import { isOurs, listenerOn, listensOn, signal, startTimeOf, tokenName } from './process.ts'
import type { EngineRecord, Ledger } from './state.ts'
import { tokenFor, withoutRecord, withRecord } from './state.ts'

export interface Runner {
  readonly ledger: Ledger
  /** The path of the program of that name. */
  readonly binary: (name: string) => string
  readonly credentials: () => Credentials
  readonly now: () => Date
}

/** The kernel gave its port to somebody else in between: the caller chooses others and begins again. */
export class PortTaken extends Error {
  readonly engine: string
  constructor(engine: string, ports: readonly number[] = []) {
    const by = ports.flatMap((port) => {
      const listener = listenerOn(port)
      return listener === undefined ? [] : [`${port} by process ${listener.pid}, ${listener.command}`]
    })
    super(`a port of ${titleOf(engine)} was taken by another program${by.length === 0 ? '' : `: ${by.join('; ')}`}`)
    this.engine = engine
  }
}

const readySeconds = 90
/** One that was ready before: on a machine that is busy all over it is slow, and starting it anew would make that worse. */
const silentSeconds = 45
const restartsMax = 4
/** A probe of two seconds, what is read of the process, and a machine with much to do. */
const lookSeconds = 5

/** Runs and is ready when this comes back. One that runs already with the same values is left alone. */
export async function ensureRunning(runner: Runner, spec: EngineSpec): Promise<'started' | 'kept'> {
  const digest = digestOf(spec, runner)
  const known = runner.ledger.state().engines[spec.id]
  if (known?.process !== undefined && isOurs(known.process, known.token)) {
    if (known.digest === digest) {
      // begun by a run that was killed: it may still be starting, or hang; then it gets its chance, and is started anew after it
      if (await readyWithin(runner, spec, known, known.readyAt === undefined ? readySeconds : silentSeconds)) {
        noteReady(runner, known)
        return 'kept'
      }
    }
    await stopEngines(runner, [known])
  }
  for (let attempt = 0; ; attempt += 1) {
    const logged = logBytes(runner.ledger.folder, spec.id)
    const record = start(runner, spec, digest)
    if (await readyWithin(runner, spec, record, readySeconds)) {
      noteReady(runner, record)
      return 'started'
    }
    const ended = record.process === undefined || !isOurs(record.process, record.token)
    const said = lastWords(runner.ledger.folder, spec.id, logged)
    await stopEngines(runner, [record])
    if (ended && /address already in use/i.test(said)) throw new PortTaken(spec.id, Object.values(spec.ports))
    if (spec.restart === 'whileStarting' && ended && attempt < restartsMax) {
      await pause(250 * 2 ** attempt)
      continue
    }
    throw new Refusal(
      'world',
      ended
        ? `${titleOf(spec.id)} ended before it was ready`
        : `${titleOf(spec.id)} was not ready after ${readySeconds} seconds`,
      `its last words are below; all of them: skerry logs ${spec.owner.name} ${spec.id.split('/')[2]}`,
      said === '' ? [] : [{ message: said }],
    )
  }
}

const titleOf = (id: string): string => {
  const [, owner = '', part = id] = id.split('/')
  return `${part} of ${owner}`
}

const digestOf = (spec: EngineSpec, { ledger, binary }: Runner): string =>
  createHash('sha256')
    .update(`${binary(spec.binary)}\n${engineText(spec, ledger.state().ports)}`)
    .digest('hex')
    .slice(0, 16)

/** The intent first, with the token; then the process; then its pid. */
function start(runner: Runner, spec: EngineSpec, digest: string): EngineRecord {
  const { ledger } = runner
  const intent: EngineRecord = {
    id: spec.id,
    name: spec.name,
    owner: spec.owner,
    token: tokenFor(ledger.state(), spec.id),
    digest,
    stop: spec.stop,
    ready: spec.ready,
    startedAt: runner.now().toISOString(),
  }
  for (const { path, mode, text } of spec.files) writeFile(path, text, mode)
  const home = join(ledger.folder, 'home')
  privateFolder(home)
  ledger.change((state) => withRecord(state, intent))
  const log = openLog(ledger.folder, spec.id)
  try {
    const child = spawn(runner.binary(spec.binary), [...spec.args], {
      cwd: home,
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: home, ...spec.env, [tokenName]: intent.token },
    })
    // it cannot be run at all: told by its absence
    child.on('error', () => undefined)
    child.unref()
    const startTime = child.pid === undefined ? undefined : startTimeOf(child.pid)
    const record: EngineRecord =
      child.pid === undefined || startTime === undefined
        ? intent
        : { ...intent, process: { pid: child.pid, startTime } }
    ledger.change((state) => withRecord(state, record))
    return record
  } finally {
    closeSync(log)
  }
}

async function readyWithin(runner: Runner, spec: EngineSpec, record: EngineRecord, seconds: number): Promise<boolean> {
  const waited = limit(seconds, lookSeconds)
  while (!waited.over()) {
    if (record.process === undefined || !isOurs(record.process, record.token)) return false
    // another program may answer on a port that it took before ours could
    if ((await probe(spec.ready, runner.credentials())) === undefined && (await answersItself(spec, record)))
      return true
    await pause(100)
  }
  return false
}

async function answersItself(spec: EngineSpec, { process: id, token }: EngineRecord): Promise<boolean> {
  if (id === undefined) return false
  const listens = listensOn(id.pid, spec.ready.port)
  if (listens === undefined) await pause(500)
  return listens !== false && isOurs(id, token)
}

function noteReady(runner: Runner, record: EngineRecord): void {
  if (record.readyAt !== undefined) return
  runner.ledger.change((state) => withRecord(state, { ...record, readyAt: runner.now().toISOString() }))
}

export interface Stopped {
  readonly id: string
  /** `killed`: it did not end within its grace. `gone`: it was not there any more, or the pid is another program's by now. */
  readonly how: 'ended' | 'killed' | 'gone'
}

/** Clients first, then API servers, then etcd; SIGTERM, and SIGKILL after the grace. Only what carries our token. */
export async function stopEngines(
  runner: Pick<Runner, 'ledger'>,
  records: readonly EngineRecord[],
  said: (stopped: Stopped) => void = () => undefined,
): Promise<readonly Stopped[]> {
  const all: Stopped[] = []
  for (const order of [0, 1, 2] as const) {
    const group = records.filter((record) => record.stop.order === order)
    const stopped = await Promise.all(
      group.map(async (record) => {
        const how = await stopOne(record)
        runner.ledger.change((state) =>
          state.engines[record.id]?.token === record.token ? withoutRecord(state, record.id) : state,
        )
        said({ id: record.id, how })
        return { id: record.id, how }
      }),
    )
    all.push(...stopped)
  }
  return all
}

async function stopOne({ process: id, token, stop }: EngineRecord): Promise<Stopped['how']> {
  if (id === undefined || !signal(id, token, 'SIGTERM')) return 'gone'
  // one that a drill froze hears SIGTERM only when it goes on
  signal(id, token, 'SIGCONT')
  const waited = limit(stop.graceSeconds, lookSeconds)
  while (!waited.over()) {
    if (!isOurs(id, token)) return 'ended'
    await pause(40)
  }
  signal(id, token, 'SIGKILL')
  while (isOurs(id, token)) await pause(20)
  return 'killed'
}

export const logPath = (folder: string, id: string): string => join(folder, 'logs', `${id.replaceAll('/', '_')}.log`)

const logBytesMax = 8 * 1024 * 1024

function openLog(folder: string, id: string): number {
  const path = logPath(folder, id)
  privateFolder(dirname(path))
  capLog(path)
  return using(path, () => openSync(path, 'a', 0o600))
}

/** Engines append, so a log that is cut goes on from its new end; cut whenever skerry looks at it. */
export function capLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > logBytesMax) truncateSync(path, 0)
}

const logBytes = (folder: string, id: string): number =>
  statSync(logPath(folder, id), { throwIfNoEntry: false })?.size ?? 0

/** Of what it said since the log was that long; a log that was cut meanwhile is read whole. */
function lastWords(folder: string, id: string, from: number): string {
  try {
    const all = readFileSync(logPath(folder, id))
    const lines = all
      .subarray(from <= all.length ? from : 0)
      .toString('utf8')
      .trimEnd()
      .split('\n')
    const telling = lines.filter((line) => /^(Error|panic|fatal|[EF]\d{4})|in use|"level":"(error|fatal)"/.test(line))
    return (telling.length > 0 ? telling : lines).slice(-4).join('\n')
  } catch {
    return ''
  }
}

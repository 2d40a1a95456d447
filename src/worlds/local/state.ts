// What skerry knows of the engines it started: written whole before an engine is started (an intent, with the token that its environment
// will carry) and again once its pid is known. So no process can be orphaned: whatever carries a token of this run is ours.

import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import type { EngineName } from './engine.ts'
import { unusable, writeFile } from './folder.ts'
import type { ProcessId } from './process.ts'
import { isAlive, withToken } from './process.ts'
import type { EngineRecord, LocalState } from './state-file.ts'
import { wrongIn } from './state-file.ts'

export type { EngineRecord, Expected, LocalState } from './state-file.ts'

export const freshState = (fleet: string, source: string, folder: string): LocalState => ({
  version: 1,
  fleet,
  source,
  run: `${markOf(folder)}.${randomUUID()}`,
  expected: { clusters: {}, federations: {}, hosts: {} },
  ports: {},
  engines: {},
  up: 'begun',
})

/** In the token of every engine of this folder, whatever run started it. */
const markOf = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 12)

const path = (folder: string): string => join(folder, 'state.json')

/** Undefined where nothing was ever started. */
export function readState(folder: string): LocalState | undefined {
  let text: string
  try {
    text = readFileSync(path(folder), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw unusable(path(folder), error) ?? error
  }
  let wrong: string | undefined
  try {
    const json: unknown = JSON.parse(text)
    wrong = wrongIn(json)
    if (wrong === undefined) return json as LocalState
  } catch {
    wrong = 'the file: it is no JSON'
  }
  throw new Refusal(
    'refused',
    `${path(folder)} is not of this version of skerry, or was changed by hand`,
    'end what runs and remove it: skerry down, which finds the engines without that file',
    [{ message: wrong }],
  )
}

/** The state in memory and on disk, always the same. */
export interface Ledger {
  readonly folder: string
  state(): LocalState
  change(change: (state: LocalState) => LocalState): void
}

export function ledgerAt(folder: string, state: LocalState): Ledger {
  let current = state
  return {
    folder,
    state: () => current,
    change: (change) => {
      current = change(current)
      writeFile(path(folder), `${JSON.stringify(current, null, 1)}\n`)
    },
  }
}

export const withRecord = (state: LocalState, record: EngineRecord): LocalState => ({
  ...state,
  engines: { ...state.engines, [record.id]: record },
})

export function withoutRecord(state: LocalState, id: string): LocalState {
  const { [id]: _gone, ...engines } = state.engines
  return { ...state, engines }
}

export const tokenPrefix = (state: LocalState): string => `${state.run}:`
export const tokenFor = (state: LocalState, id: string): string => `${tokenPrefix(state)}${id}:${randomUUID()}`

/**
 * After a kill: an intent whose process was started gets it back; a process that stands in no record gets one, so that it is stopped in
 * its turn. Records of processes that are gone stay: `up` starts them again, `status` tells of them.
 */
export function recovered(state: LocalState, found = withToken(tokenPrefix(state))): LocalState {
  const known = new Map(Object.values(state.engines).map((record) => [record.token, record]))
  let next = state
  for (const { pid, startTime, token } of found) {
    const record = known.get(token)
    if (record === undefined) next = withRecord(next, strayRecord(state.engines, token, { pid, startTime }))
    else if (record.process === undefined || !isAlive(record.process))
      next = withRecord(next, { ...record, process: { pid, startTime } })
  }
  return next
}

/** Engines of this folder that no record names, though somebody removed its state by hand. */
export const orphansOf = (folder: string): readonly EngineRecord[] =>
  withToken(`${markOf(folder)}.`).map(({ pid, startTime, token }) => strayRecord({}, token, { pid, startTime }))

/** A process without a record: its token has its name, and that how it is stopped. */
function strayRecord(engines: LocalState['engines'], token: string, process: ProcessId): EngineRecord {
  const id = token.split(':')[1] ?? token
  const [kind, owner = id, engine = id] = id.split('/')
  const known = engines[id]
  return {
    id: `${id}/stray-${process.pid}`,
    name: known?.name ?? (engine as EngineName),
    owner: known?.owner ?? { kind: kind === 'federation' || kind === 'fleet' ? kind : 'cluster', name: owner },
    token,
    process,
    digest: '',
    stop: known?.stop ?? {
      order: engine === 'etcd' || engine === 'outside' ? 2 : /apiserver/.test(engine) ? 1 : 0,
      graceSeconds: 3,
    },
    ready: known?.ready ?? { kind: 'tcp', port: 0 },
    startedAt: '',
  }
}

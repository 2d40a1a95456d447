// skerry status --on local: each engine as it is now, and what the API servers say of nodes and members. Three honest states: it runs and
// answers; it is dead; it runs, and has not been heard of since. Asking changes nothing, and waits for nobody for long.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { membersReady, nodesReady } from './bring-up.ts'
import type { Clients } from './clients.ts'
import { apiServerOf, clientsFor } from './clients.ts'
import type { EngineSpec, Owner } from './engine.ts'
import { living } from './holder.ts'
import { open, read } from './journal.ts'
import { probe } from './probe.ts'
import { isOurs, residentBytes } from './process.ts'
import { capLog, logPath } from './runner.ts'
import type { EngineRecord, LocalState } from './state.ts'
import { readState } from './state.ts'

export interface EngineStatus {
  readonly id: string
  readonly engine: EngineSpec['name']
  readonly of: Owner
  readonly state: 'running' | 'dead' | 'notHeardOf' | 'notStarted'
  /** Running: since its start. Dead or not heard of: since it last answered somebody who asked; undefined where nobody has heard of it. */
  readonly since: string | undefined
  /** Seconds from then until the question. */
  readonly seconds: number | undefined
  readonly pid: number | undefined
  readonly mebibytes: number
}

export interface ClusterStatus {
  readonly name: string
  readonly nodes: number
  readonly expected: number
  /** Undefined while its API does not answer. */
  readonly ready: number | undefined
}

export interface FederationStatus {
  readonly name: string
  /** Undefined while its API does not answer. */
  readonly members: readonly { readonly name: string; readonly ready: boolean }[] | undefined
}

export interface LocalStatus {
  readonly fleet: string
  readonly folder: string
  /** Whether the last `up` came to its end. */
  readonly up: LocalState['up']
  /** What a run that was cut off was doing. */
  readonly cutOffAt: readonly string[]
  /** Who is at work on it now. */
  readonly holder: { readonly verb: string; readonly pid: number; readonly since: string } | undefined
  readonly engines: readonly EngineStatus[]
  readonly clusters: readonly ClusterStatus[]
  readonly federations: readonly FederationStatus[]
  readonly mebibytes: number
}

/** Undefined where nothing of the fleet is on this machine. */
export async function status(folder: string, now: () => Date): Promise<LocalStatus | undefined> {
  const state = existsSync(folder) ? readState(folder) : undefined
  if (state === undefined) return undefined
  const [holder] = living(folder)
  const clients = clientsFor(folder, () => state.ports, 2_000)
  try {
    const heard = readHeard(folder)
    const engines = await Promise.all(
      Object.values(state.engines).map((record) => engineStatus(record, clients, heard, now)),
    )
    keepHeard(folder, heard)
    for (const { id } of engines) capLog(logPath(folder, id))
    const answers = (owner: Owner): boolean =>
      engines.some(({ id, state: now }) => id === apiServerOf(owner) && now === 'running')
    const clusters = await Promise.all(
      Object.entries(state.expected.clusters).map(async ([name, expected]): Promise<ClusterStatus> => {
        const owner: Owner = { kind: 'cluster', name }
        const seen = answers(owner) ? await nodesReady(clients.of(owner)).catch(() => undefined) : undefined
        return { name, expected, nodes: seen?.nodes ?? 0, ready: seen?.ready }
      }),
    )
    const federations = await Promise.all(
      Object.entries(state.expected.federations).map(async ([name, members]): Promise<FederationStatus> => {
        const owner: Owner = { kind: 'federation', name }
        const seen = answers(owner) ? await membersReady(clients.of(owner)).catch(() => undefined) : undefined
        return {
          name,
          members: seen && members.map((member) => ({ name: member, ready: seen.get(member) === true })),
        }
      }),
    )
    return {
      fleet: state.fleet,
      folder,
      up: state.up,
      cutOffAt: holder === undefined ? open(read(folder)) : [],
      holder: holder && { verb: holder.verb, pid: holder.pid, since: holder.since },
      engines: engines.sort((a, b) => (a.id < b.id ? -1 : 1)),
      clusters,
      federations,
      mebibytes: engines.reduce((sum, { mebibytes }) => sum + mebibytes, 0),
    }
  } finally {
    clients.close()
  }
}

async function engineStatus(
  record: EngineRecord,
  clients: Clients,
  heard: Map<string, string>,
  now: () => Date,
): Promise<EngineStatus> {
  const { id, name, owner, process: known, token, startedAt, readyAt, ready } = record
  const alive = known !== undefined && isOurs(known, token)
  const base = { id, engine: name, of: owner, pid: known?.pid }
  const from = (since: string | undefined) => ({
    since,
    seconds: since === undefined ? undefined : Math.max(0, Math.round((now().getTime() - Date.parse(since)) / 1_000)),
  })
  const last = [heard.get(token), readyAt]
    .filter((at) => at !== undefined)
    .sort()
    .at(-1)
  if (!alive)
    return { ...base, state: known === undefined ? 'notStarted' : 'dead', ...from(last), pid: undefined, mebibytes: 0 }
  const mebibytes = Math.round(residentBytes(known.pid) / 1024 / 1024)
  const answers = (await probe(ready, clients.credentials())) === undefined
  if (!answers) return { ...base, state: 'notHeardOf', ...from(last), mebibytes }
  heard.set(token, now().toISOString())
  return { ...base, state: 'running', ...from(startedAt), mebibytes }
}

/** When each was last heard of, by its token; beside the state, which only `up` and `down` may write. */
const heardPath = (folder: string): string => join(folder, 'heard.json')

function readHeard(folder: string): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(heardPath(folder), 'utf8')) as Record<string, string>))
  } catch {
    return new Map()
  }
}

function keepHeard(folder: string, heard: ReadonlyMap<string, string>): void {
  const fresh = `${heardPath(folder)}.${process.pid}.new`
  try {
    writeFileSync(fresh, JSON.stringify(Object.fromEntries(heard)), { mode: 0o600 })
    renameSync(fresh, heardPath(folder))
  } catch {
    // a down has removed the folder meanwhile: it must not come back
  }
}

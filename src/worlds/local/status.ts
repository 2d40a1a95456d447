// skerry status --on local: each engine as it is now, and what the engines say of nodes, members, apps, Flux, names and faults. Three honest
// states: as wanted; behind; not heard of since. Asking changes nothing, asks all at once, and waits for nobody for long.

import { existsSync } from 'node:fs'
import { clientsFor, hasCertificates, requireCertificates } from './clients.ts'
import type { Claim } from './holder.ts'
import { living } from './holder.ts'
import { open, read } from './journal.ts'
import { capLog, logPath } from './runner.ts'
import type { LocalState } from './state.ts'
import { readState } from './state.ts'
import type { AppStatus } from './status/apps.ts'
import { appStatuses } from './status/apps.ts'
import { patience, patienceMaxMs } from './status/asking.ts'
import type { ClusterStatus, FederationStatus } from './status/clusters.ts'
import { clusterSaid, federationSaid } from './status/clusters.ts'
import type { EngineStatus } from './status/engines.ts'
import { engineStatuses } from './status/engines.ts'
import type { FluxStatus } from './status/flux.ts'
import { fluxStatuses } from './status/flux.ts'
import { heardAt } from './status/heard.ts'
import type { OutsideStatus } from './status/outside.ts'
import { outsideStatus } from './status/outside.ts'

export type { CopyStatus } from '../kube/standing.ts'
export type { EngineStatus } from './status/engines.ts'
export type { FluxStatus } from './status/flux.ts'
export type { DoorStatus, NameStatus } from './status/outside.ts'

export interface LocalStatus extends OutsideStatus {
  readonly fleet: string
  readonly folder: string
  /** When all was asked. */
  readonly asked: string
  /** By how much its constants are shortened. */
  readonly speed: number
  /** Whether the last `up` came to its end. */
  readonly up: LocalState['up']
  /** The fleet is another one now than that which was brought up; undefined where nobody could tell. */
  readonly changed: boolean | undefined
  /** What a run that was cut off was doing. */
  readonly cutOffAt: readonly string[]
  /** Who is at work on it now. */
  readonly holder: { readonly verb: string; readonly pid: number; readonly since: string } | undefined
  readonly engines: readonly EngineStatus[]
  readonly clusters: readonly ClusterStatus[]
  readonly federations: readonly FederationStatus[]
  readonly apps: readonly AppStatus[]
  readonly flux: readonly FluxStatus[]
  readonly mebibytes: number
}

/**
 * Undefined where nothing of the fleet is on this machine. `declared`: the digest of the fleet as it is declared now, where it can be read;
 * it is read while engines are asked.
 */
export async function status(
  folder: string,
  now: () => Date,
  declared?: Promise<string | undefined>,
): Promise<LocalStatus | undefined> {
  // whoever refuses before it is there waits for it no more
  declared?.catch(() => undefined)
  const state = existsSync(folder) ? readState(folder) : undefined
  if (state === undefined) return undefined
  const [holder] = living(folder)
  // who brings it up right now has not come to them yet
  if (holder === undefined) requireCertificates(folder)
  else if (!hasCertificates(folder)) return nothingYet(folder, state, holder, now())
  const clients = clientsFor(folder, () => state.ports, patienceMaxMs)
  const heard = heardAt(folder)
  const asking = { folder, state, clients, heard, asked: now(), patience: patience() }
  try {
    const [engines, clusters, federations, flux, outside, digest] = await Promise.all([
      engineStatuses(asking),
      Promise.all(Object.entries(state.expected.clusters).map(([name, nodes]) => clusterSaid(asking, name, nodes))),
      Promise.all(
        Object.entries(state.expected.federations).map(([name, members]) => federationSaid(asking, name, members)),
      ),
      fluxStatuses(asking),
      outsideStatus(asking),
      declared,
    ])
    heard.keep()
    for (const { id } of engines) capLog(logPath(folder, id))
    return {
      fleet: state.fleet,
      folder,
      asked: asking.asked.toISOString(),
      speed: state.speed ?? 1,
      up: state.up,
      changed: digest === undefined || state.digest === undefined ? undefined : digest !== state.digest,
      cutOffAt: holder === undefined ? open(read(folder)) : [],
      holder: holder && { verb: holder.verb, pid: holder.pid, since: holder.since },
      engines,
      clusters: clusters.map((it) => it.status),
      federations: federations.map((it) => it.status),
      apps: appStatuses(asking, clusters, federations),
      flux,
      ...outside,
      mebibytes: engines.reduce((sum, { mebibytes }) => sum + mebibytes, 0),
    }
  } finally {
    asking.patience.over()
    clients.close()
  }
}

const nothingYet = (
  folder: string,
  { fleet, speed = 1, up }: LocalState,
  { verb, pid, since }: Claim,
  asked: Date,
): LocalStatus => ({
  ...{ fleet, folder, speed, up, asked: asked.toISOString(), changed: undefined, cutOffAt: [] },
  holder: { verb, pid, since },
  ...{ engines: [], clusters: [], federations: [], apps: [], flux: [], faults: [], mebibytes: 0 },
  ...{
    names: undefined,
    nameServer: undefined,
    doors: undefined,
    links: undefined,
    bad: undefined,
    failures: undefined,
  },
})

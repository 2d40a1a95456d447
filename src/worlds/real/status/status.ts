// skerry status --on real: stacks, clusters, nodes, controllers, copies, front doors and names as they are now, each in one of three honest
// states: as wanted, behind, not heard of since. Asking changes nothing and asks all side by side; drift is looked for only where it is
// asked for, since that costs calls and seconds.

import { heardAt } from '../../kube/heard.ts'
import type { AppStatus } from '../../kube/standing.ts'
import type { Drift } from '../drift/port.ts'
import { journalIn } from '../drill/journal.ts'
import type { Ground } from '../ground.ts'
import type { ControllerStatus } from './apps.ts'
import { appStatuses, controllerStatuses } from './apps.ts'
import type { Asking } from './asking.ts'
import type { ClusterSaid, ClusterStatus } from './clusters.ts'
import { clustersSaid } from './clusters.ts'
import type { FederationStatus } from './federations.ts'
import { federationsSaid } from './federations.ts'
import type { FluxStatus } from './flux.ts'
import { fluxStatuses } from './flux.ts'
import type { FrontStatus } from './fronts.ts'
import { frontStatuses } from './fronts.ts'
import type { NameOptions, NameStatus } from './names.ts'
import { nameStatuses, namesSaid } from './names.ts'
import type { PoolStatus } from './pools.ts'
import { poolStatuses } from './pools.ts'
import type { StackStatus } from './stacks.ts'
import { stackStatuses } from './stacks.ts'

export interface RealStatus {
  readonly fleet: string
  /** When all was asked. */
  readonly asked: string
  readonly stacks: readonly StackStatus[]
  readonly clusters: readonly ClusterStatus[]
  readonly pools: readonly PoolStatus[]
  readonly controllers: readonly ControllerStatus[]
  readonly flux: readonly FluxStatus[]
  readonly federations: readonly FederationStatus[]
  readonly apps: readonly AppStatus[]
  readonly fronts: readonly FrontStatus[]
  readonly names: readonly NameStatus[]
  /** Undefined where it was not looked for. */
  readonly drift: readonly Drift[] | undefined
  /** A drill that runs, or was cut off: since when, and what it has taken away. */
  readonly drill: { readonly name: string; readonly since: string; readonly away: readonly string[] } | undefined
}

export interface RealStatusOptions {
  /** Of each part that is asked, seconds. */
  readonly patienceSeconds?: number
  readonly names?: NameOptions
  /** `s3://bucket/prefix`, where a team shares the fleet: a drill of another machine is written down there. */
  readonly ledger?: string
  /** Finds drift, where that is asked for. */
  readonly driftOf?: (ground: Ground) => Promise<readonly Drift[]>
}

export const realStatus = async (ground: Ground, options: RealStatusOptions = {}): Promise<RealStatus> =>
  (await looked(ground, options)).status

/** With what each API said itself, for whoever follows single nodes. */
export async function looked(
  ground: Ground,
  options: RealStatusOptions = {},
): Promise<{ readonly status: RealStatus; readonly clusters: readonly ClusterSaid[] }> {
  const heard = heardAt(ground.folder)
  const reading = journalIn(ground, options.ledger)
    .read()
    // whoever may look at all else may not read that
    .catch(() => journalIn(ground).read())
  const asking: Asking = { ground, heard, asked: ground.now(), patienceSeconds: options.patienceSeconds ?? 15 }
  const [stacks, clusters, federations, flux, said, drift] = await Promise.all([
    stackStatuses(asking),
    clustersSaid(asking),
    federationsSaid(asking),
    fluxStatuses(asking),
    namesSaid(asking),
    options.driftOf?.(ground),
  ])
  const [pools, fronts] = await Promise.all([
    poolStatuses(asking, clusters),
    frontStatuses(asking, clusters, said.recorded),
  ])
  const names = await nameStatuses(asking, said, fronts, options.names ?? {})
  heard.keep()
  const journal = await reading
  const status: RealStatus = {
    fleet: ground.plan.fleet.name,
    asked: asking.asked.toISOString(),
    stacks,
    clusters: clusters.map(({ status }) => status),
    pools,
    controllers: controllerStatuses(asking, clusters),
    flux,
    federations: federations.map(({ status }) => status),
    apps: appStatuses(asking, clusters, federations),
    fronts,
    names,
    drift,
    drill: journal && {
      name: journal.drill,
      since: journal.since,
      away: journal.away.map(({ text }) => text),
    },
  }
  return { status, clusters }
}

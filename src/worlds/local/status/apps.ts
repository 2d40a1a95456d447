// The apps: each copy as wanted, behind, or not heard of since. Wanted is what the fleet declares, or what Karmada has divided; ready is what
// the cluster that runs it says. A copy is not heard of when its control plane is silent, and also when that hears of none of the site's nodes.

import type { ExpectedCopy } from '../copies.ts'
import type { Asking } from './asking.ts'
import type { ClusterSaid, FederationSaid } from './clusters.ts'
import { workloadKey } from './clusters.ts'
import type { Age } from './heard.ts'
import { ageOf } from './heard.ts'

export type Standing = 'asWanted' | 'behind' | 'notHeardOf'

export interface CopyStatus extends Age {
  readonly cluster: string
  /** Undefined for a member of a federation: Karmada divides over clusters. */
  readonly site: string | undefined
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly wanted: number
  /** As last heard. */
  readonly ready: number
  /** `since`: not heard of since then. */
  readonly state: Standing
}

export interface AppStatus {
  readonly app: string
  readonly federation: string | undefined
  readonly state: Standing
  readonly wanted: number
  /** Over all copies, as last heard. */
  readonly ready: number
  readonly copies: readonly CopyStatus[]
  /** A failback that was cut off keeps the scheduler off it. */
  readonly held: boolean
}

export function appStatuses(
  { state, asked }: Asking,
  clusters: readonly ClusterSaid[],
  federations: readonly FederationSaid[],
): readonly AppStatus[] {
  const copyAt = (
    copy: {
      readonly cluster: string
      readonly site?: string
      readonly namespace: string
      readonly kind: string
      readonly name: string
    },
    wanted: number | undefined,
  ): CopyStatus => {
    const { cluster, site, namespace, kind, name } = copy
    const said = clusters.find(({ status }) => status.name === cluster)
    const workload = said?.workloads[workloadKey(namespace, kind, name)]
    const nodes = said?.status.sites.find((it) => it.name === site)
    const silent = nodes !== undefined && nodes.nodes > 0 && nodes.notHeardOf === nodes.nodes
    const ready = workload?.ready ?? 0
    const enough = wanted ?? workload?.wanted ?? 0
    const base = { cluster, site, namespace, kind, name, wanted: enough, ready }
    if (said === undefined || !said.heard)
      return { ...base, state: 'notHeardOf', ...(said?.age ?? ageOf(undefined, asked)) }
    if (silent) return { ...base, state: 'notHeardOf', since: nodes.since, seconds: nodes.seconds }
    return { ...base, state: ready >= enough ? 'asWanted' : 'behind', since: undefined, seconds: undefined }
  }

  const direct = new Map<string, ExpectedCopy[]>()
  for (const copy of state.expected.copies ?? []) direct.set(copy.app, [...(direct.get(copy.app) ?? []), copy])
  const apart = [...direct].map(([app, copies]) =>
    appOf(
      app,
      undefined,
      copies.map((copy) => copyAt(copy, copy.autoscaled ? undefined : copy.replicas)),
    ),
  )
  const federated = federations.flatMap(({ status, apps }) =>
    apps.map((held) => {
      const copies = held.targets.map(({ name: cluster, replicas }) =>
        copyAt({ cluster, namespace: held.namespace, kind: held.kind, name: held.name }, replicas),
      )
      return { ...appOf(held.app, status.name, copies, held.wanted), held: held.held }
    }),
  )
  return [...apart, ...federated].sort((a, b) => (a.app < b.app ? -1 : 1))
}

function appOf(
  app: string,
  federation: string | undefined,
  copies: readonly CopyStatus[],
  divided?: number,
): AppStatus {
  const sum = (of: (copy: CopyStatus) => number): number => copies.reduce((all, copy) => all + of(copy), 0)
  // with a duplicated app each member has as many as are wanted
  const wanted = Math.max(
    divided ?? 0,
    sum((copy) => copy.wanted),
  )
  const ready = sum((copy) => copy.ready)
  const state = copies.some((copy) => copy.state === 'notHeardOf')
    ? 'notHeardOf'
    : ready < wanted || copies.some((copy) => copy.state === 'behind')
      ? 'behind'
      : 'asWanted'
  return { app, federation, state, wanted, ready, copies, held: false }
}

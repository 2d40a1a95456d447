// The apps: each copy as wanted, behind, or not heard of since. Wanted is what the fleet declares, or what Karmada has divided; ready is what
// the cluster that runs it says. A copy is not heard of when its control plane is silent, and also when that hears of none of the site's nodes.

import type { CopyStatus, AppStatus as Summed } from '../../kube/standing.ts'
import { appOf } from '../../kube/standing.ts'
import type { ExpectedCopy } from '../copies.ts'
import type { Asking } from './asking.ts'
import type { ClusterSaid, FederationSaid } from './clusters.ts'
import { workloadKey } from './clusters.ts'
import { ageOf } from './heard.ts'

export interface AppStatus extends Summed {
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
  const apart = [...direct].map(([app, copies]) => ({
    ...appOf(
      app,
      undefined,
      copies.map((copy) => copyAt(copy, copy.autoscaled ? undefined : copy.replicas)),
    ),
    held: false,
  }))
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

// Apps and controllers: copies for each site as the plan has them beside those that are there. Of what a federation divides, Karmada says how
// many; else the plan does.

import { expectedCopies } from '../../../artefacts/workloads/copies.ts'
import type { Plan } from '../../../model/plan.ts'
import { ageOf } from '../../kube/heard.ts'
import type { AppStatus, CopyStatus } from '../../kube/standing.ts'
import { appOf } from '../../kube/standing.ts'
import type { Asking } from './asking.ts'
import type { ClusterSaid } from './clusters.ts'
import { workloadKey } from './clusters.ts'
import type { FederationSaid } from './federations.ts'

export interface ControllerStatus extends CopyStatus {
  readonly addon: string
}

interface Wanted {
  readonly cluster: string
  readonly site: string | undefined
  readonly namespace: string
  readonly kind: string
  readonly name: string
  /** Undefined: as many as its cluster says are wanted. */
  readonly replicas: number | undefined
}

function copyStatus(asked: Date, clusters: readonly ClusterSaid[], wanted: Wanted): CopyStatus {
  const { replicas, ...copy } = wanted
  const said = clusters.find(({ status }) => status.name === copy.cluster)
  const workload = said?.api?.workloads[workloadKey(copy.namespace, copy.kind, copy.name)]
  const base = { ...copy, wanted: replicas ?? workload?.wanted ?? 1, ready: workload?.ready ?? 0 }
  const nothing = { since: undefined, seconds: undefined }
  if (said?.status.api === 'notThere') return { ...base, state: 'behind', ...nothing }
  if (said === undefined || !said.heard)
    return { ...base, state: 'notHeardOf', ...(said?.age ?? ageOf(undefined, asked)) }
  const nodes = said.api?.nodes.filter(({ site }) => site === copy.site) ?? []
  const lost = nodes.filter(({ ready }) => ready === 'Unknown')
  if (copy.site !== undefined && nodes.length > 0 && lost.length === nodes.length)
    return {
      ...base,
      state: 'notHeardOf',
      ...ageOf(
        lost
          .map(({ since }) => since ?? '')
          .sort()
          .at(-1),
        asked,
      ),
    }
  return { ...base, state: base.ready >= base.wanted ? 'asWanted' : 'behind', ...nothing }
}

export function appStatuses(
  { ground: { plan }, asked }: Asking,
  clusters: readonly ClusterSaid[],
  federations: readonly FederationSaid[],
): readonly AppStatus[] {
  const expected = expectedCopies(plan, new Set(plan.fleet.clusters.map(({ name }) => name)))
  const apps = [...new Set(expected.map(({ app }) => app))]
  const apart = apps.map((app) =>
    appOf(
      app,
      undefined,
      expected
        .filter((copy) => copy.app === app)
        .map(({ replicas, autoscaled, cluster, site, namespace, kind, name }) =>
          copyStatus(asked, clusters, {
            cluster,
            site,
            namespace,
            kind,
            name,
            replicas: autoscaled ? undefined : replicas,
          }),
        ),
    ),
  )
  const federated = federations.flatMap(({ status, held }) =>
    [...new Set([...held.map(({ app }) => app), ...plannedFor(plan, status.name)])].map((app) => {
      const own = held.filter((one) => one.app === app)
      const copies = own.flatMap(({ targets, namespace, kind, name }) =>
        targets.map(({ name: cluster, replicas }) =>
          copyStatus(asked, clusters, { cluster, site: undefined, namespace, kind, name, replicas }),
        ),
      )
      const planned = plan.placement.filter((row) => row.federation === status.name && row.app === app)
      const made = appOf(
        app,
        status.name,
        copies,
        own.length > 0
          ? own.reduce((sum, { wanted }) => sum + wanted, 0)
          : planned.reduce((sum, { replicas }) => sum + replicas, 0),
      )
      return status.state === 'notHeardOf' ? { ...made, state: 'notHeardOf' as const } : made
    }),
  )
  return [...apart, ...federated].sort((a, b) => (a.app < b.app ? -1 : 1))
}

const plannedFor = ({ placement }: Plan, federation: string): readonly string[] =>
  placement.filter((row) => row.federation === federation).map(({ app }) => app)

/** Deployments that add-ons of the plan bring along. */
export function controllerStatuses(
  { ground: { plan }, asked }: Asking,
  clusters: readonly ClusterSaid[],
): readonly ControllerStatus[] {
  const found = plan.steps.flatMap(({ subject, intent, change }): readonly (Wanted & { readonly addon: string })[] => {
    const { cluster, addon } = subject
    if (cluster === undefined || addon === undefined || change === 'remove') return []
    if (typeof intent.deployment !== 'string' || typeof intent.namespace !== 'string') return []
    return [
      {
        addon,
        cluster,
        site: undefined,
        namespace: intent.namespace,
        kind: 'Deployment',
        name: intent.deployment,
        replicas: undefined,
      },
    ]
  })
  return found
    .filter((one, index) => found.findIndex((it) => it.cluster === one.cluster && it.name === one.name) === index)
    .map(({ addon, ...wanted }) => ({ addon, ...copyStatus(asked, clusters, wanted) }))
}

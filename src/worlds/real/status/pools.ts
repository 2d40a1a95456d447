// Nodes: how many of each pool are declared, have joined and are ready; and where some have not joined, which of the six causes it is.

import type { PlannedStep } from '../../../model/plan.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import type { Asking } from './asking.ts'
import { whereOfCluster } from './asking.ts'
import type { Cause } from './causes.ts'
import { causesOf } from './causes.ts'
import type { ClusterSaid, NodeSaid } from './clusters.ts'
import { joinFacts } from './joining.ts'

export interface PoolStatus extends Age {
  readonly site: string
  readonly pool: string
  readonly cluster: string
  readonly state: Standing
  readonly wanted: number
  /** As last heard. */
  readonly joined: number
  readonly ready: number
  /** Joined once, and their control plane misses their heartbeats; `since` is when it began to miss the last of them. */
  readonly notHeardOf: number
  /** The six, where nodes are missing that AWS should launch; else none. */
  readonly causes: readonly Cause[]
}

export function poolStatuses(asking: Asking, clusters: readonly ClusterSaid[]): Promise<readonly PoolStatus[]> {
  const { plan } = asking.ground
  const joins = plan.steps.filter((step) => step.kind === 'pool.join' && step.change !== 'remove')
  return Promise.all(
    joins.map(async (step) => {
      const status = poolStatus(asking.asked, joins, step, clusters)
      const where = whereOfCluster(plan, status.cluster)
      const launched = step.intent.kind === 'managed' || step.intent.kind === 'selfManaged'
      if (status.state === 'asWanted' || status.joined >= status.wanted || where === undefined || !launched)
        return status
      return { ...status, causes: causesOf(await joinFacts(asking, step, where)) }
    }),
  )
}

function poolStatus(
  asked: Date,
  joins: readonly PlannedStep[],
  step: PlannedStep,
  clusters: readonly ClusterSaid[],
): PoolStatus {
  const { site = '', pool = '', cluster = '' } = step.subject
  const said = clusters.find(({ status }) => status.name === cluster)
  const alone = joins.filter(({ subject }) => subject.site === site && subject.cluster === cluster).length === 1
  const own = (said?.api?.nodes ?? []).filter(
    (node) => node.site === site && (node.pool === pool || (alone && node.pool === undefined)),
  )
  const wanted = Number(step.intent.replicas ?? 1)
  const ready = own.filter((node) => node.ready === 'True').length
  const lost = own.filter((node) => node.ready === 'Unknown')
  const base = { site, pool, cluster, wanted, joined: own.length, ready, notHeardOf: lost.length, causes: [] }
  if (said === undefined || (!said.heard && said.status.api === 'silent'))
    return { ...base, state: 'notHeardOf', ...(said?.age ?? ageOf(undefined, asked)) }
  if (own.length > 0 && lost.length === own.length)
    return { ...base, state: 'notHeardOf', ...ageOf(lastOf(lost), asked) }
  return { ...base, state: ready >= wanted ? 'asWanted' : 'behind', ...ageOf(lastOf(lost), asked) }
}

const lastOf = (nodes: readonly NodeSaid[]): string | undefined =>
  nodes
    .flatMap(({ since }) => since ?? [])
    .sort()
    .at(-1)

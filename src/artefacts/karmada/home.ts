// Where the declaration wants an app that a federation carries, when all members are well: the question that Karmada's scheduler would be
// asked, made from the objects of a running Karmada and answered by the port of it. Pure: objects in, targets out.

import { lostTaint } from '../../plan/karmada.ts'
import type { MemberCluster, Target } from '../../schedule/binding.ts'
import { failed } from '../../schedule/binding.ts'
import type { ReplicaRequirements, ResourceModel, ResourceSummary } from '../../schedule/estimate.ts'
import type { Placement, Taint } from '../../schedule/placement.ts'
import { schedule } from '../../schedule/schedule.ts'
import { at, fieldsAt, itemsAt } from '../workloads/fields.ts'

interface Live {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

/** Undefined where Karmada would place it nowhere. */
export function homeTargets(binding: Live, clusters: readonly Live[]): readonly Target[] | undefined {
  const requirements = at(binding, 'spec', 'replicaRequirements') as ReplicaRequirements | undefined
  const outcome = schedule({
    clusters: clusters.map(memberOf),
    replicas: Number(at(binding, 'spec', 'replicas') ?? 0),
    uid: String(at(binding, 'spec', 'resource', 'uid') ?? ''),
    placement: fieldsAt(binding, 'spec', 'placement') as Placement,
    fresh: true,
    ...(requirements !== undefined && { requirements }),
  })
  return failed(outcome) ? undefined : [...outcome.result].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function memberOf(cluster: Live): MemberCluster {
  const { metadata } = cluster
  const region = at(cluster, 'spec', 'region') as string | undefined
  const provider = at(cluster, 'spec', 'provider') as string | undefined
  const summary = at(cluster, 'status', 'resourceSummary') as ResourceSummary | undefined
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    zones: itemsAt(cluster, 'spec', 'zones') as readonly string[],
    models: itemsAt(cluster, 'spec', 'resourceModels') as readonly ResourceModel[],
    taints: (itemsAt(cluster, 'spec', 'taints') as readonly Taint[]).filter(({ key }) => !ofLoss(key)),
    ...(region !== undefined && { region }),
    ...(provider !== undefined && { provider }),
    ...(summary === undefined ? { avail: -1 } : { summary }),
  }
}

/** Taints that go when the member is back; others somebody has put there on purpose. */
const ofLoss = (key: string): boolean =>
  ['cluster.karmada.io/not-ready', 'cluster.karmada.io/unreachable', lostTaint].includes(key)

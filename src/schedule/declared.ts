// A declared placement as the question that Karmada's scheduler is asked: the twin and the closed forms of failover ask it, and a test
// holds it to what the plan asks, so that nothing moves to where the plan would not have put it.

import type { App, Federation, Fleet, Placement } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { MemberCluster, Target } from './binding.ts'
import { failed } from './binding.ts'
import type { ClusterAffinity, Placement as Policy, ReplicaScheduling, Taint } from './placement.ts'
import { schedule } from './schedule.ts'

/** The taint by which a lost member gives up what runs on it. */
export const lostTaint = 'skerry.dev/lost'

export function policyOf(federation: Federation, placement: Placement): Policy {
  const { groups, members, spread } = placement
  const stay = toleratesFor(federation, placement)
  const most = federation.memberClusters.length
  return {
    ...(groups !== undefined
      ? { clusterAffinities: groups.map(({ name, ...choice }) => ({ affinityName: name, ...affinityOf(choice) })) }
      : members !== undefined && { clusterAffinity: affinityOf(members) }),
    ...(stay > 0 && {
      clusterTolerations: [
        {
          key: lostTaint,
          operator: 'Exists',
          effect: 'NoExecute',
          ...(Number.isFinite(stay) && { tolerationSeconds: stay }),
        },
      ],
    }),
    ...(spread !== undefined && {
      spreadConstraints: spread.map(({ by, min, max }) => ({
        spreadByField: by,
        minGroups: min,
        maxGroups: max ?? Math.max(min, most),
      })),
    }),
    replicaScheduling: divisionOf(placement),
  }
}

/** Seconds that the workload stays on a lost member; Infinity: for ever. Without a failover declared nothing asks. */
export function toleratesFor({ failover }: Federation, { tolerateLoss }: Placement): number {
  if (failover === undefined) return 0
  const stay = tolerateLoss ?? failover.after
  return stay === 'forever' ? Number.POSITIVE_INFINITY : stay
}

function affinityOf({ clusters, matchLabels, regions, exclude }: NonNullable<Placement['members']>): ClusterAffinity {
  return {
    ...(clusters !== undefined && { clusterNames: clusters }),
    ...(exclude !== undefined && { exclude }),
    ...(matchLabels !== undefined && { labelSelector: { matchLabels } }),
    ...(regions !== undefined && {
      fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: regions }] },
    }),
  }
}

function divisionOf({ division, weights }: Placement): ReplicaScheduling {
  const divided = { replicaSchedulingType: 'Divided' } as const
  switch (division ?? (weights === undefined ? 'duplicated' : 'weighted')) {
    case 'duplicated':
      return { replicaSchedulingType: 'Duplicated' }
    case 'aggregated':
      return { ...divided, replicaDivisionPreference: 'Aggregated' }
    case 'dynamic':
      return {
        ...divided,
        replicaDivisionPreference: 'Weighted',
        weightPreference: { dynamicWeight: 'AvailableReplicas' },
      }
    default: {
      const staticWeightList = Object.entries(weights ?? {})
        .filter(([, weight]) => weight > 0)
        .map(([member, weight]) => ({ targetCluster: { clusterNames: [member] }, weight }))
      return {
        ...divided,
        replicaDivisionPreference: 'Weighted',
        ...(staticWeightList.length > 0 && { weightPreference: { staticWeightList } }),
      }
    }
  }
}

/** A member as Karmada knows it. `avail` -1: nobody has estimated how much fits. */
export function memberCluster(fleet: Fleet, name: string, taints: readonly Taint[] = []): MemberCluster {
  const find = lookup(fleet)
  const cluster = find.cluster(name)
  const zones = find.sitesOf(name).flatMap(({ place }) => place.zone ?? [])
  return {
    name,
    avail: -1,
    ...(cluster?.region !== undefined && { region: cluster.region }),
    ...(zones.length > 0 && { zones: [...new Set(zones)].sort() }),
    ...(cluster !== undefined && {
      labels: cluster.labels,
      provider: cluster.kind === 'eks' || cluster.kind === 'eksOutpost' ? 'aws' : 'on-premises',
    }),
    ...(taints.length > 0 && { taints }),
  }
}

/** The site at which copies on a member run: where its control plane stands, else the first with nodes of it. */
export function siteOfMember(fleet: Fleet, member: string): string | undefined {
  const find = lookup(fleet)
  const sites = find.sitesOf(member)
  return find.cluster(member)?.at ?? sites.find((site) => site.cluster === member)?.name ?? sites[0]?.name
}

/** Who gets what when it is placed for the first time; a tie goes to the name that comes first. Empty: nothing fits. */
export function firstTargets(
  fleet: Fleet,
  federation: Federation,
  placement: Placement,
  uid?: string,
): { readonly targets: readonly Target[]; readonly affinity: string | undefined } {
  const outcome = schedule({
    clusters: [...new Set(federation.memberClusters)].map((name) => memberCluster(fleet, name)),
    replicas: placement.replicas,
    placement: policyOf(federation, placement),
    ...(uid !== undefined && { uid }),
  })
  return failed(outcome)
    ? { targets: [], affinity: undefined }
    : { targets: outcome.result, affinity: outcome.affinity }
}

/** How many objects a workload brings along: each has a binding of its own, and waits its turn. */
export const objectsOf = (app: App, placement: Placement): number =>
  Math.max(app.expose === undefined ? 1 : 2, placement.manifests.filter(({ kind }) => kind !== 'Namespace').length)

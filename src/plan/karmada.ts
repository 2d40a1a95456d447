// A federation's placement in Karmada's own words: the policy that says where, the overrides, the tolerations that say how long; and the
// members as its scheduler sees them. What is written here is what the scheduler is asked, so that the plan cannot promise anything else.
// Source: Karmada v1.18.2, pkg/apis/policy/v1alpha1 (propagation_types.go, override_types.go, clustertaint_types.go).

import type { Federation, Placement } from '../model/fleet.ts'
import type { MemberCluster } from '../schedule/binding.ts'
import type { ClusterAffinity, Placement as Policy, SpreadConstraint, Toleration } from '../schedule/placement.ts'
import type { Ground } from './ground.ts'

/** The taint by which a lost member gives up what runs on it; Karmada's own taints only keep new things away. */
export const lostTaint = 'skerry.dev/lost'

type Choice = NonNullable<Placement['members']>

export type Division = NonNullable<Placement['division']>

export const divisionOf = ({ division, weights }: Placement): Division =>
  division ?? (weights === undefined ? 'duplicated' : 'weighted')

/** The part of a PropagationPolicy that Karmada's scheduler reads. */
export function policyOf(federation: Federation, placement: Placement): Policy {
  const { groups, members, spread } = placement
  const tolerations = tolerationsOf(federation, placement)
  return {
    ...(groups !== undefined
      ? { clusterAffinities: groups.map(({ name, ...choice }) => ({ affinityName: name, ...affinityOf(choice) })) }
      : members !== undefined && { clusterAffinity: affinityOf(members) }),
    ...(tolerations.length > 0 && { clusterTolerations: tolerations }),
    ...(spread !== undefined && { spreadConstraints: spread.map((each) => constraintOf(federation, each)) }),
    replicaScheduling: divisionsOf(placement),
  }
}

function affinityOf({ clusters, matchLabels, regions, exclude }: Choice): ClusterAffinity {
  return {
    ...(clusters !== undefined && { clusterNames: clusters }),
    ...(exclude !== undefined && { exclude }),
    ...(matchLabels !== undefined && { labelSelector: { matchLabels } }),
    ...(regions !== undefined && {
      fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: regions }] },
    }),
  }
}

/** Left out, Karmada takes the most for 0 and chooses nobody: skerry writes how many members there are. */
function constraintOf(
  federation: Federation,
  { by, min, max }: NonNullable<Placement['spread']>[number],
): SpreadConstraint {
  return { spreadByField: by, minGroups: min, maxGroups: max ?? Math.max(min, federation.memberClusters.length) }
}

function divisionsOf(placement: Placement): NonNullable<Policy['replicaScheduling']> {
  const divided = { replicaSchedulingType: 'Divided' } as const
  switch (divisionOf(placement)) {
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
    case 'weighted': {
      // a member without a weight gets nothing; Karmada's API has no weight below 1
      const weights = Object.entries(placement.weights ?? {}).filter(([, weight]) => weight > 0)
      return {
        ...divided,
        replicaDivisionPreference: 'Weighted',
        ...(weights.length > 0 && {
          weightPreference: {
            staticWeightList: weights.map(([member, weight]) => ({
              targetCluster: { clusterNames: [member] },
              weight,
            })),
          },
        }),
      }
    }
  }
}

/** How long replicas stay on a member that is lost: without a toleration not at all, without a time for ever. */
function tolerationsOf({ failover }: Federation, { tolerateLoss }: Placement): readonly Toleration[] {
  if (failover === undefined) return []
  const stay = tolerateLoss ?? failover.after
  if (stay === 0) return []
  return [
    {
      key: lostTaint,
      operator: 'Exists',
      effect: 'NoExecute',
      ...(stay !== 'forever' && { tolerationSeconds: stay }),
    },
  ]
}

/** The members as Karmada knows them once they have joined. `avail` -1: nobody has estimated how much fits. */
export function membersOf(ground: Ground, federation: Federation): readonly MemberCluster[] {
  return [...new Set(federation.memberClusters)].map((name): MemberCluster => {
    const cluster = ground.find.cluster(name)
    const zones = ground.find.sitesOf(name).flatMap(({ place }) => place.zone ?? [])
    return {
      name,
      avail: -1,
      ...(cluster?.region !== undefined && { region: cluster.region }),
      ...(zones.length > 0 && { zones: [...new Set(zones)].sort() }),
      ...(cluster !== undefined && { labels: cluster.labels, provider: providerOf(cluster.kind) }),
    }
  })
}

const providerOf = (kind: string): string => (kind === 'eks' || kind === 'eksOutpost' ? 'aws' : 'on-premises')

/** The site at which copies on a member run: where its control plane stands, else the first with nodes of it. */
export function siteOfMember(ground: Ground, member: string): string {
  const cluster = ground.find.cluster(member)
  const sites = ground.find.sitesOf(member)
  return (
    cluster?.at ??
    sites.find((site) => cluster !== undefined && ground.clusterAt(site) === cluster)?.name ??
    sites[0]?.name ??
    member
  )
}

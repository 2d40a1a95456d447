// A placement as Karmada's API has it, in JSON: the part of a PropagationPolicy that the scheduler reads.
// Source: Karmada v1.18.2, pkg/apis/policy/v1alpha1/propagation_types.go.

export interface Placement {
  readonly clusterAffinity?: ClusterAffinity
  /** Groups in order: the first in which the workload can be scheduled gets it. */
  readonly clusterAffinities?: readonly ClusterAffinityTerm[]
  readonly clusterTolerations?: readonly Toleration[]
  readonly spreadConstraints?: readonly SpreadConstraint[]
  /** Without it each chosen cluster gets all replicas. */
  readonly replicaScheduling?: ReplicaScheduling
}

/** Everything that is given must match; an affinity without conditions matches every cluster. */
export interface ClusterAffinity {
  readonly labelSelector?: LabelSelector
  readonly fieldSelector?: { readonly matchExpressions?: readonly FieldRequirement[] }
  readonly clusterNames?: readonly string[]
  readonly exclude?: readonly string[]
}

export interface ClusterAffinityTerm extends NamedAffinity {
  /** Used in order once the clusters of the term itself are full. */
  readonly overflowAffinities?: readonly NamedAffinity[]
}

export interface NamedAffinity extends ClusterAffinity {
  readonly affinityName: string
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelRequirement[]
}

export interface LabelRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

/** Its keys are `provider`, `region` and `zone`. Karmada's webhook admits In and NotIn, its scheduler knows them all. */
export interface FieldRequirement {
  readonly key: string
  readonly operator: LabelRequirement['operator'] | 'Gt' | 'Lt'
  readonly values?: readonly string[]
}

export interface Toleration {
  readonly key?: string
  /** Equal when left out. */
  readonly operator?: 'Equal' | 'Exists' | 'Lt' | 'Gt'
  readonly value?: string
  readonly effect?: TaintEffect
  readonly tolerationSeconds?: number
}

export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: TaintEffect
  readonly timeAdded?: string
}

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'

export interface SpreadConstraint {
  /** Clusters are chosen by `region` and `cluster` only; the others merely demand that a cluster has the property. */
  readonly spreadByField?: 'cluster' | 'region' | 'zone' | 'provider'
  readonly spreadByLabel?: string
  readonly minGroups?: number
  /** Left out it counts as 0: no cluster is ever chosen. */
  readonly maxGroups?: number
}

export interface ReplicaScheduling {
  readonly replicaSchedulingType?: 'Duplicated' | 'Divided'
  readonly replicaDivisionPreference?: 'Aggregated' | 'Weighted'
  readonly weightPreference?: WeightPreference
}

export interface WeightPreference {
  readonly staticWeightList?: readonly StaticWeight[]
  readonly dynamicWeight?: 'AvailableReplicas'
}

/** A weight is a 64-bit integer in Karmada; here it is exact up to 2^53. */
export interface StaticWeight {
  readonly targetCluster: ClusterAffinity
  readonly weight: number
}

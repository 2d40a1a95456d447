// What the scheduler is asked and what it answers: a workload's binding, the member clusters as Karmada knows them, and the
// targets that come out. The defaults are those of Karmada: no alpha feature gate is on.

import type { ReplicaRequirements, ResourceModel, ResourceSummary } from './estimate.ts'
import type { Placement, Taint } from './placement.ts'

export interface MemberCluster {
  readonly name: string
  /**
   * How many more replicas fit, the least that any estimator answered; -1 where none answered. Left out, it is what the general
   * estimator makes of `summary` and `models`: 0 without a summary.
   */
  readonly avail?: number
  readonly summary?: ResourceSummary
  readonly models?: readonly ResourceModel[]
  readonly region?: string
  readonly zones?: readonly string[]
  readonly provider?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** The kinds it serves, by group and version. Left out, it serves what the workload is; a cluster that just joined may serve none yet. */
  readonly apis?: Readonly<Record<string, readonly string[]>>
  /** It has a deletion timestamp: nothing is scheduled to it. */
  readonly deleting?: boolean
}

export interface Target {
  readonly name: string
  /** 0 where what is placed has no replicas. */
  readonly replicas: number
}

export interface Binding {
  readonly clusters: readonly MemberCluster[]
  readonly replicas: number
  /** Of the template. It decides which cluster gets the replica that cannot be divided. */
  readonly uid?: string
  /** The targets of the last schedule, in its order. */
  readonly previous?: readonly Target[]
  /** Clusters with a graceful eviction task. */
  readonly evicting?: readonly string[]
  readonly placement: Placement
  /** The group of `clusterAffinities` that the last schedule used (`status.schedulerObservedAffinityName`). */
  readonly affinity?: string
  /** A WorkloadRebalancer asked for a schedule that forgets the last one. */
  readonly fresh?: boolean
  /** What one replica asks for. A workload with 0 replicas counts as a workload only with it. */
  readonly requirements?: ReplicaRequirements
  readonly resource?: { readonly apiVersion: string; readonly kind: string }
  /** How many pod templates the workload has, where its kind has several; more than one is never divided. */
  readonly components?: number
  /** `--enable-empty-workload-propagation`: chosen clusters stay targets with 0 replicas. */
  readonly propagateEmpty?: boolean
}

export type Outcome = Scheduled | Failure

export interface Scheduled {
  /** In Karmada's order, but for old targets that get nothing new: those Karmada appends in chance order, here in their old one. */
  readonly result: readonly Target[]
  /** The group of `clusterAffinities` that took the workload. */
  readonly affinity?: string
}

export interface Failure {
  /** Karmada's own words, as in the condition `Scheduled` of the binding. */
  readonly error: string
  /**
   * `NoClusterFit` empties the targets, so that every copy is removed, and is not tried again; after `Unschedulable` and
   * `SchedulerError` the old targets stay, and the scheduler tries again and again.
   */
  readonly reason: 'NoClusterFit' | 'Unschedulable' | 'SchedulerError'
}

/** What the scheduler was doing, and why it could not. */
export const failure = (doing: string, why: string, reason: Failure['reason'] = 'SchedulerError'): Failure => ({
  error: `failed to ${doing}: ${why}`,
  reason,
})

export const failed = (outcome: object): outcome is Failure => 'error' in outcome

/** Whether there is anything to divide: a ConfigMap is none, nor is a Deployment scaled to zero without requests. */
export const isWorkload = (binding: Binding): boolean =>
  binding.replicas > 0 || binding.requirements !== undefined || (binding.components ?? 0) >= 1

export const isTarget = (binding: Binding, cluster: string): boolean =>
  binding.previous?.some((target) => target.name === cluster) === true

// Which clusters come into question at all. A cluster is out with the first filter that rejects it; only that reason is told.
// Karmada keeps its filters in a map without order, so of several reasons it tells one by chance; here it is the first of the list.
// Being Ready is no condition: what keeps a lost cluster out is the taint that Karmada puts on it.
// Source: Karmada v1.18.2, pkg/scheduler/framework/plugins/.

import type { Binding, Failure, MemberCluster } from './binding.ts'
import { isTarget, isWorkload } from './binding.ts'
import type { ClusterAffinity, ClusterAffinityTerm, Taint, Toleration } from './placement.ts'
import { clusterMatches } from './selector.ts'

/** Why a cluster is rejected; undefined when it is not. */
type Filter = (cluster: MemberCluster, binding: Binding, term: ClusterAffinityTerm | undefined) => string | undefined

/** The clusters that pass, or Karmada's summary of why none does. */
export function feasible(binding: Binding, term: ClusterAffinityTerm | undefined): readonly MemberCluster[] | Failure {
  const clusters = binding.clusters.filter((cluster) => !cluster.deleting)
  const reasons = clusters.map((cluster) => firstReason(cluster, binding, term))
  const fit = clusters.filter((_, index) => reasons[index] === undefined)
  return fit.length > 0 ? fit : noClusterFits(binding.clusters.length, reasons)
}

function firstReason(...asked: Parameters<Filter>): string | undefined {
  for (const filter of filters) {
    const reason = filter(...asked)
    if (reason !== undefined) return reason
  }
  return undefined
}

function noClusterFits(clusters: number, reasons: readonly (string | undefined)[]): Failure {
  const counts = new Map<string, number>()
  for (const reason of reasons) if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const told = [...counts].map(([reason, count]) => `${count} ${reason}`).sort()
  const text = told.length === 0 ? 'no cluster exists' : told.join(', ')
  return { error: `0/${clusters} clusters are available: ${text}.`, reason: 'NoClusterFit' }
}

const apiEnablement: Filter = (cluster, binding) => {
  if (cluster.apis === undefined || isTarget(binding, cluster.name)) return undefined
  const { apiVersion, kind } = binding.resource ?? { apiVersion: 'apps/v1', kind: 'Deployment' }
  return cluster.apis[apiVersion]?.includes(kind) ? undefined : 'cluster(s) did not have the API resource'
}

const taintToleration: Filter = (cluster, binding) => {
  if (isTarget(binding, cluster.name)) return undefined
  const tolerations = binding.placement.clusterTolerations ?? []
  const untolerated = cluster.taints?.find(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  )
  return untolerated && `cluster(s) had untolerated taint {${written(untolerated)}}`
}

/** The operators Lt and Gt of Kubernetes 1.35 are switched off in Karmada 1.18: they tolerate nothing. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  const operator = toleration.operator || 'Equal'
  return operator === 'Exists' || (operator === 'Equal' && (toleration.value ?? '') === (taint.value ?? ''))
}

const written = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`

const clusterAffinity: Filter = (cluster, binding, term) => {
  const affinities = affinitiesOf(binding, term)
  if (affinities.length === 0 || affinities.some((affinity) => clusterMatches(cluster, affinity))) return undefined
  return 'cluster(s) did not match the placement cluster affinity constraint'
}

/** Only workloads overflow: a ConfigMap takes no room, so it stays with the clusters of the term itself. */
function affinitiesOf(binding: Binding, term: ClusterAffinityTerm | undefined): readonly ClusterAffinity[] {
  if (binding.placement.clusterAffinity !== undefined) return [binding.placement.clusterAffinity]
  if (term === undefined) return []
  return isWorkload(binding) ? [term, ...(term.overflowAffinities ?? [])] : [term]
}

const spreadConstraint: Filter = (cluster, { placement }) => {
  for (const { spreadByField } of placement.spreadConstraints ?? []) {
    if (spreadByField === 'provider' && !cluster.provider) return 'cluster(s) did not have provider property'
    if (spreadByField === 'region' && !cluster.region) return 'cluster(s) did not have region property'
    if (spreadByField === 'zone' && !cluster.zones?.length) return 'cluster(s) did not have zones property'
  }
  return undefined
}

const clusterEviction: Filter = (cluster, binding) =>
  binding.evicting?.includes(cluster.name) ? 'cluster(s) is in the process of eviction' : undefined

const filters: readonly Filter[] = [apiEnablement, taintToleration, clusterAffinity, spreadConstraint, clusterEviction]

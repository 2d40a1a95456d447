// The clusters of EKS Anywhere with what their laws look at: sites, pools and the part that each one plays. Worked out once per fleet.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, EksAnywhere, Fleet, NodePool, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'

export interface AnywhereCluster {
  readonly cluster: Cluster
  readonly spec: EksAnywhere
  readonly sites: readonly Site[]
  readonly pools: readonly NodePool[]
  readonly role: 'management' | 'workload' | 'standalone'
  /** Of the cluster of EKS Anywhere that it names as its manager. */
  readonly manager: EksAnywhere | undefined
}

const made = new WeakMap<Fleet, readonly AnywhereCluster[]>()

export function anywhereClusters(fleet: Fleet): readonly AnywhereCluster[] {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const fresh = workOut(fleet)
  made.set(fleet, fresh)
  return fresh
}

function workOut(fleet: Fleet): readonly AnywhereCluster[] {
  const { site: siteNamed, cluster: clusterNamed, sitesOf, poolsIn } = lookup(fleet)
  const managers = new Set(
    fleet.clusters.flatMap(({ name, eksAnywhere }) =>
      eksAnywhere?.managementCluster === undefined || eksAnywhere.managementCluster === name
        ? []
        : [eksAnywhere.managementCluster],
    ),
  )
  return fleet.clusters.flatMap((cluster): AnywhereCluster[] => {
    const spec = cluster.eksAnywhere
    if (spec === undefined) return []
    const at = siteNamed(cluster.at)
    const sites = at === undefined ? sitesOf(cluster.name) : [at]
    const manager = clusterNamed(spec.managementCluster)?.eksAnywhere
    return [{ cluster, spec, sites, pools: poolsIn(cluster.name), role: roleOf(cluster, spec, managers), manager }]
  })
}

function roleOf({ name }: Cluster, spec: EksAnywhere, managers: ReadonlySet<string>): AnywhereCluster['role'] {
  if (spec.role !== undefined) return spec.role
  if (spec.managementCluster !== undefined && spec.managementCluster !== name) return 'workload'
  return managers.has(name) ? 'management' : 'standalone'
}

/** A judge of one cluster at a time. */
export const ofEach =
  (judge: (one: AnywhereCluster) => readonly Hit[]): Rule['check'] =>
  (fleet) =>
    anywhereClusters(fleet).flatMap(judge)

/** The hit at a field of its EKS Anywhere part. */
export const hitAt = (
  { cluster }: AnywhereCluster,
  field: string,
  found: string,
  fix: string,
  more: Partial<Hit> = {},
): Hit => ({
  origin: cluster.origin,
  field: field === '' ? 'eksAnywhere' : `eksAnywhere/${field}`,
  found,
  fix,
  ...more,
})

/** How many control plane machines it gets. */
export const controlPlanesOf = ({ spec }: AnywhereCluster): number =>
  spec.controlPlane?.replicas ?? (spec.singleNode ? 1 : 3)

export { minorOf } from './minor.ts'

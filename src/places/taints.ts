// Which nodes pods may run on: the taints that the nodes of a pool carry, whoever puts them there, and what the templates of an app
// tolerate. Pods of DaemonSets, and of Jobs, which end, are no copies of an app.

import type { Fleet, Manifest, NodePool } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { controlPlaneTaint, isOfControlPlane, workersOf } from './on-premises/groups.ts'

type Taint = NodePool['taints'][number]

/**
 * As declared; and EKS Anywhere taints the machines of its control plane whether the file says so or not, unless there is nobody else to
 * run pods: on a single node, or without workers, it takes that taint away.
 */
export function taintsOf(fleet: Fleet, pool: NodePool): readonly Taint[] {
  const { cluster, poolsIn } = lookup(fleet)
  const spec = cluster(pool.cluster)?.eksAnywhere
  if (spec === undefined) return pool.taints
  const pools = poolsIn(pool.cluster ?? '')
  if (workersOf(spec, pools).length === 0) return pool.taints.filter(({ key }) => key !== controlPlaneTaint)
  return isOfControlPlane(spec, pools, pool) && !pool.taints.some(({ key }) => key === controlPlaneTaint)
    ? [...pool.taints, { key: controlPlaneTaint, effect: 'NoSchedule' }]
    : pool.taints
}

/** Whether nodes of the pool are closed to pods that tolerate nothing. */
export const isClosed = (fleet: Fleet, pool: NodePool): boolean => taintsOf(fleet, pool).some(keepsOut)

/** The pools with nodes that the pods of these manifests may run on. */
export function poolsOpenTo(
  fleet: Fleet,
  pools: readonly NodePool[],
  manifests: readonly Manifest[],
): readonly NodePool[] {
  // nearly everywhere there is no taint at all: the templates need not be read
  if (!pools.some((pool) => isClosed(fleet, pool))) return pools
  const tolerated = tolerationsOf(manifests)
  return pools.filter((pool) => toleratesAll(tolerated, taintsOf(fleet, pool)))
}

/** What each template of pods tolerates; a copy stands for all of them, so that it runs only where each of them may. */
function tolerationsOf(manifests: readonly Manifest[]): readonly (readonly Toleration[])[] {
  return manifests.filter(({ kind }) => kinds.has(kind)).map(({ kind, object }) => listed(object, kind))
}

const kinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Pod'])

/** PreferNoSchedule keeps nobody out. */
const keepsOut = ({ effect }: Taint): boolean => effect !== 'PreferNoSchedule'

const toleratesAll = (templates: readonly (readonly Toleration[])[], taints: readonly Taint[]): boolean =>
  taints
    .filter(keepsOut)
    .every(
      (taint) =>
        templates.length > 0 && templates.every((tolerations) => tolerations.some((one) => tolerates(one, taint))),
    )

interface Toleration {
  readonly key?: unknown
  readonly operator?: unknown
  readonly value?: unknown
  readonly effect?: unknown
}

/** kubernetes v1.36.3 staging/src/k8s.io/component-helpers/scheduling/corev1: no key or no effect stands for any of them. */
function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (said(effect) && effect !== taint.effect) return false
  if (said(key) && key !== taint.key) return false
  if (operator === 'Exists') return true
  // without a key only Exists is allowed
  return said(key) && (!said(operator) || operator === 'Equal') && (value ?? '') === (taint.value ?? '')
}

const said = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function listed(object: unknown, kind: string): readonly Toleration[] {
  const path = kind === 'Pod' ? ['spec', 'tolerations'] : ['spec', 'template', 'spec', 'tolerations']
  let inner = object
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null) return []
    inner = (inner as Readonly<Record<string, unknown>>)[key]
  }
  return Array.isArray(inner) ? inner.filter((one): one is Toleration => typeof one === 'object' && one !== null) : []
}

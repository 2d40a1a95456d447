// Which machines of a cluster are for what. A node pool lists workers, or the machines of the control plane; a line of a hardware file says by
// its label `type` for which group a machine is, and in a file of several clusters also for which of them.

import type { EksAnywhere, NodePool } from '../../model/fleet.ts'
import type { Machine } from '../../model/hardware.ts'

export const controlPlaneTaint = 'node-role.kubernetes.io/control-plane'

export const controlPlaneReplicas = ({
  singleNode,
  controlPlane,
}: Pick<EksAnywhere, 'singleNode' | 'controlPlane'>): number => (singleNode ? 1 : (controlPlane?.replicas ?? 3))

/**
 * Whether a pool lists the machines of the control plane, and not workers: it carries the taint or the name; or, on bare metal, it is all
 * that there is and as many as the control plane has. No other provider makes a cluster without workers: there a lone pool is one of them.
 */
export function isOfControlPlane(spec: EksAnywhere, pools: readonly NodePool[], pool: NodePool): boolean {
  if (spec.singleNode) return false
  if (pool.name === 'control-plane' || pool.taints.some(({ key }) => key === controlPlaneTaint)) return true
  return spec.provider === 'bareMetal' && pools.length === 1 && pool.replicas === controlPlaneReplicas(spec)
}

/** The pools that are groups of workers. */
export function workersOf(spec: EksAnywhere, pools: readonly NodePool[]): readonly NodePool[] {
  return spec.singleNode ? [] : pools.filter((pool) => pool.replicas > 0 && !isOfControlPlane(spec, pools, pool))
}

export const controlPlaneGroup = 'cp'
export const hardwareLabel = 'type'

/**
 * The group that a machine is for: `cp`, or a node pool. Where there is one only, nothing needs to be said; of a file of several clusters
 * the label names the cluster too. Undefined: it says no group of this cluster.
 */
export function groupOfMachine(
  { labels }: Pick<Machine, 'labels'>,
  cluster: string,
  workers: readonly { readonly name: string }[],
  shared: boolean,
): string | undefined {
  const said = labels[hardwareLabel] ?? ''
  const own = said.startsWith(`${cluster}-`)
  if (shared && !own) return undefined
  const group = own ? said.slice(cluster.length + 1) : said
  const [only] = workers
  if (only === undefined && !shared) return controlPlaneGroup
  if (group === controlPlaneGroup || group === 'control-plane') return controlPlaneGroup
  if (group === 'worker' && only !== undefined && workers.length === 1) return only.name
  return workers.some(({ name }) => name === group) ? group : undefined
}

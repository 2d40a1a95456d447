// How long a cluster on premises takes at most. EKS Anywhere publishes no usual time; what its own program waits before it gives up, and how
// long its health checks give a machine to join, are the figures that there are.
// Sources: EKS Anywhere v0.26, pkg/clustermanager/cluster_manager.go (control plane 60 min, external etcd 60 min, 10 min for each machine and
// 30 at least), docs/content/en/docs/getting-started/optional/healthchecks.md (a node joins in 10 minutes, on bare metal in 20).

import type { View } from '../../../artefacts/eks-anywhere/view.ts'
import type { Work } from '../work.ts'

const minute = 60

const machineSeconds = (view: View): number => (view.spec.provider === 'bareMetal' ? 20 : 10) * minute

const workersIn = (view: View): number => view.workers.reduce((sum, { replicas }) => sum + replicas, 0)

/** Machines of a control plane join one after the other, workers all together. */
export const expectedOf = (view: View): NonNullable<Work['expected']> => ({
  minSeconds: machineSeconds(view),
  maxSeconds: machineSeconds(view) * (view.controlPlane.replicas + (workersIn(view) > 0 ? 1 : 0)),
  source:
    'EKS Anywhere, getting-started/optional/healthchecks.md: a machine joins in 10 minutes, on bare metal in 20, or it is replaced',
})

/** Past this the program of EKS Anywhere, too, calls it failed. */
export function limitSeconds(view: View): number {
  const etcd = view.spec.etcd === undefined || view.spec.provider === 'bareMetal' ? 0 : 60 * minute
  const controlPlane = Math.max(60 * minute, machineSeconds(view) * view.controlPlane.replicas)
  const workers = workersIn(view) === 0 ? 0 : Math.max(30 * minute, machineSeconds(view) * workersIn(view))
  return etcd + controlPlane + workers
}

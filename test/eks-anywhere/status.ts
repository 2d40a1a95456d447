// The conditions of a Cluster from its machines, in the order and the words of pkg/controller/clusters/status.go (EKS Anywhere v0.26).

import { at, itemsAt } from '../../src/artefacts/workloads/fields.ts'
import type { KubeObject } from '../../src/worlds/kube/client.ts'

/** The machines of one cluster, as Cluster API would count them. */
export interface Machines {
  /** What the machines are made by: another one makes them anew, one by one. */
  shape: string
  controlPlane: number
  workers: number
  /** Of another shape, still there. */
  outdatedControlPlane: number
  outdatedWorkers: number
  etcd: boolean
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly severity?: 'Info'
  readonly message?: string
}

const isTrue = (type: string): Condition => ({ type, status: 'True' })
const isFalse = (type: string, reason: string, message?: string): Condition => ({
  ...{ type, status: 'False', reason, severity: 'Info' },
  ...(message !== undefined && { message }),
})

export function conditionsOf(cluster: KubeObject, own: Machines): readonly Condition[] {
  const initialized = own.controlPlane + own.outdatedControlPlane > 0
  const first: Condition = initialized
    ? isTrue('ControlPlaneInitialized')
    : isFalse(
        'ControlPlaneInitialized',
        'ControlPlaneInitializationInProgress',
        'The first control plane instance is not available yet',
      )
  const controlPlane = controlPlaneReady(cluster, own, first)
  const cni: Condition =
    controlPlane.status === 'True' || own.workers > 0
      ? isTrue('DefaultCNIConfigured')
      : isFalse('DefaultCNIConfigured', 'ControlPlaneNotReady')
  const workers = workersReady(cluster, own, initialized)
  const all = [first, controlPlane, cni, workers]
  const missing = all.find(({ status }) => status === 'False')
  return [missing === undefined ? isTrue('Ready') : { ...missing, type: 'Ready' }, ...all]
}

function controlPlaneReady(cluster: KubeObject, own: Machines, first: Condition): Condition {
  const type = 'ControlPlaneReady'
  const expected = controlPlaneOf(cluster)
  if (at(cluster, 'spec', 'externalEtcdConfiguration') !== undefined && !own.etcd)
    return isFalse(type, 'ExternalEtcdNotAvailable', 'Etcd cluster is not available')
  if (first.status === 'False') return { ...first, type }
  const total = own.controlPlane + own.outdatedControlPlane
  if (own.outdatedControlPlane > 0)
    return isFalse(
      type,
      'RollingUpgradeInProgress',
      `Control plane nodes not up-to-date yet, ${total} rolling (${own.controlPlane} up to date)`,
    )
  if (total < expected)
    return isFalse(type, 'ScalingUp', `Scaling up control plane nodes, ${expected} expected (${total} actual)`)
  if (total > expected)
    return isFalse(type, 'ScalingDown', `Scaling down control plane nodes, ${expected} expected (${total} actual)`)
  return isTrue(type)
}

function workersReady(cluster: KubeObject, own: Machines, initialized: boolean): Condition {
  const type = 'WorkersReady'
  const expected = workersOf(cluster)
  if (!initialized) return isFalse(type, 'ControlPlaneNotInitialized')
  const total = own.workers + own.outdatedWorkers
  if (own.outdatedWorkers > 0)
    return isFalse(
      type,
      'RollingUpgradeInProgress',
      `Worker nodes not up-to-date yet, ${total} rolling (${own.workers} up to date)`,
    )
  if (total < expected)
    return isFalse(type, 'ScalingUp', `Scaling up worker nodes, ${expected} expected (${total} actual)`)
  if (total > expected)
    return isFalse(type, 'ScalingDown', `Scaling down worker nodes, ${expected} expected (${total} actual)`)
  return isTrue(type)
}

export const controlPlaneOf = (cluster: KubeObject): number =>
  Number(at(cluster, 'spec', 'controlPlaneConfiguration', 'count') ?? 1)

export const workersOf = (cluster: KubeObject): number =>
  itemsAt(cluster, 'spec', 'workerNodeGroupConfigurations').reduce<number>(
    (sum, it) => sum + Number(at(it, 'count') ?? 1),
    0,
  )

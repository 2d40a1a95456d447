// What EKS Anywhere says of a cluster that it makes, read from the status of its Cluster: how far it is, or why it does not go on.
// Source: EKS Anywhere v0.26, pkg/api/v1alpha1/condition_consts.go, pkg/controller/clusters/status.go, controllers/cluster_controller.go,
// docs/content/en/docs/clustermgmt/cluster-status.md.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeObject } from '../../kube/client.ts'
import { conditionOf } from '../kubernetes/ready.ts'

export type Standing =
  | { readonly kind: 'ready' }
  | { readonly kind: 'underway'; readonly seen: string }
  /** Told by the controller, which goes on trying: what was missing for a moment passes. */
  | { readonly kind: 'failing'; readonly seen: string; readonly reason: string | undefined }

/** In the order in which they come true; `Ready` sums them up. */
export const steps = ['ControlPlaneInitialized', 'ControlPlaneReady', 'DefaultCNIConfigured', 'WorkersReady'] as const

/** The CNI is the user's own: this one stays False, and `Ready` does not count it. */
const skipped = 'SkipUpgradesForDefaultCNIConfigured'

export function standingOf(cluster: KubeObject): Standing {
  const message = textAt(cluster, 'failureMessage')
  const reason = textAt(cluster, 'failureReason')
  // the generation that was looked at last is not written after an error: a failure is heard before it
  if (message !== undefined)
    return { kind: 'failing', seen: reason === undefined ? message : `${reason}: ${message}`, reason }
  const generation = Number(at(cluster, 'metadata', 'generation') ?? 0)
  const observed = Number(at(cluster, 'status', 'observedGeneration') ?? 0)
  const last = lastOf(cluster)
  if (observed < generation)
    return {
      kind: 'underway',
      seen: `generation ${generation} of its declaration is not looked at yet${last === undefined ? '' : `; ${last}`}`,
    }
  if (at(conditionOf(cluster, 'Ready'), 'status') === 'True') return { kind: 'ready' }
  return { kind: 'underway', seen: last ?? 'no condition yet' }
}

/** `ControlPlaneReady False ScalingUp: Scaling up control plane nodes, 3 expected (1 actual)` */
function lastOf(cluster: KubeObject): string | undefined {
  const missing = [...steps, 'Ready']
    .map((type) => conditionOf(cluster, type))
    .find((it) => it !== undefined && it.status !== 'True' && it.reason !== skipped)
  if (missing === undefined)
    return itemsAt(cluster, 'status', 'conditions').length === 0 ? undefined : 'all conditions are true but Ready'
  const message = typeof missing.message === 'string' && missing.message !== '' ? `: ${missing.message}` : ''
  return `${[missing.type, missing.status, missing.reason].filter((it) => it !== undefined && it !== '').join(' ')}${message}`
}

function textAt(cluster: KubeObject, field: string): string | undefined {
  const text = at(cluster, 'status', field)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** Set by whoever looks after it by hand; nothing is done on the cluster until it is taken off. */
export const isPaused = ({ metadata }: KubeObject): boolean => annotation(metadata, 'paused') !== undefined

/** eksctl anywhere is at work on it, and takes the annotation off when it is done. */
export const isHeldByCli = ({ metadata }: KubeObject): boolean => annotation(metadata, 'managed-by-cli') !== undefined

const annotation = (metadata: KubeObject['metadata'], name: string): unknown => {
  const annotations = metadata.annotations as Readonly<Record<string, unknown>> | undefined
  return annotations?.[`anywhere.eks.amazonaws.com/${name}`]
}

/** What is looked at next, by how far it came. */
export function nextFor(cluster: string, manager: string, seen: string): string {
  const system = `kubectl --context ${manager} --namespace eksa-system`
  const machines = `${system} get machines,kubeadmcontrolplanes,machinedeployments --selector cluster.x-k8s.io/cluster-name=${cluster}`
  const logs = `${system} logs deployment/eksa-controller-manager`
  const where =
    seen.startsWith('WorkersReady') || seen.startsWith('ControlPlane')
      ? `${machines} names the machine that lags; `
      : ''
  return `${where}${logs} says what its controller tries; then run this again, it goes on where it stopped`
}

// Reading and changing Kubernetes objects as plain data: a change makes a new object and leaves what somebody wrote as it was.

import type { KubernetesObject } from '../artefact.ts'

export type Fields = Readonly<Record<string, unknown>>
export type Path = readonly string[]

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fieldsAt = (value: unknown, ...path: Path): Fields => {
  const found = at(value, ...path)
  return isFields(found) ? found : {}
}

export const itemsAt = (value: unknown, ...path: Path): readonly unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export const at = (value: unknown, ...path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (isFields(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value)

/** The object with another value at the path; undefined takes the field away. */
export function put<Whole extends Fields>(object: Whole, [key, ...rest]: Path, value: unknown): Whole {
  if (key === undefined) return object
  if (rest.length === 0 && value === undefined) {
    const { [key]: _, ...others } = object
    return others as unknown as Whole
  }
  return { ...object, [key]: rest.length === 0 ? value : put(fieldsAt(object, key), rest, value) }
}

/** Adds to a map of the object what it does not say already. */
export function fill<Whole extends Fields>(object: Whole, path: Path, more: Fields): Whole {
  const before = fieldsAt(object, ...path)
  const missing = Object.entries(more).filter(([key]) => !Object.hasOwn(before, key))
  return missing.length === 0 ? object : put(object, path, { ...before, ...Object.fromEntries(missing) })
}

const clusterWide = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'CSIDriver',
  'VolumeAttachment',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'PriorityClass',
  'RuntimeClass',
  'IngressClass',
  'IngressClassParams',
  'CertificateSigningRequest',
  'ClusterIssuer',
  'ClusterPropagationPolicy',
  'ClusterOverridePolicy',
  'ClusterTaintPolicy',
])

/** By kind: kinds of others that skerry does not know count as namespaced, as kustomize takes them. */
export const isNamespaced = ({ kind }: { readonly kind: string }): boolean => !clusterWide.has(kind)

/** Where the pods of a workload are described. */
export function podPath({ kind }: KubernetesObject): Path | undefined {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
      return ['spec', 'template']
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template']
    case 'Pod':
      return []
    default:
      return undefined
  }
}

/** Workloads of which there are as many as somebody asks for. */
export const isScaled = ({ kind }: KubernetesObject): boolean => kind === 'Deployment' || kind === 'StatefulSet'

export const podLabels = (object: KubernetesObject): Fields =>
  fieldsAt(object, ...(podPath(object) ?? []), 'metadata', 'labels')

/** Whether a selector by labels means the pods of the workload; an empty one means none here. */
export function selects(selector: unknown, workload: KubernetesObject): boolean {
  const wanted = Object.entries(isFields(selector) ? selector : {})
  const labels = podLabels(workload)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

// The kinds that an API server has from its first second; all others come with their CustomResourceDefinition.

import type { Fields } from './merging.ts'

export interface Kind {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  /** Its status is written at `/status` only. */
  readonly status: boolean
}

const of = (
  group: string,
  version: string,
  namespaced: boolean,
  names: readonly (readonly [plural: string, kind: string])[],
): readonly Kind[] => names.map(([plural, kind]) => ({ group, version, plural, kind, namespaced, status: true }))

export const builtIn: readonly Kind[] = [
  ...of('', 'v1', false, [
    ['namespaces', 'Namespace'],
    ['nodes', 'Node'],
    ['persistentvolumes', 'PersistentVolume'],
  ]),
  ...of('', 'v1', true, [
    ['configmaps', 'ConfigMap'],
    ['endpoints', 'Endpoints'],
    ['events', 'Event'],
    ['limitranges', 'LimitRange'],
    ['persistentvolumeclaims', 'PersistentVolumeClaim'],
    ['pods', 'Pod'],
    ['resourcequotas', 'ResourceQuota'],
    ['secrets', 'Secret'],
    ['serviceaccounts', 'ServiceAccount'],
    ['services', 'Service'],
  ]),
  ...of('apps', 'v1', true, [
    ['daemonsets', 'DaemonSet'],
    ['deployments', 'Deployment'],
    ['replicasets', 'ReplicaSet'],
    ['statefulsets', 'StatefulSet'],
  ]),
  ...of('batch', 'v1', true, [
    ['cronjobs', 'CronJob'],
    ['jobs', 'Job'],
  ]),
  ...of('autoscaling', 'v2', true, [['horizontalpodautoscalers', 'HorizontalPodAutoscaler']]),
  ...of('policy', 'v1', true, [['poddisruptionbudgets', 'PodDisruptionBudget']]),
  ...of('networking.k8s.io', 'v1', true, [
    ['ingresses', 'Ingress'],
    ['networkpolicies', 'NetworkPolicy'],
  ]),
  ...of('networking.k8s.io', 'v1', false, [['ingressclasses', 'IngressClass']]),
  ...of('rbac.authorization.k8s.io', 'v1', false, [
    ['clusterroles', 'ClusterRole'],
    ['clusterrolebindings', 'ClusterRoleBinding'],
  ]),
  ...of('rbac.authorization.k8s.io', 'v1', true, [
    ['roles', 'Role'],
    ['rolebindings', 'RoleBinding'],
  ]),
  ...of('storage.k8s.io', 'v1', false, [
    ['csidrivers', 'CSIDriver'],
    ['storageclasses', 'StorageClass'],
  ]),
  ...of('scheduling.k8s.io', 'v1', false, [['priorityclasses', 'PriorityClass']]),
  ...of('coordination.k8s.io', 'v1', true, [['leases', 'Lease']]),
  ...of('apiextensions.k8s.io', 'v1', false, [['customresourcedefinitions', 'CustomResourceDefinition']]),
  ...of('apiregistration.k8s.io', 'v1', false, [['apiservices', 'APIService']]),
  ...of('admissionregistration.k8s.io', 'v1', false, [
    ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'],
    ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'],
    ['validatingadmissionpolicies', 'ValidatingAdmissionPolicy'],
    ['validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding'],
  ]),
]

/** A definition as `kubectl apply` takes it, for kinds that a chart or an engine brings. */
export const definitionOf = (
  group: string,
  version: string,
  plural: string,
  kind: string,
  namespaced = true,
): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    names: { plural, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    versions: [{ name: version, served: true, storage: true, subresources: { status: {} } }],
  },
})

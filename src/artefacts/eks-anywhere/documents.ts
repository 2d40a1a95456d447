// The documents of one cluster, in the order in which eksctl anywhere writes them: the Cluster, where its machines are made, how, and who may
// sign in. All stand in the namespace `default`, by name: GitOps needs it said (docs/content/en/docs/clustermgmt/cluster-flux.md). Field names
// are those of the custom resource definitions of release 0.26; what EKS Anywhere fills in by itself is left out, unless the definition asks.

import { kindsOf } from '../../places/on-premises/kinds.ts'
import type { KubernetesObject } from '../artefact.ts'
import { anywhereApi } from './api.ts'
import { fluxConfig, identityConfigs } from './identity.ts'
import { datacenterConfig, machineConfigs } from './providers.ts'
import type { Group, View } from './view.ts'

/** Filled in when the file is applied, by a variable of this name. */
export const licenceVariable = 'LICENSE_TOKEN'

export function documentsOf(view: View): readonly KubernetesObject[] {
  return [
    clusterOf(view),
    datacenterConfig(view),
    ...machineConfigs(view),
    ...identityConfigs(view),
    ...fluxConfig(view),
  ]
}

function clusterOf(view: View): KubernetesObject {
  const { name, labels, spec, controlPlane, workers } = view
  const { endpoint, etcd, release, licenseToken, registryMirror } = spec
  const identity = identityConfigs(view)
  const [flux] = fluxConfig(view)
  return {
    apiVersion: anywhereApi,
    kind: 'Cluster',
    metadata: { name, namespace: 'default', ...(Object.keys(labels).length > 0 && { labels }) },
    spec: {
      kubernetesVersion: spec.version,
      ...(release !== undefined && { eksaVersion: `v${release.replace(/^v/, '')}` }),
      managementCluster: { name: view.manager },
      clusterNetwork: {
        cniConfig: spec.cni === 'kindnetd' ? { kindnetd: {} } : { cilium: {} },
        pods: { cidrBlocks: [spec.podCidr] },
        services: { cidrBlocks: [spec.serviceCidr] },
      },
      controlPlaneConfiguration: {
        count: controlPlane.replicas,
        ...(endpoint !== undefined && spec.provider !== 'docker' && { endpoint: { host: endpoint } }),
        ...machineGroupRef(view, controlPlane.name),
        ...marks(controlPlane),
        ...(view.strategy === 'inPlace'
          ? { upgradeRolloutStrategy: { type: 'InPlace' } }
          : spec.upgrade?.maxSurge !== undefined && {
              // a control plane replaces one machine at a time
              upgradeRolloutStrategy: {
                type: 'RollingUpdate',
                rollingUpdate: { maxSurge: Math.min(1, spec.upgrade.maxSurge) },
              },
            }),
      },
      ...(etcd !== undefined &&
        spec.provider !== 'bareMetal' && {
          externalEtcdConfiguration: { count: etcd.replicas, ...machineGroupRef(view, 'etcd') },
        }),
      ...(workers.length > 0 && { workerNodeGroupConfigurations: workers.map((group) => workerGroup(view, group)) }),
      datacenterRef: { kind: kindsOf[spec.provider].datacenter.kind, name },
      ...(identity.length > 0 && {
        identityProviderRefs: identity.map(({ kind, metadata }) => ({ kind, name: metadata.name })),
      }),
      ...(flux !== undefined && { gitOpsRef: { kind: flux.kind, name: flux.metadata.name } }),
      ...(registryMirror !== undefined && {
        registryMirrorConfiguration: {
          endpoint: registryMirror.endpoint,
          port: String(registryMirror.port),
          ...(view.mirrorCertificate !== undefined && { caCertContent: view.mirrorCertificate }),
          ...(Object.keys(registryMirror.namespaces).length > 0 && {
            ociNamespaces: Object.entries(registryMirror.namespaces).map(([registry, namespace]) => ({
              registry,
              namespace,
            })),
          }),
        },
      }),
      ...(licenseToken !== undefined && { licenseToken: `\${${licenceVariable}}` }),
    },
  }
}

function workerGroup(view: View, group: Group): Readonly<Record<string, unknown>> {
  const { upgrade } = view.spec
  const { autoscaling } = group
  return {
    name: group.name,
    count: group.replicas,
    ...(autoscaling !== undefined && {
      autoscalingConfiguration: { minCount: autoscaling.min, maxCount: autoscaling.max },
    }),
    ...machineGroupRef(view, group.name),
    ...(group.version !== undefined && { kubernetesVersion: group.version }),
    ...marks(group),
    ...(view.strategy === 'inPlace'
      ? { upgradeRolloutStrategy: { type: 'InPlace' } }
      : (upgrade?.maxSurge !== undefined || upgrade?.maxUnavailable !== undefined) && {
          upgradeRolloutStrategy: {
            type: 'RollingUpdate',
            rollingUpdate: { maxSurge: upgrade.maxSurge ?? 1, maxUnavailable: upgrade.maxUnavailable ?? 0 },
          },
        }),
  }
}

const marks = ({ labels, taints }: Group) => ({
  ...(Object.keys(labels).length > 0 && { labels }),
  ...(taints.length > 0 && {
    taints: taints.map(({ key, value, effect }) => ({ key, ...(value !== undefined && { value }), effect })),
  }),
})

function machineGroupRef({ name, spec }: View, group: string): Readonly<Record<string, unknown>> {
  const { machine } = kindsOf[spec.provider]
  return machine === undefined ? {} : { machineGroupRef: { kind: machine.kind, name: `${name}-${group}` } }
}

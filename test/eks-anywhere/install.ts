// EKS Anywhere in a cluster, for tests: its kinds where the API has none of them yet, its namespace, and the Cluster of the cluster itself.

import { anywhereApi } from '../../src/artefacts/eks-anywhere/api.ts'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { kubeClientAt } from '../../src/worlds/kube/client.ts'
import { definitionOf } from '../kubernetes/kinds.ts'
import type { FakeKubernetes } from '../kubernetes/kubernetes.ts'

const group = 'anywhere.eks.amazonaws.com'

const kinds = [
  'Cluster',
  'VSphereDatacenterConfig',
  'VSphereMachineConfig',
  'TinkerbellDatacenterConfig',
  'TinkerbellMachineConfig',
  'FluxConfig',
  'OIDCConfig',
  'AWSIamConfig',
] as const

/** In the stand-in for an API, which takes a definition without a schema. */
export async function defineKinds(client: KubeClient): Promise<void> {
  for (const kind of kinds)
    await client.apply(definitionOf(group, 'v1alpha1', `${kind.toLowerCase()}s`, kind) as unknown as KubeObject)
  await client.apply(definitionOf('tinkerbell.org', 'v1alpha1', 'hardware', 'Hardware') as unknown as KubeObject)
}

export async function defineFlux(client: KubeClient): Promise<void> {
  const flux = (part: string, plural: string, kind: string) =>
    client.apply(definitionOf(`${part}.toolkit.fluxcd.io`, 'v1', plural, kind) as unknown as KubeObject)
  await flux('kustomize', 'kustomizations', 'Kustomization')
  await flux('source', 'gitrepositories', 'GitRepository')
}

const time = '2026-11-21T00:00:00Z'

/** As `eksctl anywhere create cluster` leaves a management cluster: with its own Cluster, which is ready. */
export async function installEksAnywhere(client: KubeClient, own: KubeObject): Promise<void> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'eksa-system' } })
  const made = await client.apply(own)
  await client.merge(`/apis/${anywhereApi}/namespaces/default/clusters/${own.metadata.name}/status`, {
    status: {
      observedGeneration: made.metadata.generation,
      conditions: ['Ready', 'ControlPlaneInitialized', 'ControlPlaneReady', 'DefaultCNIConfigured', 'WorkersReady'].map(
        (type) => ({ type, status: 'True', lastTransitionTime: time }),
      ),
    },
  })
}

/** A stand-in for a cluster that an admin machine has made. */
export async function madeByAdminMachine({ endpoint, ca, admin }: FakeKubernetes, own: KubeObject): Promise<void> {
  const client = kubeClientAt({ url: endpoint, ca, certificate: admin })
  await defineKinds(client)
  await installEksAnywhere(client, own)
  client.close()
}

// The validating webhook of EKS Anywhere, for the fields of a Cluster that never change.

import { at } from '../../src/artefacts/workloads/fields.ts'
import type { KubeObject } from '../../src/worlds/kube/client.ts'
import type { Store } from '../kubernetes/store.ts'
import { Refused } from '../kubernetes/store.ts'

/** Paths below spec, and how the webhook calls them. */
const immutable = [
  [['managementCluster'], 'spec.managementCluster'],
  [['datacenterRef'], 'spec.datacenterRef'],
  [['controlPlaneConfiguration', 'endpoint'], 'spec.ControlPlaneConfiguration.endpoint'],
  [['clusterNetwork', 'pods'], 'spec.clusterNetwork.pods'],
  [['clusterNetwork', 'services'], 'spec.clusterNetwork.services'],
] as const

/** In the stand-in for an API. */
export function refuseChanges(store: Store): void {
  const before = store.admit
  store.admit = (object, isNew) => {
    before?.(object, isNew)
    if (object.kind !== 'Cluster' || isNew) return
    const old = store.find('Cluster', 'default', object.metadata.name)
    for (const [path, called] of immutable)
      if (JSON.stringify(at(old, 'spec', ...path)) !== JSON.stringify(at(object, 'spec', ...path)))
        throw new Refused(
          422,
          'Invalid',
          `admission webhook "validation.cluster.anywhere.amazonaws.com" denied the request: Cluster.anywhere.eks.amazonaws.com "${object.metadata.name}" is invalid: ${called}: Forbidden: field is immutable`,
        )
  }
}

const name = 'eks-anywhere-immutable'

/** On a real API server, which calls no webhook of ours. */
export const refusingPolicy: readonly KubeObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['anywhere.eks.amazonaws.com'],
            apiVersions: ['v1alpha1'],
            operations: ['UPDATE'],
            resources: ['clusters'],
          },
        ],
      },
      validations: immutable.map(([path, called]) => {
        const field = path.join('.')
        return {
          expression: `object.spec.${field} == oldObject.spec.${field}`,
          message: `${called}: Forbidden: field is immutable`,
        }
      }),
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  },
]

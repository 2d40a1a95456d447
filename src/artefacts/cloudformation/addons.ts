// The add-ons of a cluster that need somewhere to run, in a stack after its nodes: made earlier they would wait for a node, and the whole
// control plane's stack with them.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { managed } from './cluster.ts'
import { logical } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { asLabels, asRecord, asText, isTrue } from './values.ts'

/** Permissions that an add-on needs, by the policy that AWS keeps for it; it gets them by Pod Identity. */
const permissions: Readonly<Record<string, { readonly serviceAccount: string; readonly policy: string }>> = {
  'aws-ebs-csi-driver': { serviceAccount: 'ebs-csi-controller-sa', policy: 'service-role/AmazonEBSCSIDriverPolicy' },
}

export function addons(
  stack: Stack,
  { eks, iam }: Cdk,
  clusterName: string,
  names: readonly string[],
  dnsPlacement: Step | undefined,
): void {
  for (const name of names) {
    const needed = permissions[name]
    const role =
      needed === undefined
        ? undefined
        : new iam.CfnRole(stack, `Role${logical(name)}`, {
            assumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: 'pods.eks.amazonaws.com' },
                  Action: ['sts:AssumeRole', 'sts:TagSession'],
                },
              ],
            },
            managedPolicyArns: [managed(needed.policy)],
          })
    new eks.CfnAddon(stack, `Addon${logical(name)}`, {
      clusterName,
      addonName: name,
      resolveConflicts: 'OVERWRITE',
      ...(role === undefined || needed === undefined
        ? {}
        : { podIdentityAssociations: [{ roleArn: role.attrArn, serviceAccount: needed.serviceAccount }] }),
      ...(name === 'coredns' && dnsPlacement !== undefined
        ? { configurationValues: JSON.stringify(dnsConfiguration(dnsPlacement)) }
        : {}),
    })
  }
}

/** Cluster DNS on the nodes that every zone reaches, on two of them. */
function dnsConfiguration({ intent }: Step): object {
  const apart = asRecord(intent.podAntiAffinity)
  const term = {
    labelSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    topologyKey: asText(apart.topologyKey),
  }
  return {
    replicaCount: Number(intent.replicas),
    nodeSelector: asLabels(intent.nodeSelector),
    affinity: {
      podAntiAffinity: isTrue(apart.required)
        ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
        : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
    },
  }
}

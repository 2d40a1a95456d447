// Who may do what in a cluster: access entries and identities of pods. https://docs.aws.amazon.com/eks/latest/APIReference/

import type { Call, Handlers } from './cloud.ts'
import { listed, makeOf, part, there } from './eks-calls.ts'
import { entryShown, policyShown, raised } from './eks-views.ts'
import type { Entity } from './entities.ts'
import { record, records, text, texts } from './json.ts'
import { clusterOf } from './resources/cluster-parts.ts'
import { tellMachines } from './resources/machines-of.ts'

const entry = (call: Call): Entity =>
  part(
    call,
    'AWS::EKS::AccessEntry',
    `${text(call.input.principalArn)}|${text(call.input.name)}`,
    `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
  )

export const accessActions: Handlers = {
  CreateAccessEntry: async (call) => {
    const { name, principalArn, kubernetesGroups, type, username } = call.input
    clusterOf(call.cloud, { ClusterName: text(name) }, call)
    const made = await makeOf(call, 'AWS::EKS::AccessEntry', {
      ClusterName: text(name),
      PrincipalArn: text(principalArn),
      ...(type !== undefined && { Type: text(type) }),
      ...(username !== undefined && { Username: text(username) }),
      ...(kubernetesGroups !== undefined && { KubernetesGroups: texts(kubernetesGroups) }),
    })
    return { accessEntry: entryShown(made) }
  },
  ListAccessEntries: (call) =>
    listed(call, 'AWS::EKS::AccessEntry', (it) => text(it.properties.PrincipalArn), 'accessEntries'),
  DescribeAccessEntry: (call) => ({ accessEntry: entryShown(entry(call)) }),
  DeleteAccessEntry: (call) => {
    const found = entry(call)
    call.cloud.store.remove(found)
    tellMachines(call.cloud, call)
    return {}
  },
  AssociateAccessPolicy: (call) => {
    const found = entry(call)
    const policy = { PolicyArn: text(call.input.policyArn), AccessScope: raised(record(call.input.accessScope)) }
    const others = records(found.properties.AccessPolicies).filter((it) => it.PolicyArn !== policy.PolicyArn)
    found.properties = { ...found.properties, AccessPolicies: [...others, policy] }
    return {
      clusterName: found.properties.ClusterName,
      principalArn: found.properties.PrincipalArn,
      associatedAccessPolicy: policyShown(policy, found),
    }
  },
  ListAssociatedAccessPolicies: (call) => {
    const found = entry(call)
    return {
      clusterName: found.properties.ClusterName,
      principalArn: found.properties.PrincipalArn,
      associatedAccessPolicies: records(found.properties.AccessPolicies).map((it) => policyShown(it, found)),
    }
  },
  ListPodIdentityAssociations: (call) => {
    const owner = there(call)
    return {
      associations: call.cloud.store
        .list('AWS::EKS::PodIdentityAssociation', call)
        .filter((it) => it.properties.ClusterName === owner.id)
        .map((it) => ({
          clusterName: owner.id,
          namespace: it.properties.Namespace,
          serviceAccount: it.properties.ServiceAccount,
          associationArn: it.arn,
          associationId: it.attributes.AssociationId,
        })),
    }
  },
}

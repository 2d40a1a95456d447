// EKS by its own API. https://docs.aws.amazon.com/eks/latest/APIReference/

import type { Call, Handlers } from './cloud.ts'
import { accessActions } from './eks-access.ts'
import { listed, part, there, unmakeOf } from './eks-calls.ts'
import { clusterShown, nodegroupShown, raised, seconds } from './eks-views.ts'
import type { Entity } from './entities.ts'
import type { Input } from './json.ts'
import { record, tagsOf, text, texts } from './json.ts'
import { page } from './pages.ts'
import type { Route } from './protocols/protocol.ts'
import { invalid } from './resources/cluster-parts.ts'
import { uuid } from './resources/resource-type.ts'
import { typeOf } from './resources/types.ts'

const cluster = '/clusters/{name}'
export const eksRoutes: readonly Route[] = [
  ['POST', '/clusters', 'CreateCluster'],
  ['GET', '/clusters', 'ListClusters'],
  ['GET', cluster, 'DescribeCluster'],
  ['DELETE', cluster, 'DeleteCluster'],
  ['POST', `${cluster}/update-config`, 'UpdateClusterConfig'],
  ['GET', `${cluster}/node-groups`, 'ListNodegroups'],
  ['GET', `${cluster}/node-groups/{nodegroupName}`, 'DescribeNodegroup'],
  ['DELETE', `${cluster}/node-groups/{nodegroupName}`, 'DeleteNodegroup'],
  ['POST', `${cluster}/node-groups/{nodegroupName}/update-config`, 'UpdateNodegroupConfig'],
  ['GET', `${cluster}/updates/{updateId}`, 'DescribeUpdate'],
  ['GET', `${cluster}/addons`, 'ListAddons'],
  ['GET', `${cluster}/addons/{addonName}`, 'DescribeAddon'],
  ['DELETE', `${cluster}/addons/{addonName}`, 'DeleteAddon'],
  ['POST', `${cluster}/access-entries`, 'CreateAccessEntry'],
  ['GET', `${cluster}/access-entries`, 'ListAccessEntries'],
  ['GET', `${cluster}/access-entries/{principalArn}`, 'DescribeAccessEntry'],
  ['DELETE', `${cluster}/access-entries/{principalArn}`, 'DeleteAccessEntry'],
  ['POST', `${cluster}/access-entries/{principalArn}/access-policies`, 'AssociateAccessPolicy'],
  ['GET', `${cluster}/access-entries/{principalArn}/access-policies`, 'ListAssociatedAccessPolicies'],
  ['GET', `${cluster}/pod-identity-associations`, 'ListPodIdentityAssociations'],
  ['GET', `${cluster}/fargate-profiles`, 'ListFargateProfiles'],
]

const nodegroup = (call: Call): Entity =>
  part(
    call,
    'AWS::EKS::Nodegroup',
    `${text(call.input.name)}/${text(call.input.nodegroupName)}`,
    `No node group found for name: ${text(call.input.nodegroupName)}.`,
  )

const addon = (call: Call): Entity =>
  part(
    call,
    'AWS::EKS::Addon',
    `${text(call.input.name)}|${text(call.input.addonName)}`,
    `No addon: ${text(call.input.addonName)} found in cluster: ${text(call.input.name)}`,
  )

/** Something that changes a thing and is seen as an update. */
const updated = (call: Call, type: string): Input => ({
  update: {
    id: uuid(call.cloud.store.unique(32)),
    status: 'InProgress',
    type,
    createdAt: seconds(new Date()),
    params: [],
    errors: [],
  },
})

export const eksActions: Handlers = {
  ListClusters: (call) => {
    const { items, next } = page(
      call.cloud,
      call.cloud.store.list('AWS::EKS::Cluster', call).map((it) => it.id),
      call.input.nextToken,
      call.input.maxResults,
    )
    return { clusters: items, ...(next !== undefined && { nextToken: next }) }
  },
  DescribeCluster: (call) => ({ cluster: clusterShown(there(call)) }),
  DeleteCluster: async (call) => {
    const found = there(call)
    await unmakeOf(call, found)
    return { cluster: clusterShown(found) }
  },
  UpdateClusterConfig: (call) => {
    const found = there(call)
    const { name: _, clientRequestToken: __, ...wanted } = call.input
    const change = raised(wanted)
    found.properties = {
      ...found.properties,
      ...change,
      ResourcesVpcConfig: { ...record(found.properties.ResourcesVpcConfig), ...record(change.ResourcesVpcConfig) },
    }
    found.status = 'UPDATING'
    call.cloud.go(async () => {
      await call.cloud.pause()
      found.status = 'ACTIVE'
    })
    return updated(call, 'EndpointAccessUpdate')
  },
  ListNodegroups: (call) =>
    listed(call, 'AWS::EKS::Nodegroup', (it) => text(it.attributes.NodegroupName), 'nodegroups'),
  DescribeNodegroup: (call) => ({ nodegroup: nodegroupShown(nodegroup(call)) }),
  DeleteNodegroup: (call) => {
    const found = nodegroup(call)
    found.status = 'DELETING'
    call.cloud.go(() => unmakeOf(call, found))
    return { nodegroup: nodegroupShown(found) }
  },
  UpdateNodegroupConfig: async (call) => {
    const found = nodegroup(call)
    const scaling = { ...record(found.properties.ScalingConfig), ...raised(record(call.input.scalingConfig)) } as Input
    const [min, wanted, max] = [Number(scaling.MinSize), Number(scaling.DesiredSize), Number(scaling.MaxSize)]
    if (min > wanted || wanted > max)
      throw invalid(`desired capacity ${wanted} must be between min size ${min} and max size ${max}`)
    const { addOrUpdateLabels, removeLabels } = record(call.input.labels)
    const labels = { ...tagsOf(found.properties.Labels), ...tagsOf(addOrUpdateLabels) }
    for (const label of texts(removeLabels)) delete labels[label]
    found.properties = {
      ...found.properties,
      ScalingConfig: scaling,
      ...(call.input.labels !== undefined && { Labels: labels }),
    }
    found.status = 'UPDATING'
    call.cloud.go(async () => {
      await call.cloud.pause()
      await typeOf(found.type)?.changed?.(found, call.cloud)
      found.status = 'ACTIVE'
    })
    return updated(call, 'ConfigUpdate')
  },
  DescribeUpdate: (call) => {
    const going =
      there(call).status === 'UPDATING' ||
      call.cloud.store.list('AWS::EKS::Nodegroup', call).some((it) => it.status === 'UPDATING')
    return {
      update: {
        id: text(call.input.updateId),
        status: going ? 'InProgress' : 'Successful',
        type: 'ConfigUpdate',
        createdAt: seconds(new Date()),
        params: [],
        errors: [],
      },
    }
  },
  ListAddons: (call) => listed(call, 'AWS::EKS::Addon', (it) => text(it.properties.AddonName), 'addons'),
  DescribeAddon: (call) => {
    const it = addon(call)
    return {
      addon: {
        addonName: it.properties.AddonName,
        clusterName: it.properties.ClusterName,
        addonArn: it.arn,
        status: it.status,
        addonVersion: it.attributes.AddonVersion,
        createdAt: seconds(it.madeAt),
        health: { issues: [] },
        tags: it.tags,
      },
    }
  },
  DeleteAddon: async (call) => {
    const it = addon(call)
    await unmakeOf(call, it)
    return { addon: { addonName: it.properties.AddonName, clusterName: it.properties.ClusterName, status: 'DELETING' } }
  },
  ListFargateProfiles: (call) =>
    listed(call, 'AWS::EKS::FargateProfile', (it) => text(it.id.split('|')[1]), 'fargateProfileNames'),
  ...accessActions,
}

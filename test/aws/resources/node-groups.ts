// Managed node groups: with an Auto Scaling group of their own, and a way in for its machines. https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { record, text, texts } from '../json.ts'
import { settle } from './auto-scaling.ts'
import { accessArn, clusterOf, invalid, roleMustExist } from './cluster-parts.ts'
import { checkCapacity, checkOffer, dataOf, instanceTags } from './machines.ts'
import { tellMachines } from './machines-of.ts'
import type { ResourceTypes } from './resource-type.ts'
import { partitionArn, uuid } from './resource-type.ts'

export const nodeGroups: ResourceTypes = {
  'AWS::EKS::Nodegroup': {
    make: ({ cloud, properties, nameFor, stack, ...place }) => {
      const cluster = clusterOf(cloud, properties, place)
      const name = text(properties.NodegroupName) || nameFor(63)
      const id = `${cluster.id}/${name}`
      if (cloud.store.get('AWS::EKS::Nodegroup', id, place) !== undefined)
        throw new AwsError(
          'ResourceInUseException',
          `NodeGroup already exists with name ${name} and cluster name ${cluster.id}`,
          409,
        )
      roleMustExist(cloud, properties.NodeRole, place)
      const { MinSize, MaxSize, DesiredSize } = record(properties.ScalingConfig)
      if (Number(DesiredSize) > Number(MaxSize) || Number(DesiredSize) < Number(MinSize))
        throw invalid('desired capacity must be between the min and max size')
      const [instanceType = 't3.medium'] = texts(properties.InstanceTypes)
      for (const subnet of texts(properties.Subnets)) {
        const found = cloud.store.get('AWS::EC2::Subnet', subnet, place)
        if (found === undefined) throw invalid(`The subnet ID '${subnet}' does not exist`)
        const zone = cloud.zones(place).find((it) => it.name === found.attributes.AvailabilityZone)
        // https://docs.aws.amazon.com/eks/latest/userguide/local-zones.html
        if (zone?.kind !== 'availability-zone' || text(found.properties.OutpostArn) !== '')
          throw invalid(`Managed node groups are not supported in the zone of the subnet ${subnet}`)
        try {
          checkOffer(cloud, instanceType, zone.name, place)
          checkCapacity(cloud, {
            type: 'AWS::EKS::Nodegroup',
            instanceType,
            zone: zone.name,
            ...(stack !== undefined && { stack: stack.name, logicalId: stack.logicalId }),
          })
        } catch (error) {
          throw new AwsError(
            'NotStabilized',
            `[Issue(Code=AsgInstanceLaunchFailures, Message=Could not launch On-Demand Instances. ${error instanceof AwsError ? `${error.code} - ${error.message}` : ''} Launching EC2 instance failed., ResourceIds=[eks-${name}])]`,
          )
        }
      }
      const arn = partitionArn('eks', place, `nodegroup/${cluster.id}/${name}/${uuid(cloud.store.unique(32))}`)
      return {
        id,
        arn,
        status: 'CREATING',
        attributes: {
          Arn: arn,
          Id: id,
          ClusterName: cluster.id,
          NodegroupName: name,
          Version: text(properties.Version) || text(cluster.attributes.Version),
          AutoScalingGroup: `eks-${name}-${uuid(cloud.store.unique(32))}`,
        },
      }
    },
    made: async (nodegroup, cloud) => {
      const cluster = cloud.store.get('AWS::EKS::Cluster', text(nodegroup.properties.ClusterName), nodegroup)
      const template = cloud.store.get(
        'AWS::EC2::LaunchTemplate',
        text(record(nodegroup.properties.LaunchTemplate).Id),
        nodegroup,
      )
      const name = text(nodegroup.attributes.AutoScalingGroup)
      const tags = {
        ...instanceTags(dataOf(template)),
        'eks:cluster-name': text(cluster?.id),
        'eks:nodegroup-name': text(nodegroup.attributes.NodegroupName),
        [`kubernetes.io/cluster/${text(cluster?.id)}`]: 'owned',
      }
      const group = cloud.store.add({
        type: 'AWS::AutoScaling::AutoScalingGroup',
        id: name,
        arn: partitionArn(
          'autoscaling',
          nodegroup,
          `autoScalingGroup:${uuid(cloud.store.unique(32))}:autoScalingGroupName/${name}`,
        ),
        account: nodegroup.account,
        region: nodegroup.region,
        properties: {
          AutoScalingGroupName: name,
          ...sizesOf(nodegroup),
          VPCZoneIdentifier: nodegroup.properties.Subnets,
          LaunchTemplate: { LaunchTemplateId: template?.id ?? '' },
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
        },
        attributes: {
          InstanceType: texts(nodegroup.properties.InstanceTypes)[0] ?? 't3.medium',
          NodeRole: text(nodegroup.properties.NodeRole),
          SecurityGroups: [cluster?.attributes.ClusterSecurityGroupId],
        },
        tags,
        status: 'available',
        madeAt: new Date(),
        of: nodegroup.id,
      })
      // EKS lets the machines of its groups in by itself
      mapRole(cloud, text(cluster?.id), text(nodegroup.properties.NodeRole), nodegroup)
      settle(group, cloud)
      await cloud.pause()
      nodegroup.status = 'ACTIVE'
    },
    changed: (nodegroup, cloud) => {
      const group = cloud.store.get(
        'AWS::AutoScaling::AutoScalingGroup',
        text(nodegroup.attributes.AutoScalingGroup),
        nodegroup,
      )
      if (group === undefined) return
      group.properties = { ...group.properties, ...sizesOf(nodegroup) }
      settle(group, cloud)
    },
    unmake: async (nodegroup, cloud) => {
      nodegroup.status = 'DELETING'
      await cloud.pause()
      const group = cloud.store.get(
        'AWS::AutoScaling::AutoScalingGroup',
        text(nodegroup.attributes.AutoScalingGroup),
        nodegroup,
      )
      if (group !== undefined) cloud.store.remove(group)
      tellMachines(cloud, nodegroup)
    },
  },
}

const sizesOf = (nodegroup: Entity): Input => {
  const { MinSize, MaxSize, DesiredSize } = record(nodegroup.properties.ScalingConfig)
  return { MinSize: text(MinSize), MaxSize: text(MaxSize), DesiredCapacity: text(DesiredSize) }
}

function mapRole(cloud: Cloud, cluster: string, principal: string, group: Entity): void {
  const found = cloud.store.get('AWS::EKS::Cluster', cluster, group)
  if (found === undefined || record(found.properties.AccessConfig).AuthenticationMode === 'CONFIG_MAP') return
  const id = `${principal}|${cluster}`
  if (cloud.store.get('AWS::EKS::AccessEntry', id, group) !== undefined) return
  const arn = accessArn(found, principal, cloud)
  cloud.store.add({
    type: 'AWS::EKS::AccessEntry',
    id,
    arn,
    account: group.account,
    region: group.region,
    properties: { ClusterName: cluster, PrincipalArn: principal, Type: 'EC2_LINUX' },
    attributes: { AccessEntryArn: arn },
    tags: {},
    status: 'ACTIVE',
    madeAt: new Date(),
    of: group.id,
  })
}

// Machines and the network interfaces by which they and others stand in subnets.

import type { Call, Cloud, Handlers } from './cloud.ts'
import { filtered } from './ec2-filters.ts'
import { tagSet } from './ec2-views.ts'
import type { Entity } from './entities.ts'
import { AwsError, unmodelled } from './errors.ts'
import type { Input } from './json.ts'
import { text, texts } from './json.ts'
import { page } from './pages.ts'
import { settle } from './resources/auto-scaling.ts'
import { tellMachines } from './resources/machines-of.ts'
import { subnetsOf, withInterfaces } from './resources/networks.ts'

const codes: Readonly<Record<string, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

const state = (it: Entity): Input => ({ code: codes[it.status] ?? 16, name: it.status })

const instance = (it: Entity): Input => ({
  instanceId: it.id,
  imageId: it.properties.ImageId,
  instanceState: state(it),
  instanceType: it.properties.InstanceType,
  privateDnsName: it.attributes.PrivateDnsName,
  privateIpAddress: it.attributes.PrivateIp,
  subnetId: it.properties.SubnetId,
  vpcId: it.attributes.VpcId,
  launchTime: it.madeAt.toISOString(),
  placement: { availabilityZone: it.attributes.AvailabilityZone, tenancy: 'default' },
  groupSet: texts(it.properties.SecurityGroupIds).map((groupId) => ({ groupId })),
  ...(it.properties.KeyName !== undefined && { keyName: it.properties.KeyName }),
  ...(it.properties.IamInstanceProfile !== undefined && {
    iamInstanceProfile: { arn: it.properties.IamInstanceProfile },
  }),
  networkInterfaceSet: [
    {
      networkInterfaceId: interfaceId(it, 0),
      subnetId: it.properties.SubnetId,
      privateIpAddress: it.attributes.PrivateIp,
      ...association(it),
    },
  ],
  tagSet: tagSet(it),
})

const association = (it: Entity): Input =>
  it.attributes.CarrierIp === undefined
    ? {}
    : { association: { carrierIp: it.attributes.CarrierIp, ipOwnerId: it.account } }
const interfaceId = (it: Entity, index: number): string =>
  `eni-0${it.id
    .replace(/[^0-9a-f]/g, '')
    .slice(-15)
    .padStart(15, '0')}${index}`

/** Every interface with whom it serves in its description, as AWS words it. */
function interfaces(cloud: Cloud, place: Call): readonly Input[] {
  return withInterfaces
    .flatMap((type) => cloud.store.list(type, place))
    .flatMap((it) => {
      const subnets =
        it.type === 'AWS::EKS::Cluster' ? texts((it.properties.ResourcesVpcConfig as Input).SubnetIds) : subnetsOf(it)
      return subnets.map(
        (subnet, index): Input => ({
          networkInterfaceId: interfaceId(it, index),
          subnetId: subnet,
          vpcId: cloud.store.get('AWS::EC2::Subnet', subnet, it)?.properties.VpcId,
          availabilityZone: cloud.store.get('AWS::EC2::Subnet', subnet, it)?.attributes.AvailabilityZone,
          description: descriptionOf(it),
          interfaceType:
            { 'AWS::EC2::NatGateway': 'nat_gateway', 'AWS::EC2::VPCEndpoint': 'vpc_endpoint' }[it.type] ?? 'interface',
          requesterManaged: it.type !== 'AWS::EC2::Instance',
          status: 'in-use',
          privateIpAddress: it.attributes.PrivateIp,
          groupSet: texts(it.properties.SecurityGroupIds ?? it.properties.SecurityGroups).map((groupId) => ({
            groupId,
          })),
          ...(it.type === 'AWS::ElasticLoadBalancingV2::LoadBalancer' && Array.isArray(it.attributes.CarrierIps)
            ? { association: { carrierIp: texts(it.attributes.CarrierIps)[index], ipOwnerId: 'amazon-elb' } }
            : association(it)),
          ...(it.type === 'AWS::EC2::Instance' && {
            attachment: { instanceId: it.id, status: 'attached', deviceIndex: 0 },
          }),
          tagSet: [],
        }),
      )
    })
}

function descriptionOf(it: Entity): string {
  switch (it.type) {
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return `ELB ${text(it.attributes.LoadBalancerFullName)}`
    case 'AWS::EC2::NatGateway':
      return `Interface for NAT Gateway ${it.id}`
    case 'AWS::EC2::VPCEndpoint':
      return `VPC Endpoint Interface ${it.id}`
    case 'AWS::EKS::Cluster':
      return `Amazon EKS ${it.id}`
    default:
      return ''
  }
}

export const instanceActions: Handlers = {
  DescribeInstances: (call) => {
    const { cloud, input } = call
    const ids = texts(input.InstanceId)
    const all = cloud.store
      .list('AWS::EC2::Instance', call)
      .filter((it) => ids.length === 0 || ids.includes(it.id))
      .map(instance)
    for (const id of ids)
      if (!all.some((it) => it.instanceId === id))
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
    const shown = filtered(all, input.Filter, {
      'instance-state-name': 'instanceState.name',
      'availability-zone': 'placement.availabilityZone',
      'private-dns-name': 'privateDnsName',
    })
    const { items, next } = page(cloud, shown, input.NextToken, input.MaxResults, 1_000)
    return {
      reservationSet: items.map((it) => ({
        reservationId: `r-${text(it.instanceId).slice(2)}`,
        ownerId: call.account,
        instancesSet: [it],
      })),
      ...(next !== undefined && { nextToken: next }),
    }
  },
  TerminateInstances: (call) => {
    const { cloud, input } = call
    const ids = texts(input.InstanceId)
    return {
      instancesSet: ids.map((id) => {
        const found = cloud.store.get('AWS::EC2::Instance', id, call)
        if (found === undefined)
          throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
        const previousState = state(found)
        terminate(cloud, found)
        return { instanceId: id, previousState, currentState: state(found) }
      }),
    }
  },
  ModifyInstanceAttribute: (call) => {
    const id = text(call.input.InstanceId)
    const found = call.cloud.store.get('AWS::EC2::Instance', id, call)
    if (found === undefined) throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
    const groups = texts(call.input.GroupId)
    if (groups.length === 0) throw unmodelled('attributes of instances beside their security groups')
    for (const group of groups)
      if (call.cloud.store.get('AWS::EC2::SecurityGroup', group, call) === undefined)
        throw new AwsError('InvalidGroup.NotFound', `The security group '${group}' does not exist`)
    found.properties = { ...found.properties, SecurityGroupIds: [...groups] }
    return { return: true }
  },
  DescribeNetworkInterfaces: (call) => {
    const { cloud, input } = call
    const ids = texts(input.NetworkInterfaceId)
    const all = interfaces(cloud, call).filter((it) => ids.length === 0 || ids.includes(text(it.networkInterfaceId)))
    const shown = filtered(all, input.Filter, {
      'attachment.instance-id': 'attachment.instanceId',
      'group-id': 'groupSet.groupId',
      'interface-type': 'interfaceType',
      'requester-managed': 'requesterManaged',
    })
    const { items, next } = page(cloud, shown, input.NextToken, input.MaxResults, 1_000)
    return { networkInterfaceSet: items, ...(next !== undefined && { nextToken: next }) }
  },
}

/** It is seen ending for a while; its group launches another. */
export function terminate(cloud: Cloud, machine: Entity): void {
  if (machine.status === 'shutting-down') return
  machine.status = 'shutting-down'
  tellMachines(cloud, machine)
  cloud.go(async () => {
    await cloud.pause()
    cloud.store.remove(machine)
    const group = cloud.store.get('AWS::AutoScaling::AutoScalingGroup', machine.of ?? '', machine)
    await cloud.pause()
    if (group !== undefined && cloud.store.get(group.type, group.id, group) === group) settle(group, cloud)
  })
}

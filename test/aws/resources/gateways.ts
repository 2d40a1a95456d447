// Ways out of a VPC and private ways in: internet, carrier and NAT gateways with their addresses, endpoints.

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import { text, texts } from '../json.ts'
import { within } from '../quotas.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn, usersOf } from './resource-type.ts'

export const gateways: ResourceTypes = {
  'AWS::EC2::InternetGateway': {
    make: ({ cloud, ...place }) => {
      within(
        cloud,
        place,
        'vpc/L-A4707A72',
        'AWS::EC2::InternetGateway',
        'InternetGatewayLimitExceeded',
        'The maximum number of internet gateways has been reached.',
      )
      const id = cloud.store.id('igw')
      return { id, arn: partitionArn('ec2', place, `internet-gateway/${id}`), attributes: { InternetGatewayId: id } }
    },
    unmake: (gateway, cloud) => {
      if (usersOf(gateway, cloud, ['AWS::EC2::VPCGatewayAttachment']).length > 0)
        throw new AwsError(
          'DependencyViolation',
          `The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`,
        )
    },
  },
  'AWS::EC2::VPCGatewayAttachment': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      if (properties.InternetGatewayId !== undefined)
        mustExist(
          cloud,
          'AWS::EC2::InternetGateway',
          properties.InternetGatewayId,
          place,
          'InvalidInternetGatewayID.NotFound',
          'internetGateway ID',
        )
      return {
        id: `${properties.InternetGatewayId === undefined ? 'VGW' : 'IGW'}|${text(properties.VpcId)}`,
        attributes: { AttachmentType: 'IGW' },
      }
    },
    unmake: (attachment, cloud) => {
      const vpc = text(attachment.properties.VpcId)
      if (hasPublicAddresses(cloud, vpc, attachment))
        throw new AwsError(
          'DependencyViolation',
          `Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        )
    },
  },
  'AWS::EC2::CarrierGateway': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const taken = cloud.store
        .list('AWS::EC2::CarrierGateway', place)
        .some((it) => it.properties.VpcId === properties.VpcId)
      if (taken)
        throw new AwsError('CarrierGatewayLimitExceeded', `VPC ${text(properties.VpcId)} has a carrier gateway already`)
      const id = cloud.store.id('cagw')
      return {
        id,
        arn: partitionArn('ec2', place, `carrier-gateway/${id}`),
        attributes: { CarrierGatewayId: id, OwnerId: place.account, State: 'available' },
      }
    },
  },
  'AWS::EC2::EIP': {
    make: ({ cloud, ...place }) => {
      within(
        cloud,
        place,
        'ec2/L-0263D0A3',
        'AWS::EC2::EIP',
        'AddressLimitExceeded',
        'The maximum number of addresses has been reached.',
      )
      const allocation = cloud.store.id('eipalloc')
      const address = publicAddress(cloud)
      return {
        id: address,
        arn: partitionArn('ec2', place, `elastic-ip/${allocation}`),
        attributes: { AllocationId: allocation, PublicIp: address },
      }
    },
    unmake: (address, cloud) => {
      const users = cloud.store
        .naming(text(address.attributes.AllocationId), address.account)
        .filter((it) => it.type === 'AWS::EC2::NatGateway')
      if (users.length > 0) throw new AwsError('InvalidIPAddress.InUse', `Address ${address.id} is in use.`)
    },
  },
  'AWS::EC2::NatGateway': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::Subnet', properties.SubnetId, place, 'InvalidSubnetID.NotFound', 'subnet ID')
      const allocation = text(properties.AllocationId)
      if (!cloud.store.list('AWS::EC2::EIP', place).some((it) => it.attributes.AllocationId === allocation))
        throw new AwsError('InvalidAllocationID.NotFound', `The allocation ID '${allocation}' does not exist`)
      const id = cloud.store.id('nat')
      return { id, arn: partitionArn('ec2', place, `natgateway/${id}`), attributes: { NatGatewayId: id } }
    },
  },
  'AWS::EC2::VPCEndpoint': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const interfaces = texts(properties.SubnetIds)
      for (const subnet of interfaces)
        mustExist(cloud, 'AWS::EC2::Subnet', subnet, place, 'InvalidSubnetID.NotFound', 'subnet ID')
      for (const group of texts(properties.SecurityGroupIds))
        mustExist(cloud, 'AWS::EC2::SecurityGroup', group, place, 'InvalidGroup.NotFound', 'security group')
      for (const table of texts(properties.RouteTableIds))
        mustExist(cloud, 'AWS::EC2::RouteTable', table, place, 'InvalidRouteTableID.NotFound', 'routeTable ID')
      const service = text(properties.ServiceName)
      if (!service.startsWith(`com.amazonaws.${place.region}.`))
        throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${service}' does not exist`)
      const id = cloud.store.id('vpce')
      return {
        id,
        arn: partitionArn('ec2', place, `vpc-endpoint/${id}`),
        attributes: {
          Id: id,
          CreationTimestamp: new Date().toISOString(),
          DnsEntries:
            interfaces.length === 0
              ? []
              : [`Z1YSA3EXCYUU9Z:${id}.${service.split('.').slice(3).join('.')}.${place.region}.vpce.amazonaws.com`],
          NetworkInterfaceIds: interfaces.map(() => cloud.store.id('eni')),
        },
      }
    },
  },
}

export const publicAddress = (cloud: Cloud): string => {
  const number = Number.parseInt(cloud.store.unique(4), 16)
  // TEST-NET-3 and TEST-NET-2 alone are too few: the range of benchmarks, that nobody routes, is not
  return `198.18.${Math.floor(number / 256)}.${number % 256}`
}

function hasPublicAddresses(cloud: Cloud, vpc: string, place: Entity): boolean {
  const inVpc = new Set(
    cloud.store
      .list('AWS::EC2::Subnet', place)
      .filter((it) => it.properties.VpcId === vpc)
      .map(({ id }) => id),
  )
  const stands = (subnets: readonly string[]) => subnets.some((it) => inVpc.has(it))
  return (
    cloud.store
      .list('AWS::EC2::NatGateway', place)
      .some((it) => it.properties.ConnectivityType !== 'private' && stands([text(it.properties.SubnetId)])) ||
    cloud.store
      .list('AWS::EC2::Instance', place)
      .some((it) => it.attributes.PublicIp !== undefined && stands([text(it.properties.SubnetId)])) ||
    cloud.store
      .list('AWS::ElasticLoadBalancingV2::LoadBalancer', place)
      .some((it) => it.properties.Scheme !== 'internal' && stands(texts(it.properties.Subnets)))
  )
}

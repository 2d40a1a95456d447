// VPCs and subnets. https://docs.aws.amazon.com/vpc/latest/userguide/

import type { Cloud } from '../cloud.ts'
import { blockOf, overlap, within } from '../cloudformation/cidr.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import { text, texts } from '../json.ts'
import { within as withinQuota } from '../quotas.ts'
import type { ResourceTypes } from './resource-type.ts'
import { dependencyViolation, mustExist, partitionArn, usersOf } from './resource-type.ts'
import { routes } from './routes.ts'

/** Kinds whose network interfaces stand in a subnet. */
export const withInterfaces = [
  'AWS::EC2::Instance',
  'AWS::EC2::NatGateway',
  'AWS::EC2::VPCEndpoint',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::EKS::Cluster',
]
const inVpc = [
  'AWS::EC2::Subnet',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::EC2::CarrierGateway',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::RouteTable',
  'AWS::EC2::VPCEndpoint',
]

export const networks: ResourceTypes = {
  'AWS::EC2::VPC': {
    make: ({ cloud, properties, id: given, ...place }) => {
      const block = blockOf(text(properties.CidrBlock))
      if (block === undefined || block.prefix < 16 || block.prefix > 28)
        throw new AwsError('InvalidVpc.Range', `The CIDR '${text(properties.CidrBlock)}' is invalid.`)
      withinQuota(
        cloud,
        place,
        'vpc/L-F678F1CE',
        'AWS::EC2::VPC',
        'VpcLimitExceeded',
        'The maximum number of VPCs has been reached.',
      )
      const id = given ?? cloud.store.id('vpc')
      return {
        id,
        arn: partitionArn('ec2', place, `vpc/${id}`),
        attributes: {
          VpcId: id,
          CidrBlock: text(properties.CidrBlock),
          CidrBlockAssociations: [cloud.store.id('vpc-cidr-assoc')],
          DefaultSecurityGroup: cloud.store.id('sg'),
          DefaultNetworkAcl: cloud.store.id('acl'),
          Ipv6CidrBlocks: [],
        },
      }
    },
    made: (vpc, { store }) => {
      const part = {
        account: vpc.account,
        region: vpc.region,
        tags: {},
        status: 'available',
        madeAt: new Date(),
        of: vpc.id,
      }
      const group = text(vpc.attributes.DefaultSecurityGroup)
      store.add({
        ...part,
        type: 'AWS::EC2::SecurityGroup',
        id: group,
        arn: partitionArn('ec2', vpc, `security-group/${group}`),
        properties: { GroupName: 'default', GroupDescription: 'default VPC security group', VpcId: vpc.id },
        attributes: { GroupId: group, VpcId: vpc.id },
      })
      const table = store.id('rtb')
      store.add({
        ...part,
        type: 'AWS::EC2::RouteTable',
        id: table,
        arn: partitionArn('ec2', vpc, `route-table/${table}`),
        properties: { VpcId: vpc.id },
        attributes: { RouteTableId: table, Main: true },
      })
    },
    unmake: (vpc, cloud) => {
      if (usersOf(vpc, cloud, inVpc).length > 0) throw dependencyViolation('vpc', vpc.id)
    },
  },
  'AWS::EC2::VPCCidrBlock': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      if (blockOf(text(properties.CidrBlock)) === undefined)
        throw new AwsError('InvalidVpc.Range', `The CIDR '${text(properties.CidrBlock)}' is invalid.`)
      const id = cloud.store.id('vpc-cidr-assoc')
      return { id, attributes: { Id: id } }
    },
    unmake: (block, cloud) => {
      const own = blockOf(text(block.properties.CidrBlock))
      const inside = cloud.store
        .list('AWS::EC2::Subnet', block)
        .some(
          (it) =>
            it.properties.VpcId === block.properties.VpcId &&
            own !== undefined &&
            within(blockOf(text(it.properties.CidrBlock)) ?? own, own),
        )
      if (inside)
        throw new AwsError(
          'InvalidCidrBlock.InUse',
          `The vpc CIDR block with association ID ${block.id} may not be disassociated. Subnets are still using it.`,
        )
    },
  },
  'AWS::EC2::Subnet': {
    make: ({ cloud, properties, id: given, ...place }) => {
      const vpc = mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const usable = cloud.zones(place).filter((zone) => zone.optIn !== 'not-opted-in')
      const wanted = text(properties.AvailabilityZone) || usable[0]?.name || ''
      const zone = usable.find(({ name }) => name === wanted)
      if (zone === undefined)
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${wanted}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${usable.map(({ name }) => name).join(', ')}.`,
        )
      checkRange(cloud, vpc, text(properties.CidrBlock))
      const id = given ?? cloud.store.id('subnet')
      return {
        id,
        arn: partitionArn('ec2', place, `subnet/${id}`),
        attributes: {
          SubnetId: id,
          VpcId: vpc.id,
          AvailabilityZone: zone.name,
          AvailabilityZoneId: zone.id,
          CidrBlock: text(properties.CidrBlock),
          NetworkAclAssociationId: cloud.store.id('aclassoc'),
          Ipv6CidrBlocks: [],
          OutpostArn: text(properties.OutpostArn),
        },
      }
    },
    unmake: (subnet, cloud) => {
      if (usersOf(subnet, cloud, withInterfaces).length > 0) throw dependencyViolation('subnet', subnet.id)
    },
  },
  ...routes,
  'AWS::EC2::LocalGatewayRouteTableVPCAssociation': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const id = cloud.store.id('lgw-vpc-assoc')
      return {
        id,
        attributes: {
          LocalGatewayRouteTableVpcAssociationId: id,
          LocalGatewayId: 'lgw-0123456789abcdef0',
          State: 'associated',
        },
      }
    },
  },
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
function checkRange(cloud: Cloud, vpc: Entity, cidr: string): void {
  const block = blockOf(cidr)
  const invalid = new AwsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`)
  if (block === undefined || block.prefix < 16 || block.prefix > 28) throw invalid
  const ranges = [
    text(vpc.properties.CidrBlock),
    ...cloud.store
      .list('AWS::EC2::VPCCidrBlock', vpc)
      .filter((it) => it.properties.VpcId === vpc.id)
      .map((it) => text(it.properties.CidrBlock)),
  ].flatMap((it) => blockOf(it) ?? [])
  if (!ranges.some((range) => within(block, range))) throw invalid
  const clash = cloud.store
    .list('AWS::EC2::Subnet', vpc)
    .filter((it) => it.properties.VpcId === vpc.id)
    .find((it) => overlap(block, blockOf(text(it.properties.CidrBlock)) ?? { from: -2, size: 1, prefix: 32 }))
  if (clash !== undefined)
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`)
}

export const subnetsOf = (entity: Entity): string[] => [
  ...texts(entity.properties.Subnets),
  ...texts(entity.properties.SubnetIds),
  ...(entity.properties.SubnetId === undefined ? [] : [text(entity.properties.SubnetId)]),
]

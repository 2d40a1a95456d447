// Route tables and routes: one target each, which exists. https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { text } from '../json.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn, usersOf } from './resource-type.ts'

export const routes: ResourceTypes = {
  'AWS::EC2::RouteTable': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const id = cloud.store.id('rtb')
      return { id, arn: partitionArn('ec2', place, `route-table/${id}`), attributes: { RouteTableId: id } }
    },
    unmake: (table, cloud) => {
      if (usersOf(table, cloud, ['AWS::EC2::SubnetRouteTableAssociation']).length > 0)
        throw new AwsError(
          'DependencyViolation',
          `The routeTable '${table.id}' has dependencies and cannot be deleted.`,
        )
      for (const route of usersOf(table, cloud, ['AWS::EC2::Route'])) cloud.store.remove(route)
    },
  },
  'AWS::EC2::SubnetRouteTableAssociation': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::Subnet', properties.SubnetId, place, 'InvalidSubnetID.NotFound', 'subnet ID')
      mustExist(
        cloud,
        'AWS::EC2::RouteTable',
        properties.RouteTableId,
        place,
        'InvalidRouteTableID.NotFound',
        'routeTable ID',
      )
      const taken = cloud.store
        .list('AWS::EC2::SubnetRouteTableAssociation', place)
        .find((it) => it.properties.SubnetId === properties.SubnetId)
      if (taken !== undefined)
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `the specified association for route table ${text(properties.RouteTableId)} conflicts with an existing association`,
        )
      const id = cloud.store.id('rtbassoc')
      return { id, attributes: { Id: id } }
    },
  },
  'AWS::EC2::Route': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(
        cloud,
        'AWS::EC2::RouteTable',
        properties.RouteTableId,
        place,
        'InvalidRouteTableID.NotFound',
        'routeTable ID',
      )
      checkTarget(cloud, properties, place)
      const to = text(
        properties.DestinationCidrBlock ?? properties.DestinationIpv6CidrBlock ?? properties.DestinationPrefixListId,
      )
      const twin = cloud.store
        .list('AWS::EC2::Route', place)
        .find((it) => it.properties.RouteTableId === properties.RouteTableId && it.attributes.CidrBlock === to)
      if (twin !== undefined) throw new AwsError('RouteAlreadyExists', `The route identified by ${to} already exists.`)
      return { id: `${text(properties.RouteTableId)}|${to}`, attributes: { CidrBlock: to } }
    },
    changed: (route, cloud) => checkTarget(cloud, route.properties, route),
  },
}

/** By the property that leads there, the type of what must exist; others lead out of what the fake models. */
const targets: Readonly<Record<string, string | undefined>> = {
  GatewayId: 'AWS::EC2::InternetGateway',
  NatGatewayId: 'AWS::EC2::NatGateway',
  CarrierGatewayId: 'AWS::EC2::CarrierGateway',
  VpcEndpointId: 'AWS::EC2::VPCEndpoint',
  InstanceId: 'AWS::EC2::Instance',
  LocalGatewayId: undefined,
  TransitGatewayId: undefined,
  VpcPeeringConnectionId: undefined,
  NetworkInterfaceId: undefined,
  EgressOnlyInternetGatewayId: undefined,
}

/** What it leads to is gone: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html */
export const isBlackhole = (cloud: { readonly store: Cloud['store'] }, route: Entity): boolean =>
  Object.entries(targets).some(([property, type]) => {
    const id = text(route.properties[property])
    return id !== '' && type !== undefined && !id.startsWith('vgw-') && cloud.store.get(type, id, route) === undefined
  })

function checkTarget(cloud: Cloud, properties: Input, place: { account: string; region: string }): void {
  const given = Object.keys(targets).filter((name) => properties[name] !== undefined)
  if (given.length !== 1)
    throw new AwsError(
      'InvalidParameterCombination',
      given.length === 0
        ? 'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, carrierGatewayId, vpcEndpointId or instanceId'
        : `Too many targets: ${given.join(', ')}`,
    )
  const [name = ''] = given
  const type = targets[name]
  const id = text(properties[name])
  if (type === undefined || id.startsWith('vgw-')) return
  const target = cloud.store.get(type, id, place)
  if (target === undefined)
    throw new AwsError(
      `Invalid${name.replace(/Id$/, '')}ID.NotFound`,
      `The ${name.replace(/Id$/, '')} ID '${id}' does not exist`,
    )
  const vpcOf = text(cloud.store.get('AWS::EC2::RouteTable', text(properties.RouteTableId), place)?.properties.VpcId)
  if (type !== 'AWS::EC2::InternetGateway') return
  const attached = cloud.store
    .list('AWS::EC2::VPCGatewayAttachment', place)
    .some((it) => it.properties.InternetGatewayId === id && it.properties.VpcId === vpcOf)
  if (!attached)
    throw new AwsError(
      'InvalidParameterValue',
      `route table ${text(properties.RouteTableId)} and network gateway ${id} belong to different networks`,
    )
}

// EC2 as far as a fleet asks it: zones and offers, networks and what stands in them. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/

import type { Call, Handler, Handlers } from './cloud.ts'
import { catalogueActions } from './ec2-catalogue.ts'
import { filtered } from './ec2-filters.ts'
import { instanceActions } from './ec2-instances.ts'
import { launchTemplateActions } from './ec2-launch-templates.ts'
import { securityGroupActions } from './ec2-security-groups.ts'
import { views } from './ec2-views.ts'
import { zoneActions } from './ec2-zones.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { records, text, texts } from './json.ts'
import { networkAclActions } from './network-acls.ts'
import { page } from './pages.ts'
import { typeOf } from './resources/types.ts'

/** What `DescribeThings` asks by id is `ThingId.1`; the error for one that is not there differs by thing. */
const described: Readonly<
  Record<
    string,
    {
      readonly type: string
      readonly set: string
      readonly ids: string
      readonly notFound: string
      readonly id?: string
      readonly alias?: Readonly<Record<string, string>>
    }
  >
> = {
  DescribeVpcs: {
    type: 'AWS::EC2::VPC',
    set: 'vpcSet',
    ids: 'VpcId',
    notFound: 'InvalidVpcID.NotFound',
    id: 'vpcId',
    alias: { cidr: 'cidrBlock', 'is-default': 'isDefault' },
  },
  DescribeSubnets: {
    type: 'AWS::EC2::Subnet',
    set: 'subnetSet',
    ids: 'SubnetId',
    notFound: 'InvalidSubnetID.NotFound',
    id: 'subnetId',
    alias: { 'cidr-block': 'cidrBlock', 'availability-zone': 'availabilityZone', 'outpost-arn': 'outpostArn' },
  },
  DescribeRouteTables: {
    type: 'AWS::EC2::RouteTable',
    set: 'routeTableSet',
    ids: 'RouteTableId',
    notFound: 'InvalidRouteTableID.NotFound',
    id: 'routeTableId',
    alias: { 'association.subnet-id': 'associationSet.subnetId', 'association.main': 'associationSet.main' },
  },
  DescribeInternetGateways: {
    type: 'AWS::EC2::InternetGateway',
    set: 'internetGatewaySet',
    ids: 'InternetGatewayId',
    notFound: 'InvalidInternetGatewayID.NotFound',
    id: 'internetGatewayId',
    alias: { 'attachment.vpc-id': 'attachmentSet.vpcId' },
  },
  DescribeCarrierGateways: {
    type: 'AWS::EC2::CarrierGateway',
    set: 'carrierGatewaySet',
    ids: 'CarrierGatewayId',
    notFound: 'InvalidCarrierGatewayID.NotFound',
    id: 'carrierGatewayId',
  },
  DescribeNatGateways: {
    type: 'AWS::EC2::NatGateway',
    set: 'natGatewaySet',
    ids: 'NatGatewayId',
    notFound: 'NatGatewayNotFound',
    id: 'natGatewayId',
  },
  DescribeAddresses: {
    type: 'AWS::EC2::EIP',
    set: 'addressesSet',
    ids: 'AllocationId',
    notFound: 'InvalidAllocationID.NotFound',
    id: 'allocationId',
    alias: { 'association-id': 'associationId', 'network-border-group': 'networkBorderGroup' },
  },
  DescribeVpcEndpoints: {
    type: 'AWS::EC2::VPCEndpoint',
    set: 'vpcEndpointSet',
    ids: 'VpcEndpointId',
    notFound: 'InvalidVpcEndpointId.NotFound',
    id: 'vpcEndpointId',
  },
  DescribeLaunchTemplates: {
    type: 'AWS::EC2::LaunchTemplate',
    set: 'launchTemplates',
    ids: 'LaunchTemplateId',
    notFound: 'InvalidLaunchTemplateId.NotFound',
    id: 'launchTemplateId',
  },
  DescribeFlowLogs: {
    type: 'AWS::EC2::FlowLog',
    set: 'flowLogSet',
    ids: 'FlowLogId',
    notFound: 'InvalidFlowLogId.NotFound',
    id: 'flowLogId',
    alias: { 'resource-id': 'resourceId' },
  },
  DescribeKeyPairs: {
    type: 'AWS::EC2::KeyPair',
    set: 'keySet',
    ids: 'KeyName',
    notFound: 'InvalidKeyPair.NotFound',
    id: 'keyName',
  },
}

const describe =
  (of: string): Handler =>
  (call) => {
    const it = described[of]
    if (it === undefined) throw new AwsError('InvalidAction', of)
    const all = call.cloud.store.list(it.type, call).map((entity) => views[it.type]?.(entity, call.cloud) ?? {})
    const wanted = texts(call.input[it.ids])
    for (const id of wanted)
      if (!all.some((one) => one[it.id ?? ''] === id))
        throw new AwsError(it.notFound, `The ${it.ids.replace(/Id$/, ' ID')} '${id}' does not exist`)
    const filters = call.input.Filter
    const { items, next } = page(
      call.cloud,
      filtered(
        all.filter((one) => wanted.length === 0 || wanted.includes(text(one[it.id ?? '']))),
        filters,
        it.alias,
      ),
      call.input.NextToken,
      call.input.MaxResults,
      1_000,
    )
    return { [it.set]: items, ...(next !== undefined && { nextToken: next }) }
  }

/** What `down` and its sweep may delete by hand. */
const deletable: Readonly<
  Record<string, { readonly type: string; readonly by: string; readonly notFound: string; readonly attribute?: string }>
> = {
  DeleteVpc: { type: 'AWS::EC2::VPC', by: 'VpcId', notFound: 'InvalidVpcID.NotFound' },
  DeleteSubnet: { type: 'AWS::EC2::Subnet', by: 'SubnetId', notFound: 'InvalidSubnetID.NotFound' },
  DeleteRouteTable: { type: 'AWS::EC2::RouteTable', by: 'RouteTableId', notFound: 'InvalidRouteTableID.NotFound' },
  DeleteInternetGateway: {
    type: 'AWS::EC2::InternetGateway',
    by: 'InternetGatewayId',
    notFound: 'InvalidInternetGatewayID.NotFound',
  },
  DeleteCarrierGateway: {
    type: 'AWS::EC2::CarrierGateway',
    by: 'CarrierGatewayId',
    notFound: 'InvalidCarrierGatewayID.NotFound',
  },
  DeleteNatGateway: { type: 'AWS::EC2::NatGateway', by: 'NatGatewayId', notFound: 'NatGatewayNotFound' },
  DeleteSecurityGroup: { type: 'AWS::EC2::SecurityGroup', by: 'GroupId', notFound: 'InvalidGroup.NotFound' },
  DeleteLaunchTemplate: {
    type: 'AWS::EC2::LaunchTemplate',
    by: 'LaunchTemplateId',
    notFound: 'InvalidLaunchTemplateId.NotFound',
  },
  ReleaseAddress: {
    type: 'AWS::EC2::EIP',
    by: 'AllocationId',
    notFound: 'InvalidAllocationID.NotFound',
    attribute: 'AllocationId',
  },
}

const remove =
  (of: string): Handler =>
  async (call) => {
    const it = deletable[of]
    if (it === undefined) throw new AwsError('InvalidAction', of)
    const id = text(call.input[it.by])
    const found = call.cloud.store
      .list(it.type, call)
      .find((one) => (it.attribute === undefined ? one.id : text(one.attributes[it.attribute])) === id)
    if (found === undefined)
      throw new AwsError(it.notFound, `The ${it.by.replace(/Id$/, ' ID')} '${id}' does not exist`)
    await typeOf(it.type)?.unmake?.(found, call.cloud)
    call.cloud.store.remove(found)
    return { return: true }
  }

const byId = (call: Call, id: string): Entity | undefined =>
  call.cloud.store
    .all()
    .find(
      (it) =>
        it.account === call.account &&
        it.region === call.region &&
        it.type.startsWith('AWS::EC2::') &&
        (it.id === id || it.attributes.AllocationId === id),
    )

const tagActions: Handlers = {
  CreateTags: (call) => {
    const tags = Object.fromEntries(records(call.input.Tag).map((tag) => [text(tag.Key), text(tag.Value)]))
    for (const id of texts(call.input.ResourceId)) {
      const found = byId(call, id)
      if (found === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`)
      found.tags = { ...found.tags, ...tags }
    }
    return { return: true }
  },
  DeleteTags: (call) => {
    const keys = records(call.input.Tag).map((tag) => text(tag.Key))
    for (const id of texts(call.input.ResourceId)) {
      const found = byId(call, id)
      if (found !== undefined)
        found.tags = Object.fromEntries(Object.entries(found.tags).filter(([key]) => !keys.includes(key)))
    }
    return { return: true }
  },
}

const localGateways: Handlers = {
  DescribeLocalGateways: () => ({
    localGatewaySet: [{ localGatewayId: 'lgw-0123456789abcdef0', state: 'available', tagSet: [] }] as readonly Input[],
  }),
  DescribeLocalGatewayRouteTables: () => ({
    localGatewayRouteTableSet: [
      {
        localGatewayRouteTableId: 'lgw-rtb-0123456789abcdef0',
        localGatewayId: 'lgw-0123456789abcdef0',
        state: 'available',
        mode: 'direct-vpc-routing',
        tagSet: [],
      },
    ] as readonly Input[],
  }),
}

export const ec2Actions: Handlers = {
  ...zoneActions,
  ...Object.fromEntries(Object.keys(described).map((action) => [action, describe(action)])),
  ...Object.fromEntries(Object.keys(deletable).map((action) => [action, remove(action)])),
  ...instanceActions,
  ...securityGroupActions,
  ...networkAclActions,
  ...catalogueActions,
  ...tagActions,
  ...localGateways,
  ...launchTemplateActions,
}

// How EC2 shows what stands in it.

import type { Cloud } from './cloud.ts'
import { blockOf } from './cloudformation/cidr.ts'
import type { Entity } from './entities.ts'
import type { Input, Json } from './json.ts'
import { text, texts } from './json.ts'
import { isBlackhole } from './resources/routes.ts'

export type View = (entity: Entity, cloud: Cloud) => Input

export const tagSet = ({ tags }: Entity): Json => Object.entries(tags).map(([key, value]) => ({ key, value }))

const at = (cloud: Cloud, subnet: Json, place: Entity): Entity | undefined =>
  cloud.store.get('AWS::EC2::Subnet', text(subnet), place)

export const views: Readonly<Record<string, View>> = {
  'AWS::EC2::VPC': (it, { store }) => ({
    vpcId: it.id,
    ownerId: it.account,
    state: 'available',
    cidrBlock: it.properties.CidrBlock,
    isDefault: false,
    instanceTenancy: 'default',
    dhcpOptionsId: 'default',
    cidrBlockAssociationSet: [
      it,
      ...store.list('AWS::EC2::VPCCidrBlock', it).filter((one) => one.properties.VpcId === it.id),
    ].map((one) => ({
      cidrBlock: one.properties.CidrBlock,
      associationId: one === it ? (it.attributes.CidrBlockAssociations as readonly string[])[0] : one.id,
      cidrBlockState: { state: 'associated' },
    })),
    tagSet: tagSet(it),
  }),
  'AWS::EC2::Subnet': (it, { store }) => ({
    subnetId: it.id,
    subnetArn: it.arn,
    ownerId: it.account,
    state: 'available',
    vpcId: it.properties.VpcId,
    cidrBlock: it.properties.CidrBlock,
    availabilityZone: it.attributes.AvailabilityZone,
    availabilityZoneId: it.attributes.AvailabilityZoneId,
    availableIpAddressCount:
      (blockOf(text(it.properties.CidrBlock))?.size ?? 5) -
      5 -
      ['AWS::EC2::Instance', 'AWS::EC2::NatGateway']
        .flatMap((type) => store.list(type, it))
        .filter((one) => one.properties.SubnetId === it.id).length,
    mapPublicIpOnLaunch: it.properties.MapPublicIpOnLaunch ?? false,
    defaultForAz: false,
    assignIpv6AddressOnCreation: false,
    ipv6Native: false,
    privateDnsNameOptionsOnLaunch: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    ...(text(it.properties.OutpostArn) !== '' && { outpostArn: it.properties.OutpostArn }),
    tagSet: tagSet(it),
  }),
  'AWS::EC2::RouteTable': (it, { store }) => {
    const vpc = store.get('AWS::EC2::VPC', text(it.properties.VpcId), it)
    return {
      routeTableId: it.id,
      vpcId: it.properties.VpcId,
      ownerId: it.account,
      routeSet: [
        {
          destinationCidrBlock: vpc?.properties.CidrBlock,
          gatewayId: 'local',
          state: 'active',
          origin: 'CreateRouteTable',
        },
        ...store
          .list('AWS::EC2::Route', it)
          .filter((one) => one.properties.RouteTableId === it.id)
          .map((one) => ({ route: one.properties, isGone: isBlackhole({ store }, one) }))
          .map(({ route, isGone }) => ({
            destinationCidrBlock: route.DestinationCidrBlock,
            gatewayId: route.GatewayId,
            natGatewayId: route.NatGatewayId,
            carrierGatewayId: route.CarrierGatewayId,
            localGatewayId: route.LocalGatewayId,
            transitGatewayId: route.TransitGatewayId,
            state: isGone ? 'blackhole' : 'active',
            origin: 'CreateRoute',
          })),
      ],
      associationSet: [
        ...(it.attributes.Main === true
          ? [
              {
                routeTableAssociationId: `rtbassoc-main-${it.id}`,
                routeTableId: it.id,
                main: true,
                associationState: { state: 'associated' },
              },
            ]
          : []),
        ...store
          .list('AWS::EC2::SubnetRouteTableAssociation', it)
          .filter((one) => one.properties.RouteTableId === it.id)
          .map((one) => ({
            routeTableAssociationId: one.id,
            routeTableId: it.id,
            subnetId: one.properties.SubnetId,
            main: false,
            associationState: { state: 'associated' },
          })),
      ],
      tagSet: tagSet(it),
    }
  },
  'AWS::EC2::InternetGateway': (it, { store }) => ({
    internetGatewayId: it.id,
    ownerId: it.account,
    attachmentSet: store
      .list('AWS::EC2::VPCGatewayAttachment', it)
      .filter((one) => one.properties.InternetGatewayId === it.id)
      .map((one) => ({ vpcId: one.properties.VpcId, state: 'available' })),
    tagSet: tagSet(it),
  }),
  'AWS::EC2::CarrierGateway': (it) => ({
    carrierGatewayId: it.id,
    vpcId: it.properties.VpcId,
    state: 'available',
    ownerId: it.account,
    tagSet: tagSet(it),
  }),
  'AWS::EC2::NatGateway': (it, cloud) => ({
    natGatewayId: it.id,
    subnetId: it.properties.SubnetId,
    vpcId: at(cloud, it.properties.SubnetId, it)?.properties.VpcId,
    connectivityType: 'public',
    state: 'available',
    createTime: it.madeAt.toISOString(),
    natGatewayAddressSet: [
      {
        allocationId: it.properties.AllocationId,
        publicIp: cloud.store
          .list('AWS::EC2::EIP', it)
          .find((one) => one.attributes.AllocationId === it.properties.AllocationId)?.id,
      },
    ],
    tagSet: tagSet(it),
  }),
  'AWS::EC2::EIP': (it, { store }) => {
    const user = store
      .list('AWS::EC2::NatGateway', it)
      .find((one) => one.properties.AllocationId === it.attributes.AllocationId)
    return {
      allocationId: it.attributes.AllocationId,
      publicIp: it.id,
      domain: 'vpc',
      networkBorderGroup: it.properties.NetworkBorderGroup ?? it.region,
      ...(user !== undefined && { associationId: `eipassoc-${user.id.slice(4)}` }),
      tagSet: tagSet(it),
    }
  },
  'AWS::EC2::VPCEndpoint': (it) => ({
    vpcEndpointId: it.id,
    vpcId: it.properties.VpcId,
    serviceName: it.properties.ServiceName,
    vpcEndpointType: it.properties.VpcEndpointType ?? 'Gateway',
    state: 'available',
    subnetIdSet: texts(it.properties.SubnetIds),
    routeTableIdSet: texts(it.properties.RouteTableIds),
    groupSet: texts(it.properties.SecurityGroupIds).map((groupId) => ({ groupId })),
    networkInterfaceIdSet: texts(it.attributes.NetworkInterfaceIds),
    privateDnsEnabled: it.properties.PrivateDnsEnabled ?? false,
    tagSet: tagSet(it),
  }),
  'AWS::EC2::LaunchTemplate': (it) => ({
    launchTemplateId: it.id,
    launchTemplateName: it.attributes.LaunchTemplateName,
    defaultVersionNumber: 1,
    latestVersionNumber: it.attributes.LatestVersionNumber,
    createTime: it.madeAt.toISOString(),
    tagSet: tagSet(it),
  }),
  'AWS::EC2::FlowLog': (it) => ({
    flowLogId: it.id,
    resourceId: it.properties.ResourceId,
    trafficType: it.properties.TrafficType,
    flowLogStatus: 'ACTIVE',
    logGroupName: it.properties.LogGroupName,
    tagSet: tagSet(it),
  }),
  'AWS::EC2::KeyPair': (it) => ({ keyName: it.id, keyPairId: it.attributes.KeyPairId, tagSet: tagSet(it) }),
}

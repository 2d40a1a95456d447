// A network as a stack: the VPC, its subnets with the ranges that the plan computed, a route table for each, and the gateways that their
// routes lead to. Of a VPC that is somebody else's only the subnets that the fleet adds are made.

import type { CfnResource, Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { logical, outputs } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asList, asRecord, asText, isTrue } from './values.ts'

/** Zones in which control planes stand: only there may a balancer be placed without its subnets being named. */
export interface NetworkContext {
  readonly clusterZones: ReadonlySet<string>
  /** By site, the ARN of its Outpost. */
  readonly outpostArn: (site: string) => string | undefined
  /** Whether endpoints stand in the routes of its subnets: their stack asks for the tables. */
  readonly hasGatewayEndpoints: boolean
}

export function network(stack: Stack, cdk: Cdk, { intent }: Step, context: NetworkContext): void {
  const { core, ec2, logs, iam } = cdk
  const name = asText(intent.name)
  const tag = (suffix: string) => [{ key: 'Name', value: suffix === '' ? name : `${name}-${suffix}` }]
  const existing = intent.existing === undefined ? undefined : asText(intent.existing)
  const vpc =
    existing === undefined
      ? new ec2.CfnVPC(stack, 'Vpc', {
          cidrBlock: asText(intent.cidr),
          enableDnsHostnames: isTrue(intent.dnsHostnames),
          enableDnsSupport: isTrue(intent.dnsResolution),
          tags: tag(''),
        })
      : undefined
  const vpcId = vpc?.ref ?? existing ?? ''
  output(stack, cdk, outputs.vpcId, vpcId)
  if (vpc !== undefined) {
    asList(intent.additionalCidrs).forEach((cidr, index) => {
      new ec2.CfnVPCCidrBlock(stack, `Cidr${index + 1}`, { vpcId, cidrBlock: asText(cidr) })
    })
    flowLog(vpcId)
  }

  const attachment = gateway(
    isTrue(intent.internetGateway) && existing === undefined,
    () => new ec2.CfnInternetGateway(stack, 'InternetGateway', { tags: tag('') }),
  )
  const attached =
    attachment === undefined
      ? undefined
      : new ec2.CfnVPCGatewayAttachment(stack, 'InternetGatewayAttachment', {
          vpcId,
          internetGatewayId: attachment.ref,
        })
  const carrier = gateway(
    isTrue(intent.carrierGateway),
    () => new ec2.CfnCarrierGateway(stack, 'CarrierGateway', { vpcId, tags: tag('') }),
  )
  const local = isTrue(intent.localGateway) ? localGateway() : undefined

  const subnets = asList(intent.subnets).map(asRecord)
  const ids = new Map<string, string>()
  for (const subnet of subnets) {
    const subnetName = asText(subnet.name)
    if (subnet.existing !== undefined) {
      ids.set(subnetName, asText(subnet.existing))
      continue
    }
    const isPublic = isTrue(subnet.public)
    const outpost = subnet.outpost === undefined ? undefined : context.outpostArn(asText(subnet.outpost))
    const role = isPublic ? 'elb' : 'internal-elb'
    const made = new ec2.CfnSubnet(stack, `Subnet${logical(subnetName)}`, {
      vpcId,
      availabilityZone: asText(subnet.zone),
      cidrBlock: asText(subnet.cidr),
      mapPublicIpOnLaunch: false,
      ...(outpost === undefined ? {} : { outpostArn: outpost }),
      tags: [
        { key: 'Name', value: subnetName },
        // found by the load balancer controller where an Ingress names no subnets: never at the edge, where each zone has its own
        ...(context.clusterZones.has(asText(subnet.zone)) && outpost === undefined
          ? [{ key: `kubernetes.io/role/${role}`, value: '1' }]
          : []),
      ],
    })
    // the range must be the VPC's before a subnet is cut out of it
    asList(intent.additionalCidrs).forEach((_, index) => {
      const block = stack.node.tryFindChild(`Cidr${index + 1}`) as CfnResource | undefined
      if (block !== undefined) made.addResourceDependency(block)
    })
    ids.set(subnetName, made.ref)
  }
  for (const [subnetName, id] of ids) output(stack, cdk, outputs.subnetId(subnetName), id)

  const nats = new Map<string, string>()
  for (const holder of asList(intent.natGatewaysIn).map(asText)) {
    const address = new ec2.CfnEIP(stack, `NatAddress${logical(holder)}`, { domain: 'vpc', tags: tag(holder) })
    const nat = new ec2.CfnNatGateway(stack, `NatGateway${logical(holder)}`, {
      subnetId: ids.get(holder) ?? '',
      allocationId: address.attrAllocationId,
      tags: tag(holder),
    })
    if (attached !== undefined) nat.addResourceDependency(attached)
    nats.set(asText(subnets.find((it) => it.name === holder)?.zone), nat.ref)
  }

  for (const subnet of subnets) {
    if (subnet.existing !== undefined) continue
    const subnetName = asText(subnet.name)
    const id = logical(subnetName)
    const table = new ec2.CfnRouteTable(stack, `RouteTable${id}`, { vpcId, tags: [{ key: 'Name', value: subnetName }] })
    if (context.hasGatewayEndpoints) output(stack, cdk, outputs.routeTableId(subnetName), table.ref)
    new ec2.CfnSubnetRouteTableAssociation(stack, `RouteTableOf${id}`, {
      subnetId: ids.get(subnetName) ?? '',
      routeTableId: table.ref,
    })
    asList(subnet.routes).forEach((value, index) => {
      const route = asRecord(value)
      const target = targetOf(asText(route.via), asText(subnet.zone))
      if (target === undefined) return
      const made = new ec2.CfnRoute(stack, `Route${id}${index === 0 ? '' : index + 1}`, {
        routeTableId: table.ref,
        destinationCidrBlock: asText(route.to),
        ...target,
      })
      if (route.via === 'internetGateway' && attached !== undefined) made.addResourceDependency(attached)
      if (route.via === 'localGateway' && local !== undefined) made.addResourceDependency(local.association)
    })
  }

  function targetOf(via: string, zone: string): object | undefined {
    switch (via) {
      case 'internetGateway':
        return attachment === undefined
          ? { gatewayId: parameter('InternetGatewayId', `The internet gateway of ${existing}`).valueAsString }
          : { gatewayId: attachment.ref }
      case 'carrierGateway':
        return carrier === undefined ? undefined : { carrierGatewayId: carrier.ref }
      case 'natGateway':
        return { natGatewayId: nats.get(zone) ?? [...nats.values()][0] ?? '' }
      case 'localGateway':
        return local === undefined ? undefined : { localGatewayId: local.id }
      case 'transitGateway':
        return {
          transitGatewayId: parameter('TransitGatewayId', 'The transit gateway that is attached to the VPC')
            .valueAsString,
        }
      case 'virtualPrivateGateway':
        return {
          gatewayId: parameter('VirtualPrivateGatewayId', 'The virtual private gateway of the VPC').valueAsString,
        }
      default:
        return undefined
    }
  }

  /** The local gateway belongs to the Outpost: its ids are known to whoever ordered it. */
  function localGateway() {
    const table = parameter('LocalGatewayRouteTableId', 'Route table of the local gateway of the Outpost (lgw-rtb-...)')
    return {
      id: parameter('LocalGatewayId', 'The local gateway of the Outpost (lgw-...)').valueAsString,
      association: new ec2.CfnLocalGatewayRouteTableVPCAssociation(stack, 'LocalGatewayRouteTableOfVpc', {
        localGatewayRouteTableId: table.valueAsString,
        vpcId,
      }),
    }
  }

  function flowLog(id: string): void {
    const group = new logs.CfnLogGroup(stack, 'FlowLogGroup', { retentionInDays: 90 })
    group.applyRemovalPolicy(core.RemovalPolicy.DESTROY)
    const role = new iam.CfnRole(stack, 'FlowLogRole', {
      assumeRolePolicyDocument: trustOf('vpc-flow-logs.amazonaws.com'),
      policies: [
        {
          policyName: 'write',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: [
                  'logs:CreateLogStream',
                  'logs:PutLogEvents',
                  'logs:DescribeLogGroups',
                  'logs:DescribeLogStreams',
                ],
                Resource: group.attrArn,
              },
            ],
          },
        },
      ],
    })
    new ec2.CfnFlowLog(stack, 'FlowLog', {
      resourceId: id,
      resourceType: 'VPC',
      trafficType: 'REJECT',
      logGroupName: group.ref,
      deliverLogsPermissionArn: role.attrArn,
    })
  }

  function parameter(id: string, description: string) {
    return (
      (stack.node.tryFindChild(id) as InstanceType<typeof core.CfnParameter> | undefined) ??
      new core.CfnParameter(stack, id, { type: 'String', description })
    )
  }

  function gateway<T>(wanted: boolean, make: () => T): T | undefined {
    return wanted ? make() : undefined
  }
}

export const trustOf = (service: string): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
})

// What is looked at when nodes are missing: the group that launches them, who may join, the ways out of their subnets, their security
// groups, what they start with, and whether their zone offers them. Asked only where nodes are missing; each look may fail by itself.

import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { DescribeAutoScalingGroupsCommand, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import type { Instance, RouteTable } from '@aws-sdk/client-ec2'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
} from '@aws-sdk/client-ec2'
import { DescribeAccessEntryCommand, DescribeClusterCommand, DescribeNodegroupCommand } from '@aws-sdk/client-eks'
import { outputs } from '../../../artefacts/cloudformation/names.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import type { PlannedStep } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Where } from '../aws/clients.ts'
import { codeOf } from '../aws/errors.ts'
import type { Asking, Said } from './asking.ts'
import { answerOf, named } from './asking.ts'
import type { JoinFacts, SubnetFacts } from './causes.ts'

interface Group {
  readonly group: AutoScalingGroup
  readonly role: string
  readonly byEks: boolean
}

export async function joinFacts(asking: Asking, step: PlannedStep, where: Where): Promise<JoinFacts> {
  const { ground } = asking
  const { site = '', pool = '', cluster = '' } = step.subject
  const ec2 = ground.aws.ec2(where)
  const eks = ground.aws.eks(where)
  const about = `the nodes ${site}/${pool}`
  const look = <T>(what: string, ask: (signal: AbortSignal) => Promise<T>): Promise<Said<T>> =>
    answerOf(asking, `${what} of ${about} cannot be looked at`, ask)

  const groupSaid = await look('the group', (signal) => groupOf(asking, step, where, signal))
  const described = await look('the cluster', async (abortSignal) => {
    const { cluster: it } = await eks.send(new DescribeClusterCommand({ name: cluster }), { abortSignal })
    return {
      endpoint: it?.endpoint ?? '',
      securityGroup: it?.resourcesVpcConfig?.clusterSecurityGroupId ?? '',
      vpc: it?.resourcesVpcConfig?.vpcId ?? '',
      byConfigMap: it?.accessConfig?.authenticationMode === 'CONFIG_MAP',
    }
  })
  const both = async <T>(
    what: string,
    ask: (group: Group, of: Extract<typeof described, { kind: 'said' }>['value'], signal: AbortSignal) => Promise<T>,
  ): Promise<Said<T>> => {
    if (groupSaid.kind === 'silent') return groupSaid
    if (described.kind === 'silent') return described
    return look(what, (signal) => ask(groupSaid.value, described.value, signal))
  }
  const template = await both('the launch template', async ({ group }, _of, abortSignal) => {
    const { LaunchTemplateId: id, Version: version } =
      group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? {}
    if (id === undefined) return { id: undefined, data: undefined }
    const { LaunchTemplateVersions: all = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version ?? '$Latest'] }),
      { abortSignal },
    )
    return { id, data: all[0]?.LaunchTemplateData }
  })
  const machines = await both('the machines', async ({ group }, _of, abortSignal): Promise<readonly Instance[]> => {
    const ids = (group.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? [])
    if (ids.length === 0) return []
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }), { abortSignal })
    return Reservations.flatMap(({ Instances = [] }) => Instances)
  })
  const [access, subnets, groups, launches, offered] = await Promise.all([
    both('the mapping', async ({ role, byEks }, { byConfigMap }, abortSignal) => {
      if (byConfigMap) {
        const client = await ground.api({ kind: 'cluster', name: cluster })
        const map = await client?.get<KubeObject>('/api/v1/namespaces/kube-system/configmaps/aws-auth')
        return {
          role,
          mapped: String(at(map, 'data', 'mapRoles') ?? '').includes(role),
          type: undefined,
          by: 'aws-auth' as const,
        }
      }
      const entry = await eks
        .send(new DescribeAccessEntryCommand({ clusterName: cluster, principalArn: role }), { abortSignal })
        .catch((error: unknown) => {
          if (codeOf(error) === 'ResourceNotFoundException') return undefined
          throw error
        })
      // of a managed group EKS makes the entry itself
      return {
        role,
        mapped: entry?.accessEntry !== undefined || (byEks && step.intent.roleMapping === undefined),
        type: entry?.accessEntry?.type,
        by: 'accessEntry' as const,
      }
    }),
    both('the subnets', async ({ group }, { vpc }, abortSignal) =>
      subnetFacts(
        asking,
        where,
        (group.VPCZoneIdentifier ?? '').split(',').filter(Boolean),
        vpc,
        machines,
        abortSignal,
      ),
    ),
    both('the security groups', async (_group, { securityGroup }, abortSignal) => {
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [securityGroup] }), {
        abortSignal,
      })
      const [it] = SecurityGroups
      return {
        cluster: securityGroup,
        without:
          machines.kind === 'silent'
            ? []
            : machines.value
                .filter(({ SecurityGroups: own = [] }) => !own.some(({ GroupId }) => GroupId === securityGroup))
                .map(({ InstanceId = '', SecurityGroups: own = [] }) => ({
                  machine: InstanceId,
                  groups: own.flatMap(({ GroupId }) => GroupId ?? []),
                })),
        admitsItself: (it?.IpPermissions ?? []).some(
          ({ IpProtocol, UserIdGroupPairs = [], IpRanges = [] }) =>
            (IpProtocol === '-1' && IpRanges.length > 0) ||
            ((IpProtocol === '-1' || IpProtocol === 'tcp') &&
              UserIdGroupPairs.some(({ GroupId }) => GroupId === securityGroup)),
        ),
        letsOut: (it?.IpPermissionsEgress ?? []).length > 0,
      }
    }),
    both('the launches', async ({ group }, _of, abortSignal) => {
      const { Activities = [] } = await ground.aws
        .autoScaling(where)
        .send(
          new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group.AutoScalingGroupName, MaxRecords: 20 }),
          { abortSignal },
        )
      return {
        group: group.AutoScalingGroupName ?? '',
        desired: group.DesiredCapacity ?? 0,
        wanted: Number(step.intent.replicas ?? 1),
        machines: (group.Instances ?? []).length,
        failed: failuresOf(Activities),
        suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
      }
    }),
    both('the offer', async ({ group, byEks }, _of, abortSignal) => {
      const declared = step.intent.instanceTypes
      const type =
        (template.kind === 'said' ? template.value.data?.InstanceType : undefined) ??
        String(Array.isArray(declared) ? (declared[0] ?? '') : '')
      const zones = group.AvailabilityZones ?? []
      const { InstanceTypeOfferings = [] } = await ec2.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: 'availability-zone',
          Filters: [
            { Name: 'instance-type', Values: [type] },
            { Name: 'location', Values: [...zones] },
          ],
        }),
        { abortSignal },
      )
      const there = new Set(InstanceTypeOfferings.map(({ Location }) => Location))
      const id = template.kind === 'said' && !byEks ? template.value.data?.ImageId : undefined
      return {
        type,
        declared: Array.isArray(declared) ? declared.map(String) : [],
        missingIn: zones.filter((zone) => !there.has(zone)),
        image: id === undefined ? undefined : { id, available: await isAvailable(id, abortSignal) },
      }
    }),
  ])
  const bootstrap = await both('the user data', async ({ byEks }, { endpoint }) => {
    if (template.kind === 'silent') throw new Error(template.why)
    const data = Buffer.from(template.value.data?.UserData ?? '', 'base64').toString('utf8')
    return {
      byEks: byEks && data === '',
      namesCluster: new RegExp(`(name:\\s*["']?|bootstrap\\.sh\\s+["']?)${escaped(cluster)}["']?\\s`, 'm').test(
        `${data}\n`,
      ),
      namesEndpoint: endpoint === '' || data.includes(endpoint) || data.includes('bootstrap.sh'),
      template: template.value.id,
    }
  })
  return { site, pool, cluster, region: where.region, access, subnets, bootstrap, groups, launches, offered }

  async function isAvailable(id: string, abortSignal: AbortSignal): Promise<boolean> {
    try {
      const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }), { abortSignal })
      return Images.some(({ State }) => State === 'available')
    } catch (error) {
      if (codeOf(error).startsWith('InvalidAMIID')) return false
      throw error
    }
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The group that launches the pool's machines, as it is now. */
export async function groupOf(
  { ground }: Pick<Asking, 'ground'>,
  step: PlannedStep,
  where: Where,
  abortSignal?: AbortSignal,
): Promise<Group> {
  const { site = '', pool = '', cluster = '' } = step.subject
  const stack = named(ground.plan).nodes(site, pool)
  const options = abortSignal === undefined ? {} : { abortSignal }
  const byEks = step.intent.kind === 'managed'
  let name: string | undefined
  let role = ''
  if (byEks) {
    const { nodegroup } = await ground.aws
      .eks(where)
      .send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: pool }), options)
    name = nodegroup?.resources?.autoScalingGroups?.[0]?.name
    role = nodegroup?.nodeRole ?? ''
  } else {
    const { StackResources = [] } = await ground.aws
      .cloudFormation(where)
      .send(new DescribeStackResourcesCommand({ StackName: stack }), options)
    name = StackResources.find(
      ({ ResourceType }) => ResourceType === 'AWS::AutoScaling::AutoScalingGroup',
    )?.PhysicalResourceId
    role = (await outputOf({ ground }, stack, where, outputs.nodeRole)) ?? ''
  }
  if (name === undefined)
    throw new Error(`there is no group of the nodes ${site}/${pool}: the stack ${stack} has not made one`)
  const { AutoScalingGroups = [] } = await ground.aws
    .autoScaling(where)
    .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), options)
  const [group] = AutoScalingGroups
  if (group === undefined) throw new Error(`the group ${name} of the nodes ${site}/${pool} is gone`)
  return { group, role, byEks }
}

export async function outputOf(
  { ground }: Pick<Asking, 'ground'>,
  stack: string,
  where: Where,
  key: string,
): Promise<string | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  const { Stacks = [] } = await ground.aws.cloudFormation(where).send(new DescribeStacksCommand({ StackName: stack }))
  return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue
}

/** Since the last launch that went well: what an older failure said is settled. */
export function failuresOf(activities: readonly Activity[]): readonly string[] {
  const failed: string[] = []
  for (const { StatusCode, StatusMessage, Description = '' } of activities) {
    if (StatusCode === 'Failed')
      failed.push((StatusMessage ?? Description).split('Launching EC2 instance failed')[0]?.trim() ?? '')
    else if (StatusCode === 'Successful' && /^Launching/.test(Description)) break
  }
  return failed.filter((text) => text !== '')
}

// ---------------------------------------------------------------------------------------------- subnets

/** What nodes without a way to the internet need (facts: EKS User Guide, Deploy private clusters with limited internet access). */
const neededEndpoints = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'sts']

async function subnetFacts(
  { ground }: Asking,
  where: Where,
  ids: readonly string[],
  vpc: string,
  machines: Said<readonly Instance[]>,
  abortSignal: AbortSignal,
): Promise<readonly SubnetFacts[]> {
  const ec2 = ground.aws.ec2(where)
  const inVpc = [{ Name: 'vpc-id', Values: [vpc] }]
  const [subnets, tables, endpoints] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...ids] }), { abortSignal }),
    ec2.send(new DescribeRouteTablesCommand({ Filters: inVpc }), { abortSignal }),
    ec2.send(new DescribeVpcEndpointsCommand({ Filters: inVpc }), { abortSignal }),
  ])
  const services = (endpoints.VpcEndpoints ?? [])
    .filter(({ State }) => String(State).toLowerCase() === 'available')
    .map(({ ServiceName = '' }) => ServiceName)
  const isPrivate = neededEndpoints.every((name) => services.some((service) => service.endsWith(`.${name}`)))
  return (subnets.Subnets ?? []).map(({ SubnetId: id = '', AvailabilityZone: zone = '' }) => {
    const table = tableOf(tables.RouteTables ?? [], id)
    const ways = (table?.Routes ?? []).filter(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0')
    const active = ways.find(({ State }) => State !== 'blackhole')
    const needsAddress =
      active !== undefined && (active.GatewayId?.startsWith('igw-') === true || active.CarrierGatewayId !== undefined)
    const own = machines.kind === 'said' ? machines.value.filter(({ SubnetId }) => SubnetId === id) : []
    return {
      id,
      zone,
      wayOut: active !== undefined || isPrivate,
      blackhole: active === undefined && ways.length > 0,
      withoutAddress:
        needsAddress &&
        !isPrivate &&
        own.length > 0 &&
        own.every(
          ({ PublicIpAddress, NetworkInterfaces = [] }) =>
            PublicIpAddress === undefined &&
            !NetworkInterfaces.some(
              ({ Association }) => Association?.PublicIp !== undefined || Association?.CarrierIp !== undefined,
            ),
        ),
    }
  })
}

/** A subnet without a table of its own goes by the main one. */
const tableOf = (tables: readonly RouteTable[], subnet: string): RouteTable | undefined =>
  tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet)) ??
  tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true))

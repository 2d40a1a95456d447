// Whether what the tagging API names is still there: it goes on naming things for a while after they were deleted, and a deleted NAT gateway
// stays visible for an hour. Each is described where it lives; what cannot be described counts as there.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html

import {
  DescribeInstancesCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2'
import { DescribeClusterCommand } from '@aws-sdk/client-eks'
import { GetHealthCheckCommand, GetHostedZoneCommand } from '@aws-sdk/client-route-53'
import { groupBy } from '../../../model/group-by.ts'
import type { Aws, Where } from './clients.ts'
import { codeOf, concernsAll } from './errors.ts'

interface Named {
  readonly kind: string
  readonly id: string
}

/** So many ids, as many as a filter takes. */
const atOnce = 200

export async function stillThere<One extends Named>(aws: Aws, at: Where, all: readonly One[]): Promise<readonly One[]> {
  const byKind = groupBy(all, ({ kind }) => kind)
  const checked = await Promise.all(
    [...byKind].map(async ([kind, own]): Promise<readonly One[]> => {
      const look = looks[kind]
      if (look === undefined) return own
      const ids = own.map(({ id }) => id)
      try {
        const found = new Set<string>()
        for (let from = 0; from < ids.length; from += atOnce)
          for (const id of await look(aws, at, ids.slice(from, from + atOnce))) found.add(id)
        return own.filter(({ id }) => found.has(id))
      } catch (error) {
        if (concernsAll(error)) throw error
        return own
      }
    }),
  )
  return checked.flat()
}

type Look = (aws: Aws, at: Where, ids: readonly string[]) => Promise<readonly string[]>

/** A filter answers with what there is; asked by their ids, one that is gone would hide all others. */
const only = (name: string, ids: readonly string[]) => ({
  Filters: [{ Name: name, Values: [...ids] }],
  MaxResults: 1000,
})

const looks: Readonly<Record<string, Look>> = {
  'NAT gateway': async ({ ec2 }, at, ids) => {
    const { Filters, MaxResults } = only('nat-gateway-id', ids)
    const { NatGateways = [] } = await ec2(at).send(new DescribeNatGatewaysCommand({ Filter: Filters, MaxResults }))
    return NatGateways.filter(({ State }) => State !== 'deleted').map(({ NatGatewayId = '' }) => NatGatewayId)
  },
  endpoint: async ({ ec2 }, at, ids) => {
    const { VpcEndpoints = [] } = await ec2(at).send(new DescribeVpcEndpointsCommand(only('vpc-endpoint-id', ids)))
    // the service writes it small, whatever its reference says
    return VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== 'deleted').map(
      ({ VpcEndpointId = '' }) => VpcEndpointId,
    )
  },
  instance: async ({ ec2 }, at, ids) => {
    const { Reservations = [] } = await ec2(at).send(new DescribeInstancesCommand(only('instance-id', ids)))
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId = '' }) => InstanceId)
  },
  VPC: async ({ ec2 }, at, ids) => {
    const { Vpcs = [] } = await ec2(at).send(new DescribeVpcsCommand(only('vpc-id', ids)))
    return Vpcs.map(({ VpcId = '' }) => VpcId)
  },
  subnet: async ({ ec2 }, at, ids) => {
    const { Subnets = [] } = await ec2(at).send(new DescribeSubnetsCommand(only('subnet-id', ids)))
    return Subnets.map(({ SubnetId = '' }) => SubnetId)
  },
  'security group': async ({ ec2 }, at, ids) => {
    const { SecurityGroups = [] } = await ec2(at).send(new DescribeSecurityGroupsCommand(only('group-id', ids)))
    return SecurityGroups.map(({ GroupId = '' }) => GroupId)
  },
  'EKS cluster': ({ eks }, at, ids) =>
    each(ids, ['ResourceNotFoundException'], (name) => eks(at).send(new DescribeClusterCommand({ name }))),
  'hosted zone': ({ route53 }, at, ids) =>
    each(ids, ['NoSuchHostedZone'], (Id) => route53(at).send(new GetHostedZoneCommand({ Id }))),
  'health check': ({ route53 }, at, ids) =>
    each(ids, ['NoSuchHealthCheck'], (HealthCheckId) => route53(at).send(new GetHealthCheckCommand({ HealthCheckId }))),
}

async function each(
  ids: readonly string[],
  gone: readonly string[],
  ask: (id: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const found = await Promise.all(
    ids.map((id) =>
      ask(id).then(
        () => [id],
        (error: unknown) => {
          if (concernsAll(error)) throw error
          return gone.includes(codeOf(error)) ? [] : [id]
        },
      ),
    ),
  )
  return found.flat()
}

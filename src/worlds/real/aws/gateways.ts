// Gateways that are there before us and belong to somebody else: a network's stack is told their ids. Where the account has several, nobody
// here may guess.

import {
  DescribeInternetGatewaysCommand,
  DescribeLocalGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
  DescribeVpnGatewaysCommand,
} from '@aws-sdk/client-ec2'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Aws, Where } from './clients.ts'
import { awsRefusal } from './errors.ts'

interface Candidate {
  readonly id: string
  readonly vpcs?: readonly string[]
}

/** Values by parameter, for those that the template asks for; `given` by the user comes first. */
export async function gatewayParameters(
  aws: Aws,
  at: Where,
  { name, template }: StackFile,
  vpcId: string | undefined,
  outpostArns: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const ec2 = aws.ec2(at)
  const asked = Object.keys(template.Parameters ?? {})
  const values: Record<string, string> = {}
  const one = (parameter: string, what: string, found: readonly Candidate[]): void => {
    const fitting = vpcId === undefined ? found : found.filter(({ vpcs }) => vpcs === undefined || vpcs.includes(vpcId))
    const [first] = fitting
    if (first === undefined || fitting.length > 1)
      throw new Refusal(
        'refused',
        `the stack ${name} needs one ${what} in ${at.region}, and there ${first === undefined ? 'is none' : `are ${fitting.length}: ${fitting.map(({ id }) => id).join(', ')}`}`,
        first === undefined
          ? `make it, or leave the route through it out of the network`
          : `deploy that stack by hand with ${parameter}=…, as RUNBOOK.md of skerry plan --out says; then run this again`,
      )
    values[parameter] = first.id
  }
  try {
    if (asked.includes('LocalGatewayRouteTableId') || asked.includes('LocalGatewayId')) {
      const { LocalGatewayRouteTables = [] } = await ec2.send(new DescribeLocalGatewayRouteTablesCommand({}))
      const own = LocalGatewayRouteTables.filter(
        ({ OutpostArn }) =>
          outpostArns.length === 0 || OutpostArn === undefined || outpostArns.includes(OutpostArn ?? ''),
      )
      if (asked.includes('LocalGatewayRouteTableId'))
        one(
          'LocalGatewayRouteTableId',
          'route table of a local gateway',
          own.map((it) => ({ id: it.LocalGatewayRouteTableId ?? '' })),
        )
      if (asked.includes('LocalGatewayId'))
        one('LocalGatewayId', 'local gateway', unique(own.map((it) => it.LocalGatewayId ?? '')))
    }
    if (asked.includes('InternetGatewayId')) {
      const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}))
      one(
        'InternetGatewayId',
        'internet gateway of that VPC',
        InternetGateways.map(({ InternetGatewayId = '', Attachments = [] }) => ({
          id: InternetGatewayId,
          vpcs: Attachments.map(({ VpcId = '' }) => VpcId),
        })),
      )
    }
    if (asked.includes('TransitGatewayId')) {
      const { TransitGateways = [] } = await ec2.send(new DescribeTransitGatewaysCommand({}))
      one(
        'TransitGatewayId',
        'transit gateway',
        TransitGateways.filter(({ State }) => State !== 'deleted').map((it) => ({ id: it.TransitGatewayId ?? '' })),
      )
    }
    if (asked.includes('VirtualPrivateGatewayId')) {
      const { VpnGateways = [] } = await ec2.send(new DescribeVpnGatewaysCommand({}))
      one(
        'VirtualPrivateGatewayId',
        'virtual private gateway',
        VpnGateways.filter(({ State }) => State !== 'deleted').map((it) => ({ id: it.VpnGatewayId ?? '' })),
      )
    }
    return values
  } catch (error) {
    throw awsRefusal(error, `the gateways that the stack ${name} needs cannot be found`)
  }
}

const unique = (ids: readonly string[]): readonly Candidate[] => [...new Set(ids)].map((id) => ({ id }))

// Quotas with the values that AWS gives a new account, and Service Quotas, which tells of them.
// https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html

import type { Cloud, Handlers } from './cloud.ts'
import type { Place } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { text } from './json.ts'
import { page } from './pages.ts'

interface Quota {
  readonly name: string
  readonly value: number
  /** What the fake's account has, where no account in use has the default. */
  readonly applied?: number
}

export const quotas: Readonly<Record<string, Quota>> = {
  'vpc/L-F678F1CE': { name: 'VPCs per Region', value: 5 },
  'vpc/L-A4707A72': { name: 'Internet gateways per Region', value: 5 },
  'vpc/L-FE5A380F': { name: 'NAT gateways per Availability Zone', value: 5 },
  'vpc/L-407747CB': { name: 'Subnets per VPC', value: 200 },
  'vpc/L-589F43AA': { name: 'Route tables per VPC', value: 200 },
  'vpc/L-E79EC296': { name: 'VPC security groups per Region', value: 2500 },
  'vpc/L-2AEEBF1A': { name: 'Rules per network ACL', value: 20 },
  'vpc/L-0EA8095F': { name: 'Inbound or outbound rules per security group', value: 60 },
  'vpc/L-29B6F2EB': { name: 'Interface VPC endpoints per VPC', value: 50 },
  'vpc/L-1B52E74A': { name: 'Gateway VPC endpoints per Region', value: 20 },
  'ec2/L-0263D0A3': { name: 'EC2-VPC Elastic IPs', value: 5 },
  // a new account has 5, and one that runs anything has more
  'ec2/L-1216C47A': {
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    value: 5,
    applied: 256,
  },
  'ec2/L-DB2E81BA': { name: 'Running On-Demand G and VT instances', value: 0 },
  'ec2/L-34B43A08': { name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', value: 5, applied: 256 },
  'eks/L-1194D53C': { name: 'Clusters', value: 100 },
  'eks/L-6D54EA21': { name: 'Managed node groups per cluster', value: 30 },
  'eks/L-BD136A63': { name: 'Nodes per managed node group', value: 450 },
  'elasticloadbalancing/L-53DA6B97': { name: 'Application Load Balancers per Region', value: 50 },
  'elasticloadbalancing/L-69A177A2': { name: 'Network Load Balancers per Region', value: 50 },
  'elasticloadbalancing/L-B22855CB': { name: 'Target Groups per Region', value: 3000 },
  'autoscaling/L-CDE20ADC': { name: 'Auto Scaling groups per region', value: 500 },
  'cloudformation/L-0485CB21': { name: 'Stack count', value: 2000 },
  'iam/L-FE177D64': { name: 'Roles per account', value: 1000 },
  'iam/L-E95E4862': { name: 'Customer managed policies per account', value: 1500 },
  'iam/L-858F3967': { name: 'OpenId connect providers per account', value: 100 },
  'route53/L-4EA4796A': { name: 'Domains count limit', value: 20 },
  'route53/L-ACB674F3': { name: 'Health checks', value: 200 },
}

export const limitOf = (cloud: Cloud, code: string): number =>
  cloud.quotas.get(code) ?? quotas[code]?.applied ?? quotas[code]?.value ?? Number.POSITIVE_INFINITY

/** Refuses one more of a type than the quota allows in the account and Region. */
export function within(cloud: Cloud, place: Place, quota: string, type: string, code: string, message: string): void {
  if (cloud.store.list(type, place).length >= limitOf(cloud, quota)) throw new AwsError(code, message)
}

const answered = (cloud: Cloud, key: string, value: number, { account, region }: Place): Input => {
  const [service = '', code = ''] = key.split('/')
  void cloud
  return {
    ServiceCode: service,
    QuotaCode: code,
    QuotaName: quotas[key]?.name,
    QuotaArn: `arn:aws:servicequotas:${region}:${account}:${service}/${code}`,
    Value: value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: service === 'iam' || service === 'route53',
  }
}

const asked = (input: Input): string => {
  const key = `${text(input.ServiceCode)}/${text(input.QuotaCode)}`
  if (quotas[key] === undefined)
    throw new AwsError('NoSuchResourceException', 'The request failed because the specified quota does not exist.')
  return key
}

export const quotaActions: Handlers = {
  GetServiceQuota: (call) => {
    const key = asked(call.input)
    return { Quota: answered(call.cloud, key, limitOf(call.cloud, key), call) }
  },
  GetAWSDefaultServiceQuota: (call) => {
    const key = asked(call.input)
    return { Quota: answered(call.cloud, key, quotas[key]?.value ?? 0, call) }
  },
  ListServiceQuotas: (call) => {
    const of = Object.keys(quotas).filter((key) => key.startsWith(`${text(call.input.ServiceCode)}/`))
    if (of.length === 0)
      throw new AwsError('NoSuchResourceException', 'The request failed because the specified service does not exist.')
    const { items, next } = page(call.cloud, of, call.input.NextToken, call.input.MaxResults)
    return {
      Quotas: items.map((key) => answered(call.cloud, key, limitOf(call.cloud, key), call)),
      ...(next !== undefined && { NextToken: next }),
    }
  },
}

// What the stacks that are not there yet will count against the quotas of the account, and what those leave. Looked up where AWS publishes
// them; a quota that may not be asked for is a note.

import { paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling'
import type { _InstanceType } from '@aws-sdk/client-ec2'
import {
  DescribeAddressesCommand,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2'
import { paginateListClusters } from '@aws-sdk/client-eks'
import { paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas'
import { stackNames } from '../../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../../artefacts/cloudformation/stacks.ts'
import { asText, asTexts } from '../../../../artefacts/cloudformation/values.ts'
import type { Ground } from '../../ground.ts'
import type { Aws, Where } from '../clients.ts'
import { codeOf } from '../errors.ts'
import { placeKey, placesOf, whereOfStack } from '../fleet-accounts.ts'
import type { PreflightFinding } from './finding.ts'
import { tolerant } from './finding.ts'

interface Quota {
  readonly words: string
  readonly service: string
  /** As Service Quotas calls it: aws service-quotas list-service-quotas --service-code SERVICE. */
  readonly code: string
  readonly types: readonly string[]
  readonly used: (aws: Aws, at: Where) => Promise<number>
}

const count = async <Page>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => readonly unknown[] | undefined,
): Promise<number> => {
  let sum = 0
  for await (const page of pages) sum += of(page)?.length ?? 0
  return sum
}

const quotas: readonly Quota[] = [
  {
    words: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    types: ['AWS::EC2::VPC'],
    used: (aws, at) => count(paginateDescribeVpcs({ client: aws.ec2(at) }, {}), ({ Vpcs }) => Vpcs),
  },
  {
    words: 'Elastic IP addresses',
    service: 'ec2',
    code: 'L-0263D0A3',
    types: ['AWS::EC2::EIP'],
    used: async (aws, at) => (await aws.ec2(at).send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
  },
  {
    words: 'EKS clusters',
    service: 'eks',
    code: 'L-1194D53C',
    types: ['AWS::EKS::Cluster'],
    used: (aws, at) => count(paginateListClusters({ client: aws.eks(at) }, {}), ({ clusters }) => clusters),
  },
  {
    words: 'Auto Scaling groups',
    service: 'autoscaling',
    code: 'L-CDE20ADC',
    types: ['AWS::AutoScaling::AutoScalingGroup', 'AWS::EKS::Nodegroup'],
    used: (aws, at) =>
      count(paginateDescribeAutoScalingGroups({ client: aws.autoScaling(at) }, {}), (it) => it.AutoScalingGroups),
  },
  {
    words: 'Network Load Balancers',
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    used: async (aws, at) => {
      let sum = 0
      for await (const page of paginateDescribeLoadBalancers({ client: aws.balancing(at) }, {}))
        sum += (page.LoadBalancers ?? []).filter(({ Type }) => Type === 'network').length
      return sum
    },
  },
]

/** On-demand instances by family, in vCPU. */
const families: readonly (readonly [RegExp, string, string])[] = [
  [/^(?:g|vt)\d/, 'L-DB2E81BA', 'G and VT instances'],
  [/^p\d/, 'L-417A185B', 'P instances'],
  [/^inf\d/, 'L-1945791B', 'Inf instances'],
  [/^trn\d/, 'L-2C3B7624', 'Trn instances'],
  [/^f\d/, 'L-74FC7D96', 'F instances'],
  [/^x\d/, 'L-7295265B', 'X instances'],
  [/^[acdhimrtz]\d|^(?:is|im)\d/, 'L-1216C47A', 'standard instances (A, C, D, H, I, M, R, T, Z)'],
]

export async function quotaFindings(
  ground: Ground,
  stacks: readonly StackFile[],
  there: ReadonlySet<string>,
): Promise<readonly PreflightFinding[]> {
  const { plan, aws } = ground
  const missing = stacks.filter(({ name }) => !there.has(name))
  const found = await Promise.all(
    placesOf(missing.map((file) => whereOfStack(plan.fleet, file))).map(async (at) => {
      const own = missing.filter((file) => placeKey(whereOfStack(plan.fleet, file)) === placeKey(at))
      const byType = await Promise.all(
        quotas.map((quota) => {
          const needed = own.reduce(
            (sum, { template }) => sum + typesIn(template).filter((type) => quota.types.includes(type)).length,
            0,
          )
          if (needed === 0) return []
          return tolerant(`the quota of ${quota.words} in ${at.region}`, async () => {
            const [limit, used] = await Promise.all([limitOf(aws, at, quota.service, quota.code), quota.used(aws, at)])
            return judged(quota.words, quota.service, quota.code, at, needed, used, limit)
          })
        }),
      )
      return [...byType.flat(), ...(await cpuFindings(ground, own, at))]
    }),
  )
  return found.flat()
}

const typesIn = (template: StackFile['template']): readonly string[] =>
  Object.values(template.Resources as Readonly<Record<string, { readonly Type: string }>>).map(({ Type }) => Type)

/** Undefined: AWS publishes none. */
async function limitOf(aws: Aws, at: Where, ServiceCode: string, QuotaCode: string): Promise<number | undefined> {
  const client = aws.quotas(at)
  try {
    return (await client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value
  } catch (error) {
    if (codeOf(error) !== 'NoSuchResourceException') throw error
  }
  try {
    return (await client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value
  } catch (error) {
    if (codeOf(error) === 'NoSuchResourceException') return undefined
    throw error
  }
}

function judged(
  words: string,
  service: string,
  code: string,
  at: Where,
  needed: number,
  used: number,
  limit: number | undefined,
): readonly PreflightFinding[] {
  if (limit === undefined || used + needed <= limit) return []
  return [
    {
      severity: 'error',
      what: `${at.region} has a quota of ${limit} ${words}: ${used} are there, and the fleet needs ${needed} more`,
      why: 'the stack would fail when it comes to them',
      next: `aws service-quotas request-service-quota-increase --region ${at.region} --service-code ${service} --quota-code ${code} --desired-value ${used + needed}, or remove what is not needed`,
    },
  ]
}

async function cpuFindings(
  { plan, aws }: Ground,
  own: readonly StackFile[],
  at: Where,
): Promise<readonly PreflightFinding[]> {
  const named = stackNames(plan.fleet.name)
  const names = new Set(own.map(({ name }) => name))
  const pools = plan.steps.filter(
    ({ kind, change, subject }) =>
      kind === 'pool.join' && change !== 'remove' && names.has(named.nodes(subject.site ?? '', subject.pool ?? '')),
  )
  if (pools.length === 0) return []
  return tolerant(`the quota of vCPUs in ${at.region}`, async () => {
    const wanted = pools
      .map(({ intent }) => ({
        type: asTexts(intent.instanceTypes)[0] ?? '',
        replicas: Number(asText(intent.replicas)),
      }))
      .filter(({ type }) => type !== '')
    const cpus = new Map<string, number>()
    for await (const page of paginateDescribeInstanceTypes(
      { client: aws.ec2(at) },
      { InstanceTypes: [...new Set(wanted.map(({ type }) => type))] as _InstanceType[] },
    ))
      for (const { InstanceType = '', VCpuInfo } of page.InstanceTypes ?? [])
        cpus.set(InstanceType, VCpuInfo?.DefaultVCpus ?? 0)
    const running: { readonly type: string; readonly cpus: number }[] = []
    const live = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }]
    for await (const page of paginateDescribeInstances({ client: aws.ec2(at) }, { Filters: live }))
      for (const { Instances = [] } of page.Reservations ?? [])
        for (const { InstanceType = '', CpuOptions, InstanceLifecycle } of Instances)
          if (InstanceLifecycle !== 'spot')
            running.push({
              type: InstanceType,
              cpus:
                CpuOptions === undefined
                  ? (cpus.get(InstanceType) ?? 0)
                  : (CpuOptions.CoreCount ?? 0) * (CpuOptions.ThreadsPerCore ?? 1),
            })
    const found: PreflightFinding[] = []
    for (const [pattern, code, words] of families) {
      const needed = wanted
        .filter(({ type }) => pattern.test(type))
        .reduce((sum, { type, replicas }) => sum + (cpus.get(type) ?? 0) * replicas, 0)
      if (needed === 0) continue
      const used = running.filter(({ type }) => pattern.test(type)).reduce((sum, it) => sum + it.cpus, 0)
      found.push(...judged(`vCPUs of ${words}`, 'ec2', code, at, needed, used, await limitOf(aws, at, 'ec2', code)))
    }
    return found
  })
}

// The least that whoever deploys a fleet must be allowed, from the types that its stacks really hold and from what `up`, `status` and
// `down` ask themselves: bound to the fleet's Regions, to the names of its clusters and stacks, and to its tag. A managed policy holds
// 6,144 characters, so there may be several. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

import type { Account } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { StackFile } from '../cloudformation/stacks.ts'
import { stacksOf } from '../cloudformation/stacks.ts'
import { asRecord, asText } from '../cloudformation/values.ts'
import { inPartition } from '../partition.ts'
import { drillStatements } from './drill-grants.ts'
import type { On, PolicyStatement } from './grants.ts'
import { grantsByType } from './grants.ts'

interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface DeployPolicy {
  /** To be made under, and attached to the role that deploys. */
  readonly name: string
  /** The twelve digits; a star where the fleet names no account. */
  readonly account: string
  /** `drill`: needed for `skerry drill --on real` only, beside the others. */
  readonly for: 'deploy' | 'drill'
  readonly document: PolicyDocument
}

/** White space does not count. */
const policyLimit = 6_144

export function deployPolicy(plan: Plan): readonly DeployPolicy[] {
  const stacks = stacksOf(plan)
  const accounts = [...new Set(stacks.map(({ account }) => account))].sort()
  return accounts.flatMap((account) => {
    const ground = groundOf(
      plan,
      account,
      stacks.filter((it) => it.account === account),
    )
    const named = (purpose: DeployPolicy['for'], statements: readonly PolicyStatement[]): readonly DeployPolicy[] => {
      const documents = packed(inPartition(statements, ground.regions[0] ?? ''))
      return documents.map((document, index) => ({
        name: `${plan.fleet.name}-${purpose}${documents.length === 1 ? '' : `-${index + 1}`}`,
        account: ground.account,
        for: purpose,
        document,
      }))
    }
    const whose = {
      ...{ account: ground.account, regions: ground.regions, clusters: clusterNames(ground) },
      boundary: ground.newRoles.permissionsBoundary,
    }
    return [
      ...named('deploy', [...made(ground), ...asked(ground)]),
      ...named('drill', drillStatements(plan.fleet, { ...whose, stackPrefix: stackPrefix(plan.fleet.name) })),
    ]
  })
}

interface Ground {
  readonly plan: Plan
  readonly fleet: string
  readonly account: string
  readonly regions: readonly string[]
  readonly clusters: readonly { readonly name: string; readonly region: string }[]
  readonly types: ReadonlySet<string>
  /** Roles that templates name; all others are named after their stack. */
  readonly roles: readonly string[]
  /** Policies of AWS that its roles get. */
  readonly awsPolicies: readonly string[]
  readonly services: readonly string[]
  readonly zones: readonly string[]
  readonly optsIn: boolean
  readonly newRoles: NonNullable<Account['newRoles']>
}

function groundOf(plan: Plan, id: string, stacks: readonly StackFile[]): Ground {
  const { fleet, steps } = plan
  const resources = stacks.flatMap(({ template }) =>
    Object.values(template.Resources as Readonly<Record<string, Made>>),
  )
  const text = JSON.stringify(resources)
  const found = (pattern: RegExp): readonly string[] => [...new Set(text.match(pattern) ?? [])].sort()
  const regions = [...new Set(stacks.map(({ region }) => region))].sort()
  const own = new Set(stacks.map(({ name }) => name))
  const wanted = steps.filter(({ existing, change }) => !existing && change !== 'remove')
  return {
    plan,
    fleet: fleet.name,
    account: id === '' ? '*' : id,
    regions,
    clusters: wanted.flatMap(({ kind, subject, intent }) =>
      kind === 'cluster.create' && own.has(`${fleet.name}-cluster-${subject.cluster}`)
        ? [{ name: subject.cluster ?? '', region: asText(intent.region) }]
        : [],
    ),
    types: new Set(resources.map(({ Type }) => Type)),
    roles: wanted
      .flatMap(({ intent }) => [asRecord(intent.roleMapping).role, asRecord(intent.serviceAccount).role])
      .flatMap((role) => (role === undefined ? [] : asText(role)))
      .filter((role, index, all) => all.indexOf(role) === index)
      .sort(),
    awsPolicies: found(/arn:aws[a-z-]*:iam::aws:policy\/[\w/-]+/g),
    services: found(/"Service":"[a-z0-9.-]+"/g).map((it) => it.slice('"Service":"'.length, -1)),
    zones: fleet.dnsZones
      .filter((zone) => (fleet.accounts.find(({ name }) => name === zone.account)?.id ?? '') === id)
      .map((zone) => zone.existing?.hostedZoneId ?? '*'),
    optsIn: wanted.some(({ kind }) => kind === 'zone.optIn'),
    newRoles: fleet.accounts.find((it) => it.id === id)?.newRoles ?? {},
  }
}

interface Made {
  readonly Type: string
}

/** What CloudFormation does for the stacks. */
function made(ground: Ground): readonly PolicyStatement[] {
  const actions = new Map<On, Set<string>>()
  for (const type of ground.types)
    for (const [on, some] of Object.entries(grantsByType[type] ?? unknownType(type)))
      actions.set(on as On, new Set([...(actions.get(on as On) ?? []), ...some]))
  const grounds = groundsOf(ground)
  const bound = ground.newRoles.permissionsBoundary
  return [...actions]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([on, some]): readonly PolicyStatement[] => {
      const all: PolicyStatement = { Sid: sids[on], Effect: 'Allow', Action: [...some].sort(), ...grounds[on] }
      return on === 'role' && bound !== undefined ? withinBoundary(all, bound) : [all]
    })
}

/** What makes a role, or gives it more, only of roles that have the boundary: so nobody who deploys makes one without it. */
function withinBoundary(all: PolicyStatement, boundary: string): readonly PolicyStatement[] {
  const bound = ['iam:CreateRole', 'iam:PutRolePolicy']
  return [
    { ...all, Action: all.Action.filter((action) => !bound.includes(action)) },
    {
      Sid: 'RolesWithinTheBoundary',
      Effect: 'Allow',
      Action: [...bound, 'iam:PutRolePermissionsBoundary'],
      Resource: all.Resource,
      Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
    },
  ]
}

function unknownType(type: string): never {
  throw new Error(`no permissions are known for ${type}: src/artefacts/policy/grants.ts`)
}

const sids: Readonly<Record<On, string>> = {
  open: 'MakeInTheseRegions',
  tagged: 'ChangeWhatTheFleetMade',
  clusterGroup: 'OpenPortsOfItsClusters',
  cluster: 'ItsClusters',
  role: 'ItsRoles',
  instanceProfile: 'ItsInstanceProfiles',
  iamPolicy: 'ItsPolicies',
  oidcProvider: 'ProvidersOfEks',
  balancer: 'ItsLoadBalancers',
  autoScaling: 'ItsAutoScalingGroups',
  logGroup: 'ItsLogGroups',
  alarm: 'ItsAlarms',
  zone: 'ItsZones',
  healthCheck: 'HealthChecks',
  anything: 'MakeNames',
}

type Where = Pick<PolicyStatement, 'Resource' | 'Condition'>

function groundsOf(ground: Ground): Readonly<Record<On, Where>> {
  const { account, regions, fleet } = ground
  const prefix = stackPrefix(fleet)
  const inRegions = { 'aws:RequestedRegion': regions }
  const each = (of: (region: string) => string) => regions.map(of)
  const global = (kind: string): readonly string[] => [`arn:aws:iam::${account}:${kind}/${prefix}*`]
  return {
    open: { Resource: ['*'], Condition: { StringEquals: inRegions } },
    tagged: {
      Resource: ['*'],
      Condition: { StringEquals: { ...inRegions, 'aws:ResourceTag/skerry.dev/fleet': fleet } },
    },
    clusterGroup: {
      Resource: each((region) => `arn:aws:ec2:${region}:${account}:security-group/*`),
      Condition: { StringLike: { 'aws:ResourceTag/aws:eks:cluster-name': clusterNames(ground) } },
    },
    cluster: { Resource: clusterArns(ground) },
    role: { Resource: roleArns(ground) },
    instanceProfile: { Resource: global('instance-profile') },
    iamPolicy: { Resource: global('policy') },
    oidcProvider: { Resource: [`arn:aws:iam::${account}:oidc-provider/oidc.eks.*`] },
    balancer: {
      // names are cut to 32 characters, and a target group is made before it has its tag
      Resource: each((region) => `arn:aws:elasticloadbalancing:${region}:${account}:*`),
    },
    autoScaling: {
      Resource: each(
        (region) => `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${prefix}*`,
      ),
    },
    logGroup: { Resource: each((region) => `arn:aws:logs:${region}:${account}:log-group:${prefix}*`) },
    alarm: { Resource: each((region) => `arn:aws:cloudwatch:${region}:${account}:alarm:skerry-*`) },
    zone: { Resource: zoneArns(ground) },
    healthCheck: { Resource: ['arn:aws:route53:::healthcheck/*'] },
    anything: { Resource: ['*'] },
  }
}

/** What `up`, `status` and `down` ask themselves, and what is passed on. */
function asked(ground: Ground): readonly PolicyStatement[] {
  const { account, regions, types, optsIn, fleet } = ground
  const inRegions = { StringEquals: { 'aws:RequestedRegion': regions } }
  const has = (prefix: string) => [...types].some((type) => type.startsWith(prefix))
  const roles = roleArns(ground)
  const statements: PolicyStatement[] = [
    {
      Sid: 'ItsStacks',
      Effect: 'Allow',
      Action: [
        'CreateStack',
        'CreateChangeSet',
        'DescribeChangeSet',
        'ExecuteChangeSet',
        'DeleteChangeSet',
        'UpdateStack',
        'DeleteStack',
        'RollbackStack',
        'ContinueUpdateRollback',
        'CancelUpdateStack',
        'UpdateTerminationProtection',
        'DetectStackDrift',
        'DetectStackResourceDrift',
        'TagResource',
      ].map((name) => `cloudformation:${name}`),
      Resource: regions.map((region) => `arn:aws:cloudformation:${region}:${account}:stack/${fleet}-*/*`),
    },
    {
      Sid: 'LookAround',
      Effect: 'Allow',
      Action: [
        'cloudformation:Describe*',
        'cloudformation:Get*',
        'cloudformation:List*',
        'cloudformation:ValidateTemplate',
        'ec2:Describe*',
        'servicequotas:GetServiceQuota',
        'servicequotas:ListServiceQuotas',
        'servicequotas:GetAWSDefaultServiceQuota',
        'ssm:GetParameter*',
        ...(has('AWS::EKS') ? ['eks:Describe*', 'eks:List*'] : []),
        ...(has('AWS::EKS') || has('AWS::ElasticLoad') ? ['elasticloadbalancing:Describe*'] : []),
        ...(has('AWS::AutoScaling') || has('AWS::EKS') ? ['autoscaling:Describe*'] : []),
        ...(has('AWS::Logs') ? ['logs:DescribeLogGroups', 'logs:ListTagsForResource', 'logs:ListTagsLogGroup'] : []),
        ...(has('AWS::CloudWatch') ? ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'] : []),
        ...(has('AWS::KMS')
          ? ['kms:ListKeys', 'kms:ListResourceTags', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus']
          : []),
      ],
      Resource: ['*'],
      Condition: inRegions,
    },
    {
      Sid: 'LookAtWhatHasNoRegion',
      Effect: 'Allow',
      Action: [
        // which Regions there are is asked where Regions are always enabled, and what has no Region is listed there by its tag
        'ec2:DescribeRegions',
        'tag:GetResources',
        'iam:GetInstanceProfile',
        'iam:GetOpenIDConnectProvider',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:ListOpenIDConnectProviders',
        'iam:ListPolicyVersions',
        'iam:ListRolePolicies',
        'iam:ListRoleTags',
        'sts:GetCallerIdentity',
        ...(has('AWS::Route53') ? ['route53:Get*', 'route53:List*'] : []),
      ],
      Resource: ['*'],
    },
  ]
  if (has('AWS::EC2'))
    statements.push(
      {
        Sid: 'TagWhatIsMade',
        Effect: 'Allow',
        Action: ['ec2:CreateTags'],
        Resource: ['*'],
        Condition: { ...inRegions, Null: { 'ec2:CreateAction': 'false' } },
      },
      {
        Sid: 'TagAgain',
        Effect: 'Allow',
        Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
        Resource: ['*'],
        Condition: { StringEquals: { 'aws:ResourceTag/skerry.dev/fleet': fleet } },
      },
    )
  if (optsIn)
    statements.push({
      Sid: 'OptIn',
      Effect: 'Allow',
      Action: ['ec2:ModifyAvailabilityZoneGroup'],
      Resource: ['*'],
      Condition: inRegions,
    })
  if (has('AWS::IAM'))
    statements.push(
      {
        Sid: 'PoliciesOfItsRoles',
        Effect: 'Allow',
        Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
        Resource: roles,
        // no other policy can be put on them, that of an administrator least of all
        Condition: {
          ArnLike: {
            'iam:PolicyARN': [...ground.awsPolicies, `arn:aws:iam::${account}:policy/${stackPrefix(fleet)}*`],
          },
        },
      },
      {
        Sid: 'PassItsRoles',
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: roles,
        Condition: { StringEquals: { 'iam:PassedToService': ground.services } },
      },
      {
        Sid: 'RolesOfServices',
        Effect: 'Allow',
        Action: ['iam:CreateServiceLinkedRole'],
        Resource: [`arn:aws:iam::${account}:role/aws-service-role/*`],
        Condition: {
          StringEquals: {
            'iam:AWSServiceName': [
              'autoscaling.amazonaws.com',
              'eks.amazonaws.com',
              'eks-fargate.amazonaws.com',
              'eks-nodegroup.amazonaws.com',
              'elasticloadbalancing.amazonaws.com',
            ],
          },
        },
      },
    )
  if (has('AWS::EKS::Nodegroup') && has('AWS::ElasticLoadBalancingV2::TargetGroup'))
    statements.push({
      Sid: 'NodesBehindKarmada',
      Effect: 'Allow',
      Action: ['autoscaling:AttachTrafficSources'],
      // groups of managed nodes are named by EKS
      Resource: regions.map(
        (region) => `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/eks-*`,
      ),
      Condition: { StringLike: { 'aws:ResourceTag/eks:cluster-name': clusterNames(ground) } },
    })
  if (has('AWS::EKS'))
    statements.push({
      Sid: 'WhatItsControllersLeftBehind',
      Effect: 'Allow',
      Action: ['elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DeleteTargetGroup'],
      Resource: regions.map((region) => `arn:aws:elasticloadbalancing:${region}:${account}:*`),
      Condition: { StringLike: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': clusterNames(ground) } },
    })
  return statements
}

/** CloudFormation names what has no name after its stack, and cuts long ones: the front of it stays. */
const stackPrefix = (fleet: string): string => `${fleet}-`.slice(0, 20)

/** More than these make policies that no role can hold: then the Regions bound them. */
const clustersNamed = 30

const clusterNames = ({ clusters }: Ground): readonly string[] =>
  clusters.length > clustersNamed ? ['*'] : clusters.map(({ name }) => name)

function clusterArns(ground: Ground): readonly string[] {
  const { account, clusters, regions } = ground
  const arns = (region: string, name: string) =>
    ['cluster/', '*/'].map((kind) => `arn:aws:eks:${region}:${account}:${kind}${name}${kind === '*/' ? '/*' : ''}`)
  return clusters.length > clustersNamed
    ? regions.flatMap((region) => `arn:aws:eks:${region}:${account}:*`)
    : clusters.flatMap(({ region, name }) => arns(region, name))
}

/** Under the path of the account; those that aws-auth maps are under none. */
const roleArns = ({ account, fleet, roles, newRoles }: Ground): readonly string[] =>
  [...new Set(['/', newRoles.path ?? '/'])].flatMap((path) =>
    [`${stackPrefix(fleet)}*`, ...(roles.length > clustersNamed ? ['*'] : roles)].map(
      (name) => `arn:aws:iam::${account}:role${path}${name}`,
    ),
  )

const zoneArns = ({ zones }: Ground): readonly string[] =>
  (zones.includes('*') ? ['*'] : zones).map((id) => `arn:aws:route53:::hostedzone/${id}`)

/** As few documents as hold them, the large statements first. */
function packed(statements: readonly PolicyStatement[]): readonly PolicyDocument[] {
  const size = (some: readonly PolicyStatement[]): number =>
    JSON.stringify({ Version: '2012-10-17', Statement: some }).length
  const boxes: PolicyStatement[][] = []
  for (const statement of [...statements].sort((a, b) => size([b]) - size([a]))) {
    const box = boxes.find((it) => size([...it, statement]) <= policyLimit)
    if (box === undefined) boxes.push([statement])
    else box.push(statement)
  }
  return boxes.map((Statement) => ({ Version: '2012-10-17', Statement }))
}

// A cloud of a handful of things for the drill's own tests: network ACLs, a health check, a group of machines, roles and schedules. What is
// sent to it is written down in order; what it does not know it refuses, as an account without rights does.

import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { Aws } from '../aws/clients.ts'

interface Entry {
  readonly RuleNumber: number
  readonly Egress: boolean
  readonly RuleAction?: string
  readonly CidrBlock?: string
  readonly Ipv6CidrBlock?: string
}

export interface SmallCloud {
  readonly aws: Aws
  /** `CreateSchedule skerry-...`, in order. */
  readonly calls: string[]
  readonly acls: Map<string, { entries: Entry[]; associations: { id: string; subnet: string }[] }>
  readonly schedules: Map<
    string,
    {
      readonly at: string
      readonly target: string
      readonly input: unknown
      readonly role: string
      readonly Description?: string
    }
  >
  readonly roles: Map<string, { readonly trust: string; readonly tags?: unknown; policy?: string }>
  readonly group: { suspended: string[]; machines: string[] }
  readonly check: { port: number }
  /** Its range of IPv6, and what Service Quotas says of rules of network ACLs; undefined: nothing. */
  readonly vpc: { ipv6?: string; aclRules?: number }
  /** Whoever asks, as `GetCallerIdentity` says it. */
  readonly caller: { Account: string; Arn: string }
  /** Is told of each call before it is answered. */
  readonly heard: { by: (call: string) => void }
  /** The next call of that name fails, as often. */
  readonly fail: Map<string, number>
}

type Input = Record<string, never> & { readonly [field: string]: unknown }

export function smallCloud(subnets: readonly string[]): SmallCloud {
  let made = 0
  const acls: SmallCloud['acls'] = new Map([
    [
      'acl-default',
      {
        entries: [{ RuleNumber: 100, Egress: false, RuleAction: 'allow', CidrBlock: '0.0.0.0/0' }],
        associations: subnets.map((subnet, index) => ({ id: `aclassoc-${index}`, subnet })),
      },
    ],
  ])
  const calls: string[] = []
  const fail = new Map<string, number>()
  const schedules: SmallCloud['schedules'] = new Map()
  const roles: SmallCloud['roles'] = new Map()
  const group: SmallCloud['group'] = { suspended: [], machines: ['i-1', 'i-2'] }
  const check = { port: 80 }
  const vpc: SmallCloud['vpc'] = {}
  const caller = { Account: '111122223333', Arn: 'arn:aws:sts::111122223333:assumed-role/deploy/me' }
  const heard: SmallCloud['heard'] = { by: () => undefined }
  const text = (value: unknown): string => String(value ?? '')
  const described = (id: string) => ({
    NetworkAclId: id,
    VpcId: 'vpc-1',
    Entries: acls.get(id)?.entries ?? [],
    Associations: (acls.get(id)?.associations ?? []).map((it) => ({
      NetworkAclAssociationId: it.id,
      SubnetId: it.subnet,
    })),
  })
  const refused = (name: string): Error => Object.assign(new Error(`${name}: no such thing`), { name })
  const aclOf = (id: unknown) => {
    const found = acls.get(text(id))
    if (found === undefined) throw refused('InvalidNetworkAclID.NotFound')
    return found
  }
  const checked = (id: string) => {
    aclOf(id)
    return described(id)
  }
  const handlers: Record<string, (input: Input) => unknown> = {
    DescribeNetworkAcls: ({ NetworkAclIds, Filters }) => {
      if (Array.isArray(NetworkAclIds)) return { NetworkAcls: (NetworkAclIds as string[]).map(checked) }
      const wanted = new Set((Filters as unknown as { Values: string[] }[]).flatMap(({ Values }) => Values))
      return {
        NetworkAcls: [...acls.keys()]
          .filter((id) => aclOf(id).associations.some(({ subnet }) => wanted.has(subnet)))
          .map(described),
      }
    },
    DescribeSubnets: ({ SubnetIds }) => ({
      Subnets: (SubnetIds as unknown as string[]).map((SubnetId) => ({
        SubnetId,
        VpcId: 'vpc-1',
        CidrBlock: '10.10.8.0/24',
      })),
    }),
    DescribeVpcs: () => ({
      Vpcs: [
        {
          VpcId: 'vpc-1',
          CidrBlockAssociationSet: [{ CidrBlock: '10.10.0.0/16' }],
          Ipv6CidrBlockAssociationSet:
            vpc.ipv6 === undefined ? [] : [{ Ipv6CidrBlock: vpc.ipv6, Ipv6CidrBlockState: { State: 'associated' } }],
        },
      ],
    }),
    GetServiceQuota: () => {
      if (vpc.aclRules === undefined) throw refused('AccessDeniedException')
      return { Quota: { Value: vpc.aclRules } }
    },
    CreateNetworkAcl: () => {
      made += 1
      acls.set(`acl-${made}`, { entries: [], associations: [] })
      return { NetworkAcl: described(`acl-${made}`) }
    },
    CreateNetworkAclEntry: ({ NetworkAclId, RuleNumber, Egress, RuleAction, CidrBlock, Ipv6CidrBlock }) => {
      aclOf(NetworkAclId).entries.push({
        ...{ RuleNumber: Number(RuleNumber), Egress: Egress === true, RuleAction: text(RuleAction) },
        ...(Ipv6CidrBlock === undefined ? { CidrBlock: text(CidrBlock) } : { Ipv6CidrBlock: text(Ipv6CidrBlock) }),
      })
      return {}
    },
    DeleteNetworkAclEntry: ({ NetworkAclId, RuleNumber, Egress }) => {
      const acl = aclOf(NetworkAclId)
      const index = acl.entries.findIndex((it) => it.RuleNumber === RuleNumber && it.Egress === Egress)
      if (index < 0) throw refused('InvalidNetworkAclEntry.NotFound')
      acl.entries.splice(index, 1)
      return {}
    },
    ReplaceNetworkAclAssociation: ({ AssociationId, NetworkAclId }) => {
      for (const acl of acls.values()) {
        const index = acl.associations.findIndex(({ id }) => id === text(AssociationId))
        const [found] = index < 0 ? [] : acl.associations.splice(index, 1)
        if (found === undefined) continue
        made += 1
        aclOf(NetworkAclId).associations.push({ id: `aclassoc-new-${made}`, subnet: found.subnet })
        return { NewAssociationId: `aclassoc-new-${made}` }
      }
      throw refused('InvalidAssociationID.NotFound')
    },
    DeleteNetworkAcl: ({ NetworkAclId }) => {
      if (aclOf(NetworkAclId).associations.length > 0) throw refused('DependencyViolation')
      acls.delete(text(NetworkAclId))
      return {}
    },
    ListStackResources: () => ({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'HealthCheckGameExampleComLosAngeles',
          PhysicalResourceId: 'hc-1',
          ResourceStatus: 'CREATE_COMPLETE',
        },
      ],
    }),
    DescribeStackResources: () => ({
      StackResources: [
        {
          LogicalResourceId: 'Nodes',
          ResourceType: 'AWS::AutoScaling::AutoScalingGroup',
          PhysicalResourceId: 'group-1',
        },
      ],
    }),
    DescribeStacks: () => ({ Stacks: [{ StackName: 'any', StackStatus: 'CREATE_COMPLETE', Outputs: [] }] }),
    GetHealthCheck: () => ({ HealthCheck: { HealthCheckConfig: { Port: check.port } } }),
    UpdateHealthCheck: ({ Port }) => {
      check.port = Number(Port)
      return {}
    },
    DescribeAutoScalingGroups: () => ({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'group-1',
          Instances: group.machines.map((InstanceId) => ({ InstanceId })),
          SuspendedProcesses: group.suspended.map((ProcessName) => ({ ProcessName })),
        },
      ],
    }),
    SuspendProcesses: ({ ScalingProcesses }) => {
      group.suspended = [...(ScalingProcesses as unknown as string[])]
      return {}
    },
    ResumeProcesses: () => {
      group.suspended = []
      return {}
    },
    TerminateInstances: ({ InstanceIds }) => {
      group.machines = group.machines.filter((id) => !(InstanceIds as unknown as string[]).includes(id))
      return {}
    },
    GetCallerIdentity: () => caller,
    GetRole: ({ RoleName }) => {
      const found = roles.get(text(RoleName))
      if (found === undefined) throw refused('NoSuchEntityException')
      return { Role: { Arn: `arn:aws:iam::111122223333:role/${text(RoleName)}`, Tags: found.tags } }
    },
    CreateRole: ({ RoleName, AssumeRolePolicyDocument, Tags }) => {
      if (text(RoleName).length > 64) throw refused('ValidationError')
      if (roles.has(text(RoleName))) throw refused('EntityAlreadyExistsException')
      roles.set(text(RoleName), { trust: text(AssumeRolePolicyDocument), tags: Tags })
      return { Role: { Arn: `arn:aws:iam::111122223333:role/${text(RoleName)}` } }
    },
    PutRolePolicy: ({ RoleName, PolicyDocument }) => {
      const found = roles.get(text(RoleName))
      if (found === undefined) throw refused('NoSuchEntityException')
      found.policy = text(PolicyDocument)
      return {}
    },
    DeleteRolePolicy: () => ({}),
    DeleteRole: ({ RoleName }) => {
      roles.delete(text(RoleName))
      return {}
    },
    GetSchedule: ({ Name }) => {
      const found = schedules.get(text(Name))
      if (found === undefined) throw refused('ResourceNotFoundException')
      return found
    },
    CreateSchedule: ({ Name, ScheduleExpression, Target, Description }) => {
      if (text(Name).length > 64) throw refused('ValidationException')
      if (schedules.has(text(Name))) throw refused('ConflictException')
      const target = Target as unknown as { Arn: string; Input: string; RoleArn: string }
      schedules.set(text(Name), {
        at: text(ScheduleExpression),
        target: target.Arn,
        input: JSON.parse(target.Input),
        role: target.RoleArn,
        Description: text(Description),
      })
      return {}
    },
    DeleteSchedule: ({ Name }) => {
      if (!schedules.delete(text(Name))) throw refused('ResourceNotFoundException')
      return {}
    },
  }
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: Input }) => {
    const name = command.constructor.name.replace(/Command$/, '')
    calls.push(name)
    heard.by(name)
    const failures = fail.get(name) ?? 0
    if (failures > 0) {
      fail.set(name, failures - 1)
      throw refused('InternalFailure')
    }
    const handler = handlers[name]
    if (handler === undefined) throw refused('AccessDenied')
    return handler(command.input)
  }
  const client = { send, destroy: () => undefined }
  // pages are asked only of a client of their own service
  const stacks = Object.assign(Object.create(CloudFormationClient.prototype) as CloudFormationClient, client)
  const aws = new Proxy({}, { get: (_, service) => () => (service === 'cloudFormation' ? stacks : client) }) as Aws
  return { aws, calls, acls, schedules, roles, group, check, vpc, caller, heard, fail }
}

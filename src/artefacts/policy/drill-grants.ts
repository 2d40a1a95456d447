// What a drill by real means is allowed beyond what whoever deploys is: to break what the fleet's drills break, to give it back, and to arm
// that in EventBridge Scheduler. Whoever drills nothing on real places needs none of it.

import type { Fleet } from '../../model/fleet.ts'
import { drillPrefix } from './drill-names.ts'
import type { PolicyStatement } from './grants.ts'

interface Whose {
  readonly account: string
  readonly regions: readonly string[]
  /** Names of clusters, or a star. */
  readonly clusters: readonly string[]
  readonly stackPrefix: string
  /** The policy without which no role may be made in the account, where there is one. */
  readonly boundary: string | undefined
}

/** Health checks have no Region; what is armed for them stands where their API does. */
const route53Region = 'us-east-1'

export function drillStatements({ name: fleet, drills }: Fleet, whose: Whose): readonly PolicyStatement[] {
  const faults = drills.flatMap((drill) => drill.faults)
  const cuts = faults.some(({ lose, app, site, zone, region }) => {
    const where = app === undefined ? (site ?? zone ?? region) : undefined
    return where !== undefined && lose !== undefined && lose !== 'nodes'
  })
  const nodes = faults.some(({ lose }) => lose === 'nodes')
  const checks = faults.some(({ checkPort }) => checkPort !== undefined)
  if (!cuts && !nodes && !checks) return []
  return [
    ...armed(fleet, whose, checks),
    ...(cuts ? cutting(fleet, whose) : []),
    ...(nodes ? terminating(whose) : []),
    ...(checks ? [allow('AskAnotherPort', ['route53:UpdateHealthCheck'], ['arn:aws:route53:::healthcheck/*'])] : []),
  ]
}

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: PolicyStatement['Condition'],
): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource, ...(Condition !== undefined && { Condition }) }
}

function armed(fleet: string, { account, regions, boundary }: Whose, checks: boolean): readonly PolicyStatement[] {
  const roles = [`arn:aws:iam::${account}:role/${drillPrefix(fleet)}-*`]
  const inRegions = [...new Set([...regions, ...(checks ? [route53Region] : [])])].sort()
  return [
    allow(
      'ArmTheUndo',
      ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule', 'scheduler:GetSchedule'],
      inRegions.map((region) => `arn:aws:scheduler:${region}:${account}:schedule/default/${drillPrefix(fleet)}-*`),
    ),
    allow(
      'RoleOfTheUndo',
      ['iam:CreateRole', 'iam:PutRolePolicy'],
      roles,
      boundary === undefined ? undefined : { StringEquals: { 'iam:PermissionsBoundary': boundary } },
    ),
    allow(
      'TakeThatRoleAway',
      ['DeleteRole', 'DeleteRolePolicy', 'GetRole', 'TagRole'].map((it) => `iam:${it}`),
      roles,
    ),
    allow('PassRoleOfTheUndo', ['iam:PassRole'], roles, {
      StringEquals: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
    }),
  ]
}

function cutting(fleet: string, { regions }: Whose): readonly PolicyStatement[] {
  const inRegions = { 'aws:RequestedRegion': regions }
  return [
    // an ACL of whoever made the network has no tag of the fleet, and gets its subnets back
    allow('PutAnotherAcl', ['ec2:CreateNetworkAcl', 'ec2:ReplaceNetworkAclAssociation'], ['*'], {
      StringEquals: inRegions,
    }),
    allow('TagThatAcl', ['ec2:CreateTags'], ['*'], {
      StringEquals: { ...inRegions, 'ec2:CreateAction': 'CreateNetworkAcl' },
    }),
    allow('CutByItsRules', ['ec2:CreateNetworkAclEntry', 'ec2:DeleteNetworkAclEntry', 'ec2:DeleteNetworkAcl'], ['*'], {
      StringEquals: { ...inRegions, 'aws:ResourceTag/skerry.dev/fleet': fleet },
    }),
  ]
}

/** Groups of stacks are named after them; those of managed node groups by EKS, which also tags their machines. */
function terminating({ account, regions, clusters, stackPrefix }: Whose): readonly PolicyStatement[] {
  const machines = (Sid: string, tag: string, names: readonly string[]): PolicyStatement =>
    allow(
      Sid,
      ['ec2:TerminateInstances'],
      regions.map((region) => `arn:aws:ec2:${region}:${account}:instance/*`),
      { StringLike: { [`aws:ResourceTag/${tag}`]: names } },
    )
  return [
    allow(
      'LaunchNone',
      ['autoscaling:SuspendProcesses', 'autoscaling:ResumeProcesses'],
      regions.flatMap((region) =>
        [stackPrefix, 'eks-'].map(
          (front) => `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${front}*`,
        ),
      ),
    ),
    machines('TerminateMachines', 'aws:autoscaling:groupName', [`${stackPrefix}*`]),
    ...(clusters.length > 0 ? [machines('TerminateMachinesOfEks', 'eks:cluster-name', clusters)] : []),
  ]
}

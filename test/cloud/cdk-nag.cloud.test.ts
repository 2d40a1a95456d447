// Every shape judged by the rules that AWS gives to its own solutions. What is acknowledged is acknowledged here, each with its reason;
// an acknowledgement that nothing needs any more is an error too.

import { createRequire } from 'node:module'
import type { NagPack } from 'cdk-nag'
import { expect, test } from 'vitest'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { filled, templateOf } from '../../src/artefacts/cloudformation/synthesis.ts'
import { readFleet } from '../../src/fleet/read.ts'
import type { Fleet } from '../../src/model/fleet.ts'
import { plan } from '../../src/plan/index.ts'
import { everyShape } from './every-shape.ts'

interface Acknowledged {
  /** Of AwsSolutions, without its prefix; a star stands for any end. */
  readonly rule: string
  readonly construct: string
  /** Where only one of its stacks is meant: a part of that stack's description. */
  readonly stack?: string
  readonly reason: string
}

const acknowledged: readonly Acknowledged[] = [
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/AmazonEKSClusterPolicy]',
    construct: 'ControlPlaneRole',
    reason: 'EKS asks for this policy by name; AWS keeps it up with what control planes need.',
  },
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/AmazonEKSLocalOutpostClusterPolicy]',
    construct: 'ControlPlaneRole',
    reason: 'EKS asks for this policy by name where the control plane stands on an Outpost.',
  },
  ...['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryPullOnly'].map((policy) => ({
    rule: `IAM4[Policy::arn:aws:iam::aws:policy/${policy}]`,
    construct: 'NodeInstanceRole',
    reason: 'The node role of EKS is documented by these policies; a copy would fall behind them.',
  })),
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore]',
    construct: 'NodeInstanceRole',
    reason: 'A shell on a node without a port and a key that must be kept.',
  },
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy]',
    construct: 'RoleAwsEbsCsiDriver',
    reason: 'The policy that AWS keeps for this add-on; it is scoped by tags that the driver sets.',
  },
  {
    rule: 'IAM5[*',
    construct: 'LoadBalancerControllerPolicy',
    reason:
      'The policy that the authors of the controller publish with each version, unchanged; its wildcards are bound by the tag elbv2.k8s.aws/cluster.',
  },
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy]',
    construct: 'PodExecutionRole',
    reason: 'Fargate asks for this policy by name; the trust admits profiles of this cluster only.',
  },
  {
    rule: 'IAM5[Resource::*]',
    construct: 'ClusterAutoscalerRole',
    reason:
      'What it looks at is asked for whole; what it changes is bound by the tag that only groups of its cluster have.',
  },
  {
    rule: 'IAM5[Resource::*]',
    construct: 'NodeInstanceRole',
    stack: 'Hosts of the customer',
    reason: 'ssm:DescribeInstanceInformation knows no resource: a list is asked for whole.',
  },
  {
    rule: 'IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:managed-instance/*]',
    construct: 'NodeInstanceRole',
    stack: 'Hosts of the customer',
    reason: 'The id of a host is known when it has joined; the tag of the cluster bounds which ones are meant.',
  },
  {
    rule: 'EKS2[*',
    construct: 'Cluster',
    stack: 'The control plane rack',
    reason:
      'The guide to local clusters on Outposts says nothing of exported logs, and what EKS refuses there would fail the stack.',
  },
  {
    rule: 'EC26',
    construct: 'Nodes',
    stack: '2 of m5d.large',
    reason: 'The place has no EBS volumes: its machines keep all on NVMe disks, which their hardware encrypts.',
  },
  {
    rule: 'IAM4[Policy::arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore]',
    construct: 'HostRole',
    reason: 'What Session Manager asks for, by which the host needs no port and no key.',
  },
  {
    rule: 'EC29',
    construct: 'Host',
    reason: 'Nothing is kept on it: one that is gone is made again by its stack, and `down` must be able to take it.',
  },
  {
    rule: 'EC23',
    construct: 'SecurityGroup',
    stack: 'The load balancer of',
    reason:
      'Its users are the internet: only the port that the app declares is open, and an internal one admits its network alone.',
  },
  {
    rule: 'ELB2',
    construct: 'LoadBalancer',
    stack: 'The load balancer of',
    reason:
      'A bucket for access logs is what the fleet declares (accessLogs): a load balancer does not make one itself.',
  },
  {
    rule: 'EKS1',
    construct: 'Cluster',
    reason:
      'Private is the default; a public endpoint is what the fleet declares (endpoint), with the ranges that may ask it (publicAccessCidrs).',
  },
  {
    rule: 'AS3',
    construct: 'Nodes',
    reason: 'Who joins and who is lost is watched in the cluster, by `skerry status`: a notification says it later.',
  },
  {
    rule: 'ELB2',
    construct: 'KarmadaLoadBalancer',
    reason: 'It passes TLS through, and a network load balancer logs only listeners that end TLS themselves.',
  },
]

const { AwsSolutionsChecks } = createRequire(import.meta.url)('cdk-nag') as typeof import('cdk-nag')

/** Rule, construct and stack, once each, of all stacks of a fleet. */
function findings(fleet: Fleet): ReadonlySet<string> {
  const found = new Set<string>()
  stacksOf(plan(fleet), (description, fill) => {
    const { app, stack } = filled(description, fill)
    const report = (new AwsSolutionsChecks(app) as NagPack).validateScope(app)
    for (const { ruleName, violatingResources } of report.violations)
      for (const { constructPath = '' } of violatingResources)
        found.add(`${ruleName.replace('AwsSolutions-', '')} ${constructPath.replace('Stack/', '')} ${description}`)
    return templateOf(stack)
  })
  return found
}

const answers = (finding: string) => (one: Acknowledged) => {
  const [rule = '', construct = '', ...description] = finding.split(' ')
  return (
    one.construct === construct &&
    description.join(' ').includes(one.stack ?? '') &&
    (one.rule.endsWith('*') ? rule.startsWith(one.rule.slice(0, -1)) : rule === one.rule)
  )
}

test('cdk-nag (AwsSolutions) finds nothing in any stack of the examples and of every other shape but what is acknowledged with a reason', async () => {
  const fleets = [everyShape()]
  for (const example of ['local-zone', 'wavelength', 'recovery', 'federation', 'stores'])
    fleets.push(await readFleet([`examples/${example}`]))
  const found = new Set(fleets.flatMap((fleet) => [...findings(fleet)]))
  expect([...found].filter((finding) => !acknowledged.some(answers(finding)))).toEqual([])
  const unused = acknowledged.filter((one) => ![...found].some((finding) => answers(finding)(one)))
  expect(unused.map(({ rule, construct }) => `${rule} ${construct}`)).toEqual([])
  for (const { reason } of acknowledged) expect(reason.length).toBeGreaterThan(30)
}, 120_000)

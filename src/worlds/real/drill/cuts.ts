// All cuts of a drill made ready together, and the harmless part of them done: each subnet gets, once for the whole drill, a network ACL of its
// own with the rules of the one that it had. Subnets that the same faults cut share one. Cutting and giving back is then a matter of rules,
// each fault with numbers of its own; the ACLs go when the drill is over.

import type { NetworkAcl, Subnet, Vpc } from '@aws-sdk/client-ec2'
import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2'
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas'
import { fleetValue } from '../../../artefacts/fleet-values.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { lookup } from '../../../model/lookup.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Where } from '../aws/clients.ts'
import type { Ground } from '../ground.ts'
import type { Cut } from './means.ts'
import type { Of, Prepared } from './prepare.ts'
import { missing } from './prepare.ts'
import type { AclRule, Undo } from './undo.ts'

/** Rules up to here are the cuts'. */
const reserved = 49
const cloneName = 'skerry drill, in the place of'

/** `harmless`: told before each harmless part is done, so that it is given back though the drill is killed here. */
export async function prepareCuts(
  ground: Ground,
  all: readonly Of<'cut'>[],
  harmless: (undo: Undo) => Promise<void>,
): Promise<readonly Prepared[]> {
  const networks = await Promise.all((await byNetwork(ground, all)).map((network) => partsOf(ground, all, network)))
  const made: (Part & { readonly acl: string })[] = []
  // only now: all that can be refused has been
  for (const part of networks.flat()) made.push({ ...part, acl: await cloned(ground, part, harmless) })
  return all.map((_, index): Prepared => {
    const own = made.flatMap((part) => {
      const rules = part.rules.get(index)
      return rules === undefined ? [] : [{ ...part, rules }]
    })
    return {
      undo: own.map(({ where, acl, rules }): Undo => ({ kind: 'aclRules', where, acl, rules })),
      act: async () => {
        for (const { where, acl, rules, subnets } of own) {
          await write(ground, where, acl, rules)
          await verify(ground, where, acl, rules, subnets)
        }
      },
    }
  })
}

// ---------------------------------------------------------------------------------------------- which subnets

interface Network {
  readonly where: Where
  /** Ids, and which of the cuts want each. */
  readonly subnets: ReadonlyMap<string, readonly number[]>
}

async function byNetwork(ground: Ground, all: readonly Of<'cut'>[]): Promise<readonly Network[]> {
  const find = lookup(ground.plan.fleet)
  const networks = new Map<string, { where: Where; subnets: Map<string, number[]> }>()
  for (const [index, { subnets }] of all.entries())
    for (const name of subnets) {
      const network = find.subnet(name)?.network ?? networkOfStep(ground, name)
      const id = await ground.valueOf(fleetValue.subnetId(name).slice(2, -1))
      if (network?.region === undefined || id === undefined) throw missing(`the subnet ${name}`)
      const where = { account: network.account ?? ground.plan.fleet.accounts[0]?.name, region: network.region }
      const found = networks.get(network.name) ?? { where, subnets: new Map<string, number[]>() }
      const wanting = found.subnets.get(id) ?? []
      found.subnets.set(id, wanting.includes(index) ? wanting : [...wanting, index])
      networks.set(network.name, found)
    }
  return [...networks.values()]
}

/** Subnets that the plan itself cuts are declared by nobody. */
function networkOfStep({ plan }: Ground, subnet: string) {
  const step = plan.steps.find(
    ({ kind, intent }) =>
      kind === 'network' && Array.isArray(intent.subnets) && intent.subnets.some((one) => at(one, 'name') === subnet),
  )
  return lookup(plan.fleet).network(step?.subject.network)
}

/** Subnets of one ACL that the same cuts want. */
interface Part {
  readonly where: Where
  readonly original: NetworkAcl
  readonly subnets: readonly string[]
  /** By the cut. */
  readonly rules: ReadonlyMap<number, readonly AclRule[]>
}

async function partsOf(ground: Ground, all: readonly Of<'cut'>[], network: Network): Promise<readonly Part[]> {
  const { where, subnets } = network
  const ids = [...subnets.keys()]
  const ec2 = ground.aws.ec2(where)
  const [{ NetworkAcls = [] }, { Subnets = [] }] = await Promise.all([
    ec2.send(new DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: ids }] })),
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: ids })),
  ])
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [Subnets[0]?.VpcId ?? ''] }))
  const vpc = (Vpcs[0]?.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? [])
  const inVpc = [...(vpc.length > 0 ? vpc : [Vpcs[0]?.CidrBlock ?? '0.0.0.0/0']), ...ipv6Of(Vpcs[0])]
  const ownOf = (index: number): readonly string[] =>
    Subnets.filter(({ SubnetId = '' }) => subnets.get(SubnetId)?.includes(index)).flatMap((subnet) => [
      ...(subnet.CidrBlock === undefined ? [] : [subnet.CidrBlock]),
      ...ipv6Of(subnet),
    ])

  const parts = new Map<string, { original: NetworkAcl; wanting: readonly number[]; subnets: string[] }>()
  for (const original of NetworkAcls)
    for (const { SubnetId = '' } of original.Associations ?? []) {
      const wanting = subnets.get(SubnetId)
      if (wanting === undefined) continue
      const key = `${original.NetworkAclId} ${wanting.join()}`
      const part = parts.get(key) ?? { original, wanting, subnets: [] }
      part.subnets.push(SubnetId)
      parts.set(key, part)
    }
  const found = [...parts.values()]
  const without = ids.find((id) => !found.some((part) => part.subnets.includes(id)))
  if (without !== undefined) throw missing(`the network ACL of ${without}`)
  const most = found.length === 0 ? aclRulesDefault : await aclRulesMost(ground, where)
  return found.map(({ original, wanting, subnets: some }) => {
    refuseUnlessFree(original)
    const rules = numbered(wanting.map((index) => ({ index, cut: all[index]?.cut ?? 'everything', own: ownOf(index) })))
    return { where, original, subnets: some, rules }

    function numbered(cuts: readonly Wanted[]): ReadonlyMap<number, readonly AclRule[]> {
      const byFault = new Map<number, readonly AclRule[]>()
      let after = 0
      for (const { index, cut, own } of inOrder(cuts)) {
        const mine = rulesOf(cut, { inVpc, own }, after)
        after = Math.max(...mine.map(({ number }) => number))
        byFault.set(index, mine)
      }
      if (after > reserved)
        throw new Refusal(
          'refused',
          `the faults of this drill take ${after} rules on the network ACL of ${some.join(', ')}, and ${reserved} numbers are theirs: nothing was taken away`,
          'make two drills of it',
        )
      refuseBeyondQuota(original, [...byFault.values()].flat(), some, most)
      return byFault
    }
  })
}

/** What is let go of is told for a while longer. */
const ipv6Of = (it: Vpc | Subnet | undefined): readonly string[] =>
  (it?.Ipv6CidrBlockAssociationSet ?? []).flatMap(({ Ipv6CidrBlock, Ipv6CidrBlockState }) =>
    Ipv6CidrBlock === undefined || /^(dis|failed)/.test(String(Ipv6CidrBlockState?.State ?? '')) ? [] : [Ipv6CidrBlock],
  )

// ---------------------------------------------------------------------------------------------- quota

/** Rules of a network ACL in each direction, those by default among them (Amazon VPC User Guide, Amazon VPC quotas). */
const aclRulesDefault = 20
const aclRulesCode = 'L-2AEEBF1A'

async function aclRulesMost({ aws }: Ground, where: Where): Promise<number> {
  const said = await aws
    .quotas(where)
    .send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: aclRulesCode }))
    .catch(() => undefined)
  return said?.Quota?.Value ?? aclRulesDefault
}

/** Refused by AWS in the middle of a cut it would be half a cut. */
function refuseBeyondQuota(
  { NetworkAclId: from = '', Entries = [] }: NetworkAcl,
  rules: readonly AclRule[],
  subnets: readonly string[],
  most: number,
): void {
  for (const egress of [false, true]) {
    const there = Entries.filter((entry) => (entry.Egress === true) === egress).length
    const own = rules.filter((rule) => rule.egress === egress).length
    if (there + own > most)
      throw new Refusal(
        'refused',
        `the faults of this drill take ${own} ${egress ? 'outbound' : 'inbound'} rules on the network ACL of ${subnets.join(', ')}, which has ${there} as ${from}, and ${most} are allowed: nothing was taken away`,
        `make two drills of it, or have the quota raised: aws service-quotas request-service-quota-increase --service-code vpc --quota-code ${aclRulesCode} --desired-value 40`,
      )
  }
}

function refuseUnlessFree({ NetworkAclId: from, Entries = [], Tags = [] }: NetworkAcl): void {
  if (Tags.some(({ Key, Value }) => Key === 'Name' && Value?.startsWith(cloneName)))
    throw new Refusal(
      'refused',
      `the network ACL ${from} was made by a drill that has not given it back: nothing was taken away`,
      `its tag Name says in whose place it stands: give its subnets that one again (aws ec2 replace-network-acl-association), then aws ec2 delete-network-acl --network-acl-id ${from}`,
    )
  if (Entries.some(({ RuleNumber = 0 }) => RuleNumber <= reserved))
    throw new Refusal(
      'refused',
      `the network ACL ${from} has rules of its own below ${reserved + 1}, where a cut must stand: nothing was taken away`,
      'number its rules from 100 on, as AWS advises',
    )
}

// ---------------------------------------------------------------------------------------------- rules

interface Wanted {
  readonly index: number
  readonly cut: Cut
  readonly own: readonly string[]
}

const strictness: Record<Cut, number> = { everything: 0, controlPlane: 1, users: 2 }

/** The one that lets through less first: the lower number decides, and what one cuts no other may let through. */
function inOrder(cuts: readonly Wanted[]): readonly Wanted[] {
  const order = [...cuts].sort((a, b) => strictness[a.cut] - strictness[b.cut] || a.own.length - b.own.length)
  const apart = order.filter(({ cut }) => cut === 'controlPlane')
  if (
    apart.some(({ own }, index) => apart.slice(index + 1).some((wider) => !own.every((it) => wider.own.includes(it))))
  )
    throw new Refusal(
      'refused',
      'two faults cut the way to the control plane of subnets that they have in common, and of others that they have not: nothing was taken away',
      'make two drills of it',
    )
  return order
}

const isIpv6 = (cidr: string): boolean => cidr.includes(':')

/** The lower number decides. `inVpc`, `own`: of IPv4, and of IPv6 where there is any. */
export function rulesOf(
  cut: Cut,
  { inVpc, own }: { readonly inVpc: readonly string[]; readonly own: readonly string[] },
  after = 0,
): readonly AclRule[] {
  const everywhere = ['0.0.0.0/0', ...(inVpc.some(isIpv6) ? ['::/0'] : [])]
  const [allow, deny] = cut === 'everything' ? [[], everywhere] : cut === 'users' ? [inVpc, everywhere] : [own, inVpc]
  const one = [
    ...allow.map((cidr) => ({ action: 'allow' as const, cidr })),
    ...deny.map((cidr) => ({ action: 'deny' as const, cidr })),
  ].map((rule, index) => ({ ...rule, number: after + index + 1 }))
  return [false, true].flatMap((egress) => one.map((rule) => ({ ...rule, egress })))
}

// ---------------------------------------------------------------------------------------------- what is done

async function cloned(ground: Ground, part: Part, harmless: (undo: Undo) => Promise<void>): Promise<string> {
  const { where, original, subnets } = part
  const ec2 = ground.aws.ec2(where)
  const from = original.NetworkAclId ?? ''
  const { NetworkAcl: made } = await ec2.send(
    new CreateNetworkAclCommand({
      VpcId: original.VpcId,
      TagSpecifications: [
        {
          ResourceType: 'network-acl',
          Tags: [
            { Key: 'Name', Value: `${cloneName} ${from}` },
            { Key: 'skerry.dev/fleet', Value: ground.plan.fleet.name },
          ],
        },
      ],
    }),
  )
  const id = made?.NetworkAclId ?? ''
  await harmless({ kind: 'acl', where, acl: id, original: from, subnets })
  for (const entry of original.Entries ?? []) {
    const { RuleNumber = 0, Egress, RuleAction, CidrBlock, Ipv6CidrBlock, Protocol, PortRange, IcmpTypeCode } = entry
    // the last one every ACL has by itself
    if (RuleNumber >= 32_767) continue
    const rule = { RuleNumber, Egress, RuleAction, CidrBlock, Ipv6CidrBlock, Protocol, PortRange, IcmpTypeCode }
    await ec2.send(new CreateNetworkAclEntryCommand({ NetworkAclId: id, ...rule }))
  }
  for (const { NetworkAclAssociationId, SubnetId } of original.Associations ?? [])
    if (subnets.includes(SubnetId ?? ''))
      await ec2.send(
        new ReplaceNetworkAclAssociationCommand({ AssociationId: NetworkAclAssociationId, NetworkAclId: id }),
      )
  return id
}

/** What is let through first: nothing more than meant is ever cut. */
async function write(ground: Ground, where: Where, acl: string, rules: readonly AclRule[]): Promise<void> {
  const inTurn = [...rules].sort((a, b) => Number(a.action === 'deny') - Number(b.action === 'deny'))
  for (const { number, egress, action, cidr } of inTurn)
    await ground.aws.ec2(where).send(
      new CreateNetworkAclEntryCommand({
        ...{ NetworkAclId: acl, RuleNumber: number, Egress: egress, RuleAction: action },
        ...{ ...(isIpv6(cidr) ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }), Protocol: '-1' },
      }),
    )
}

/** Rules on an ACL that no subnet has cut nothing: that is a failure, and not a drill which all survived. */
async function verify(
  ground: Ground,
  where: Where,
  acl: string,
  rules: readonly AclRule[],
  subnets: readonly string[],
): Promise<void> {
  const { NetworkAcls = [] } = await ground.aws
    .ec2(where)
    .send(new DescribeNetworkAclsCommand({ NetworkAclIds: [acl] }))
  const { Associations = [], Entries = [] } = NetworkAcls[0] ?? {}
  const loose = subnets.filter((id) => !Associations.some(({ SubnetId }) => SubnetId === id))
  const unwritten = rules.filter(
    ({ number, egress }) => !Entries.some(({ RuleNumber, Egress }) => RuleNumber === number && Egress === egress),
  )
  if (loose.length > 0)
    throw new Refusal(
      'world',
      `${loose.join(', ')} cannot be cut off: another network ACL has been put in the place of ${acl} since the drill began`,
      'see who else changes network ACLs, then run the drill again',
    )
  if (unwritten.length > 0)
    throw new Refusal(
      'world',
      `${subnets.join(', ')} cannot be cut off: ${acl} has not the rules that were written to it`,
      'see who else changes network ACLs, then run the drill again',
    )
}

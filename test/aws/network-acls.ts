// Network ACLs: each VPC has one that lets all through, and each subnet is of one. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html

import type { Call, Cloud, Handlers } from './cloud.ts'
import { filtered } from './ec2-filters.ts'
import { tagSet } from './ec2-views.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { isTrue, records, text, texts } from './json.ts'
import { limitOf } from './quotas.ts'
import { partitionArn } from './resources/resource-type.ts'

const type = 'AWS::EC2::NetworkAcl'
const all = { Protocol: '-1', CidrBlock: '0.0.0.0/0' }
/** What no rule lets through. */
const last: readonly Input[] = [false, true].map((Egress) => ({
  ...all,
  RuleNumber: 32_767,
  RuleAction: 'deny',
  Egress,
}))

/** The default one of a VPC comes with it; it is written down when it is first looked at. */
function aclsOf(cloud: Cloud, place: Call): readonly Entity[] {
  for (const vpc of cloud.store.list('AWS::EC2::VPC', place)) {
    const id = text(vpc.attributes.DefaultNetworkAcl)
    if (cloud.store.get(type, id, place) !== undefined) continue
    const Entries = [false, true].map((Egress) => ({ ...all, RuleNumber: 100, RuleAction: 'allow', Egress }))
    add(cloud, vpc, id, { VpcId: vpc.id, Entries, IsDefault: true }, {})
  }
  return cloud.store.list(type, place)
}

const add = (cloud: Cloud, place: Entity | Call, id: string, properties: Input, tags: Record<string, string>): Entity =>
  cloud.store.add({
    ...{ type, id, properties, tags, arn: partitionArn('ec2', place, `network-acl/${id}`), attributes: {} },
    ...{
      account: place.account,
      region: place.region,
      status: 'available',
      madeAt: new Date(),
      of: text(properties.VpcId),
    },
  })

const subnetsIn = (call: Call, acl: Entity): readonly Entity[] =>
  call.cloud.store
    .list('AWS::EC2::Subnet', call)
    .filter((it) => it.properties.VpcId === acl.properties.VpcId)
    .filter((it) => (it.attributes.NetworkAcl ?? defaultOf(call, it)) === acl.id)

const defaultOf = (call: Call, subnet: Entity): string =>
  text(call.cloud.store.get('AWS::EC2::VPC', text(subnet.properties.VpcId), call)?.attributes.DefaultNetworkAcl)

const shown = (call: Call, it: Entity): Input => ({
  networkAclId: it.id,
  vpcId: it.properties.VpcId,
  default: it.properties.IsDefault === true,
  ownerId: it.account,
  entrySet: [...records(it.properties.Entries), ...last].map((entry) => ({
    ruleNumber: entry.RuleNumber,
    protocol: entry.Protocol,
    ruleAction: entry.RuleAction,
    egress: entry.Egress,
    cidrBlock: entry.CidrBlock,
    ipv6CidrBlock: entry.Ipv6CidrBlock,
  })),
  associationSet: subnetsIn(call, it).map((subnet) => ({
    networkAclAssociationId: subnet.attributes.NetworkAclAssociationId,
    networkAclId: it.id,
    subnetId: subnet.id,
  })),
  tagSet: tagSet(it),
})

function aclOf(call: Call): Entity {
  const id = text(call.input.NetworkAclId)
  const found = aclsOf(call.cloud, call).find((it) => it.id === id)
  if (found === undefined)
    throw new AwsError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`)
  return found
}

const isOf =
  ({ RuleNumber, Egress }: Input) =>
  (entry: Input): boolean =>
    Number(entry.RuleNumber) === Number(RuleNumber) && isTrue(entry.Egress) === isTrue(Egress)

export const networkAclActions: Handlers = {
  DescribeNetworkAcls: (call) => {
    const ids = texts(call.input.NetworkAclId)
    const views = aclsOf(call.cloud, call).map((it) => shown(call, it))
    for (const id of ids)
      if (!views.some((it) => it.networkAclId === id))
        throw new AwsError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`)
    const wanted = views.filter((it) => ids.length === 0 || ids.includes(text(it.networkAclId)))
    return {
      networkAclSet: filtered(wanted, call.input.Filter, { 'association.subnet-id': 'associationSet.subnetId' }),
    }
  },
  CreateNetworkAcl: (call) => {
    const VpcId = text(call.input.VpcId)
    if (call.cloud.store.get('AWS::EC2::VPC', VpcId, call) === undefined)
      throw new AwsError('InvalidVpcID.NotFound', `The vpc ID '${VpcId}' does not exist`)
    const given = records(call.input.TagSpecification).flatMap((it) => records(it.Tag))
    const tags = Object.fromEntries(given.map((tag) => [text(tag.Key), text(tag.Value)]))
    const made = add(call.cloud, call, call.cloud.store.id('acl'), { VpcId, Entries: [] }, tags)
    return { networkAcl: shown(call, made) }
  },
  CreateNetworkAclEntry: (call) => {
    const acl = aclOf(call)
    const entries = records(acl.properties.Entries)
    const { NetworkAclId: _, ...entry } = call.input
    if (entries.some(isOf(entry)))
      throw new AwsError(
        'NetworkAclEntryAlreadyExists',
        `The network acl entry identified by ${text(entry.RuleNumber)} already exists.`,
      )
    // each direction by itself, with the one that no rule is before
    const beside = [...entries, ...last].filter((it) => isTrue(it.Egress) === isTrue(entry.Egress)).length
    if (beside >= limitOf(call.cloud, 'vpc/L-2AEEBF1A'))
      throw new AwsError('NetworkAclEntryLimitExceeded', 'The maximum number of network acl entries has been reached.')
    const made = { ...entry, RuleNumber: Number(entry.RuleNumber), Egress: isTrue(entry.Egress) }
    const inOrder = [...entries, made].sort((one, other) => Number(one.RuleNumber) - Number(other.RuleNumber))
    acl.properties = { ...acl.properties, Entries: inOrder }
    return { return: true }
  },
  DeleteNetworkAclEntry: (call) => {
    const acl = aclOf(call)
    const entries = records(acl.properties.Entries)
    if (!entries.some(isOf(call.input)))
      throw new AwsError(
        'InvalidNetworkAclEntry.NotFound',
        `The network acl entry identified by ${text(call.input.RuleNumber)} does not exist`,
      )
    acl.properties = { ...acl.properties, Entries: entries.filter((entry) => !isOf(call.input)(entry)) }
    return { return: true }
  },
  ReplaceNetworkAclAssociation: (call) => {
    const acl = aclOf(call)
    const id = text(call.input.AssociationId)
    const subnet = call.cloud.store
      .list('AWS::EC2::Subnet', call)
      .find((it) => it.attributes.NetworkAclAssociationId === id)
    if (subnet === undefined)
      throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
    const made = call.cloud.store.id('aclassoc')
    subnet.attributes = { ...subnet.attributes, NetworkAclAssociationId: made, NetworkAcl: acl.id }
    return { newAssociationId: made }
  },
  DeleteNetworkAcl: (call) => {
    const acl = aclOf(call)
    if (acl.properties.IsDefault === true || subnetsIn(call, acl).length > 0)
      throw new AwsError('DependencyViolation', `The networkAcl '${acl.id}' has dependencies and cannot be deleted.`)
    call.cloud.store.remove(acl)
    return { return: true }
  },
}

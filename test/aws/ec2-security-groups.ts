// Security groups by hand: what a drill revokes, and what drift then sees.

import type { Call, Handler, Handlers } from './cloud.ts'
import { filtered } from './ec2-filters.ts'
import { tagSet } from './ec2-views.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input, Json } from './json.ts'
import { records, same, text, texts } from './json.ts'
import { page } from './pages.ts'
import { make } from './resources/resource-type.ts'
import { rulesOf } from './resources/security-groups.ts'
import { typeOf } from './resources/types.ts'

type Way = 'Ingress' | 'Egress'

const groupsOf = (call: Call): readonly Entity[] => call.cloud.store.list('AWS::EC2::SecurityGroup', call)

const permission = (rule: Input): Input => ({
  ipProtocol: text(rule.IpProtocol),
  ...(rule.FromPort !== undefined && { fromPort: rule.FromPort, toPort: rule.ToPort }),
  ipRanges:
    rule.CidrIp === undefined
      ? []
      : [{ cidrIp: rule.CidrIp, ...(rule.Description !== undefined && { description: rule.Description }) }],
  groups:
    rule.SourceSecurityGroupId === undefined && rule.DestinationSecurityGroupId === undefined
      ? []
      : [{ groupId: rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId }],
  ipv6Ranges: [],
  prefixListIds: [],
})

/** A group that is told nothing lets all out. */
const everythingOut: Input = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' }

/** EKS lets all that carries the group of a cluster reach each other: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html */
const amongItself = (it: Entity): readonly Input[] =>
  it.tags['aws:eks:cluster-name'] === undefined || it.attributes.IngressRevoked === true
    ? []
    : [{ IpProtocol: '-1', SourceSecurityGroupId: it.id }]

const shown = (call: Call, it: Entity): Input => {
  const out = rulesOf(call.cloud, it, 'Egress')
  return {
    groupId: it.id,
    groupName: it.properties.GroupName ?? it.attributes.GroupName,
    groupDescription: it.properties.GroupDescription,
    vpcId: it.properties.VpcId,
    ownerId: it.account,
    securityGroupArn: it.arn,
    ipPermissions: [...amongItself(it), ...rulesOf(call.cloud, it, 'Ingress')].map(permission),
    ipPermissionsEgress: (out.length === 0 && it.attributes.EgressRevoked !== true ? [everythingOut] : out).map(
      permission,
    ),
    tagSet: tagSet(it),
  }
}

export const securityGroupActions: Handlers = {
  DescribeSecurityGroups: (call) => {
    const ids = texts(call.input.GroupId)
    const all = groupsOf(call)
    for (const id of ids)
      if (!all.some((it) => it.id === id))
        throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
    const views = all.filter((it) => ids.length === 0 || ids.includes(it.id)).map((it) => shown(call, it))
    const { items, next } = page(
      call.cloud,
      filtered(views, call.input.Filter, { description: 'groupDescription' }),
      call.input.NextToken,
      call.input.MaxResults,
      1_000,
    )
    return { securityGroupInfo: items, ...(next !== undefined && { nextToken: next }) }
  },
  DescribeSecurityGroupRules: (call) => {
    const all = (['Ingress', 'Egress'] as const).flatMap((way) =>
      call.cloud.store.list(`AWS::EC2::SecurityGroup${way}`, call).map(
        (it): Input => ({
          securityGroupRuleId: it.id,
          groupId: it.properties.GroupId,
          isEgress: way === 'Egress',
          ipProtocol: text(it.properties.IpProtocol),
          fromPort: it.properties.FromPort ?? -1,
          toPort: it.properties.ToPort ?? -1,
          cidrIpv4: it.properties.CidrIp,
          description: it.properties.Description,
          tagSet: tagSet(it),
        }),
      ),
    )
    return { securityGroupRuleSet: filtered(all, call.input.Filter) }
  },
  CreateSecurityGroup: async (call) => {
    const kind = typeOf('AWS::EC2::SecurityGroup')
    if (kind === undefined) throw new AwsError('InternalError', 'no such type')
    const properties = {
      GroupName: text(call.input.GroupName),
      GroupDescription: text(call.input.GroupDescription),
      VpcId: text(call.input.VpcId),
    }
    const tags = Object.fromEntries(
      records(call.input.TagSpecification)
        .flatMap((it) => records(it.Tag))
        .map((tag) => [text(tag.Key), text(tag.Value)]),
    )
    const made = await make(kind, {
      cloud: call.cloud,
      type: 'AWS::EC2::SecurityGroup',
      account: call.account,
      region: call.region,
      properties,
      nameFor: () => '',
      tags,
    })
    return { groupId: made.id, return: true }
  },
  AuthorizeSecurityGroupIngress: authorize('Ingress'),
  AuthorizeSecurityGroupEgress: authorize('Egress'),
  RevokeSecurityGroupIngress: revoke('Ingress'),
  RevokeSecurityGroupEgress: revoke('Egress'),
}

function groupOf(call: Call): Entity {
  const id = text(call.input.GroupId)
  const found = groupsOf(call).find((it) => it.id === id)
  if (found === undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
  return found
}

/** One rule for each range and group of each permission. */
const asked = (permissions: Json, way: Way): readonly Input[] =>
  records(permissions).flatMap((it) => {
    const base = {
      IpProtocol: text(it.IpProtocol),
      ...(it.FromPort !== undefined &&
        text(it.IpProtocol) !== '-1' && { FromPort: Number(it.FromPort), ToPort: Number(it.ToPort) }),
    }
    const described = (one: Input) => (one.Description === undefined ? {} : { Description: text(one.Description) })
    return [
      ...records(it.IpRanges).map((one) => ({ ...base, CidrIp: text(one.CidrIp), ...described(one) })),
      ...records(it.Groups ?? it.UserIdGroupPairs).map((one) => ({
        ...base,
        [way === 'Ingress' ? 'SourceSecurityGroupId' : 'DestinationSecurityGroupId']: text(one.GroupId),
        ...described(one),
      })),
    ]
  })

function authorize(way: Way): Handler {
  return async (call) => {
    const group = groupOf(call)
    const type = `AWS::EC2::SecurityGroup${way}`
    const kind = typeOf(type)
    if (kind === undefined) throw new AwsError('InternalError', 'no such type')
    const made: string[] = []
    for (const rule of asked(call.input.IpPermissions, way)) {
      const entity = await make(kind, {
        cloud: call.cloud,
        type,
        account: call.account,
        region: call.region,
        properties: { GroupId: group.id, ...rule },
        nameFor: () => '',
        of: group.id,
      })
      made.push(entity.id)
    }
    return {
      return: true,
      securityGroupRuleSet: made.map((securityGroupRuleId) => ({
        securityGroupRuleId,
        groupId: group.id,
        isEgress: way === 'Egress',
      })),
    }
  }
}

function revoke(way: Way): Handler {
  return (call) => {
    const group = groupOf(call)
    const key = `SecurityGroup${way}`
    const strip = ({ Description: _, GroupId: __, ...rule }: Input) => rule
    const wanted = asked(call.input.IpPermissions, way)
    const byId = texts(call.input.SecurityGroupRuleId)
    const own = call.cloud.store.list(`AWS::EC2::${key}`, group).filter((it) => it.properties.GroupId === group.id)
    for (const id of byId) {
      const found = own.find((it) => it.id === id)
      if (found === undefined)
        throw new AwsError('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`)
      call.cloud.store.remove(found)
    }
    for (const rule of wanted) {
      const found = own.find((it) => same(strip(it.properties), strip(rule)))
      const written = records(group.properties[key])
      const left = written.filter((it) => !same(strip(it), strip(rule)))
      const isDefault =
        way === 'Egress' &&
        same(strip(rule), everythingOut) &&
        rulesOf(call.cloud, group, 'Egress').length === 0 &&
        group.attributes.EgressRevoked !== true
      if (found !== undefined) call.cloud.store.remove(found)
      else if (isDefault) group.attributes = { ...group.attributes, EgressRevoked: true }
      else if (left.length < written.length) group.properties = { ...group.properties, [key]: left }
      else throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
    }
    return { return: true }
  }
}

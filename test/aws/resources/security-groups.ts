// Security groups and their rules. https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { records, same, text } from '../json.ts'
import { withInterfaces } from './networks.ts'
import type { ResourceType, ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn, usersOf } from './resource-type.ts'

const rule = (way: 'Ingress' | 'Egress'): ResourceType => ({
  make: ({ cloud, properties, ...place }) => {
    const group = mustExist(
      cloud,
      'AWS::EC2::SecurityGroup',
      properties.GroupId,
      place,
      'InvalidGroup.NotFound',
      'security group',
    )
    const { Description: _, GroupId: __, ...wanted } = properties
    const twin = rulesOf(cloud, group, way).some(({ Description: ___, GroupId: ____, ...it }) => same(it, wanted))
    if (twin)
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "peer: ${text(properties.CidrIp)}, ${text(properties.IpProtocol).toUpperCase()}, from port: ${text(properties.FromPort)}, to port: ${text(properties.ToPort)}, ALLOW" already exists`,
      )
    const id = cloud.store.id('sgr')
    return { id, arn: partitionArn('ec2', place, `security-group-rule/${id}`), attributes: { Id: id } }
  },
})

export const securityGroups: ResourceTypes = {
  'AWS::EC2::SecurityGroup': {
    make: ({ cloud, properties, nameFor, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'InvalidVpcID.NotFound', 'vpc ID')
      const name = text(properties.GroupName) || nameFor(255)
      const twin = cloud.store
        .list('AWS::EC2::SecurityGroup', place)
        .some(
          (it) =>
            it.properties.VpcId === properties.VpcId && (it.properties.GroupName ?? it.attributes.GroupName) === name,
        )
      if (twin)
        throw new AwsError(
          'InvalidGroup.Duplicate',
          `The security group '${name}' already exists for VPC '${text(properties.VpcId)}'`,
        )
      const id = cloud.store.id('sg')
      return {
        id,
        arn: partitionArn('ec2', place, `security-group/${id}`),
        attributes: { GroupId: id, Id: id, VpcId: text(properties.VpcId), GroupName: name },
      }
    },
    unmake: (group, cloud) => {
      const users = [...usersOf(group, cloud, withInterfaces), ...usersOf(group, cloud, ['AWS::EC2::SecurityGroup'])]
      const others = usersOf(group, cloud, ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']).filter(
        (it) => it.properties.GroupId !== group.id,
      )
      if (users.length + others.length > 0)
        throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`)
      for (const own of usersOf(group, cloud, ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']))
        cloud.store.remove(own)
    },
  },
  'AWS::EC2::SecurityGroupIngress': rule('Ingress'),
  'AWS::EC2::SecurityGroupEgress': rule('Egress'),
}

/** Those written in the group and those that stand by themselves. */
export const rulesOf = (cloud: Cloud, group: Entity, way: 'Ingress' | 'Egress'): readonly Input[] => [
  ...records(group.properties[`SecurityGroup${way}`]),
  ...cloud.store
    .list(`AWS::EC2::SecurityGroup${way}`, group)
    .filter((it) => it.properties.GroupId === group.id)
    .map((it) => it.properties),
]

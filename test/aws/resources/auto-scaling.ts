// Auto Scaling groups: machines as many as are wanted, in the subnets that are named, again when one is ended.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { isTrue, record, records, text, texts } from '../json.ts'
import { checkCapacity, checkOffer, dataOf, instanceProperties, instanceTags, launch } from './machines.ts'
import { tellMachines } from './machines-of.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn, uuid } from './resource-type.ts'

const group = 'AWS::AutoScaling::AutoScalingGroup'

export const autoScaling: ResourceTypes = {
  [group]: {
    tags: 'NoTags',
    make: ({ cloud, properties, nameFor, stack, ...place }) => {
      const name = text(properties.AutoScalingGroupName) || nameFor(255)
      const [min, max, wanted] = sizes(properties)
      if (min > max || wanted < min || wanted > max)
        throw new AwsError(
          'ValidationError',
          `Desired capacity:${wanted} must be between the specified min size:${min} and max size:${max}`,
        )
      const subnets = texts(properties.VPCZoneIdentifier)
      if (subnets.length === 0)
        throw new AwsError('ValidationError', 'At least one Availability Zone or VPC Subnet is required.')
      for (const subnet of subnets) mustExist(cloud, 'AWS::EC2::Subnet', subnet, place, 'ValidationError', 'subnet ID')
      const template = mustExist(
        cloud,
        'AWS::EC2::LaunchTemplate',
        record(properties.LaunchTemplate).LaunchTemplateId,
        place,
        'ValidationError',
        'launch template',
      )
      const instanceType = text(dataOf(template).InstanceType)
      if (instanceType !== '' && wanted > 0)
        for (const subnet of subnets) {
          const zone = text(cloud.store.get('AWS::EC2::Subnet', subnet, place)?.attributes.AvailabilityZone)
          checkOffer(cloud, instanceType, zone, place)
          checkCapacity(cloud, {
            type: group,
            instanceType,
            zone,
            ...(stack !== undefined && { stack: stack.name, logicalId: stack.logicalId }),
          })
        }
      const arn = partitionArn(
        'autoscaling',
        place,
        `autoScalingGroup:${uuid(cloud.store.unique(32))}:autoScalingGroupName/${name}`,
      )
      return { id: name, arn, attributes: { AutoScalingGroupARN: arn, AutoScalingGroupName: name } }
    },
    made: (entity, cloud) => {
      entity.tags = {
        ...entity.tags,
        ...Object.fromEntries(records(entity.properties.Tags).map((tag) => [text(tag.Key), text(tag.Value)])),
      }
      settle(entity, cloud)
    },
    changed: (entity, cloud) => settle(entity, cloud),
    unmake: async (entity, cloud) => {
      const machines = cloud.store.list('AWS::EC2::Instance', entity).filter((it) => it.of === entity.id)
      if (machines.length > 0) await cloud.pause()
      for (const machine of machines) cloud.store.remove(machine)
      tellMachines(cloud, entity)
    },
  },
}

const sizes = (properties: Entity['properties']): readonly [number, number, number] => {
  const min = Number(text(properties.MinSize))
  return [min, Number(text(properties.MaxSize)), Number(text(properties.DesiredCapacity ?? properties.MinSize))]
}

/** The newest first. */
function note(entity: Entity, activity: Input): void {
  const before = records(entity.attributes.Activities)
  const made = { ...activity, ActivityId: `${entity.id}-${before.length + 1}`, StartTime: new Date().toISOString() }
  entity.attributes = { ...entity.attributes, Activities: [made, ...before].slice(0, 100) }
}

/** Launches what is missing and ends what is too much. */
export function settle(entity: Entity, cloud: Cloud): void {
  const [, , wanted] = sizes(entity.properties)
  const there = cloud.store
    .list('AWS::EC2::Instance', entity)
    .filter((it) => it.of === entity.id && ['pending', 'running'].includes(it.status))
  const template = cloud.store.get(
    'AWS::EC2::LaunchTemplate',
    text(record(entity.properties.LaunchTemplate).LaunchTemplateId),
    entity,
  )
  const data = dataOf(template)
  const subnets = texts(entity.properties.VPCZoneIdentifier)
  const carried = Object.fromEntries(
    records(entity.properties.Tags)
      .filter((tag) => isTrue(tag.PropagateAtLaunch))
      .map((tag) => [text(tag.Key), text(tag.Value)]),
  )
  const suspended = texts(entity.attributes.Suspended)
  for (let count = suspended.includes('Launch') ? wanted : there.length; count < wanted; count += 1) {
    const subnet = subnets[count % subnets.length] ?? ''
    try {
      const zone = text(cloud.store.get('AWS::EC2::Subnet', subnet, entity)?.attributes.AvailabilityZone)
      const instanceType = text(data.InstanceType) || text(entity.attributes.InstanceType)
      checkCapacity(cloud, { type: group, instanceType, zone })
      const made = launch(
        cloud,
        {
          ...instanceProperties(data, subnet),
          ...(data.InstanceType === undefined && { InstanceType: text(entity.attributes.InstanceType) }),
          ...(entity.attributes.NodeRole !== undefined && {
            NodeRole: entity.attributes.NodeRole,
            SecurityGroupIds: entity.attributes.SecurityGroups,
          }),
        },
        {
          place: entity,
          tags: {
            ...instanceTags(data),
            ...carried,
            'aws:autoscaling:groupName': entity.id,
            ...(template !== undefined && { 'aws:ec2launchtemplate:id': template.id }),
          },
          of: entity.id,
        },
      )
      note(entity, { StatusCode: 'Successful', Description: `Launching a new EC2 instance: ${made.id}` })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      // a group tries again later: what it could not have is told in its activities
      note(entity, {
        ...{ StatusCode: 'Failed', Description: 'Launching a new EC2 instance' },
        StatusMessage: `${error.message} Launching EC2 instance failed.`,
      })
    }
  }
  if (!suspended.includes('Terminate')) for (const machine of there.slice(wanted)) cloud.store.remove(machine)
  tellMachines(cloud, entity)
}

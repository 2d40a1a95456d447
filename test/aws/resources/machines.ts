// Launch templates and machines. A machine is offered in its zone, or it is not launched.

import type { Cloud } from '../cloud.ts'
import { addressOf, blockOf } from '../cloudformation/cidr.ts'
import type { Entity, Place } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { record, records, tagsOf, text } from '../json.ts'
import { typesIn } from '../zones.ts'
import { publicAddress } from './gateways.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn } from './resource-type.ts'

export const machines: ResourceTypes = {
  'AWS::EC2::LaunchTemplate': {
    tags: 'NoTags',
    make: ({ cloud, properties, nameFor, ...place }) => {
      const data = record(properties.LaunchTemplateData)
      if (Object.keys(data).length === 0)
        throw new AwsError('MissingParameter', 'The request must contain the parameter LaunchTemplateData')
      const name = text(properties.LaunchTemplateName) || nameFor(128)
      const id = cloud.store.id('lt')
      return {
        id,
        arn: partitionArn('ec2', place, `launch-template/${id}`),
        attributes: {
          LaunchTemplateId: id,
          LaunchTemplateName: name,
          LatestVersionNumber: '1',
          DefaultVersionNumber: '1',
        },
      }
    },
    changed: (template) => {
      template.attributes = {
        ...template.attributes,
        LatestVersionNumber: String(Number(template.attributes.LatestVersionNumber) + 1),
      }
    },
  },
  'AWS::EC2::KeyPair': {
    make: ({ cloud, properties }) => ({
      id: text(properties.KeyName),
      attributes: { KeyPairId: cloud.store.id('key'), KeyFingerprint: '' },
    }),
  },
  'AWS::EC2::PlacementGroup': {
    make: ({ properties, nameFor }) => {
      const name = text(properties.GroupName) || nameFor(255)
      return { id: name, attributes: { GroupName: name } }
    },
  },
  'AWS::EC2::Instance': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::Subnet', properties.SubnetId, place, 'InvalidSubnetID.NotFound', 'subnet ID')
      return launched(cloud, properties, place)
    },
    made: (instance, cloud) => runs(cloud, instance),
  },
}

/** Says no when the zone does not offer the type or has no room for it. */
function launched(cloud: Cloud, properties: Input, place: Place) {
  const subnet = cloud.store.get('AWS::EC2::Subnet', text(properties.SubnetId), place)
  const type = text(properties.InstanceType)
  const zone = text(subnet?.attributes.AvailabilityZone)
  checkOffer(cloud, type, zone, place)
  const id = cloud.store.id('i')
  const address = freeAddress(cloud, subnet)
  return {
    id,
    arn: partitionArn('ec2', place, `instance/${id}`),
    status: 'pending',
    attributes: {
      InstanceId: id,
      AvailabilityZone: zone,
      PrivateIp: address,
      PrivateDnsName:
        place.region === 'us-east-1'
          ? `ip-${address.replaceAll('.', '-')}.ec2.internal`
          : `ip-${address.replaceAll('.', '-')}.${place.region}.compute.internal`,
      VpcId: text(subnet?.properties.VpcId),
      ...(properties.CarrierIp === true && { CarrierIp: publicAddress(cloud) }),
    },
  }
}

export function checkOffer(cloud: Cloud, type: string, zone: string, place: Place): void {
  const found = cloud.zones(place).find(({ name }) => name === zone)
  if (found === undefined || !typesIn(found).includes(type))
    throw new AwsError(
      'Unsupported',
      `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
    )
}

/** The faults of capacity strike per machine and name the stack that its group is of. */
export function checkCapacity(
  cloud: Cloud,
  at: { type: string; instanceType: string; zone: string; stack?: string; logicalId?: string },
): void {
  if (cloud.faults.ofResource('noCapacity', at) !== undefined)
    throw new AwsError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${at.instanceType} capacity in the Availability Zone you requested (${at.zone}). Our system will be working on provisioning additional capacity.`,
    )
}

/** Of a group or by itself; it runs after a while. */
export function launch(
  cloud: Cloud,
  properties: Input,
  { place, tags, of }: { readonly place: Place; readonly tags: Record<string, string>; readonly of: string },
): Entity {
  const made = launched(cloud, properties, place)
  const instance = cloud.store.add({
    type: 'AWS::EC2::Instance',
    account: place.account,
    region: place.region,
    properties,
    tags: { ...tags },
    madeAt: new Date(),
    of,
    ...made,
  })
  cloud.go(async () => runs(cloud, instance))
  return instance
}

async function runs(cloud: Cloud, instance: Entity): Promise<void> {
  await cloud.pause()
  if (instance.status === 'pending') instance.status = 'running'
}

function freeAddress(cloud: Cloud, subnet: Entity | undefined): string {
  const block = blockOf(text(subnet?.properties.CidrBlock))
  if (subnet === undefined || block === undefined) return '10.0.0.4'
  const taken = new Set(cloud.store.list('AWS::EC2::Instance', subnet).map((it) => it.attributes.PrivateIp))
  // the first four and the last are the network's own
  for (let number = block.from + 4; number < block.from + block.size - 1; number += 1)
    if (!taken.has(addressOf(number))) return addressOf(number)
  throw new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  )
}

/** Of a launch template: what its newest version says. */
export const dataOf = (template: Entity | undefined): Input => record(template?.properties.LaunchTemplateData)

export function instanceProperties(data: Input, subnet: string): Input {
  const [first] = records(data.NetworkInterfaces)
  const profile = record(data.IamInstanceProfile)
  return {
    InstanceType: text(data.InstanceType),
    ImageId: text(data.ImageId),
    SubnetId: subnet,
    SecurityGroupIds: first?.Groups ?? data.SecurityGroupIds ?? [],
    ...(data.KeyName !== undefined && { KeyName: data.KeyName }),
    ...(data.UserData !== undefined && { UserData: data.UserData }),
    ...(profile.Arn !== undefined && { IamInstanceProfile: profile.Arn }),
    ...(first?.AssociateCarrierIpAddress === true && { CarrierIp: true }),
  }
}

export const instanceTags = (data: Input): Record<string, string> =>
  Object.assign(
    {},
    ...records(data.TagSpecifications)
      .filter((it) => it.ResourceType === 'instance')
      .map((it) => tagsOf(it.Tags)),
  )

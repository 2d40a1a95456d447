// Logs, alarms, keys, images, parameters: what other resources need beside them.

import { AwsError } from '../errors.ts'
import { text } from '../json.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn, uuid } from './resource-type.ts'

export const observation: ResourceTypes = {
  'AWS::Logs::LogGroup': {
    make: ({ properties, nameFor, cloud, ...place }) => {
      const name = text(properties.LogGroupName) || nameFor(512)
      if (cloud.store.get('AWS::Logs::LogGroup', name, place) !== undefined)
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists')
      const arn = partitionArn('logs', place, `log-group:${name}`)
      return { id: name, arn, attributes: { Arn: `${arn}:*` } }
    },
  },
  'AWS::EC2::FlowLog': {
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, 'AWS::EC2::VPC', properties.ResourceId, place, 'InvalidVpcId.NotFound', 'vpc ID')
      const id = cloud.store.id('fl')
      return { id, arn: partitionArn('ec2', place, `vpc-flow-log/${id}`), attributes: { Id: id } }
    },
  },
  'AWS::CloudWatch::Alarm': {
    make: ({ properties, nameFor, ...place }) => {
      const name = text(properties.AlarmName) || nameFor(255)
      const arn = partitionArn('cloudwatch', place, `alarm:${name}`)
      return { id: name, arn, attributes: { Arn: arn } }
    },
  },
  'AWS::KMS::Key': {
    make: ({ cloud, ...place }) => {
      const id = uuid(cloud.store.unique(32))
      const arn = partitionArn('kms', place, `key/${id}`)
      return { id, arn, attributes: { Arn: arn, KeyId: id } }
    },
  },
  'AWS::KMS::Alias': {
    make: ({ properties }) => ({ id: text(properties.AliasName) }),
  },
  'AWS::ECR::Repository': {
    make: ({ properties, nameFor, ...place }) => {
      const name = text(properties.RepositoryName) || nameFor(256).toLowerCase()
      const arn = partitionArn('ecr', place, `repository/${name}`)
      return {
        id: name,
        arn,
        attributes: { Arn: arn, RepositoryUri: `${place.account}.dkr.ecr.${place.region}.amazonaws.com/${name}` },
      }
    },
  },
  'AWS::ECR::PullThroughCacheRule': {
    make: ({ properties }) => ({ id: text(properties.EcrRepositoryPrefix) }),
  },
  'AWS::SSM::Parameter': {
    tags: 'NoTags',
    make: ({ properties, nameFor }) => {
      const name = text(properties.Name) || nameFor(100)
      return { id: name, attributes: { Type: text(properties.Type), Value: text(properties.Value) } }
    },
  },
}

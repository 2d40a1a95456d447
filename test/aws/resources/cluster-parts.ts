// What the parts of a cluster have in common.

import type { Cloud } from '../cloud.ts'
import type { Entity, Place } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { text } from '../json.ts'
import { partitionArn, uuid } from './resource-type.ts'

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message)

export function clusterOf(cloud: Cloud, properties: Input, place: Place): Entity {
  const name = text(properties.ClusterName)
  const found = cloud.store.get('AWS::EKS::Cluster', name, place)
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404)
  if (found.status !== 'ACTIVE')
    throw new AwsError('InvalidRequestException', `Cluster '${name}' is not in ACTIVE status`)
  return found
}

/** Roles of other accounts, and those of the fleet's owner, are not the fake's to know. */
export function roleMustExist(cloud: Cloud, arn: Json, place: Place): void {
  const [, name = ''] = /^arn:aws:iam::\d+:role\/(?:.*\/)?([^/]+)$/.exec(text(arn)) ?? []
  if (name === '' || cloud.store.get('AWS::IAM::Role', name, place) === undefined)
    throw invalid(
      `Role with arn: ${text(arn)}, could not be assumed because it does not exist or the trusted entity is not correct`,
    )
}

export const accessArn = (cluster: Entity, principal: string, cloud: Cloud): string =>
  partitionArn(
    'eks',
    cluster,
    `access-entry/${cluster.id}/${principal.includes(':user/') ? 'user' : 'role'}/${cluster.account}/${principal.split('/').pop() ?? ''}/${uuid(cloud.store.unique(32))}`,
  )

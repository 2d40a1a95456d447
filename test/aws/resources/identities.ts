// Roles, profiles, policies, identity providers. https://docs.aws.amazon.com/IAM/latest/UserGuide/

import { AwsError } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { isRecord, list, record, text, texts } from '../json.ts'
import type { ResourceTypes } from './resource-type.ts'

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const identities: ResourceTypes = {
  'AWS::IAM::Role': {
    make: ({ cloud, properties, nameFor, ...place }) => {
      const name = text(properties.RoleName) || nameFor(64)
      if (!/^[\w+=,.@-]{1,64}$/.test(name))
        throw new AwsError('ValidationError', `The specified value for roleName is invalid: ${name}`)
      if (cloud.store.get('AWS::IAM::Role', name, place) !== undefined)
        throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409)
      document(properties.AssumeRolePolicyDocument)
      const { role } = statement(properties.AssumeRolePolicyDocument)
      if (!role)
        throw new AwsError('MalformedPolicyDocument', 'AssumeRolePolicyDocument: each statement needs a Principal')
      const path = text(properties.Path) || '/'
      return {
        id: name,
        arn: `arn:aws:iam::${place.account}:role${path}${name}`,
        attributes: {
          Arn: `arn:aws:iam::${place.account}:role${path}${name}`,
          RoleId: `AROA${cloud.store.unique(17, upper)}`,
        },
      }
    },
    unmake: (role, { store }) => {
      const inline = texts(role.attributes.AttachedByHand)
      if (inline.length > 0)
        throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409)
      const profiles = store
        .list('AWS::IAM::InstanceProfile', role)
        .filter((it) => texts(it.properties.Roles).includes(role.id))
      if (profiles.length > 0)
        throw new AwsError(
          'DeleteConflict',
          'Cannot delete entity, must remove roles from instance profile first.',
          409,
        )
    },
  },
  'AWS::IAM::InstanceProfile': {
    make: ({ cloud, properties, nameFor, ...place }) => {
      const name = text(properties.InstanceProfileName) || nameFor(128)
      const roles = texts(properties.Roles)
      if (roles.length !== 1)
        throw new AwsError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409)
      if (cloud.store.get('AWS::IAM::Role', roles[0] ?? '', place) === undefined)
        throw new AwsError('NoSuchEntity', `The role with name ${roles[0]} cannot be found.`, 404)
      const arn = `arn:aws:iam::${place.account}:instance-profile/${name}`
      return { id: name, arn, attributes: { Arn: arn, InstanceProfileId: `AIPA${cloud.store.unique(17, upper)}` } }
    },
  },
  'AWS::IAM::ManagedPolicy': {
    make: ({ cloud, properties, nameFor, ...place }) => {
      document(properties.PolicyDocument)
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      if (JSON.stringify(properties.PolicyDocument).replaceAll(/\s/g, '').length > 6_144)
        throw new AwsError('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144', 409)
      const arn = `arn:aws:iam::${place.account}:policy${text(properties.Path) || '/'}${text(properties.ManagedPolicyName) || nameFor(128)}`
      return {
        id: arn,
        arn,
        attributes: {
          PolicyArn: arn,
          PolicyId: `ANPA${cloud.store.unique(17, upper)}`,
          AttachmentCount: 0,
          IsAttachable: true,
          DefaultVersionId: 'v1',
        },
      }
    },
    unmake: (policy, { store }) => {
      const users = store
        .list('AWS::IAM::Role', policy)
        .filter(
          (it) =>
            texts(it.properties.ManagedPolicyArns).includes(policy.id) ||
            texts(it.attributes.AttachedByHand).includes(policy.id),
        )
      if (users.length > 0) throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409)
    },
  },
  'AWS::IAM::Policy': {
    make: ({ cloud, properties, nameFor }) => {
      document(properties.PolicyDocument)
      return { id: nameFor(128), attributes: { Id: cloud.store.unique(8) } }
    },
  },
  'AWS::IAM::OIDCProvider': {
    make: ({ cloud, properties, ...place }) => {
      const url = text(properties.Url)
      if (!url.startsWith('https://')) throw new AwsError('InvalidInput', 'Invalid Open ID Connect Provider URL')
      const arn = `arn:aws:iam::${place.account}:oidc-provider/${url.slice('https://'.length)}`
      if (cloud.store.get('AWS::IAM::OIDCProvider', arn, place) !== undefined)
        throw new AwsError('EntityAlreadyExists', `Provider with url ${url} already exists.`, 409)
      return { id: arn, arn, attributes: { Arn: arn } }
    },
  },
}

/** A document given as text is taken as JSON. */
export function document(value: Json): Input {
  let read = value
  if (typeof value === 'string')
    try {
      read = JSON.parse(value) as Json
    } catch {
      throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.')
    }
  const { Version, Statement } = record(read)
  if (!['2012-10-17', '2008-10-17'].includes(text(Version)))
    throw new AwsError('MalformedPolicyDocument', 'The policy must contain a valid version string')
  const statements = isRecord(Statement) ? [Statement] : list(Statement)
  if (
    statements.length === 0 ||
    !statements.every(
      (it) =>
        ['Allow', 'Deny'].includes(text(record(it).Effect)) &&
        (record(it).Action ?? record(it).NotAction) !== undefined,
    )
  )
    throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.')
  return record(read)
}

function statement(value: Json): { readonly role: boolean } {
  const { Statement } = document(value)
  const statements = isRecord(Statement) ? [Statement] : list(Statement)
  return { role: statements.every((it) => record(it).Principal !== undefined) }
}

// What the expressions of a stack's template can speak of: its parameters, its resources, other stacks.

import type { Cloud } from '../cloud.ts'
import { AwsError, validation } from '../errors.ts'
import type { Json } from '../json.ts'
import { isRecord, text } from '../json.ts'
import type { Scope } from './intrinsics.ts'
import { holds } from './intrinsics.ts'
import { hasAttribute } from './schemas.ts'
import type { Given, Stack, StackResource } from './stack.ts'
import { isGone } from './stack.ts'

/** What a resource that is not there yet will be known by: equal to nothing that is. */
export const notYet = (logicalId: string, attribute = 'Ref'): string => `{{${logicalId}.${attribute}}}`

export function scopeOf(
  cloud: Cloud,
  stack: Stack,
  given: Given,
  resources: ReadonlyMap<string, StackResource>,
  isPreview = false,
): Scope {
  const types = given.template.Resources
  const pseudo: Record<string, Json> = {
    'AWS::AccountId': stack.account,
    'AWS::Region': stack.region,
    'AWS::Partition': 'aws',
    'AWS::StackName': stack.name,
    'AWS::StackId': stack.id,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NotificationARNs': [],
  }
  const entityOf = (id: string) => {
    const made = resources.get(id)
    return made?.physicalId === undefined ? undefined : cloud.store.get(made.type, made.physicalId, stack)
  }
  const scope: Scope = {
    mappings: given.template.Mappings,
    zones: (region) =>
      cloud
        .zones({ account: stack.account, region })
        .filter((it) => it.kind === 'availability-zone')
        .map((it) => it.name),
    ref: (name) => {
      if (name in pseudo) return pseudo[name]
      const parameter = given.template.Parameters[name]
      if (parameter !== undefined) {
        const value = given.values[name] ?? ''
        return /List/.test(text(parameter.Type)) ? value.split(',').map((it) => it.trim()) : value
      }
      const made = resources.get(name)
      if (made?.physicalId !== undefined) return refOf(made)
      if (isPreview) return notYet(name)
      throw validation(`Template error: ${name} is not made yet`)
    },
    attribute: (id, name) => {
      const type = text(types[id]?.Type)
      if (!hasAttribute(type, name))
        throw validation(`Template error: resource ${id} does not support attribute type ${name} in Fn::GetAtt`)
      const entity = entityOf(id)
      if (entity === undefined && isPreview) return notYet(id, name)
      const value = name
        .split('.')
        .reduce<Json>((at, part) => (isRecord(at) ? at[part] : undefined), entity?.attributes)
      const own = value ?? entity?.properties[name]
      if (own === undefined)
        throw new AwsError('InternalFailure', `the fake does not model the attribute ${name} of ${type}`)
      return own
    },
    stackOutput: ({ stack: name, output, region, roleArn }) => {
      const account = /^arn:aws:iam::(\d+):role\//.exec(roleArn ?? '')?.[1] ?? stack.account
      const at = region ?? stack.region
      const other = cloud.stacks.find(
        (it) =>
          it.account === account &&
          it.region === at &&
          (it.name === name || it.id === name) &&
          !isGone(it) &&
          it.status !== 'REVIEW_IN_PROGRESS',
      )
      if (other === undefined) throw validation(`Fn::GetStackOutput: Stack ${name} does not exist in ${at}`)
      const found = other.outputs.find((it) => it.key === output)
      if (found === undefined) throw validation(`Fn::GetStackOutput: Stack ${name} has no output ${output}`)
      return found.value
    },
    condition: (name) => {
      const condition = given.template.Conditions[name]
      if (condition === undefined) throw validation(`Template error: unresolved condition ${name}`)
      return holds(condition, scope)
    },
  }
  return scope
}

/** Route 53 records are kept by more than their name, which is all that Ref gives. */
export const refOf = ({ type, physicalId = '' }: Pick<StackResource, 'type' | 'physicalId'>): string =>
  type === 'AWS::Route53::RecordSet' ? (physicalId.split('|')[0] ?? '') : physicalId

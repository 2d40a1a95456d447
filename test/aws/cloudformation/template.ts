// A template as CloudFormation reads it, and what it refuses before it begins.

import { parse } from 'yaml'
import { AwsError, validation } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { isRecord, list, record, text, texts } from '../json.ts'
import { typeOf } from '../resources/types.ts'
import type { Given, Template } from './stack.ts'

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const limits = { bodyBytes: 51_200, resources: 500, parameters: 200, outputs: 200 }
const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
]
const ofResource = [
  'Type',
  'Properties',
  'DependsOn',
  'Metadata',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
]

export function templateOf(body: string): Template {
  if (Buffer.byteLength(body) > limits.bodyBytes)
    throw validation(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${limits.bodyBytes}`,
    )
  let source: Json
  try {
    source = parse(body) as Json
  } catch (error) {
    throw validation(`Template format error: YAML not well-formed. (${(error as Error).message.split('\n')[0]})`)
  }
  if (!isRecord(source)) throw validation('Template format error: unsupported structure.')
  for (const section of Object.keys(source))
    if (!sections.includes(section))
      throw validation(
        section === 'Transform'
          ? 'the fake does not model transforms'
          : `Invalid template property or properties [${section}]`,
      )
  const template: Template = {
    Parameters: record(source.Parameters) as Template['Parameters'],
    Resources: record(source.Resources) as Template['Resources'],
    Outputs: record(source.Outputs) as Template['Outputs'],
    Conditions: record(source.Conditions),
    Mappings: record(source.Mappings),
    Description: source.Description === undefined ? undefined : text(source.Description),
  }
  const count = (section: 'Resources' | 'Parameters' | 'Outputs') => Object.keys(template[section]).length
  if (count('Resources') === 0)
    throw validation('Template format error: At least one Resources member must be defined.')
  if (count('Resources') > limits.resources)
    throw validation(
      `Template format error: Number of resources, ${count('Resources')}, is greater than maximum allowed, ${limits.resources}`,
    )
  if (count('Parameters') > limits.parameters)
    throw validation(
      `Template format error: Number of parameters, ${count('Parameters')}, is greater than maximum allowed, ${limits.parameters}`,
    )
  if (count('Outputs') > limits.outputs)
    throw validation(
      `Template format error: Number of outputs, ${count('Outputs')}, is greater than maximum allowed, ${limits.outputs}`,
    )
  checkResources(template)
  return template
}

function checkResources(template: Template): void {
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)])
  const unknownTypes = new Set<string>()
  const unresolved = new Set<string>()
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!/^[A-Za-z0-9]+$/.test(id)) throw validation(`Template format error: Resource name ${id} is non alphanumeric.`)
    for (const key of Object.keys(resource))
      if (!ofResource.includes(key)) throw validation(`Invalid template resource property '${key}'`)
    const type = text(resource.Type)
    if (type === '')
      throw validation(`Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`)
    if (typeOf(type) === undefined) unknownTypes.add(type)
    for (const needed of needsOf(resource)) if (!known.has(needed)) unresolved.add(needed)
    const condition = text(resource.Condition)
    if (condition !== '' && template.Conditions[condition] === undefined)
      throw validation(
        `Template format error: Unresolved condition dependency ${condition} in the Resources block of the template`,
      )
  }
  if (unknownTypes.size > 0)
    throw validation(`Template format error: Unrecognized resource types: [${[...unknownTypes].join(', ')}]`)
  if (unresolved.size > 0)
    throw validation(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Resources block of the template`,
    )
  for (const [key, output] of Object.entries(template.Outputs)) {
    if (output.Value === undefined)
      throw validation(`Template format error: [/Outputs/${key}] Every Outputs member must contain a Value object`)
    const missing = [...referencesIn(output.Value)].filter((it) => !known.has(it))
    if (missing.length > 0)
      throw validation(
        `Template format error: Unresolved resource dependencies [${missing.join(', ')}] in the Outputs block of the template`,
      )
  }
  inOrder(template.Resources)
}

/** Logical ids of resources and parameters that a value speaks of; AWS::Region and its like are none. */
export function referencesIn(value: Json, into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) referencesIn(item, into)
  else if (isRecord(value))
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Ref' && Object.keys(value).length === 1) add(text(item), into)
      else if (key === 'Fn::GetAtt') {
        add(Array.isArray(item) ? text(item[0]) : (text(item).split('.')[0] ?? ''), into)
        if (Array.isArray(item)) referencesIn(item[1], into)
      } else if (key === 'Fn::Sub') {
        const [source, own] = Array.isArray(item) ? [text(item[0]), record(item[1])] : [text(item), {}]
        for (const [, name = ''] of source.matchAll(/\$\{([^!}][^}]*)\}/g))
          if (own[name] === undefined) add(name.split('.')[0] ?? '', into)
        referencesIn(own, into)
      } else referencesIn(item, into)
    }
  return into
}

const add = (name: string, into: Set<string>): void => {
  if (!name.startsWith('AWS::')) into.add(name)
}

export const needsOf = (resource: Input): ReadonlySet<string> =>
  new Set([
    ...referencesIn(resource.Properties),
    ...(Array.isArray(resource.DependsOn)
      ? texts(resource.DependsOn)
      : resource.DependsOn === undefined
        ? []
        : [text(resource.DependsOn)]),
  ])

/** Each after what it needs. Throws where that is not possible. */
export function inOrder(resources: Readonly<Record<string, Input>>): readonly string[] {
  const done = new Set<string>()
  const under = new Set<string>()
  const visit = (id: string): void => {
    const resource = resources[id]
    if (resource === undefined || done.has(id)) return
    if (under.has(id)) throw validation(`Circular dependency between resources: [${[...under].join(', ')}]`)
    under.add(id)
    for (const need of needsOf(resource)) visit(need)
    under.delete(id)
    done.add(id)
  }
  for (const id of Object.keys(resources)) visit(id)
  return [...done]
}

/** What is given with a template: each parameter with its value, what is missing or too much refused. */
export function valuesOf(
  template: Template,
  given: Readonly<Record<string, string>>,
  stored: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const extra = Object.keys(given).filter((name) => template.Parameters[name] === undefined)
  if (extra.length > 0) throw validation(`Parameters: [${extra.join(', ')}] do not exist in the template`)
  const missing = Object.entries(template.Parameters)
    .filter(([name, { Default }]) => given[name] === undefined && Default === undefined)
    .map(([name]) => name)
  if (missing.length > 0) throw validation(`Parameters: [${missing.join(', ')}] must have values`)
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => {
      const value = given[name] ?? text(parameter.Default)
      const allowed = list(parameter.AllowedValues)
      if (allowed.length > 0 && !allowed.map(text).includes(value))
        throw validation(`Parameter '${name}' must be one of AllowedValues`)
      const pattern = text(parameter.AllowedPattern)
      if (pattern !== '' && !new RegExp(`^(?:${pattern})$`).test(value))
        throw validation(`Parameter '${name}' must match pattern ${pattern}`)
      if (parameter.Type === 'Number' && !Number.isFinite(Number(value)))
        throw validation(
          `Parameter validation failed: parameter type Number for parameter name ${name} has an invalid value`,
        )
      if (!text(parameter.Type).startsWith('AWS::SSM::Parameter::Value<')) return [name, value]
      const found = stored(value)
      if (found === undefined)
        throw validation(`Unable to fetch parameters [${value}] from parameter store for this account.`)
      return [name, found]
    }),
  )
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, Capabilities */
export function checkCapabilities({ template, capabilities }: Pick<Given, 'template' | 'capabilities'>): void {
  const needing = [
    'AWS::IAM::AccessKey',
    'AWS::IAM::Group',
    'AWS::IAM::InstanceProfile',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::IAM::User',
    'AWS::IAM::UserToGroupAddition',
  ]
  const names = ['RoleName', 'InstanceProfileName', 'ManagedPolicyName', 'UserName', 'GroupName']
  const iam = Object.values(template.Resources).filter(({ Type }) => needing.includes(text(Type)))
  if (iam.length === 0) return
  const named = iam.some(({ Properties }) => names.some((name) => record(Properties)[name] !== undefined))
  const needed = named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'
  if (capabilities.includes(needed) || capabilities.includes('CAPABILITY_NAMED_IAM')) return
  throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`)
}

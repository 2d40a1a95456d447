// Expressions of a template, resolved. One that is not known here is refused, never passed on as it stands.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

import { validation } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { isRecord, list, record, same, text, texts } from '../json.ts'
import { cidrs } from './cidr.ts'

export interface Scope {
  readonly ref: (name: string) => Json
  readonly attribute: (logicalId: string, name: string) => Json
  readonly stackOutput: (at: {
    stack: string
    output: string
    region: string | undefined
    roleArn: string | undefined
  }) => Json
  readonly condition: (name: string) => boolean
  readonly mappings: Input
  readonly zones: (region: string) => readonly string[]
}

const noValue = Symbol('AWS::NoValue')
type Resolved = Json | typeof noValue

export function resolved(value: Json, scope: Scope): Json {
  const found = resolve(value, scope)
  return found === noValue ? undefined : found
}

function resolve(value: Json, scope: Scope): Resolved {
  if (Array.isArray(value)) return value.map((it) => resolve(it, scope)).filter((it): it is Json => it !== noValue)
  if (!isRecord(value)) return value
  const [only, ...others] = Object.keys(value)
  if (only !== undefined && others.length === 0 && (only === 'Ref' || only.startsWith('Fn::')))
    return call(only, value[only], scope)
  const entries: [string, Json][] = []
  for (const [key, item] of Object.entries(value)) {
    const found = resolve(item, scope)
    if (found !== noValue && found !== undefined) entries.push([key, found])
  }
  return Object.fromEntries(entries)
}

function call(name: string, argument: Json, scope: Scope): Resolved {
  const of = (value: Json): Json => resolved(value, scope)
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? noValue : scope.ref(text(argument))
    case 'Fn::GetAtt': {
      const [id = '', ...path] = Array.isArray(argument)
        ? argument.map((it) => text(of(it)))
        : text(argument).split('.')
      return scope.attribute(id, path.join('.'))
    }
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName, Region, RoleArn } = record(of(argument))
      return scope.stackOutput({
        stack: text(StackName),
        output: text(OutputName),
        region: Region === undefined ? undefined : text(Region),
        roleArn: RoleArn === undefined ? undefined : text(RoleArn),
      })
    }
    case 'Fn::Join': {
      const [separator, parts] = list(argument)
      return list(of(parts)).map(text).join(text(separator))
    }
    case 'Fn::Select': {
      const [index, from] = list(argument)
      const items = list(of(from))
      const at = Number(of(index))
      if (!Number.isInteger(at) || at < 0 || at >= items.length)
        throw validation(`Template error: Fn::Select cannot select nonexistent value at index ${at}`)
      return items[at]
    }
    case 'Fn::Split': {
      const [separator, source] = list(argument)
      return text(of(source)).split(text(separator))
    }
    case 'Fn::Sub': {
      const [source, own] = Array.isArray(argument)
        ? [text(argument[0]), record(of(argument[1]))]
        : [text(argument), {}]
      return source.replace(/\$\{([^}]+)\}/g, (all, what: string) => {
        if (what.startsWith('!')) return `\${${what.slice(1)}}`
        const key = what.trim()
        if (own[key] !== undefined) return text(own[key])
        const [id = '', ...path] = key.split('.')
        if (all === '') return all
        return text(path.length === 0 ? scope.ref(id) : scope.attribute(id, path.join('.')))
      })
    }
    case 'Fn::Base64':
      return Buffer.from(text(of(argument))).toString('base64')
    case 'Fn::Cidr': {
      const [block, count, bits] = list(argument)
      return cidrs(text(of(block)), Number(of(count)), Number(of(bits)))
    }
    case 'Fn::GetAZs':
      return scope.zones(text(of(argument)) || text(scope.ref('AWS::Region')))
    case 'Fn::FindInMap': {
      const [map, top, second] = texts(of(argument))
      const found = record(record(scope.mappings[map ?? ''])[top ?? ''])[second ?? '']
      if (found === undefined) throw validation(`Template error: Unable to get mapping for ${map}::${top}::${second}`)
      return found
    }
    case 'Fn::If': {
      const [condition, yes, no] = list(argument)
      return resolve(scope.condition(text(condition)) ? yes : no, scope)
    }
    default:
      throw validation(`Template error: the fake does not model ${name}`)
  }
}

export function holds(value: Json, scope: Scope): boolean {
  if (!isRecord(value)) return text(value) === 'true'
  const [name = ''] = Object.keys(value)
  const argument = value[name]
  switch (name) {
    case 'Fn::Equals': {
      const [one, other] = list(argument)
      return same(resolved(one, scope), resolved(other, scope))
    }
    case 'Fn::And':
      return list(argument).every((it) => holds(it, scope))
    case 'Fn::Or':
      return list(argument).some((it) => holds(it, scope))
    case 'Fn::Not':
      return !holds(list(argument)[0], scope)
    case 'Condition':
      return scope.condition(text(argument))
    default:
      throw validation(`Template error: the fake does not model the condition ${name}`)
  }
}

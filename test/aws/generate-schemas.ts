// Writes resource-schemas.json: of the resource types that the fake models, what the published CloudFormation schemas say of them. The whole
// of those schemas takes seconds to load, so what is needed of them is kept here. Run: npx tsx test/aws/generate-schemas.ts

import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { types } from './resources/types.ts'

const require = createRequire(createRequire(import.meta.url).resolve('@aws-cdk/cloudformation-diff'))

type Reference = { readonly reference: { readonly $ref: string } }
type Type =
  | { readonly type: string; readonly element?: Type; readonly types?: readonly Type[] }
  | ({ readonly type: 'ref' } & Reference)
interface Property {
  readonly type: Type
  readonly previousTypes?: readonly Type[]
  readonly required?: boolean
  readonly causesReplacement?: 'yes' | 'no' | 'maybe'
}
interface Definition {
  readonly properties: Readonly<Record<string, Property>>
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly mustBeNestedStackUpdate?: boolean
}
interface Database {
  readonly lookup: (entity: string, index: string, op: string, value: string) => readonly Definition[]
  readonly get: (entity: string, id: string) => Definition
}

/** It comes with what compares templates: not a dependency of ours. */
const specification = ['@aws-cdk', 'aws-service-spec'].join('/')
const { loadAwsServiceSpecSync } = require(specification) as { loadAwsServiceSpecSync: () => Database }
const database = loadAwsServiceSpecSync()

/** Of a property: whether it is required, whether its change means another resource, and what is in it. */
function shape(properties: Readonly<Record<string, Property>>, above: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(properties)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, { type, previousTypes = [], required, causesReplacement }]) => {
        const found = [type, ...previousTypes].map(nested).find((it) => it !== undefined)
        const inside = found === undefined || above.includes(found.id) || above.length > 4 ? undefined : found
        return [
          name,
          {
            ...(required === true && { required }),
            ...(causesReplacement === 'yes' && { replaces: true }),
            ...(inside !== undefined && {
              ...(inside.many && { many: true }),
              properties: shape(inside.definition.properties, [...above, inside.id]),
            }),
          },
        ]
      }),
  )
}

function nested(type: Type): { id: string; definition: Definition; many: boolean } | undefined {
  if ('reference' in type) {
    const id = type.reference.$ref
    return { id, definition: database.get('typeDefinition', id), many: false }
  }
  if (type.type === 'array' && type.element !== undefined) {
    const found = nested(type.element)
    return found === undefined ? undefined : { ...found, many: true }
  }
  return undefined
}

const schemas = Object.fromEntries(
  Object.keys(types)
    .sort()
    .map((type) => {
      const [found] = database.lookup('resource', 'cloudFormationType', 'equals', type)
      if (found === undefined) throw new Error(`no schema of ${type}`)
      return [type, { attributes: Object.keys(found.attributes ?? {}).sort(), properties: shape(found.properties, []) }]
    }),
)
writeFileSync(new URL('./resource-schemas.json', import.meta.url), `${JSON.stringify(schemas, undefined, 1)}\n`)

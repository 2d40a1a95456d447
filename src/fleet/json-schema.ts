// The JSON Schema for editors, from the same zod schema that reads the files: what may be written, before any of it is transformed.
// What only a program can say (exactly one of, references, rows) stays with the reader.

import { z } from 'zod'
import { appDocument } from '../model/declaration/app.ts'
import { cluster } from '../model/declaration/cluster.ts'
import { drillDocument } from '../model/declaration/drill.ts'
import { fleetDocument, nodePool, site } from '../model/declaration/fleet.ts'
import { duration } from '../model/declaration/scalars.ts'
import type { ReferenceMeta } from './schema.ts'
import { definitionOf, targetWords } from './schema.ts'

type Json = Record<string, unknown>

/** Schemas that stand in `$defs` under their own name. */
const named = { Fleet: fleetDocument, App: appDocument, Drill: drillDocument, cluster, site, nodePool }

export function editorSchema(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    uri: (id) => `#/$defs/${id}`,
    override: ({ zodSchema, jsonSchema }) => mend(zodSchema as unknown as z.ZodType, jsonSchema as Json),
  })
  const defs: Record<string, Json> = {}
  for (const [id, schema] of Object.entries(schemas)) {
    const { $id: _, $schema: __, id: ___, ...rest } = schema as Json
    defs[id] = rest
  }
  defs.siteTemplate = template(defs.site ?? {}, defs, [])
  // a row's cluster is named like its site when the template gives no name
  defs.clusterTemplate = template(defs.cluster ?? {}, defs, ['name'])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://skerry.dev/schema/fleet.json',
    title: 'A document of skerry: a fleet, an app or a drill',
    oneOf: [{ $ref: '#/$defs/Fleet' }, { $ref: '#/$defs/App' }, { $ref: '#/$defs/Drill' }],
    $defs: defs,
  }
}

const durationPattern = (z.toJSONSchema(duration, { io: 'input' }) as Json).pattern

function mend(schema: z.ZodType, json: Json): void {
  const meta = (schema.meta() ?? {}) as ReferenceMeta & { readonly template?: string }
  for (const key of ['references', 'keyReferences', 'keyAllows', 'template']) delete json[key]
  if (meta.references !== undefined)
    json.description ??= `The name of ${/^[aeiou]/.test(targetWords[meta.references]) ? 'an' : 'a'} ${targetWords[meta.references]}`
  if (meta.template !== undefined) {
    for (const key of Object.keys(json)) if (key !== 'description') delete json[key]
    json.$ref = `#/$defs/${meta.template}Template`
  }
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
  // the model keeps seconds, a person writes them with their unit
  const { type, defaultValue } = definitionOf(schema)
  if (type === 'default' && json.pattern === durationPattern && typeof defaultValue === 'number')
    json.default = `${defaultValue}s`
}

/** The same shape, in which any scalar may be a text with a {column} in it. */
function template(json: Json, defs: Readonly<Record<string, Json>>, optional: readonly string[]): Json {
  if (typeof json.$ref === 'string') {
    const target = defs[json.$ref.replace('#/$defs/', '')]
    return target === undefined ? json : template(target, defs, [])
  }
  const out: Json = { ...json }
  if (isMap(json.properties))
    out.properties = Object.fromEntries(
      Object.entries(json.properties).map(([key, inner]) => [key, template(inner as Json, defs, [])]),
    )
  if (Array.isArray(json.required)) {
    const required = (json.required as string[]).filter((key) => !optional.includes(key))
    if (required.length > 0) out.required = required
    else delete out.required
  }
  if (isMap(json.items)) out.items = template(json.items, defs, [])
  if (isMap(json.additionalProperties)) out.additionalProperties = template(json.additionalProperties, defs, [])
  for (const key of ['anyOf', 'oneOf'])
    if (Array.isArray(json[key])) out[key] = (json[key] as Json[]).map((inner) => template(inner, defs, []))
  const scalar = typeof json.type === 'string' && !['object', 'array'].includes(json.type)
  if (!scalar && json.enum === undefined && json.const === undefined) return out
  const { description, ...rest } = out
  return {
    ...(description !== undefined && { description }),
    anyOf: [rest, { type: 'string', pattern: '\\{[^{}]+\\}' }],
  }
}

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

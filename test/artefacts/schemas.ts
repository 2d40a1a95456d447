// JSON schemas for kubeconform, closed: a field that the API does not know is an error. Made from what the engines themselves carry (the
// OpenAPI document of Kubernetes and of Karmada, the CRDs of Flux, Karmada and EKS Anywhere), never from a copy of ours.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

interface Schema {
  [key: string]: unknown
  type?: string | string[]
  properties?: Record<string, Schema>
  items?: Schema
}

/** The template of file names, as `kubeconform -schema-location` takes it; the core group goes by its version. */
export const schemaLocation = (folder: string): string =>
  `${folder}/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json`

/** Returns how many kinds there are now. */
export function schemasFromCrds(folder: string, crds: string): number {
  let amount = 0
  for (const file of filesBelow(crds)) {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const crd = document.toJS() as Crd | null
      if (crd?.kind !== 'CustomResourceDefinition') continue
      for (const { name, schema } of crd.spec.versions) {
        if (schema === undefined) continue
        write(folder, crd.spec.group, crd.spec.names.kind, name, topLevel(closed(schema.openAPIV3Schema)))
        amount += 1
      }
    }
  }
  return amount
}

interface Crd {
  readonly kind: string
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly schema?: { readonly openAPIV3Schema: Schema } }[]
  }
}

export function schemasFromOpenApi(folder: string, swagger: string, isWanted: (kind: string) => boolean): number {
  const { definitions } = JSON.parse(readFileSync(swagger, 'utf8')) as { readonly definitions: Record<string, Schema> }
  let amount = 0
  for (const definition of Object.values(definitions)) {
    const names = definition['x-kubernetes-group-version-kind'] as
      | readonly { readonly group: string; readonly version: string; readonly kind: string }[]
      | undefined
    for (const { group, version, kind } of names ?? []) {
      if (!isWanted(kind)) continue
      write(folder, group, kind, version, topLevel(closed(resolved(definition, definitions, []))))
      amount += 1
    }
  }
  return amount
}

function write(folder: string, group: string, kind: string, version: string, schema: Schema): void {
  const place = join(folder, group === '' ? version : group)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, `${kind.toLowerCase()}_${version}.json`), JSON.stringify(schema))
}

/** References put in place; one that leads back to itself is left open. */
function resolved(schema: Schema, definitions: Readonly<Record<string, Schema>>, above: readonly string[]): Schema {
  const reference = typeof schema.$ref === 'string' ? schema.$ref.replace('#/definitions/', '') : undefined
  if (reference !== undefined) {
    const target = definitions[reference]
    if (target === undefined || above.includes(reference)) return {}
    // a quantity may be written as a number too
    if (reference.endsWith('.resource.Quantity')) return { type: ['string', 'number'] }
    return resolved(target, definitions, [...above, reference])
  }
  const deeper = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(deeper)
      : typeof value === 'object' && value !== null
        ? resolved(value as Schema, definitions, above)
        : value
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, deeper(value)]))
}

function closed(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string')
    return { type: ['string', 'integer'] }
  const { format: _, nullable, ...rest } = schema
  const made: Schema = { ...rest }
  if (schema.properties !== undefined) {
    made.properties = Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, closed(value)]))
    if (schema.additionalProperties === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true)
      made.additionalProperties = false
  }
  if (schema.items !== undefined) made.items = closed(schema.items)
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null)
    made.additionalProperties = closed(schema.additionalProperties as Schema)
  if (nullable === true && typeof schema.type === 'string') made.type = [schema.type, 'null']
  return made
}

/** The metadata of a custom resource is the API server's, and not in its schema. */
function topLevel(schema: Schema): Schema {
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...schema.properties,
    },
  }
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

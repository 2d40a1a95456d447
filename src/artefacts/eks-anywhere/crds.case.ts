// The custom resource definitions of EKS Anywhere as judges of what is written, as strict as an API server that is asked to be: a field that
// the definition does not name is refused, where it does not say that it keeps unknown ones.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AnySchema, ValidateFunction } from 'ajv'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { KubernetesObject } from '../artefact.ts'

const folder = fileURLToPath(new URL('../../../../shared/data/eks-anywhere-crds/', import.meta.url))

export const hasCrds = (): boolean | string => existsSync(folder) || 'not beside the checkout'

type Schema = Readonly<Record<string, unknown>>

interface Definition {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

const judges = new Map<string, ValidateFunction>()
const schemas = new Map<string, Schema>()

function load(): void {
  if (schemas.size > 0) return
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false })
  for (const file of readdirSync(folder)) {
    const { spec } = parse(readFileSync(`${folder}${file}`, 'utf8')) as Definition
    for (const { name, schema } of spec.versions) {
      const id = `${spec.group}/${name} ${spec.names.kind}`
      schemas.set(id, schema.openAPIV3Schema)
      judges.set(id, ajv.compile(closed(schema.openAPIV3Schema) as AnySchema))
    }
  }
}

/** Faults of a document; that no definition is there is one. */
export function faultsOf(document: KubernetesObject): readonly string[] {
  load()
  const judge = judges.get(`${document.apiVersion} ${document.kind}`)
  if (judge === undefined) return [`no definition of ${document.kind}`]
  judge(document)
  return (judge.errors ?? []).map(
    ({ instancePath, message, params }) => `${document.kind}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** The names of the fields of a kind's spec. */
export function fieldsOf(kind: string): readonly string[] {
  load()
  const schema = schemas.get(`anywhere.eks.amazonaws.com/v1alpha1 ${kind}`)
  const spec = (schema?.properties as Record<string, Schema> | undefined)?.spec
  return Object.keys((spec?.properties as object | undefined) ?? {})
}

/** As a structural schema is read with strict field validation; what metadata hold is known to the API server itself. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const made: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema))
    made[key] =
      key === 'properties'
        ? Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, closed(inner)]))
        : closed(value)
  const { properties, additionalProperties } = schema as Schema
  const keepsUnknown = (schema as Schema)['x-kubernetes-preserve-unknown-fields'] === true
  if (properties !== undefined && additionalProperties === undefined && !keepsUnknown) made.additionalProperties = false
  return made
}

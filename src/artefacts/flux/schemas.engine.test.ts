// Every object of Flux against the schemas of its own controllers, unknown fields refused.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { needs } from '../../../test/needs.ts'
import { enginesOfMachine } from '../../worlds/local/binaries.ts'
import { byFlux, exampleOf, examples, madeOf, objectsIn, shops } from './files.case.ts'

const folder = enginesOfMachine(process.env).files('flux')
beforeEach(
  needs('the schemas of Flux', () => (folder !== '' && existsSync(folder)) || 'not there: skerry engines install flux'),
)

interface Definition {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly served: boolean
      readonly schema: { readonly openAPIV3Schema: object }
    }[]
  }
}

/** As strict as kubeconform -strict: what the schema does not name is refused. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema))
    if (!key.startsWith('x-') && key !== 'format') out[key] = strict(value)
  const open = (schema as Record<string, unknown>)['x-kubernetes-preserve-unknown-fields'] === true
  if (out.properties !== undefined && out.additionalProperties === undefined && !open) out.additionalProperties = false
  return out
}

function schemas(): ReadonlyMap<string, ReturnType<Ajv['compile']>> {
  const ajv = new Ajv({ strict: false, allErrors: true })
  const made = new Map<string, ReturnType<Ajv['compile']>>()
  for (const controller of readdirSync(folder)) {
    const bases = join(folder, controller, 'crd', 'bases')
    if (!existsSync(bases)) continue
    for (const file of readdirSync(bases)) {
      const { spec } = parse(readFileSync(join(bases, file), 'utf8')) as Definition
      for (const { name, served, schema } of spec.versions) {
        if (!served) continue
        const { metadata: _, ...properties } = (
          strict(schema.openAPIV3Schema) as { properties: Record<string, unknown> }
        ).properties
        made.set(
          `${spec.group}/${name} ${spec.names.kind}`,
          ajv.compile({
            type: 'object',
            additionalProperties: false,
            properties: { ...properties, metadata: { type: 'object' } },
          }),
        )
      }
    }
  }
  return made
}

test('every object of Flux is one that its controllers serve, field by field', { timeout: 300_000 }, async () => {
  const known = schemas()
  expect([...known.keys()]).toContain('kustomize.toolkit.fluxcd.io/v1 Kustomization')
  const seen = new Set<string>()
  const fleets = [
    ...(await Promise.all(examples.flatMap((name) => [exampleOf(name), byFlux(name)]))),
    madeOf(shops(60)),
  ]
  for (const { files } of fleets)
    for (const [path, text] of files) {
      // rows are parts of objects until kustomize has put in what they share
      if (!path.endsWith('.yaml') || /\/rows\/|\.sops\.yaml$|-patch\.yaml$/.test(path) || !text.includes('.fluxcd.io/'))
        continue
      for (const object of objectsIn(text)) {
        if (!object.apiVersion.includes('.fluxcd.io/')) continue
        const id = `${object.apiVersion} ${object.kind}`
        const validate = known.get(id)
        expect(validate, `${path}: ${id} is served`).toBeDefined()
        validate?.(object)
        expect(validate?.errors ?? [], `${path}: ${object.metadata.name}`).toEqual([])
        seen.add(object.kind)
      }
    }
  expect([...seen].sort()).toEqual(['GitRepository', 'HelmRelease', 'HelmRepository', 'Kustomization'])
})

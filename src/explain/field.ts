// A field of the fleet file, explained from the schema itself: what it takes, what it is when left out, what it means.

import { z } from 'zod'
import { documents } from '../model/declaration/index.ts'

export interface FieldExplanation {
  readonly path: string
  readonly document: string
  readonly about: string | undefined
  readonly type: string
  readonly required: boolean
  readonly default: unknown
  readonly allowed: readonly string[]
  readonly fields: readonly {
    readonly name: string
    readonly type: string
    readonly required: boolean
    readonly about: string | undefined
  }[]
}

type Node = { readonly [key: string]: unknown } & {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly additionalProperties?: Node | boolean
  readonly required?: readonly string[]
  readonly description?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly default?: unknown
  readonly references?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** `sites.nodePools.volumeType`, `expose.healthCheck.interval`, `App.expose`: names of lists and items are the same. */
export function explainField(path: string): FieldExplanation | undefined {
  const [first = '', ...rest] = path.replace(/\[\d*\]/g, '').split('.')
  for (const [document, schema] of Object.entries(documents)) {
    const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as unknown as Node
    const words = first === document ? rest : [first, ...rest]
    const found = find(root, words)
    if (found !== undefined && words.length > 0)
      return { path: words.join('.'), document, ...explained(found.node, found.required) }
  }
  return undefined
}

/** Paths of all fields, for suggestions. */
export function fieldPaths(): readonly string[] {
  return Object.values(documents).flatMap((schema) =>
    paths(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as unknown as Node, '', 4),
  )
}

function paths(node: Node, prefix: string, depth: number): readonly string[] {
  if (depth === 0) return []
  return Object.entries(properties(node)).flatMap(([name, child]) => [
    `${prefix}${name}`,
    ...paths(child, `${prefix}${name}.`, depth - 1),
  ])
}

function find(root: Node, words: readonly string[]): { readonly node: Node; readonly required: boolean } | undefined {
  let node = root
  let required = true
  for (const word of words) {
    const child = properties(node)[word]
    if (child === undefined) return undefined
    required = requiredOf(node).includes(word)
    node = child
  }
  return { node, required }
}

/** The object behind lists and alternatives. */
function properties(node: Node): Readonly<Record<string, Node>> {
  if (node.properties !== undefined) return node.properties
  if (node.items !== undefined) return properties(node.items)
  const alternative = [...(node.anyOf ?? []), ...(node.allOf ?? [])].find(
    (it) => Object.keys(properties(it)).length > 0,
  )
  return alternative === undefined ? {} : properties(alternative)
}

function requiredOf(node: Node): readonly string[] {
  return node.required ?? (node.items === undefined ? [] : requiredOf(node.items))
}

function explained(node: Node, required: boolean): Omit<FieldExplanation, 'path' | 'document'> {
  const inner = properties(node)
  return {
    about: node.description,
    type: typeOf(node),
    required,
    default: node.default,
    allowed: allowedOf(node),
    fields: Object.entries(inner).map(([name, child]) => ({
      name,
      type: typeOf(child),
      required: requiredOf(node).includes(name),
      about: child.description,
    })),
  }
}

function allowedOf(node: Node): readonly string[] {
  if (node.enum !== undefined) return node.enum
  if (node.const !== undefined) return [String(node.const)]
  return node.items === undefined ? [] : allowedOf(node.items)
}

function typeOf(node: Node): string {
  if (node.references !== undefined) return `name of a ${node.references}`
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`
  if (node.enum !== undefined) return node.enum.join(' | ')
  if (node.const !== undefined) return String(node.const)
  const alternatives = node.anyOf
  if (alternatives !== undefined) return alternatives.map(typeOf).join(', or ')
  if (node.properties !== undefined) return 'object'
  if (node.type === 'object' && typeof node.additionalProperties === 'object')
    return `names to ${typeOf(node.additionalProperties)}`
  const bounds =
    node.minimum !== undefined && node.maximum !== undefined && node.maximum < 1e15
      ? ` from ${node.minimum} to ${node.maximum}`
      : ''
  return `${node.type ?? 'any value'}${bounds}`
}

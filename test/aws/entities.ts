// What stands in the cloud, whoever made it: a VPC, a role, a cluster. One store for all services, so that CloudFormation, the services'
// own APIs and a hand change see the same thing.

import { createHash } from 'node:crypto'
import type { Input, Json } from './json.ts'

export interface Place {
  readonly account: string
  readonly region: string
}

export interface Entity extends Place {
  /** As CloudFormation calls it. */
  readonly type: string
  /** What Ref gives. */
  readonly id: string
  readonly arn: string | undefined
  /** As CloudFormation calls them; changed by whoever changes the thing. */
  properties: Input
  /** What Fn::GetAtt gives, and what only the cloud knows. */
  attributes: Input
  tags: Record<string, string>
  status: string
  readonly madeAt: Date
  /** Of which stack, and as what. */
  readonly owner?: { readonly stack: string; readonly logicalId: string }
  /** Stands and falls with the thing of that id: the default security group of a VPC, the instances of a group. */
  readonly of?: string
}

/** These are the same in every Region. */
const everywhere = /^AWS::(IAM|Route53)::/

export class Store {
  readonly #all = new Map<string, Entity>()
  readonly #seed: number
  #made = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  static #key = (type: string, id: string, { account, region }: Place): string =>
    `${account}/${everywhere.test(type) ? '' : region}/${type}/${id}`

  add(entity: Entity): Entity {
    this.#all.set(Store.#key(entity.type, entity.id, entity), entity)
    return entity
  }

  remove(entity: Entity): void {
    this.#all.delete(Store.#key(entity.type, entity.id, entity))
    for (const part of [...this.#all.values()])
      if (part.of === entity.id && part.account === entity.account) this.remove(part)
  }

  get(type: string, id: string, place: Place): Entity | undefined {
    return this.#all.get(Store.#key(type, id, place))
  }

  /** Of a type in an account and Region. */
  list(type: string, { account, region }: Place): readonly Entity[] {
    return [...this.#all.values()].filter(
      (it) => it.type === type && it.account === account && (everywhere.test(type) || it.region === region),
    )
  }

  all(): readonly Entity[] {
    return [...this.#all.values()]
  }

  byArn(arn: string): Entity | undefined {
    return [...this.#all.values()].find((it) => it.arn === arn)
  }

  /** Things of an account whose properties or attributes name the id. */
  naming(id: string, account: string): readonly Entity[] {
    return [...this.#all.values()].filter(
      (it) => it.account === account && it.id !== id && (names(it.properties, id) || names(it.attributes, id)),
    )
  }

  /** Letters and digits that no other call gets, the same in every run of a seed. */
  unique(length: number, alphabet = '0123456789abcdef'): string {
    this.#made += 1
    const digest = createHash('sha256').update(`${this.#seed}/${this.#made}`).digest()
    return Array.from({ length }, (_, index) => alphabet[(digest[index % 32] ?? 0) % alphabet.length]).join('')
  }

  id(prefix: string): string {
    return `${prefix}-0${this.unique(16)}`
  }
}

export function names(value: Json, id: string): boolean {
  if (typeof value === 'string') return value === id
  if (Array.isArray(value)) return value.some((it) => names(it, id))
  if (typeof value === 'object' && value !== null) return Object.values(value).some((it) => names(it, id))
  return false
}

// What the fake knows of a type of resource: what it needs to be made, its id and attributes, what its deletion needs. CloudFormation and the
// services' own APIs go the same way.

import type { Cloud } from '../cloud.ts'
import type { Entity, Place } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { tagsOf } from '../json.ts'

export interface Making extends Place {
  readonly cloud: Cloud
  readonly properties: Input
  /** A name for what is given none: `stack-Logical-ABC123`. */
  readonly nameFor: (longest: number) => string
  readonly stack?: { readonly name: string; readonly logicalId: string }
  /** The ARN of who makes it. */
  readonly by?: string
  /** For what was there before: an id that a fleet names. */
  readonly id?: string
}

export interface Made {
  readonly id: string
  readonly arn?: string
  readonly attributes?: Input
  readonly status?: string
}

export interface ResourceType {
  /** Refuses by an AwsError, or gives its id and attributes. */
  readonly make: (it: Making) => Made | Promise<Made>
  /** Once it stands: what comes with it, and what is waited for until it counts as made. */
  readonly made?: (entity: Entity, cloud: Cloud, stack?: Making['stack']) => void | Promise<void>
  /** After its properties have changed. */
  readonly changed?: (entity: Entity, cloud: Cloud, stack?: Making['stack']) => void | Promise<void>
  /** Throws when something still needs it. */
  readonly unmake?: (entity: Entity, cloud: Cloud) => void | Promise<void>
  /** The property that holds its tags, where it is not `Tags`. */
  readonly tags?: string
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>

export interface MakingOf extends Making {
  readonly type: string
  readonly tags?: Readonly<Record<string, string>>
  readonly owner?: { readonly stack: string; readonly logicalId: string }
  readonly of?: string
  /** Told the id once it is known, before the thing counts as made. */
  readonly initiated?: (id: string) => void
}

export async function make(kind: ResourceType, it: MakingOf): Promise<Entity> {
  const { cloud, type, properties } = it
  const made = await kind.make(it)
  if (cloud.store.get(type, made.id, it) !== undefined) throw new AwsError('AlreadyExists', `${made.id} already exists`)
  const entity = cloud.store.add({
    type,
    id: made.id,
    arn: made.arn,
    account: it.account,
    region: it.region,
    properties,
    attributes: made.attributes ?? {},
    tags: { ...it.tags, ...tagsOf(properties[kind.tags ?? 'Tags']) },
    status: made.status ?? 'available',
    madeAt: new Date(),
    ...(it.owner !== undefined && { owner: it.owner }),
    ...(it.of !== undefined && { of: it.of }),
  })
  it.initiated?.(entity.id)
  await kind.made?.(entity, cloud, it.stack)
  return entity
}

/** Things of those types that name the entity by its id. */
export const usersOf = (entity: Entity, cloud: Cloud, types: readonly string[]): readonly Entity[] =>
  cloud.store.naming(entity.id, entity.account).filter((it) => types.includes(it.type) && it.of !== entity.id)

export function mustExist(cloud: Cloud, type: string, id: Json, place: Place, code: string, what: string): Entity {
  const found = cloud.store.get(type, String(id), place)
  if (found === undefined) throw new AwsError(code, `The ${what} '${String(id)}' does not exist`)
  return found
}

export const dependencyViolation = (what: string, id: string): AwsError =>
  new AwsError('DependencyViolation', `The ${what} '${id}' has dependencies and cannot be deleted.`)

export const partitionArn = (service: string, { account, region }: Place, rest: string): string =>
  `arn:aws:${service}:${region}:${account}:${rest}`

export const uuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')

// What the actions of EKS have in common: which thing is meant, lists of things, making and deleting them.

import type { Call } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { tagsOf, text } from './json.ts'
import { page } from './pages.ts'
import { invalid } from './resources/cluster-parts.ts'
import { make } from './resources/resource-type.ts'
import { typeOf } from './resources/types.ts'

export function there(call: Call): Entity {
  const name = text(call.input.name)
  const found = call.cloud.store.get('AWS::EKS::Cluster', name, call)
  if (found === undefined) throw notFound(`No cluster found for name: ${name}.`)
  return found
}

const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message, 404)

export function part(call: Call, type: string, id: string, words: string): Entity {
  there(call)
  const found = call.cloud.store.get(type, id, call)
  if (found === undefined) throw notFound(words)
  return found
}

export const listed = (call: Call, type: string, of: (it: Entity) => string, name: string): Input => {
  const owner = there(call)
  const all = call.cloud.store
    .list(type, call)
    .filter((it) => it.properties.ClusterName === owner.id)
    .map(of)
  const { items, next } = page(call.cloud, all, call.input.nextToken, call.input.maxResults)
  return { [name]: items, ...(next !== undefined && { nextToken: next }) }
}

export async function makeOf(call: Call, type: string, properties: Input): Promise<Entity> {
  const kind = typeOf(type)
  if (kind === undefined) throw invalid(`no such type ${type}`)
  return make(kind, {
    cloud: call.cloud,
    type,
    account: call.account,
    region: call.region,
    properties,
    nameFor: () => '',
    tags: tagsOf(call.input.tags),
  })
}

export async function unmakeOf(call: Call, entity: Entity): Promise<void> {
  await typeOf(entity.type)?.unmake?.(entity, call.cloud)
  call.cloud.store.remove(entity)
}

// Objects put onto an API server by server-side apply, and taken off it again when the fleet has them no more. Applied again, an object
// that is as it should be stays as it is, to its resource version; one that was deleted or changed by hand is put right. What we put
// there is remembered with its uid, so that an object of the same name that somebody else made is never deleted.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import { inOrder } from '../../kube/order.ts'
import { until } from '../../kube/until.ts'
import type { Owner } from '../engine.ts'
import { writeFile } from '../folder.ts'

/** By path on the server, the uid. */
export type Delivered = Readonly<Record<string, string>>

const fileOf = (folder: string): string => join(folder, 'delivered.json')

/** By the owner of the API server. */
function readDelivered(folder: string): Readonly<Record<string, Delivered>> {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Readonly<Record<string, Delivered>>
  } catch {
    return {}
  }
}

const keyOf = ({ kind, name }: Owner): string => `${kind}/${name}`

export function deliveredTo(folder: string, owner: Owner): Delivered {
  return readDelivered(folder)[keyOf(owner)] ?? {}
}

function remember(folder: string, owner: Owner, delivered: Delivered): void {
  const all = { ...readDelivered(folder), [keyOf(owner)]: delivered }
  writeFile(fileOf(folder), `${JSON.stringify(all, null, 1)}\n`)
}

export interface Applied {
  readonly changed: number
  readonly removed: number
}

/** All that is ours on one API server: at the end there is this, and nothing more of what we once put there. */
export async function applyAll(
  folder: string,
  owner: Owner,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<Applied> {
  const before = deliveredTo(folder, owner)
  const now: Record<string, string> = {}
  let changed = 0
  const applyOne = async (object: KubeObject): Promise<void> => {
    const { path, was, is } = await taken(owner, object, async () => {
      const path = await client.pathOf(object)
      return { path, was: await client.get(path), is: await client.apply(object) }
    })
    now[path] = is.metadata.uid ?? ''
    if (was?.metadata.resourceVersion !== is.metadata.resourceVersion) changed += 1
  }
  for (const group of inOrder(objects)) {
    await Promise.all(group.map(applyOne))
    // a run that is killed here knows what it has put there
    remember(folder, owner, { ...before, ...now })
  }
  const gone = Object.entries(before).filter(([path]) => now[path] === undefined)
  const left: Record<string, string> = {}
  let removed = 0
  for (const [path, uid] of gone.reverse()) {
    // of what nobody says whether it is there the next run asks again
    const there = await client.get(path).catch(() => 'noAnswer' as const)
    if (there === 'noAnswer') left[path] = uid
    if (there === 'noAnswer' || there?.metadata.uid !== uid) continue
    await client.delete(path)
    removed += 1
  }
  remember(folder, owner, { ...left, ...now })
  return { changed, removed }
}

/** A server that is starting, or a webhook, is waited for; an object that it will never take is told at once. */
async function taken<T extends object>(
  owner: Owner,
  { kind, metadata }: KubeObject,
  send: () => Promise<T>,
): Promise<T> {
  const what = `that ${owner.name} takes the ${kind} ${metadata.name}`
  const answer = await until<T | KubeError>(what, async () => {
    try {
      return await send()
    } catch (error) {
      if (error instanceof KubeError && (error.status === 400 || error.status === 422)) return error
      throw error
    }
  })
  if (answer instanceof KubeError)
    throw new Refusal('world', `${owner.name} does not take the ${kind} ${metadata.name}`, 'its words are below', [
      { message: answer.message },
    ])
  return answer
}

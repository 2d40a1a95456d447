// Objects onto an API, and off it. Applied again, an object that is as it should be stays as it is, to its resource version; one that was
// deleted or changed by hand is put right.

import { fleetVariablesIn, withFleetValues } from '../../../artefacts/deliveries.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import { inOrder } from '../../kube/order.ts'
import type { Api } from '../ground.ts'
import type { Told } from '../work.ts'
import type { Kube } from './asking.ts'
import { asked, awaited, Denied, unfinished } from './asking.ts'
import { putOnto, remember } from './memory.ts'
import { othersIn } from './namespaces.ts'
import type { KeptThere } from './ownership.ts'
import { adoption, isOurs, isShared, keptNamespace, tellKept, withMark } from './ownership.ts'

/** With the values that only stacks know; a value that no stack has yet is refused by its name. */
export async function filled<T>({ ground }: Pick<Kube, 'ground'>, value: T): Promise<T> {
  const values = new Map<string, string>()
  for (const name of fleetVariablesIn(value)) {
    const known = await ground.valueOf(name)
    if (known === undefined)
      throw new Refusal(
        'world',
        `nothing says yet what ${name} is: the stack that knows it is not there`,
        'run this again when it is; skerry status --on real shows the stacks',
      )
    values.set(name, known)
  }
  return withFleetValues(value, (name) => values.get(name) ?? '')
}

export interface Applying {
  readonly api: Api
  /** The id of the work: what it put there before and has no more goes. */
  readonly by: string
  readonly client: KubeClient
  readonly objects: readonly KubeObject[]
}

/** Whether anything was other than it should be. What one object is refused for stops none of the others, and is told at the end. */
export async function applyAll(kube: Kube, told: Told, { api, by, client, objects }: Applying): Promise<boolean> {
  const { folder, plan } = kube.ground
  const before = putOnto(folder, api)[by] ?? {}
  const now: Record<string, string> = {}
  const refused: { readonly message: string }[] = []
  let changed = false
  for (const group of inOrder(objects)) {
    for (const object of group) {
      const what = `${api.name} takes the ${object.kind} ${object.metadata.name}`
      try {
        const { path, was, is } = await asked(kube, told, what, async () => {
          const path = await client.pathOf(object)
          const was = await client.get(path)
          if (was !== undefined && !isOurs(kube.ground, api, path, was)) {
            if (isShared(object)) return { path, was, is: undefined }
            throw foreign(kube, api, object)
          }
          return { path, was, is: await client.apply(withMark(plan, object)) }
        })
        if (is === undefined) {
          told.observe(`${object.kind} ${nameOf(object)} is there already, and used as it is`)
          continue
        }
        now[path] = is.metadata.uid ?? ''
        if (was?.metadata.resourceVersion !== is.metadata.resourceVersion) changed = true
      } catch (error) {
        // no answer to this one, none to the next
        if (!(error instanceof Denied)) throw error
        refused.push(...error.problems)
      }
    }
    // a run that is killed here knows what it has put there
    remember(folder, api, by, { ...before, ...now })
  }
  if (refused.length > 0)
    throw new Refusal(
      'world',
      `${api.name} does not take ${refused.length} of ${objects.length} objects`,
      'its words are below',
      refused,
    )
  const others = new Set(
    Object.entries(putOnto(folder, api)).flatMap(([id, put]) => (id === by ? [] : Object.keys(put))),
  )
  const gone = Object.fromEntries(
    Object.entries(before).filter(([path]) => now[path] === undefined && !others.has(path)),
  )
  if (await takeOff(kube, told, client, api, gone)) changed = true
  remember(folder, api, by, { ...(await staying(kube, told, client, gone)), ...now })
  return changed
}

const foreign = ({ ground: { plan } }: Kube, api: Api, object: KubeObject): Denied => {
  const what = `the ${object.kind} ${nameOf(object)} is there already, and not of this fleet`
  return new Denied('world', what, adoption(plan, api, object), [
    { message: `${what}; to make it this fleet’s: ${adoption(plan, api, object)}` },
  ])
}

/** Deletes what has that very uid, the last first; a namespace in which others have something stays. */
export async function takeOff(
  kube: Kube,
  told: Told,
  client: KubeClient,
  api: Api,
  put: Readonly<Record<string, string>>,
): Promise<boolean> {
  let changed = false
  const kept: KeptThere[] = []
  for (const [path, uid] of Object.entries(put).reverse())
    await asked(kube, told, `${path} is taken away`, async () => {
      const there = await client.get(path)
      if (there === undefined || there.metadata.uid !== uid || there.metadata.deletionTimestamp !== undefined) return
      const others = there.kind === 'Namespace' ? await othersIn(kube.ground, api, client, there.metadata.name, []) : []
      if (others.length > 0) {
        kept.push(keptNamespace(api, there.metadata.name, others))
        return
      }
      changed = true
      await client.delete(path)
    })
  tellKept(kube, told, api, kept)
  return changed
}

/** Of what was to be taken off, what stays: it is still remembered, and tried again. */
export async function staying(
  kube: Kube,
  told: Told,
  client: KubeClient,
  put: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    Object.entries(put).map(async ([path, uid]) => {
      const live = await asked(kube, told, `${path} is looked for`, () => client.get(path))
      return live?.metadata.uid === uid && live.metadata.deletionTimestamp === undefined ? [[path, uid] as const] : []
    }),
  )
  return Object.fromEntries(found.flat())
}

/** Deletes objects, and waits until they are gone: `holds` says for whom a finalizer is. */
export async function deleteAll(
  kube: Kube,
  told: Told,
  client: KubeClient,
  paths: readonly string[],
  { what, next }: { readonly what: string; readonly next: string },
): Promise<boolean> {
  let changed = false
  for (const path of paths)
    await asked(kube, told, `${path} is deleted`, async () => {
      const there = await client.get(path)
      if (there === undefined) return
      changed = true
      if (there.metadata.deletionTimestamp === undefined) await client.delete(path)
    })
  await awaited(kube, told, { what, seconds: kube.patience.goneSeconds, next }, async () => {
    const left: string[] = []
    for (const path of paths) {
      const there = await client.get(path)
      if (there === undefined) continue
      const finalizers = (there.metadata.finalizers ?? []) as readonly string[]
      left.push(`${there.kind} ${nameOf(there)}${finalizers.length === 0 ? '' : ` (held by ${finalizers.join(', ')})`}`)
    }
    return left.length === 0 ? true : unfinished(`${left.length} still there: ${left.slice(0, 3).join('; ')}`)
  })
  return changed
}

export const nameOf = ({ metadata }: KubeObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`

/** The path of an object, where the API knows its kind; a kind that is gone has none. */
export async function pathIfKnown(client: KubeClient, object: KubeObject): Promise<string | undefined> {
  try {
    return await client.pathOf(object)
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined
    throw error
  }
}

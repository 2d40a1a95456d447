// What an API server holds, and the rules by which it takes changes. No network in it: the server asks it, and the stand-ins for
// controllers write to it as controllers would.

import { randomUUID } from 'node:crypto'
import type { Kind } from './kinds.ts'
import { builtIn } from './kinds.ts'
import type { Fields, Json } from './merging.ts'
import { applied, isFields, merged, textOf } from './merging.ts'

export interface Meta extends Fields {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly deletionTimestamp?: string
}

export interface Held {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Meta
  readonly [field: string]: Json | undefined
}

/** An answer other than yes, as an API server words it. */
export class Refused extends Error {
  readonly status: number
  readonly reason: string
  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

export interface Where {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string
}

export type Write =
  | { readonly how: 'apply'; readonly manager: string; readonly body: Fields; readonly dryRun?: boolean }
  | { readonly how: 'merge'; readonly body: Fields }
  | { readonly how: 'put'; readonly body: Fields }

export interface Store {
  readonly kinds: () => readonly Kind[]
  readonly kindOf: (apiVersion: string, kind: string) => Kind
  readonly get: (at: Where) => Held | undefined
  readonly list: (kind: Kind, namespace?: string) => readonly Held[]
  readonly write: (at: Where, change: Write, part?: 'status') => Held
  readonly create: (at: Where, body: Fields) => Held
  readonly remove: (at: Where) => Held | undefined
  /** By kind and name, for tests and controllers: `find('Deployment', 'default', 'web')`. */
  readonly find: (kind: string, namespace: string | undefined, name: string) => Held | undefined
  readonly all: (kind: string) => readonly Held[]
  /** Server-side apply by a controller. */
  readonly apply: (object: Fields) => Held
  readonly setStatus: (object: Held, status: Fields) => void
  readonly setFinalizers: (object: Held, finalizers: readonly string[]) => void
  readonly delete: (object: Held) => void
  /** Whether a controller of the cluster lets a change in: throws a Refused. */
  admit: ((object: Held, isNew: boolean) => void) | undefined
  changed: (() => void) | undefined
}

const selectors = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

export function makeStore(now: () => Date): Store {
  const objects = new Map<string, { object: Held; applied: Record<string, Fields> }>()
  const custom = new Map<string, readonly Kind[]>()
  let version = 1

  const kinds = (): readonly Kind[] => [...builtIn, ...[...custom.values()].flat()]
  const keyOf = ({ kind, namespace, name }: Where): string =>
    `${kind.group}/${kind.plural}/${kind.namespaced ? namespace : ''}/${name}`
  const kindOf = (apiVersion: string, name: string): Kind => {
    const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion]
    const found = kinds().find((it) => it.group === group && it.version === version && it.kind === name)
    if (found === undefined) throw new Refused(404, 'NotFound', 'the server could not find the requested resource')
    return found
  }
  const whereOf = ({ apiVersion, kind, metadata }: Held): Where => ({
    kind: kindOf(apiVersion, kind),
    namespace: metadata.namespace,
    name: metadata.name,
  })
  const namespaceOf = (name: string | undefined): Held | undefined =>
    objects.get(`/namespaces//${name ?? 'default'}`)?.object

  function put(at: Where, next: Held, byManager: Record<string, Fields>): Held {
    const key = keyOf(at)
    const before = objects.get(key)?.object
    if (next.metadata.deletionTimestamp !== undefined && finalizersOf(next).length === 0) {
      objects.delete(key)
      version += 1
      if (next.kind === 'CustomResourceDefinition') forget(next)
      store.changed?.()
      return next
    }
    const { metadata, ...rest } = next
    const { metadata: was, ...restBefore } = before ?? { metadata: undefined }
    const without = ({ resourceVersion: _, generation: __, ...other }: Meta): Fields => other
    const same =
      was !== undefined && textOf(rest) === textOf(restBefore) && textOf(without(metadata)) === textOf(without(was))
    if (before !== undefined && same) {
      objects.set(key, { object: before, applied: byManager })
      return before
    }
    version += 1
    const { status: _, ...spec } = rest as Fields
    const { status: __, ...specBefore } = restBefore as Fields
    const grows = before !== undefined && textOf(spec) !== textOf(specBefore)
    const object: Held = {
      ...next,
      metadata: {
        ...metadata,
        resourceVersion: String(version),
        generation: (was?.generation ?? 1) + (grows ? 1 : 0),
      },
    }
    objects.set(key, { object, applied: byManager })
    if (object.kind === 'CustomResourceDefinition') learn(object)
    store.changed?.()
    return object
  }

  function learn(object: Held): void {
    const spec = (object.spec ?? {}) as unknown as {
      group: string
      scope: string
      names: { plural: string; kind: string }
      versions: { name: string; served: boolean; subresources?: { status?: object } }[]
    }
    custom.set(
      object.metadata.name,
      spec.versions
        .filter((it) => it.served)
        .map((it) => ({
          group: spec.group,
          version: it.name,
          plural: spec.names.plural,
          kind: spec.names.kind,
          namespaced: spec.scope === 'Namespaced',
          status: it.subresources?.status !== undefined,
        })),
    )
  }
  /** Its objects go with a kind. */
  function forget(object: Held): void {
    for (const kind of custom.get(object.metadata.name) ?? [])
      for (const key of [...objects.keys()]) if (key.startsWith(`${kind.group}/${kind.plural}/`)) objects.delete(key)
    custom.delete(object.metadata.name)
  }

  function fresh(at: Where, body: Fields): Held {
    const { kind, namespace, name } = at
    if (kind.namespaced) {
      const home = namespaceOf(namespace)
      if (home === undefined) throw new Refused(404, 'NotFound', `namespaces "${namespace}" not found`)
      if (home.metadata.deletionTimestamp !== undefined)
        throw new Refused(
          403,
          'Forbidden',
          `${kind.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        )
    }
    const given = isFields(body.metadata) ? body.metadata : {}
    const { status: _, ...rest } = body
    return {
      ...(kind.status ? rest : body),
      apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
      kind: kind.kind,
      ...(kind.kind === 'Namespace' && { spec: { finalizers: ['kubernetes'] } }),
      metadata: {
        ...given,
        name,
        ...(kind.namespaced && { namespace: namespace ?? 'default' }),
        ...(kind.kind === 'Namespace' && {
          labels: { ...(isFields(given.labels) ? given.labels : {}), 'kubernetes.io/metadata.name': name },
        }),
        uid: randomUUID(),
        creationTimestamp: now().toISOString(),
      },
    }
  }

  function valid(object: Held, before: Held | undefined): void {
    if (!selectors.has(object.kind)) return
    const spec = isFields(object.spec) ? object.spec : {}
    const refuse = (message: string) => {
      throw new Refused(422, 'Invalid', `${object.kind}.apps "${object.metadata.name}" is invalid: ${message}`)
    }
    if (!isFields(spec.selector)) refuse('spec.selector: Required value')
    const was = isFields(before?.spec) ? before.spec : undefined
    if (was !== undefined && textOf(was.selector) !== textOf(spec.selector))
      refuse('spec.selector: Invalid value: field is immutable')
    const pods = isFields(spec.template) && isFields(spec.template.spec) ? spec.template.spec : {}
    if (!Array.isArray(pods.containers) || pods.containers.length === 0)
      refuse('spec.template.spec.containers: Required value')
    for (const one of pods.containers as readonly Fields[])
      if (typeof one.image !== 'string' || one.image === '')
        refuse('spec.template.spec.containers[0].image: Required value')
  }

  const store: Store = {
    kinds,
    kindOf,
    get: (at) => objects.get(keyOf(at))?.object,
    list: (kind, namespace) =>
      [...objects.entries()]
        .filter(([key]) =>
          key.startsWith(`${kind.group}/${kind.plural}/${namespace === undefined ? '' : `${namespace}/`}`),
        )
        .map(([, { object }]) => object),
    write: (at, change, part) => {
      const held = objects.get(keyOf(at))
      if (held === undefined && (change.how !== 'apply' || part === 'status'))
        throw new Refused(404, 'NotFound', `${at.kind.plural} "${at.name}" not found`)
      const before = held?.object ?? fresh(at, { metadata: {} })
      const { apiVersion, kind, status: given, ...body } = change.body
      const own: Record<string, Fields> = { ...held?.applied }
      let next: Held
      if (part === 'status') {
        const status = change.how === 'merge' ? merged(before.status, given ?? {}) : (given ?? {})
        next = { ...before, status }
      } else {
        const stated: Fields = {
          ...(at.kind.status ? body : { ...body, ...(given !== undefined && { status: given }) }),
        }
        const { metadata, ...rest } = (change.how === 'apply'
          ? applied(before as unknown as Json, own[change.manager], stated)
          : change.how === 'merge'
            ? merged(before as unknown as Json, stated)
            : { ...stated, ...(at.kind.status && { status: before.status }) }) as unknown as Held
        // what only the server says of an object
        const { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp, name, namespace } =
          before.metadata
        const said = { uid, resourceVersion, generation, creationTimestamp, deletionTimestamp, name, namespace }
        next = {
          ...rest,
          apiVersion: before.apiVersion,
          kind: before.kind,
          metadata: {
            ...metadata,
            ...Object.fromEntries(Object.entries(said).filter(([, it]) => it !== undefined)),
          } as Meta,
        }
        if (change.how === 'apply') own[change.manager] = stated
        valid(next, held?.object)
        store.admit?.(next, held === undefined)
        if (change.how === 'apply' && change.dryRun === true) return next
      }
      return put(at, next, own)
    },
    create: (at, body) => {
      if (objects.has(keyOf(at)))
        throw new Refused(409, 'AlreadyExists', `${at.kind.plural} "${at.name}" already exists`)
      const object = fresh(at, body)
      valid(object, undefined)
      store.admit?.(object, true)
      return put(at, object, {})
    },
    remove: (at) => {
      const held = objects.get(keyOf(at))
      if (held === undefined) return undefined
      const { object } = held
      if (object.metadata.deletionTimestamp !== undefined) return object
      const going: Held = { ...object, metadata: { ...object.metadata, deletionTimestamp: now().toISOString() } }
      return put(at, going, held.applied)
    },
    find: (kind, namespace, name) =>
      [...objects.values()]
        .map(({ object }) => object)
        .find((it) => it.kind === kind && it.metadata.namespace === namespace && it.metadata.name === name),
    all: (kind) => [...objects.values()].map(({ object }) => object).filter((it) => it.kind === kind),
    apply: (object) => {
      const { apiVersion, kind, metadata } = object as unknown as Held
      const known = kindOf(apiVersion, kind)
      const at = {
        kind: known,
        namespace: known.namespaced ? (metadata.namespace ?? 'default') : undefined,
        name: metadata.name,
      }
      return store.write(at, { how: 'apply', manager: 'controller', body: object })
    },
    setStatus: (object, status) => {
      const at = whereOf(object)
      const held = objects.get(keyOf(at))
      if (held !== undefined) put(at, { ...held.object, status }, held.applied)
    },
    setFinalizers: (object, finalizers) => {
      const at = whereOf(object)
      const held = objects.get(keyOf(at))
      if (held === undefined) return
      const { finalizers: _, ...metadata } = held.object.metadata
      put(
        at,
        { ...held.object, metadata: { ...metadata, ...(finalizers.length > 0 && { finalizers }) } as Meta },
        held.applied,
      )
    },
    delete: (object) => {
      store.remove(whereOf(object))
    },
    admit: undefined,
    changed: undefined,
  }
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    store.create({ kind: kindOf('v1', 'Namespace'), namespace: undefined, name }, {})
  return store
}

/** Those that hold an object; a namespace is held by what lies in it. */
export const finalizersOf = ({ metadata, kind, spec }: Held): readonly string[] => [
  ...(Array.isArray(metadata.finalizers) ? (metadata.finalizers as readonly string[]) : []),
  ...(kind === 'Namespace' && isFields(spec) && Array.isArray(spec.finalizers)
    ? (spec.finalizers as readonly string[])
    : []),
]

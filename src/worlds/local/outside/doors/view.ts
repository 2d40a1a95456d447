// What one client of an API server knows of pods, nodes, endpoints and Ingresses: the world as it last heard of it. Kept as little as the
// doors need, since the same pod is known to several.

import type { ApiConnection, ApiServer, Patience } from '../../../kube/watch.ts'
import { connectionTo } from '../../../kube/watch.ts'
import { siteLabel } from '../../engines/kwok.ts'
import { podAnnotations } from '../../engines/stages.ts'
import { offLabel } from './config.ts'

export interface PodSeen {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly node: string | undefined
  readonly ready: boolean
  /** The kubelet's own word; the control plane writes Ready alone. */
  readonly containersReady: boolean
  readonly crashed: boolean
  readonly deleted: boolean
}

export interface NodeSeen {
  readonly name: string
  readonly site: string
  readonly ready: string
  readonly off: boolean
}

export interface SliceSeen {
  readonly namespace: string
  readonly service: string
  /** Pods, by uid, that receive traffic or not. */
  readonly endpoints: readonly { readonly uid: string; readonly name: string; readonly ready: boolean }[]
}

export interface View {
  readonly pods: ReadonlyMap<string, PodSeen>
  readonly nodes: ReadonlyMap<string, NodeSeen>
  readonly slices: ReadonlyMap<string, SliceSeen>
  /** Uids by `namespace/name`. */
  readonly ingresses: ReadonlyMap<string, string>
  /** Whether it hears of changes at present, as far as it can tell. */
  readonly inTouch: () => boolean
  /** Everything was listed once. */
  readonly whole: () => boolean
  close(): void
}

export type Watched = 'pods' | 'nodes' | 'slices' | 'ingresses'

export interface Changed {
  /** Something is not as it was; several changes at once are told once. */
  changed(): void
  /** Each word on a pod, also those that the next one overtook. */
  podHeard?(pod: PodSeen): void
  podGone?(pod: PodSeen): void
  nodeHeard?(): void
  say(line: string): void
}

const paths = {
  pods: '/api/v1/pods',
  nodes: '/api/v1/nodes',
  slices: '/apis/discovery.k8s.io/v1/endpointslices',
  ingresses: '/apis/networking.k8s.io/v1/ingresses',
} as const satisfies Record<Watched, string>

export function viewOf(server: ApiServer, patience: Patience, parts: readonly Watched[], heard: Changed): View {
  const connection: ApiConnection = connectionTo(server, patience)
  const listed = new Set<Watched>()
  const touched = new Set<Watched>()
  let pending: NodeJS.Immediate | undefined
  const changed = (): void => {
    pending ??= setImmediate(() => {
      pending = undefined
      heard.changed()
    })
  }

  function keep<Seen>(
    part: Watched,
    keyOf: (object: Kept) => string,
    read: (object: Kept) => Seen,
    gone?: (seen: Seen) => void,
    told?: (seen: Seen) => void,
  ): ReadonlyMap<string, Seen> {
    const all = new Map<string, Seen>()
    const set = (object: Kept): void => {
      const seen = read(object)
      all.set(keyOf(object), seen)
      told?.(seen)
    }
    const remove = (key: string): void => {
      const seen = all.get(key)
      if (seen === undefined) return
      all.delete(key)
      gone?.(seen)
    }
    if (parts.includes(part))
      connection.watch<Kept>(paths[part], {
        onSync: (list) => {
          const there = new Set(list.map(keyOf))
          for (const key of [...all.keys()]) if (!there.has(key)) remove(key)
          for (const object of list) set(object)
          listed.add(part)
          changed()
        },
        onObject: (type, object) => {
          if (type === 'DELETED') remove(keyOf(object))
          else set(object)
          changed()
        },
        onTouch: (inTouch) => {
          if (inTouch) touched.add(part)
          else touched.delete(part)
          changed()
        },
        onError: ({ message }) => heard.say(`port ${server.port}: ${message}`),
      })
    return all
  }

  return {
    pods: keep('pods', ({ metadata }) => metadata.uid, podSeen, heard.podGone, heard.podHeard),
    nodes: keep('nodes', ({ metadata }) => metadata.name, nodeSeen, undefined, heard.nodeHeard),
    slices: keep('slices', named, sliceSeen),
    ingresses: keep('ingresses', named, ({ metadata }) => metadata.uid),
    inTouch: () => parts.every((part) => touched.has(part)),
    whole: () => parts.every((part) => listed.has(part)),
    close: () => {
      clearImmediate(pending)
      connection.close()
    },
  }
}

// ---------------------------------------------------------------------------------------------- what is read of an object

interface Kept {
  readonly metadata: {
    readonly uid: string
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  readonly spec?: { readonly nodeName?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  readonly endpoints?: readonly Endpoint[] | null
}

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean }
  readonly targetRef?: { readonly kind?: string; readonly uid?: string; readonly name?: string }
}

const named = ({ metadata }: Kept): string => `${metadata.namespace ?? ''}/${metadata.name}`

const conditionOf = ({ status }: Kept, type: string): string | undefined =>
  status?.conditions?.find((condition) => condition.type === type)?.status

function podSeen(object: Kept): PodSeen {
  const { metadata, spec } = object
  const ready = conditionOf(object, 'Ready')
  return {
    ...{ uid: metadata.uid, name: metadata.name, namespace: metadata.namespace ?? '', labels: metadata.labels ?? {} },
    node: spec?.nodeName,
    ready: ready === 'True',
    containersReady: (conditionOf(object, 'ContainersReady') ?? ready) === 'True',
    crashed: metadata.annotations?.[podAnnotations.crashed] === 'true',
    deleted: metadata.deletionTimestamp !== undefined,
  }
}

const nodeSeen = (object: Kept): NodeSeen => ({
  name: object.metadata.name,
  site: object.metadata.labels?.[siteLabel] ?? '',
  ready: conditionOf(object, 'Ready') ?? 'Unknown',
  off: object.metadata.labels?.[offLabel] === 'true',
})

const sliceSeen = ({ metadata, endpoints }: Kept): SliceSeen => ({
  namespace: metadata.namespace ?? '',
  service: metadata.labels?.['kubernetes.io/service-name'] ?? '',
  endpoints: (endpoints ?? []).flatMap(({ conditions, targetRef }) =>
    targetRef?.uid === undefined
      ? []
      : // "a nil value should be interpreted as true" (k8s.io/api discovery/v1)
        [{ uid: targetRef.uid, name: targetRef.name ?? '', ready: conditions?.ready !== false }],
  ),
})

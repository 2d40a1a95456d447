// What faults do at API servers, as an administrator would by hand, and how each is undone. All of it may be done again over itself.

import { setTimeout as pause } from 'node:timers/promises'
import { lookup } from '../../../model/lookup.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import { objectsOf, placementOf } from '../copies.ts'
import { podAnnotations } from '../engines/stages.ts'
import { offLabel } from '../outside/doors/config.ts'
import type { Copy, Ground } from './ground.ts'
import type { Undo } from './journal.ts'

const { crashed: crashedAnnotation, release: releaseAnnotation, rebooted: rebootedAnnotation } = podAnnotations

/** Where an app's own objects are, and how they are called there; without names, all of the namespace are its own. */
export interface Whereabouts {
  readonly namespace: string
  readonly names: readonly string[]
  /** The workload that its replicas are of; undefined: every one. */
  readonly main?: string
}

export function whereaboutsOf(ground: Ground, copy: Copy): Whereabouts {
  const { namespace } = copy
  const app = lookup(ground.fleet).app(copy.app)
  const placement = app && placementOf(app, copy)
  // a chart has the namespace for itself
  if (app === undefined || placement === undefined) return { namespace, names: [] }
  const { objects, main } = objectsOf(app, placement)
  const names = objects.map(({ metadata }) => metadata.name)
  return { namespace, names, ...(main !== undefined && { main: main.metadata.name }) }
}

// ---------------------------------------------------------------------------------------------- finding

interface List {
  readonly items?: readonly KubeObject[]
}

const collections = {
  deployment: ['/apis/apps/v1', 'deployments', 'Deployment'],
  statefulSet: ['/apis/apps/v1', 'statefulsets', 'StatefulSet'],
  service: ['/api/v1', 'services', 'Service'],
  ingress: ['/apis/networking.k8s.io/v1', 'ingresses', 'Ingress'],
} as const
type Collection = keyof typeof collections

const collectionPath = (collection: Collection, namespace: string): string =>
  `${collections[collection][0]}/namespaces/${namespace}/${collections[collection][1]}`

/** With the kind, which items of a list do not say. */
async function listed(client: KubeClient, collection: Collection, where: Whereabouts): Promise<readonly KubeObject[]> {
  const [root, , kind] = collections[collection]
  const list = await client.get<List>(collectionPath(collection, where.namespace))
  return (list?.items ?? [])
    .filter(({ metadata }) => where.names.length === 0 || where.names.includes(metadata.name))
    .map((item) => ({ ...item, apiVersion: root.replace(/^\/apis?\//, ''), kind }))
}

const pathOf = ({ kind, metadata }: KubeObject): string => {
  const collection = Object.keys(collections).find((key) => collections[key as Collection][2] === kind) as Collection
  return `${collectionPath(collection, metadata.namespace ?? 'default')}/${metadata.name}`
}

export const workloadsAt = async (client: KubeClient, where: Whereabouts): Promise<readonly KubeObject[]> => [
  ...(await listed(client, 'deployment', where)),
  ...(await listed(client, 'statefulSet', where)),
]

// ---------------------------------------------------------------------------------------------- scale

export const scalePathOf = (workload: KubeObject): string => `${pathOf(workload)}/scale`

/** What undoes it, and then the deed. */
export async function scaling(
  client: KubeClient,
  cluster: string,
  where: Whereabouts,
): Promise<{ readonly undo: readonly Undo[]; readonly act: (replicas: number) => Promise<void> }> {
  const workloads = await workloadsAt(client, where.main === undefined ? where : { ...where, names: [where.main] })
  return {
    undo: workloads.map((workload) => ({
      ...{ kind: 'scale', cluster, path: scalePathOf(workload) },
      replicas: (workload.spec as { replicas?: number } | undefined)?.replicas ?? 1,
    })),
    act: async (replicas) => {
      for (const workload of workloads) await client.merge(scalePathOf(workload), { spec: { replicas } })
    },
  }
}

// ---------------------------------------------------------------------------------------------- delete

export async function deleting(
  client: KubeClient,
  cluster: string,
  where: Whereabouts,
  what: 'deployment' | 'service' | 'ingress' | 'namespace',
): Promise<{ readonly undo: readonly Undo[]; readonly act: () => Promise<void> }> {
  if (what === 'namespace') return deletingNamespace(client, cluster, where.namespace)
  const objects = what === 'deployment' ? await workloadsAt(client, where) : await listed(client, what, where)
  return {
    undo: [{ kind: 'objects', cluster, objects: objects.map(bare) }],
    act: async () => {
      for (const object of objects) await client.delete(pathOf(object))
    },
  }
}

/** Kinds that a namespace of an app may hold and that do not come by themselves, in an order in which they can be made. */
const held: readonly (readonly [root: string, plural: string, kind: string])[] = [
  ['/api/v1', 'serviceaccounts', 'ServiceAccount'],
  ['/api/v1', 'configmaps', 'ConfigMap'],
  ['/api/v1', 'secrets', 'Secret'],
  ['/api/v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'],
  ['/apis/rbac.authorization.k8s.io/v1', 'roles', 'Role'],
  ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'],
  ['/apis/networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'],
  ['/apis/policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'],
  ['/api/v1', 'services', 'Service'],
  ['/apis/networking.k8s.io/v1', 'ingresses', 'Ingress'],
  ['/apis/apps/v1', 'deployments', 'Deployment'],
  ['/apis/apps/v1', 'statefulsets', 'StatefulSet'],
  ['/apis/apps/v1', 'daemonsets', 'DaemonSet'],
  ['/apis/autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'],
]

async function deletingNamespace(client: KubeClient, cluster: string, name: string) {
  const namespace = await client.get(`/api/v1/namespaces/${name}`)
  const objects = namespace === undefined ? [] : [{ ...namespace, apiVersion: 'v1', kind: 'Namespace' }]
  for (const [root, plural, kind] of held) {
    const list = await client.get<List>(`${root}/namespaces/${name}/${plural}`)
    for (const item of list?.items ?? [])
      if (!comesByItself(kind, item.metadata))
        objects.push({ ...item, apiVersion: root.replace(/^\/apis?\//, ''), kind })
  }
  return {
    undo: [{ kind: 'objects', cluster, objects: objects.map(bare) }] as const,
    act: () => client.delete(`/api/v1/namespaces/${name}`),
  }
}

const comesByItself = (kind: string, { name, ownerReferences }: KubeObject['metadata']): boolean =>
  ownerReferences !== undefined ||
  (kind === 'ServiceAccount' && name === 'default') ||
  (kind === 'ConfigMap' && name === 'kube-root-ca.crt')

/** As somebody would write it: without what the server adds, and without addresses that it gave. */
function bare({ status: _status, ...object }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata
  const spec = object.spec as Readonly<Record<string, unknown>> | undefined
  const { clusterIP, clusterIPs: _ips, finalizers: _finalizers, ...kept } = spec ?? {}
  return {
    ...object,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
    },
    ...(spec !== undefined && { spec: clusterIP === 'None' ? { ...kept, clusterIP } : kept }),
  }
}

/** What is there already, by whomever, stays. A namespace that is on its way out is waited for. */
async function putBack(client: KubeClient, object: KubeObject): Promise<void> {
  const path = await client.pathOf(object)
  for (let attempt = 0; ; attempt += 1) {
    const there = await client.get(path)
    if (there !== undefined && there.metadata.deletionTimestamp === undefined) return
    if (there === undefined)
      try {
        await client.post(path.slice(0, path.lastIndexOf('/')), object)
        return
      } catch (error) {
        // somebody was faster, or its namespace is not quite gone
        if (!(error instanceof KubeError) || ![403, 404, 409].includes(error.status) || attempt >= attemptsMax)
          throw error
      }
    else if (attempt >= attemptsMax)
      throw new KubeError(409, `${object.kind} ${object.metadata.name} is on its way out, and stays there`)
    await pause(250)
  }
}

const attemptsMax = 120

// ---------------------------------------------------------------------------------------------- nodes, pods, templates

const nodePath = (node: string): string => `/api/v1/nodes/${node}`
const marked = (value: 'true' | null) => ({
  metadata: { labels: { [offLabel]: value }, annotations: { [offLabel]: value } },
})

/** The label takes it from the program that plays its kubelet; doors look at it, too. */
export const nodeOff = (client: KubeClient, node: string): Promise<unknown> =>
  client.merge(nodePath(node), marked('true'))

export const nodeOn = (client: KubeClient, node: string): Promise<unknown> =>
  unlessGone(client.merge(nodePath(node), marked(null)))

/** What ran on it has to be started anew, which is its kubelet's to see. */
export async function rebooted(client: KubeClient, node: string): Promise<void> {
  const pods = (await client.get<List>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`))?.items ?? []
  for (const { metadata, status } of pods)
    if ((status as { phase?: string } | undefined)?.phase === 'Running' && metadata.deletionTimestamp === undefined)
      await annotatePod(client, metadata, rebootedAnnotation, 'true')
}

/** Every pod of the app that there is now; said again of those that come later. */
export async function crash(client: KubeClient, where: Whereabouts): Promise<void> {
  for (const pod of await podsAt(client, where))
    if (annotationsOf(pod)[crashedAnnotation] !== 'true')
      await annotatePod(client, pod.metadata, crashedAnnotation, 'true')
}

async function recover(client: KubeClient, where: Whereabouts): Promise<void> {
  for (const pod of await podsAt(client, { ...where, names: [] }))
    if (annotationsOf(pod)[crashedAnnotation] !== undefined && (await isOf(client, where, pod)))
      await annotatePod(client, pod.metadata, crashedAnnotation, null)
}

const annotationsOf = ({ metadata }: KubeObject): Readonly<Record<string, string>> =>
  (metadata.annotations ?? {}) as Readonly<Record<string, string>>

const annotatePod = (
  client: KubeClient,
  { name, namespace }: KubeObject['metadata'],
  annotation: string,
  value: 'true' | null,
): Promise<unknown> =>
  unlessGone(
    client.merge(`/api/v1/namespaces/${namespace}/pods/${name}`, {
      metadata: { annotations: { [annotation]: value } },
    }),
  )

const unlessGone = (patched: Promise<unknown>): Promise<unknown> =>
  patched.catch((error: unknown) => {
    if (!(error instanceof KubeError && error.status === 404)) throw error
  })

type Labels = Readonly<Record<string, string>>

async function podsAt(client: KubeClient, where: Whereabouts): Promise<readonly KubeObject[]> {
  const pods = (await client.get<List>(`/api/v1/namespaces/${where.namespace}/pods`))?.items ?? []
  if (where.names.length === 0) return pods
  const selectors = await selectorsAt(client, where)
  return pods.filter(({ metadata }) => selectors.some((selector) => selects(selector, metadata.labels ?? {})))
}

/** A pod whose workload is gone by now is its own, too: nobody else would have marked it. */
async function isOf(client: KubeClient, where: Whereabouts, pod: KubeObject): Promise<boolean> {
  const others = (await workloadsAt(client, { ...where, names: [] })).filter(
    ({ metadata }) => where.names.length > 0 && !where.names.includes(metadata.name),
  )
  return !others.some((workload) => selects(selectorOf(workload), pod.metadata.labels ?? {}))
}

const selectorsAt = async (client: KubeClient, where: Whereabouts): Promise<readonly Labels[]> =>
  (await workloadsAt(client, where)).map(selectorOf)

const selectorOf = ({ spec }: KubeObject): Labels =>
  (spec as { selector?: { matchLabels?: Labels } } | undefined)?.selector?.matchLabels ?? {}

const selects = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value)

/** The paths of the templates, for `release`. */
export const templatesAt = async (client: KubeClient, where: Whereabouts): Promise<readonly string[]> =>
  (await workloadsAt(client, where)).map(pathOf)

export const release = (client: KubeClient, path: string, version: string | null): Promise<unknown> =>
  unlessGone(
    client.merge(path, { spec: { template: { metadata: { annotations: { [releaseAnnotation]: version } } } } }),
  )

// ---------------------------------------------------------------------------------------------- undo

/** Undefined: it is not there. */
export async function replicasAt(client: KubeClient, path: string): Promise<number | undefined> {
  const there = await client.get(path)
  // of a Scale, other than of a Deployment, nothing said is none (k8s.io/api autoscaling/v1 ScaleSpec: omitempty)
  return there === undefined ? undefined : ((there.spec as { replicas?: number } | undefined)?.replicas ?? 0)
}

/** What is as it was already, by whomever. */
export async function isUndone(client: KubeClient, undo: Undo): Promise<boolean> {
  if (undo.kind === 'scale') {
    const there = await replicasAt(client, undo.path)
    return there === undefined || there === undo.replicas
  }
  if (undo.kind !== 'objects') return false
  for (const object of undo.objects) {
    const there = await client.get(await client.pathOf(object))
    if (there === undefined || there.metadata.deletionTimestamp !== undefined) return false
  }
  return true
}

/** By that API server; undefined for what needs none. */
export function undoAt(client: KubeClient, undo: Undo): Promise<unknown> | undefined {
  switch (undo.kind) {
    case 'node':
      return nodeOn(client, undo.node)
    case 'crash':
      return recover(client, undo)
    case 'scale':
      return unlessGone(client.merge(undo.path, { spec: { replicas: undo.replicas } }))
    case 'objects':
      return inTurn(undo.objects, (object) => putBack(client, object))
    case 'release':
      return release(client, undo.path, null)
    default:
      return undefined
  }
}

async function inTurn<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) await act(item)
}

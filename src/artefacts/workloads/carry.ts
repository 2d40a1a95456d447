// The objects of an app as they go to a cluster: what its team wrote, and beside it only what the declaration asks for and nobody wrote
// down. Where a manifest says something itself, it stands.

import type { KubernetesObject } from '../artefact.ts'
import type { BundleFile } from '../bundle.ts'
import type { Asked } from './asked.ts'
import { frontObjects } from './carry-front.ts'
import type { Fields } from './fields.ts'
import { at, fieldsAt, fill, isNamespaced, isScaled, itemsAt, podPath, put, selects } from './fields.ts'

export interface Carried {
  readonly files: readonly BundleFile[]
  readonly asked: Asked
  /** The name of the copy's namespace, as the manifests know it. */
  readonly home: string
  /** The Namespace object; undefined where another app on the same cluster brings it. */
  readonly namespace: KubernetesObject | undefined
}

export function carried({ files, asked, home, namespace }: Carried): readonly BundleFile[] {
  const objects = files.flatMap((file) => file.objects)
  const main = mainWorkload(objects)
  const isHome = ({ kind, metadata }: KubernetesObject) => kind === 'Namespace' && metadata.name === home
  const changed = files.map(({ file, objects: inside }) => ({
    file,
    objects: inside.flatMap((object) =>
      isHome(object) ? (namespace ?? []) : workload(object, asked, object === main, objects),
    ),
  }))
  const kept = changed.flatMap((file) => file.objects)
  const mainNow = main === undefined ? undefined : kept.find((one) => isSame(one, main))
  const fronted = asked.front === undefined ? changed : frontObjects(changed, mainNow, asked.front)
  return [
    ...(namespace === undefined || objects.some(isHome) ? [] : [{ file: 'namespace.yaml', objects: [namespace] }]),
    ...fronted,
    ...budgets(fronted, mainNow, asked),
    ...scaler(asked, main, objects),
  ].filter((file) => file.objects.length > 0)
}

const isSame = (a: KubernetesObject, b: KubernetesObject): boolean =>
  a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace

/** The workload that the declared replicas are of: the one behind the app's Service, else the first. */
export function mainWorkload(objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  const scaled = objects.filter(isScaled)
  const behind = (service: string) => {
    const found = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service)
    return scaled.find((one) => selects(at(found, 'spec', 'selector'), one))
  }
  const ingress = objects.find(({ kind }) => kind === 'Ingress')
  const served = itemsAt(ingress, 'spec', 'rules')
    .flatMap((rule) => itemsAt(rule, 'http', 'paths'))
    .map((path) => String(at(path, 'backend', 'service', 'name')))
  const services = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)
  for (const name of [...served, ...services]) {
    const found = behind(name)
    if (found !== undefined) return found
  }
  return scaled[0]
}

function workload(
  object: KubernetesObject,
  asked: Asked,
  isMain: boolean,
  all: readonly KubernetesObject[],
): KubernetesObject {
  const pod = podPath(object)
  if (pod === undefined) return object
  const spec = [...pod, 'spec']
  let out = object
  // replicas in Git would take back at each reconciliation what an autoscaler has decided
  const follows = (isMain && asked.autoscale !== undefined) || ownScaler(all, object)
  if (follows || isMain) out = put(out, ['spec', 'replicas'], follows ? undefined : asked.replicas)
  if (asked.nodes !== undefined && object.kind !== 'DaemonSet') out = pinned(out, spec, asked.nodes, asked.knownLabels)
  if (isScaled(object) && replicasOf(out, isMain, asked) > 1 && asked.spreadOver.length > 0)
    out = spread(out, spec, asked.spreadOver)
  if (asked.tolerations !== undefined && isScaled(object)) out = tolerant(out, spec, asked.tolerations)
  if (isMain && asked.resources !== undefined) out = sized(out, spec, asked.resources)
  if (asked.keepsImages) out = keeping(out, spec)
  return out
}

/** As many as there are at least when all is well. */
const replicasOf = (object: KubernetesObject, isMain: boolean, { replicas, autoscale }: Asked): number =>
  isMain ? Math.max(replicas, autoscale?.min ?? 0) : Number(at(object, 'spec', 'replicas') ?? 1)

const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms']

/** Every term gets the site's nodes: terms are alternatives, and one without them would be a way out. */
function pinned(
  object: KubernetesObject,
  spec: readonly string[],
  { key, values }: NonNullable<Asked['nodes']>,
  known: readonly string[],
): KubernetesObject {
  const terms = itemsAt(object, ...spec, ...required)
  const selector = Object.keys(fieldsAt(object, ...spec, 'nodeSelector'))
  const says = (term: unknown) =>
    itemsAt(term, 'matchExpressions').some((one) => known.includes(String(at(one, 'key'))))
  if (selector.some((one) => known.includes(one)) || (terms.length > 0 && terms.every(says))) return object
  const here = { key, operator: 'In', values }
  const made = (terms.length === 0 ? [{}] : terms).map((term) => ({
    ...(term as Fields),
    matchExpressions: [...itemsAt(term, 'matchExpressions'), here],
  }))
  return put(object, [...spec, ...required], made)
}

/** Preferred, not required: a second node that is away must not keep the second replica from running. */
function spread(object: KubernetesObject, spec: readonly string[], over: readonly string[]): KubernetesObject {
  const says =
    itemsAt(object, ...spec, 'topologySpreadConstraints').length > 0 ||
    Object.keys(fieldsAt(object, ...spec, 'affinity', 'podAntiAffinity')).length > 0
  const labelSelector = at(object, 'spec', 'selector')
  if (says || labelSelector === undefined) return object
  const constraints = over.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector,
  }))
  return put(object, [...spec, 'topologySpreadConstraints'], constraints)
}

function tolerant(
  object: KubernetesObject,
  spec: readonly string[],
  { notReady, unreachable }: NonNullable<Asked['tolerations']>,
): KubernetesObject {
  const before = itemsAt(object, ...spec, 'tolerations')
  const wanted = [
    ['node.kubernetes.io/not-ready', notReady],
    ['node.kubernetes.io/unreachable', unreachable],
  ] as const
  const missing = wanted.flatMap(([key, tolerationSeconds]) =>
    tolerationSeconds === undefined || before.some((one) => at(one, 'key') === key)
      ? []
      : [{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
  )
  return missing.length === 0 ? object : put(object, [...spec, 'tolerations'], [...before, ...missing])
}

function eachContainer(
  object: KubernetesObject,
  spec: readonly string[],
  change: (container: Fields) => Fields,
): KubernetesObject {
  let out = object
  for (const list of ['initContainers', 'containers']) {
    const before = itemsAt(object, ...spec, list) as readonly Fields[]
    const after = before.map(change)
    if (after.some((one, index) => one !== before[index])) out = put(out, [...spec, list], after)
  }
  return out
}

/** An image that is on the node stays usable while no registry answers; left out, Kubernetes asks again for `latest` and for no tag. */
const keeping = (object: KubernetesObject, spec: readonly string[]): KubernetesObject =>
  eachContainer(object, spec, (container) => {
    const policy = at(container, 'imagePullPolicy')
    const asks = policy === 'Always' || (policy === undefined && isMoving(String(at(container, 'image') ?? '')))
    return asks ? { ...container, imagePullPolicy: 'IfNotPresent' } : container
  })

const isMoving = (image: string): boolean => !image.includes('@') && !/:(?!latest$)[\w][\w.-]*$/.test(image)

/** One container is the app; of several nobody knows which of them needs how much. */
function sized(
  object: KubernetesObject,
  spec: readonly string[],
  { cpu, memoryGiB }: NonNullable<Asked['resources']>,
): KubernetesObject {
  if (itemsAt(object, ...spec, 'containers').length !== 1) return object
  const requests = {
    ...(cpu !== undefined && { cpu: cpu % 1 === 0 ? String(cpu) : `${Math.round(cpu * 1_000)}m` }),
    ...(memoryGiB !== undefined && {
      memory: memoryGiB % 1 === 0 ? `${memoryGiB}Gi` : `${Math.round(memoryGiB * 1_024)}Mi`,
    }),
  }
  const only = itemsAt(object, ...spec, 'containers')[0] as Fields
  const after = fill(only, ['resources', 'requests'], requests)
  return after === only ? object : put(object, [...spec, 'containers'], [after])
}

/** A drain takes one pod at a time. Whoever has a budget of their own keeps it: two for one pod block every eviction. */
function budgets(
  files: readonly BundleFile[],
  main: KubernetesObject | undefined,
  asked: Asked,
): readonly BundleFile[] {
  const objects = files.flatMap((file) => file.objects)
  const own = objects.filter(({ kind }) => kind === 'PodDisruptionBudget')
  const made = objects
    .filter((one) => isScaled(one) && replicasOf(one, one === main, asked) > 1)
    .filter((one) => !own.some((budget) => selects(at(budget, 'spec', 'selector', 'matchLabels'), one)))
    .map(
      (one): KubernetesObject => ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: namedAs(one),
        spec: { maxUnavailable: 1, selector: at(one, 'spec', 'selector') },
      }),
    )
  return made.length === 0 ? [] : [{ file: 'pod-disruption-budget.yaml', objects: made }]
}

const ownScaler = (objects: readonly KubernetesObject[], { metadata }: KubernetesObject): boolean =>
  objects.some(
    (one) => one.kind === 'HorizontalPodAutoscaler' && at(one, 'spec', 'scaleTargetRef', 'name') === metadata.name,
  )

function scaler(
  { autoscale }: Asked,
  main: KubernetesObject | undefined,
  objects: readonly KubernetesObject[],
): readonly BundleFile[] {
  if (autoscale === undefined || main === undefined || ownScaler(objects, main)) return []
  const { apiVersion, kind, metadata } = main
  const scaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: namedAs(main),
    spec: {
      scaleTargetRef: { apiVersion, kind, name: metadata.name },
      minReplicas: autoscale.min,
      maxReplicas: autoscale.max,
      metrics: [cpuMetric(autoscale.cpuPercent)],
    },
  }
  return [{ file: 'horizontal-pod-autoscaler.yaml', objects: [scaler] }]
}

export const cpuMetric = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

/** Beside the workload: under its name, and in its namespace where it says one. */
const namedAs = ({ metadata: { name, namespace } }: KubernetesObject) => ({
  name,
  ...(namespace !== undefined && { namespace }),
})

/** Everything into one namespace: the objects lose theirs and the kustomization says it; those of other namespaces keep theirs. */
export function withoutNamespace(files: readonly BundleFile[], namespace: string): readonly BundleFile[] {
  return files.map(({ file, objects }) => ({
    file,
    objects: objects.map((object) =>
      isNamespaced(object) && object.metadata.namespace === namespace
        ? put(object, ['metadata', 'namespace'], undefined)
        : object,
    ),
  }))
}

/** Each that lies in a namespace and does not say in which. */
export const intoNamespace = (files: readonly BundleFile[], namespace: string): readonly BundleFile[] =>
  files.map(({ file, objects }) => ({
    file,
    objects: objects.map((object) => (isNamespaced(object) ? within(object, namespace) : object)),
  }))

/** Right after the name, where people look for it. */
function within(object: KubernetesObject, namespace: string): KubernetesObject {
  if (object.metadata.namespace !== undefined) return object
  const { name, ...rest } = object.metadata
  return { ...object, metadata: { name, namespace, ...rest } }
}

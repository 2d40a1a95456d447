// A stand-in for Flux: once its controllers run, sources are Ready at one revision, and what their folders hold is put together as kustomize
// puts it together and applied; releases of charts come to what charts.ts says. What it leaves out is in SPEC.md.

import { posix } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isOwnKind, strategicMerge } from '../../src/model/strategic-merge.ts'
import type { KubeObject } from '../../src/worlds/kube/client.ts'
import { objectsOfChart } from './charts.ts'
import type { Look } from './controllers.ts'
import { condition, fields, isTrue, put, texts } from './controllers.ts'
import { definitionOf } from './kinds.ts'
import type { Fields } from './merging.ts'
import type { Held, Meta, Store } from './store.ts'

const namespace = 'flux-system'
const controllers = ['source-controller', 'kustomize-controller', 'helm-controller'] as const
const part = { 'app.kubernetes.io/part-of': 'flux' }

/** The objects that Flux is installed by, as far as anything here depends on them. */
export const fluxComponents: readonly Fields[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: part } },
  ...(
    [
      ['source.toolkit.fluxcd.io', 'v1', 'gitrepositories', 'GitRepository'],
      ['source.toolkit.fluxcd.io', 'v1', 'helmrepositories', 'HelmRepository'],
      ['kustomize.toolkit.fluxcd.io', 'v1', 'kustomizations', 'Kustomization'],
      ['helm.toolkit.fluxcd.io', 'v2', 'helmreleases', 'HelmRelease'],
    ] as const
  ).map(([group, version, plural, kind]) => definitionOf(group, version, plural, kind)),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'crd-controller-flux-system', labels: part },
    rules: [],
  },
  ...controllers.map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: part },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'manager', image: 'stand-in.test/flux:1' }] },
      },
    },
  })),
]

export interface Repository {
  /** By path from the root of the repository. */
  files: Readonly<Record<string, string>>
  revision: string
  /** Whether a source that names a Secret is let in by what the Secret holds. */
  readonly opens?: (secret: Fields) => boolean
}

const finalizer = 'finalizers.fluxcd.io'
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as readonly Fields[]) : [])
const names = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : [])

export const fakeFlux =
  (repository: Repository): Look =>
  (store) => {
    const runs = (name: string): boolean => isTrue(store.find('Deployment', namespace, name), 'Available')
    if (runs('source-controller')) {
      for (const one of store.all('GitRepository')) source(store, one, repository)
      for (const one of store.all('HelmRepository')) index(store, one)
    }
    if (runs('kustomize-controller'))
      for (const one of store.all('Kustomization')) kustomization(store, one, repository)
    if (runs('helm-controller')) for (const one of store.all('HelmRelease')) release(store, one)
  }

const ready = (object: Held, message?: string, reason = 'Failed'): Fields => ({
  observedGeneration: object.metadata.generation ?? 1,
  conditions: [
    condition(
      'Ready',
      message === undefined ? 'True' : 'False',
      message === undefined ? 'Succeeded' : reason,
      message ?? 'Applied',
    ),
  ],
})

/** Undefined: it is going, and there is nothing to do for it. */
function held(store: Store, object: Held, letGo: () => void): Held | undefined {
  const now = names(object.metadata.finalizers)
  if (object.metadata.deletionTimestamp !== undefined) {
    if (!now.includes(finalizer)) return undefined
    letGo()
    store.setFinalizers(
      object,
      now.filter((it) => it !== finalizer),
    )
    return undefined
  }
  if (!now.includes(finalizer)) store.setFinalizers(object, [...now, finalizer])
  return store.find(object.kind, object.metadata.namespace, object.metadata.name)
}

function source(store: Store, object: Held, { revision, opens = () => true }: Repository): void {
  const one = held(store, object, () => undefined)
  if (one === undefined) return
  const wanted = fields(fields(one.spec).secretRef).name
  const secret = wanted === undefined ? undefined : store.find('Secret', namespace, String(wanted))
  if (wanted !== undefined && (secret === undefined || !opens(fields(secret.data)))) {
    put(
      store,
      one,
      ready(
        one,
        `failed to get secret '${namespace}/${String(wanted)}': secrets "${String(wanted)}" not found`,
        'AuthenticationFailed',
      ),
    )
    return
  }
  put(store, one, { ...ready(one), artifact: { revision } })
}

/** Of a registry there is no index to fetch: such a source says nothing of itself (https://fluxcd.io/flux/components/source/helmrepositories/). */
function index(store: Store, object: Held): void {
  const one = held(store, object, () => undefined)
  if (one !== undefined && fields(one.spec).type !== 'oci') put(store, one, ready(one))
}

function kustomization(store: Store, object: Held, repository: Repository): void {
  const spec = fields(object.spec)
  const inventory = list(fields(object.status).inventory)
  const one = held(store, object, () => {
    // one that is suspended leaves what it applied
    if (spec.suspend !== true && spec.prune === true) prune(store, inventory, [])
  })
  if (one === undefined || spec.suspend === true) return
  const from = store.find('GitRepository', one.metadata.namespace, String(fields(spec.sourceRef).name))
  if (from === undefined || !isTrue(from, 'Ready')) {
    put(store, one, { ...ready(one, 'Source artifact not found, retrying in 30s', 'ArtifactFailed'), inventory })
    return
  }
  for (const need of list(spec.dependsOn))
    if (!isTrue(store.find('Kustomization', one.metadata.namespace, String(need.name)), 'Ready')) {
      put(store, one, {
        ...ready(one, `dependency '${namespace}/${String(need.name)}' is not ready`, 'DependencyNotReady'),
        inventory,
      })
      return
    }
  try {
    const values = { ...valuesFrom(store, spec), ...texts(fields(spec.postBuild).substitute) }
    const objects = built(repository.files, String(spec.path).replace(/^\.\//, '')).map((it) =>
      substituted(it, values, spec.postBuild !== undefined),
    )
    const made = [...objects].sort((a, b) => rank(a) - rank(b)).map((it) => store.apply(marked(it, one)))
    const now = made.map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    }))
    if (spec.prune === true) prune(store, inventory, now)
    const waited = spec.wait === true ? made.find((it) => !isHealthy(store, it)) : undefined
    put(store, one, {
      ...(waited === undefined
        ? ready(one)
        : ready(
            one,
            `timeout waiting for: [${waited.kind}/${waited.metadata.name} status: 'InProgress']`,
            'HealthCheckFailed',
          )),
      inventory: now,
      ...(waited === undefined
        ? { lastAppliedRevision: repository.revision }
        : fields(one.status).lastAppliedRevision !== undefined && {
            lastAppliedRevision: fields(one.status).lastAppliedRevision,
          }),
    })
  } catch (error) {
    put(store, one, { ...ready(one, error instanceof Error ? error.message : String(error), 'BuildFailed'), inventory })
  }
}

/** As everything that a Kustomization applies: https://fluxcd.io/flux/components/kustomize/kustomizations/ */
function marked(object: Fields, { metadata }: Held): Fields {
  const own = fields(object.metadata)
  const labels = {
    ...fields(own.labels),
    'kustomize.toolkit.fluxcd.io/name': metadata.name,
    'kustomize.toolkit.fluxcd.io/namespace': namespace,
  }
  return { ...object, metadata: { ...own, labels } }
}

const rank = ({ kind }: Fields): number => (kind === 'Namespace' || kind === 'CustomResourceDefinition' ? 0 : 1)

function isHealthy(store: Store, { kind, metadata }: Held): boolean {
  const live = store.find(kind, metadata.namespace, metadata.name)
  if (kind === 'Deployment') return isTrue(live, 'Available')
  return (kind !== 'HelmRelease' && kind !== 'Cluster') || isTrue(live, 'Ready')
}

function prune(store: Store, before: readonly Fields[], now: readonly Fields[]): void {
  const key = (it: Fields): string => `${String(it.kind)} ${String(it.namespace ?? '')} ${String(it.name)}`
  const kept = new Set(now.map(key))
  for (const it of before) {
    const gone = kept.has(key(it))
      ? undefined
      : store.find(String(it.kind), it.namespace as string | undefined, String(it.name))
    if (gone !== undefined && texts(gone.metadata.annotations)['kustomize.toolkit.fluxcd.io/prune'] !== 'disabled')
      store.delete(gone)
  }
}

function valuesFrom(store: Store, spec: Fields): Readonly<Record<string, string>> {
  let values: Readonly<Record<string, string>> = {}
  for (const from of list(fields(spec.postBuild).substituteFrom)) {
    const map = store.find(String(from.kind), namespace, String(from.name))
    if (map === undefined && from.optional !== true)
      throw new Error(`substitute from 'ConfigMap/${String(from.name)}' error: not found`)
    values = { ...values, ...texts(map?.data) }
  }
  return values
}

function substituted(object: Fields, values: Readonly<Record<string, string>>, isOn: boolean): Fields {
  if (!isOn) return object
  const text = JSON.stringify(object).replaceAll(
    /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (all, escaped: string, name: string) => {
      if (escaped !== '') return all.slice(1)
      const value = values[name]
      if (value === undefined) throw new Error(`variable not set (strict mode): "${name}"`)
      return JSON.stringify(value).slice(1, -1)
    },
  )
  return JSON.parse(text) as Fields
}

/** kustomization.yaml with resources, patches by path and a namespace; a folder without one is all of its YAML. */
function built(files: Repository['files'], folder: string): readonly Fields[] {
  const file = files[`${folder}/kustomization.yaml`]
  if (file === undefined) throw new Error(`kustomization path not found: stat ${folder}: no such file or directory`)
  const [wanted = {}] = documents(file)
  const resources = names(wanted.resources).flatMap((name) => {
    const path = posix.normalize(posix.join(folder, name))
    const text = files[path]
    return text === undefined ? built(files, path) : documents(text)
  })
  const patches = list(wanted.patches).flatMap(({ path }) =>
    documents(files[posix.normalize(posix.join(folder, String(path)))] ?? ''),
  )
  const merged = resources.map((resource) =>
    patches
      .filter((patch) => patch.kind === resource.kind && fields(patch.metadata).name === fields(resource.metadata).name)
      .reduce<Fields>(
        (made, patch) =>
          strategicMerge(
            made as unknown as KubeObject,
            patch as unknown as KubeObject,
            isOwnKind(String(resource.apiVersion)),
          ) as unknown as Fields,
        resource,
      ),
  )
  const { namespace: home } = wanted
  if (typeof home !== 'string') return merged
  return merged.map((it) =>
    it.kind === 'Namespace'
      ? { ...it, metadata: { ...fields(it.metadata), name: home } }
      : { ...it, metadata: { ...fields(it.metadata), namespace: home } as unknown as Meta },
  )
}

const documents = (text: string): readonly Fields[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Fields | null)
    .filter((it) => it !== null)

function release(store: Store, object: Held): void {
  const spec = fields(object.spec)
  const chart = fields(fields(spec.chart).spec)
  const home = object.metadata.namespace ?? 'default'
  const made = {
    name: String(spec.releaseName ?? object.metadata.name),
    namespace: home,
    chart: String(chart.chart),
    version: String(chart.version),
    values: fields(spec.values),
  }
  const one = held(store, object, () => {
    for (const it of [...objectsOfChart(made)].reverse()) {
      const { kind, metadata } = it as unknown as Held
      const there = store.find(kind, metadata.namespace, metadata.name)
      if (kind !== 'CustomResourceDefinition' && there !== undefined) store.delete(there)
    }
  })
  if (one === undefined) return
  try {
    const objects = objectsOfChart(made).map((it) => store.apply(it))
    const waited = objects.find((it) => it.kind === 'Deployment' && !isHealthy(store, it))
    put(
      store,
      one,
      waited === undefined
        ? ready(one)
        : ready(one, `Helm install failed: ${waited.metadata.name}: context deadline exceeded`, 'InstallFailed'),
    )
  } catch (error) {
    put(store, one, ready(one, error instanceof Error ? error.message : String(error), 'InstallFailed'))
  }
}

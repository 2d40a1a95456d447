// A stand-in for Karmada: once its chart runs on the host, another API begins, whose kubeconfig lies in the Secret that the chart makes.
// There clusters become members, and what policies choose is put onto them. What it leaves out is in SPEC.md.

import { writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { kubeClientAt } from '../../src/worlds/kube/client.ts'
import type { Look } from './controllers.ts'
import { condition, fields, isTrue, put, texts } from './controllers.ts'
import { definitionOf } from './kinds.ts'
import type { FakeKubernetes } from './kubernetes.ts'
import { startKubernetes } from './kubernetes.ts'
import type { Fields } from './merging.ts'
import type { Held, Meta, Store } from './store.ts'

export interface KarmadaOptions {
  /** Clusters that may become members. */
  readonly members: () => readonly FakeKubernetes[]
  /** The federation, and a kubeconfig that is written with a context of that name: the name of its load balancer leads nowhere here. */
  readonly name: string
  readonly kubeconfig?: string
}

export interface FakeKarmada {
  /** For `engines` of the host. */
  readonly engine: Look
  readonly api: () => FakeKubernetes | undefined
  readonly stop: () => Promise<void>
}

const namespace = 'karmada-system'

export function fakeKarmada({ members, name, kubeconfig }: KarmadaOptions): FakeKarmada {
  let api: FakeKubernetes | undefined
  let release: string | undefined

  const engine: Look = async (store) => {
    const server = store.find('Deployment', namespace, 'karmada-apiserver')
    if (api !== undefined && server?.metadata.uid !== release) {
      await api.stop()
      api = undefined
    }
    if (api !== undefined || !isTrue(server, 'Available')) return
    release = server?.metadata.uid
    const hosts = JSON.parse(
      String(texts(store.find('ConfigMap', namespace, 'karmada-certs-hosts')?.data).hosts ?? '[]'),
    ) as readonly string[]
    const started = await startKubernetes({
      name: 'karmada',
      hosts: hosts.filter((host) => /^[a-z0-9*.-]+$/i.test(host) && !/^[\d.]+$/.test(host)),
      bare: true,
      mayAsk: () => false,
      engines: [controllerOf(members)],
    })
    api = started
    for (const kind of kinds) started.store.apply(kind)
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const configOf = (server: string, context: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        contexts: [{ name: context, context: { cluster: 'karmada', user: 'karmada' } }],
        clusters: [{ name: 'karmada', cluster: { server, 'certificate-authority-data': base64(started.ca) } }],
        users: [
          {
            name: 'karmada',
            user: {
              'client-certificate-data': base64(started.admin.cert),
              'client-key-data': base64(started.admin.key),
            },
          },
        ],
      })
    // the chart names it as it is called inside of the host
    const inside = 'https://karmada-apiserver.karmada-system.svc.cluster.local:5443'
    if (kubeconfig !== undefined) writeFileSync(kubeconfig, configOf(started.endpoint, name), { mode: 0o600 })
    store.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'karmada-kubeconfig', namespace },
      data: { kubeconfig: base64(configOf(inside, 'karmada')) },
    })
    for (const member of members()) member.onChange(started.look)
  }
  return {
    engine,
    api: () => api,
    stop: async () => {
      await api?.stop()
    },
  }
}

const kinds: readonly Fields[] = [
  definitionOf('cluster.karmada.io', 'v1alpha1', 'clusters', 'Cluster', false),
  definitionOf('policy.karmada.io', 'v1alpha1', 'propagationpolicies', 'PropagationPolicy'),
  definitionOf('policy.karmada.io', 'v1alpha1', 'clusterpropagationpolicies', 'ClusterPropagationPolicy', false),
  definitionOf('policy.karmada.io', 'v1alpha1', 'overridepolicies', 'OverridePolicy'),
  definitionOf('policy.karmada.io', 'v1alpha1', 'clusteroverridepolicies', 'ClusterOverridePolicy', false),
  definitionOf('policy.karmada.io', 'v1alpha1', 'clustertaintpolicies', 'ClusterTaintPolicy', false),
  definitionOf('autoscaling.karmada.io', 'v1alpha1', 'federatedhpas', 'FederatedHPA'),
  definitionOf('autoscaling.karmada.io', 'v1alpha1', 'cronfederatedhpas', 'CronFederatedHPA'),
  definitionOf('work.karmada.io', 'v1alpha2', 'resourcebindings', 'ResourceBinding'),
  definitionOf('work.karmada.io', 'v1alpha2', 'clusterresourcebindings', 'ClusterResourceBinding', false),
  definitionOf('work.karmada.io', 'v1alpha1', 'works', 'Work'),
]

const finalizer = 'karmada.io/cluster-controller'
const names = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : [])
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as readonly Fields[]) : [])

function controllerOf(members: () => readonly FakeKubernetes[]): Look {
  const known = new Map<string, boolean>()
  /** By what is carried, the members that have a copy. */
  const copies = new Map<string, { readonly object: Held; readonly on: Set<string> }>()
  const joined = new Map<string, FakeKubernetes>()

  async function look(store: Store): Promise<void> {
    agents(store)
    for (const cluster of store.all('Cluster')) await member(store, cluster)
    carry(store)
  }

  const registered = new Set<string>()
  /** An agent that runs and has a way registers its cluster, once as it starts. */
  function agents(store: Store): void {
    for (const one of members()) {
      const agent = one.find('Deployment', namespace, 'karmada-agent')
      const way = one.find('Secret', namespace, 'karmada-agent-config')
      if (!isTrue(agent, 'Available') || way === undefined) continue
      const pod = fields(fields(fields(agent?.spec).template).spec)
      const flags = names(list(pod.containers)[0]?.command)
      const name = flags.find((it) => it.startsWith('--cluster-name='))?.slice('--cluster-name='.length)
      const config = parse(Buffer.from(String(texts(way.data)['karmada.config']), 'base64').toString()) as {
        clusters?: unknown[]
      } | null
      if (name === undefined || config?.clusters === undefined) continue
      const started = agent?.metadata.uid ?? ''
      if (registered.has(started)) continue
      registered.add(started)
      joined.set(name, one)
      if (store.find('Cluster', undefined, name) === undefined)
        store.apply({
          apiVersion: 'cluster.karmada.io/v1alpha1',
          kind: 'Cluster',
          metadata: { name },
          spec: { syncMode: 'Pull' },
        })
    }
  }

  async function member(store: Store, cluster: Held): Promise<void> {
    const { name, deletionTimestamp } = cluster.metadata
    const finalizers = names(cluster.metadata.finalizers)
    if (deletionTimestamp !== undefined) {
      for (const { object, on } of copies.values()) if (on.delete(name)) takeFrom(joined.get(name), object)
      joined.delete(name)
      store.setFinalizers(
        cluster,
        finalizers.filter((it) => it !== finalizer),
      )
      return
    }
    if (!finalizers.includes(finalizer)) store.setFinalizers(cluster, [...finalizers, finalizer])
    store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `karmada-es-${name}` } })
    const spec = fields(cluster.spec)
    const why =
      spec.syncMode === 'Pull'
        ? joined.has(name)
          ? undefined
          : 'its agent is not heard'
        : await reached(store, cluster)
    const now = store.find('Cluster', undefined, name)
    if (now === undefined || now.metadata.deletionTimestamp !== undefined) return
    put(store, now, {
      conditions: [
        condition(
          'Ready',
          why === undefined ? 'True' : 'False',
          why === undefined ? 'ClusterReady' : 'ClusterNotReachable',
          why ?? 'cluster is healthy and ready to accept workloads',
        ),
      ],
      ...(why === undefined && {
        apiEnablements: [{ groupVersion: 'apps/v1', resources: [{ kind: 'Deployment', name: 'deployments' }] }],
      }),
    })
  }

  /** By the token and the certificate that it was given, as Karmada would ask. */
  async function reached(store: Store, cluster: Held): Promise<string | undefined> {
    const spec = fields(cluster.spec)
    const secret = store.find('Secret', 'karmada-cluster', String(fields(spec.secretRef).name))
    const data = texts(secret?.data)
    if (data.token === undefined || data.caBundle === undefined) return 'there is no Secret with its token'
    const url = String(spec.apiEndpoint)
    const key = `${url} ${data.token} ${data.caBundle}`
    const one = members().find(({ endpoint }) => endpoint === url)
    if (!known.get(key)) {
      const plain = (text: string): string => Buffer.from(text, 'base64').toString()
      const token = plain(data.token)
      const client = kubeClientAt({ url, ca: plain(data.caBundle), token: async () => token }, 2_000)
      try {
        await client.get('/api/v1/namespaces/kube-system')
        known.set(key, true)
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      } finally {
        client.close()
      }
    }
    if (one !== undefined) joined.set(cluster.metadata.name, one)
    return undefined
  }

  function carry(store: Store): void {
    const wanted = new Map<
      string,
      {
        object: Held
        on: Map<string, number | undefined>
        kept: boolean
        suspended: readonly string[]
        policy: string
      }
    >()
    for (const policy of [...store.all('PropagationPolicy'), ...store.all('ClusterPropagationPolicy')]) {
      if (policy.metadata.deletionTimestamp !== undefined) continue
      const spec = fields(policy.spec)
      const suspended = names(fields(fields(spec.suspension).dispatchingOnClusters).clusterNames)
      for (const selector of list(spec.resourceSelectors)) {
        const home =
          policy.kind === 'PropagationPolicy' ? policy.metadata.namespace : (selector.namespace as string | undefined)
        const object = store.find(String(selector.kind), home, String(selector.name))
        if (object === undefined || object.metadata.deletionTimestamp !== undefined) continue
        wanted.set(keyOf(object), {
          object,
          on: chosen(store, spec, object),
          kept: spec.preserveResourcesOnDeletion === true,
          suspended,
          policy: policy.metadata.name,
        })
      }
    }
    for (const [key, { object, on, suspended, policy }] of wanted) {
      const there = copies.get(key)?.on ?? new Set<string>()
      copies.set(key, { object, on: there })
      for (const [name, replicas] of on) {
        const one = joined.get(name)
        if (one === undefined || suspended.includes(name)) continue
        putOnto(one, overridden(store, object, name), replicas)
        there.add(name)
      }
      for (const name of [...there]) if (!on.has(name) && there.delete(name)) takeFrom(joined.get(name), object)
      bind(store, object, { on, suspended, policy }, there)
    }
    for (const [key, { object, on }] of copies) {
      if (wanted.has(key)) continue
      copies.delete(key)
      if (object.kind !== 'Namespace') for (const name of on) takeFrom(joined.get(name), object)
      const binding = store.find('ResourceBinding', object.metadata.namespace, bindingName(object))
      if (binding !== undefined) store.delete(binding)
    }
  }

  function bind(
    store: Store,
    object: Held,
    {
      on,
      suspended,
      policy,
    }: {
      readonly on: ReadonlyMap<string, number | undefined>
      readonly suspended: readonly string[]
      readonly policy: string
    },
    there: ReadonlySet<string>,
  ): void {
    if (object.metadata.namespace === undefined) return
    const workload = object.kind === 'Deployment' || object.kind === 'StatefulSet'
    const whole = workload ? Number(fields(object.spec).replicas ?? 1) : undefined
    const made = store.apply({
      apiVersion: 'work.karmada.io/v1alpha2',
      kind: 'ResourceBinding',
      metadata: {
        name: bindingName(object),
        namespace: object.metadata.namespace,
        annotations: { 'propagationpolicy.karmada.io/name': policy },
      },
      spec: {
        ...(whole !== undefined && { replicas: whole }),
        resource: {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name: object.metadata.name,
          namespace: object.metadata.namespace,
        },
        // of what is duplicated, each has as many as the template says
        clusters: [...on].map(([name, own]) => {
          const replicas = own ?? whole
          return { name, ...(replicas !== undefined && { replicas }) }
        }),
        ...(suspended.length > 0 && { suspension: { dispatchingOnClusters: { clusterNames: [...suspended] } } }),
      },
    })
    const gathered = [...there].map((name) => {
      const live = joined.get(name)?.find(object.kind, object.metadata.namespace, object.metadata.name)
      const ready = Number(fields(live?.status).readyReplicas ?? 0)
      const healthy = !workload || (live !== undefined && ready >= Number(fields(live.spec).replicas ?? 1))
      return {
        clusterName: name,
        applied: live !== undefined,
        health: healthy ? 'Healthy' : 'Unhealthy',
        status: { readyReplicas: ready },
      }
    })
    put(store, made, {
      aggregatedStatus: gathered,
      conditions: [condition('Scheduled', on.size > 0 ? 'True' : 'False', 'Success')],
    })
    const template = store.find(object.kind, object.metadata.namespace, object.metadata.name)
    if (workload && template !== undefined)
      put(store, template, {
        observedGeneration: template.metadata.generation ?? 1,
        readyReplicas: gathered.reduce((sum, { status }) => sum + status.readyReplicas, 0),
      })
  }

  return look
}

const keyOf = ({ kind, metadata }: Held): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
const bindingName = ({ kind, metadata }: Held): string => `${metadata.name}-${kind.toLowerCase()}`

/** The members that a placement names, with replicas where they are divided: evenly, or by fixed weights. */
function chosen(store: Store, spec: Fields, object: Held): Map<string, number | undefined> {
  const placement = fields(spec.placement)
  const affinity = fields(placement.clusterAffinity ?? list(placement.clusterAffinities)[0])
  const wanted = names(affinity.clusterNames)
  const labels = Object.entries(texts(fields(affinity.labelSelector).matchLabels))
  const out = names(affinity.exclude)
  const fit = store
    .all('Cluster')
    .filter(
      (it) =>
        isTrue(it, 'Ready') &&
        !out.includes(it.metadata.name) &&
        (wanted.length === 0 || wanted.includes(it.metadata.name)) &&
        labels.every(([key, value]) => texts(it.metadata.labels)[key] === value),
    )
    .map(({ metadata }) => metadata.name)
    .sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b))
  const scheduling = fields(placement.replicaScheduling)
  const replicas = fields(object.spec).replicas
  if (scheduling.replicaSchedulingType !== 'Divided' || replicas === undefined)
    return new Map(fit.map((name) => [name, undefined]))
  const weights = list(fields(scheduling.weightPreference).staticWeightList)
  const weightOf = (name: string): number =>
    weights.length === 0
      ? 1
      : Number(weights.find((it) => names(fields(it.targetCluster).clusterNames).includes(name))?.weight ?? 0)
  const total = fit.reduce((sum, name) => sum + weightOf(name), 0)
  let left = Number(replicas)
  const divided = fit.map((name) => {
    const own = total === 0 ? 0 : Math.floor((Number(replicas) * weightOf(name)) / total)
    left -= own
    return [name, own] as [string, number]
  })
  for (const one of divided)
    if (left > 0 && weightOf(one[0]) > 0) {
      one[1] += 1
      left -= 1
    }
  return new Map(divided.filter(([, own]) => own > 0))
}

/** Annotations only; images and labels stay as the template has them. */
function overridden(store: Store, object: Held, cluster: string): Held {
  let annotations = texts(object.metadata.annotations)
  for (const policy of store.all('OverridePolicy')) {
    const spec = fields(policy.spec)
    const isMeant = list(spec.resourceSelectors).some(
      (it) => it.kind === object.kind && it.name === object.metadata.name,
    )
    if (!isMeant || policy.metadata.namespace !== object.metadata.namespace) continue
    for (const rule of list(spec.overrideRules)) {
      if (!names(fields(rule.targetCluster).clusterNames).includes(cluster)) continue
      for (const one of list(fields(rule.overriders).annotationsOverrider))
        annotations = { ...annotations, ...texts(one.value) }
    }
  }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function putOnto(one: FakeKubernetes, object: Held, replicas: number | undefined): void {
  const { metadata, status: _, ...rest } = object
  const { name, namespace: home, labels, annotations } = metadata
  if (home !== undefined && one.find('Namespace', undefined, home) === undefined)
    one.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } })
  const spec = fields(object.spec)
  try {
    one.store.apply({
      ...rest,
      metadata: {
        name,
        ...(home !== undefined && { namespace: home }),
        labels: { ...texts(labels), 'karmada.io/managed': 'true' },
        ...(annotations !== undefined && { annotations }),
      } as unknown as Meta,
      ...(replicas !== undefined && { spec: { ...spec, replicas } }),
    })
  } catch {
    // refused by the member: its webhook is not up yet, and it is tried again
  }
}

function takeFrom(one: FakeKubernetes | undefined, { kind, metadata }: Held): void {
  const copy = one?.find(kind, metadata.namespace, metadata.name)
  if (copy !== undefined && texts(copy.metadata.labels)['karmada.io/managed'] === 'true') one?.store.delete(copy)
}

// A stand-in for the controller of EKS Anywhere: it walks a Cluster through the conditions that the real one documents, over the Kubernetes
// API alone, so that it stands beside an API in this process as well as beside a real one. What it models is in SPEC.md.

import { setTimeout as pause } from 'node:timers/promises'
import { anywhereApi } from '../../src/artefacts/eks-anywhere/api.ts'
import { at, itemsAt } from '../../src/artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { KubeError } from '../../src/worlds/kube/client.ts'
import type { Condition, Machines } from './status.ts'
import { conditionsOf, controlPlaneOf, workersOf } from './status.ts'

export interface ControllerOptions {
  readonly client: KubeClient
  /** Between two looks: in each, a cluster comes on by one machine. */
  readonly everyMs?: number
  /** What its Secret holds, once the control plane is initialized. */
  readonly kubeconfigOf?: (cluster: string) => string
}

export interface Failure {
  readonly reason: string
  readonly message: string
}

export interface Controller {
  /** Told as the controller tells it, and its cluster comes no further; undefined: it goes on. */
  readonly fail: (cluster: string, failure: Failure | undefined) => void
  /** No further machine of that part becomes ready. */
  readonly stall: (cluster: string, part: 'controlPlane' | 'workers' | undefined) => void
  /** It does not look at all: a controller that is away. */
  readonly rest: (on: boolean) => void
  /** Machines that do not go: the finalizer stays. */
  readonly keep: (cluster: string, on: boolean) => void
  readonly stop: () => Promise<void>
}

export const finalizer = 'clusters.anywhere.eks.amazonaws.com/finalizer'
const root = `/apis/${anywhereApi}/namespaces/default`

export function startController({ client, everyMs = 5, kubeconfigOf }: ControllerOptions): Controller {
  const machines = new Map<string, Machines>()
  const failures = new Map<string, Failure>()
  const stalled = new Map<string, 'controlPlane' | 'workers'>()
  const kept = new Set<string>()
  let resting = false
  let stopped = false

  async function look(): Promise<void> {
    const found = await client.get<{ readonly items: readonly KubeObject[] }>(`${root}/clusters`)
    const all = found?.items ?? []
    const names = new Set(all.map(({ metadata }) => metadata.name))
    for (const cluster of all) {
      if (at(cluster, 'spec', 'managementCluster', 'name') === cluster.metadata.name) continue
      try {
        await one(cluster, names)
      } catch (error) {
        // another write came between, or the cluster went: looked at again
        if (!(error instanceof KubeError)) throw error
      }
    }
  }

  async function one(cluster: KubeObject, names: ReadonlySet<string>): Promise<void> {
    const { name } = cluster.metadata
    const path = `${root}/clusters/${name}`
    if (annotations(cluster)['anywhere.eks.amazonaws.com/paused'] !== undefined) return
    if (cluster.metadata.deletionTimestamp !== undefined) return gone(cluster, path)
    const finalizers = (cluster.metadata.finalizers ?? []) as readonly string[]
    if (!finalizers.includes(finalizer))
      await client.merge(path, { metadata: { finalizers: [...finalizers, finalizer] } })

    const children = await childrenOf(cluster)
    const manager = String(at(cluster, 'spec', 'managementCluster', 'name'))
    const missing = children.find(({ object }) => object === undefined)
    const failure =
      missing !== undefined
        ? {
            reason: 'MissingDependentObjects',
            message: `Dependent cluster objects don't exist: ${missing.path.split('/').at(-2)} "${missing.path.split('/').at(-1)}" not found`,
          }
        : !names.has(manager)
          ? { reason: 'ManagementClusterRefInvalid', message: `Management cluster ${manager} does not exist` }
          : failures.get(name)
    if (failure !== undefined) {
      await status(path, cluster, { failureReason: failure.reason, failureMessage: failure.message })
      return
    }
    for (const { path: of, object } of children)
      if (object?.metadata.ownerReferences === undefined)
        await client.merge(of, {
          metadata: {
            ownerReferences: [{ apiVersion: anywhereApi, kind: 'Cluster', name, uid: cluster.metadata.uid }],
          },
        })
    const own = cameOn(
      cluster,
      children.map(({ object }) => JSON.stringify(object?.spec)),
    )
    const conditions = conditionsOf(cluster, own)
    if (conditions.some(({ type, status: is }) => type === 'ControlPlaneInitialized' && is === 'True'))
      await kubeconfig(name)
    await status(path, cluster, {
      failureReason: null,
      failureMessage: null,
      conditions: dated(cluster, conditions),
      observedGeneration: cluster.metadata.generation,
    })
  }

  /** One machine further. */
  function cameOn(cluster: KubeObject, children: readonly string[]): Machines {
    const { name } = cluster.metadata
    const shape = JSON.stringify([
      at(cluster, 'spec', 'kubernetesVersion'),
      at(cluster, 'spec', 'eksaVersion'),
      ...children,
    ])
    const own = machines.get(name)
    if (own === undefined) {
      const fresh = { shape, controlPlane: 0, workers: 0, outdatedControlPlane: 0, outdatedWorkers: 0, etcd: false }
      machines.set(name, fresh)
      return fresh
    }
    if (own.shape !== shape) {
      machines.set(name, {
        ...own,
        shape,
        controlPlane: 0,
        workers: 0,
        outdatedControlPlane: own.controlPlane,
        outdatedWorkers: own.workers,
      })
      return machines.get(name) ?? own
    }
    const stuck = stalled.get(name)
    const wanted = { controlPlane: controlPlaneOf(cluster), workers: workersOf(cluster) }
    if (!own.etcd) own.etcd = true
    else if (own.controlPlane !== wanted.controlPlane) {
      if (stuck !== 'controlPlane') {
        own.controlPlane += Math.sign(wanted.controlPlane - own.controlPlane)
        own.outdatedControlPlane = Math.max(0, own.outdatedControlPlane - 1)
      }
    } else if (own.workers !== wanted.workers && stuck !== 'workers') {
      own.workers += Math.sign(wanted.workers - own.workers)
      own.outdatedWorkers = Math.max(0, own.outdatedWorkers - 1)
    }
    return own
  }

  async function gone(cluster: KubeObject, path: string): Promise<void> {
    const { name, uid } = cluster.metadata
    if (kept.has(name)) return
    const own = machines.get(name)
    if (own !== undefined && own.controlPlane + own.workers > 0) {
      if (own.workers > 0) own.workers -= 1
      else own.controlPlane -= 1
      return
    }
    machines.delete(name)
    await client.delete(`/api/v1/namespaces/eksa-system/secrets/${name}-kubeconfig`)
    // the garbage collector: what the Cluster owned goes with it
    for (const { path: of, object } of await childrenOf(cluster))
      if (itemsAt(object, 'metadata', 'ownerReferences').some((it) => at(it, 'uid') === uid)) await client.delete(of)
    await client.merge(path, { metadata: { finalizers: null } })
  }

  async function childrenOf(cluster: KubeObject) {
    const { spec } = cluster
    const refs = [
      at(spec, 'datacenterRef'),
      at(spec, 'controlPlaneConfiguration', 'machineGroupRef'),
      at(spec, 'externalEtcdConfiguration', 'machineGroupRef'),
      ...itemsAt(spec, 'workerNodeGroupConfigurations').map((it) => at(it, 'machineGroupRef')),
    ].filter((ref) => ref !== undefined)
    return Promise.all(
      refs.map(async (ref) => {
        const path = `${root}/${String(at(ref, 'kind')).toLowerCase()}s/${String(at(ref, 'name'))}`
        return { path, object: await client.get(path) }
      }),
    )
  }

  async function kubeconfig(name: string): Promise<void> {
    if (kubeconfigOf === undefined) return
    await client.apply({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: `${name}-kubeconfig`, namespace: 'eksa-system' },
      data: { value: Buffer.from(kubeconfigOf(name)).toString('base64') },
    })
  }

  async function status(path: string, cluster: KubeObject, next: Readonly<Record<string, unknown>>): Promise<void> {
    const before = (cluster.status ?? {}) as Readonly<Record<string, unknown>>
    const same = Object.entries(next).every(
      ([key, value]) => JSON.stringify(before[key] ?? null) === JSON.stringify(value),
    )
    if (!same) await client.merge(`${path}/status`, { status: next })
  }

  const running = (async () => {
    while (!stopped) {
      if (!resting)
        await look().catch((error: unknown) => {
          if (!(error instanceof KubeError)) throw error
        })
      await pause(everyMs)
    }
  })()

  return {
    fail: (cluster, failure) => {
      if (failure === undefined) failures.delete(cluster)
      else failures.set(cluster, failure)
    },
    stall: (cluster, part) => {
      if (part === undefined) stalled.delete(cluster)
      else stalled.set(cluster, part)
    },
    rest: (on) => {
      resting = on
    },
    keep: (cluster, on) => {
      if (on) kept.add(cluster)
      else kept.delete(cluster)
    },
    stop: async () => {
      stopped = true
      await running
    },
  }
}

const annotations = ({ metadata }: KubeObject): Readonly<Record<string, unknown>> =>
  (metadata.annotations ?? {}) as Readonly<Record<string, unknown>>

/** The time of a condition is that of its last change. */
function dated(cluster: KubeObject, conditions: readonly Condition[]) {
  const before = itemsAt(cluster, 'status', 'conditions')
  return conditions.map((condition) => {
    const was = before.find((it) => at(it, 'type') === condition.type)
    const kept = at(was, 'status') === condition.status ? at(was, 'lastTransitionTime') : undefined
    return { ...condition, lastTransitionTime: kept ?? `${new Date().toISOString().slice(0, 19)}Z` }
  })
}

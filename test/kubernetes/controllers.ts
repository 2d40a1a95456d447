// Stand-ins for what runs beside an API server: they look at what is there and write what the real ones would, at once. What each of them
// leaves out is in SPEC.md.

import { createHash } from 'node:crypto'
import type { Fields } from './merging.ts'
import { isFields, textOf } from './merging.ts'
import type { Held, Store } from './store.ts'
import { Refused } from './store.ts'

/** Whoever makes load balancers for this cluster: the fake of AWS, or nobody. */
export interface Balancers {
  readonly make: (of: BalancerOf) => Promise<{ readonly hostname: string } | { readonly refused: string }>
  readonly take: (of: BalancerOf) => Promise<void>
  /** Addresses of the pods behind it, each time when they are others. `isRegistered`: its controller runs, and says so to the balancer; else the balancer alone notices who does not answer. */
  readonly targets?: (of: BalancerOf, addresses: readonly string[], isRegistered: boolean) => void
}

export interface BalancerOf {
  readonly cluster: string
  readonly kind: 'Ingress' | 'Service'
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  /** As the controller tags it: `elbv2.k8s.aws/cluster` and the rest. */
  readonly tags: Readonly<Record<string, string>>
}

export interface Surroundings {
  readonly cluster: string
  readonly region: string
  readonly ca: string
  readonly balancers: Balancers | undefined
  /** A cluster on premises has MetalLB, which gives addresses at once and holds nothing. */
  readonly onPremises: boolean
  readonly bare: boolean
  readonly issue: (account: string) => string
  /** Names of workloads that never become available. */
  readonly broken: ReadonlySet<string>
  readonly now: () => Date
}

export interface Controllers {
  /** One look at everything. */
  readonly look: () => Promise<void>
}

/** On a workload of a chart: what it was given would stop it as it starts. */
export const crashes = 'stand-in.test/crashes'

export type Look = (store: Store, around: Surroundings) => void | Promise<void>

export function makeControllers(store: Store, around: Surroundings, more: readonly Look[] = []): Controllers {
  const lookBalancers = balancerController()
  const ofNodes = around.bare ? [] : [accounts, workloads, jobs, claims, lookBalancers]
  const all: readonly Look[] = [definitions, namespaces, ...ofNodes, ...more]
  store.admit = (object, isNew) => {
    if (!isNew || object.kind !== 'Service' || object.metadata.namespace === 'kube-system') return
    // the controller's webhook is asked for every new Service, and fails closed
    const hooked = store.find('MutatingWebhookConfiguration', undefined, 'aws-load-balancer-webhook') !== undefined
    if (hooked && controllerOf(store) === undefined)
      throw new Refused(
        500,
        'InternalError',
        'Internal error occurred: failed calling webhook "mservice.elbv2.k8s.aws": no endpoints available for service "aws-load-balancer-webhook-service"',
      )
  }
  return {
    look: async () => {
      for (const look of all) await look(store, around)
    },
  }
}

export const fields = (value: unknown): Fields => (isFields(value) ? value : {})
export const texts = (value: unknown): Readonly<Record<string, string>> =>
  fields(value) as Readonly<Record<string, string>>
export const condition = (type: string, status: 'True' | 'False', reason: string, message = ''): Fields => ({
  type,
  status,
  reason,
  message,
})
export const isTrue = (object: Held | undefined, type: string): boolean => {
  const { conditions } = fields(object?.status)
  return Array.isArray(conditions) && conditions.some((it) => fields(it).type === type && fields(it).status === 'True')
}
export const put = (store: Store, object: Held, status: Fields): void => {
  if (textOf(object.status) !== textOf(status)) store.setStatus(object, status)
}

const definitions: Look = (store) => {
  for (const one of store.all('CustomResourceDefinition'))
    put(store, one, {
      conditions: [
        condition('NamesAccepted', 'True', 'NoConflicts'),
        condition('Established', 'True', 'InitialNamesAccepted'),
      ],
    })
}

/** Empties a namespace that is deleted, and lets it go when nothing lies in it. */
const namespaces: Look = (store) => {
  for (const one of store.all('Namespace')) {
    const { name, deletionTimestamp } = one.metadata
    if (deletionTimestamp === undefined) {
      put(store, one, { phase: 'Active' })
      continue
    }
    const inside = store
      .kinds()
      .filter((kind) => kind.namespaced)
      .flatMap((kind) => store.list(kind, name))
    for (const object of inside) store.delete(object)
    if (inside.length > 0) {
      put(store, one, { phase: 'Terminating' })
      continue
    }
    const at = { kind: store.kindOf('v1', 'Namespace'), namespace: undefined, name }
    if (store.get(at) !== undefined) store.write(at, { how: 'merge', body: { spec: { finalizers: [] } } })
  }
}

const accounts: Look = (store, { issue, ca }) => {
  for (const secret of store.all('Secret')) {
    if (secret.type !== 'kubernetes.io/service-account-token' || isFields(secret.data)) continue
    const account = texts(secret.metadata.annotations)['kubernetes.io/service-account.name']
    if (account === undefined || store.find('ServiceAccount', secret.metadata.namespace, account) === undefined)
      continue
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    store.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret.metadata.name, namespace: secret.metadata.namespace },
      data: { token: base64(issue(`${secret.metadata.namespace}/${account}`)), 'ca.crt': base64(ca) },
    })
  }
}

/** Nodes that would take a pod: Ready, with its labels, without a taint that it does not bear. */
export function nodesFor(store: Store, pod: Fields): readonly Held[] {
  const { nodeSelector, affinity, tolerations } = pod
  const required = fields(fields(fields(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution)
  const terms = Array.isArray(required.nodeSelectorTerms)
    ? (required.nodeSelectorTerms as readonly Fields[])
    : undefined
  return store.all('Node').filter((node) => {
    const labels = texts(node.metadata.labels)
    const { taints, unschedulable } = fields(node.spec)
    const borne = (taint: Fields): boolean =>
      taint.effect === 'PreferNoSchedule' ||
      (Array.isArray(tolerations) ? (tolerations as readonly Fields[]) : []).some(
        (it) =>
          (it.key === undefined || it.key === taint.key) &&
          (it.operator === 'Exists' || (it.value ?? '') === (taint.value ?? '')) &&
          (it.effect === undefined || it.effect === taint.effect),
      )
    return (
      isTrue(node, 'Ready') &&
      unschedulable !== true &&
      (Array.isArray(taints) ? (taints as readonly Fields[]) : []).every(borne) &&
      Object.entries(texts(nodeSelector)).every(([key, value]) => labels[key] === value) &&
      (terms === undefined || terms.some((term) => meets(labels, term)))
    )
  })
}

function meets(labels: Readonly<Record<string, string>>, { matchExpressions }: Fields): boolean {
  return (Array.isArray(matchExpressions) ? (matchExpressions as readonly Fields[]) : []).every(
    ({ key, operator, values }) => {
      const value = labels[String(key)]
      const among = value !== undefined && Array.isArray(values) && values.includes(value)
      switch (operator) {
        case 'In':
          return among
        case 'NotIn':
          return !among
        case 'Exists':
          return value !== undefined
        case 'DoesNotExist':
          return value === undefined
        default:
          return false
      }
    },
  )
}

const workloads: Look = (store, { broken }) => {
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'])
    for (const one of store.all(kind)) {
      if (one.metadata.deletionTimestamp !== undefined) continue
      const spec = fields(one.spec)
      const takers = nodesFor(store, fields(fields(spec.template).spec))
      const wanted = kind === 'DaemonSet' ? takers.length : Number(spec.replicas ?? 1)
      const fails = broken.has(one.metadata.name) || texts(one.metadata.annotations)[crashes] !== undefined
      const ready = takers.length > 0 && !fails ? wanted : 0
      const whole = ready >= wanted
      put(store, one, {
        observedGeneration: one.metadata.generation ?? 1,
        ...(kind === 'DaemonSet'
          ? {
              desiredNumberScheduled: wanted,
              currentNumberScheduled: wanted,
              updatedNumberScheduled: wanted,
              numberReady: ready,
              numberAvailable: ready,
            }
          : {
              replicas: wanted,
              updatedReplicas: wanted,
              readyReplicas: ready,
              availableReplicas: ready,
              ...(ready < wanted && { unavailableReplicas: wanted - ready }),
            }),
        ...(kind === 'Deployment' && {
          conditions: [
            whole
              ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
              : condition(
                  'Available',
                  'False',
                  'MinimumReplicasUnavailable',
                  'Deployment does not have minimum availability.',
                ),
            condition('Progressing', 'True', whole ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'),
          ],
        }),
      })
    }
}

const jobs: Look = (store) => {
  for (const one of store.all('Job'))
    if (nodesFor(store, fields(fields(fields(one.spec).template).spec)).length > 0)
      put(store, one, { succeeded: 1, conditions: [condition('Complete', 'True', 'CompletionsReached')] })
}

const claims: Look = (store) => {
  for (const one of store.all('PersistentVolumeClaim')) put(store, one, { phase: 'Bound' })
}

/** Its Deployment by the label that the chart gives it, whatever the release is called. */
const controllerOf = (store: Store): Held | undefined =>
  store
    .all('Deployment')
    .find(
      (it) =>
        texts(it.metadata.labels)['app.kubernetes.io/name'] === 'aws-load-balancer-controller' &&
        isTrue(it, 'Available') &&
        it.metadata.deletionTimestamp === undefined,
    )

/** Addresses of pods that are ready, behind the Services that it leads to. There are no pods: the addresses are made up. */
function podsBehind(store: Store, front: Held): readonly string[] {
  const backend = (it: unknown): string => String(fields(fields(fields(it).backend).service).name ?? '')
  const list = (it: unknown): readonly unknown[] => (Array.isArray(it) ? it : [])
  const spec = fields(front.spec)
  const names =
    front.kind === 'Service'
      ? [front.metadata.name]
      : [
          backend({ backend: spec.defaultBackend }),
          ...list(spec.rules).flatMap((rule) => list(fields(fields(rule).http).paths).map(backend)),
        ]
  const { namespace } = front.metadata
  const selectors = [...new Set(names)].flatMap((name) => {
    const selector = Object.entries(texts(fields(store.find('Service', namespace, name)?.spec).selector))
    return selector.length === 0 ? [] : [selector]
  })
  return [...store.all('Deployment'), ...store.all('StatefulSet')].flatMap((one) => {
    const labels = texts(fields(fields(fields(one.spec).template).metadata).labels)
    const isBehind =
      one.metadata.namespace === namespace &&
      selectors.some((selector) => selector.every(([key, value]) => labels[key] === value))
    const hash = createHash('sha256').update(`${namespace}/${one.metadata.name}`).digest()
    return isBehind
      ? Array.from(
          { length: Number(fields(one.status).readyReplicas ?? 0) },
          (_, index) => `10.200.${hash[0]}.${index + 10}`,
        )
      : []
  })
}

function balancerController(): Look {
  const made = new Map<string, string>()
  const told = new Map<string, string>()
  return async (store, around) => {
    const fronts = [
      ...store.all('Ingress'),
      ...store.all('Service').filter((it) => fields(it.spec).type === 'LoadBalancer'),
    ]
    if (around.onPremises) {
      fronts.forEach((one, index) => {
        const ports = { ingress: [{ ip: `10.80.0.${200 + (index % 50)}`, ipMode: 'VIP' }] }
        if (one.metadata.deletionTimestamp === undefined && fields(one.status).loadBalancer === undefined)
          put(store, one, { loadBalancer: ports })
      })
      return
    }
    const isRunning = controllerOf(store) !== undefined
    for (const one of fronts) {
      const { name, namespace = 'default', uid = '', deletionTimestamp } = one.metadata
      const finalizer = one.kind === 'Ingress' ? 'ingress.k8s.aws/resources' : 'service.k8s.aws/resources'
      const finalizers = (one.metadata.finalizers ?? []) as readonly string[]
      const of: BalancerOf = {
        cluster: around.cluster,
        kind: one.kind === 'Ingress' ? 'Ingress' : 'Service',
        namespace,
        name,
        annotations: texts(one.metadata.annotations),
        tags: {
          'elbv2.k8s.aws/cluster': around.cluster,
          [one.kind === 'Ingress' ? 'ingress.k8s.aws/stack' : 'service.k8s.aws/stack']: `${namespace}/${name}`,
        },
      }
      if (!isRunning) {
        if (made.has(uid)) registered(of, uid, one)
        continue
      }
      if (deletionTimestamp !== undefined) {
        if (!finalizers.includes(finalizer)) continue
        if (made.delete(uid)) await around.balancers?.take(of)
        store.setFinalizers(
          one,
          finalizers.filter((it) => it !== finalizer),
        )
        continue
      }
      if (!finalizers.includes(finalizer)) store.setFinalizers(one, [...finalizers, finalizer])
      if (made.has(uid)) {
        registered(of, uid, one)
        continue
      }
      const answer = (await around.balancers?.make(of)) ?? { hostname: standInName(of, around.region) }
      if ('refused' in answer) continue
      made.set(uid, answer.hostname)
      const still = store.find(one.kind, namespace, name)
      if (still?.metadata.uid === uid) put(store, still, { loadBalancer: { ingress: [{ hostname: answer.hostname }] } })
      registered(of, uid, one)
    }

    function registered(of: BalancerOf, uid: string, one: Held): void {
      const addresses = podsBehind(store, one)
      const now = `${isRunning} ${addresses.join()}`
      if (told.get(uid) === now) return
      told.set(uid, now)
      around.balancers?.targets?.(of, addresses, isRunning)
    }
  }
}

export const standInName = ({ cluster, namespace, name }: BalancerOf, region: string): string => {
  const hash = createHash('sha256').update(`${cluster}/${namespace}/${name}`).digest('hex').slice(0, 10)
  return `k8s-${namespace.slice(0, 8)}-${name.slice(0, 8)}-${hash}-${Number.parseInt(hash, 16) % 1_000_000_000}.${region}.elb.amazonaws.com`
}

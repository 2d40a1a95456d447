// What clusters say of the copies of apps: how many pods are wanted, ready, without a node, deleted by eviction; how many endpoints the
// service has; which objects are there. What pods do in truth, the doors tell: they stand before them.

import { copySubject, objectSubject } from '../../../timeline/subjects.ts'
import { podAnnotations } from '../engines/stages.ts'
import type { LocalCopy } from './copies.ts'
import type { NodesSeen } from './nodes.ts'
import type { EndpointSliceObject, PodObject, Seen, WorkloadObject } from './objects.ts'
import { statusOf } from './objects.ts'
import type { Teller } from './teller.ts'

export type CopyKind = 'pods' | 'workloads' | 'slices' | 'services' | 'ingresses' | 'namespaces'

export interface PodsSeen {
  see(cluster: string, kind: CopyKind, object: Seen, atMs: number, gone: boolean): void
  /** What is not as the cluster itself wants it: copies with fewer ready pods than asked for, or with others. */
  unrest(): readonly string[]
  /** Replicas asked for, by `app/site`; undefined where no workload was seen. */
  replicasOf(app: string, site: string): number | undefined
}

interface PodSeen {
  readonly bound: boolean
  readonly ready: boolean
  readonly leaving: boolean
}

interface Counted {
  readonly copy: LocalCopy
  readonly pods: Map<string, PodSeen>
  readonly evicted: Set<string>
  readonly slices: Map<string, number>
  readonly objects: Map<string, boolean>
  replicas: number | undefined
}

const serviceLabel = 'kubernetes.io/service-name'

export function podsSeen(copies: readonly LocalCopy[], nodes: NodesSeen, teller: Teller): PodsSeen {
  const all = copies.map(
    (copy): Counted => ({
      copy,
      ...{ pods: new Map(), evicted: new Set(), slices: new Map(), objects: new Map(), replicas: undefined },
    }),
  )
  const byNamespace = new Map<string, Counted[]>()
  for (const one of all) {
    const key = `${one.copy.cluster}/${one.copy.namespace}`
    byNamespace.set(key, [...(byNamespace.get(key) ?? []), one])
  }
  const inNamespace = (cluster: string, namespace: string | undefined): readonly Counted[] =>
    byNamespace.get(`${cluster}/${namespace}`) ?? []

  /** Which of them a pod or workload belongs to; a copy that spreads over several sites has each pod where its node is. */
  function owner(cluster: string, { metadata }: Seen, name: string | undefined, node?: string): Counted | undefined {
    const here = inNamespace(cluster, metadata.namespace)
    const named = here.filter(({ copy }) => copy.workload !== undefined && copy.workload.name === name)
    const charts = here.filter(({ copy }) => copy.workload === undefined)
    const found = named.length > 0 ? named : charts
    if (found.length <= 1) return found[0]
    const site = nodes.siteOf(cluster, node)
    return found.find(({ copy }) => copy.site === site) ?? found[0]
  }

  function count(one: Counted, what: string, to: number, text: string, atMs: number): void {
    const { app, site } = one.copy
    teller.value({ subject: copySubject(app, site), what, to, text, atMs, decidedBy: 'engine', app, site })
  }

  function pods(one: Counted, atMs: number): void {
    const { copy, replicas } = one
    const where = `${copy.app} at ${copy.site}`
    const present = [...one.pods.values()]
    const ready = present.filter((pod) => pod.ready && !pod.leaving).length
    const wanted = replicas ?? copy.replicas
    count(
      one,
      'ready',
      ready,
      wanted === 0 && ready === 0
        ? `the API counts no pod of ${where} ready`
        : `the API counts ${ready} of ${plural(wanted)} of ${where} ready`,
      atMs,
    )
    const pending = present.filter((pod) => !pod.bound && !pod.leaving).length
    count(
      one,
      'pending',
      pending,
      `${plural(pending)} of ${where} ${pending === 1 ? 'waits' : 'wait'} for a node`,
      atMs,
    )
    const evicted = one.evicted.size
    count(
      one,
      'deleted',
      evicted,
      `${plural(evicted)} of ${where} deleted in the API since the drill began, as their nodes were marked for eviction`,
      atMs,
    )
  }

  function seePod(cluster: string, pod: PodObject, atMs: number, gone: boolean): void {
    const { metadata, spec, status } = pod
    const one = owner(cluster, pod, workloadOf(pod), spec?.nodeName)
    const uid = metadata.uid ?? metadata.name
    if (one === undefined) return
    if (gone || status?.phase === 'Succeeded' || status?.phase === 'Failed') one.pods.delete(uid)
    else
      one.pods.set(uid, {
        bound: spec?.nodeName !== undefined,
        ready: statusOf(status?.conditions, 'Ready') === 'True',
        leaving: metadata.deletionTimestamp !== undefined,
      })
    const taken = status?.conditions?.some(
      ({ type, status: said, reason }) =>
        type === 'DisruptionTarget' && said === 'True' && reason === 'DeletionByTaintManager',
    )
    if (taken === true && (gone || metadata.deletionTimestamp !== undefined)) one.evicted.add(uid)
    pods(one, atMs)
  }

  function seeWorkload(cluster: string, object: WorkloadObject, atMs: number, gone: boolean): void {
    const { metadata, spec } = object
    const found = inNamespace(cluster, metadata.namespace).filter(({ copy }) =>
      copy.workload === undefined ? true : copy.workload.name === metadata.name,
    )
    for (const one of found) {
      const { app, site, federation } = one.copy
      const where = `${app} at ${site}`
      // a federation takes a copy off a member by deleting it; anywhere else somebody did
      if (federation === undefined) there(one, 'deployment', !gone, atMs)
      if (gone && federation === undefined) continue
      const to = gone ? 0 : (spec?.replicas ?? 1)
      one.replicas = to
      count(
        one,
        'replicas',
        to,
        federation === undefined
          ? `${where} is to have ${to} ${to === 1 ? 'replica' : 'replicas'}`
          : gone
            ? `Karmada takes ${app} from ${one.copy.cluster}`
            : `Karmada asks ${one.copy.cluster} for ${to} ${to === 1 ? 'replica' : 'replicas'} of ${app}`,
        atMs,
      )
      if (gone) continue
      version(one, spec?.template?.metadata?.annotations?.[podAnnotations.release] ?? 'present', atMs)
    }
  }

  function version({ copy: { app, site } }: Counted, to: string, atMs: number): void {
    teller.value({
      subject: copySubject(app, site),
      what: 'version',
      to,
      text: `${app} at ${site} is to run ${to === 'present' ? 'the version from before' : `a version that is ${to}`}`,
      ...{ atMs, app, site },
      decidedBy: 'engine',
    })
  }

  function there(one: Counted, kind: string, present: boolean, atMs: number): void {
    const { app, site } = one.copy
    // what was never there is not missed
    if (!present && one.objects.get(kind) === undefined) return
    one.objects.set(kind, present)
    teller.value({
      subject: objectSubject(app, site, kind),
      what: 'object',
      to: present ? 'present' : 'absent',
      text: present ? `the ${kind} of ${app} at ${site} is there again` : `the ${kind} of ${app} at ${site} is gone`,
      ...{ atMs, app, site },
      decidedBy: 'engine',
    })
  }

  function seeSlice(cluster: string, slice: EndpointSliceObject, atMs: number, gone: boolean): void {
    const service = slice.metadata.labels?.[serviceLabel]
    for (const one of inNamespace(cluster, slice.metadata.namespace)) {
      if (one.copy.service !== undefined && one.copy.service !== service) continue
      if (gone) one.slices.delete(slice.metadata.name)
      else
        one.slices.set(
          slice.metadata.name,
          (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length,
        )
      const endpoints = [...one.slices.values()].reduce((sum, ready) => sum + ready, 0)
      count(
        one,
        'endpoints',
        endpoints,
        `the service of ${one.copy.app} at ${one.copy.site} has ${endpoints} of ${one.replicas ?? one.copy.replicas} endpoints`,
        atMs,
      )
    }
  }

  // of a copy that nobody has made yet there is nothing to see, and what comes of it later is an event
  for (const one of all) {
    pods(one, 0)
    count(one, 'endpoints', 0, '', 0)
    if (one.copy.federation === undefined) continue
    count(one, 'replicas', 0, '', 0)
    version(one, 'present', 0)
  }

  return {
    see(cluster, kind, object, atMs, gone) {
      if (kind === 'pods') seePod(cluster, object, atMs, gone)
      else if (kind === 'workloads') seeWorkload(cluster, object, atMs, gone)
      else if (kind === 'slices') seeSlice(cluster, object, atMs, gone)
      else if (kind === 'namespaces') {
        for (const one of inNamespace(cluster, object.metadata.name))
          there(one, 'namespace', !gone && object.metadata.deletionTimestamp === undefined, atMs)
      } else {
        const named = (copy: LocalCopy) => (kind === 'services' ? copy.service : copy.ingress)
        for (const one of inNamespace(cluster, object.metadata.namespace))
          if (named(one.copy) === object.metadata.name)
            there(one, kind === 'services' ? 'service' : 'ingress', !gone, atMs)
      }
    },
    unrest: () =>
      all.flatMap((one) => {
        const wanted = one.replicas ?? 0
        const present = [...one.pods.values()].filter(({ leaving }) => !leaving)
        const ready = present.filter((pod) => pod.ready).length
        const where = `${one.copy.app} at ${one.copy.site}`
        return [
          ...(ready === wanted && present.length === wanted
            ? []
            : [`${where} has ${ready} of ${plural(wanted)} ready`]),
          ...[...one.objects].flatMap(([kind, present]) => (present ? [] : [`the ${kind} of ${where} is gone`])),
        ]
      }),
    replicasOf: (app, site) => all.find(({ copy }) => copy.app === app && copy.site === site)?.replicas,
  }
}

const plural = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`)

/** A pod of a Deployment belongs to a ReplicaSet that has its name with a hash behind. */
function workloadOf({ metadata }: PodObject): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
  return owner?.kind === 'ReplicaSet' ? owner.name.replace(/-[^-]+$/, '') : owner?.name
}

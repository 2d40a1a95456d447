// What the API of each control plane says: nodes with their sites, workloads, members of federations and where they hold which app. A
// control plane that does not answer keeps what it last said, with its age.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Held } from '../../kube/bindings.ts'
import { heldOf } from '../../kube/bindings.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { siteLabel } from '../engines/kwok.ts'
import type { Asking } from './asking.ts'
import type { Age } from './heard.ts'
import { ageOf } from './heard.ts'

export interface ClusterStatus extends Age {
  readonly name: string
  readonly nodes: number
  readonly expected: number
  /** Undefined while its API does not answer; `since` then says when it last did. */
  readonly ready: number | undefined
  readonly sites: readonly SiteStatus[]
}

export interface SiteStatus extends Age {
  readonly name: string
  readonly nodes: number
  readonly ready: number
  /** Nodes whose heartbeats its control plane misses; `since` is when it began to miss the last of them. */
  readonly notHeardOf: number
}

/** By `namespace/kind/name`. */
export type Workloads = Readonly<Record<string, { readonly wanted: number; readonly ready: number }>>

export interface ClusterSaid {
  readonly status: ClusterStatus
  readonly workloads: Workloads
  /** When it said so: now, or when it was last heard. */
  readonly age: Age
  readonly heard: boolean
}

export async function clusterSaid(asking: Asking, name: string, expected: number): Promise<ClusterSaid> {
  const { clients, heard, asked, patience } = asking
  const client = clients.of({ kind: 'cluster', name })
  const key = `cluster/${name}`
  const now = await patience.inTime(
    Promise.all([
      list(client, '/api/v1/nodes'),
      ...['deployments', 'statefulsets'].map((kind) => listApps(client, kind)),
    ]),
  )
  if (now === undefined) {
    const age = ageOf(heard.at(key), asked)
    const said = heard.said<{
      readonly nodes: number
      readonly sites: readonly SiteStatus[]
      readonly workloads: Workloads
    }>(key)
    const { nodes = 0, sites = [], workloads = {} } = said ?? {}
    return { status: { name, expected, nodes, ready: undefined, sites, ...age }, workloads, age, heard: false }
  }
  const [nodes = [], ...scaled] = now
  const sites = sitesOf(nodes, asked)
  const workloads = Object.fromEntries(scaled.flat().map(workloadOf))
  heard.note(key, asked.toISOString(), { nodes: nodes.length, sites, workloads })
  const age = ageOf(asked.toISOString(), asked)
  const ready = sites.reduce((sum, site) => sum + site.ready, 0)
  return { status: { name, expected, nodes: nodes.length, ready, sites, ...age }, workloads, age, heard: true }
}

const list = async (client: KubeClient, path: string): Promise<readonly KubeObject[]> =>
  (await client.get<{ readonly items?: readonly KubeObject[] }>(path))?.items ?? []

/** A list leaves out the kind of its items. */
const listApps = async (client: KubeClient, kind: string): Promise<readonly KubeObject[]> =>
  (await list(client, `/apis/apps/v1/${kind}`)).map((item) => ({
    ...item,
    kind: kind === 'deployments' ? 'Deployment' : 'StatefulSet',
  }))

function workloadOf(object: KubeObject): readonly [string, Workloads[string]] {
  const { metadata, kind } = object
  return [
    workloadKey(metadata.namespace ?? 'default', kind, metadata.name),
    { wanted: Number(at(object, 'spec', 'replicas') ?? 1), ready: Number(at(object, 'status', 'readyReplicas') ?? 0) },
  ]
}

export const workloadKey = (namespace: string, kind: string, name: string): string => `${namespace}/${kind}/${name}`

function sitesOf(nodes: readonly KubeObject[], asked: Date): readonly SiteStatus[] {
  const bySite = new Map<string, KubeObject[]>()
  for (const node of nodes) {
    const site = node.metadata.labels?.[siteLabel] ?? ''
    bySite.set(site, [...(bySite.get(site) ?? []), node])
  }
  return [...bySite].map(([name, own]) => {
    const conditions = own.map((node) =>
      itemsAt(node, 'status', 'conditions').find((condition) => at(condition, 'type') === 'Ready'),
    )
    const unknown = conditions.filter((condition) => at(condition, 'status') === 'Unknown')
    const since = unknown
      .map((condition) => String(at(condition, 'lastTransitionTime') ?? ''))
      .sort()
      .at(-1)
    return {
      name,
      nodes: own.length,
      ready: conditions.filter((condition) => at(condition, 'status') === 'True').length,
      notHeardOf: unknown.length,
      ...ageOf(since, asked),
    }
  })
}

export interface FederationStatus extends Age {
  readonly name: string
  /** Undefined while its API does not answer; `since` then says when it last did. */
  readonly members: readonly MemberStatus[] | undefined
}

export interface MemberStatus extends Age {
  readonly name: string
  readonly ready: boolean
}

export interface FederationSaid {
  readonly status: FederationStatus
  readonly apps: readonly Held[]
  readonly heard: boolean
}

const clustersPath = '/apis/cluster.karmada.io/v1alpha1/clusters'
const bindingsPath = '/apis/work.karmada.io/v1alpha2/resourcebindings'

export async function federationSaid(
  { clients, heard, asked, patience }: Asking,
  name: string,
  members: readonly string[],
): Promise<FederationSaid> {
  const client = clients.of({ kind: 'federation', name })
  const key = `federation/${name}`
  const now = await patience.inTime(Promise.all([list(client, clustersPath), list(client, bindingsPath)]))
  if (now === undefined) {
    const apps = heard.said<readonly Held[]>(key) ?? []
    return { status: { name, members: undefined, ...ageOf(heard.at(key), asked) }, apps, heard: false }
  }
  const [clusters, bindings] = now
  const apps = bindings.filter((binding) => Number(at(binding, 'spec', 'replicas') ?? 0) > 0).map(heldOf)
  heard.note(key, asked.toISOString(), apps)
  const status = members.map((member): MemberStatus => {
    const conditions = itemsAt(
      clusters.find(({ metadata }) => metadata.name === member),
      ...['status', 'conditions'],
    )
    const ready = conditions.find((condition) => at(condition, 'type') === 'Ready')
    const since = at(ready, 'lastTransitionTime')
    return {
      name: member,
      ready: at(ready, 'status') === 'True',
      ...ageOf(typeof since === 'string' ? since : undefined, asked),
    }
  })
  return { status: { name, members: status, ...ageOf(asked.toISOString(), asked) }, apps, heard: true }
}

// Which engines carry out a plan on this machine: a control plane for each cluster asked for, Karmada for each federation whose host is
// among them, a KWOK process for each of their sites with nodes. Pure: the same plan gives the same layout.

import type { Cluster } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { IntentValue, Plan, Step } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import { servedByFlux } from './delivery/served.ts'
import { startupsOf } from './delivery/startups.ts'
import type { Owner } from './engine.ts'
import { engineId } from './engine.ts'
import type { PodStartup } from './engines/stages.ts'
import type { Member } from './karmada/members.ts'

export interface LocalCluster {
  readonly owner: Owner
  readonly cluster: Cluster
  /** Its steps `pool.join`, by site. */
  readonly pools: ReadonlyMap<string, readonly Step[]>
  /** How long the pods of its apps take from bound to ready. */
  readonly startups: readonly PodStartup[]
  /** Its own Flux applies what is its. */
  readonly flux: boolean
}

export interface LocalFederation {
  readonly owner: Owner
  readonly step: Step
  readonly members: readonly Member[]
  readonly taintPolicy: { readonly name: string } | undefined
}

export interface Layout {
  readonly plan: Plan
  /** Who owns what stands outside the clusters. */
  readonly owner: Owner
  readonly clusters: readonly LocalCluster[]
  readonly federations: readonly LocalFederation[]
  /** Clusters of which nothing runs but what they host. */
  readonly hostsOnly: readonly string[]
  /** A PowerDNS of this machine answers for the names of its zones (engines/powerdns.ts); left out: a stand-in does. */
  readonly powerDns?: true
}

/** Steps of the bring-up between engines: what must be in the API before the next engine starts. */
export const stepOf = {
  outside: (fleet: Owner) => engineId(fleet, 'outside-configured'),
  crds: (federation: Owner) => engineId(federation, 'crds'),
  aggregation: (federation: Owner) => engineId(federation, 'aggregation'),
  webhooks: (federation: Owner) => engineId(federation, 'webhooks'),
  taintPolicy: (federation: Owner) => engineId(federation, 'taint-policy'),
  join: (federation: Owner, member: string) => engineId(federation, `join-${member}`),
  members: (federation: Owner) => engineId(federation, 'members'),
  left: (federation: Owner) => engineId(federation, 'left'),
  nodes: (cluster: Owner) => engineId(cluster, 'nodes'),
  nodesReady: (cluster: Owner) => engineId(cluster, 'nodes-ready'),
  repository: (fleet: Owner) => engineId(fleet, 'repository'),
  fluxKinds: (cluster: Owner) => engineId(cluster, 'flux-kinds'),
  apps: (owner: Owner) => engineId(owner, 'apps'),
  appsReady: (owner: Owner) => engineId(owner, 'apps-ready'),
  startups: (cluster: Owner) => engineId(cluster, 'startups'),
} as const

const words: Readonly<Record<string, string>> = {
  outside: 'the world outside',
  powerdns: 'PowerDNS',
  'outside-configured': 'links and doors',
  crds: 'the kinds of Karmada',
  aggregation: 'the aggregated API',
  webhooks: 'the webhooks',
  'taint-policy': 'the policy for lost members',
  members: 'the members Ready',
  left: 'nobody but the members',
  nodes: 'the nodes',
  'nodes-ready': 'the nodes Ready',
  repository: 'the Git repository and the charts',
  'flux-kinds': 'the kinds of Flux',
  apps: 'the apps',
  'apps-ready': 'the apps ready',
  startups: 'the startup times of the apps',
}

/** An engine or a step as people say it: `etcd of virginia`. */
export function titleOf(id: string): string {
  const [, owner, what = id] = id.split('/')
  const joining = /^join-(.+)$/.exec(what)?.[1]
  if (joining !== undefined) return `${joining} joined to ${owner}`
  return owner === undefined ? id : `${words[what] ?? what} of ${owner}`
}

export function layoutOf(plan: Plan, only: readonly string[] | undefined): Layout {
  const find = lookup(plan.fleet)
  const names = only ?? plan.fleet.clusters.map(({ name }) => name)
  const unknown = names.filter((name) => find.cluster(name) === undefined)
  if (unknown.length > 0)
    throw new Refusal(
      'usage',
      `there is no cluster ${listed(unknown)} in ${plan.fleet.name}`,
      `its clusters are ${listed(plan.fleet.clusters.slice(0, 12).map(({ name }) => name))}`,
    )
  const chosen = new Set(names)
  const hosts = new Set(plan.fleet.federations.map(({ host }) => host))
  const hostsOnly = [...chosen].filter((name) => hosts.has(name))
  const own = [...chosen].filter((name) => !hosts.has(name))
  const startups = startupsOf(plan, new Set(own))
  const served = servedByFlux(plan)
  const clusters = own.map((name): LocalCluster => {
    const pools = new Map<string, Step[]>()
    for (const step of plan.steps)
      if (step.kind === 'pool.join' && step.subject.cluster === name && step.subject.site !== undefined)
        pools.set(step.subject.site, [...(pools.get(step.subject.site) ?? []), step])
    return {
      owner: { kind: 'cluster', name },
      cluster: find.cluster(name) as Cluster,
      pools,
      startups: startups.get(name) ?? [],
      flux: served.has(name),
    }
  })
  const running = new Set(clusters.map(({ owner }) => owner.name))
  const federations = plan.steps.flatMap((step): readonly LocalFederation[] => {
    const { federation: name, cluster: host } = step.subject
    if (step.kind !== 'federation.start' || name === undefined || host === undefined || !chosen.has(host)) return []
    const policy = failoverOf(step).taintPolicy as { readonly name: string } | null | undefined
    return [
      {
        owner: { kind: 'federation', name },
        step,
        members: plan.steps.flatMap((join) =>
          join.kind === 'member.join' && join.subject.federation === name && running.has(join.subject.cluster ?? '')
            ? [memberOf(join, find.cluster(join.subject.cluster))]
            : [],
        ),
        taintPolicy: policy ?? undefined,
      },
    ]
  })
  const owner: Owner = { kind: 'fleet', name: plan.fleet.name }
  return { plan, owner, clusters, federations, hostsOnly }
}

function memberOf({ intent, subject }: Step, cluster: Cluster | undefined): Member {
  return {
    cluster: subject.cluster ?? '',
    sync: intent.sync === 'pull' ? 'pull' : 'push',
    region: intent.region as string | undefined,
    zones: (intent.zones ?? []) as readonly string[],
    // as Karmada's policies in this fleet name it
    provider: cluster?.kind === 'eks' || cluster?.kind === 'eksOutpost' ? 'aws' : 'on-premises',
    labels: (intent.labels ?? {}) as Readonly<Record<string, string>>,
  }
}

type Failover = { readonly [key: string]: IntentValue }
export const failoverOf = (step: Step): Failover => (step.intent.failover ?? {}) as Failover

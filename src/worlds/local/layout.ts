// Which engines carry out a plan on this machine: a control plane for each cluster asked for, Karmada for each federation whose host is
// among them, a KWOK process for each of their sites with nodes. Pure: the same plan and ports give the same engines.

import { join } from 'node:path'
import type { Cluster } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { IntentValue, Plan, Step } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import type { EngineSpec, Owner, Ports } from './engine.ts'
import { engineId } from './engine.ts'
import type { ControlPlane } from './engines/control-plane.ts'
import { pkiFiles } from './engines/control-plane.ts'
import { etcd, etcdPorts } from './engines/etcd.ts'
import { agentPorts, karmadaAgent } from './engines/karmada-agent.ts'
import { aggregatedPorts, karmadaAggregatedApiserver } from './engines/karmada-aggregated-apiserver.ts'
import { karmadaApiserver } from './engines/karmada-apiserver.ts'
import { karmadaControllerManager, karmadaControllerManagerPorts } from './engines/karmada-controller-manager.ts'
import { karmadaScheduler, karmadaSchedulerPorts } from './engines/karmada-scheduler.ts'
import { karmadaWebhook, webhookPorts } from './engines/karmada-webhook.ts'
import { apiServerPorts, kubeApiserver } from './engines/kube-apiserver.ts'
import {
  controllerManagerPorts,
  karmadaKubeControllerManager,
  kubeControllerManager,
} from './engines/kube-controller-manager.ts'
import { kubeScheduler, schedulerPorts } from './engines/kube-scheduler.ts'
import { kwok, kwokPorts, kwokStages } from './engines/kwok.ts'
import type { Member } from './karmada/members.ts'

export interface LocalCluster {
  readonly owner: Owner
  readonly cluster: Cluster
  /** Its steps `pool.join`, by site. */
  readonly pools: ReadonlyMap<string, readonly Step[]>
}

export interface LocalFederation {
  readonly owner: Owner
  readonly step: Step
  readonly members: readonly Member[]
  readonly taintPolicy: { readonly name: string } | undefined
}

export interface Layout {
  readonly clusters: readonly LocalCluster[]
  readonly federations: readonly LocalFederation[]
  /** Clusters of which nothing runs but what they host. */
  readonly hostsOnly: readonly string[]
}

/** Steps of the bring-up between engines: what must be in the API before the next engine starts. */
export const stepOf = {
  crds: (federation: Owner) => engineId(federation, 'crds'),
  aggregation: (federation: Owner) => engineId(federation, 'aggregation'),
  webhooks: (federation: Owner) => engineId(federation, 'webhooks'),
  taintPolicy: (federation: Owner) => engineId(federation, 'taint-policy'),
  join: (federation: Owner, member: string) => engineId(federation, `join-${member}`),
  members: (federation: Owner) => engineId(federation, 'members'),
  nodes: (cluster: Owner) => engineId(cluster, 'nodes'),
  nodesReady: (cluster: Owner) => engineId(cluster, 'nodes-ready'),
} as const

const words: Readonly<Record<string, string>> = {
  crds: 'the kinds of Karmada',
  aggregation: 'the aggregated API',
  webhooks: 'the webhooks',
  'taint-policy': 'the policy for lost members',
  members: 'the members Ready',
  nodes: 'the nodes',
  'nodes-ready': 'the nodes Ready',
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
  const clusters = [...chosen]
    .filter((name) => !hosts.has(name))
    .map((name): LocalCluster => {
      const pools = new Map<string, Step[]>()
      for (const step of plan.steps)
        if (step.kind === 'pool.join' && step.subject.cluster === name && step.subject.site !== undefined)
          pools.set(step.subject.site, [...(pools.get(step.subject.site) ?? []), step])
      return { owner: { kind: 'cluster', name }, cluster: find.cluster(name) as Cluster, pools }
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
  return { clusters, federations, hostsOnly }
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
const failoverOf = (step: Step): Failover => (step.intent.failover ?? {}) as Failover

/** The switches of failover that are flags of that program. */
function flagsOf(step: Step, component: string): readonly string[] {
  const failover = failoverOf(step)
  const switches = (failover.switches ?? []) as readonly { readonly component: string; readonly flag?: string }[]
  const purge = { gracefully: 'Gracefully', directly: 'Directly' }[String(failover.purge)]
  return [
    ...switches.flatMap((it) => (it.component === component && it.flag !== undefined ? [it.flag] : [])),
    ...(component === 'karmada-controller-manager' && purge !== undefined
      ? [`--no-execute-taint-eviction-purge-mode=${purge}`]
      : []),
  ]
}

/** Which ports each engine listens on. */
export function portsWanted(layout: Layout): Readonly<Record<string, readonly string[]>> {
  const wanted: Record<string, readonly string[]> = {}
  const want = (owner: Owner, engine: string, names: readonly string[]) => {
    wanted[engineId(owner, engine)] = names
  }
  for (const { owner, members } of layout.federations) {
    want(owner, 'etcd', etcdPorts)
    want(owner, 'karmada-apiserver', apiServerPorts)
    want(owner, 'karmada-kube-controller-manager', controllerManagerPorts)
    want(owner, 'karmada-aggregated-apiserver', aggregatedPorts)
    want(owner, 'karmada-webhook', webhookPorts)
    want(owner, 'karmada-controller-manager', karmadaControllerManagerPorts)
    want(owner, 'karmada-scheduler', karmadaSchedulerPorts)
    for (const { cluster, sync } of members)
      if (sync === 'pull') want({ kind: 'cluster', name: cluster }, 'karmada-agent', agentPorts)
  }
  for (const { owner, pools } of layout.clusters) {
    want(owner, 'etcd', etcdPorts)
    want(owner, 'kube-apiserver', apiServerPorts)
    want(owner, 'kube-controller-manager', controllerManagerPorts)
    want(owner, 'kube-scheduler', schedulerPorts)
    for (const site of pools.keys()) want(owner, `kwok-${site}`, kwokPorts)
  }
  return wanted
}

export const controlPlaneOf = (folder: string, owner: Owner): ControlPlane => ({
  owner,
  folder: join(folder, `${owner.kind}s`, owner.name),
  pki: pkiFiles(join(folder, 'pki')),
})

export interface EngineFolders {
  /** The state folder. */
  readonly folder: string
  /** With KWOK's stages. */
  readonly kwokFiles: string
}

const defaultServiceCidr = '10.96.0.0/12'

/** Those of federations first: what they wait for takes longest. */
export function enginesOf(layout: Layout, ports: Ports, { folder, kwokFiles }: EngineFolders): readonly EngineSpec[] {
  const at = <Name extends string>(owner: Owner, engine: string): Readonly<Record<Name, number>> =>
    (ports[engineId(owner, engine)] ?? {}) as Readonly<Record<Name, number>>

  const ofFederation = ({ owner, step, members }: LocalFederation): readonly EngineSpec[] => {
    const of = controlPlaneOf(folder, owner)
    const etcdPort = at<'client'>(owner, 'etcd').client
    return [
      etcd(of, at(owner, 'etcd')),
      karmadaApiserver(of, { ports: at(owner, 'karmada-apiserver'), etcdPort, serviceCidr: defaultServiceCidr }),
      karmadaAggregatedApiserver(of, { ports: at(owner, 'karmada-aggregated-apiserver'), etcdPort }),
      karmadaWebhook(of, {
        ports: at(owner, 'karmada-webhook'),
        flags: flagsOf(step, 'karmada-webhook'),
        needs: [stepOf.crds(owner)],
      }),
      karmadaControllerManager(of, {
        ports: at(owner, 'karmada-controller-manager'),
        flags: flagsOf(step, 'karmada-controller-manager'),
        needs: [stepOf.aggregation(owner)],
      }),
      karmadaScheduler(of, { ports: at(owner, 'karmada-scheduler'), needs: [stepOf.aggregation(owner)] }),
      karmadaKubeControllerManager(of, {
        ports: at(owner, 'karmada-kube-controller-manager'),
        serviceCidr: defaultServiceCidr,
      }),
      ...members
        .filter(({ sync }) => sync === 'pull')
        .map(({ cluster, region, zones, provider }) => {
          const member: Owner = { kind: 'cluster', name: cluster }
          return karmadaAgent(controlPlaneOf(folder, member), {
            ports: at(member, 'karmada-agent'),
            federation: of,
            apiServerPort: at<'https'>(member, 'kube-apiserver').https,
            ...{ region, zones, provider },
            needs: [stepOf.aggregation(owner), engineId(member, 'kube-apiserver')],
          })
        }),
    ]
  }

  const ofCluster = ({ owner, cluster, pools }: LocalCluster): readonly EngineSpec[] => {
    const of = controlPlaneOf(folder, owner)
    const serviceCidr = cluster.eks?.serviceCidr ?? cluster.eksAnywhere?.serviceCidr ?? defaultServiceCidr
    return [
      etcd(of, at(owner, 'etcd')),
      kubeApiserver(of, {
        ports: at(owner, 'kube-apiserver'),
        etcdPort: at<'client'>(owner, 'etcd').client,
        serviceCidr,
      }),
      kubeControllerManager(of, { ports: at(owner, 'kube-controller-manager'), serviceCidr }),
      kubeScheduler(of, at(owner, 'kube-scheduler')),
      ...[...pools.keys()].map((site, index) =>
        kwok(of, {
          ports: at(owner, `kwok-${site}`),
          site,
          stages: kwokStages.map((stage) => join(kwokFiles, stage)),
          podCidr: `10.${200 + (index % 50)}.${Math.floor(index / 50)}.0/24`,
        }),
      ),
    ]
  }

  return [...layout.federations.flatMap(ofFederation), ...layout.clusters.flatMap(ofCluster)]
}

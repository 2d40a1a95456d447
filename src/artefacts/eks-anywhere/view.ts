// What the files of one cluster say, gathered from the plan: whose machines, in which groups, made by whom. A view is data; the writers read
// nothing else, so that a view with `${name}` in place of a name gives the files of a whole class.

import type { Cluster, EksAnywhere, GitOps, NodePool } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Plan, PlannedStep } from '../../model/plan.ts'
import { controlPlaneGroup, controlPlaneReplicas, workersOf } from '../../places/on-premises/groups.ts'
import type { OperatingSystem } from '../../places/on-premises/kinds.ts'
import { systemsOf } from '../../places/on-premises/kinds.ts'

export interface View {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: EksAnywhere
  /** The cluster that makes it: itself, or its management cluster. */
  readonly manager: string
  readonly selfManaged: boolean
  /** Of the registry mirror, where its file is there. */
  readonly mirrorCertificate: string | undefined
  /** Of its provider's datacenter, with what it takes over from its management cluster. */
  readonly datacenter: Readonly<Record<string, unknown>>
  readonly controlPlane: Group
  readonly workers: readonly Group[]
  readonly strategy: 'rollingUpdate' | 'inPlace'
  /** The repository, where EKS Anywhere is to install Flux itself. */
  readonly bundledFlux: (GitOps & { readonly directory: string }) | undefined
}

/** Machines that are alike. */
export interface Group {
  /** `cp`, or the name of the node pool. */
  readonly name: string
  readonly replicas: number
  readonly os: OperatingSystem | undefined
  readonly version: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly taints: NodePool['taints']
  readonly hardware: NodePool['hardware']
  readonly autoscaling: NodePool['autoscaling']
}

export interface Planned {
  readonly cluster: Cluster
  readonly view: View
  /** Who carries it out: the admin machine, the management cluster by hand, or its Flux. */
  readonly by: 'adminMachine' | 'managementCluster' | 'flux'
}

/** The clusters of EKS Anywhere that the plan makes or changes, in the order of the plan. */
export function plannedClusters(plan: Plan): readonly Planned[] {
  const known = made.get(plan)
  if (known !== undefined) return known
  const fresh = workOut(plan)
  made.set(plan, fresh)
  return fresh
}

const made = new WeakMap<Plan, readonly Planned[]>()

function workOut(plan: Plan): readonly Planned[] {
  const { fleet } = plan
  const find = lookup(fleet)
  return plan.steps.flatMap((step): Planned[] => {
    const cluster = step.kind === 'cluster.create' ? find.cluster(step.subject.cluster) : undefined
    const spec = cluster?.eksAnywhere
    if (cluster === undefined || spec === undefined || step.change === 'remove') return []
    return [{ cluster, view: viewOf(plan, cluster, spec, step), by: byOf(step) }]
  })
}

function byOf({ intent }: PlannedStep): Planned['by'] {
  return intent.by === 'flux' || intent.by === 'managementCluster' ? intent.by : 'adminMachine'
}

function viewOf({ fleet }: Plan, cluster: Cluster, spec: EksAnywhere, step: PlannedStep): View {
  const find = lookup(fleet)
  const pools = find.poolsIn(cluster.name)
  const selfManaged = byOf(step) === 'adminMachine'
  const manager = selfManaged ? undefined : find.cluster(spec.managementCluster)
  const { gitops } = fleet
  const upgrades = step.intent.upgrades as { readonly strategy?: View['strategy'] } | undefined
  const workers = workersOf(spec, pools)
  const [first] = spec.singleNode ? pools : pools.filter((pool) => !workers.includes(pool))
  return {
    name: cluster.name,
    labels: cluster.labels,
    spec,
    manager: manager?.name ?? cluster.name,
    selfManaged,
    mirrorCertificate: fleet.certificates?.[spec.registryMirror?.caCertificate ?? ''],
    datacenter: {
      // machines boot from the Tinkerbell of their management cluster
      ...(spec.provider === 'bareMetal' &&
        manager?.eksAnywhere?.datacenter?.tinkerbellIP !== undefined && {
          tinkerbellIP: manager.eksAnywhere.datacenter.tinkerbellIP,
        }),
      ...spec.datacenter,
    },
    controlPlane: {
      ...groupOf(spec, first),
      name: controlPlaneGroup,
      replicas: controlPlaneReplicas(spec),
      version: undefined,
      // without workers the taint of the control plane is not there: apps run on it
      taints: workers.length === 0 ? [] : (first?.taints ?? []),
    },
    workers: workers.map((pool) => groupOf(spec, pool)),
    strategy: upgrades?.strategy ?? 'rollingUpdate',
    bundledFlux:
      selfManaged && spec.bundledFlux === true && gitops !== undefined
        ? { ...gitops, directory: cluster.at ?? find.sitesOf(cluster.name)[0]?.name ?? cluster.name }
        : undefined,
  }
}

function groupOf(spec: EksAnywhere, pool: NodePool | undefined): Group {
  const [fallback] = systemsOf(spec.provider, spec.version)
  const inMachine = spec.machine?.osFamily as OperatingSystem | undefined
  const ofPool = pool?.os === 'bottlerocket' || pool?.os === 'ubuntu' || pool?.os === 'redhat' ? pool.os : undefined
  return {
    name: pool?.name ?? controlPlaneGroup,
    replicas: pool?.replicas ?? 1,
    os: ofPool ?? spec.os ?? inMachine ?? fallback,
    version: pool?.version === spec.version ? undefined : pool?.version,
    labels: pool?.labels ?? {},
    taints: pool?.taints ?? [],
    hardware: pool?.hardware,
    autoscaling: pool?.autoscaling,
  }
}

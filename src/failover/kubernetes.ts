// The other clock: what a control plane does about nodes that it no longer hears of. Traffic stops when it notices; eviction comes
// five minutes later, or never, and a replacement may wait for the site itself. Which of these depends on all nodes of the cluster.

import type { App, Cluster, Drill, Fleet, Placement, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { siteTraits } from '../places/index.ts'
import type { NodeLifecycle } from '../timers/index.ts'
import {
  busyPass,
  defaultTolerationSeconds,
  eviction,
  nodeDetection,
  nodeLifecycles,
  noExecuteTaint,
  podsNotReady,
  replacement,
  scheduling,
  startup,
} from '../timers/index.ts'
import { nodesAt, siteAfter } from './after.ts'
import type { LossFault } from './loss.ts'
import { zonesOf } from './loss.ts'
import type { Chain, Dependence, Stage } from './path.ts'
import { chain, dependence, single } from './path.ts'

export type Assumptions = Drill['assume']

/** normal: one node in ten seconds is marked; partial: none in a small zone; full: as documented none, as measured one in ten seconds; master: none. */
export type ZoneMode = 'normal' | 'partial' | 'full' | 'master'

export interface KubernetesChain {
  readonly site: string
  readonly cluster: string
  readonly lifecycle: 'eks' | 'upstream'
  /** Nodes of the cluster that fall silent, of how many. */
  readonly silent: number
  readonly nodes: number
  readonly mode: ZoneMode
  readonly evicts: boolean
  /** From the loss to nodes that are called Unknown. */
  readonly detection: Chain
  /** From there to pods that are deleted, and replaced where a node is left for them. */
  readonly eviction: Chain | undefined
  readonly replacement: 'elsewhere' | 'pending' | 'none'
  /** What it comes to, in sentences. */
  readonly text: readonly string[]
}

/** As AWS documents its controller manager, or as Kubernetes was measured, where nobody says which. */
export function lifecycleOf(cluster: Cluster, assume?: Assumptions): NodeLifecycle {
  return nodeLifecycles[
    assume?.nodeLifecycle ?? (cluster.kind === 'eks' || cluster.kind === 'eksOutpost' ? 'eks' : 'upstream')
  ]
}

export function kubernetesChain(
  fleet: Fleet,
  app: App,
  site: Site,
  faults: readonly LossFault[],
  assume?: Assumptions,
): KubernetesChain | undefined {
  const find = lookup(fleet)
  const cluster = find.cluster(site.cluster)
  const placement = app.placement.find((one) => one.site === site.name)
  const after = siteAfter(fleet, site, faults)
  if (
    cluster === undefined ||
    placement === undefined ||
    !after.controlPlane ||
    (after.controlWay && after.nodes === 1)
  )
    return undefined
  const values = lifecycleOf(cluster, assume)
  const counts = countNodes(fleet, cluster, faults)
  const mode = modeOf(fleet, site, counts, values)
  const evicts =
    mode === 'normal' ||
    (mode === 'full' && values.fullZoneEvicts) ||
    (mode === 'partial' &&
      zoneKeys(fleet, site).some((key) => (counts.zones.get(key)?.nodes ?? 0) > values.largeZoneNodes))
  const silentHere = Math.max(1, Math.round(nodesAt(fleet, site) * (after.controlWay ? 1 - after.nodes : 1)))
  const pods = placement.replicas
  const load = { pods, nodes: silentHere }
  const detection = chain([
    single(nodeDetection(values, { passSeconds: silentHere > 1 ? busyPass(load).maxSeconds : 0 })),
    single(podsNotReady(load)),
  ])
  const elsewhere = hasOtherNodes(fleet, cluster, site, faults, placement)
  const replaced = !evicts ? 'none' : placement.pinned || !elsewhere ? 'pending' : 'elsewhere'
  return {
    site: site.name,
    cluster: cluster.name,
    lifecycle: values.profile,
    silent: counts.silent,
    nodes: counts.nodes,
    mode,
    evicts,
    detection,
    eviction: evicts
      ? chain(evictionStages(fleet, app, cluster, values, { pods, nodes: silentHere }, replaced))
      : undefined,
    replacement: replaced,
    text: sentences(
      mode,
      values,
      replaced,
      placement,
      counts.nodes === counts.silent,
      after.nodes > 0 && !after.controlWay,
    ),
  }
}

function evictionStages(
  fleet: Fleet,
  app: App,
  cluster: Cluster,
  values: NodeLifecycle,
  load: { pods: number; nodes: number },
  replaced: 'elsewhere' | 'pending' | 'none',
): readonly Stage[] {
  const tolerated = tolerationOf(fleet, app, cluster)
  const marked = [noExecuteTaint(values, { position: 1 }), noExecuteTaint(values, { position: load.nodes })] as const
  const taint = {
    ...marked[1],
    minSeconds: marked[0].minSeconds,
    meanSeconds: marked[0].meanSeconds ?? 0,
    title: load.nodes > 1 ? `the ${load.nodes} nodes are marked for eviction in turn` : marked[0].title,
  }
  return [
    single(taint),
    single(eviction({ pods: load.pods, tolerationSeconds: tolerated.seconds }), tolerated.dependsOn),
    ...(replaced === 'none' ? [] : [single(replacement({ pods: load.pods }))]),
    ...(replaced === 'elsewhere'
      ? [
          single(scheduling({ pods: load.pods })),
          single(startup(app.startup), [dependence(fleet, app.origin, 'startup', app.startup)]),
        ]
      : []),
  ]
}

export function tolerationOf(
  fleet: Fleet,
  app: App,
  cluster: Cluster,
): { readonly seconds: number; readonly dependsOn: readonly Dependence[] } {
  if (app.tolerations !== undefined)
    return {
      seconds: app.tolerations.unreachable,
      dependsOn: [dependence(fleet, app.origin, 'tolerations/unreachable', app.tolerations.unreachable)],
    }
  const ofCluster = cluster.tolerations?.unreachable
  if (ofCluster !== undefined)
    return { seconds: ofCluster, dependsOn: [dependence(fleet, cluster.origin, 'tolerations/unreachable', ofCluster)] }
  return { seconds: defaultTolerationSeconds, dependsOn: [] }
}

interface Counts {
  readonly nodes: number
  readonly silent: number
  readonly zones: ReadonlyMap<string, { nodes: number; silent: number }>
}

function countNodes(fleet: Fleet, cluster: Cluster, faults: readonly LossFault[]): Counts {
  const zones = new Map<string, { nodes: number; silent: number }>()
  let nodes = 0
  let silent = 0
  for (const site of lookup(fleet).sitesOf(cluster.name)) {
    const keys = zoneKeys(fleet, site)
    const here = lookup(fleet)
      .poolsOf(site.name)
      .filter((pool) => pool.cluster === cluster.name)
      .reduce((sum, pool) => sum + pool.replicas, 0)
    const after = siteAfter(fleet, site, faults)
    const lost = after.controlWay ? here * (1 - after.nodes) : here
    for (const key of keys) {
      const zone = zones.get(key) ?? { nodes: 0, silent: 0 }
      zones.set(key, { nodes: zone.nodes + here / keys.length, silent: zone.silent + lost / keys.length })
    }
    nodes += here
    silent += lost
  }
  return { nodes, silent, zones }
}

/** Zone labels of the nodes of a site, as the node controller groups them: an Outpost's are those of its anchor zone. */
function zoneKeys(fleet: Fleet, site: Site): readonly string[] {
  if (site.place.zone !== undefined) return [site.place.zone]
  const zones = zonesOf(fleet, site)
  return zones.length > 0 ? zones : [siteTraits(fleet, site).ownZone.value ? (site.place.region ?? '') : '']
}

function modeOf(fleet: Fleet, site: Site, counts: Counts, values: NodeLifecycle): ZoneMode {
  if (counts.silent >= counts.nodes) return 'master'
  const zones = zoneKeys(fleet, site).flatMap((key) => counts.zones.get(key) ?? [])
  if (zones.some((zone) => zone.nodes > 0 && zone.silent >= zone.nodes)) return 'full'
  return zones.some((zone) => zone.silent > 2 && zone.silent / zone.nodes >= values.unhealthyZoneShare)
    ? 'partial'
    : 'normal'
}

function hasOtherNodes(
  fleet: Fleet,
  cluster: Cluster,
  site: Site,
  faults: readonly LossFault[],
  placement: Placement,
): boolean {
  return lookup(fleet)
    .sitesOf(cluster.name)
    .some((other) => {
      const after = siteAfter(fleet, other, faults, placement)
      return (
        (other.name !== site.name || after.nodes > 0) &&
        after.nodes > 0 &&
        after.controlWay &&
        nodesAt(fleet, other, placement) > 0
      )
    })
}

function sentences(
  mode: ZoneMode,
  values: NodeLifecycle,
  replaced: KubernetesChain['replacement'],
  placement: Placement,
  all: boolean,
  stillRuns: boolean,
): readonly string[] {
  const evict = {
    normal:
      'Its zone is healthy enough for eviction to go on: pods are deleted when they no longer tolerate the lost node.',
    partial: 'So many nodes of its zone are lost that the control plane stops evicting there.',
    full: values.fullZoneEvicts
      ? 'The whole zone is lost while another lives: as measured, one node in ten seconds is evicted.'
      : 'The whole zone is lost: as AWS documents it, nothing is evicted. Kubernetes as it was measured evicts one node in ten seconds.',
    master:
      'Every node of the cluster is silent: the control plane takes that for a fault of its own and stops evicting, except for a node that it marked while it was still counting.',
  }[mode]
  const replace = {
    elsewhere: 'Replacements start on the other nodes of the cluster.',
    pending: placement.pinned
      ? 'Replacements are pinned to the site, and stay Pending until a node of it is back.'
      : 'No other node is left for replacements: they stay Pending.',
    none: '',
  }[replaced]
  const running = stillRuns
    ? 'Meanwhile its containers run on: deleted in the API is not stopped. What was deleted dies when the link is back.'
    : ''
  return [evict, replace, running].filter(
    (sentence) => sentence !== '' && !(all && sentence === replace && replaced === 'none'),
  )
}

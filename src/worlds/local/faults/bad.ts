// What outages make bad, all of them together: hops of the world outside, engines killed or frozen, nodes that are off, pods that crash.
// Pure, and worked out whole each time: a thing is well again when nothing that is still away takes it, whatever the order was.

import { lookup } from '../../../model/lookup.ts'
import type { Owner } from '../engine.ts'
import { engineId } from '../engine.ts'
import type { Conditions, HopState } from '../outside/conditions.ts'
import {
  controlPlaneHopOf,
  copyKey,
  gitHop,
  internetOf,
  powerOf,
  registryHop,
  serviceLinkOf,
} from '../outside/conditions.ts'
import { registrationsOf } from '../outside/doors/config.ts'
import type { Ground, GroundNode } from './ground.ts'
import { nodeKey } from './ground.ts'
import type { How, Outage } from './lowering.ts'

export type Ended = 'killed' | 'frozen'

export interface Bad {
  /** Lateness in seconds of the drill. */
  readonly conditions: Conditions
  readonly engines: ReadonlyMap<string, Ended>
  /** By `site/name`: without power, or not yet booted. */
  readonly nodes: ReadonlySet<string>
  /** Control planes that answer nobody, and what Karmada of a federation runs on. */
  readonly clusters: ReadonlySet<string>
  readonly federations: ReadonlySet<string>
  /** Of the control planes, those whose machines have no power. */
  readonly unpowered: ReadonlySet<string>
  /** `app/site`. */
  readonly crashed: ReadonlySet<string>
  /** Apps with the version that is to be everywhere. */
  readonly releases: ReadonlyMap<string, 'broken' | 'crashing'>
}

/** What has power again, or is held by nobody any more, and is not there yet. */
export interface Coming {
  /** By `site/name`. */
  readonly nodes: ReadonlySet<string>
  readonly clusters: ReadonlyMap<string, { readonly how: How; readonly engines: ReadonlyMap<string, Ended> }>
  readonly federations: ReadonlySet<string>
}

export const nothingComes: Coming = { nodes: new Set(), clusters: new Map(), federations: new Set() }

/** What runs here; the id of an engine stands for it. */
export type Running = ReadonlySet<string>

export function badOf(ground: Ground, running: Running, outages: readonly Outage[], coming = nothingComes): Bad {
  const find = lookup(ground.fleet)
  const hops: Record<string, HopState> = {}
  const cut = (hop: string, how: How): void => {
    // the first who takes it says how
    hops[hop] ??= { cut: how }
  }
  const late: Record<string, number> = {}
  const checkPorts: Record<string, number> = {}
  const dark = new Set(outages.flatMap((it) => (it.kind === 'power' ? [it.site] : [])))
  const unpowered = new Set(outages.flatMap((it) => (it.kind === 'node' ? [it.node] : [])))
  const crashed = new Set<string>()
  const releases = new Map<string, 'broken' | 'crashing'>()
  for (const outage of outages)
    switch (outage.kind) {
      case 'power':
        cut(powerOf(outage.site), 'blackhole')
        break
      case 'internet':
        cut(internetOf(outage.site), outage.how)
        break
      case 'serviceLink':
        cut(serviceLinkOf(outage.site), outage.how)
        break
      case 'registrations':
        cut(registrationsOf(outage.site), 'blackhole')
        break
      case 'git':
        cut(gitHop, outage.how)
        break
      case 'registry':
        cut(registryHop, outage.how)
        break
      case 'late': {
        const key = copyKey(outage.app, outage.site)
        late[key] = Math.max(late[key] ?? 0, outage.seconds)
        break
      }
      case 'checkPort':
        checkPorts[copyKey(outage.app, outage.site)] = outage.port
        break
      case 'crash':
        crashed.add(copyKey(outage.app, outage.site))
        break
      case 'release':
        releases.set(outage.app, outage.version)
        break
      default:
    }

  const powered = (node: GroundNode): boolean => !dark.has(node.site) && !unpowered.has(nodeKey(node))
  const runs = (node: GroundNode): boolean => powered(node) && !coming.nodes.has(nodeKey(node))
  const sites = new Set([...dark, ...[...unpowered, ...coming.nodes].map((key) => key.slice(0, key.indexOf('/')))])
  const nodes = new Set<string>()
  const engines = new Map<string, Ended>()
  const end = (id: string, how: Ended): void => {
    if (running.has(id) && engines.get(id) !== 'killed') engines.set(id, how)
  }
  const touched = new Set<string>()
  for (const site of sites) {
    const here = ground.nodesAt(site)
    for (const node of here) if (!runs(node)) nodes.add(nodeKey(node))
    for (const cluster of new Set(here.map((node) => node.cluster))) {
      touched.add(cluster)
      if (!here.some((node) => node.cluster === cluster && runs(node)))
        end(engineId(ofCluster(cluster), `kwok-${site}`), 'killed')
    }
  }

  // the machines under a control plane: a site's, or in a cluster of one machine that machine's
  const hasPower = (name: string): boolean => {
    const site = ground.controlPlaneSite(name)
    if (site === undefined) return true
    const [only] = ground.nodesIn(name)
    if (find.cluster(name)?.eksAnywhere?.singleNode === true && only !== undefined) return powered(only)
    return !dark.has(site)
  }
  const clusters = new Set<string>()
  const dead = new Set<string>()
  const goDown = (name: string, how: How, ended: Ended, parts: readonly string[]): void => {
    clusters.add(name)
    cut(controlPlaneHopOf(name), how)
    for (const part of parts) end(engineId(ofCluster(name), part), ended)
  }
  for (const { name } of ground.fleet.clusters) {
    const site = ground.controlPlaneSite(name)
    // a machine without power refuses nothing
    if (site !== undefined && (sites.has(site) || touched.has(name)) && !hasPower(name)) {
      dead.add(name)
      goDown(name, 'blackhole', 'killed', controlPlane)
    }
    const comes = coming.clusters.get(name)
    if (comes === undefined) continue
    goDown(name, comes.how, 'killed', [])
    for (const [id, ended] of comes.engines) end(id, ended)
  }
  for (const outage of outages) {
    if (outage.kind !== 'controlPlane' && outage.kind !== 'etcd') continue
    const { cluster, how, kind } = outage
    const parts = kind === 'etcd' ? ['etcd'] : how === 'refuse' ? refusing : controlPlane
    goDown(cluster, how, how === 'refuse' ? 'killed' : 'frozen', parts)
  }

  // what runs as pods: Flux and the agent on the nodes of their cluster, Karmada on those of its host
  const allGone = (name: string): boolean => {
    const its = ground.nodesIn(name)
    return its.length > 0 && !its.some(runs)
  }
  for (const name of touched)
    if (allGone(name)) for (const part of onNodes) end(engineId(ofCluster(name), part), 'killed')
  const federations = new Set<string>()
  for (const { name, host } of ground.fleet.federations) {
    const gone = ground.nodesIn(host).length === 0 ? clusters.has(host) : touched.has(host) && allGone(host)
    if (!gone && !coming.federations.has(name)) continue
    federations.add(name)
    for (const part of karmada) end(engineId({ kind: 'federation', name }, part), 'killed')
  }
  const conditions = { hops, late, checkPorts }
  return { conditions, engines, nodes, clusters, federations, unpowered: dead, crashed, releases }
}

const ofCluster = (name: string): Owner => ({ kind: 'cluster', name })

/** In the order in which they are ended: who asks goes after who is asked, so that nothing is said on the way. */
export const controlPlane = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'] as const
const refusing = controlPlane.filter((part) => part !== 'etcd')
export const onNodes = ['karmada-agent', 'source-controller', 'kustomize-controller', 'helm-controller'] as const
export const karmada = [
  'karmada-apiserver',
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
  'karmada-kube-controller-manager',
  'etcd',
] as const

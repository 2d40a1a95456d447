// What is away in truth, by whom, and what is on its way back: machines boot, and a control plane or Karmada comes only after them. Says what
// follows at once from it (a control plane that goes with its power), and knows what is bad because of it; who carries that out is told.

import { clusterSubject, federationSubject, nodeSubject } from '../../../timeline/subjects.ts'
import { controllersStart, controlPlaneBoot, staticPodsSeconds } from '../../../timers/control-plane.ts'
import { karmadaStart } from '../../../timers/karmada.ts'
import { nodeBoot } from '../../../timers/kubelet.ts'
import type { Pace } from '../../../timers/pace.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce, use } from '../../../timers/timer.ts'
import { engineId } from '../engine.ts'
import { controlPlaneHopOf } from '../outside/conditions.ts'
import type { Bad, Coming, Ended, Running } from './bad.ts'
import { badOf, controlPlane, nothingComes } from './bad.ts'
import type { Ground, GroundNode } from './ground.ts'
import { nodeKey } from './ground.ts'
import type { How, Outage } from './lowering.ts'
import type { Voice } from './said.ts'

export interface Truth {
  bad(): Bad
  /** `cause`: the event that says so. Whoever holds gives back the same. */
  take(holder: object, outages: readonly Outage[], cause: number): void
  give(holder: object, cause: number): void
  /** The same, of one part of what it holds. */
  giveOne(holder: object, outages: readonly Outage[], cause: number): void
  /** Whether what was begun with that is still wanted. */
  isComing(comes: object): boolean
  /** It answers again; its controllers do not run yet. False: it was taken again meanwhile. */
  answers(cluster: string, comes: object): boolean
  controllersRun(cluster: string): void
  karmadaRuns(federation: string, comes: object): boolean
  /** Nothing comes by itself any more. */
  close(): void
}

export interface TruthOptions {
  readonly ground: Ground
  readonly running: Running
  readonly pace: Pace
  readonly voice: Voice
  /** After so many seconds of the drill; gives what takes it back. */
  readonly later: (seconds: number, act: () => void) => () => void
  /** Machines are there: what ran on them can be started. */
  readonly startControlPlane: (cluster: string, comes: object) => void
  readonly startKarmada: (federation: string, comes: object) => void
  /** Something of it changed by itself. */
  readonly changed: () => void
}

interface ClusterComes {
  readonly how: How
  readonly engines: ReadonlyMap<string, Ended>
  readonly cause: number
  readonly booted: boolean
  readonly cancel: () => void
}

export function truthOf(options: TruthOptions): Truth {
  const { ground, running, pace, voice, later, startControlPlane, startKarmada, changed } = options
  let holds: readonly { readonly holder: object; readonly outage: Outage }[] = []
  const nodes = new Map<string, { readonly cause: number; readonly cancel: () => void }>()
  const clusters = new Map<string, ClusterComes>()
  const federations = new Map<string, { readonly cause: number }>()
  /** Since they were up last. */
  const lostPower = new Set<string>()
  const upEvent = new Map<string, number>()
  const byKey = new Map<string, GroundNode>()
  const coming = (): Coming => ({ nodes: new Set(nodes.keys()), clusters, federations: new Set(federations.keys()) })
  const outages = (): readonly Outage[] => holds.map(({ outage }) => outage)
  let bad = badOf(ground, running, [])
  /** By what is held alone; and with the machines that boot. */
  let away = bad
  let gone = bad

  const nodeOf = (key: string): GroundNode | undefined => {
    if (!byKey.has(key))
      for (const node of ground.nodesAt(key.slice(0, key.indexOf('/')))) byKey.set(nodeKey(node), node)
    return byKey.get(key)
  }

  function review(cause: number): void {
    const was = { away, gone }
    away = badOf(ground, running, outages())
    for (const name of away.unpowered) lostPower.add(name)
    for (const [key, { cancel }] of nodes) if (away.nodes.has(key) && nodes.delete(key)) cancel()
    for (const key of was.away.nodes) if (!away.nodes.has(key)) boot(key, cause)
    for (const [name, { cancel }] of clusters) if (away.clusters.has(name) && clusters.delete(name)) cancel()
    for (const name of was.away.clusters) if (!away.clusters.has(name)) comeBack(name, cause)
    gone = badOf(ground, running, outages(), { ...nothingComes, nodes: new Set(nodes.keys()) })
    for (const name of federations.keys()) if (gone.federations.has(name)) federations.delete(name)
    for (const name of was.gone.federations)
      if (!gone.federations.has(name)) {
        const comes = { cause }
        federations.set(name, comes)
        startKarmada(name, comes)
      }
    const before = bad
    bad = badOf(ground, running, outages(), coming())
    for (const name of bad.clusters) if (!before.clusters.has(name)) tellCluster(name, false, cause, atOnce)
    for (const name of bad.federations) if (!before.federations.has(name)) tellKarmada(name, false, cause, atOnce)
  }

  function boot(key: string, cause: number): void {
    const node = nodeOf(key)
    if (node === undefined) return
    const cancel = later(node.bootSeconds, () => {
      nodes.delete(key)
      const booted = voice.emit({
        ...{ subject: nodeSubject(node.site, node.name), what: 'kubelet', from: 'down', to: 'up', cause },
        timer: use(pace.timer(nodeBoot(node.bootSeconds))),
        ...{ decidedBy: 'standIn', site: node.site },
        text: `node ${node.name} at ${node.site} has booted`,
      })
      review(booted)
      changed()
    })
    nodes.set(key, { cause, cancel })
  }

  const bootSeconds = (cluster: string): number =>
    Math.max(0, ...ground.nodesIn(cluster).map((node) => node.bootSeconds))

  function comeBack(name: string, cause: number): void {
    const ids = controlPlane.map((part) => engineId({ kind: 'cluster', name }, part))
    const engines = new Map(
      ids.flatMap((id): readonly [string, Ended][] => {
        const how = bad.engines.get(id)
        return how === undefined ? [] : [[id, how]]
      }),
    )
    const booted = lostPower.has(name)
    const start = (): void => startControlPlane(name, comes)
    const comes: ClusterComes = {
      how: bad.conditions.hops[controlPlaneHopOf(name)]?.cut ?? 'blackhole',
      ...{ engines, cause, booted },
      cancel: later(booted ? bootSeconds(name) + staticPodsSeconds : 0, start),
    }
    clusters.set(name, comes)
  }

  function tellCluster(name: string, up: boolean, cause: number, timer: Timer): number {
    return voice.once({
      ...{
        subject: clusterSubject(name),
        what: 'controlPlane',
        from: up ? 'down' : 'up',
        to: up ? 'up' : 'down',
        cause,
      },
      ...{ timer: use(pace.timer(timer)), decidedBy: 'engine' },
      text: `the control plane of ${name} is ${up ? 'back' : 'gone'}`,
    })
  }

  function tellKarmada(name: string, up: boolean, cause: number, timer: Timer): void {
    const host = ground.fleet.federations.find((one) => one.name === name)?.host ?? ''
    voice.once({
      ...{ subject: federationSubject(name), what: 'karmada', from: up ? 'down' : 'up', to: up ? 'up' : 'down', cause },
      ...{ timer: use(pace.timer(timer)), decidedBy: 'engine' },
      text: up
        ? `Karmada of ${name} runs again on ${host}`
        : `Karmada of ${name} is gone with ${host}: nothing is moved any more, and what runs on the members runs on`,
    })
  }

  return {
    bad: () => bad,
    take: (holder, taken, cause) => {
      holds = [...holds, ...taken.map((outage) => ({ holder, outage }))]
      review(cause)
    },
    give: (holder, cause) => {
      holds = holds.filter((one) => one.holder !== holder)
      review(cause)
    },
    giveOne: (holder, given, cause) => {
      holds = holds.filter((one) => one.holder !== holder || !given.includes(one.outage))
      review(cause)
    },
    isComing: (comes) => [...clusters.values(), ...federations.values()].some((one) => one === comes),
    answers: (name, comes) => {
      const known = clusters.get(name)
      if (known === undefined || known !== comes) return false
      clusters.delete(name)
      lostPower.delete(name)
      const timer = known.booted ? controlPlaneBoot(bootSeconds(name)) : atOnce
      upEvent.set(name, tellCluster(name, true, known.cause, timer))
      bad = badOf(ground, running, outages(), coming())
      return true
    },
    controllersRun: (name) => {
      if (bad.clusters.has(name)) return
      voice.emit({
        ...{ subject: clusterSubject(name), what: 'controllers', from: 'stopped', to: 'running' },
        ...{ cause: upEvent.get(name) ?? 0, timer: use(pace.timer(controllersStart())), decidedBy: 'engine' },
        text: `the controllers of ${name} run again, with fresh memories`,
      })
    },
    karmadaRuns: (name, comes) => {
      const known = federations.get(name)
      if (known === undefined || known !== comes) return false
      federations.delete(name)
      tellKarmada(name, true, known.cause, karmadaStart())
      bad = badOf(ground, running, outages(), coming())
      return true
    },
    close: () => {
      for (const { cancel } of [...nodes.values(), ...clusters.values()]) cancel()
      nodes.clear()
      clusters.clear()
      federations.clear()
      holds = []
      bad = badOf(ground, running, [])
    },
  }
}

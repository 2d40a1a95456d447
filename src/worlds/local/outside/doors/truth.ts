// What really runs on the nodes of one cluster. KWOK is their kubelets, and what it wrote is so: a pod whose containers it called ready
// answers until it calls them otherwise or takes the pod away. What only the control plane wrote changes nothing on a node: not its word
// that a pod is not ready, and not a deletion that the site has not heard of. Power changes everything at once.

import type { Conditions } from '../conditions.ts'
import { powerOf, wayOver } from '../conditions.ts'
import type { DoorConfig, SiteWay } from './config.ts'
import type { Timing } from './timing.ts'
import type { PodSeen, View } from './view.ts'

export interface Body {
  readonly pod: PodSeen
  /** Where its node stands. */
  readonly site: string
}

export interface Truth {
  /** Pods of a copy, those included of which the API knows no more while their nodes do not know it yet. */
  bodiesOf(copy: Pick<DoorConfig, 'namespace' | 'pods'>): readonly Body[]
  body(uid: string): Body | undefined
  /** Whether it would answer somebody beside it. With `startupSeconds` a kubelet that says nothing is not waited for. */
  serves(body: Body, startupSeconds: number): boolean
  /** Whether its machine has power. */
  powered(body: Body): boolean
  /** Whether a machine with power is there. */
  stands(site: string): boolean
  podHeard(pod: PodSeen): void
  /** When a kubelet did what was heard of last, on the clock of the wall; undefined: something else was the last thing to change. */
  doneMs(): number | undefined
  podGone(pod: PodSeen): void
  /** No kubelet did what changes now. */
  otherwise(): void
  /** What is known, or what is bad, changed. */
  review(): void
  /** Some wait for a time to pass, of which nothing else tells. */
  waits(): boolean
}

/** After a machine has booted its kubelet says by then that what ran there must start. */
const kubeletMs = 5_000

/** A kubelet writes what it has done already, and a watch hears of it some time after it was written. */
const toldLaterMs = 20
const staleMs = 2_000

export interface TruthOf {
  /** What the API says, at first hand. */
  readonly api: Pick<View, 'pods' | 'nodes'>
  readonly ways: () => readonly SiteWay[]
  /** Whether the clients of a site hear of changes. */
  readonly hears: (site: string) => boolean
  readonly conditions: () => Conditions
  readonly timing: Timing
  readonly speed: () => number
}

export function truthOf({ api, ways, hears, conditions, timing, speed }: TruthOf): Truth {
  /** Gone from the API, and not from their nodes. */
  const orphans = new Map<string, Body>()
  /** On machines that lost their power: they run again when they were started. */
  const dark = new Set<string>()
  const poweredSince = new Map<string, number>()
  const poweredNodes = new Set<string>()
  let doneMs: number | undefined

  const isCut = (hops: readonly string[]): boolean => wayOver(conditions(), hops).cut !== undefined
  const siteOf = (pod: PodSeen): string => api.nodes.get(pod.node ?? '')?.site ?? ''
  const isOutOfReach = (site: string): boolean =>
    isCut(ways().find((way) => way.site === site)?.crosses ?? [powerOf(site)])
  const hasPower = (node: string | undefined): boolean => {
    const known = api.nodes.get(node ?? '')
    return known !== undefined && !known.off && !isCut([powerOf(known.site)])
  }
  const bodyOf = (pod: PodSeen): Body => ({ pod, site: siteOf(pod) })

  return {
    bodiesOf: ({ namespace, pods }) => {
      const wanted = Object.entries(pods ?? {})
      const isOne = (pod: PodSeen): boolean =>
        pod.namespace === namespace && wanted.every(([key, value]) => pod.labels[key] === value)
      return [
        ...[...api.pods.values()].filter(isOne).map(bodyOf),
        ...[...orphans.values()].filter(({ pod }) => isOne(pod)),
      ]
    },
    body: (uid) => {
      const pod = api.pods.get(uid)
      return pod === undefined ? orphans.get(uid) : bodyOf(pod)
    },
    serves: ({ pod }, startupSeconds) => {
      if (!pod.containersReady || pod.crashed || !hasPower(pod.node)) return false
      if (!dark.has(pod.uid)) return true
      const since = poweredSince.get(pod.node ?? '')
      return since !== undefined && timing.now() >= since + kubeletMs + (startupSeconds * 1_000) / speed()
    },
    powered: ({ pod }) => hasPower(pod.node),
    stands: (site) => [...api.nodes.values()].some((node) => node.site === site && hasPower(node.name)),
    doneMs: () => (doneMs !== undefined && Date.now() - doneMs < staleMs ? doneMs : undefined),
    podHeard: (pod) => {
      doneMs = Date.now() - toldLaterMs
      // its kubelet is back, and starts it
      if (!pod.containersReady) dark.delete(pod.uid)
    },
    podGone: (pod) => {
      doneMs = Date.now() - toldLaterMs
      const site = siteOf(pod)
      // in reach its kubelet has taken it away; out of reach somebody did so in the API alone
      if (pod.node !== undefined && pod.containersReady && isOutOfReach(site)) orphans.set(pod.uid, { pod, site })
      else dark.delete(pod.uid)
    },
    otherwise: () => {
      doneMs = undefined
    },
    review: () => {
      // a machine that was started anew has only what its API server tells it
      for (const [uid, { site, pod }] of orphans)
        if ((hears(site) && !isOutOfReach(site)) || dark.has(pod.uid)) orphans.delete(uid)
      for (const { name } of api.nodes.values()) {
        const powered = hasPower(name)
        if (powered && !poweredNodes.has(name)) {
          poweredNodes.add(name)
          poweredSince.set(name, timing.now())
        } else if (!powered && poweredNodes.delete(name)) {
          for (const pod of api.pods.values()) if (pod.node === name) dark.add(pod.uid)
          for (const { pod } of orphans.values()) if (pod.node === name) dark.add(pod.uid)
        }
      }
      for (const uid of dark) if (!api.pods.has(uid) && !orphans.has(uid)) dark.delete(uid)
    },
    waits: () => dark.size > 0,
  }
}

// `skerry explain failover APP`: every gate, timer, taint and cache between a failure and a served user, for each loss that touches
// the app, with the worst and the expected time.

import type { App, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { overstayedCache, ttlViolators } from '../timers/index.ts'
import type { Gate } from './gates.ts'
import { gatesOf } from './gates.ts'
import type { KubernetesChain } from './kubernetes.ts'
import { kubernetesChain } from './kubernetes.ts'
import type { Loss, LossKind } from './loss.ts'
import { singleLosses, supplyLosses } from './loss.ts'
import type { Path } from './paths.ts'
import { pathsOf } from './paths.ts'
import { placed } from './placed.ts'
import { policyOf, routingSource } from './routing.ts'
import { survivals } from './survival.ts'

export type { Gate } from './gates.ts'

export interface FailoverExplanation {
  readonly app: string
  readonly host: string | undefined
  readonly policy: string | undefined
  readonly gates: readonly Gate[]
  readonly losses: readonly LossStory[]
  /** What is no loss of a place, and what it does to users. */
  readonly supplies: readonly { readonly title: string; readonly text: string }[]
  /** Users behind resolvers that overstay the TTL. */
  readonly tail: {
    readonly share: number
    readonly holdSeconds: readonly number[]
    readonly source: string
    readonly text: string
  }
  readonly sources: readonly string[]
}

export interface LossStory {
  readonly loss: string
  readonly kind: LossKind
  readonly title: string
  readonly standsFor: Loss['standsFor']
  /** The site or cluster that is lost, and its class, where it is one of many. */
  readonly one: { readonly name: string; readonly class: string } | undefined
  /** Audiences to whom the same happens are told once. */
  readonly paths: readonly (Path & { readonly audiences: readonly string[]; readonly onLan: boolean })[]
  /** What the control planes believe meanwhile, for each site with a copy that they lose sight of. */
  readonly kubernetes: readonly KubernetesChain[]
  /** In one sentence, where no control plane is left to believe anything. */
  readonly controlPlane: string | undefined
}

export function explainFailover(fleet: Fleet, appName: string): FailoverExplanation {
  const app = lookup(fleet).app(appName)
  if (app === undefined) throw new Error(`a bug of skerry: there is no app ${appName}`)
  const touching = new Set(
    survivals(fleet)
      .filter((survival) => survival.app === app.name)
      .map((survival) => survival.loss),
  )
  const losses = singleLosses(fleet).filter(
    (loss) => touching.has(loss.id) || (loss.kind === 'copy' && loss.faults[0]?.app === app.name),
  )
  const tail = overstayedCache(Math.max(...ttlViolators.holdSeconds))
  return {
    app: app.name,
    host: app.expose?.host,
    policy: policyOf(app),
    gates: gatesOf(fleet, app),
    losses: losses.map((loss) => storyOf(fleet, app, loss)),
    supplies: supplyLosses(fleet).map(({ title, kind }) => ({ title, text: supplyText(kind) })),
    tail: {
      share: ttlViolators.share,
      holdSeconds: ttlViolators.holdSeconds,
      source: tail.source,
      text: 'stay with the old answer for longer than its time to live; no setting of the fleet changes that',
    },
    sources: [...new Set([routingSource, tail.source])],
  }
}

function supplyText(kind: LossKind): string {
  return kind === 'git'
    ? 'Users notice nothing. What was last fetched goes on being applied; new commits wait, up to 15 minutes longer than the outage.'
    : 'Users notice nothing while pods run. A pod that starts on a node without the image, or always pulls, waits for it.'
}

function storyOf(fleet: Fleet, declared: App, loss: Loss): LossStory {
  const app = placed(fleet, declared)
  const chains = app.placement.flatMap((placement) => {
    const site = lookup(fleet).site(placement.site)
    return site === undefined ? [] : (kubernetesChain(fleet, app, site, loss.faults) ?? [])
  })
  return {
    loss: loss.id,
    kind: loss.kind,
    title: loss.title,
    standsFor: loss.standsFor,
    one: oneOfMany(fleet, loss),
    paths: together(fleet, pathsOf(fleet, app, loss)),
    kubernetes: chains,
    controlPlane: beliefText(loss.kind, chains),
  }
}

function oneOfMany(fleet: Fleet, { faults }: Loss): LossStory['one'] {
  const [fault] = faults
  const lost = lookup(fleet).site(fault?.site) ?? lookup(fleet).cluster(fault?.cluster)
  return lost?.class === undefined || faults.length > 1 ? undefined : { name: lost.name, class: lost.class }
}

function beliefText(kind: LossKind, chains: readonly KubernetesChain[]): string | undefined {
  if (chains.length > 0) return undefined
  if (kind === 'controlPlane')
    return 'Nothing is moved, started or scaled: the control plane itself is gone. Pods that run go on.'
  if (kind === 'regionControlPlane')
    return 'Pods and load balancers go on with what they know: no launches, no new targets, no scaling.'
  return kind === 'internet' || kind === 'uplink' ? 'The control plane sees nothing wrong.' : undefined
}

function together(fleet: Fleet, paths: readonly Path[]): LossStory['paths'] {
  const groups = new Map<string, { path: Path; audiences: string[]; onLan: boolean }>()
  for (const path of paths) {
    const onLan = lookup(fleet).audience(path.audience)?.at !== undefined
    // who is on another LAN than the one that is hit notices nothing, whichever it is
    const where = onLan && path.outcome === 'unnoticed' ? ['on a LAN'] : [path.before, path.after]
    const key = JSON.stringify([
      path.outcome,
      ...where,
      path.recovery?.maxSeconds,
      path.failback?.maxSeconds,
      path.text,
    ])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { path, audiences: [path.audience], onLan })
    else group.audiences.push(path.audience)
  }
  return [...groups.values()].map(({ path, audiences, onLan }) => ({ ...path, audiences, onLan }))
}

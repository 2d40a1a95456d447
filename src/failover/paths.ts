// The closed form of a failover: for each audience of an app and one loss, what users get at once, what notices it, who serves them
// then and after how long; and what happens when the loss is made good. Where nothing happens, or nobody is left, it says so.

import type { App, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import {
  endpointSlice,
  inSequence,
  powerHoldUp,
  proxySync,
  statusBatch,
  targetUnhealthy,
  watchReconnect,
} from '../timers/index.ts'
import { copyAfter, hasWay, siteAfter } from './after.ts'
import { failbackOf, repairOf, startStages } from './comeback.ts'
import { answersSpread, checkersReach, noticedBy, notices, targetCheck, targetFields, upAgain } from './detection.ts'
import { roundTripMilliseconds } from './distance.ts'
import type { Assumptions } from './kubernetes.ts'
import { kubernetesChain } from './kubernetes.ts'
import type { Loss, LossFault } from './loss.ts'
import type { Move } from './moves.ts'
import { moved, movesOf } from './moves.ts'
import type { Chain, Stage } from './path.ts'
import { chain, dependence, single, total } from './path.ts'
import { declaredOf, placed } from './placed.ts'
import type { Copy, Question } from './question.ts'
import type { Answers } from './routing.ts'
import { answers, routedSites } from './routing.ts'

/**
 * unnoticed: users lose nothing. moved: they lose nothing, and are sent elsewhere all the same. recovers: others serve them after a
 * time. heals: the site itself goes on with what is left of it. lost: nobody serves them until the loss is made good. unserved:
 * nobody served them before it either.
 */
export type Outcome = 'unnoticed' | 'moved' | 'recovers' | 'heals' | 'lost' | 'unserved'

export interface Path {
  readonly app: string
  readonly audience: string
  readonly loss: string
  readonly outcome: Outcome
  /** Share of the audience by site, before and in the end. */
  readonly before: Answers
  readonly after: Answers
  /** Share that is answered before, and in the end while the loss lasts. */
  readonly servedBefore: number
  readonly servedAfter: number
  /** From the loss to the last user that honours TTLs; where somebody serves them. */
  readonly recovery: Chain | undefined
  /** GitOps puts the copy back besides, which may be earlier. */
  readonly repair: Chain | undefined
  /** From the loss made good to users where they were before. */
  readonly failback: Chain | undefined
  /** Sites that are lost to it without anything noticing. */
  readonly unseen: readonly string[]
  /** Copies that would still serve this audience. */
  readonly copiesLeft: readonly string[]
  /** Estimated round trip to who serves, milliseconds, weighted by share; undefined where a location is not known. */
  readonly latencyMilliseconds: { readonly before: number | undefined; readonly after: number | undefined }
  /** Where Karmada moves replicas under the loss, and when; what users see of it may come long after they are served again. */
  readonly moves: readonly Move[]
  /** What happens, in sentences. */
  readonly text: readonly string[]
}

export function failoverPaths(
  fleet: Fleet,
  appName: string,
  loss: Pick<Loss, 'id' | 'faults'>,
  assume?: Assumptions,
): readonly Path[] {
  const app = lookup(fleet).app(appName)
  return app === undefined ? [] : pathsOf(fleet, app, loss, assume)
}

/** The same for an app as it might be declared instead. */
export function pathsOf(
  fleet: Fleet,
  declared: App,
  loss: Pick<Loss, 'id' | 'faults'>,
  assume?: Assumptions,
): readonly Path[] {
  const app = placed(fleet, declared)
  if (app.expose === undefined) return []
  const asked = new Set([
    ...routedSites(app),
    ...app.audiences.flatMap((name) => lookup(fleet).audience(name)?.at ?? []),
  ])
  const copies = new Map<string, Copy>()
  for (const placement of app.placement) {
    // a copy that no name resolves to and that is on nobody's LAN serves nobody
    if (!asked.has(placement.site ?? '')) continue
    const site = lookup(fleet).site(placement.site)
    const well = copyAfter(fleet, app, placement, [])
    const after = copyAfter(fleet, app, placement, loss.faults)
    if (site !== undefined && well !== undefined && after !== undefined) copies.set(site.name, { site, well, after })
  }
  const file = declaredOf(app)
  const moves = app === file ? [] : movesOf(fleet, file, loss.faults, assume)
  for (const copy of standbys(fleet, app, file, asked, loss.faults, moves))
    if (!copies.has(copy.site.name)) copies.set(copy.site.name, copy)
  const stays = app !== file && moved(fleet, file, loss.faults) !== undefined
  return app.audiences.flatMap((name) => {
    const audience = lookup(fleet).audience(name)
    if (audience === undefined) return []
    const path = pathOf({ fleet, app, audience, copies, loss, assume, moves })
    // what Karmada moved does not move back by itself
    const standby = Object.keys(path.after).some((site) => copies.get(site)?.later !== undefined)
    return [stays || standby ? { ...path, failback: undefined } : path]
  })
}

/** Copies where nothing runs until Karmada moves replicas there. */
function standbys(
  fleet: Fleet,
  app: App,
  declared: App,
  asked: ReadonlySet<string>,
  faults: readonly LossFault[],
  moves: readonly Move[],
): readonly Copy[] {
  return moves.flatMap((later) =>
    later.gains.flatMap(({ site: name, replicas, had }) => {
      const site = lookup(fleet).site(name)
      const placement = declared.placement.find((one) => one.federation === later.federation)
      if (had > 0 || site === undefined || placement === undefined || !asked.has(name)) return []
      const well = copyAfter(fleet, app, { ...placement, site: name, replicas: 0 }, [])
      const after = copyAfter(fleet, app, { ...placement, site: name, replicas }, faults)
      return well === undefined || after === undefined ? [] : [{ site, well, after, later }]
    }),
  )
}

function pathOf(question: Question): Path {
  const { audience, loss, app } = question
  const before = audience.at === undefined ? publicAnswers(question, 'before') : { [audience.at]: 1 }
  const after = audience.at === undefined ? publicAnswers(question, 'after') : before
  const servedBefore = served(question, before, () => 0)
  const atOnce = served(question, before, (copy) => failing(question, copy))
  const servedAfter = served(question, after, (copy) => lastingly(question, copy), 'in the end')
  const settled = outcomeOf(servedBefore, atOnce, servedAfter, sameAnswers(before, after))
  const outcome = settled === 'lost' && repairs(question) ? 'heals' : settled
  const failed = Object.keys(before).filter((name) => failing(question, question.copies.get(name)) > 0)
  const stages =
    outcome === 'recovers'
      ? movingStages(question, failed, after)
      : outcome === 'heals'
        ? healingStages(question, failed)
        : undefined
  const repair = outcome === 'recovers' ? repairChain(question, failed) : undefined
  return {
    app: app.name,
    audience: audience.name,
    loss: loss.id,
    outcome,
    before,
    after,
    servedBefore,
    servedAfter,
    recovery: stages === undefined ? undefined : sooner(chain([...holdUpStages(question, failed), ...stages]), repair),
    repair,
    failback:
      outcome === 'recovers' || outcome === 'moved' || outcome === 'lost'
        ? failbackOf(question, failed.length > 0 ? failed : Object.keys(before))
        : undefined,
    unseen: unseenOf(question, failed),
    copiesLeft: [...question.copies.values()]
      .filter((copy) => reaches(question, copy) && lastingly(question, copy) < 1)
      .map((copy) => copy.site.name),
    latencyMilliseconds: {
      before: latency(question, before),
      after: servedAfter > 0 ? latency(question, after) : undefined,
    },
    moves: question.moves,
    text: [...sentences(question, { outcome, before, after, failed, servedAfter }), ...movesText(question.moves)],
  }
}

function outcomeOf(servedBefore: number, atOnce: number, servedAfter: number, same: boolean): Outcome {
  if (servedBefore < epsilon) return 'unserved'
  if (servedAfter < servedBefore - epsilon) return 'lost'
  if (atOnce > servedBefore - epsilon) return same ? 'unnoticed' : 'moved'
  return same ? 'heals' : 'recovers'
}

const epsilon = 1e-9

/** What Route 53 answers once everybody who can notice has noticed. */
function publicAnswers(question: Question, when: 'before' | 'after'): Answers {
  const { fleet, app, audience, copies } = question
  return answers(fleet, app, audience, (name) => {
    const copy = copies.get(name)
    if (copy === undefined) return true
    // its checks find it only when something runs there
    if (copy.later !== undefined) return when === 'after' && noticedBy(fleet, app, copy.site, copy.after).length === 0
    return (
      believedWell(question, copy) && (when === 'before' || noticedBy(fleet, app, copy.site, copy.after).length === 0)
    )
  })
}

/** Whether the record is healthy while nothing is lost: a check that can never reach its endpoint never passes. */
function believedWell({ fleet, app }: Question, { site, well }: Copy): boolean {
  const check = app.expose?.healthCheck
  if (check?.by === 'checkers' && !checkersReach(fleet, app, site)) return false
  return noticedBy(fleet, app, site, well).length === 0
}

function served(
  question: Question,
  shares: Answers,
  fails: (copy: Copy | undefined) => number,
  when: 'at first' | 'in the end' = 'at first',
): number {
  const stands = ({ well, later }: Copy) => well.pods > 0 || (when === 'in the end' && later !== undefined)
  return Object.entries(shares).reduce((sum, [name, share]) => {
    const copy = question.copies.get(name)
    if (copy === undefined || !reaches(question, copy) || !stands(copy)) return sum
    return sum + share * (1 - fails(copy))
  }, 0)
}

const reaches = ({ fleet, audience }: Question, { site }: Copy): boolean => hasWay(fleet, audience, site)

/** Share of requests to the copy that fails right after the loss. On its LAN only the site itself counts. */
function failing(question: Question, copy: Copy | undefined): number {
  if (copy === undefined) return 1
  if (question.audience.at === undefined) return copy.after.failing
  return floorReaches(copy) ? copy.after.failingPods : 1
}

/** On the LAN the nodes of the site take requests in, wherever its load balancer stands: kube-proxy goes on with what it last knew. */
const floorReaches = ({ after }: Copy): boolean => after.pods > 0

/** The same once dead targets are left out: what still answers then answers all. */
function lastingly(question: Question, copy: Copy | undefined): number {
  if (copy === undefined) return 1
  if (question.audience.at !== undefined) return floorReaches(copy) ? 0 : 1
  return copy.after.symptom === undefined && copy.after.pods > 0 ? 0 : 1
}

function sameAnswers(a: Answers, b: Answers): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => Math.abs((a[key] ?? 0) - (b[key] ?? 0)) < epsilon)
}

/** Whether GitOps alone brings everything back. */
const repairs = (question: Question): boolean =>
  [...question.copies.values()].some(
    (copy) => lastingly(question, copy) === 1 && repairOf(question, copy) !== undefined,
  )

/** A battery hides the loss for a while. */
function holdUpStages({ fleet, loss }: Question, failed: readonly string[]): readonly Stage[] {
  return failed.flatMap((name) => {
    const site = lookup(fleet).site(name)
    const dark = loss.faults.some((fault) => fault.site === name && fault.lose === 'power')
    return dark && site?.powerHoldUp !== undefined && site.powerHoldUp > 0
      ? [single(powerHoldUp(site.powerHoldUp), [dependence(fleet, site.origin, 'powerHoldUp', site.powerHoldUp)])]
      : []
  })
}

/** The records of all failed copies must turn: the slowest counts. */
function movingStages(question: Question, failed: readonly string[], after: Answers): readonly Stage[] | undefined {
  const { fleet, app, copies, assume } = question
  const turning = failed.flatMap((name) => {
    const copy = copies.get(name)
    const ways = copy === undefined ? [] : noticedBy(fleet, app, copy.site, copy.after)
    return copy === undefined || ways.length === 0 ? [] : [{ site: copy.site, stage: notices(ways) }]
  })
  const slowest = [...turning].sort((a, b) => b.stage.maxSeconds - a.stage.maxSeconds)[0]
  const standby = Object.keys(after)
    .flatMap((name) => copies.get(name) ?? [])
    .find((copy) => copy.later !== undefined)
  if (standby?.later !== undefined) {
    const up = upAgain(fleet, app, standby.site, 'new', 'refused')
    const there = [...standby.later.decided, ...startStages(question, 'new'), ...(up === undefined ? [] : [up])]
    return [
      ...turnedLater(there, slowest?.stage),
      ...there,
      ...answersSpread(fleet, app, standby.site, assume?.dnsPropagation),
    ]
  }
  if (slowest === undefined) return undefined
  return [slowest.stage, ...answersSpread(fleet, app, slowest.site, assume?.dnsPropagation)]
}

/** A record that may turn away only after the standby is there makes users wait so much longer. */
function turnedLater(there: readonly Stage[], turns: Stage | undefined): readonly Stage[] {
  const longer = Math.max(0, (turns?.maxSeconds ?? 0) - total(there).minSeconds)
  return turns === undefined || longer === 0
    ? []
    : [{ ...turns, title: `${turns.title}, later than that`, minSeconds: 0, meanSeconds: 0, maxSeconds: longer }]
}

/** The same copies put back by GitOps, and started. */
function repairChain(question: Question, failed: readonly string[]): Chain | undefined {
  const [first] = failed
    .flatMap((name) => question.copies.get(name) ?? [])
    .flatMap((copy) => repairOf(question, copy) ?? [])
  return first === undefined ? undefined : chain([first, ...startStages(question, 'new')])
}

/** Whichever brings users back first. */
function sooner(moving: Chain, repair: Chain | undefined): Chain {
  if (repair === undefined) return moving
  const least = (of: (bounds: Chain) => number) => Math.min(of(moving), of(repair))
  return {
    ...moving,
    minSeconds: least((it) => it.minSeconds),
    meanSeconds: least((it) => it.meanSeconds),
    maxSeconds: least((it) => it.maxSeconds),
  }
}

/** Nodes of a site are lost, others of it go on: its load balancer leaves the dead ones out, or on its LAN the nodes that are left do. */
function healingStages(question: Question, failed: readonly string[]): readonly Stage[] {
  const { app, fleet, audience, loss, assume } = question
  const repaired = repairChain(question, failed)
  if (repaired !== undefined) return repaired.stages
  const floor = lookup(fleet).site(audience.at)
  const believes = floor && kubernetesChain(fleet, app, floor, loss.faults, assume)
  if (believes !== undefined) return [...believes.detection.stages, single(endpointSlice()), single(proxySync())]
  return [single(targetUnhealthy(targetCheck(app)), targetFields(fleet, app))]
}

function latency(question: Question, shares: Answers): number | undefined {
  const from = question.audience.location
  let sum = 0
  for (const [name, share] of Object.entries(shares)) {
    const to = question.copies.get(name)?.site.location
    if (from === undefined || to === undefined) return undefined
    sum += share * roundTripMilliseconds(from, to)
  }
  return sum
}

/** Sites that are lost without anything that would turn the name away from them. */
function unseenOf({ fleet, app, copies }: Question, failed: readonly string[]): readonly string[] {
  return failed.filter((name) => {
    const copy = copies.get(name)
    return copy !== undefined && noticedBy(fleet, app, copy.site, copy.after).length === 0
  })
}

/** What Karmada does beside whatever users see of it. */
const movesText = (moves: readonly Move[]): readonly string[] =>
  moves.map(({ from, gains, ready: { minSeconds, maxSeconds } }) => {
    const where = gains.map(({ site, replicas }) => `${replicas} at ${site}`).join(' and ')
    const why = from.map(({ member, why }) => `${member} ${why === 'lost' ? 'is lost' : 'is unhealthy'}`).join(' and ')
    return `Karmada moves replicas, as ${why}: ${where} are ready after ${Math.floor(minSeconds)} to ${Math.ceil(maxSeconds)} s.`
  })

/** Its nodes may hear what the control plane believes of the pods before their kubelets have put that right, or started others. */
function floorOnReturn({ fleet, audience, copies, loss }: Question): readonly string[] {
  const copy = copies.get(audience.at ?? '')
  if (copy === undefined || !floorReaches(copy) || siteAfter(fleet, copy.site, loss.faults).controlWay) return []
  const { minSeconds, maxSeconds } = inSequence('', '', [watchReconnect(), statusBatch()])
  return [
    `They may once ${copy.site.name} is in touch again: its nodes then take the service to have no endpoints, for ${minSeconds} to ${Math.ceil(maxSeconds)} s, and for longer where pods were evicted.`,
  ]
}

interface Told {
  readonly outcome: Outcome
  readonly before: Answers
  readonly after: Answers
  readonly failed: readonly string[]
  readonly servedAfter: number
}

function sentences(question: Question, { outcome, before, after, failed }: Told): readonly string[] {
  const { audience, copies } = question
  const names = (shares: Answers) => Object.keys(shares).join(' and ') || 'nobody'
  switch (outcome) {
    case 'unnoticed':
      return ['Users notice nothing.', ...floorOnReturn(question)]
    case 'moved':
      return [`Users are sent from ${names(before)} to ${names(after)}, though ${names(before)} would serve them.`]
    case 'recovers': {
      const later = Object.keys(after).some((name) => copies.get(name)?.later !== undefined)
      return [`${names(after)} serves${later ? ', once Karmada has moved the replicas there' : ''}.`]
    }
    case 'heals':
      return [
        repairs(question)
          ? `Flux puts it back, and ${names(after)} serves again.`
          : `${names(after)} goes on with what is left of it.`,
      ]
    case 'unserved':
      return [`Nobody serves ${audience.name} in the first place.`]
    case 'lost':
      break
  }
  if (audience.at !== undefined) return [`Users on the LAN of ${audience.at} have no other way: they wait for it.`]
  const unseen = unseenOf(question, failed)
  const others = [...copies.values()].filter(
    (copy) => !failed.includes(copy.site.name) && lastingly(question, copy) < 1 && reaches(question, copy),
  )
  if (unseen.length > 0 && others.length > 0)
    return [
      `${others.map((copy) => copy.site.name).join(' and ')} could serve, but nothing notices that ${unseen.join(' and ')} is gone: no health check of the name sees it.`,
    ]
  if (others.length > 0)
    return [`${others.map((copy) => copy.site.name).join(' and ')} could serve, but the name never resolves to it.`]
  if (copies.size < 2) return ['There is no other copy: users wait until it is back.']
  return [`No copy is left that ${audience.name} can reach; the name goes on resolving to ${names(after)}.`]
}

/** The one loss of a drill, where all that it takes away begins at once and lasts equally long. */
export function lossOfFaults(
  faults: readonly (LossFault & { readonly at: number; readonly for?: number | undefined })[],
): Pick<Loss, 'id' | 'faults'> | undefined {
  const [first] = faults
  if (
    first === undefined ||
    faults.some(
      (fault) =>
        fault.at !== first.at || fault.for !== first.for || fault.slow !== undefined || fault.release !== undefined,
    )
  )
    return undefined
  return { id: 'drill', faults }
}

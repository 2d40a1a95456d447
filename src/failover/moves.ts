// Where Karmada moves replicas when a member is lost, or when an app is unhealthy on one that is not, and when: the same timers as in the
// twin, added up. Nothing of it is for users, who are sent elsewhere by DNS; but a standby that runs nothing serves only then.

import type { App, Cluster, Federation, Fleet, Placement, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Target } from '../schedule/binding.ts'
import { failed } from '../schedule/binding.ts'
import {
  firstTargets,
  lostTaint,
  memberCluster,
  objectsOf,
  policyOf,
  siteOfMember,
  toleratesFor,
} from '../schedule/declared.ts'
import { schedule } from '../schedule/schedule.ts'
import {
  appUnhealthy,
  bindingEviction,
  bindingScheduled,
  containerNoticed,
  directWait,
  gracefulTimeout,
  memberLost,
  memberLostByAgent,
  memberTaint,
  powerHoldUp,
  replacement,
  scheduling,
  startup,
  workHealth,
  workSync,
} from '../timers/index.ts'
import { copyAfter, siteAfter, sorted } from './after.ts'
import type { Assumptions } from './kubernetes.ts'
import { kubernetesChain } from './kubernetes.ts'
import type { LossFault } from './loss.ts'
import type { Chain, Stage, Way } from './path.ts'
import { chain, dependence, segment, single, stage, way } from './path.ts'
import { placed } from './placed.ts'

export interface Move {
  readonly federation: string
  /** Members that lose it: lost themselves, or well with the app unhealthy on them. */
  readonly from: readonly { readonly member: string; readonly why: 'lost' | 'unhealthy' }[]
  /** Who has how many in the end. */
  readonly targets: readonly Target[]
  /** Sites that get more than they had, with what they have then. */
  readonly gains: readonly { readonly site: string; readonly replicas: number; readonly had: number }[]
  /** A battery at the lost site hides it for a while. */
  readonly holdUp: readonly Stage[]
  /** From the loss, as it is felt, to the members that are asked for more. */
  readonly decided: readonly Stage[]
  /** From the loss to all pods ready there. */
  readonly ready: Chain
}

interface Asked {
  readonly assume: Assumptions
  readonly moves: readonly Move[]
}

/** Every audience asks, and N-1 again. */
const asked = new WeakMap<Fleet, WeakMap<readonly LossFault[], WeakMap<App, Asked>>>()

/** What the scheduler is asked again, placement by placement, where a member with replicas loses them. */
export function movesOf(fleet: Fleet, app: App, faults: readonly LossFault[], assume?: Assumptions): readonly Move[] {
  const ofFleet = asked.get(fleet) ?? new WeakMap<readonly LossFault[], WeakMap<App, Asked>>()
  const ofFaults = ofFleet.get(faults) ?? new WeakMap<App, Asked>()
  asked.set(fleet, ofFleet)
  ofFleet.set(faults, ofFaults)
  const known = ofFaults.get(app)
  if (known !== undefined && known.assume === assume) return known.moves
  const moves = app.placement.flatMap((placement) => {
    const federation = fleet.federations.find(({ name }) => name === placement.federation)
    return federation === undefined ? [] : (moveOf(fleet, app, federation, placement, faults, assume) ?? [])
  })
  ofFaults.set(app, { assume, moves })
  return moves
}

function moveOf(
  fleet: Fleet,
  app: App,
  federation: Federation,
  placement: Placement,
  faults: readonly LossFault[],
  assume: Assumptions,
): Move | undefined {
  if (!hostStands(fleet, federation, faults)) return undefined
  const first = firstTargets(fleet, federation, placement)
  const losses = new Map(
    [...new Set(federation.memberClusters)].flatMap((name) => {
      const how = lostBy(fleet, federation, name, faults)
      return how === undefined ? [] : [[name, how] as const]
    }),
  )
  const leaving = leavesLost(federation, placement)
    ? first.targets.filter(({ name }) => losses.has(name)).map(({ name }) => name)
    : []
  const unwell = first.targets
    .filter(({ name }) => !losses.has(name))
    .flatMap(({ name }) => {
      const ways = unhealthyBy(fleet, app, federation, placement, name, faults, assume)
      return ways === undefined ? [] : [{ member: name, ways }]
    })
  if (leaving.length + unwell.length === 0) return undefined
  const gone = new Set([...leaving, ...unwell.map(({ member }) => member)])
  const tainted = (name: string) => (losses.has(name) ? [{ key: lostTaint, effect: 'NoSchedule' as const }] : [])
  const outcome = schedule({
    clusters: [...new Set(federation.memberClusters)].map((name) => memberCluster(fleet, name, tainted(name))),
    replicas: placement.replicas,
    placement: policyOf(federation, placement),
    previous: first.targets.filter(({ name }) => !gone.has(name)),
    evicting: [...gone],
    ...(first.affinity !== undefined && { affinity: first.affinity }),
  })
  if (failed(outcome)) return undefined
  const gains = outcome.result.flatMap(({ name, replicas }) => {
    const had = first.targets.find((target) => target.name === name)?.replicas ?? 0
    const site = siteOfMember(fleet, name)
    return site === undefined || replicas <= had ? [] : [{ site, replicas, had }]
  })
  if (gains.length === 0) return undefined
  const ways = [
    ...leaving.map((name) => lostWay(fleet, federation, placement, name, losses.get(name) ?? 'blackhole')),
    ...unwell.map(({ ways }) => ways),
  ]
  const waits = waitsForOld(federation, placement, leaving, gains)
  const decided = [
    stage('Karmada gives the replicas to others', ways, 'latest'),
    single(bindingScheduled()),
    ...waits,
    single(workSync()),
  ]
  const holdUp = holdUpOf(fleet, [...gone], faults)
  return {
    federation: federation.name,
    from: [
      ...leaving.map((member) => ({ member, why: 'lost' as const })),
      ...unwell.map(({ member }) => ({ member, why: 'unhealthy' as const })),
    ],
    targets: outcome.result,
    gains,
    holdUp,
    decided,
    ready: chain([...holdUp, ...decided, ...startedStages(fleet, app, gains)]),
  }
}

function startedStages(fleet: Fleet, app: App, gains: Move['gains']): readonly Stage[] {
  const load = { pods: Math.max(...gains.map(({ replicas, had }) => replicas - had)) }
  return [
    single(replacement(load)),
    single(scheduling(load)),
    single(startup(app.startup), [dependence(fleet, app.origin, 'startup', app.startup)]),
    single(containerNoticed()),
  ]
}

// ---------------------------------------------------------------------------------------------- lost members

type How = 'refuse' | 'blackhole' | 'agent'

/** All four switches, and no toleration without end. */
function leavesLost(federation: Federation, placement: Placement): boolean {
  const { failover } = federation
  return (
    failover?.featureGate === true &&
    failover.noExecuteEviction &&
    failover.noExecutePolicyAllowed &&
    failover.taintPolicy &&
    Number.isFinite(toleratesFor(federation, placement))
  )
}

/** How Karmada comes to hold the member lost; undefined: it does not. */
function lostBy(fleet: Fleet, federation: Federation, member: string, faults: readonly LossFault[]): How | undefined {
  const site = lookup(fleet).site(siteOfMember(fleet, member))
  const cluster = lookup(fleet).cluster(member)
  if (site === undefined || cluster === undefined) return undefined
  const after = siteAfter(fleet, site, faults)
  const hostCut = linkCut(fleet, federation.host, faults)
  if (syncOf(federation, member) === 'pull') {
    if (after.nodes === 0 || hostCut !== undefined || linkCut(fleet, member, faults) !== undefined) return 'agent'
    return after.controlPlane ? undefined : howOf(cluster, site, faults)
  }
  if (!after.controlPlane) return howOf(cluster, site, faults)
  // the API of a cluster in a Region is reached whatever becomes of the links of its nodes
  return hostCut ?? (standsAt(fleet, cluster, site) ? linkCut(fleet, member, faults) : undefined)
}

const syncOf = ({ sync }: Federation, member: string): 'push' | 'pull' => sync[member] ?? sync.default ?? 'push'

const standsAt = (fleet: Fleet, cluster: Cluster, site: Site): boolean =>
  (cluster.at ?? (cluster.kind === 'eksAnywhere' ? lookup(fleet).sitesOf(cluster.name)[0]?.name : undefined)) ===
  site.name

/** All sites with nodes of the cluster are cut off. */
function linkCut(fleet: Fleet, cluster: string, faults: readonly LossFault[]): 'refuse' | 'blackhole' | undefined {
  const cuts = lookup(fleet)
    .sitesOf(cluster)
    .map(({ name }) =>
      sorted(faults)
        .bySite.get(name)
        ?.find(({ lose }) => lose === 'uplink' || lose === 'serviceLink'),
    )
  const [first] = cuts
  return first === undefined || cuts.includes(undefined) ? undefined : (first.how ?? 'blackhole')
}

/** A machine without power refuses nothing. */
function howOf(cluster: Cluster, site: Site, faults: readonly LossFault[]): 'refuse' | 'blackhole' {
  const fault = faults.find(
    (one) =>
      one.cluster === cluster.name ||
      one.region === cluster.region ||
      (one.zone !== undefined && one.zone === site.place.zone),
  )
  return fault?.how ?? 'blackhole'
}

function lostWay(fleet: Fleet, federation: Federation, placement: Placement, member: string, how: How): Way {
  const pulls = syncOf(federation, member) === 'pull'
  const noticed = how === 'agent' ? memberLost('pull') : pulls ? memberLostByAgent(how) : memberLost('push', how)
  const stay = toleratesFor(federation, placement)
  const bindings =
    fleet.apps.reduce(
      (sum, app) =>
        sum +
        app.placement
          .filter((one) => one.federation === federation.name)
          .reduce((objects, one) => objects + objectsOf(app, one), 0),
      0,
    ) * new Set(federation.memberClusters).size
  const patience =
    placement.tolerateLoss === undefined
      ? dependence(fleet, federation.origin, 'failover/after', stay)
      : dependence(fleet, placement.origin, 'tolerateLoss', stay)
  return way(`${member} is lost`, [
    segment(noticed),
    segment(memberTaint()),
    segment(bindingEviction({ bindings, tolerationSeconds: stay }), [patience]),
  ])
}

/** A member that had none waits for the old copy to be gone, with purge directly; of a lost one that is never heard. */
function waitsForOld(
  federation: Federation,
  placement: Placement,
  lost: readonly string[],
  gains: Move['gains'],
): readonly Stage[] {
  const purge = lost.length > 0 ? (placement.purge ?? federation.failover?.purge) : placement.failover?.purge
  if (purge !== 'directly') return []
  const fresh = gains.every(({ had }) => had === 0)
  return [single(lost.length > 0 && fresh ? gracefulTimeout() : directWait())]
}

function hostStands(fleet: Fleet, { host }: Federation, faults: readonly LossFault[]): boolean {
  const sites = lookup(fleet).sitesOf(host)
  return sites.length === 0 || sites.some((site) => siteAfter(fleet, site, faults).nodes > 0)
}

function holdUpOf(fleet: Fleet, members: readonly string[], faults: readonly LossFault[]): readonly Stage[] {
  return members.flatMap((member) => {
    const site = lookup(fleet).site(siteOfMember(fleet, member))
    const dark = faults.some((fault) => fault.site === site?.name && fault.lose === 'power')
    return site?.powerHoldUp !== undefined && site.powerHoldUp > 0 && dark
      ? [single(powerHoldUp(site.powerHoldUp), [dependence(fleet, site.origin, 'powerHoldUp', site.powerHoldUp)])]
      : []
  })
}

// ---------------------------------------------------------------------------------------------- unhealthy apps

/** The way in which Karmada comes to move the app off a member that is well; undefined: it does not. */
function unhealthyBy(
  fleet: Fleet,
  app: App,
  federation: Federation,
  placement: Placement,
  member: string,
  faults: readonly LossFault[],
  assume: Assumptions,
): Way | undefined {
  const { failover } = placement
  const site = lookup(fleet).site(siteOfMember(fleet, member))
  if (failover === undefined || federation.failover?.featureGate !== true || site === undefined) return undefined
  const standing = placed(fleet, app)
  const here = standing.placement.find((one) => one.site === site.name && one.federation === federation.name)
  if (here === undefined) return undefined
  const crashed = sorted(faults)
    .byCopy.get(`${app.name}/${site.name}`)
    ?.some(({ lose }) => lose === 'app')
  const seen = crashed === true ? undefined : stuck(fleet, standing, here, site, failover.unhealthyFor, faults, assume)
  if (crashed !== true && seen === undefined) return undefined
  const noticed = seen?.stages.flatMap(({ ways }) => ways.flatMap(({ segments }) => segments)) ?? [
    segment(containerNoticed()),
  ]
  return way(`${app.name} on ${member} stays unhealthy`, [
    ...noticed,
    segment(workHealth()),
    segment(appUnhealthy(failover.unhealthyFor), [
      dependence(fleet, placement.origin, 'failover/unhealthyFor', failover.unhealthyFor),
    ]),
  ])
}

/** How pods are called not ready whose nodes nobody hears of, where no others are ready in time; undefined: it is well. */
function stuck(
  fleet: Fleet,
  app: App,
  placement: Placement,
  site: Site,
  unhealthyFor: number,
  faults: readonly LossFault[],
  assume: Assumptions,
): Chain | undefined {
  const after = siteAfter(fleet, site, faults)
  const silent = !after.controlWay || (copyAfter(fleet, app, placement, faults)?.pods ?? 0) < placement.replicas
  const believes = silent ? kubernetesChain(fleet, app, site, faults, assume) : undefined
  if (believes === undefined) return undefined
  const { replacement, eviction, detection } = believes
  return replacement === 'elsewhere' && unhealthyFor > (eviction?.maxSeconds ?? 0) ? undefined : detection
}

// ---------------------------------------------------------------------------------------------- in numbers

/** Copies and replicas once Karmada has moved what runs no more; undefined where it moves nothing. */
export function moved(
  fleet: Fleet,
  app: App,
  faults: readonly LossFault[],
): { readonly copies: number; readonly replicas: number } | undefined {
  const standing = placed(fleet, app)
  const runs = (member: string): boolean => {
    const site = siteOfMember(fleet, member)
    const here = standing.placement.find((one) => one.site === site && one.federation !== undefined)
    return here !== undefined && (copyAfter(fleet, standing, here, faults)?.pods ?? 0) > 0
  }
  const moves = movesOf(fleet, app, faults).filter(({ from }) => !from.some(({ member }) => runs(member)))
  if (moves.length === 0) return undefined
  const targets = app.placement.flatMap((one) => {
    const federation = fleet.federations.find(({ name }) => name === one.federation)
    if (federation === undefined) return []
    const move = moves.find((each) => each.federation === federation.name)
    return move?.targets ?? firstTargets(fleet, federation, one).targets.filter(({ name }) => runs(name))
  })
  return { copies: targets.length, replicas: targets.reduce((sum, { replicas }) => sum + replicas, 0) }
}

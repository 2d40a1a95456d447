// The twin's world: one truth (power, links, processes) and many beliefs about it (each control plane's, each load balancer's,
// each health checker's, each resolver's). Everything here is built only when something touches it (build.ts), so that sites at
// rest cost nothing. The machines change it; they tell each other of changes through `tell`, which wires.ts connects.

import type {
  App,
  Audience,
  Cluster,
  Drill,
  Fault,
  Federation,
  Fleet,
  NodePool,
  Placement,
  Site,
} from '../../model/fleet.ts'
import type { Traits } from '../../model/place.ts'
import type { Assignment, Plan } from '../../model/plan.ts'
import type { Target as MemberTarget } from '../../schedule/binding.ts'
import type { Placement as Policy } from '../../schedule/placement.ts'
import type { Point } from '../../timeline/users.ts'
import type { Sync } from '../../timers/karmada.ts'
import type { Failure } from '../../timers/kubelet.ts'
import type { TargetCheck } from '../../timers/load-balancer.ts'
import type { NodeLifecycle } from '../../timers/node-lifecycle.ts'
import type { Pace } from '../../timers/pace.ts'
import type { CheckFailure } from '../../timers/route53.ts'
import type { Chance } from './chance.ts'
import type { ApiClient, ZoneBucket } from './limits.ts'
import type { Cause, Log } from './log.ts'
import type { Entry, Queue } from './queue.ts'

export type { Cause }

export interface World {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly drill: Drill
  readonly assume: Assumptions
  readonly chance: Chance
  /** When in their interval the passes of a PowerDNS of one's own begin, as a share of it: one for all that it checks. */
  readonly serverPhase: number
  /** What the speed of the drill makes of constants. */
  readonly pace: Pace
  /** UIDs of templates by app, where they are known: they break ties of a division. */
  readonly uids: Readonly<Record<string, string>>
  readonly queue: Queue
  readonly log: Log
  readonly tell: Tell
  readonly sites: Map<string, SiteState>
  readonly clusters: Map<string, ClusterState>
  /** By app and site. */
  readonly copies: Map<string, Copy>
  /** By app and audience. */
  readonly users: Map<string, Users>
  readonly names: Map<string, NameState>
  /** What cannot be reached at present, and since which event. */
  readonly away: { git: Outage; registry: Outage }
  /** How many faults lie on one thing at present, by what they take away. */
  readonly faultsOn: Map<string, number>
  readonly federations: Map<string, FederationState>
  /** By app: versions released one over the other; the last one is to be everywhere. */
  readonly releases: Map<string, readonly Release[]>
  /** Containers started, for the judge of starts. */
  readonly starts: Start[]
  /** When everything that breaks is broken, and all that heals is healed. */
  lastChange: number
}

export interface Assumptions {
  readonly propagationSeconds: number
  readonly violators: number
  readonly cohorts: number
  readonly bootSeconds: number | undefined
  readonly lifecycleOf: (cluster: Cluster | undefined) => NodeLifecycle
}

/** Several faults may take the same thing away; it is back when all of them are over. */
export interface Outage {
  /** The events that took it away, still in force. */
  readonly by: Set<Cause>
  /** The event that changed it last, and when. */
  cause: Cause
  since: number
  how: Failure
}

export interface SiteState {
  readonly site: Site
  readonly traits: Traits
  readonly power: Outage
  /** The way of users and public checkers. */
  readonly internet: Outage
  /** The way to its control plane, its Region, and what hangs on that. */
  readonly link: Outage
  /** What registers targets at its load balancers. */
  readonly balancerControl: Outage
  /** Since when its link is cut, and what runs out meanwhile. */
  aloneSince: number | undefined
  readonly runningOut: Entry[]
  /** By fault. */
  readonly slow: Map<Fault, number>
  readonly nodes: Node[]
  /** Those that have nodes or copies here. */
  readonly clusters: Set<ClusterState>
}

export interface Node {
  readonly name: string
  readonly subject: string
  readonly site: SiteState
  readonly cluster: ClusterState
  /** As the node lifecycle controller sees it: Region and zone labels. */
  readonly zone: Zone
  /** Undefined: of a cluster whose machines no pool lists. */
  readonly pool: NodePool | undefined
  /** Tainted: pods that tolerate nothing never run there. */
  readonly closed: boolean
  readonly bootSeconds: number
  readonly power: Outage
  /** Images that were pulled once. */
  readonly images: Set<string>
  readonly pods: Set<Pod>

  /** Truth: the kubelet runs. */
  kubelet: boolean
  /** Truth: the kubelet has lost all it knew of its pods and must hear from the API first. */
  rebooted: boolean
  /** Truth: the kubelet reaches its API server, and since which event. */
  connected: boolean
  connectedCause: Cause
  disconnectedAt: number
  /** Truth: its watch on the API is established. */
  watch: boolean
  watchCause: Cause
  booting: Entry | undefined
  readonly rejoining: Entry[]

  /** What the API says. */
  ready: 'True' | 'Unknown'
  readyCause: Cause
  noSchedule: boolean
  noScheduleCause: Cause
  noExecute: boolean
  noExecuteCause: Cause

  /** What the node lifecycle controller knows: the last renewal that it can have seen, and what resets its patience. */
  lastRenewal: number
  probeReset: number
  silentCause: Cause
  /** Whether it has to be looked at in the coming passes. */
  queuedForTaint: boolean
  /** In the set of those that were queued once and not taken out since. */
  knownToTainter: boolean
  queuedAt: number
  /** Ready or not, since the last pass. */
  newToMonitor: boolean
  evictions: Entry[]
}

export interface ClusterState {
  readonly cluster: Cluster
  readonly subject: string
  readonly lifecycle: NodeLifecycle
  /** The site at which its control plane stands; undefined: in a Region. */
  readonly controlPlaneSite: SiteState | undefined
  readonly controlPlane: Outage
  /** Whether its API server and controllers run. */
  up: boolean
  upCause: Cause
  downSince: number
  booting: Entry | undefined
  /** Its machines lost their power since it was last up. */
  lostPower: boolean
  readonly nodes: Node[]
  readonly zones: Map<string, Zone>
  readonly monitor: Monitor
  readonly copies: Copy[]
  /** Whether it can do what its clusters need of it, where it manages some. */
  manages: boolean
}

/** The node lifecycle controller of a cluster. */
export interface Monitor {
  /** Runs of ticks with the idle period, one after each busy pass. */
  readonly runs: { first: number; last: number | undefined }[]
  readonly interesting: Set<Node>
  pass: Entry | undefined
  passAt: number
  /** Until when the pass under way lasts, and how many nodes it treats. */
  busyUntil: number
  busyNodes: number
  /** Seconds that passes took beyond an idle one: what they add to the bound of a detection. */
  readonly busy: { at: number; seconds: number; pods: number; nodes: number }[]
  readonly taintLoopPhase: number
  readonly client: ApiClient
  readonly evictionClient: ApiClient
  /** When it is done with all evictions that it has begun, at the latest. */
  evictedUntil: number
  master: boolean
  masterCause: Cause
  /** Whether the controllers of the control plane run, and the how manieth time. */
  running: boolean
  epoch: number
  startedCause: Cause
}

export type ZoneDisruption = 'normal' | 'partial' | 'full'

export interface Zone {
  readonly key: string
  readonly subject: string
  readonly bucket: ZoneBucket
  readonly nodes: Node[]
  disruption: ZoneDisruption
  /** Events after which a taint may follow: the state's change, the last taint. */
  stateCause: Cause
  lastTaint: Cause
  /** Tokens spent on nodes that had their taint already, since the last taint. */
  burnt: number
  tick: Entry | undefined
  /** Times of its NoExecute taints, for the judge of rates. */
  readonly taintedAt: number[]
}

/** A copy of an app at a site. */
export interface Copy {
  readonly app: App
  readonly assignment: Assignment
  readonly site: SiteState
  readonly cluster: ClusterState
  /** Those of the cluster whose taints its pods tolerate. */
  readonly nodes: readonly Node[]
  readonly subject: string
  readonly pinned: boolean
  readonly stateful: boolean
  readonly startupSeconds: number
  readonly tolerationSeconds: number
  readonly image: string
  readonly pullAlways: boolean
  readonly delivered: boolean
  /** Its pods get AWS credentials by the role of their service account. */
  readonly assumesRole: boolean
  /** Its requests need another service of the cluster, whose name is answered at another place. */
  readonly asksClusterDns: boolean
  /** Whether names are answered in truth, and whether requests fail for want of them. */
  readonly lookups: { answered: boolean; fail: boolean; turn: Entry | undefined }
  door: Door | undefined
  /** What those on the LAN of its site go through, as far as anybody is there: a proxy, which may be its door. */
  lan: Door | undefined
  check: Check | undefined
  readonly pods: Pod[]
  /** Of its pods; pods.ts keeps them. */
  readonly counts: { serving: number; ready: number; pending: number; deleted: number }
  made: number

  /** Replicas that its owner asks for: the file, or Karmada. */
  declared: number
  /** Replicas that its Deployment asks for. */
  replicas: number
  replicasCause: Cause
  /** Objects deleted by hand, by kind, with what took them away. */
  readonly deletedObjects: Map<string, Cause>
  /** Faults under which its containers cannot live. */
  readonly crash: Outage
  crashed: boolean
  /** What the API counts, as last told. */
  told: { serving: number; ready: number; pending: number; endpoints: number }
  evicted: number
  /** Flux owes it a reconciliation that it could not do. */
  awaitsFlux: boolean
  /** What is done to it by hand and lasts, the oldest first; and what the operator owes it, as he lacks an API server, or others want it so. */
  readonly deeds: Deed[]
  readonly owed: Deed[]
  /** The version that its Deployment asks for, if not the one that it began with. */
  release: Rollout | undefined
  releasing: Entry | undefined
  endpointsUpdate: Entry | undefined
  endpointsCause: Cause
  scheduling: Entry | undefined
}

/** Done by hand at an API server: replicas that are asked for, or an object that is deleted. */
export type Deed =
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: NonNullable<Fault['delete']> }

export interface Rollout {
  readonly version: Release
  /** Its pods that are not well: of a broken version at once, of a crashing one once they have ended. */
  pods: number
  /** The event by which its containers ended. */
  crash: Cause | undefined
}

/** A version that never becomes ready, or that ends once it is. */
export type Release = 'broken' | 'crashing'

export interface Pod {
  readonly name: string
  readonly copy: Copy
  /** Of a version that never becomes ready, or that has ended for good. */
  broken: boolean
  node: Node | undefined
  /** Truth: it would answer. */
  serving: boolean
  servingCause: Cause
  starting: Entry | undefined
  startAttempts: number
  /** It must pull its image and cannot. */
  waitsForImage: boolean
  /** What the API says. */
  ready: boolean
  containersReady: boolean
  deleted: boolean
  report: Entry | undefined
  /** No object any more, and no container. */
  gone: boolean
}

/** What stands in front of a copy: a load balancer with checks of its own, or the nodes' proxies. */
export interface Door {
  readonly copy: Copy
  readonly subject: string
  /** Of the LAN's own it is told where it sends to; what comes of that, its users tell. */
  readonly opens: 'public' | 'lan'
  readonly kind: 'balancer' | 'proxy'
  /** At its site, or in the Region on the far side of the link. */
  readonly stands: 'here' | 'region'
  readonly check: TargetCheck
  readonly targets: Map<Pod, Target>
  readonly slow: Map<Fault, number>
  /** Deleted by hand: no name leads to it. */
  gone: boolean
  /** The record still names the load balancer that was deleted. */
  staleRecord: boolean
  reconcile: Entry | undefined
  reconcileCause: Cause
  /** Why it could not be told of its targets, and since when. */
  blocked: { readonly by: 'controller' | 'api' | 'door'; readonly since: number } | undefined
  staleSince: number
  /** For a proxy: whether the nodes of the site follow the API. */
  follows: boolean
  followsCause: Cause
  /** Share of requests that it answers in truth, how the others fail, and how late answers come. */
  share: number
  how: CheckFailure
  lateSeconds: number
  shareCause: Cause
  /** As the alias sees it: at least one healthy target. */
  healthy: boolean
  healthyCause: Cause
  told: { targets: number; healthy: number }
}

export interface Target {
  readonly pod: Pod
  readonly phase: number
  healthy: boolean
  initial: boolean
  verdict: Entry | undefined
  expects: boolean | undefined
}

/** A public health check. */
export interface Check {
  readonly copy: Copy
  readonly subject: string
  readonly intervalSeconds: number
  readonly failureThreshold: number
  readonly checkers: Checker[]
  /** `server`: the one checker of a PowerDNS of one's own. */
  readonly by: 'checkers' | 'alarm' | 'server'
  readonly wrongPort: Map<Fault, Failure>
  healthy: boolean
  healthyCause: Cause
  /** When its endpoint last began to fail some requests, and all; and to pass some, and all. */
  failing: Trend
  passing: Trend
  /** What checkers get now. */
  seen: { share: number; how: CheckFailure }
  alarm: Entry | undefined
}

export interface Trend {
  readonly someAt: number
  readonly someCause: Cause
  allAt: number | undefined
  allCause: Cause
  readonly how: Set<CheckFailure>
}

export interface Checker {
  healthy: boolean
  streak: number
  /** The outcome that the streak is of. */
  passes: boolean
  /** When it asks next; of a checker at rest, some time at which it asked. */
  next: number
  /** From one request to the next, at rest. */
  cycle: number
  entry: Entry | undefined
}

/** A public name, as the name servers see it. */
export interface NameState {
  readonly app: App
  readonly host: string
  readonly copies: ReadonlyMap<string, Copy>
  /** What Route 53 holds usable, by site, with the event that said so. */
  readonly usable: Map<string, { usable: boolean; cause: Cause }>
}

/** Users of an app: one audience. */
export interface Users {
  readonly app: App
  readonly audience: Audience
  readonly name: NameState | undefined
  /** On the LAN of a site: they go through its nodes, and never resolve. */
  readonly lan: Copy | undefined
  readonly ttlSeconds: number
  readonly cohorts: Cohort[]
  /** What the name servers near them believe, by site. */
  readonly believed: Map<string, boolean>
  readonly heard: Map<string, number>
  sent: number
  answer: Readonly<Record<string, number>>
  answerCause: Cause
  /** How many resolvers have taken the answer over. */
  moved: number
  readonly points: Point[]
  toldServed: number
  toldBy: string
}

/** Users whose resolvers refresh at the same time. */
export interface Cohort {
  readonly weight: number
  /** For how long its resolver holds an answer. */
  readonly holdSeconds: number
  readonly keepsTtl: boolean
  readonly phase: number
  answer: Readonly<Record<string, number>>
  takenAt: number
  refresh: Entry | undefined
}

export interface Start {
  readonly at: number
  readonly pod: Pod
  readonly node: Node
  readonly cached: boolean
  readonly registry: boolean
  readonly mustPull: boolean
  /** Whether the kubelet knew of the pod: it kept it, or heard of it over its watch. */
  readonly known: boolean
}

/** What machines tell each other. wires.ts says who listens. */
export interface Tell {
  /** A cluster was built, or an app is asked for: what belongs to it is built with it. */
  built(cluster: string): void
  wanted(app: App): void
  /** The power of a site, or of nodes there, changed. */
  power(site: SiteState, cause: Cause): void
  /** A fault took a control plane away, or gave it back. */
  controlPlanePower(cluster: ClusterState, cause: Cause): void
  /** A link or a control plane changed: nodes, targets, users may be in or out of reach. */
  reach(site: SiteState | undefined, cluster: ClusterState | undefined, cause: Cause): void
  /** A node that was restarted starts what is not counted: cluster DNS, Karmada's own pods. */
  systemPods(node: Node, cause: Cause): void
  nodeSilent(node: Node): void
  nodeHeard(node: Node, cause: Cause): void
  nodeOpen(node: Node, cause: Cause): void
  /** The control plane called pods of the node not ready. */
  podsMarked(node: Node, cause: Cause): void
  /** NoExecute came or went. */
  nodeTainted(node: Node, cause: Cause): void
  nodeUntainted(node: Node): void
  /** The controllers of a control plane stopped or started. */
  controlPlane(cluster: ClusterState, cause: Cause): void
  /** Pods came, went, or changed in the API. */
  podsChanged(copy: Copy, cause: Cause): void
  /** The copy may have fewer or more pods than wanted. */
  replicas(copy: Copy, cause: Cause): void
  podsBound(pods: readonly Pod[], cause: Cause): void
  podsDeleted(pods: readonly Pod[], cause: Cause): void
  /** Its containers cannot live, or can again. */
  crash(copy: Copy, cause: Cause): void
  /** Containers began or ceased to answer, or answer late. */
  serving(copy: Copy, cause: Cause): void
  endpoints(copy: Copy, cause: Cause): void
  /** What a front door answers changed. */
  door(door: Door, cause: Cause): void
  /** What public checkers see may have changed. */
  seen(check: Check, cause: Cause): void
  /** Health check or targets: a record may be usable or not. */
  verdict(app: App, site: string, cause: Cause): void
  answer(users: Users): void
  /** Users may be served otherwise. */
  users(app: App, cause: Cause): void
}

export const outage = (): Outage => ({ by: new Set(), cause: 0, since: Number.NEGATIVE_INFINITY, how: 'blackhole' })

export const isAway = (thing: Outage): boolean => thing.by.size > 0

// ---------------------------------------------------------------------------------------------- federations

/** A federation: what Karmada on its host believes of its members, and where it wants what. */
export interface FederationState {
  readonly federation: Federation
  readonly subject: string
  readonly host: ClusterState
  readonly members: Member[]
  readonly bindings: Binding[]
  /** Switches of the failover that are off; empty: it works. Undefined: none is declared. */
  readonly missing: readonly string[] | undefined
  /** Truth: Karmada's own pods run. */
  up: boolean
  upCause: Cause
  starting: Entry | undefined
  /** When each of the eviction workers is free again. */
  readonly workers: number[]
  /** Evictions, for the judge. */
  readonly evictedAt: number[]
}

export interface Member {
  readonly name: string
  readonly subject: string
  readonly cluster: ClusterState
  readonly sync: Sync
  /** Truth: Karmada reaches it, or its agent Karmada; since which event and when. */
  reached: boolean
  reachedCause: Cause
  reachedSince: number
  how: Failure
  /** Whether the last change found it settled: only then do the bounds of a detection hold to the letter. */
  settled: boolean
  /** Of a member that pulls: its agent has lost Karmada or its node, and must be started and lead again. */
  agent: AgentAway | undefined
  /** What probes found last, and since when they find it. */
  observed: boolean
  observedSince: number
  probe: Entry | undefined
  /** What the host believes. */
  ready: 'True' | 'False' | 'Unknown'
  readyCause: Cause
  readySince: number
  noSchedule: boolean
  noExecute: boolean
  taintCause: Cause
  taintedAt: number
  taints: Entry | undefined
}

export interface AgentAway {
  readonly since: number
  readonly cause: Cause
  /** It ended with its node, and not by itself. */
  readonly dark: boolean
  /** What it needed came back by this event, and then it does. */
  returned: Cause
  back: Entry | undefined
}

/** A workload that the federation places. */
export interface Binding {
  readonly app: App
  readonly placement: Placement
  readonly policy: Policy
  readonly subject: string
  readonly purge: 'gracefully' | 'directly' | 'never'
  /** Seconds; Infinity: for ever. */
  readonly tolerationSeconds: number
  /** How many objects it brings along: each has a binding of its own, and waits its turn. */
  readonly objects: number
  readonly works: Work[]
  targets: readonly MemberTarget[]
  affinity: string | undefined
  readonly tasks: EvictionTask[]
  /** Tolerations that run, by member. */
  readonly evictions: Map<Member, Entry>
  /** Off a member that lives, where the app is unhealthy; undefined: not declared, or its switch is off. */
  readonly failover: AppFailover | undefined
  /** Members on which it is held unhealthy, with what is then to happen. */
  readonly unhealthy: Map<Member, Entry>
  doubled: boolean
}

export interface AppFailover {
  readonly unhealthyForSeconds: number
  readonly purge: Binding['purge']
  readonly graceSeconds: number
}

export interface EvictionTask {
  readonly member: Member
  readonly at: number
  readonly cause: Cause
  readonly purge: Binding['purge']
  readonly graceSeconds: number
  timeout: Entry | undefined
  done: Entry | undefined
}

/** What Karmada wants of a workload on one member, and what is there. */
export interface Work {
  readonly binding: Binding
  readonly member: Member
  readonly copy: Copy
  /** Replicas that the member was last told. */
  applied: number
  /** It was marked for deletion, and must go before another can come. */
  leaving: boolean
  cause: Cause
  entry: Entry | undefined
  /** Since when it fails, as its member is not reached. */
  failingSince: number | undefined
  waitedForOld: boolean
  /** The version of the template that the member was last told. */
  release: Release | undefined
  /** What Karmada last heard; undefined: nothing was ever there. */
  health: 'healthy' | 'unhealthy' | undefined
  healthCause: Cause
  hearing: Entry | undefined
}

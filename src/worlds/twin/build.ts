// Builds the parts of the world that something touches, and no others. A fleet of 10,000 sites at rest is never built: only an
// index of the plan's placement is, once per plan.

import type { App, Audience, Cluster, Drill, Fleet, Manifest, Site } from '../../model/fleet.ts'
import { groupBy } from '../../model/group-by.ts'
import { lookup } from '../../model/lookup.ts'
import type { Assignment, Plan } from '../../model/plan.ts'
import { assert } from '../../model/refusal.ts'
import { isServedByOwn } from '../../model/zones.ts'
import { isClosed, poolsOpenTo, traitsOf } from '../../places/index.ts'
import {
  checkSubject,
  clusterSubject,
  clusterZoneSubject,
  copySubject,
  doorSubject,
  lanSubject,
  nodeSubject,
} from '../../timeline/subjects.ts'
import { defaultTolerationSeconds } from '../../timers/eviction.ts'
import { defaultBootSeconds } from '../../timers/kubelet.ts'
import { controllerCheck } from '../../timers/load-balancer.ts'
import type { NodeLifecycle } from '../../timers/node-lifecycle.ts'
import { eks, idlePassSeconds, taintLoopSeconds, upstream } from '../../timers/node-lifecycle.ts'
import type { Pace } from '../../timers/pace.ts'
import { leaseDurationSeconds } from '../../timers/pace.ts'
import { ttlViolators } from '../../timers/resolver.ts'
import { aliasTtlSeconds, defaultCheckers, defaultPropagationSeconds, waitSeconds } from '../../timers/route53.ts'
import { imageOf } from './images.ts'
import { apiClient, zoneBucket } from './limits.ts'
import { addPod } from './pods.ts'
import { checkersReach } from './reach.ts'
import type {
  Assumptions,
  Check,
  Checker,
  ClusterState,
  Cohort,
  Copy,
  Door,
  NameState,
  Node,
  Pod,
  SiteState,
  Target,
  Users,
  World,
  Zone,
} from './state.ts'
import { outage } from './state.ts'

/** TTL-honouring resolvers are stood for by this many, spread evenly over the life of an answer. */
const keepers = 20

interface Index {
  readonly bySite: ReadonlyMap<string, readonly Assignment[]>
  readonly byCluster: ReadonlyMap<string, readonly Assignment[]>
  readonly byApp: ReadonlyMap<string, readonly Assignment[]>
}

const indexed = new WeakMap<Plan, Index>()

export function placementOf(plan: Plan): Index {
  const known = indexed.get(plan)
  if (known !== undefined) return known
  const fresh = {
    bySite: groupBy(plan.placement, ({ site }) => site),
    byCluster: groupBy(plan.placement, ({ cluster }) => cluster),
    byApp: groupBy(plan.placement, ({ app }) => app),
  }
  indexed.set(plan, fresh)
  return fresh
}

export function assumptionsOf(drill: Drill, pace: Pace): Assumptions {
  const said = drill.assume
  return {
    propagationSeconds: said?.dnsPropagation ?? defaultPropagationSeconds,
    violators: said?.ttlViolators ?? ttlViolators.share,
    cohorts: keepers,
    bootSeconds: said?.nodeBoot,
    lifecycleOf: (cluster) => paced(lifecycleOf(cluster, said?.nodeLifecycle), pace),
  }
}

/** AWS documents how the controller managers that it runs itself behave; everybody else runs what upstream released. */
export function lifecycleOf(cluster: Cluster | undefined, said?: 'eks' | 'upstream'): NodeLifecycle {
  if (said !== undefined) return said === 'eks' ? eks : upstream
  return cluster?.kind === 'eks' || cluster?.kind === 'eksOutpost' ? eks : upstream
}

/** The lease of a node is given in whole seconds, and renewed after a quarter of it. */
const paced = (lifecycle: NodeLifecycle, { speed, whole, fixed }: Pace): NodeLifecycle =>
  speed === 1
    ? lifecycle
    : { ...lifecycle, renewalSeconds: whole(leaseDurationSeconds) / 4, idlePassSeconds: fixed(idlePassSeconds) }

export function siteState(world: World, name: string): SiteState {
  const known = world.sites.get(name)
  if (known !== undefined) return known
  const find = lookup(world.fleet)
  const site = find.site(name)
  assert(site !== undefined, `no site ${name}`)
  const cluster = find.cluster(site.cluster)
  const state: SiteState = {
    site,
    traits: traitsOf(site.place, cluster?.kind, cluster),
    power: outage(),
    internet: outage(),
    link: outage(),
    balancerControl: outage(),
    aloneSince: undefined,
    runningOut: [],
    slow: new Map(),
    nodes: [],
    clusters: new Set(),
  }
  world.sites.set(name, state)
  return state
}

/** The site with all that stands on it: its clusters, their nodes and copies. */
export function touchSite(world: World, name: string): SiteState {
  const state = siteState(world, name)
  const names = new Set([
    state.site.cluster,
    ...lookup(world.fleet)
      .poolsOf(name)
      .map((pool) => pool.cluster),
  ])
  for (const assignment of placementOf(world.plan).bySite.get(name) ?? []) names.add(assignment.cluster)
  for (const cluster of names) if (cluster !== undefined) clusterState(world, cluster)
  return state
}

export function clusterState(world: World, name: string): ClusterState {
  const known = world.clusters.get(name)
  if (known !== undefined) return known
  const find = lookup(world.fleet)
  const cluster = find.cluster(name)
  assert(cluster !== undefined, `no cluster ${name}`)
  const sites = find.sitesOf(name)
  const lifecycle = world.assume.lifecycleOf(cluster)
  const monitorPhase = world.chance.between(0, lifecycle.monitorSeconds, name, 'monitor phase')
  const state: ClusterState = {
    cluster,
    subject: clusterSubject(name),
    lifecycle,
    controlPlaneSite: controlPlaneSite(world, cluster, sites),
    controlPlane: outage(),
    up: true,
    upCause: 0,
    downSince: Number.NEGATIVE_INFINITY,
    booting: undefined,
    lostPower: false,
    nodes: [],
    zones: new Map(),
    monitor: {
      // the first tick of the run lies before the drill, so that what was observed then is known
      runs: [
        {
          first: monitorPhase - 20 * (lifecycle.monitorSeconds + (lifecycle.idlePassSeconds ?? idlePassSeconds)),
          last: undefined,
        },
      ],
      interesting: new Set(),
      pass: undefined,
      passAt: Number.NEGATIVE_INFINITY,
      busyUntil: 0,
      busyNodes: 0,
      busy: [],
      taintLoopPhase: world.chance.latency(0, taintLoopSeconds, name, 'taint loop phase'),
      client: apiClient(),
      evictionClient: apiClient(),
      evictedUntil: 0,
      master: false,
      masterCause: 0,
      running: true,
      epoch: 0,
      startedCause: 0,
    },
    copies: [],
    manages: true,
  }
  world.clusters.set(name, state)
  for (const site of sites) addNodes(world, state, site)
  for (const assignment of placementOf(world.plan).byCluster.get(name) ?? []) {
    // what a federation divides is built with the federation
    if (assignment.federation === undefined) copyState(world, state, assignment)
  }
  world.tell.built(name)
  return state
}

function controlPlaneSite(world: World, cluster: Cluster, sites: readonly Site[]): SiteState | undefined {
  if (cluster.at !== undefined) return siteState(world, cluster.at)
  const [first] = sites
  if (first === undefined) return undefined
  const state = siteState(world, first.name)
  return traitsOf(first.place, cluster.kind, cluster).controlPlaneAt.value === 'site' ? state : undefined
}

function addNodes(world: World, cluster: ClusterState, site: Site): void {
  const state = siteState(world, site.name)
  state.clusters.add(cluster)
  const pools = lookup(world.fleet)
    .poolsOf(site.name)
    .filter((pool) => (pool.cluster ?? site.cluster) === cluster.cluster.name)
  // a cluster of machines that no pool lists still has the one that it runs on
  const shapes =
    pools.length > 0 || site.cluster !== cluster.cluster.name
      ? pools.map((pool) => ({ ...pool, pool, zones: zonesOf(world.fleet, site, pool.subnets, pool.labels) }))
      : [
          {
            name: 'machine',
            replicas: 1,
            bootTime: undefined,
            pool: undefined,
            zones: zonesOf(world.fleet, site, undefined, {}),
          },
        ]
  for (const shape of shapes) {
    const closed = shape.pool !== undefined && isClosed(world.fleet, shape.pool)
    for (let index = 0; index < shape.replicas; index += 1) {
      const zone = zoneOf(cluster, shape.zones[index % shape.zones.length] ?? '')
      const name = `${shape.name}-${index}`
      const node: Node = {
        name,
        subject: nodeSubject(site.name, name),
        site: state,
        cluster,
        zone,
        pool: shape.pool,
        closed,
        bootSeconds: shape.bootTime ?? world.assume.bootSeconds ?? defaultBootSeconds,
        power: outage(),
        images: new Set(),
        pods: new Set(),
        kubelet: true,
        rebooted: false,
        connected: true,
        connectedCause: 0,
        disconnectedAt: Number.NEGATIVE_INFINITY,
        watch: true,
        watchCause: 0,
        booting: undefined,
        rejoining: [],
        ready: 'True',
        readyCause: 0,
        noSchedule: false,
        noScheduleCause: 0,
        noExecute: false,
        noExecuteCause: 0,
        lastRenewal: Number.NEGATIVE_INFINITY,
        probeReset: Number.NEGATIVE_INFINITY,
        silentCause: 0,
        queuedForTaint: false,
        knownToTainter: false,
        queuedAt: 0,
        newToMonitor: false,
        evictions: [],
      }
      cluster.nodes.push(node)
      zone.nodes.push(node)
      state.nodes.push(node)
    }
  }
}

function zoneOf(cluster: ClusterState, key: string): Zone {
  const known = cluster.zones.get(key)
  if (known !== undefined) return known
  const zone: Zone = {
    key,
    subject: clusterZoneSubject(cluster.cluster.name, key === '' ? 'none' : key),
    bucket: zoneBucket(cluster.lifecycle.evictionRate),
    nodes: [],
    disruption: 'normal',
    stateCause: 0,
    lastTaint: 0,
    burnt: 0,
    tick: undefined,
    taintedAt: [],
  }
  cluster.zones.set(key, zone)
  return zone
}

const zoneLabel = 'topology.kubernetes.io/zone'

/** The zone labels that the nodes of a pool carry, in turn. */
function zonesOf(
  fleet: Fleet,
  site: Site,
  subnets: readonly string[] | undefined,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  const said = labels[zoneLabel]
  if (said !== undefined) return [said]
  const { place } = site
  if (place.zone !== undefined) return [place.zone]
  const { ownZone } = traitsOf(place, undefined)
  if (!ownZone.value || place.region === undefined) return ['']
  const find = lookup(fleet)
  const named = (subnets ?? []).flatMap((name) => find.subnet(name)?.zone ?? [])
  const known = named.length > 0 ? named : (find.networkOf(site)?.subnets ?? []).map((subnet) => subnet.zone)
  const inRegion = [...new Set(known)].filter((zone) => zone === `${place.region}${zone.at(-1)}`).sort()
  return inRegion.length > 0 ? inRegion : [`${place.region}a`, `${place.region}b`]
}

export function copyState(world: World, cluster: ClusterState, assignment: Assignment): Copy {
  const key = `${assignment.app}/${assignment.site}`
  const app = lookup(world.fleet).app(assignment.app)
  assert(app !== undefined, `no app ${assignment.app}`)
  const site = siteState(world, assignment.site)
  site.clusters.add(cluster)
  const { federation } = assignment
  const placement =
    app.placement.find((one) =>
      federation === undefined
        ? one.site === assignment.site
        : one.federation === federation && one.namespace === assignment.namespace,
    ) ?? app.placement[0]
  const override = placement?.overrides?.find(
    (one) => one.image !== undefined && one.clusters.includes(assignment.cluster),
  )?.image
  const { image, pullAlways } = imageOf(
    override === undefined ? (placement?.source ?? app.source) : { image: override },
    placement?.manifests ?? [],
  )
  const copy: Copy = {
    app,
    assignment,
    site,
    cluster,
    nodes: nodesOpenTo(world, cluster, placement?.manifests ?? []),
    subject: copySubject(app.name, assignment.site),
    // Karmada knows clusters, not sites: on a member of several sites the pods go where there is room
    pinned: federation === undefined ? (placement?.pinned ?? true) : cluster.nodes.every((node) => node.site === site),
    stateful: app.stateful,
    startupSeconds: app.startup,
    tolerationSeconds: world.pace.whole(
      app.tolerations?.unreachable ?? cluster.cluster.tolerations?.unreachable ?? defaultTolerationSeconds,
    ),
    image,
    pullAlways,
    delivered: federation === undefined && deliveredByGit(world.fleet, cluster.cluster.name),
    assumesRole: (placement?.manifests ?? []).some(hasRole),
    asksClusterDns: asksClusterDns(world, app, assignment, site, cluster, placement?.manifests ?? []),
    lookups: { answered: true, fail: false, turn: undefined },
    door: undefined,
    lan: undefined,
    check: undefined,
    pods: [],
    counts: { serving: 0, ready: 0, pending: 0, deleted: 0 },
    made: 0,
    declared: assignment.replicas,
    replicas: assignment.replicas,
    replicasCause: 0,
    deletedObjects: new Map(),
    crash: outage(),
    crashed: false,
    told: { serving: 0, ready: 0, pending: 0, endpoints: 0 },
    evicted: 0,
    awaitsFlux: false,
    deeds: [],
    owed: [],
    release: undefined,
    releasing: undefined,
    endpointsUpdate: undefined,
    endpointsCause: 0,
    scheduling: undefined,
  }
  const here = copy.nodes.filter((node) => node.site === site)
  const nodes = here.length > 0 || copy.pinned ? here : copy.nodes
  for (let index = 0; index < assignment.replicas; index += 1) {
    const node = nodes[index % Math.max(1, nodes.length)]
    addPod(copy, node, node !== undefined)
  }
  const { serving, ready, pending } = copy.counts
  copy.told = { serving, ready, pending, endpoints: ready }
  copy.door = doorState(world, copy)
  copy.lan = lanState(world, copy)
  copy.check = checkState(world, copy)
  cluster.copies.push(copy)
  if (!world.copies.has(key)) world.copies.set(key, copy)
  return copy
}

/** Nodes of the cluster with no taint that keeps the pods out. */
function nodesOpenTo(world: World, { nodes }: ClusterState, manifests: readonly Manifest[]): readonly Node[] {
  if (!nodes.some(({ closed }) => closed)) return nodes
  const pools = [...new Set(nodes.flatMap(({ pool }) => pool ?? []))]
  const open = new Set(poolsOpenTo(world.fleet, pools, manifests))
  return nodes.filter(({ pool }) => pool === undefined || open.has(pool))
}

/** Only where the site holds no cluster DNS and another one of the cluster does; and where there is somebody to look up. */
function asksClusterDns(
  world: World,
  app: App,
  assignment: Assignment,
  site: SiteState,
  cluster: ClusterState,
  manifests: readonly Manifest[],
): boolean {
  if (site.traits.holdsClusterDns.value) return false
  if (!cluster.nodes.some((node) => node.site.traits.holdsClusterDns.value)) return false
  const beside = (name: string): boolean =>
    placementOf(world.plan)
      .byApp.get(name)
      ?.some((row) => row.cluster === assignment.cluster) === true
  return (app.dependsOn ?? []).some(beside) || manifests.filter(({ kind }) => kind === 'Service').length > 1
}

/** The annotation by which EKS gives the pods of a service account a role. */
const roleAnnotation = 'eks.amazonaws.com/role-arn'

const hasRole = ({ kind, object }: Manifest): boolean =>
  kind === 'ServiceAccount' &&
  (object as { metadata?: { annotations?: Readonly<Record<string, unknown>> } }).metadata?.annotations?.[
    roleAnnotation
  ] !== undefined

const deliveredByGit = ({ gitops }: Fleet, cluster: string): boolean =>
  gitops !== undefined && (gitops.clusters === undefined || gitops.clusters.includes(cluster))

function doorState(world: World, copy: Copy): Door | undefined {
  const { expose } = copy.app
  if (expose === undefined) return undefined
  const { traits } = copy.site
  const kind = expose.loadBalancer ?? traits.loadBalancers.value[0] ?? 'none'
  const balancer = kind === 'alb' || kind === 'nlb'
  return doorWith(world, {
    copy,
    subject: doorSubject(copy.app.name, copy.site.site.name),
    opens: 'public',
    kind: balancer ? 'balancer' : 'proxy',
    stands: balancer && !traits.ownIngress.value ? 'region' : 'here',
  })
}

/**
 * Whoever stands on the floor needs no load balancer: the nodes of the site take them in, and kube-proxy sends them on. Of a site that is
 * cut off it keeps the rules that it has (EKS best practices, hybrid nodes, network disconnections: application network traffic), and back
 * in touch it takes the endpoints as the API lists them then: none, until kubelets have put the pods right or started others.
 */
function lanState(world: World, copy: Copy): Door | undefined {
  const { door, app } = copy
  if (door?.kind !== 'balancer') return door
  const { name } = copy.site.site
  if (!app.audiences.some((audience) => lookup(world.fleet).audience(audience)?.at === name)) return undefined
  return doorWith(world, { copy, subject: lanSubject(app.name, name), opens: 'lan', kind: 'proxy', stands: 'here' })
}

function doorWith(world: World, what: Pick<Door, 'copy' | 'subject' | 'opens' | 'kind' | 'stands'>): Door {
  const { copy } = what
  const said = copy.app.expose?.targetHealthCheck
  const check =
    said === undefined
      ? controllerCheck
      : {
          intervalSeconds: said.interval,
          timeoutSeconds: said.timeout,
          healthyThreshold: said.healthyThreshold,
          unhealthyThreshold: said.unhealthyThreshold,
        }
  const door: Door = {
    ...what,
    check,
    targets: new Map(),
    slow: new Map(),
    gone: false,
    staleRecord: false,
    reconcile: undefined,
    reconcileCause: 0,
    blocked: undefined,
    staleSince: 0,
    follows: true,
    followsCause: 0,
    share: copy.told.serving > 0 ? 1 : 0,
    how: 'refused',
    lateSeconds: 0,
    shareCause: 0,
    healthy: copy.told.serving > 0,
    healthyCause: 0,
    told: { targets: copy.told.serving, healthy: copy.told.serving },
  }
  for (const pod of copy.pods) if (pod.serving) door.targets.set(pod, newTarget(world, door, pod, true))
  return door
}

/** The ways in to a copy. */
export const doorsOf = ({ door, lan }: Copy): readonly Door[] =>
  door === undefined ? [] : lan === undefined || lan === door ? [door] : [door, lan]

export function newTarget(world: World, door: Door, pod: Pod, healthy: boolean): Target {
  return {
    pod,
    phase: world.chance.between(0, door.check.intervalSeconds, door.subject, 'target phase'),
    healthy,
    initial: !healthy,
    verdict: undefined,
    expects: undefined,
  }
}

function checkState(world: World, copy: Copy): Check | undefined {
  const said = copy.app.expose?.healthCheck
  if (said === undefined || said.by === 'none') return undefined
  const reached = checkersReach(world.fleet, copy)
  const healthy = (copy.door?.share ?? 0) > 0 && (said.by === 'alarm' || reached)
  const unseen = reached ? 'refused' : 'blackhole'
  const subject = checkSubject(copy.app.name, copy.site.site.name)
  const failureThreshold = Math.max(1, said.failureThreshold)
  const by = said.by === 'alarm' ? 'alarm' : isServedByOwn(world.fleet, copy.app) ? 'server' : 'checkers'
  const checker = (next: number): Checker => ({
    healthy,
    streak: failureThreshold,
    passes: healthy,
    next,
    cycle: said.interval + (healthy || by === 'server' ? 0 : waitSeconds(unseen)),
    entry: undefined,
  })
  return {
    copy,
    subject,
    intervalSeconds: said.interval,
    failureThreshold,
    checkers:
      by === 'server'
        ? [checker((world.serverPhase - 1) * said.interval)]
        : Array.from({ length: by === 'alarm' ? 0 : defaultCheckers }, () =>
            checker(world.chance.between(-said.interval, 0, subject, 'checker phase')),
          ),
    by,
    wrongPort: new Map(),
    healthy,
    healthyCause: 0,
    failing: { someAt: 0, someCause: 0, allAt: undefined, allCause: 0, how: new Set([unseen]) },
    passing: { someAt: 0, someCause: 0, allAt: undefined, allCause: 0, how: new Set() },
    seen: { share: healthy ? 1 : 0, how: unseen },
    alarm: undefined,
  }
}

/** Sites that the routing of an app names. */
export function routedSites(app: App): readonly string[] {
  const routing = app.expose?.routing
  if (routing === undefined) return []
  return [
    ...(routing.simple === undefined ? [] : [routing.simple]),
    ...(routing.failover ?? []),
    ...Object.keys(routing.weighted ?? {}),
    ...(routing.latency ?? []),
    ...Object.values(routing.geolocation ?? {}),
    ...(routing.multivalue ?? []),
  ]
}

export function copyAt(world: World, app: string, site: string): Copy | undefined {
  const declared = lookup(world.fleet).app(app)
  if (declared !== undefined) world.tell.wanted(declared)
  const known = world.copies.get(`${app}/${site}`)
  if (known !== undefined) return known
  const assignment = placementOf(world.plan)
    .byApp.get(app)
    ?.find((one) => one.site === site)
  if (assignment === undefined) return undefined
  clusterState(world, assignment.cluster)
  return world.copies.get(`${app}/${site}`)
}

/** The name of an app with all copies that it may lead to. */
export function nameState(world: World, app: App): NameState | undefined {
  if (app.expose === undefined) return undefined
  const known = world.names.get(app.name)
  if (known !== undefined) return known
  const copies = new Map<string, Copy>()
  for (const site of new Set(routedSites(app))) {
    const copy = copyAt(world, app.name, site)
    if (copy !== undefined) copies.set(site, copy)
  }
  const name: NameState = { app, host: app.expose.host, copies, usable: new Map() }
  world.names.set(app.name, name)
  return name
}

export function usersState(world: World, app: App, audience: Audience): Users {
  const key = `${app.name}/${audience.name}`
  const known = world.users.get(key)
  if (known !== undefined) return known
  const lan = audience.at === undefined ? undefined : copyAt(world, app.name, audience.at)
  const name = lan === undefined ? nameState(world, app) : undefined
  const ttlSeconds = ttlOf(app, name)
  const users: Users = {
    app,
    audience,
    name,
    lan,
    ttlSeconds,
    cohorts: name === undefined ? [] : cohortsOf(world, key, ttlSeconds),
    believed: new Map(),
    heard: new Map(),
    sent: 0,
    answer: {},
    answerCause: 0,
    moved: 0,
    points: [],
    toldServed: 0,
    toldBy: '',
  }
  world.users.set(key, users)
  return users
}

/** An alias has the TTL of the load balancer that it stands for; other records have their own. */
function ttlOf(app: App, name: NameState | undefined): number {
  const alias = [...(name?.copies.values() ?? [])].every((copy) => copy.door?.kind === 'balancer')
  return alias ? aliasTtlSeconds : (app.expose?.ttl ?? aliasTtlSeconds)
}

function cohortsOf(world: World, key: string, ttlSeconds: number): Cohort[] {
  const { violators, cohorts } = world.assume
  const cohort = (weight: number, holdSeconds: number, keepsTtl: boolean, at: number): Cohort => ({
    weight,
    holdSeconds,
    keepsTtl,
    phase: at * holdSeconds,
    answer: {},
    takenAt: 0,
    refresh: undefined,
  })
  const keeping = Array.from({ length: violators < 1 ? cohorts : 0 }, (_, index) =>
    cohort((1 - violators) / cohorts, ttlSeconds, true, (index + world.chance.draw(key, 'cache age')) / cohorts),
  )
  const overstaying = (violators > 0 ? ttlViolators.holdSeconds : []).map((hold) =>
    cohort(
      violators / ttlViolators.holdSeconds.length,
      Math.max(hold, ttlSeconds),
      false,
      world.chance.draw(key, 'overstay age'),
    ),
  )
  return [...keeping, ...overstaying]
}

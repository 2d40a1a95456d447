// Builds a federation when something touches its host or one of its members: all members with it, since a loss at one of them is
// made good at another.

import type { App, Federation, Placement } from '../../model/fleet.ts'
import { firstTargets, objectsOf, policyOf, siteOfMember, toleratesFor } from '../../schedule/declared.ts'
import { bindingSubject, federationSubject, memberSubject } from '../../timeline/subjects.ts'
import { evictionWorkers, karmadaSeconds } from '../../timers/karmada.ts'
import type { Pace } from '../../timers/pace.ts'
import { clusterState, copyState, placementOf } from './build.ts'
import type { AppFailover, Binding, FederationState, Member, World } from './state.ts'

/** Federations that the cluster hosts or is a member of. */
export function touchFederations(world: World, cluster: string): void {
  for (const federation of world.fleet.federations) {
    if (federation.host === cluster || federation.memberClusters.includes(cluster)) federationState(world, federation)
  }
}

/** Federations that place the app. */
export function touchFederationsOf(world: World, app: App): void {
  for (const federation of world.fleet.federations) {
    if (app.placement.some((placement) => placement.federation === federation.name)) federationState(world, federation)
  }
}

export function federationState(world: World, federation: Federation): FederationState {
  const known = world.federations.get(federation.name)
  if (known !== undefined) return known
  const state: FederationState = {
    federation,
    subject: federationSubject(federation.name),
    host: clusterState(world, federation.host),
    members: [],
    bindings: [],
    missing: missingSwitches(federation),
    up: true,
    upCause: 0,
    starting: undefined,
    workers: new Array<number>(evictionWorkers.count).fill(0),
    evictedAt: [],
  }
  // building the host may have come back here
  const meanwhile = world.federations.get(federation.name)
  if (meanwhile !== undefined) return meanwhile
  world.federations.set(federation.name, state)
  for (const name of new Set(federation.memberClusters)) state.members.push(memberState(world, federation, name))
  for (const app of world.fleet.apps) {
    for (const placement of app.placement) {
      if (placement.federation === federation.name) state.bindings.push(bindingState(world, state, app, placement))
    }
  }
  return state
}

/** All four must be on for replicas to leave a lost member. */
function missingSwitches({ failover }: Federation): readonly string[] | undefined {
  if (failover === undefined) return undefined
  return (['featureGate', 'noExecuteEviction', 'noExecutePolicyAllowed', 'taintPolicy'] as const).filter(
    (name) => !failover[name],
  )
}

function memberState(world: World, federation: Federation, name: string): Member {
  return {
    name,
    subject: memberSubject(federation.name, name),
    cluster: clusterState(world, name),
    sync: federation.sync[name] ?? federation.sync.default ?? 'push',
    reached: true,
    reachedCause: 0,
    reachedSince: Number.NEGATIVE_INFINITY,
    how: 'blackhole',
    settled: true,
    agent: undefined,
    observed: true,
    observedSince: Number.NEGATIVE_INFINITY,
    probe: undefined,
    ready: 'True',
    readyCause: 0,
    readySince: Number.NEGATIVE_INFINITY,
    noSchedule: false,
    noExecute: false,
    taintCause: 0,
    taintedAt: 0,
    taints: undefined,
  }
}

function bindingState(world: World, state: FederationState, app: App, placement: Placement): Binding {
  const { federation } = state
  const { targets, affinity } = wantedAtFirst(world, federation, app, placement)
  const binding: Binding = {
    app,
    placement,
    policy: policyOf(federation, placement),
    subject: bindingSubject(federation.name, app.name),
    purge: placement.purge ?? federation.failover?.purge ?? 'gracefully',
    tolerationSeconds: world.pace.whole(toleratesFor(federation, placement)),
    objects: objectsOf(app, placement),
    works: [],
    targets,
    affinity,
    tasks: [],
    evictions: new Map(),
    failover: appFailoverOf(federation, placement, world.pace),
    unhealthy: new Map(),
    doubled: false,
  }
  for (const member of state.members) {
    const site = siteOfMember(world.fleet, member.name)
    if (site === undefined) continue
    const replicas = targets.find((target) => target.name === member.name)?.replicas ?? 0
    const copy = copyState(world, member.cluster, {
      app: app.name,
      site,
      cluster: member.name,
      namespace: placement.namespace,
      replicas,
      federation: federation.name,
      why: `placed by Karmada of ${federation.name}`,
    })
    binding.works.push({
      binding,
      member,
      copy,
      applied: replicas,
      leaving: false,
      cause: 0,
      entry: undefined,
      failingSince: undefined,
      waitedForOld: false,
      release: undefined,
      health: replicas > 0 ? (copy.told.ready < replicas ? 'unhealthy' : 'healthy') : undefined,
      healthCause: 0,
      hearing: undefined,
    })
    // what the rest of the timeline starts from: no line of the file says how many replicas a member has
    for (const what of ['replicas', 'ready']) {
      world.log.emit({
        subject: copy.subject,
        what,
        from: null,
        to: what === 'ready' ? copy.told.ready : replicas,
        text:
          what === 'ready'
            ? `the API counts ${copy.told.ready} pods of ${app.name} at ${site} ready`
            : `Karmada of ${federation.name} places ${replicas} of ${app.name} on ${member.name}`,
        site,
        app: app.name,
      })
    }
  }
  return binding
}

/** It needs one switch of the four, the feature gate. */
function appFailoverOf({ failover }: Federation, placement: Placement, pace: Pace): AppFailover | undefined {
  const said = placement.failover
  if (said === undefined || failover?.featureGate !== true) return undefined
  return {
    unhealthyForSeconds: pace.whole(said.unhealthyFor),
    purge: said.purge,
    graceSeconds: said.gracePeriod === undefined ? karmadaSeconds.graceful : pace.whole(said.gracePeriod),
  }
}

/** As the plan says, where it has asked Karmada's scheduler already; else as that scheduler says. */
function wantedAtFirst(
  world: World,
  federation: Federation,
  app: App,
  placement: Placement,
): ReturnType<typeof firstTargets> {
  const uid = world.uids[app.name]
  const asked = firstTargets(world.fleet, federation, placement, uid)
  const rows = (placementOf(world.plan).byApp.get(app.name) ?? []).filter(
    (row) => row.federation === federation.name && row.namespace === placement.namespace,
  )
  // where a tie decides, the plan has a row with both outcomes: one who knows the UID knows which it is
  if (rows.length === 0 || (uid !== undefined && rows.some(({ alternatives }) => alternatives !== undefined)))
    return asked
  return {
    ...asked,
    targets: rows.flatMap(({ cluster, replicas }) => (replicas > 0 ? [{ name: cluster, replicas }] : [])),
  }
}

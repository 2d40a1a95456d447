// The twin: what happens to a fleet in a drill, in virtual time. Synchronous, pure, and a function of its arguments: the same plan,
// drill and seed give the same timeline, byte for byte. state.ts has the world, machines/ what each control loop does, wires.ts
// who listens to whom, judges/ what must hold of every run.

import type { Drill, Fault } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Plan } from '../../model/plan.ts'
import type { Timeline, TimelineEvent } from '../../model/timeline.ts'
import { recoveriesOf } from '../../timeline/recovery.ts'
import { serviceOf } from '../../timeline/users.ts'
import { paceOf } from '../../timers/pace.ts'
import { assumptionsText } from './assumptions.ts'
import { assumptionsOf, clusterState, nameState, touchSite, usersState } from './build.ts'
import { chanceFrom } from './chance.ts'
import type { Judge } from './judges/index.ts'
import { judges as allJudges } from './judges/index.ts'
import { livenessBound } from './liveness.ts'
import { log } from './log.ts'
import { queueFault } from './machines/faults.ts'
import { firstAnswer } from './machines/records.ts'
import { queue } from './queue.ts'
import { firstPoint, seenBy } from './service.ts'
import type { Users, World } from './state.ts'
import { outage } from './state.ts'
import { wires } from './wires.ts'

export interface SimulateOptions {
  /** The version that wrote the timeline. */
  readonly skerry?: string
  readonly judges?: readonly Judge[]
  /** How many times faster than life it is played; what no flag shortens is then longer (timers/pace.ts). Left out: 1. */
  readonly speed?: number
  /** UIDs of templates by app, as another world has them: by them Karmada breaks ties of a division. Left out: not known. */
  readonly uids?: Readonly<Record<string, string>>
}

/** A run that is under way: time passes when it is told to. */
export interface Rehearsal {
  readonly world: World
  /** Another fault, at its time or now, whichever is later. */
  inject(fault: Fault): void
  /** Lets time pass until then. */
  until(seconds: number): void
  /** Lets time pass until the drill's length, or until nothing that matters is left; the whole run as a timeline. */
  finish(): Timeline
  /** The run up to now. */
  timeline(length?: number): Timeline
}

export const simulate = (plan: Plan, drill: Drill, seed: string, options: SimulateOptions = {}): Timeline =>
  rehearse(plan, drill, seed, options).finish()

export function rehearse(plan: Plan, drill: Drill, seed: string, options: SimulateOptions = {}): Rehearsal {
  const judges = options.judges ?? allJudges
  const violations: { judge: string; event: number; text: string }[] = []
  const world = emptyWorld(plan, drill, seed, options, (event) => {
    for (const judge of judges) {
      const wrong = judge.onEvent?.(world, event)
      if (wrong !== undefined) violations.push({ judge: judge.id, event: event.id, text: wrong })
    }
  })

  world.log.emit({
    subject: `drill/${drill.name}`,
    what: 'began',
    from: null,
    to: true,
    text: 'everything runs as planned',
  })
  for (const fault of drill.faults) queueFault(world, fault)
  touchExpected(world)
  startUsers(world)

  const timeline = (length: number = world.queue.now): Timeline => {
    const users = usersConcerned(world).map(seenBy)
    const made: Timeline = {
      version: 1,
      world: 'twin',
      skerry: options.skerry ?? '',
      fleet: plan.fleet.name,
      drill: drill.name,
      seed,
      length,
      assumptions: assumptionsText(world),
      events: [...world.log.events],
      services: users.map((one) => serviceOf(one, length)),
      recoveries: users.flatMap((one) => recoveriesOf(one, world.log.events, length)),
      violations: [...violations],
    }
    const objections = judges.flatMap((judge) =>
      (judge.atEnd?.(world, made) ?? []).map(({ event, text }) => ({ judge: judge.id, event, text })),
    )
    return { ...made, violations: [...violations, ...objections] }
  }
  return {
    world,
    inject(fault) {
      queueFault(world, fault)
      world.lastChange = Math.max(world.lastChange, world.queue.now, fault.at + (fault.for ?? 0))
      startUsers(world)
    },
    until(seconds) {
      while (world.queue.step(seconds));
      world.queue.pass(seconds)
    },
    finish() {
      if (drill.length === undefined) return timeline(settle(world))
      while (world.queue.step(drill.length));
      return timeline(drill.length)
    },
    timeline,
  }
}

/** Users that something touches for the first time have been served as their resolvers' answers say since the beginning. */
function startUsers(world: World): void {
  const fresh = usersConcerned(world).filter((users) => users.points.length === 0)
  for (const users of fresh) firstAnswer(world, users)
  for (const users of fresh) firstPoint(world, users)
}

function emptyWorld(
  plan: Plan,
  drill: Drill,
  seed: string,
  options: SimulateOptions,
  onEvent: (event: TimelineEvent) => void,
): World {
  const line = queue()
  const pace = paceOf(options.speed ?? 1)
  const chance = chanceFrom(seed, pace)
  const world: World = {
    plan,
    fleet: plan.fleet,
    drill,
    assume: assumptionsOf(drill, pace),
    chance,
    serverPhase: chance.draw('powerdns', 'pass'),
    pace,
    uids: options.uids ?? {},
    queue: line,
    log: log(() => line.now, onEvent, pace),
    tell: wires(() => world),
    sites: new Map(),
    clusters: new Map(),
    federations: new Map(),
    releases: new Map(),
    copies: new Map(),
    users: new Map(),
    names: new Map(),
    away: { git: outage(), registry: outage() },
    faultsOn: new Map(),
    starts: [],
    lastChange: Math.max(0, ...drill.faults.map((fault) => fault.at + (fault.for ?? 0))),
  }
  return world
}

/** What expectations speak of is built even if no fault touches it, so that the timeline can answer them. */
function touchExpected(world: World): void {
  for (const { site, cluster } of world.drill.expect) {
    if (site !== undefined) touchSite(world, site)
    if (cluster !== undefined) clusterState(world, cluster)
  }
}

/** The audiences of every app that something touches; those on the LAN of a site only where the site is touched. */
function usersConcerned(world: World): readonly Users[] {
  const find = lookup(world.fleet)
  const expected = world.drill.expect.flatMap(({ app }) => app ?? [])
  const touched = new Set([...[...world.copies.values()].map((copy) => copy.app.name), ...expected])
  const wantedLans = new Set(world.drill.expect.flatMap(({ audience }) => audience ?? []))
  const found: Users[] = []
  for (const app of world.fleet.apps) {
    if (!touched.has(app.name) || app.expose === undefined) continue
    nameState(world, app)
    for (const name of app.audiences) {
      const audience = find.audience(name)
      if (audience === undefined) continue
      if (audience.at !== undefined && !world.sites.has(audience.at) && !wantedLans.has(name)) continue
      found.push(usersState(world, app, audience))
    }
  }
  return found
}

/** Acts out the queue until nothing that matters is left, within the time in which everything should have settled. */
function settle(world: World): number {
  const until = world.lastChange + livenessBound(world)
  while (world.queue.busy && world.queue.step(until));
  const last = world.log.events.at(-1)?.at ?? 0
  // a whole minute, and long enough after the last event to see that it lasts
  return Math.ceil((Math.max(last, world.lastChange) + 60) / 60) * 60
}

// The local world behind the World port: real engines on this machine, which run already (`up` brings them up, `down` ends them). What is
// done to them here is what a drill does: take away, give back, let time pass; what happened is read from the engines' own watches and from
// the process that stands for the world outside.

import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Drill, Fault } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Timeline, TimelineEvent } from '../../model/timeline.ts'
import { listed } from '../../model/words.ts'
import { recoveriesOf } from '../../timeline/recovery.ts'
import { serviceOf } from '../../timeline/users.ts'
import { paceOf } from '../../timers/pace.ts'
import type { Answer, DrilledWorld } from '../world.ts'
import { done, notHere, unlessInterrupted } from '../world.ts'
import { answersOf } from './answers.ts'
import type { Engines } from './binaries.ts'
import { clientsFor } from './clients.ts'
import { outsideId } from './engines/outside.ts'
import { powerDnsId } from './engines/powerdns.ts'
import { enginesOf } from './engines-of.ts'
import { faultsInForce, faultsOn } from './faults/index.ts'
import type { Faults, Happening } from './faults/port.ts'
import { inTime } from './faults/serial.ts'
import { namedWhenSilent } from './faults/silent.ts'
import { hold } from './holder.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'
import { outsideFound } from './outside/found.ts'
import type { OutsideEvent } from './outside/part.ts'
import { isOurs } from './process.ts'
import type { Runner } from './runner.ts'
import type { LocalState } from './state.ts'
import { ledgerAt, readState, recovered } from './state.ts'
import { assumptionsOf } from './telling/assumptions.ts'
import { copiesOf } from './telling/copies.ts'
import { doubles } from './telling/doubled.ts'
import { groundOf } from './telling/ground.ts'
import { audiencesIn, standInSays, unplanned, unrestOutside } from './telling/rest.ts'
import type { Standstills } from './telling/standstill.ts'
import { standstills } from './telling/standstill.ts'
import { usersSeen } from './telling/users.ts'
import { watchesOf } from './telling/watches.ts'
import type { Weaver } from './telling/weave.ts'
import { weaver } from './telling/weave.ts'

export interface LocalWorld extends DrilledWorld {
  readonly speed: number
  close(): Promise<void>
}

export interface LocalWorldOptions {
  /** Of what runs: made of a part of the fleet where only a part was brought up. */
  readonly plan: Plan
  readonly drill: Drill
  /** The state folder. */
  readonly folder: string
  readonly engines: Engines
  readonly skerry: string
  /** What went wrong and stops nothing. */
  readonly say: (line: string) => void
  readonly now?: () => Date
  /** Nobody waits for it any more: what an earlier drill left away is left to the next command. */
  readonly signal?: AbortSignal
}

/** Holds the fleet until it is closed: nobody brings it up or takes it down meanwhile, or drills it twice. */
export async function localWorldFor(options: LocalWorldOptions): Promise<LocalWorld> {
  const { folder, signal, now = () => new Date() } = options
  if (!existsSync(folder)) throw notUp(nothingRuns)
  const release = await hold(folder, 'drill', now)
  let world: LocalWorld & { readonly giveBackLeft: () => Promise<void> }
  try {
    world = worldHeld(options, requireUp(folder), release)
  } catch (error) {
    release()
    throw error
  }
  try {
    await unlessInterrupted(world.giveBackLeft(), signal, interruptedGivingBack)
    return world
  } catch (error) {
    await world.close()
    throw error
  }
}

const interruptedGivingBack =
  'the drill was interrupted before it began: nothing was taken away; what an earlier one may have left away is given back by the next skerry up, drill or down'

const healsMax = 4

/** So long, in reality, users must be served without a gap before a drill begins. */
const steadyMs = 3_000

/** Seconds of the drill that a door may be silent before its users give up: what they say is that old. */
const patienceSeconds = 8

function worldHeld(
  { plan, drill, folder, engines, skerry, say, signal, now = () => new Date() }: LocalWorldOptions,
  state: LocalState,
  release: () => void,
): LocalWorld & { readonly giveBackLeft: () => Promise<void> } {
  const speed = state.speed ?? 1
  const planned = layoutOf(plan, stillDeclared(plan, state.only))
  const layout: Layout =
    state.engines[powerDnsId(planned.owner)] === undefined ? planned : { ...planned, powerDns: true }
  const ledger = ledgerAt(folder, recovered(state))
  const clients = clientsFor(folder, () => ledger.state().ports)
  const found = outsideFound(folder, state)
  if (found === undefined) throw notUp('the world outside does not run')
  const outside = namedWhenSilent(outsideId(layout.owner), found)
  const clusters = layout.clusters.map(({ owner }) => owner)
  const running = new Set(clusters.map(({ name }) => name))
  const copies = copiesOf(plan, running)
  const watches = watchesOf({
    ...{ plan, copies, clusters, clients, folder },
    federations: layout.federations.map(({ owner }) => owner),
    ports: state.ports,
  })
  const runner: Runner = { ledger, now, binary: engines.binary, credentials: clients.credentials }

  let weaving: Weaver | undefined
  let beganMs = 0
  let endedMs: number | undefined
  let heard = 0
  /** Of the process outside, before this drill. */
  let failuresBefore = 0
  let failure: unknown
  let still: Standstills | undefined
  /** Told before the drill began: how things stand. */
  const stood = new Map<string, OutsideEvent>()
  const twice = doubles(plan)
  const timers = new Set<NodeJS.Timeout>()
  const inForce = new Set<Fault>()
  const working = new Set<Promise<void>>()

  const faults: Faults = faultsOn({
    ...{ plan, layout, folder, ledger, runner, clients, outside, speed, now, drill, say },
    engines: enginesOf(layout, state.ports, {
      ...{ folder, kwokFiles: engines.files('kwok'), outsideProgram: engines.outsideProgram() },
      ...(state.speed !== undefined && { speed: state.speed }),
    }),
    emit: ({ cause, timer, ...happening }: Happening) =>
      weaving === undefined || endedMs !== undefined
        ? -1
        : weaving.tell({
            ...happening,
            atMs: preciseNow(),
            ...(cause === undefined ? { root: true } : { cause }),
            ...(timer !== undefined && { timer }),
          }),
  })

  /** What the process outside says since it was asked last. */
  async function listen(): Promise<void> {
    watches.readLogs()
    for (const event of await outside.events(heard)) {
      heard = event.number
      const follows = twice.after(event)
      if (weaving === undefined || event.atMs < beganMs) stood.set(`${event.subject} ${event.what}`, event)
      else if (endedMs === undefined || event.atMs <= endedMs) {
        const { number: _number, ...told } = event
        weaving.tell({ decidedBy: 'standIn', ...told })
        if (follows !== undefined) weaving.tell(follows)
      }
    }
  }

  async function begin(stopped?: AbortSignal): Promise<void> {
    await outside.audiences(true)
    for (let waited = 0; ; waited += 1) {
      const audiences = audiencesIn(await outside.state())
      const unserved = standInSays(audiences)
      // one good moment between two bad ones is no rest
      const steady = audiences.every(({ points }) => preciseNow() - (points.at(-1)?.atMs ?? 0) >= steadyMs)
      if (unserved.length === 0 && steady) break
      if (waited >= 240)
        throw new Refusal(
          'world',
          `users are not served before anything is taken away: ${unserved[0] ?? 'now all of them are, now not'}`,
          'see skerry status; a machine that has too much to do answers late: a lower --speed leaves it more time',
          unserved.slice(0, 8).map((message) => ({ message })),
        )
      await pause(500, undefined, { signal: stopped })
    }
    await listen()
    failuresBefore = (await outside.state()).failures
    stopped?.throwIfAborted()
    beganMs = preciseNow()
    still = standstills(preciseNow)
    const ground = groundOf({
      ...{ plan, drill },
      pace: paceOf(speed),
      zoneOf: watches.zoneOf,
    })
    const made = weaver({ drill: drill.name, beganMs, speed, ground })
    for (const { subject, what, value } of watches.teller.standing().values()) made.stands(subject, what, value)
    for (const event of stood.values()) made.stands(event.subject, event.what, event.to)
    tellFirst(made)
    watches.teller.begin((told) => {
      if (endedMs === undefined || told.atMs <= endedMs) made.tell(told)
    })
    weaving = made
  }

  /** What a reader needs to know of the beginning: where Karmada has put things, and what names answer. */
  function tellFirst(made: Weaver): void {
    for (const { app, site, federation, cluster } of copies) {
      if (federation === undefined) continue
      const subject = `copy/${app}/${site}`
      const about = { subject, app, site, decidedBy: 'engine' as const }
      const replicas = watches.replicasOf(app, site) ?? 0
      const ready = Number(watches.teller.last(subject, 'ready') ?? 0)
      made.begins({
        ...about,
        what: 'replicas',
        to: replicas,
        text: `Karmada of ${federation} places ${replicas} of ${app} on ${cluster}`,
      })
      made.begins({
        ...about,
        what: 'ready',
        to: ready,
        text: `the API counts ${ready} pods of ${app} at ${site} ready`,
      })
    }
    for (const { number: _number, atMs: _atMs, from: _from, ...event } of stood.values())
      if (event.what === 'answer') made.begins({ decidedBy: 'standIn', ...event })
  }

  const realMs = (seconds: number): number => beganMs + (seconds * 1_000) / speed - preciseNow()

  function at(seconds: number, act: () => Promise<void>): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        const work: Promise<void> = act()
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => working.delete(work))
        working.add(work)
      },
      Math.max(0, realMs(seconds)),
    )
    timers.add(timer)
  }

  function stoodStill(): { readonly seconds: number; readonly until: number } | undefined {
    const longest = still?.longest()
    if (longest === undefined) return undefined
    return { seconds: longest.seconds, until: ((longest.endedMs - beganMs) * speed) / 1_000 }
  }

  const failed = (): void => {
    if (failure !== undefined) throw failure
  }

  async function heal(): Promise<void> {
    endedMs ??= preciseNow()
    still?.close()
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    await Promise.allSettled(working)
    inForce.clear()
    await giveBack(faults.healAll)
  }

  /** A port may be somebody's for a moment, and an engine late: what remains is in the journal, and is tried again. */
  async function giveBack(healing: () => Promise<void>, stopped?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1)
      try {
        await healing()
        return
      } catch (error) {
        if (attempt >= healsMax || stopped?.aborted === true) throw error
        say(`${error instanceof Error ? error.message : String(error)}: trying again`)
        await pause(2_000)
      }
  }

  return {
    name: 'local',
    speed,

    observe: async () => {
      const alive = (id: string): boolean => {
        const record = ledger.state().engines[id]
        return record?.process !== undefined && isOurs(record.process, record.token)
      }
      const up = new Set(clusters.filter(({ name }) => alive(`cluster/${name}/kube-apiserver`)).map(({ name }) => name))
      const steps = answersOf(plan, layout, engines.versions).flatMap(({ step, answer }) =>
        answer.kind === 'notHere' ||
        (step.subject.cluster !== undefined && running.has(step.subject.cluster) && !up.has(step.subject.cluster))
          ? []
          : [step],
      )
      return { steps }
    },
    apply: async (step): Promise<Answer> =>
      answersOf(plan, layout, engines.versions).find((one) => one.step.id === step.id)?.answer ??
      notHere('it is no step of the plan that runs here'),
    undo: async () => notHere('skerry down takes everything back at once'),

    inject: async (fault) => {
      at(fault.at, async () => {
        inForce.add(fault)
        await faults.inject(fault)
      })
      if (fault.for !== undefined)
        at(fault.at + fault.for, async () => {
          if (!inForce.delete(fault)) return
          await faults.end(fault)
        })
      return done
    },

    until: async (seconds) => {
      for (;;) {
        failed()
        const left = realMs(seconds)
        await listen()
        if (left <= 0) break
        await pause(Math.min(left, 500))
      }
      failed()
    },

    events: async () => {
      if (weaving === undefined) return []
      const askedMs = preciseNow()
      await listen()
      weaving.commit(askedMs - 300 - (patienceSeconds * 1_000) / speed)
      return weaving.events()
    },

    unrest: async (asPlanned) => {
      const missing = watches.missing()
      if (missing.length > 0) return missing.map((what) => `${what} are not listed yet`)
      watches.readLogs()
      return [
        ...watches.unrest(),
        ...(asPlanned ? unplanned(plan, copies, watches.replicasOf) : []),
        ...unrestOutside(await outside.state(), asPlanned, watches.replicasOf),
      ]
    },

    begin,
    heal,

    giveBackLeft: async () => {
      const left = faultsInForce(folder)
      if (left.length === 0) return
      say(
        `a drill before this one was cut off: giving back what it took (${listed(left.map(({ text }) => text).slice(0, 3))})`,
      )
      await giveBack(faults.healLeft, signal)
    },

    timeline: async (length) => {
      if (weaving === undefined) throw new Error('a bug of skerry: a timeline of a drill that has not begun')
      const askedMs = preciseNow()
      await listen()
      const untilMs = endedMs ?? askedMs - 300 - (patienceSeconds * 1_000) / speed
      weaving.commit(untilMs)
      const events: readonly TimelineEvent[] = weaving.events().filter(({ at: when }) => when <= length)
      const said = await outside.state()
      const seen = usersSeen(
        audiencesIn(said),
        events,
        { beganMs, speed },
        Math.min(untilMs, beganMs + (length * 1_000) / speed),
      )
      const touched = touchedBy(plan, events, drill)
      const users = seen.filter(({ app }) => touched.has(app))
      const timeline: Timeline = {
        version: 1,
        world: 'local',
        skerry,
        fleet: plan.fleet.name,
        drill: drill.name,
        seed: seedOf(new Date(beganMs)),
        length,
        assumptions: assumptionsOf(
          drill,
          speed,
          said,
          engines.versions,
          said.failures - failuresBefore,
          stoodStill(),
          layout.powerDns && { version: engines.powerDnsVersion?.() },
        ),
        events,
        services: users.map((one) => serviceOf(one, length)),
        recoveries: users.flatMap((one) => recoveriesOf(one, events, length)),
        violations: [],
      }
      return timeline
    },

    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      watches.close()
      try {
        await inTime(outside.audiences(false))
      } catch {
        // it is gone, and its audiences with it; or it stands still, and the next one who comes tells it
      }
      clients.close()
      release()
    },
  }
}

/** Of the clusters that were asked for; the others have left the fleet since. */
function stillDeclared({ fleet }: Plan, only: readonly string[] | undefined): readonly string[] | undefined {
  const find = lookup(fleet)
  return only?.filter((name) => find.cluster(name) !== undefined)
}

/** Apps that something happened to, or that are spoken of, as the twin has them. */
function touchedBy(plan: Plan, events: readonly TimelineEvent[], drill: Drill): ReadonlySet<string> {
  const apps = new Set(drill.expect.flatMap(({ app }) => app ?? []))
  for (const { app, at } of events) if (app !== undefined && at > 0) apps.add(app)
  const sites = new Set(events.flatMap(({ site, at }) => (site !== undefined && at > 0 ? [site] : [])))
  for (const { app, site } of plan.placement) if (sites.has(site)) apps.add(app)
  return apps
}

const preciseNow = (): number => performance.timeOrigin + performance.now()

/** What a run in reality is called instead of its chance: when it began. */
const seedOf = (began: Date): string =>
  began.toISOString().replace(/\..*$/, '').replaceAll(/[-:]/g, '').replace('T', '-')

function requireUp(folder: string): LocalState {
  const state = readState(folder)
  if (state === undefined) throw notUp(nothingRuns)
  if (state.up !== 'done') throw notUp('the last skerry up did not come to its end')
  return state
}

const nothingRuns = 'nothing of this fleet runs on this machine'
const notUp = (why: string): Refusal => new Refusal('refused', `${why}: there is nothing to drill`, 'skerry up')

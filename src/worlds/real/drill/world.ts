// The real world behind the World port, as far as a drill needs it: what runs there for money is broken by real means and given back. Before
// anything is taken away the undo is written down here and armed there; whatever ends the drill, all is given back and looked at again.

import { setTimeout as wait } from 'node:timers/promises'
import type { Drill, Fault } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Timeline } from '../../../model/timeline.ts'
import { recoveriesOf } from '../../../timeline/recovery.ts'
import { recordSubject, regionSubject, siteSubject, usersSubject, zoneSubject } from '../../../timeline/subjects.ts'
import type { Point, Seen } from '../../../timeline/users.ts'
import { serviceOf } from '../../../timeline/users.ts'
import type { Answer, DrilledWorld } from '../../world.ts'
import { done, notHere, standIn } from '../../world.ts'
import { awsRefusal } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { looked } from '../status/status.ts'
import type { ArmedIn } from './armed.ts'
import { arm } from './armed.ts'
import { prepareCuts } from './cuts.ts'
import type { Journal } from './journal.ts'
import { journalIn } from './journal.ts'
import { giveBack } from './left.ts'
import { noticedIn } from './looks.ts'
import type { Means, MeansOf } from './means.ts'
import { meansOf, riskOf } from './means.ts'
import type { Got, Outside, Users } from './outside.ts'
import { outsideHere, usersOf } from './outside.ts'
import type { Of, Prepared } from './prepare.ts'
import { prepare } from './prepare.ts'
import { storyOf } from './story.ts'
import { carryOut, undoText } from './undo.ts'

export interface RealDrillOptions {
  readonly ground: Ground
  readonly drill: Drill
  readonly skerry: string
  /** Of the drill, seconds: what has no end of its own is given back then. */
  readonly length: number
  readonly say: (line: string) => void
  /** How the users ask; left out, from this machine. */
  readonly outside?: Outside
  /** How long after its end the cloud itself gives back, seconds. */
  readonly graceSeconds?: number
  /** `s3://bucket/prefix`, where a team shares the ledger: what is taken away is written down there too. */
  readonly ledger?: string
  /** Between looks at clusters and balancers, seconds. */
  readonly lookEverySeconds?: number
}

export interface RealDrillWorld extends DrilledWorld {
  close(): Promise<void>
}

/** What each fault of the drill comes down to: for whoever must say yes before. */
export const meansOfDrill = (
  ground: Pick<Ground, 'plan'>,
  drill: Drill,
): readonly { readonly fault: Fault; readonly means: MeansOf }[] =>
  drill.faults.map((fault) => ({ fault, means: meansOf(ground.plan, fault) }))

const isOver = (signal?: AbortSignal): boolean => signal?.aborted === true

/** How often the undo is armed, each time with more time allowed for it. */
const armedMax = 3

interface Ready {
  readonly fault: Fault
  readonly means: Means
  readonly prepared: Prepared
}

export function realDrillWorld(options: RealDrillOptions): RealDrillWorld {
  const { ground, drill, skerry, length, say, graceSeconds = 120, lookEverySeconds = 10 } = options
  const { plan, now } = ground
  const place = journalIn(ground, options.ledger)
  const story = storyOf()
  const all = meansOfDrill(ground, drill)
  const ready = new Map<Fault, Ready>()
  const armedUntil = new Map<Fault, Date>()
  const timers = new Set<NodeJS.Timeout>()
  const working = new Set<Promise<void>>()
  const seen = new Map<string, { readonly app: string; readonly audience: string; readonly points: Point[] }>()
  let users: readonly { readonly app: string; readonly host: string; readonly users: Users }[] = []
  const unseen: string[] = []
  let journal: Journal | undefined
  let beganMs = 0
  let endedMs: number | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  let failure: unknown
  let isTold = false
  let rest: { readonly at: number; readonly says: readonly string[] } | undefined

  const seconds = (): number => Math.max(0, Math.round(((endedMs ?? now().getTime()) - beganMs) / 1) / 1_000)

  // -------------------------------------------------------------------------------------------- before

  async function begin(signal?: AbortSignal): Promise<void> {
    const before = await place.read()
    if (before !== undefined)
      throw new Refusal(
        'refused',
        `the drill ${before.drill} has not given everything back yet: another one does not begin`,
        `skerry drill gives back what is left, or says what it takes by hand; it is written down in ${place.shared ?? place.path}`,
      )
    journal = { drill: drill.name, since: now().toISOString(), away: [], armed: [] }
    await note({})
    try {
      await makeReady(signal)
      if (isOver(signal)) return
      users = await usersToAsk()
      await armAll(signal)
      if (isOver(signal)) return
    } catch (error) {
      throw awsRefusal(error, 'the drill did not begin, and nothing was taken away')
    }
    beganMs = now().getTime()
    await look()
    await ask()
    // a carrier's address, or a machine without a way out: what users get is then not known, and not the fleet's fault
    for (const { app, host } of users)
      if ([...seen.values()].some((one) => one.app === app && one.points.every(({ served }) => served === 0)))
        unseen.push(host)
    for (const host of unseen) say(`warning: ${unseenText(host)}`)
  }

  let noting: Promise<void> = Promise.resolve()
  /** One after the other: what is written last holds all. */
  async function note(next: Partial<Journal>): Promise<void> {
    if (journal === undefined) return
    const whole = { ...journal, ...next }
    journal = whole
    noting = noting.catch(() => undefined).then(() => place.write(whole))
    await noting
  }

  async function makeReady(signal?: AbortSignal): Promise<void> {
    const cuts: { readonly fault: Fault; readonly means: Of<'cut'> }[] = []
    for (const { fault, means } of all) {
      if (means.kind === 'notHere') continue
      if (means.means.kind === 'cut') cuts.push({ fault, means: means.means })
      else ready.set(fault, { fault, means: means.means, prepared: await prepare(ground, means.means) })
      if (isOver(signal)) return
    }
    const prepared = await prepareCuts(
      ground,
      cuts.map(({ means }) => means),
      (undo) => note({ away: [...(journal?.away ?? []), { text: `made ready: ${undoText(undo)}`, undo: [undo] }] }),
    )
    for (const [index, { fault, means }] of cuts.entries()) {
      const own = prepared[index]
      if (own !== undefined) ready.set(fault, { fault, means, prepared: own })
    }
  }

  /** The undo lies behind the fault's own end whatever arming took: what was armed too early by then is armed again, later. */
  async function armAll(signal?: AbortSignal): Promise<void> {
    let late = [...ready.values()].filter(({ prepared }) => prepared.undo.length > 0)
    let allowedMs = 0
    for (let attempt = 1; ; attempt += 1) {
      const since = now().getTime()
      for (const { fault, prepared } of late) {
        const until = new Date(since + allowedMs + (endOf(fault) + graceSeconds) * 1_000)
        armedUntil.set(fault, until)
        await arm(ground, prepared.undo, until, {
          ...{ fleet: plan.fleet.name, drill: drill.name, number: drill.faults.indexOf(fault) + 1 },
          armed: (what: ArmedIn) => {
            const known = journal?.armed ?? []
            return known.some((one) => JSON.stringify(one) === JSON.stringify(what))
              ? noting
              : note({ armed: [...known, what] })
          },
        })
        if (isOver(signal)) return
      }
      const time = now().getTime()
      late = late.filter(
        ({ fault }) => (armedUntil.get(fault)?.getTime() ?? 0) < time + (endOf(fault) + graceSeconds / 2) * 1_000,
      )
      if (late.length === 0) return
      if (attempt >= armedMax)
        throw new Refusal(
          'world',
          `arming the undo took ${Math.round((time - since) / 1_000)} s, longer than was allowed for`,
          'run the drill again when the cloud answers faster',
        )
      allowedMs = (time - since) * 2
    }
  }

  const endOf = (fault: Fault): number => (fault.for === undefined ? length : fault.at + fault.for)

  async function usersToAsk(): Promise<typeof users> {
    const { status } = await looked(ground)
    const outside = options.outside ?? outsideHere([...new Set(status.names.flatMap(({ nameServers }) => nameServers))])
    const addresses = new Map<string, string>()
    await Promise.all(
      status.fronts.map(async ({ site, name }) => {
        for (const address of name === undefined ? [] : await outside.addressesOf(name)) addresses.set(address, site)
      }),
    )
    const find = lookup(plan.fleet)
    return status.names.flatMap(({ app, host }) => {
      const expose = find.app(app)?.expose
      if (expose === undefined) return []
      const protocol = expose.healthCheck?.protocol === 'https' ? ('https' as const) : ('http' as const)
      const asked = { host, protocol, port: protocol === 'https' ? 443 : 80, path: expose.healthCheck?.path ?? '/' }
      return [{ app, host, users: usersOf(outside, asked, (address) => addresses.get(address)) }]
    })
  }

  // -------------------------------------------------------------------------------------------- meanwhile

  async function look(): Promise<void> {
    const at = seconds()
    const { status, clusters } = await looked(ground, { patienceSeconds: Math.max(5, lookEverySeconds) })
    if (endedMs !== undefined) return
    for (const noticed of noticedIn(plan, status, clusters)) story.tell(at, noticed)
  }

  async function ask(): Promise<void> {
    const at = seconds()
    await Promise.all(users.map(async ({ app, host, users: some }) => tellUsers(at, app, host, await some.second(at))))
  }

  function tellUsers(at: number, app: string, host: string, { served, by, answer }: Got): void {
    for (const audience of lookup(plan.fleet).app(app)?.audiences ?? ['users']) {
      const about = { app, audience }
      story.tell(at, {
        ...{ subject: recordSubject(host, audience), what: 'answer', to: answer, ...about },
        text: `name servers answer ${host} with ${answer === '' ? 'nobody' : answer}`,
      })
      const who = Object.keys(by).sort().join(',')
      const subject = usersSubject(app, audience)
      story.tell(at, {
        subject,
        what: 'servedBy',
        to: who,
        ...about,
        text: `${audience} of ${app} are answered by ${who === '' ? 'nobody' : who}`,
      })
      const event = story.tell(at, {
        ...{ subject, what: 'served', to: served, ...about },
        text: `${Math.round(served * 100)} % of ${audience} of ${app} are answered`,
      })
      const key = `${app} ${audience}`
      const one: { app: string; audience: string; points: Point[] } = seen.get(key) ?? { app, audience, points: [] }
      const last = one.points.at(-1)
      if (last === undefined || JSON.stringify(last.by) !== JSON.stringify(by))
        one.points.push({ at: last === undefined ? 0 : at, served, keepers: served, by, keepersBy: by, event })
      seen.set(key, one)
    }
  }

  function at(moment: number, act: () => Promise<void>): void {
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
      Math.max(0, beganMs + moment * 1_000 - now().getTime()),
    )
    timers.add(timer)
  }

  async function take({ fault, means, prepared }: Ready): Promise<void> {
    const { what: text } = riskOf(means)
    // nothing is armed for what needs no undo
    if ((armedUntil.get(fault)?.getTime() ?? Number.POSITIVE_INFINITY) <= now().getTime())
      throw new Refusal(
        'world',
        `it is too late to begin (${text}): what was armed to give it back has run already, and this was not taken away`,
        'run the drill again when the cloud and this machine answer faster',
      )
    await note({ away: [...(journal?.away ?? []), { text, undo: prepared.undo }] })
    story.tell(seconds(), { ...subjectOf(fault), to: 'down', text, root: true })
    await prepared.act()
  }

  async function end({ fault, means, prepared }: Ready): Promise<void> {
    for (const undo of prepared.undo) await carryOut(ground, undo)
    story.tell(seconds(), { ...subjectOf(fault), to: 'up', text: `given back: ${riskOf(means).what}`, root: true })
  }

  async function heal(): Promise<void> {
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    await Promise.allSettled(working)
    await looking?.catch(() => undefined)
    endedMs ??= now().getTime()
    // one that did not begin took nothing: what another left is not its own
    const left = journal === undefined ? undefined : await place.read()
    if (left !== undefined) await giveBack(ground, place, left, say)
    if (!isTold) failed()
  }

  function failed(): void {
    if (failure === undefined) return
    isTold = true
    throw failure
  }

  return {
    name: 'real',
    observe: async () => ({ steps: [] }),
    apply: async (): Promise<Answer> => notHere('skerry up --on real carries out the plan'),
    undo: async () => notHere('skerry down --on real takes it back'),

    inject: async (fault): Promise<Answer> => {
      const own = all.find((one) => one.fault === fault)?.means ?? meansOf(plan, fault)
      if (own.kind === 'notHere') return notHere(own.why)
      const it = ready.get(fault)
      if (it === undefined) return notHere('it was not made ready')
      let taking: Promise<void> | undefined
      at(fault.at, () => {
        taking = take(it)
        return taking
      })
      if (fault.for !== undefined)
        at(fault.at + fault.for, async () => {
          await taking?.catch(() => undefined)
          await end(it)
        })
      return own.standIn === undefined ? done : standIn(own.standIn)
    },

    until: async (moment) => {
      for (;;) {
        failed()
        if (seconds() >= lookedAt + lookEverySeconds && looking === undefined) {
          lookedAt = seconds()
          looking = look()
            .catch(() => undefined)
            .finally(() => {
              looking = undefined
            })
        }
        await ask()
        const left = beganMs + moment * 1_000 - now().getTime()
        if (left <= 0) break
        await wait(Math.min(left, 1_000))
      }
      failed()
    },

    events: async () => story.events(),

    unrest: async () => {
      const time = now().getTime()
      if (rest !== undefined && time - rest.at < lookEverySeconds * 1_000) return rest.says
      const { status } = await looked(ground)
      const says = [
        ...status.pools
          .filter(({ state }) => state !== 'asWanted')
          .map(({ site, pool, ready: well, wanted }) => `${well} of ${wanted} nodes of ${site}/${pool} are ready`),
        ...status.apps
          .filter(({ state }) => state !== 'asWanted')
          .map(({ app, ready: well, wanted }) => `${well} of ${wanted} copies of ${app} are ready`),
        ...status.fronts
          .filter(({ state }) => state !== 'asWanted')
          .map(({ app, site, why }) => `the front door of ${app} at ${site} is not well: ${why ?? 'not heard of'}`),
        ...status.names
          .filter(({ state }) => state !== 'asWanted')
          .map(({ host, why }) => `${host} is not as wanted${why === undefined ? '' : `: ${why}`}`),
      ]
      rest = { at: time, says }
      return says
    },

    begin,
    heal,

    timeline: async (whole): Promise<Timeline> => {
      const events = story.events().filter((event) => event.at <= whole)
      const both: readonly Seen[] = [...seen.values()].map(({ app, audience, points }) => ({
        ...{ app, audience },
        points: points.filter((point) => point.at <= whole),
      }))
      return {
        ...{ version: 1, world: 'real', skerry, fleet: plan.fleet.name, drill: drill.name },
        seed: new Date(beganMs).toISOString().replace(/\..*$/, '').replaceAll(/[-:]/g, '').replace('T', '-'),
        length: whole,
        assumptions: [...unseen.map(unseenText), ...assumptions(drill)],
        events,
        services: both.map((one) => serviceOf(one, whole)),
        recoveries: both.flatMap((one) => recoveriesOf(one, events, whole)),
        violations: [],
      }
    },

    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      await looking?.catch(() => undefined)
    },
  }
}

const unseenText = (host: string): string =>
  `nobody was answered at ${host} from this machine before anything was taken away: what is told of its users is of this machine's way there, not of them`

const assumptions = (drill: Drill): readonly string[] => [
  'users were asked from this machine alone, by 20 resolvers that keep to the TTL: whoever stands elsewhere may be led elsewhere, and whoever keeps answers longer comes back later',
  'clusters, load balancers and health checks are asked every few seconds: an event is at most that much earlier than it was noticed, and what came and went in between is not told',
  ...(drill.expect.some(({ evictions }) => evictions !== undefined) ? ['evictions are not counted here'] : []),
]

function subjectOf(fault: Fault): {
  readonly subject: string
  readonly what: string
  readonly site?: string
  readonly app?: string
} {
  const { site, app, zone, region } = fault
  const what =
    fault.scaleTo !== undefined
      ? 'scaled'
      : fault.checkPort !== undefined
        ? 'checkPort'
        : fault.delete !== undefined
          ? 'deleted'
          : (fault.lose ?? 'fault')
  const subject =
    site !== undefined ? siteSubject(site) : zone !== undefined ? zoneSubject(zone) : regionSubject(region ?? '')
  return { subject, what, ...(site !== undefined && { site }), ...(app !== undefined && { app }) }
}

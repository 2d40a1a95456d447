// One audience of one app: its resolvers, which take a new answer over when what they hold expires and not before; its visits to the doors
// that they are led to; and what it makes of both, told in the words of the twin.

import { setTimeout as pause } from 'node:timers/promises'
import { usersSubject } from '../../../../timeline/subjects.ts'
import { fails, isWhole } from '../../../../timeline/users.ts'
import { ttlViolators } from '../../../../timers/resolver.ts'
import type { Surroundings } from '../part.ts'
import type { AudienceConfig, AudienceState } from './config.ts'
import type { Resolver } from './resolver.ts'
import type { Held, Seen, Share } from './seen.ts'
import { seen } from './seen.ts'
import type { Visits } from './visits.ts'
import { visits } from './visits.ts'

export interface Users {
  begin(atMs: number): void
  stop(): void
  /** The doors that some of them are led to now. */
  visited(): readonly Visits[]
  state(): AudienceState
}

/** Users whose resolver takes new answers over at the same time. */
interface Cohort {
  readonly weight: number
  readonly keepsTtl: boolean
  /** How long it holds an answer at least; of the document. */
  readonly leastSeconds: number
  /** The age of what it holds when they begin, as a share of its life. */
  readonly age: number
  sites: Readonly<Record<string, number>>
  timer: NodeJS.Timeout | undefined
}

/** An address that leads to no door which these users have a way to. */
const nowhere = ''
/** How long an answer waits for the first word from a door that nobody was led to before; of the document, and real at least. */
const firstWord = { seconds: 1, milliseconds: 500 } as const
/** Between two questions of somebody who has no answer yet; real. */
const restMilliseconds = 20
/** A timer that is longer than 2^31 ms would end at once. */
const timerMostMilliseconds = 2_147_483_647

export function users(
  config: AudienceConfig,
  names: Resolver,
  surroundings: Surroundings,
  chance: () => number,
): Users {
  const { app, audience, host, dnsPort, subnet } = config
  const siteOf = new Map(config.doors.map(({ address, site }) => [address, site]))
  const doors = new Map(
    config.doors.map((door) => [
      door.site,
      visits(config, door, surroundings, (atMs) => {
        view?.answered(atMs, door.site, doors.get(door.site)?.share() ?? 0)
        review(true, atMs)
      }),
    ]),
  )
  const cohorts = dnsPort === undefined ? [onLan(config)] : cohortsOf(config, chance)
  let view: Seen | undefined
  let first: Share | undefined
  let before: Share | undefined
  let told = { served: 0, by: '' }
  /** What name servers answered last, and how many resolvers have taken it over. */
  let newest = ''
  let moved = 0
  let stopped = false

  const milliseconds = (seconds: number): number => (seconds * 1_000) / surroundings.speed()

  const held = (): readonly Held[] => cohorts.map(({ weight, keepsTtl, sites }) => ({ weight, keepsTtl, sites }))

  const ledTo = (): readonly Visits[] => {
    const sites = new Set(cohorts.flatMap(({ sites }) => Object.keys(sites)))
    return [...doors].flatMap(([site, door]) => (sites.has(site) ? door : []))
  }

  async function look(): Promise<
    { readonly sites: Readonly<Record<string, number>>; readonly seconds: number } | undefined
  > {
    const answer = await names.look(dnsPort ?? 0, host, subnet)
    if (answer === undefined) return undefined
    const sites: Record<string, number> = {}
    for (const [address, share] of Object.entries(answer.odds)) {
      const site = siteOf.get(address) ?? nowhere
      sites[site] = (sites[site] ?? 0) + share
    }
    return { sites, seconds: answer.seconds }
  }

  /** Of the time that it holds an answer, so long until it asks again. */
  function again(cohort: Cohort, realSeconds: number, share: number): void {
    const life = Math.max(realSeconds * 1_000, milliseconds(cohort.leastSeconds), 1)
    askAfter(cohort, life * share)
  }

  /** Whatever goes wrong with an answer, its users ask again. */
  function askAfter(cohort: Cohort, ms: number): void {
    clearTimeout(cohort.timer)
    cohort.timer = setTimeout(
      () => {
        refresh(cohort).catch((error: unknown) => {
          surroundings.failed(error)
          if (!stopped) askAfter(cohort, milliseconds(1))
        })
      },
      Math.min(ms, timerMostMilliseconds),
    )
  }

  async function refresh(cohort: Cohort): Promise<void> {
    const answer = await look()
    if (stopped) return
    // nobody answered: what it holds goes on for a while
    if (answer === undefined) {
      askAfter(cohort, milliseconds(1))
      return
    }
    again(cohort, answer.seconds, 1)
    const text = JSON.stringify(answer.sites)
    if (text === JSON.stringify(cohort.sites)) return
    const atMs = Date.now()
    await known(Object.keys(answer.sites))
    if (stopped) return
    if (text !== newest) {
      newest = text
      moved = 0
    }
    cohort.sites = answer.sites
    moved += 1
    view?.hold(atMs, held())
    const outstanding = cohorts.some(({ keepsTtl, sites }) => keepsTtl && JSON.stringify(sites) !== newest)
    review(moved === 1 || !cohort.keepsTtl || !outstanding)
  }

  const known = (sites: readonly string[]): Promise<unknown> =>
    Promise.all(
      [...new Set(sites)].map((site) =>
        doors.get(site)?.known(Math.max(milliseconds(firstWord.seconds), firstWord.milliseconds)),
      ),
    )

  async function start(beganMs: number): Promise<void> {
    if (dnsPort !== undefined) {
      // they asked at different times, and all is well yet: the same answer for all
      let answer = await look()
      while (answer === undefined && !stopped) {
        // a question that cannot even be sent fails at once
        await pause(Math.max(milliseconds(1), restMilliseconds))
        answer = await look()
      }
      if (stopped || answer === undefined) return
      newest = JSON.stringify(answer.sites)
      for (const cohort of cohorts) {
        cohort.sites = answer.sites
        again(cohort, answer.seconds, 1 - cohort.age)
      }
    }
    await known(cohorts.flatMap(({ sites }) => Object.keys(sites)))
    if (stopped) return
    const shares = Object.fromEntries([...doors].map(([site, door]) => [site, door.share() ?? 0]))
    view = seen(beganMs, held(), shares)
    first = view.now()
    before = first
    told = { served: first.served, by: byText(first) }
  }

  /** Looks at the users again; `notable`: the event is worth telling whatever it changes. */
  function review(notable: boolean, atMs?: number): void {
    const next = view?.now()
    if (next === undefined || first === undefined || before === undefined) return
    const crossed = fails(before, first) !== fails(next, first) || isWhole(before, first) !== isWhole(next, first)
    const full = before.served < 1 && next.served >= 1 - 1e-9
    before = next
    if (notable || crossed || full) tell(next, atMs)
  }

  function tell(next: Share, atMs: number | undefined): void {
    const by = byText(next)
    const about = {
      subject: usersSubject(app, audience),
      app,
      audience,
      ...(atMs !== undefined && { atMs }),
    }
    const sites = Object.keys(next.by).join(' and ')
    const who = `users of ${app} in ${audience}`
    const from = told
    told = { served: next.served, by }
    if (next.served !== from.served)
      surroundings.tell({
        ...about,
        what: 'served',
        from: from.served,
        to: next.served,
        text:
          next.served === 0
            ? `no ${who} are answered`
            : `${Number((next.served * 100).toFixed(1))} % of the ${who} are answered, by ${sites}`,
      })
    else if (by !== from.by)
      surroundings.tell({
        ...about,
        what: 'servedBy',
        from: from.by,
        to: by,
        text: `the ${who} are answered by ${sites}`,
      })
  }

  return {
    begin: (atMs) => void start(atMs).catch(surroundings.failed),
    stop() {
      stopped = true
      for (const { timer } of cohorts) clearTimeout(timer)
      for (const door of doors.values()) door.close()
    },
    visited: () => (stopped ? [] : ledTo()),
    state() {
      const counts = [...doors.values()].map((door) => door.counts())
      return {
        app,
        audience,
        points: view?.points() ?? [],
        requests: counts.reduce((sum, { requests }) => sum + requests, 0),
        failed: counts.reduce((sum, { failed }) => sum + failed, 0),
        doors: Object.fromEntries(
          [...doors].flatMap(([site, door]) => {
            const share = door.share()
            return share === undefined ? [] : [[site, share] as const]
          }),
        ),
      }
    },
  }
}

const byText = ({ by }: Share): string => {
  const sites = Object.keys(by)
  return sites.length === 0 ? 'nobody' : sites.join(',')
}

function onLan({ doors }: AudienceConfig): Cohort {
  const sites = Object.fromEntries(doors.map(({ site }) => [site, 1]))
  return { weight: 1, keepsTtl: true, leastSeconds: 0, age: 0, sites, timer: undefined }
}

function cohortsOf({ resolvers, violators }: AudienceConfig, chance: () => number): readonly Cohort[] {
  const cohort = (weight: number, keepsTtl: boolean, leastSeconds: number, age: number): Cohort => ({
    weight,
    keepsTtl,
    leastSeconds,
    age,
    sites: {},
    timer: undefined,
  })
  const phase = chance()
  const keeping = Array.from({ length: violators < 1 ? resolvers : 0 }, (_, index) =>
    cohort((1 - violators) / resolvers, true, 0, 1 - (index + phase) / resolvers),
  )
  const { holdSeconds } = ttlViolators
  const overstaying = (violators > 0 ? holdSeconds : []).map((seconds) =>
    cohort(violators / holdSeconds.length, false, seconds, 1 - chance()),
  )
  return [...keeping, ...overstaying]
}

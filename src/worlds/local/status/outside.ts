// The world outside, as users meet it now: each name is really resolved by its name server, and what it answers is really fetched. And what
// is bad there: hops that are cut or late, the links that this cuts, faults that are in force.

import { Resolver } from 'node:dns/promises'
import { request } from 'node:http'
import { faultsInForce } from '../faults/journal.ts'
import type { Conditions } from '../outside/conditions.ts'
import { outsideFound } from '../outside/found.ts'
import type { Asking, Patience } from './asking.ts'
import { patienceMaxMs } from './asking.ts'
import type { Age } from './heard.ts'
import { ageOf } from './heard.ts'

export interface OutsideStatus {
  /** Undefined where the process outside does not answer, or does not run. */
  readonly names: readonly NameStatus[] | undefined
  /** Its address and port, for `dig`. */
  readonly nameServer: string | undefined
  readonly doors: readonly DoorStatus[] | undefined
  readonly links: readonly LinkStatus[] | undefined
  readonly bad: readonly BadStatus[] | undefined
  /** What went wrong in the process outside and never should have, since it began; undefined where it does not answer. */
  readonly failures: number | undefined
  readonly faults: readonly FaultStatus[]
}

export interface NameStatus {
  readonly host: string
  readonly app: string
  /** What the name server says to anybody, each really fetched. */
  readonly answers: readonly AnswerStatus[]
  /** Sites by audience, where the name servers near them know where they are. */
  readonly audiences: Readonly<Record<string, string>>
}

export interface AnswerStatus {
  readonly address: string
  readonly port: number | undefined
  readonly site: string | undefined
  /** The status of HTTP; or why there was none. */
  readonly heard: number | 'refused' | 'silent'
}

export interface LinkStatus {
  readonly id: string
  readonly way: 'free' | 'late' | 'blackhole' | 'refuse'
}

/** Something that is not as it should be outside: a hop, a copy that is late, a check that asks another port. */
export interface BadStatus {
  readonly what: string
  readonly how: string
}

export interface FaultStatus extends Age {
  readonly text: string
}

/** The front doors of a copy: the public one as its load balancer believes, the one on the LAN as the site does. */
export interface DoorStatus {
  readonly app: string
  readonly site: string
  /** Address and port; undefined where nobody is let in. */
  readonly public: string | undefined
  readonly lan: string | undefined
  readonly targets: number
  readonly healthy: number
  /** The share of requests that each answers. */
  readonly answers: number
  readonly lanAnswers: number
}

/** Of what the process outside tells of itself, what is read here. */
interface Parts {
  readonly dns?: {
    readonly port?: number
    readonly answers?: readonly {
      readonly host: string
      readonly app: string
      readonly audience: string
      readonly answer: string
    }[]
  }
  readonly links?: readonly LinkStatus[]
  readonly doors?: readonly DoorSeen[]
}

type DoorSeen = Omit<DoorStatus, 'targets'> & { readonly targets: readonly unknown[] }

export async function outsideStatus(asking: Asking): Promise<OutsideStatus> {
  const { state, folder, asked, patience } = asking
  const faults = faultsInForce(folder).map(({ text, since }) => ({ text, ...ageOf(since, asked) }))
  const silent = {
    ...{ names: undefined, nameServer: undefined, doors: undefined, links: undefined, bad: undefined },
    ...{ failures: undefined, faults },
  }
  const outside = outsideFound(folder, state, patienceMaxMs)
  const said = outside && (await patience.inTime(Promise.all([outside.state(), outside.conditions()])))
  if (said === undefined) return silent
  const [{ parts, failures }, conditions] = said
  const { dns, links = [], doors = [] } = parts as Parts
  return {
    names: await namesNow(dns, doors, patience),
    nameServer: dns?.port === undefined ? undefined : `127.0.0.1:${dns.port}`,
    doors: doors.map(({ app, site, public: open, lan, targets, healthy, answers, lanAnswers }) => ({
      ...{ app, site, public: open, lan, healthy, answers, lanAnswers },
      targets: targets.length,
    })),
    links: links.map(({ id, way }) => ({ id, way })),
    bad: badIn(conditions),
    failures,
    faults,
  }
}

async function namesNow(
  names: Parts['dns'],
  doors: readonly DoorSeen[],
  patience: Patience,
): Promise<readonly NameStatus[]> {
  const answers = names?.answers ?? []
  const hosts = new Map(answers.map(({ host, app }) => [host, app]))
  return Promise.all(
    [...hosts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([host, app]) => ({
        host,
        app,
        answers: await Promise.all(
          (await resolved(host, names?.port, patience)).map((address) => fetched(host, address, doors, patience)),
        ),
        audiences: Object.fromEntries(
          answers.filter((it) => it.host === host && it.audience !== '').map((it) => [it.audience, it.answer]),
        ),
      })),
  )
}

async function resolved(
  host: string,
  port: number | undefined,
  { inTime, signal }: Patience,
): Promise<readonly string[]> {
  if (port === undefined) return []
  const resolver = new Resolver({ timeout: patienceMaxMs, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  signal.addEventListener('abort', () => resolver.cancel())
  return (await inTime(resolver.resolve4(host))) ?? []
}

async function fetched(
  host: string,
  address: string,
  doors: readonly DoorSeen[],
  { inTime, signal }: Patience,
): Promise<AnswerStatus> {
  const door = doors.find((it) => it.public?.startsWith(`${address}:`))
  const port = door?.public === undefined ? undefined : Number(door.public.slice(address.length + 1))
  const heard =
    port === undefined
      ? 'refused'
      : await inTime(
          new Promise<number | 'refused'>((resolve) => {
            const asked = request({ host: address, port, path: '/', agent: false, signal, headers: { host } })
            asked.once('response', (response) => {
              response.resume()
              resolve(response.statusCode ?? 0)
            })
            asked.once('error', () => resolve('refused'))
            asked.end()
          }),
        )
  return { address, port, site: door?.site, heard: heard ?? 'silent' }
}

const cutWords = { blackhole: 'cut: packets vanish', refuse: 'cut: connections are refused' } as const

function badIn({ hops, late, checkPorts }: Conditions): readonly BadStatus[] {
  return [
    ...Object.entries(hops).flatMap(([what, { cut, lateSeconds = 0 }]) =>
      cut === undefined && lateSeconds === 0
        ? []
        : [{ what, how: cut === undefined ? `${lateSeconds} s late` : cutWords[cut] }],
    ),
    ...Object.entries(late).map(([copy, seconds]) => ({ what: `copy/${copy}`, how: `answers ${seconds} s late` })),
    ...Object.entries(checkPorts).map(([copy, port]) => ({
      what: `check/${copy}`,
      how: `asks port ${port}, where nobody answers`,
    })),
  ]
}

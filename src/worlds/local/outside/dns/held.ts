// Names for which a PowerDNS of this machine answers: it is asked again and again, as a resolver would, so that it is known when its answer
// changes. That is all it tells of what its checks found.

import { recordSubject } from '../../../../timeline/subjects.ts'
import { resolver } from '../audiences/resolver.ts'
import type { Surroundings } from '../part.ts'
import type { AnswerState } from './beliefs.ts'
import type { DnsConfig, HeldName } from './config.ts'
import type { OddsAnswer } from './reply.ts'

export interface Held {
  configure(config: DnsConfig | undefined): void
  isHeld(host: string): boolean
  /** As it was said last. */
  answer(host: string): OddsAnswer | undefined
  state(): readonly AnswerState[]
  /** Names that are not answered as they are while all is well. */
  unrest(): readonly Unrest[]
  close(): void
}

export interface Unrest {
  readonly host: string
  readonly app: string
  /** Of which at least one is held for down. */
  readonly sites: readonly string[]
}

/** Real milliseconds from one question for a name to the next. */
const everyMs = 100

export function held(surroundings: Surroundings): Held {
  let names: readonly HeldName[] = []
  let port = 0
  let audiences: DnsConfig['audiences'] = []
  let timer: NodeJS.Timeout | undefined
  let asking: ReturnType<typeof resolver> | undefined
  const said = new Map<string, OddsAnswer>()
  /** By host and audience. */
  const told = new Map<string, string>()

  const sitesIn = ({ sites }: HeldName, { odds }: OddsAnswer): string =>
    [...new Set(Object.keys(odds).map((address) => sites[address] ?? address))].sort().join(',')

  async function look(name: HeldName): Promise<void> {
    const answer = await asking?.look(port, name.host, undefined)
    // nobody answers: who resolves it goes on with what it knows
    if (answer === undefined || !names.includes(name)) return
    said.set(name.host.toLowerCase(), answer)
    const to = sitesIn(name, answer)
    for (const { name: audience, apps } of audiences) {
      if (!apps.includes(name.app)) continue
      const key = `${name.host}/${audience}`
      const from = told.get(key) ?? null
      if (from === to) continue
      told.set(key, to)
      surroundings.tell({
        subject: recordSubject(name.host, audience),
        what: 'answer',
        ...{ from, to },
        text: `${name.host} answers ${audience} with ${to === '' ? 'nothing' : to.replaceAll(',', ' and ')}`,
        app: name.app,
        audience,
        decidedBy: 'engine',
      })
    }
  }

  async function watch(by: typeof asking): Promise<void> {
    const began = performance.now()
    await Promise.all(names.map((name) => look(name).catch(surroundings.failed)))
    // stopped meanwhile, or begun anew
    if (asking !== by) return
    timer = setTimeout(() => void watch(by), Math.max(0, everyMs - (performance.now() - began)))
  }

  function stop(): void {
    clearTimeout(timer)
    asking?.close()
    asking = undefined
  }

  return {
    configure(config) {
      const next = config?.powerDns
      audiences = config?.audiences ?? []
      if (JSON.stringify([next?.port ?? 0, next?.names ?? []]) === JSON.stringify([port, names])) return
      stop()
      names = next?.names ?? []
      port = next?.port ?? 0
      said.clear()
      if (names.length === 0) return
      asking = resolver()
      void watch(asking)
    },
    isHeld: (host) => names.some((name) => name.host.toLowerCase() === host),
    answer: (host) => said.get(host),
    state: () =>
      names.flatMap((name) => {
        const answer = said.get(name.host.toLowerCase())
        if (answer === undefined) return []
        const to = sitesIn(name, answer)
        const own = audiences.filter(({ apps }) => apps.includes(name.app)).map((audience) => audience.name)
        return ['', ...own].map((audience) => ({
          ...{ host: name.host, app: name.app, audience, answer: to },
          usable: to.split(','),
        }))
      }),
    unrest: () =>
      names.flatMap((name) => {
        const answer = said.get(name.host.toLowerCase())
        const is = answer === undefined ? '' : sitesIn(name, answer)
        return is === name.well ? [] : [{ host: name.host, app: name.app, sites: name.well.split(',') }]
      }),
    close: stop,
  }
}

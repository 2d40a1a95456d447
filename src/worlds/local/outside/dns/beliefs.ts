// What the name servers near each audience believe. A verdict travels to them in its own time, so that two audiences may get different
// answers for a while. No failover edits a record.

import { recordSubject } from '../../../../timeline/subjects.ts'
import { copyKey } from '../conditions.ts'
import type { Surroundings } from '../part.ts'
import type { Asker, Odds } from './choose.ts'
import { answerText, anybody, choose } from './choose.ts'
import type { DnsAudience, DnsConfig, RecordConfig } from './config.ts'

export interface Beliefs {
  configure(config: DnsConfig): void
  /** A health check or the targets of a load balancer changed: both must pass where both are asked. */
  review(app: string, site: string): void
  /** What is answered to the client subnet; to anybody, where it is none of ours. */
  odds(name: string, subnet: string | undefined): Odds
  state(): readonly AnswerState[]
  close(): void
}

export interface AnswerState {
  readonly host: string
  readonly app: string
  /** Empty: anybody else. */
  readonly audience: string
  /** Sites with commas between. */
  readonly answer: string
  /** Sites of which it is held that they answer. */
  readonly usable: readonly string[]
}

/** The name servers that one audience asks, for one app. */
interface View {
  readonly app: string
  readonly audience: DnsAudience | undefined
  readonly believed: Map<string, boolean>
  readonly heard: Map<string, number>
  sent: number
  /** Told last, by host. */
  readonly told: Map<string, string>
}

export function beliefs(
  surroundings: Surroundings,
  chance: () => number,
  usable: (record: RecordConfig) => boolean,
): Beliefs {
  let records: readonly RecordConfig[] = []
  let byName = new Map<string, readonly RecordConfig[]>()
  let bySubnet = new Map<string, DnsAudience>()
  let propagationSeconds = 0
  const views = new Map<string, View>()
  /** What was sent out last, by copy. */
  const verdicts = new Map<string, boolean>()
  const timers = new Set<NodeJS.Timeout>()

  function viewOf(app: string, audience: DnsAudience | undefined): View {
    const key = `${app}/${audience?.name ?? ''}`
    const known = views.get(key)
    if (known !== undefined && JSON.stringify(known.audience) === JSON.stringify(audience)) return known
    const view: View = {
      app,
      audience,
      believed: known?.believed ?? new Map(),
      heard: known?.heard ?? new Map(),
      sent: known?.sent ?? 0,
      told: known?.told ?? new Map(),
    }
    views.set(key, view)
    return view
  }

  const asker = ({ audience }: View): Asker => audience ?? anybody

  const oddsIn = (view: View, of: readonly RecordConfig[]): Odds =>
    choose(of, ({ site }) => view.believed.get(site) ?? true, asker(view))

  function tellAnswers(view: View): void {
    const { audience, app } = view
    if (audience === undefined) return
    for (const [host, of] of byName) {
      if (of[0]?.app !== app) continue
      const to = answerText(oddsIn(view, of))
      const from = view.told.get(host) ?? null
      if (to === from) continue
      view.told.set(host, to)
      surroundings.tell({
        subject: recordSubject(host, audience.name),
        what: 'answer',
        from,
        to,
        text: `${host} answers ${audience.name} with ${to === '' ? 'nothing' : to.replaceAll(',', ' and ')}`,
        app,
        audience: audience.name,
      })
    }
  }

  function send(view: View, site: string, verdict: boolean): void {
    view.sent += 1
    const message = view.sent
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        // a later verdict may have overtaken this one
        if ((view.heard.get(site) ?? 0) > message) return
        view.heard.set(site, message)
        view.believed.set(site, verdict)
        tellAnswers(view)
      },
      (chance() * propagationSeconds * 1_000) / surroundings.speed(),
    )
    timers.add(timer)
  }

  return {
    configure(config) {
      records = config.records
      byName = new Map()
      for (const record of records) {
        const name = record.name.toLowerCase()
        byName.set(name, [...(byName.get(name) ?? []), record])
      }
      bySubnet = new Map(config.audiences.map((audience) => [audience.subnet, audience]))
      propagationSeconds = config.propagationSeconds
      const wanted = new Set<string>()
      for (const app of new Set(records.map((record) => record.app))) {
        const audiences = config.audiences.filter(({ apps }) => apps.includes(app))
        for (const audience of [undefined, ...audiences]) {
          const view = viewOf(app, audience)
          wanted.add(`${app}/${audience?.name ?? ''}`)
          for (const record of records) {
            if (record.app !== app) continue
            const key = copyKey(app, record.site)
            if (!verdicts.has(key)) verdicts.set(key, usable(record))
            if (!view.believed.has(record.site)) view.believed.set(record.site, verdicts.get(key) ?? true)
          }
          tellAnswers(view)
        }
      }
      for (const key of views.keys()) if (!wanted.has(key)) views.delete(key)
    },
    review(app, site) {
      const of = records.filter((record) => record.app === app && record.site === site)
      const key = copyKey(app, site)
      const verdict = of.every(usable)
      if (of.length === 0 || verdicts.get(key) === verdict) return
      verdicts.set(key, verdict)
      for (const view of views.values()) {
        if (view.app !== app) continue
        if (of.some(({ atOnce }) => atOnce)) {
          view.believed.set(site, verdict)
          tellAnswers(view)
        } else send(view, site, verdict)
      }
    },
    odds(name, subnet) {
      const of = byName.get(name) ?? []
      const app = of[0]?.app ?? ''
      const audience = subnet === undefined ? undefined : bySubnet.get(subnet)
      const view = views.get(`${app}/${audience?.name ?? ''}`) ?? views.get(`${app}/`)
      if (view === undefined) return []
      // somebody who was not expected to use this app is where he is all the same
      return choose(of, ({ site }) => view.believed.get(site) ?? true, audience ?? anybody)
    },
    state: () =>
      [...views.values()].flatMap((view) =>
        [...byName].flatMap(([host, of]) =>
          of[0]?.app === view.app
            ? {
                host,
                app: view.app,
                audience: view.audience?.name ?? '',
                answer: answerText(oddsIn(view, of)),
                usable: [...view.believed].flatMap(([site, believed]) => (believed ? site : [])).sort(),
              }
            : [],
        ),
      ),
    close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

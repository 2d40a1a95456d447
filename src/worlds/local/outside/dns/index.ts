// The name servers of the world outside, with Route 53's health checks and its way of choosing records. Zones and checks are data
// (`dnsOf`, from the plan); what is asked comes over real sockets, what is checked is asked over real ones.

import { checkSubject } from '../../../../timeline/subjects.ts'
import { copyKey } from '../conditions.ts'
import type { Part, Surroundings } from '../part.ts'
import { alarm } from './alarm.ts'
import type { AnswerState } from './beliefs.ts'
import { beliefs } from './beliefs.ts'
import type { Verdict } from './checkers.ts'
import { checkers } from './checkers.ts'
import { draw } from './choose.ts'
import type { CheckConfig, DnsConfig, RecordConfig } from './config.ts'
import type { Unrest } from './held.ts'
import { held } from './held.ts'
import type { Found, Zones } from './reply.ts'
import { replyTo } from './reply.ts'
import type { NameServer } from './server.ts'
import { serveNames } from './server.ts'
import { followTargets } from './targets.ts'

export { checkPortHop } from './checkers.ts'
export { dnsOf } from './dns-of.ts'

export interface NamesState {
  readonly port: number | undefined
  /** Of each audience, and of anybody else (audience ''). */
  readonly answers: readonly AnswerState[]
  readonly checks: readonly CheckState[]
  readonly targets: readonly unknown[]
  /** Of names for which a PowerDNS of this machine answers. */
  readonly unrest: readonly Unrest[]
  readonly queries: number
}

export interface CheckState {
  readonly app: string
  readonly site: string
  readonly by: CheckConfig['by']
  readonly healthy: boolean
  /** That it asks now. */
  readonly port: number
  readonly detail: Readonly<Record<string, number | string>>
}

export interface Names extends Part<DnsConfig | undefined> {
  state(): NamesState
}

/** What is not there: the TTL of Route 53's SOA records. */
const negativeSeconds = 900

/** Who runs name servers alone need not count what fails: it is said. */
type NamesSurroundings = Omit<Surroundings, 'failed'> & Partial<Pick<Surroundings, 'failed'>>

export function names(given: NamesSurroundings, chance: () => number = Math.random): Names {
  const surroundings: Surroundings = { failed: (failure) => given.say(String(failure)), ...given }
  let config: DnsConfig | undefined
  let server: NameServer | undefined
  let zones: Zones = zonesOf(undefined)
  let queries = 0
  const verdicts = new Map<string, { readonly check: CheckConfig; readonly verdict: Verdict }>()
  const ports = new Map<string, number>()
  const targets = followTargets(surroundings, (door) => {
    for (const { targets: of, app, site } of config?.records ?? [])
      if (of?.address === door.address && of.port === door.port) known.review(app, site)
  })
  const known = beliefs(surroundings, chance, usable)
  const byPowerDns = held(surroundings)
  /** A server asks all in one pass. */
  const pass = chance()

  function usable({ check, targets: of }: RecordConfig): boolean {
    const byCheck = check === undefined || (verdicts.get(check)?.verdict.healthy() ?? true)
    return byCheck && (of === undefined || targets.healthy(of))
  }

  function zonesOf(of: DnsConfig | undefined): Zones {
    const own = (of?.zones ?? []).map((zone) => zone.toLowerCase()).sort((a, b) => b.length - a.length)
    const aliases = new Map((of?.aliases ?? []).map((alias) => [alias.name.toLowerCase(), alias]))
    const owners = new Set([...(of?.records ?? []).map(({ name }) => name.toLowerCase()), ...aliases.keys()])
    const present = new Set<string>()
    for (const owner of owners)
      for (let at = 0; at >= 0; at = owner.indexOf('.', at) + 1 || -1) present.add(owner.slice(at))
    const look = (name: string, from: string | undefined): Found | undefined => {
      const alias = aliases.get(name)
      const speed = surroundings.speed()
      if (alias?.kind === 'cname') return { kind: 'cname', to: alias.to, seconds: alias.ttlSeconds / speed }
      const target = alias === undefined ? name : alias.to.toLowerCase()
      if (!owners.has(target) || aliases.has(target)) return undefined
      if (byPowerDns.isHeld(target)) {
        const said = byPowerDns.answer(target)
        return said && { kind: 'addresses', addresses: Object.keys(said.odds), ...said }
      }
      const odds = known.odds(target, from)
      const first = odds[0]?.record
      if (first === undefined) return undefined
      const shares: Record<string, number> = {}
      for (const { record, share } of odds) shares[record.address] = (shares[record.address] ?? 0) + share
      return {
        kind: 'addresses',
        addresses: draw(odds, chance).map(({ address }) => address),
        seconds: first.ttlSeconds / speed,
        odds: shares,
      }
    }
    return {
      zoneOf: (name) => own.find((zone) => name === zone || name.endsWith(`.${zone}`)),
      exists: (name) => present.has(name),
      look,
      negativeSeconds: negativeSeconds / surroundings.speed(),
    }
  }

  async function listen(port: number | undefined): Promise<void> {
    if (server !== undefined && (port === server.port || port === 0)) return
    await server?.close()
    server = undefined
    if (port === undefined) return
    server = await serveNames(
      port,
      (query, over) => {
        queries += 1
        return replyTo(query, over, zones)
      },
      surroundings,
    )
  }

  function configureChecks(checks: readonly CheckConfig[]): void {
    const wanted = new Map(checks.map((check) => [check.id, check]))
    for (const [id, { check, verdict }] of verdicts) {
      if (JSON.stringify(wanted.get(id)) === JSON.stringify(check)) continue
      verdict.close()
      verdicts.delete(id)
    }
    for (const [id, check] of wanted) {
      if (verdicts.has(id) || check.by === 'powerdns') continue
      const turned = (healthy: boolean) => tellVerdict(check, healthy)
      const verdict =
        check.by === 'alarm'
          ? alarm(check, () => targets.healthy(check.door), surroundings, chance, turned)
          : checkers(check, surroundings, check.by === 'server' ? () => pass : chance, turned)
      verdicts.set(id, { check, verdict })
    }
  }

  function tellVerdict({ app, site }: CheckConfig, healthy: boolean): void {
    surroundings.tell({
      subject: checkSubject(app, site),
      what: 'healthy',
      from: !healthy,
      to: healthy,
      text: `the health check of ${app} at ${site} says ${healthy ? 'healthy' : 'unhealthy'}`,
      site,
      app,
    })
    known.review(app, site)
  }

  const portOf = ({ app, site, port }: CheckConfig): number =>
    surroundings.conditions().checkPorts[copyKey(app, site)] ?? port

  function tellPorts(): void {
    for (const check of config?.checks ?? []) {
      const { app, site, id, port } = check
      const to = portOf(check)
      const from = ports.get(id) ?? port
      ports.set(id, to)
      if (from === to) continue
      surroundings.tell({
        subject: checkSubject(app, site),
        what: 'port',
        from,
        to,
        text:
          to === port
            ? `the health check of ${app} at ${site} asks its own port again`
            : `the health check of ${app} at ${site} asks port ${to}, where nobody answers`,
        site,
        app,
      })
    }
  }

  return {
    async configure(next) {
      config = next
      zones = zonesOf(next)
      await listen(next?.port)
      const watched = (next?.checks ?? []).flatMap(({ by, door }) => (by === 'alarm' ? door : []))
      targets.follow([...(next?.records ?? []).flatMap((record) => record.targets ?? []), ...watched])
      configureChecks(next?.checks ?? [])
      byPowerDns.configure(next)
      const ours = (next?.records ?? []).filter(({ name }) => !byPowerDns.isHeld(name.toLowerCase()))
      known.configure(next === undefined ? nothing : { ...next, records: ours })
      for (const { app, site } of ours) known.review(app, site)
      tellPorts()
    },
    conditionsChanged: tellPorts,
    state: () => ({
      port: server?.port,
      answers: [...known.state(), ...byPowerDns.state()],
      checks: [...verdicts.values()].map(({ check, verdict }) => ({
        app: check.app,
        site: check.site,
        by: check.by,
        healthy: verdict.healthy(),
        port: portOf(check),
        detail: verdict.detail(),
      })),
      targets: targets.state(),
      unrest: byPowerDns.unrest(),
      queries,
    }),
    async close() {
      for (const { verdict } of verdicts.values()) verdict.close()
      verdicts.clear()
      targets.close()
      known.close()
      byPowerDns.close()
      await server?.close()
      server = undefined
    },
  }
}

const nothing: DnsConfig = {
  port: 0,
  zones: [],
  records: [],
  aliases: [],
  checks: [],
  audiences: [],
  propagationSeconds: 0,
}

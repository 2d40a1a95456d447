// What Route 53 answers: how it chooses a record, given which ones it holds usable. All unusable counts as all usable: a name is
// never left without an answer. (Route 53 Developer Guide, how Route 53 chooses records when health checking is configured.)

import { continent } from '../../../model/continents.ts'
import type { App, Audience, Fleet } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'

/** Share of the audience that is sent to each site. */
export type Answer = Readonly<Record<string, number>>

export function answerOf(fleet: Fleet, app: App, audience: Audience, usable: (site: string) => boolean): Answer {
  const routing = app.expose?.routing
  if (routing?.simple !== undefined) return { [routing.simple]: 1 }
  if (routing?.failover !== undefined) return firstUsable(routing.failover, usable)
  if (routing?.weighted !== undefined) return byWeight(routing.weighted, usable)
  if (routing?.latency !== undefined) return firstUsable(byDistance(fleet, audience, routing.latency), usable)
  if (routing?.geolocation !== undefined) return firstUsable(byOrigin(routing.geolocation, audience), usable)
  if (routing?.multivalue !== undefined) return evenly(usableOrAll(routing.multivalue, usable).slice(0, 8))
  return {}
}

/** Primary before secondary, near before far, country before continent before the rest; the first, if none is usable. */
function firstUsable(sites: readonly string[], usable: (site: string) => boolean): Answer {
  const site = sites.find(usable) ?? sites[0]
  return site === undefined ? {} : { [site]: 1 }
}

function usableOrAll(sites: readonly string[], usable: (site: string) => boolean): readonly string[] {
  const left = sites.filter(usable)
  return left.length > 0 ? left : sites
}

/** Records of weight 0 are used only when every other one is unusable. */
function byWeight(weights: Readonly<Record<string, number>>, usable: (site: string) => boolean): Answer {
  const sites = Object.keys(weights).sort()
  const weighted = sites.filter((site) => (weights[site] ?? 0) > 0)
  const spare = sites.filter((site) => weights[site] === 0)
  const left = weighted.filter(usable)
  if (left.length === 0 && spare.some(usable)) return evenly(spare.filter(usable))
  const chosen = left.length > 0 ? left : weighted
  if (chosen.length === 0) return evenly(spare)
  const total = chosen.reduce((sum, site) => sum + (weights[site] ?? 0), 0)
  return Object.fromEntries(chosen.map((site) => [site, (weights[site] ?? 0) / total]))
}

const evenly = (sites: readonly string[]): Answer =>
  Object.fromEntries([...sites].sort().map((site) => [site, 1 / sites.length]))

/** Route 53 measures latency between networks; a file only knows where places are. */
function byDistance(fleet: Fleet, audience: Audience, sites: readonly string[]): readonly string[] {
  const find = lookup(fleet)
  const from = audience.location
  const distance = (name: string): number => {
    const to = find.site(name)?.location
    return from === undefined || to === undefined ? Number.POSITIVE_INFINITY : greatCircle(from, to)
  }
  const far = new Map(sites.map((site) => [site, distance(site)]))
  return [...sites].sort((a, b) => {
    const [first = 0, second = 0] = [far.get(a), far.get(b)]
    return first === second ? 0 : first - second
  })
}

interface Point {
  readonly latitude: number
  readonly longitude: number
}

/** As an angle: enough to compare. */
function greatCircle(from: Point, to: Point): number {
  const rad = Math.PI / 180
  const half = (degrees: number): number => Math.sin((degrees * rad) / 2) ** 2
  return (
    half(to.latitude - from.latitude) +
    Math.cos(from.latitude * rad) * Math.cos(to.latitude * rad) * half(to.longitude - from.longitude)
  )
}

function byOrigin(records: Readonly<Record<string, string>>, audience: Audience): readonly string[] {
  const { country } = audience
  const keys = country === undefined ? ['*'] : [country, continent(country) ?? '*', '*']
  return [...new Set(keys.flatMap((key) => records[key] ?? []))]
}

export const answerText = (answer: Answer): string => Object.keys(answer).sort().join(',')

// Which sites a name resolves to for an audience, by Route 53's rules for choosing a record, given which records it believes
// healthy. The rules worth knowing are those of the last resort: when every record is unhealthy, all count as healthy again.

import { continent } from '../model/continents.ts'
import type { App, Audience, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { kilometres } from './distance.ts'

/** Share of the audience that is sent to each site; adds up to 1, or is empty where no record answers. */
export type Answers = Readonly<Record<string, number>>

export const routingSource = 'Route 53 Developer Guide, how Route 53 chooses records when health checking is configured'

export function answers(fleet: Fleet, app: App, audience: Audience, healthy: (site: string) => boolean): Answers {
  const routing = app.expose?.routing
  if (routing === undefined) return {}
  if (routing.simple !== undefined) return { [routing.simple]: 1 }
  if (routing.failover !== undefined) return inOrder(routing.failover, healthy)
  if (routing.weighted !== undefined) return byWeight(routing.weighted, healthy)
  if (routing.multivalue !== undefined) return evenly(healthyOrAll(routing.multivalue, healthy).slice(0, 8))
  if (routing.latency !== undefined) return nearest(fleet, audience, healthyOrAll(routing.latency, healthy))
  if (routing.geolocation !== undefined) return byCountry(routing.geolocation, audience, healthy)
  return {}
}

/** Sites that the name of the app may resolve to. */
export function routedSites(app: App): readonly string[] {
  const routing = app.expose?.routing
  if (routing === undefined) return []
  return [
    ...new Set([
      ...(routing.simple === undefined ? [] : [routing.simple]),
      ...(routing.failover ?? []),
      ...Object.keys(routing.weighted ?? {}),
      ...(routing.latency ?? []),
      ...Object.values(routing.geolocation ?? {}),
      ...(routing.multivalue ?? []),
    ]),
  ]
}

/** The routing in one word, for people. */
export function policyOf(app: App): string | undefined {
  const routing = app.expose?.routing
  return routing === undefined
    ? undefined
    : (['failover', 'simple', 'weighted', 'latency', 'geolocation', 'multivalue'] as const).find(
        (policy) => routing[policy] !== undefined,
      )
}

/** The primary while it is healthy, else the next that is; all unhealthy: the primary, dead or not. */
function inOrder(sites: readonly string[], healthy: (site: string) => boolean): Answers {
  const chosen = sites.find(healthy) ?? sites[0]
  return chosen === undefined ? {} : { [chosen]: 1 }
}

/** Weight 0 answers only when every other record is unhealthy; all unhealthy: as if all were healthy. */
function byWeight(weights: Readonly<Record<string, number>>, healthy: (site: string) => boolean): Answers {
  const entries = Object.entries(weights)
  const weighted = entries.filter(([, weight]) => weight > 0)
  const zeros = entries.filter(([, weight]) => weight === 0).map(([site]) => site)
  const alive = weighted.filter(([site]) => healthy(site))
  if (alive.length > 0) return shares(alive)
  const reserve = zeros.filter(healthy)
  if (reserve.length > 0) return evenly(reserve)
  return weighted.length > 0 ? shares(weighted) : evenly(zeros)
}

function shares(weights: readonly (readonly [string, number])[]): Answers {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return Object.fromEntries(weights.map(([site, weight]) => [site, weight / total]))
}

const evenly = (sites: readonly string[]): Answers => Object.fromEntries(sites.map((site) => [site, 1 / sites.length]))

function healthyOrAll(sites: readonly string[], healthy: (site: string) => boolean): readonly string[] {
  const alive = sites.filter(healthy)
  return alive.length > 0 ? alive : sites
}

/** By distance, as the nearest estimate of latency that a file allows; unknown locations count as far. */
function nearest(fleet: Fleet, audience: Audience, sites: readonly string[]): Answers {
  const find = lookup(fleet)
  const far = (name: string) => {
    const location = find.site(name)?.location
    return location === undefined || audience.location === undefined
      ? Number.POSITIVE_INFINITY
      : kilometres(audience.location, location)
  }
  const [best] = [...sites].sort((a, b) => (far(a) === far(b) ? 0 : far(a) - far(b)))
  return best === undefined ? {} : { [best]: 1 }
}

/** Country, then continent, then `*`, backing out of what is unhealthy; nothing matches: no answer at all. */
function byCountry(
  records: Readonly<Record<string, string>>,
  audience: Audience,
  healthy: (site: string) => boolean,
): Answers {
  const country = audience.country ?? ''
  const matching = [country, continent(country) ?? '', '*'].flatMap((key) => records[key] ?? [])
  return inOrder(matching, healthy)
}

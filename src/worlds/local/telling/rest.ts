// Whether a fleet on this machine is at rest: what its engines want is there, what the plan wants is where it should be, checks pass, and
// users are answered.

import type { Plan } from '../../../model/plan.ts'
import { listed } from '../../../model/words.ts'
import type { AudienceState } from '../outside/audiences/config.ts'
import type { OutsideState } from '../outside/client.ts'
import type { NamesState } from '../outside/dns/index.ts'
import type { LocalCopy } from './copies.ts'

/** Copies that are not where the plan has them. Where a tie-break of Karmada's had the choice, each of its outcomes is as planned. */
export function unplanned(plan: Plan, copies: readonly LocalCopy[], replicasOf: ReplicasOf): readonly string[] {
  // where not every member runs, Karmada divides over those that do, and the plan knows nothing of that
  const here = new Set(copies.map(({ cluster }) => cluster))
  const whole = (name: string): boolean =>
    plan.fleet.federations.some((one) => one.name === name && one.memberClusters.every((member) => here.has(member)))
  return copies.flatMap(({ app, site, replicas, federation }) => {
    if (federation !== undefined && !whole(federation)) return []
    const row = plan.placement.find((one) => one.app === app && one.site === site)
    const asked = replicasOf(app, site) ?? 0
    const wanted = [replicas, ...(row?.alternatives ?? [])]
    if (wanted.includes(asked)) return []
    return [
      `${app} at ${site} is to have ${asked} ${asked === 1 ? 'replica' : 'replicas'}, and the plan says ${replicas}${federation === undefined ? '' : ' (skerry failback moves it back)'}`,
    ]
  })
}

type ReplicasOf = (app: string, site: string) => number | undefined

/** A copy of which none is asked for is healthy nowhere, and nobody waits for it. */
export function unrestOutside(state: OutsideState, asPlanned: boolean, replicasOf: ReplicasOf): readonly string[] {
  const names = state.parts.dns as Partial<NamesState> | undefined
  const checks = (names?.checks ?? []).flatMap(({ app, site, healthy, by }) =>
    healthy || (replicasOf(app, site) ?? 0) === 0
      ? []
      : [`the ${by === 'alarm' ? 'alarm' : 'health check'} of ${app} at ${site} says unhealthy`],
  )
  // PowerDNS tells of its checks by its answers alone
  const answered = (names?.unrest ?? []).flatMap(({ host, app, sites }) =>
    sites.some((site) => (replicasOf(app, site) ?? 0) === 0)
      ? []
      : [`${host} is not answered with ${listed(sites)} yet`],
  )
  return [...checks, ...answered, ...(asPlanned ? [] : standInSays(audiencesIn(state)))]
}

export const audiencesIn = (state: OutsideState | undefined): readonly AudienceState[] =>
  (state?.parts.audiences as { readonly audiences?: readonly AudienceState[] } | undefined)?.audiences ?? []

/** Users who are not answered, or of whom nobody knows yet. */
export const standInSays = (audiences: readonly AudienceState[]): readonly string[] =>
  audiences.flatMap(({ app, audience, points }) => {
    const last = points.at(-1)
    if (last === undefined) return [`the users of ${app} in ${audience} have not asked yet`]
    return last.served > 1 - 1e-6
      ? []
      : [`${Number((last.served * 100).toFixed(1))} % of the users of ${app} in ${audience} are answered`]
  })

// What became of the sites of a class: how many served all the time, how many nobody heard of, how many could not learn what Git says or
// had nobody to repair them; by ring, Region and state. A site that no event speaks of was as it should be.

import type { Fleet, Site } from '../model/fleet.ts'
import { byLabels } from '../model/labels.ts'
import { lookup } from '../model/lookup.ts'
import type { Timeline } from '../model/timeline.ts'
import type { Stretch } from '../timeline/history.ts'
import { histories, history, stretchesWhere } from '../timeline/history.ts'
import { clusterSubject, gitSubject, siteSubject } from '../timeline/subjects.ts'

export type SiteCondition = 'unserved' | 'unheard' | 'behind' | 'unmanaged'

export interface ConditionCount {
  /** Sites of which it was so at some time of the drill. */
  readonly ever: number
  /** And still is at its end. */
  readonly atEnd: number
}

export type Conditions = Readonly<Record<SiteCondition, ConditionCount>> & { readonly sites: number }

export interface ClassStates extends Conditions {
  readonly class: string
  readonly by: readonly {
    readonly label: string
    readonly groups: readonly (Conditions & { readonly value: string })[]
  }[]
}

export function classStates(fleet: Fleet, timeline: Timeline): readonly ClassStates[] {
  if (fleet.classes.length === 0) return []
  const stretches = stretchesBySite(fleet, timeline)
  const seen = new Map<string, Readonly<Record<SiteCondition, 'never' | 'ever' | 'atEnd'>>>()
  for (const site of fleet.sites) {
    if (site.class === undefined) continue
    const of = (condition: SiteCondition) => {
      const found = stretches(site, condition)
      return found.length === 0 ? 'never' : found.some(({ to }) => to >= timeline.length) ? 'atEnd' : 'ever'
    }
    seen.set(site.name, {
      unserved: of('unserved'),
      unheard: of('unheard'),
      behind: of('behind'),
      unmanaged: of('unmanaged'),
    })
  }
  const count = (sites: readonly Site[]): Conditions => {
    const counted = (condition: SiteCondition): ConditionCount => {
      const found = sites.map(({ name }) => seen.get(name)?.[condition] ?? 'never')
      return {
        ever: found.filter((when) => when !== 'never').length,
        atEnd: found.filter((when) => when === 'atEnd').length,
      }
    }
    return {
      sites: sites.length,
      unserved: counted('unserved'),
      unheard: counted('unheard'),
      behind: counted('behind'),
      unmanaged: counted('unmanaged'),
    }
  }
  return fleet.classes.flatMap(({ name }): ClassStates[] => {
    const sites = fleet.sites.filter((site) => site.class === name)
    if (sites.length === 0) return []
    const by = byLabels(sites, (site) => site.labels).map(({ label, groups }) => ({
      label,
      groups: groups.map(({ value, items }) => ({ value, ...count(items) })),
    }))
    return [{ class: name, ...count(sites), by }]
  })
}

type Stretches = readonly Stretch<true>[]

function stretchesBySite(fleet: Fleet, timeline: Timeline): (site: Site, condition: SiteCondition) => Stretches {
  const where = (subject: string, what: string, value: string | number | boolean): Stretches =>
    stretchesWhere(history(timeline, subject, what), (one) => one === value)
  const doors = new Map<string, Stretches[]>()
  for (const [subject, told] of histories(timeline, 'door/', 'answers')) {
    const site = subject.slice(subject.lastIndexOf('/') + 1)
    doors.set(site, [...(doors.get(site) ?? []), stretchesWhere(told, (share) => share === 0)])
  }
  const gitAway = where(gitSubject, 'reachable', false)
  const find = lookup(fleet)
  const follows = (site: Site): boolean =>
    fleet.gitops !== undefined &&
    site.cluster !== undefined &&
    (fleet.gitops.clusters === undefined || fleet.gitops.clusters.includes(site.cluster))
  const unheard = (site: Site): Stretches => [
    ...where(siteSubject(site.name), 'uplink', 'down'),
    ...where(siteSubject(site.name), 'power', 'off'),
    ...where(siteSubject(site.name), 'nodes', 0),
  ]
  const conditions: Readonly<Record<SiteCondition, (site: Site) => Stretches>> = {
    unserved: (site) => (doors.get(site.name) ?? []).flat(),
    unheard,
    behind: (site) => {
      if (!follows(site)) return []
      const alone = unheard(site)
      if (alone.length === 0) return gitAway
      // the line is back before Flux asks again
      const fetched = history(timeline, clusterSubject(site.cluster ?? ''), 'source').at(-1)?.from ?? 0
      const cut = alone.map(({ from, to }) => ({ from, to: Math.max(to, fetched), value: true as const }))
      return [...cut, ...gitAway]
    },
    unmanaged: (site) => {
      const manager = find.cluster(site.cluster)?.eksAnywhere?.managementCluster
      return manager === undefined ? [] : where(clusterSubject(manager), 'management', false)
    },
  }
  return (site, condition) => conditions[condition](site)
}

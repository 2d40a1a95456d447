// A plan as small as a test needs: the placement of a fleet as declared, one assignment for each copy at a site, and no steps.

import { fleetFrom } from '../../../fleet/from.ts'
import type { Drill, Fleet } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Timeline, TimelineEvent } from '../../../model/timeline.ts'
import { simulate } from '../simulate.ts'

export function planOf(fleet: Fleet): Plan {
  const find = lookup(fleet)
  const placement = fleet.apps.flatMap((app) =>
    app.placement.flatMap(({ site, namespace, replicas }) =>
      site === undefined
        ? []
        : [{ app: app.name, site, cluster: find.site(site)?.cluster ?? '', namespace, replicas, why: 'declared' }],
    ),
  )
  return { version: 1, fleet, steps: [], backward: [], placement }
}

export const planFrom = (yaml: string, attached: Readonly<Record<string, string>> = {}): Plan =>
  planOf(fleetFrom(yaml, attached))

export function drillOf(plan: Plan, name?: string): Drill {
  const drill = name === undefined ? plan.fleet.drills[0] : plan.fleet.drills.find((one) => one.name === name)
  if (drill === undefined) throw new Error(`no drill ${name ?? ''}`)
  return drill
}

/** The first drill of the plan, on the twin. */
export const play = (plan: Plan, seed = 'a'): Timeline => simulate(plan, drillOf(plan), seed)

export const seeds = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `seed-${index}`)

/** Events of a subject (or of all that begin so), by what changed. */
export const happened = (timeline: Timeline, subject: string, what: string): readonly TimelineEvent[] =>
  timeline.events.filter((event) => event.subject.startsWith(subject) && event.what === what)

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

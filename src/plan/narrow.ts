// A part of a plan: only the steps about a part of the fleet. The plan itself is made of the whole fleet and against all that is there:
// made of the part alone it would take the rest for gone, and share out addresses as if nobody else had any.

import type { Fleet } from '../model/fleet.ts'
import type { Plan, StepSubject } from '../model/plan.ts'

/** `part`: from narrowFleet. What is taken away of a site that the fleet no longer knows is in no part. */
export function narrowPlan(plan: Plan, part: Fleet): Plan {
  if (part === plan.fleet) return plan
  const names = (items: readonly { readonly name: string }[]) => new Set(items.map(({ name }) => name))
  const [sites, clusters, apps, federations] = [part.sites, part.clusters, part.apps, part.federations].map(names)
  const knows = (among: ReadonlySet<string> | undefined, name: string | undefined) =>
    name === undefined || among?.has(name) === true
  const isWithin = ({ site, cluster, app, federation }: StepSubject) =>
    knows(sites, site) && knows(clusters, cluster) && knows(apps, app) && knows(federations, federation)
  const isAbout = ({ site, cluster, app, federation }: StepSubject) =>
    (site ?? cluster ?? app ?? federation) !== undefined

  const kept = new Set<string>()
  // against the order: what is about nobody in particular (networks, zones) is kept where something that is kept stands on it
  for (const step of [...plan.steps].reverse()) {
    if (isAbout(step.subject) ? !isWithin(step.subject) : !kept.has(step.id)) continue
    kept.add(step.id)
    for (const need of step.needs) kept.add(need)
  }
  const within = (id: string, subject: StepSubject) => kept.has(id) && (!isAbout(subject) || isWithin(subject))
  const steps = plan.steps.filter((step) => within(step.id, step.subject))
  const stepIds = new Set(steps.map(({ id }) => id))
  const backward = plan.backward.filter(({ undoes }) => stepIds.has(undoes))
  const undoIds = new Set(backward.map(({ id }) => id))
  const only = <T extends { readonly needs: readonly string[] }>(items: readonly T[], ids: ReadonlySet<string>) =>
    items.map((item) =>
      item.needs.every((need) => ids.has(need)) ? item : { ...item, needs: item.needs.filter((need) => ids.has(need)) },
    )
  return {
    ...plan,
    fleet: part,
    steps: only(steps, stepIds),
    backward: only(backward, undoIds),
    placement: plan.placement.filter(
      (copy) => knows(sites, copy.site) && knows(clusters, copy.cluster) && knows(apps, copy.app),
    ),
  }
}

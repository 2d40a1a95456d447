// Which pods are which app's, and how long they take to start: by namespace and the labels that their workloads select by. What an app
// brings as a chart is not known before it is rendered; all of its namespace counts as its own.

import { fieldsAt, podLabels, podPath } from '../../../artefacts/workloads/fields.ts'
import type { App, Placement } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import { labelTexts, objectsOf } from '../copies.ts'
import type { PodStartup } from '../engines/stages.ts'

/** By cluster; a federation may bring any of its apps to any member. */
export function startupsOf(plan: Plan, clusters: ReadonlySet<string>): ReadonlyMap<string, readonly PodStartup[]> {
  const found = new Map<string, Map<string, PodStartup>>()
  const put = (cluster: string, startup: PodStartup): void => {
    const there = found.get(cluster) ?? new Map<string, PodStartup>()
    found.set(cluster, there.set(JSON.stringify([startup.namespace, startup.labels]), startup))
  }
  const apps = new Map(plan.fleet.apps.map((app) => [app.name, app]))
  for (const { app: name, site, cluster, federation } of plan.placement) {
    const app = apps.get(name)
    if (app === undefined || federation !== undefined || !clusters.has(cluster)) continue
    for (const placement of app.placement.filter((it) => it.site === site))
      for (const startup of startupsIn(app, placement)) put(cluster, startup)
  }
  for (const app of plan.fleet.apps)
    for (const placement of app.placement) {
      const members = plan.fleet.federations.find(({ name }) => name === placement.federation)?.memberClusters ?? []
      const here = members.filter((member) => clusters.has(member))
      if (here.length === 0) continue
      for (const startup of startupsIn(app, placement)) for (const member of here) put(member, startup)
    }
  return new Map([...found].map(([cluster, startups]) => [cluster, [...startups.values()]]))
}

function startupsIn(app: App, placement: Placement): readonly PodStartup[] {
  const { namespace } = placement
  const workloads = objectsOf(app, placement).objects.filter((object) => podPath(object) !== undefined)
  const made = workloads.map((workload) => {
    const selected = fieldsAt(workload, 'spec', 'selector', 'matchLabels')
    const labels = Object.keys(selected).length > 0 ? selected : podLabels(workload)
    return { namespace, labels: labelTexts(labels), startupSeconds: app.startup }
  })
  return made.length > 0 ? made : [{ namespace, labels: {}, startupSeconds: app.startup }]
}

// What there should be of the apps, for `status`: the workloads that the plan puts straight onto clusters that run here. What a federation
// divides is Karmada's to say.

import { mainWorkload } from '../../artefacts/workloads/carry.ts'
import { sourceFiles } from '../../artefacts/workloads/source.ts'
import type { Plan } from '../../model/plan.ts'

export interface ExpectedCopy {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly replicas: number
  /** Their number follows the load. */
  readonly autoscaled: boolean
}

export function expectedCopies(plan: Plan, running: ReadonlySet<string>): readonly ExpectedCopy[] {
  const apps = new Map(plan.fleet.apps.map((app) => [app.name, app]))
  return plan.placement.flatMap((row): readonly ExpectedCopy[] => {
    const app = apps.get(row.app)
    if (app === undefined || row.federation !== undefined || !running.has(row.cluster)) return []
    const placement = app.placement.find((it) => it.site === row.site && it.namespace === row.namespace)
    const main = placement && mainWorkload(sourceFiles(app, placement).flatMap(({ objects }) => objects))
    const { site, cluster, namespace, replicas } = row
    return [
      {
        ...{ app: app.name, site, cluster, namespace, replicas },
        // a chart names its workload after its release, as most do
        kind: main?.kind ?? 'Deployment',
        name: main?.metadata.name ?? app.name,
        autoscaled: app.autoscale !== undefined,
      },
    ]
  })
}

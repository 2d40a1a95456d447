// Where the copies of apps are, in the objects of the clusters: which workload is whose, so that a pod can be counted for its copy.

import { mainWorkload } from '../../../artefacts/workloads/carry.ts'
import { selects } from '../../../artefacts/workloads/fields.ts'
import { sourceFiles } from '../../../artefacts/workloads/source.ts'
import type { Fleet } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Copy } from '../faults/ground.ts'
import { groundOf } from '../faults/ground.ts'

export interface LocalCopy {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  /** Undefined for a chart, whose objects are known only by their namespace. */
  readonly workload: { readonly kind: string; readonly name: string } | undefined
  readonly service: string | undefined
  readonly ingress: string | undefined
  readonly replicas: number
  readonly federation?: string
}

/** Of the clusters that run; with those that a federation could place there and does not now. */
export function copiesOf(plan: Plan, running: ReadonlySet<string>): readonly LocalCopy[] {
  const ground = groundOf(plan, undefined)
  return plan.fleet.sites
    .flatMap(({ name }) => ground.copiesAt(name))
    .filter(({ cluster }) => running.has(cluster))
    .map((copy) => copyOf(plan.fleet, copy))
}

function copyOf(fleet: Fleet, { app: name, site, cluster, namespace, replicas, federation }: Copy): LocalCopy {
  const app = lookup(fleet).app(name)
  const placement = app?.placement.find((one) =>
    federation === undefined ? one.site === site : one.federation === federation,
  )
  const source = placement?.source ?? app?.source
  const isChart = source?.chart !== undefined
  const objects =
    app === undefined || placement === undefined || isChart
      ? []
      : sourceFiles(app, placement).flatMap((file) => file.objects)
  const main = mainWorkload(objects)
  const services = objects.filter(({ kind }) => kind === 'Service')
  const service =
    services.find((one) => main !== undefined && selects((one.spec as { selector?: unknown })?.selector, main)) ??
    services[0]
  const ingress = objects.find(({ kind }) => kind === 'Ingress')
  return {
    ...{ app: name, site, cluster, namespace, replicas },
    workload: main === undefined ? undefined : { kind: main.kind, name: main.metadata.name },
    service: service?.metadata.name,
    // where nobody wrote one, it is made with the name of the Service
    ingress: ingress?.metadata.name ?? service?.metadata.name,
    ...(federation !== undefined && { federation }),
  }
}

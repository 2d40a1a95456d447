// Where the copies of apps are, in the objects of the clusters: which workload is whose, so that a pod can be counted for its copy.

import type { Fleet } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import { objectsOf, placementOf } from '../copies.ts'
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

function copyOf(fleet: Fleet, copy: Copy): LocalCopy {
  const { app: name, site, cluster, namespace, replicas, federation } = copy
  const app = lookup(fleet).app(name)
  const placement = app && placementOf(app, copy)
  const { main, service, ingress } = (app && placement && objectsOf(app, placement)) ?? {}
  return {
    ...{ app: name, site, cluster, namespace, replicas },
    workload: main && { kind: main.kind, name: main.metadata.name },
    service: service?.metadata.name,
    ingress,
    ...(federation !== undefined && { federation }),
  }
}

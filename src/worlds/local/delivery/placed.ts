// Whether the apps run where the plan says: each copy with its ready replicas, as the API server of its cluster counts them.

import { at } from '../../../artefacts/workloads/fields.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { objectsOf, placementOf } from '../copies.ts'
import type { Owner } from '../engine.ts'
import type { Layout } from '../layout.ts'

/** A workload of an app in one cluster. */
export interface Copy {
  readonly app: string
  readonly cluster: string
  readonly site: string
  readonly kind: string
  readonly path: string
  readonly startupSeconds: number
  /** Undefined where something else decides: an autoscaler, or a tie that the engine breaks. */
  readonly replicas: number | undefined
}

/** Deployments that stand in for add-ons. */
export const addonCopies = (cluster: string, objects: readonly KubeObject[]): readonly Copy[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ apiVersion, kind, metadata, spec }) => ({
      app: metadata.name,
      cluster,
      site: cluster,
      kind,
      path: `/apis/${apiVersion}/namespaces/${metadata.namespace}/deployments/${metadata.name}`,
      startupSeconds: 0,
      replicas: Number(at(spec, 'replicas')),
    }))

/** Copies that will be there: of a federation only those apps all of whose members, as planned, are here. */
export function awaitedCopies(plan: Plan, layout: Layout, of: Owner): readonly Copy[] {
  const running = new Set(layout.clusters.map(({ owner }) => owner.name))
  const find = lookup(plan.fleet)
  return plan.placement.flatMap((row): readonly Copy[] => {
    const app = find.app(row.app)
    const isHere =
      of.kind === 'federation' ? row.federation === of.name : row.federation === undefined && row.cluster === of.name
    if (app === undefined || !isHere || row.replicas === 0 || !isWhole(plan, row.app, row.federation, running))
      return []
    const placement = placementOf(app, row)
    const main = placement && objectsOf(app, placement).main
    if (main === undefined) return []
    return [
      {
        app: row.app,
        cluster: row.cluster,
        site: row.site,
        kind: main.kind,
        path: `/apis/${main.apiVersion}/namespaces/${row.namespace}/${main.kind.toLowerCase()}s/${main.metadata.name}`,
        startupSeconds: app.startup,
        replicas: app.autoscale !== undefined || row.alternatives !== undefined ? undefined : row.replicas,
      },
    ]
  })
}

const isWhole = (plan: Plan, app: string, federation: string | undefined, running: ReadonlySet<string>): boolean =>
  plan.placement.every(
    (row) =>
      row.app !== app ||
      row.federation !== federation ||
      row.replicas === 0 ||
      federation === undefined ||
      running.has(row.cluster),
  )

interface Binding extends KubeObject {
  readonly spec: { readonly clusters?: readonly { readonly name: string; readonly replicas?: number }[] }
}

/** Apps that Karmada has placed before: by now it may have moved them, and keeps them where they are. */
export async function placedBefore(client: KubeClient, copies: readonly Copy[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    [...new Set(copies.map(bindingOf))].map(async (path) => ((await client.get(path)) === undefined ? [] : [path])),
  )
  return new Set(found.flat())
}

/** Copies as they are planned; of what was placed before, as Karmada has it. Members that do not run here are not waited for. */
export async function whereTheyAre(
  client: KubeClient,
  copies: readonly Copy[],
  before: ReadonlySet<string>,
  running: ReadonlySet<string>,
): Promise<readonly Copy[]> {
  const planned = copies.filter((copy) => !before.has(bindingOf(copy)))
  const moved = await Promise.all(
    [...before].map(async (path) => {
      const like = copies.find((copy) => bindingOf(copy) === path)
      const targets = (await client.get<Binding>(path))?.spec.clusters ?? []
      return like === undefined
        ? []
        : targets
            .filter(({ name }) => running.has(name))
            .map(({ name, replicas }) => ({ ...like, cluster: name, site: name, replicas }))
    }),
  )
  return [...planned, ...moved.flat()]
}

function bindingOf({ path, kind }: Copy): string {
  const [, namespace = '', name = ''] = /\/namespaces\/([^/]+)\/[^/]+\/([^/]+)$/.exec(path) ?? []
  return `/apis/work.karmada.io/v1alpha2/namespaces/${namespace}/resourcebindings/${name}-${kind.toLowerCase()}`
}

/** Undefined once all is there; else what is missing, in words. */
export async function missingOf(
  copies: readonly Copy[],
  clientOf: (owner: Owner) => KubeClient,
): Promise<string | undefined> {
  const missing = await Promise.all(
    copies.map(async ({ app, cluster, path, replicas }) => {
      const found = await clientOf({ kind: 'cluster', name: cluster }).get(path)
      const wanted = replicas ?? Number(at(found, 'spec', 'replicas') ?? 1)
      const ready = Number(at(found, 'status', 'readyReplicas') ?? 0)
      const observed = at(found, 'status', 'observedGeneration') === at(found, 'metadata', 'generation')
      return found !== undefined &&
        observed &&
        ready >= wanted &&
        Number(at(found, 'status', 'updatedReplicas') ?? 0) >= wanted
        ? []
        : [`${app} on ${cluster}: ${ready} of ${wanted} ready`]
    }),
  )
  const all = missing.flat()
  return all.length === 0 ? undefined : all.join('; ')
}

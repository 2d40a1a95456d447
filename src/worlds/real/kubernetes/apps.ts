// What Flux does not bring: the objects of the bundles, for each cluster what is its own, and then site by site, so that one bad site stops
// none of the others.

import { parse } from 'yaml'
import type { Delivered } from '../../../artefacts/deliveries.ts'
import { deliveries, isJoin } from '../../../artefacts/deliveries.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Api } from '../ground.ts'
import type { Work } from '../work.ts'
import { clientOf } from './access.ts'
import { applyAll, filled, takeOff } from './apply.ts'
import type { Kube } from './asking.ts'
import { bundlesFor } from './bundles.ts'
import type { Chart } from './charts.ts'
import { install } from './charts.ts'
import { putOnto, remember } from './memory.ts'
import { stepsOf } from './plan-steps.ts'
import { untilAvailable } from './ready.ts'

export interface Scope {
  readonly api: Api
  readonly site: string | undefined
  readonly objects: readonly KubeObject[]
}

export const scopeId = ({ api, site }: Pick<Scope, 'api' | 'site'>): string =>
  `apps/${api.name}${site === undefined ? '' : `/${site}`}`

/** All that shall be on the clusters, whoever brings it there. `byFlux`: on clusters that Flux serves. */
export function scopesOf(plan: Plan): readonly (Scope & { readonly byFlux: boolean })[] {
  const { served } = stepsOf(plan)
  const scopes = new Map<string, { scope: Scope; byFlux: boolean; objects: KubeObject[] }>()
  const add = ({ target, objects }: Delivered): void => {
    const api: Api =
      target.federation === undefined
        ? { kind: 'cluster', name: target.cluster }
        : { kind: 'federation', name: target.federation }
    const id = scopeId({ api, site: target.site })
    const found = scopes.get(id) ?? {
      scope: { api, site: target.site, objects: [] },
      byFlux: served.has(target.cluster),
      objects: [],
    }
    scopes.set(id, found)
    found.objects.push(...(objects as readonly unknown[] as readonly KubeObject[]))
  }
  for (const delivered of deliveries(plan, bundlesFor(plan), (_, bundle) => !isJoin(bundle, plan))) add(delivered)
  return [...scopes.values()].map(({ scope, byFlux, objects }) => ({ ...scope, byFlux, objects }))
}

export interface Needs {
  readonly needs: readonly string[]
  readonly needsOneOf?: readonly string[]
  readonly region?: string | undefined
}

export function appsWork(
  kube: Kube,
  scope: Scope,
  steps: readonly string[],
  { needs, needsOneOf, region }: Needs,
): Work {
  const { api, site, objects } = scope
  const id = scopeId(scope)
  const where = site === undefined ? api.name : `${api.name} for ${site}`
  return {
    id,
    title: `Apply ${objects.length} objects to ${where}`,
    steps,
    needs,
    ...(needsOneOf !== undefined && { needsOneOf }),
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      const client = await clientOf(kube, api)
      const wanted = await filled(kube, objects)
      const changed = await applyAll(kube, told, { api, by: id, client, objects: wanted })
      // what Karmada holds are templates: whether they run is asked of its bindings
      if (api.kind === 'cluster') await untilAvailable(kube, told, where, client, wanted)
      return { kind: 'done', changed }
    },
  }
}

/** What work of an earlier fleet put onto an API and nobody wants any more. */
export function leftoverWork(kube: Kube, api: Api, wanted: ReadonlySet<string>, needs: readonly string[]): Work {
  return {
    id: `leftover/${api.name}`,
    title: `Take off ${api.name} what the fleet has no more`,
    steps: [],
    needs,
    run: async (told) => {
      const put = putOnto(kube.ground.folder, api)
      const gone = Object.keys(put).filter((id) => id.startsWith('apps/') && !wanted.has(id))
      if (gone.length === 0) return { kind: 'done', changed: false }
      const kept = new Set(Object.entries(put).flatMap(([id, paths]) => (wanted.has(id) ? Object.keys(paths) : [])))
      const client = await clientOf(kube, api)
      for (const id of gone) {
        const mine = Object.fromEntries(Object.entries(put[id] ?? {}).filter(([path]) => !kept.has(path)))
        await takeOff(kube, told, client, mine)
        remember(kube.ground.folder, api, id, {})
      }
      return { kind: 'done', changed: true }
    },
  }
}

/** Charts of apps, on clusters that no Flux serves. */
export function appCharts(plan: Plan): readonly (Chart & { readonly bundle: string })[] {
  const { installs, files } = withoutFlux(plan, bundlesFor(plan))
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return installs
    .filter(({ bundle }) => !isJoin({ name: bundle }, plan))
    .map((it) => ({ ...it, values: parse(texts.get(it.values) ?? '{}') as unknown }))
}

export function appChartWork(
  kube: Kube,
  chart: Chart & { readonly bundle: string },
  steps: readonly string[],
  { needs, needsOneOf, region }: Needs,
): Work {
  return {
    id: `chart/${chart.cluster}/${chart.release}`,
    title: `Install ${chart.chart} ${chart.version} in ${chart.cluster}`,
    steps,
    needs,
    ...(needsOneOf !== undefined && { needsOneOf }),
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      const client = await clientOf(kube, { kind: 'cluster', name: chart.cluster })
      return { kind: 'done', changed: await install(kube, told, client, chart) }
    },
  }
}

/** By their API: `cluster/virginia`. */
export const apiKey = ({ kind, name }: Api): string => `${kind}/${name}`

export function byApi<T extends Scope>(scopes: readonly T[]): (api: Api) => readonly T[] {
  const groups = new Map<string, T[]>()
  for (const scope of scopes) {
    const group = groups.get(apiKey(scope.api))
    if (group === undefined) groups.set(apiKey(scope.api), [scope])
    else group.push(scope)
  }
  return (api) => groups.get(apiKey(api)) ?? []
}

/** Steps that place copies by skerry's own hand. */
export const placements = (plan: Plan, api: Api, site: string | undefined): readonly PlannedStep[] =>
  (api.kind === 'federation' ? stepsOf(plan).ofFederation(api.name) : stepsOf(plan).ofCluster(api.name)).filter(
    ({ kind, subject, change }) =>
      kind === 'app.place' &&
      change !== 'remove' &&
      (api.kind === 'federation' ||
        (subject.federation === undefined && (site === undefined || subject.site === site))),
  )

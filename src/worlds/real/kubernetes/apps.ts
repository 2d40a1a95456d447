// What Flux does not bring: the objects of the bundles, for each cluster what is its own, and then site by site, so that one bad site stops
// none of the others.

import type { Delivered } from '../../../artefacts/deliveries.ts'
import { deliveries, isJoin } from '../../../artefacts/deliveries.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Api } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import { clientOf } from './access.ts'
import type { Chart } from './app-charts.ts'
import { applyAll, filled, staying, takeOff } from './apply.ts'
import type { Kube } from './asking.ts'
import { asked } from './asking.ts'
import { bundlesFor } from './bundles.ts'
import { install, ownReleases } from './charts.ts'
import { holdingOf, untilPlaced } from './held-back.ts'
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
      const { first, lasting } =
        api.kind === 'federation'
          ? await asked(kube, told, `${where} says who has joined`, () => holdingOf(kube, client, wanted))
          : { first: undefined, lasting: wanted }
      if (first !== undefined) {
        await applyAll(kube, told, { api, by: id, client, objects: first })
        await untilPlaced(kube, told, where, client, lasting)
      }
      const changed = await applyAll(kube, told, { api, by: id, client, objects: lasting })
      // what Karmada holds are templates: whether they run is asked of its bindings
      if (api.kind === 'cluster') await untilAvailable(kube, told, where, client, wanted)
      return { kind: 'done', changed }
    },
  }
}

/** What work of an earlier fleet put onto an API and nobody wants any more. */
export function leftoverWork(
  kube: Kube,
  api: Api,
  { wanted, releases }: { readonly wanted: ReadonlySet<string>; readonly releases: ReadonlySet<string> },
  needs: readonly string[],
): Work {
  return {
    id: `leftover/${api.name}`,
    title: `Take off ${api.name} what the fleet has no more`,
    steps: [],
    needs,
    run: async (told) => {
      await nameReleases(kube, told, api, releases)
      const put = putOnto(kube.ground.folder, api)
      const gone = Object.keys(put).filter((id) => id.startsWith('apps/') && !wanted.has(id))
      if (gone.length === 0) return { kind: 'done', changed: false }
      const kept = new Set(Object.entries(put).flatMap(([id, paths]) => (wanted.has(id) ? Object.keys(paths) : [])))
      const client = await clientOf(kube, api)
      for (const id of gone) {
        const mine = Object.fromEntries(Object.entries(put[id] ?? {}).filter(([path]) => !kept.has(path)))
        await takeOff(kube, told, client, api, mine)
        remember(kube.ground.folder, api, id, await staying(kube, told, client, mine))
      }
      return { kind: 'done', changed: true }
    },
  }
}

/** A release may hold volumes, or what others reach: up only names what the fleet has no more. */
async function nameReleases(
  kube: Kube,
  told: Told,
  { name: cluster }: Api,
  wanted: ReadonlySet<string>,
): Promise<void> {
  const client = await clientOf(kube, { kind: 'cluster', name: cluster })
  const found = await asked(kube, told, `${cluster} lists its helm releases`, () => ownReleases(kube.ground, client))
  for (const { namespace, release } of found)
    if (!wanted.has(`${namespace}/${release}`))
      told.keep?.({
        ...{ kind: 'helm release', id: `${namespace}/${release}`, at: cluster, why: 'the fleet has it no more' },
        command: `helm uninstall ${release} --kube-context ${cluster} --namespace ${namespace}`,
      })
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

// The Kubernetes part of a fleet on real places, as pieces of work: the way to each API, nodes, charts, what is applied, Flux, Karmada and
// its members, and what the plan asks to be looked at. Only what a piece truly stands on stands among its needs.

import { stackNames } from '../../../artefacts/cloudformation/names.ts'
import type { Cluster } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { PlannedStep } from '../../../model/plan.ts'
import type { Api, Ground } from '../ground.ts'
import type { Work } from '../work.ts'
import { accessWork } from './access.ts'
import type { Chart } from './app-charts.ts'
import { appCharts } from './app-charts.ts'
import type { Scope } from './apps.ts'
import { appChartWork, appsWork, byApi, leftoverWork, placements, scopeId, scopesOf } from './apps.ts'
import type { Kube, Patience } from './asking.ts'
import { usualPatience } from './asking.ts'
import { chartOf, chartWork } from './charts.ts'
import { federationWork, karmadaCharts } from './federation.ts'
import type { FluxComponents } from './flux.ts'
import { exportedByFlux, fluxWork } from './flux.ts'
import { memberWork } from './members.ts'
import { nodesWork } from './nodes.ts'
import { stepsOf } from './plan-steps.ts'
import { clusterDnsWork, placedWork } from './verify.ts'

export { kubeApis } from './access.ts'
export type { Patience } from './asking.ts'
export { kubernetesBackward, undeclaredFronts } from './backward.ts'
export { onExistingClusters } from './existing.ts'
export { kubeconfigFiles, removeStaleKubeconfigs } from './kubeconfig.ts'

export interface KubernetesOptions {
  readonly patience?: Partial<Patience>
  /** The objects that Flux itself is; left out, as its program says. */
  readonly fluxComponents?: FluxComponents
}

export function kubernetesWork(
  ground: Ground,
  { patience = {}, fluxComponents = exportedByFlux }: KubernetesOptions = {},
): readonly Work[] {
  const kube: Kube = { ground, patience: { ...usualPatience, ...patience } }
  const { plan } = ground
  const { fleet } = plan
  const named = stackNames(fleet.name)
  const find = lookup(fleet)
  const wanted = plan.steps.filter(({ change }) => change !== 'remove')
  const ofKind = (kind: PlannedStep['kind']): readonly PlannedStep[] => wanted.filter((step) => step.kind === kind)
  const clusters = ofKind('cluster.create').flatMap(({ subject }) => find.cluster(subject.cluster) ?? [])
  const regionOf = (cluster: string | undefined): string | undefined => find.cluster(cluster)?.region
  const isAws = ({ kind }: Cluster): boolean => kind === 'eks' || kind === 'eksOutpost'
  const byFlux = (cluster: string): boolean => stepsOf(plan).served.has(cluster)

  const access = clusters.map((cluster) =>
    accessWork(kube, cluster, [isAws(cluster) ? `stack/${named.cluster(cluster.name)}` : `cluster/${cluster.name}`]),
  )
  const index = stepsOf(plan)
  const pools = ofKind('pool.join')
  const ofCluster = (cluster: string, kind: PlannedStep['kind']): readonly PlannedStep[] =>
    index.ofCluster(cluster).filter((step) => step.kind === kind && step.change !== 'remove')
  const nodes = pools.map((step) => {
    const { site = '', pool = '', cluster = '' } = step.subject
    return nodesWork(kube, step, [`access/${cluster}`, `stack/${named.nodes(site, pool)}`], regionOf(cluster))
  })
  const nodesOf = (cluster: string, site?: string): readonly string[] =>
    ofCluster(cluster, 'pool.join')
      .filter(({ subject }) => site === undefined || subject.site === site)
      .map(({ subject }) => `nodes/${subject.site}/${subject.pool}`)

  const addons = ofKind('addon')
  const helmAddons = addons.filter(({ intent }) => intent.by === 'helm')
  const charts = helmAddons.map((step) => {
    const cluster = step.subject.cluster ?? ''
    return chartWork(kube, step, {
      needs: [`access/${cluster}`],
      needsOneOf: nodesOf(cluster),
      region: regionOf(cluster),
    })
  })
  /** Add-ons that must be there before anything of a cluster is applied. */
  const addonsFor = (cluster: string): readonly string[] =>
    ofCluster(cluster, 'addon').flatMap(({ subject, intent }) =>
      intent.by === 'helm'
        ? [`chart/${cluster}/${subject.addon}`]
        : intent.deployment === 'coredns'
          ? [`stack/${named.addons(cluster)}`]
          : [],
    )

  const scopes = scopesOf(plan)
  const applied = scopes.filter(({ byFlux: served }) => !served)
  const appliedIds = new Set(applied.map(scopeId))
  const scopesAt = byApi(scopes)
  const apps = applied
    .filter(({ api }) => api.kind === 'cluster')
    .map((scope) => {
      const { api, site } = scope
      const own = scopeId({ api, site: undefined })
      const hasOwn = appliedIds.has(own)
      return appsWork(kube, scope, site === undefined ? [] : placements(plan, api, site).map(({ id }) => id), {
        needs: [`access/${api.name}`, ...addonsFor(api.name), ...(site !== undefined && hasOwn ? [own] : [])],
        needsOneOf: nodesOf(api.name, site),
        region: regionOf(api.name),
      })
    })
  const appChartWorks = appCharts(plan).map((chart) =>
    appChartWork(
      kube,
      chart,
      placements(plan, { kind: 'cluster', name: chart.cluster }, undefined)
        .filter(({ subject }) => chart.bundle.startsWith(subject.app ?? ' '))
        .map(({ id }) => id),
      {
        needs: [`access/${chart.cluster}`, ...addonsFor(chart.cluster)],
        needsOneOf: nodesOf(chart.cluster),
        region: regionOf(chart.cluster),
      },
    ),
  )
  const flux = clusters
    .filter(({ name }) => byFlux(name))
    .map((cluster) => {
      const { name, region } = cluster
      const brought = index
        .ofCluster(name)
        .filter(
          ({ kind, subject, id, intent, change }) =>
            change !== 'remove' &&
            subject.federation === undefined &&
            (kind === 'gitops.start' ||
              (kind === 'addon' && intent.by === 'flux') ||
              kind === 'app.place' ||
              id === `verify/controller/${name}` ||
              id === `verify/reconciled/${name}`),
        )
      const needs = [`access/${name}`, ...addonsFor(name)]
      return fluxWork(
        kube,
        cluster,
        brought.map(({ id }) => id),
        { needs, needsOneOf: nodesOf(name), region },
        fluxComponents,
      )
    })

  const joins = ofKind('member.join')
  const federations = ofKind('federation.start').flatMap((step): readonly Work[] => {
    const { federation = '', cluster: host = '' } = step.subject
    const declared = fleet.federations.find(({ name }) => name === federation)
    if (declared === undefined) return []
    const steps = [step.id, ...wanted.filter(({ id }) => id === `verify/karmada/${federation}`).map(({ id }) => id)]
    const needs = [
      ...[`access/${host}`, `stack/${named.karmada(federation)}`, `stack/${named.addons(host)}`],
      ...(byFlux(host) ? [] : addonsFor(host)),
    ]
    return [federationWork(kube, declared, steps, { needs, needsOneOf: nodesOf(host), region: regionOf(host) })]
  })
  const members = joins.map((step) => {
    const { federation = '', cluster = '' } = step.subject
    const steps = wanted
      .filter(({ id }) => id === step.id || id === `verify/reach/${federation}/${cluster}`)
      .map(({ id }) => id)
    const needs = [`access/${cluster}`, `federation/${federation}`]
    return memberWork(kube, step, steps, { needs, needsOneOf: nodesOf(cluster), region: regionOf(cluster) })
  })
  const federated = applied
    .filter(({ api }) => api.kind === 'federation')
    .map((scope) => {
      const { name } = scope.api
      const own = joins
        .filter(({ subject }) => subject.federation === name)
        .map(({ subject }) => `member/${name}/${subject.cluster}`)
      const host = fleet.federations.find((it) => it.name === name)?.host
      const steps = placements(plan, scope.api, undefined).map(({ id }) => id)
      return appsWork(kube, scope, steps, { needs: [`federation/${name}`], needsOneOf: own, region: regionOf(host) })
    })

  const releasesOn = (cluster: string): readonly Pick<Chart, 'release' | 'namespace'>[] => [
    ...helmAddons.filter(({ subject }) => subject.cluster === cluster).map(chartOf),
    ...appCharts(plan).filter((chart) => chart.cluster === cluster),
    ...fleet.federations.filter(({ host }) => host === cluster).flatMap(({ name }) => karmadaCharts(plan, name)),
  ]
  const leftovers = clusters
    .filter(({ name }) => !byFlux(name))
    .map(({ name }) => {
      const api: Api = { kind: 'cluster', name }
      const ids = scopesAt(api).map(scopeId)
      const releases = new Set(releasesOn(name).map(({ namespace, release }) => `${namespace}/${release}`))
      return leftoverWork(kube, api, { wanted: new Set(ids), releases }, [`access/${name}`, ...ids])
    })

  const verify = ofKind('verify').flatMap((step): readonly Work[] => {
    const { subject, id } = step
    const cluster = subject.cluster ?? ''
    if (id.startsWith('verify/placed/')) {
      const host =
        subject.federation === undefined
          ? undefined
          : fleet.federations.find(({ name }) => name === subject.federation)?.host
      const there = scopesAt(
        subject.federation === undefined
          ? { kind: 'cluster', name: cluster }
          : { kind: 'federation', name: subject.federation },
      )
      const needs = placedNeeds(subject, there, host !== undefined && byFlux(host) ? host : undefined)
      return [placedWork(kube, step, there, needs, regionOf(subject.cluster))]
    }
    if (id.startsWith('verify/cluster-dns/'))
      return [clusterDnsWork(kube, step, [`access/${cluster}`, `stack/${named.addons(cluster)}`], regionOf(cluster))]
    return []
  })
  return [
    ...access,
    ...nodes,
    ...charts,
    ...flux,
    ...federations,
    ...members,
    ...apps,
    ...federated,
    ...appChartWorks,
    ...leftovers,
    ...verify,
  ]
}

function placedNeeds(
  { cluster, federation, site }: PlannedStep['subject'],
  scopes: readonly (Scope & { readonly byFlux: boolean })[],
  servedHost: string | undefined,
): readonly string[] {
  if (federation !== undefined) return [servedHost === undefined ? `apps/${federation}` : `flux/${servedHost}`]
  const own = scopes.filter(({ site: at }) => at === site || at === undefined)
  return own.some(({ byFlux }) => byFlux) ? [`flux/${cluster}`] : own.map(scopeId)
}

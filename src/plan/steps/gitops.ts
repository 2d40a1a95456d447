// GitOps: Flux on each cluster, with one source, a root Kustomization, and under it one Kustomization for the controller and one for each
// app. What Flux delivers is still planned as steps of its own, so that order, waiting and clean-up are seen; only who acts differs.

import type { Cluster, GitOps } from '../../model/fleet.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { controllerName } from '../ground.ts'
import { chartSeconds, eksCharts, oidcAddon } from './addons.ts'

const fluxNamespace = 'flux-system'

export function gitopsSteps(ground: Ground): readonly Draft[] {
  const { gitops } = ground.fleet
  if (gitops === undefined) return []
  const plain = { ...gitops, url: withoutPassword(gitops.url) }
  return ground.fleet.clusters.filter(ground.byFlux).map((cluster) => startStep(ground, cluster, plain))
}

/** Whether all that Flux delivers to a cluster has arrived; looked at when everything is placed. */
export function reconciledSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.clusters.filter(ground.byFlux).map((cluster) => ({
    id: idOf.verify('reconciled', cluster.name),
    kind: 'verify',
    title: `Flux on ${cluster.name} has reconciled its source and every Kustomization`,
    subject: { cluster: cluster.name },
    needs: [idOf.gitops(cluster.name), ...copiesOn(ground, cluster).map(({ id }) => id)],
    intent: intentOf({
      of: idOf.gitops(cluster.name),
      claim: 'reconciled',
      source: `GitRepository/${fluxNamespace}`,
      namespace: fluxNamespace,
    }),
    inverse: nothing,
    existing: false,
    origin: cluster.origin,
  }))
}

function startStep(ground: Ground, cluster: Cluster, gitops: GitOps): Draft {
  const directory = ground.directory(cluster)
  const sourceRef = { kind: 'GitRepository', name: fluxNamespace }
  const { url } = gitops
  const hasController = ground.controller(cluster) !== undefined
  const root = gitops.path === undefined ? '.' : `./${gitops.path.replace(/^\.?\/+|\/+$/g, '')}`
  const common = { intervalSeconds: gitops.interval, prune: gitops.prune, wait: gitops.wait, sourceRef }
  const copies = copiesOn(ground, cluster)
  const perSite = new Map<string, number>()
  for (const { site } of copies) perSite.set(site, (perSite.get(site) ?? 0) + 1)
  return {
    id: idOf.gitops(cluster.name),
    kind: 'gitops.start',
    title: `Start Flux on ${cluster.name}, from ${url}, branch ${gitops.branch}`,
    subject: { cluster: cluster.name },
    needs: [
      ...ground.ready(cluster),
      ...(cluster.kind !== 'existing' && ground.oidc(cluster) ? [idOf.addon(cluster.name, oidcAddon)] : []),
    ],
    intent: intentOf({
      cluster: cluster.name,
      engine: gitops.engine,
      version: gitops.version,
      deliver: gitops.deliver,
      provider: gitops.provider,
      order: ['install', ...(gitops.secretRef === undefined ? [] : ['secret']), 'source', 'kustomization'],
      source: {
        ...sourceRef,
        url,
        branch: gitops.branch,
        intervalSeconds: gitops.sourceInterval,
        secret: gitops.secretRef,
      },
      root: {
        name: fluxNamespace,
        path: `${root}/clusters/${directory}/flux-system`,
        intervalSeconds: gitops.interval,
        prune: gitops.prune,
        sourceRef,
      },
      helmRepositories: hasController
        ? [{ ...eksCharts, namespace: fluxNamespace, intervalSeconds: chartSeconds }]
        : [],
      kustomizations: [
        ...(hasController
          ? [{ name: controllerName, path: `${root}/infrastructure/${directory}`, dependsOn: [], ...common }]
          : []),
        ...copies.map(({ name, app, site, after }) => ({
          name,
          // one app at a site has the site's folder to itself; Flux keeps its objects when a second one moves it down by a level
          path: `${root}/apps/${site}${perSite.get(site) === 1 ? '' : `/${app}`}`,
          dependsOn: [...(hasController ? [controllerName] : []), ...after],
          ...common,
        })),
      ],
    }),
    inverse: { kind: 'gitops.stop', title: `Uninstall Flux from ${cluster.name}` },
    existing: false,
    origin: ground.fleet.gitops?.origin ?? cluster.origin,
  }
}

interface Copy {
  readonly id: string
  /** Of its Kustomization: the app's, with the site where the cluster runs several copies. */
  readonly name: string
  readonly app: string
  readonly site: string
  /** The Kustomizations that it depends on. */
  readonly after: readonly string[]
}

/** The copies that run on a cluster. */
function copiesOn(ground: Ground, cluster: Cluster): readonly Copy[] {
  const copies = ground.find
    .sitesOf(cluster.name)
    .filter((site) => ground.clusterAt(site) === cluster)
    .flatMap((site) =>
      ground.find
        .placementsAt(site.name)
        .map(({ app, placement }) => ({ id: ground.placing(app, placement), app, site: site.name })),
    )
  const ofApp = new Map<string, string[]>()
  for (const { app, id } of copies) ofApp.set(app.name, [...(ofApp.get(app.name) ?? []), id])
  const nameOf = (app: string, id: string) => (ofApp.get(app)?.length === 1 ? app : id.split('/').slice(1).join('-'))
  return copies.map(({ id, app, site }) => ({
    id,
    name: nameOf(app.name, id),
    app: app.name,
    site,
    after: (app.dependsOn ?? []).flatMap((other) => (ofApp.get(other) ?? []).map((otherId) => nameOf(other, otherId))),
  }))
}

/** A password in an address never leaves the fleet file. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1')
}

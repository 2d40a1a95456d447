// GitOps: Flux on each cluster, with one source, a root Kustomization, and under it one Kustomization for the controller and one for each
// app. What Flux delivers is still planned as steps of its own, so that order, waiting and clean-up are seen; only who acts differs.

import type { Cluster, GitOps, Site } from '../../model/fleet.ts'
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
  const apps = new Map<string, Set<string>>()
  for (const app of ground.fleet.apps)
    for (const { site } of app.placement) {
      const found = ground.find.site(site)
      if (found !== undefined) apps.set(folderOf(found), (apps.get(folderOf(found)) ?? new Set()).add(app.name))
    }
  // one app has the folder to itself; Flux keeps its objects when a second one moves it down by a level
  const isAlone = (folder: string) => (apps.get(folder)?.size ?? 0) <= 1
  return ground.fleet.clusters.filter(ground.byFlux).map((cluster) => startStep(ground, cluster, plain, isAlone))
}

/** Rows of a class share one folder. */
const folderOf = (site: Site): string => site.class ?? site.name

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

function startStep(ground: Ground, cluster: Cluster, gitops: GitOps, isAlone: (folder: string) => boolean): Draft {
  const directory = ground.directory(cluster)
  const sourceRef = { kind: 'GitRepository', name: fluxNamespace }
  const { url } = gitops
  const hasController = ground.controller(cluster) !== undefined
  const root = gitops.path === undefined ? '.' : `./${gitops.path.replace(/^\.?\/+|\/+$/g, '')}`
  const common = { intervalSeconds: gitops.interval, prune: gitops.prune, wait: gitops.wait, sourceRef }
  const copies = copiesOn(ground, cluster)
  const ring = gitops.rings === undefined ? undefined : ringOf(ground, cluster)
  const revision = revisionOf(gitops, ring)
  return {
    id: idOf.gitops(cluster.name),
    kind: 'gitops.start',
    title: `Start Flux on ${cluster.name}, from ${url}, ${revision === undefined ? `branch ${gitops.branch}` : `${revision.kind} ${revision.of}`}${ring === undefined ? '' : ` (ring ${ring})`}`,
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
        ring,
        // what the source follows instead of the branch, by the field of its ref
        ref: revision === undefined ? undefined : { [revision.kind]: revision.of },
        intervalSeconds: gitops.sourceInterval,
        secret: gitops.secretRef,
      },
      decryption: gitops.secrets === undefined ? undefined : { provider: 'sops', secret: gitops.secrets.keySecret },
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
        ...copies.map(({ name, app, folder, after }) => ({
          name,
          path: `${root}/apps/${folder}${isAlone(folder) ? '' : `/${app}`}`,
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

/** The ring of a cluster: its own label, or that of the first of its sites that is in one. */
function ringOf(ground: Ground, cluster: Cluster): string | undefined {
  return (
    cluster.labels.ring ??
    ground.find.sitesOf(cluster.name).find(({ labels }) => labels.ring !== undefined)?.labels.ring
  )
}

export interface Revision {
  /** The field of a GitRepository's ref: https://fluxcd.io/flux/components/source/gitrepositories/#reference */
  readonly kind: 'branch' | 'tag' | 'commit' | 'name'
  readonly of: string
}

/** What a ring follows; undefined where it follows the branch like all others. A version is a tag, forty hex digits are a commit. */
export function revisionOf({ rings }: Pick<GitOps, 'rings'>, ring: string | undefined): Revision | undefined {
  if (rings === undefined || ring === undefined || !Object.hasOwn(rings, ring)) return undefined
  const of = rings[ring] ?? ''
  if (/^[0-9a-f]{40}$/.test(of)) return { kind: 'commit', of }
  if (of.startsWith('refs/')) return { kind: 'name', of }
  return { kind: /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/.test(of) ? 'tag' : 'branch', of }
}

interface Copy {
  readonly id: string
  /** Of its Kustomization: the app's, with the site where the cluster runs several copies. */
  readonly name: string
  readonly app: string
  /** Below apps/. */
  readonly folder: string
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
        .map(({ app, placement }) => ({ id: ground.placing(app, placement), app, folder: folderOf(site) })),
    )
  const ofApp = new Map<string, string[]>()
  for (const { app, id } of copies) ofApp.set(app.name, [...(ofApp.get(app.name) ?? []), id])
  const nameOf = (app: string, id: string) => (ofApp.get(app)?.length === 1 ? app : id.split('/').slice(1).join('-'))
  return copies.map(({ id, app, folder }) => ({
    id,
    name: nameOf(app.name, id),
    app: app.name,
    folder,
    after: (app.dependsOn ?? []).flatMap((other) => (ofApp.get(other) ?? []).map((otherId) => nameOf(other, otherId))),
  }))
}

/** A password in an address never leaves the fleet file. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1')
}

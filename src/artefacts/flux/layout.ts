// Where things lie in the repository, after the founding facts 95 to 125: bases and overlays of what runs, and for each cluster what its
// Flux does. A class has one folder of each, however many rows it has.

import type { Cluster, Fleet, GitOps, Site } from '../../model/fleet.ts'
import type { IntentValue, Plan } from '../../model/plan.ts'
import { controllerName, groundOf, remember } from '../../plan/ground.ts'
import type { Bundle, Target } from '../bundle.ts'
import { valueAt } from '../infrastructure/steps.ts'
import type { Variables } from './substitution.ts'
import { variablesOf } from './substitution.ts'

/** The Flux of one cluster, as the plan starts it. */
export interface Start {
  readonly cluster: Cluster
  /** Its folder below clusters/: that of its first site. */
  readonly directory: string
  /** Where rings have revisions: the one that it is in. */
  readonly ring?: string
  readonly helmRepositories: readonly {
    readonly name: string
    readonly url: string
    readonly intervalSeconds: number
  }[]
}

export interface Repository {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly gitops: GitOps | undefined
  readonly bundles: readonly Bundle[]
  readonly starts: ReadonlyMap<string, Start>
  /** From the root of the repository, without a slash at its ends: `fleet/apps/base`. */
  readonly within: (...parts: readonly string[]) => string
  /** As a Kustomization names it: `./fleet/apps/outposts`. */
  readonly pathTo: (...parts: readonly string[]) => string
  /** The overlay of a target, below the folder of its layer. */
  readonly overlayFolder: (bundle: Bundle, target: Target) => string
  readonly targetsOn: (cluster: string) => readonly Placed[]
  readonly on: (cluster: string) => Neighbours
  readonly variablesOf: (bundle: Bundle) => Variables
  readonly kustomizationName: (placed: Placed) => string
  readonly siteOf: (target: Target) => Site | undefined
  /** The ring of a site, where the fleet pins that ring to a revision of its own. */
  readonly pinnedRing: (site: Site | undefined) => string | undefined
}

/** What is on one cluster, by what asks for it. */
export interface Neighbours {
  /** What others wait for: infrastructure, and packages that the cluster installs for itself. */
  readonly first: readonly Placed[]
  /** By the name of the bundle, and by name and site. */
  readonly named: ReadonlyMap<string, readonly Placed[]>
}

export interface Placed {
  readonly bundle: Bundle
  readonly target: Target
}

const layerFolder = {
  infrastructure: 'infrastructure',
  clusters: 'workload-clusters',
  apps: 'apps',
} as const satisfies Record<Bundle['layer'], string>

/** Curated packages are nobody's app: they lie beside apps/, so that an app keeps the folder of its site to itself. */
export const topFolder = ({ layer, base }: Bundle): string =>
  layer === 'apps' && base.every(({ objects }) => objects.every(({ apiVersion }) => apiVersion.startsWith(packagesApi)))
    ? 'packages'
    : layerFolder[layer]

const packagesApi = 'packages.eks.amazonaws.com/'

export const layers = ['infrastructure', 'clusters', 'apps'] as const satisfies readonly Bundle['layer'][]

export function repositoryOf(plan: Plan, bundles: readonly Bundle[]): Repository {
  const { fleet } = plan
  const { gitops } = fleet
  const root = gitops?.path === undefined ? '' : gitops.path.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, '')
  const within = (...parts: readonly string[]) => [root, ...parts].filter((part) => part !== '').join('/')
  const sites = new Map(fleet.sites.map((site) => [site.name, site]))
  const starts = startsOf(plan)

  const targets = new Map<string, Placed[]>()
  const overlaps = new Map<string, Set<string>>()
  const times = new Map<string, number>()
  const ground = groundOf(fleet)
  const keyOf = (target: Target): string => {
    // rows share the folder of their class; a site of its own has one, also where nothing in it is different
    const key =
      target.class === undefined
        ? (target.site ?? target.federation ?? target.overlay)
        : (target.overlay ?? target.class)
    if (key !== undefined) return key
    const cluster = ground.find.cluster(target.cluster)
    return cluster === undefined ? target.cluster : ground.directory(cluster)
  }
  for (const bundle of bundles) {
    for (const target of bundle.targets) {
      const placed = { bundle, target }
      const there = targets.get(target.cluster)
      if (there === undefined) targets.set(target.cluster, [placed])
      else there.push(placed)
      times.set(countKey(placed), (times.get(countKey(placed)) ?? 0) + 1)
      const place = `${topFolder(bundle)} ${keyOf(target)}`
      const names = overlaps.get(place) ?? new Set()
      overlaps.set(place, names.add(bundle.name))
    }
  }

  const neighbours = new Map<string, Neighbours>()
  return {
    plan,
    fleet,
    gitops,
    bundles,
    starts,
    within,
    pathTo: (...parts) => `./${within(...parts)}`,
    overlayFolder: (bundle, target) => {
      const key = keyOf(target)
      const alone =
        bundle.layer === 'infrastructure'
          ? bundle.name === controllerName // founding facts 97, 113 and 118
          : (overlaps.get(`${topFolder(bundle)} ${key}`)?.size ?? 0) <= 1
      return alone ? key : `${key}/${bundle.name}`
    },
    targetsOn: (cluster) => targets.get(cluster) ?? [],
    on: (cluster) => {
      const known = neighbours.get(cluster) ?? neighboursOf(targets.get(cluster) ?? [])
      neighbours.set(cluster, known)
      return known
    },
    variablesOf: remember(variablesOf),
    kustomizationName: (placed) => {
      const { bundle, target } = placed
      if (target.class !== undefined && bundle.layer === 'clusters') return target.site ?? bundle.name
      if ((times.get(countKey(placed)) ?? 0) <= 1) return bundle.name
      return `${bundle.name}-${target.site ?? target.federation ?? target.overlay ?? target.cluster}`
    },
    siteOf: ({ site, cluster }) => sites.get(site ?? '') ?? ground.find.sitesOf(cluster)[0],
    pinnedRing: (site) => {
      const ring = site?.labels.ring
      return ring !== undefined && gitops?.rings !== undefined && Object.hasOwn(gitops.rings, ring) ? ring : undefined
    },
  }
}

function neighboursOf(placed: readonly Placed[]): Neighbours {
  const named = new Map<string, Placed[]>()
  const first: Placed[] = []
  for (const one of placed) {
    const { bundle, target } = one
    for (const key of [bundle.name, `${bundle.name} ${target.site ?? ''}`]) {
      const there = named.get(key)
      if (there === undefined) named.set(key, [one])
      else there.push(one)
    }
    const isOwn = bundle.layer === 'infrastructure' || (topFolder(bundle) === 'packages' && target.class === undefined)
    if (isOwn) first.push(one)
  }
  return { first, named }
}

const countKey = ({ bundle, target }: Placed): string => `${target.cluster} ${bundle.layer} ${bundle.name}`

function startsOf(plan: Plan): ReadonlyMap<string, Start> {
  const clusters = new Map(plan.fleet.clusters.map((cluster) => [cluster.name, cluster]))
  const starts = new Map<string, Start>()
  for (const { kind, change, intent, subject } of plan.steps) {
    const cluster = clusters.get(subject.cluster ?? '')
    if (kind !== 'gitops.start' || change === 'remove' || cluster === undefined) continue
    const path = String(valueAt(intent.root, 'path') ?? '')
    const [, directory = cluster.name] = /\/clusters\/([^/]+)\/flux-system$/.exec(path) ?? []
    const repositories = Array.isArray(intent.helmRepositories) ? intent.helmRepositories : []
    const ring = valueAt(intent.source, 'ring')
    starts.set(cluster.name, {
      cluster,
      directory,
      ...(typeof ring === 'string' && { ring }),
      helmRepositories: repositories.map((it: IntentValue) => ({
        name: String(valueAt(it, 'name')),
        url: String(valueAt(it, 'url')),
        intervalSeconds: Number(valueAt(it, 'intervalSeconds')),
      })),
    })
  }
  return starts
}

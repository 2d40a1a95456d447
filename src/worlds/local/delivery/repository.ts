// The repository that Flux follows on this machine: the generated one, file by file, and beside it for each cluster one overlay of its own,
// which says where this machine's Git server and charts are. No other file differs, but for intervals where the local world is
// played faster. Pure.

import { parseAllDocuments } from 'yaml'
import type { Artefact, KubernetesObject } from '../../../artefacts/artefact.ts'
import { yamlOf } from '../../../artefacts/artefact.ts'
import type { Bundle } from '../../../artefacts/bundle.ts'
import { fleetValuesOf, fluxFiles, fluxSync } from '../../../artefacts/flux/flux.ts'
import { at, itemsAt, put } from '../../../artefacts/workloads/fields.ts'
import type { Plan, PlannedStep, Step } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
import type { Layout } from '../layout.ts'
import { spedUp } from '../speed.ts'
import { servedByFlux } from './served.ts'

export interface FluxCluster {
  readonly owner: Owner
  readonly step: PlannedStep
  /** Its overlay in the repository. */
  readonly overlay: string
  /** The chart repositories for which ours stands in. */
  readonly charts: readonly string[]
  /** Keys of the ConfigMap that `up` writes. */
  readonly values: readonly string[]
  /** Secrets that its sources and Kustomizations name. */
  readonly secrets: readonly string[]
}

export interface LocalGitOps {
  readonly branch: string
  readonly refs: readonly string[]
  readonly clusters: readonly FluxCluster[]
  /** The plan and the bundles of what runs here; rows of clusters that were not asked for are left out. */
  readonly plan: Plan
  readonly bundles: readonly Bundle[]
}

export interface Addresses {
  readonly git: (cluster: string) => string
  readonly charts: (cluster: string) => string
}

const overlayName = 'skerry-local'
const prefix = 'gitops/'

/** Undefined where no cluster that runs here is served by Flux. */
export function gitOpsOf(plan: Plan, layout: Layout, all: readonly Bundle[]): LocalGitOps | undefined {
  const { gitops } = plan.fleet
  const served = servedByFlux(plan)
  const here = layout.clusters.filter(({ owner }) => served.has(owner.name))
  if (gitops === undefined || here.length === 0) return undefined
  const names = new Set(here.map(({ owner }) => owner.name))
  const sites = new Set(
    plan.fleet.sites.flatMap(({ name, cluster }) => (cluster === undefined || names.has(cluster) ? [name] : [])),
  )
  const bundles = all.flatMap((bundle) => {
    const targets = bundle.targets.filter(
      ({ cluster, site, federation }) =>
        names.has(cluster) && federation === undefined && (site === undefined || sites.has(site)),
    )
    return targets.length === 0 ? [] : [{ ...bundle, targets }]
  })
  const steps = plan.steps.filter(({ kind, subject }) => kind !== 'gitops.start' || names.has(subject.cluster ?? ''))
  const starts = new Map(
    steps.flatMap((step) => (step.kind === 'gitops.start' ? [[step.subject.cluster ?? '', step] as const] : [])),
  )
  return {
    branch: gitops.branch,
    refs: Object.values(gitops.rings ?? {}).flatMap((of) => refOf(of, gitops.branch)),
    plan: { ...plan, steps },
    bundles,
    clusters: here.flatMap(({ owner }) => {
      const step = starts.get(owner.name)
      if (step === undefined) return []
      return {
        owner,
        step,
        overlay: overlayOf(step),
        charts: itemsAt(step.intent, 'helmRepositories').map((it) => String(at(it, 'name'))),
        values: fleetValuesOf(bundles, owner.name),
        secrets: [gitops.secretRef, gitops.secrets?.keySecret].flatMap((name) => name ?? []),
      }
    }),
  }
}

/** Beside the folder that its root Kustomization has in the plan. */
export function overlayOf(start: Step | undefined): string {
  const path = (start?.intent.root as { readonly path?: string } | undefined)?.path ?? ''
  return path.replace(/^\.\//, '').replace(/[^/]+$/, overlayName)
}

/** What a ring follows, as a ref that must be there. A commit of the user's own repository cannot be. */
function refOf(of: string, branch: string): readonly string[] {
  if (of.startsWith('refs/')) return of === `refs/heads/${branch}` ? [] : [of]
  if (of === branch || /^[0-9a-f]{40}$/.test(of)) return []
  return /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/.test(of) ? [`refs/tags/${of}`] : [`refs/heads/${of}`]
}

/** Paths from the root of the repository. The overlays come last, and are all that is not generated. */
export function repositoryFiles(
  { plan, bundles, clusters }: LocalGitOps,
  addresses: Addresses,
  speed: number,
): readonly Artefact[] {
  const files = fluxFiles(plan, bundles).map(({ path, text }) => ({ path: path.slice(prefix.length), text }))
  return [
    ...(speed === 1 ? files : files.map((file) => faster(file, speed))),
    ...clusters.map((cluster) => ({
      path: `${cluster.overlay}/kustomization.yaml`,
      text: overlayText(cluster, addresses),
    })),
  ]
}

const overlayText = ({ owner: { name }, overlay, charts }: FluxCluster, addresses: Addresses): string =>
  `# The one overlay of this machine: where its Git server and its stand-in for a chart are.\n${yamlOf({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../flux-system'],
    patches: [
      replacing({ kind: 'GitRepository' }, '/spec/url', addresses.git(name)),
      replacing({ kind: 'Kustomization', name: 'flux-system' }, '/spec/path', `./${overlay}`),
      ...charts.map((repository) =>
        replacing({ kind: 'HelmRepository', name: repository }, '/spec/url', addresses.charts(name)),
      ),
    ],
  })}`

const replacing = (target: Readonly<Record<string, string>>, path: string, value: string) => ({
  target,
  patch: yamlOf([{ op: 'replace', path, value }]),
})

function faster({ path, text }: Artefact, speed: number): Artefact {
  if (!/\.ya?ml$/.test(path)) return { path, text }
  const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown)
  const made = documents.map((document) => spedUp(document, speed))
  return JSON.stringify(made) === JSON.stringify(documents) ? { path, text } : { path, text: yamlOf(...made) }
}

/** What starts Flux on a cluster: the source and the root, leading here. */
export function syncObjects(
  { plan }: LocalGitOps,
  { owner, overlay }: FluxCluster,
  addresses: Addresses,
  speed: number,
): readonly KubeObject[] {
  return fluxSync(plan, owner.name).map((object) => {
    const made: KubernetesObject =
      object.kind === 'GitRepository'
        ? put(object, ['spec', 'url'], addresses.git(owner.name))
        : put(object, ['spec', 'path'], `./${overlay}`)
    return spedUp(made, speed) as unknown as KubeObject
  })
}

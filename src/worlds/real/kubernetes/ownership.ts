// Whose an object is that is there already: what was put there is remembered by its uid and bears the name of the fleet, so that a memory
// that is lost loses nothing; what Flux applied bears the name of its Kustomization. Everything else is somebody else's.

import { fluxSync } from '../../../artefacts/flux/flux.ts'
import { repositoryOf } from '../../../artefacts/flux/layout.ts'
import { fluxNamespace } from '../../../artefacts/flux/objects.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Api, Ground } from '../ground.ts'
import type { Kept, Told } from '../work.ts'
import type { Kube } from './asking.ts'
import { asked } from './asking.ts'
import { bundlesFor } from './bundles.ts'
import { putOnto } from './memory.ts'

/** An annotation where skerry puts it; a label counts as well, as on clusters of EKS Anywhere. */
export const fleetMark = 'skerry.dev/fleet'

/** https://fluxcd.io/flux/components/kustomize/kustomizations/: set on all that a Kustomization applies. */
const fluxLabel = 'kustomize.toolkit.fluxcd.io/name'
const fluxLabelNamespace = 'kustomize.toolkit.fluxcd.io/namespace'

/** Only as it is applied: what is written for others to apply stays without it. */
export const withMark = ({ fleet }: Plan, object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...(object.metadata.annotations as object | undefined), [fleetMark]: fleet.name },
  },
})

/** What many use and nobody takes over: one that is there is used as it is, and never deleted. */
export const isShared = ({ kind }: KubeObject): boolean => kind === 'Namespace' || kind === 'CustomResourceDefinition'

/** To be merged into what others have made on our behalf. */
export const markFor = ({ fleet }: Plan) => ({ metadata: { annotations: { [fleetMark]: fleet.name } } })

/** Whoever's it is, it says so itself. */
export const isMarked = (object: KubeObject): boolean => fleetOf(object) !== undefined

const fleetOf = ({ metadata }: KubeObject): string | undefined =>
  (metadata.annotations as Readonly<Record<string, string>> | undefined)?.[fleetMark] ?? metadata.labels?.[fleetMark]

export function isOurs(
  { plan, folder }: Pick<Ground, 'plan' | 'folder'>,
  api: Api,
  path: string,
  live: KubeObject,
): boolean {
  const { uid, labels = {} } = live.metadata
  const of = fleetOf(live)
  if (of !== undefined) return of === plan.fleet.name
  if (uid !== undefined && Object.values(putOnto(folder, api)).some((put) => put[path] === uid)) return true
  const by = labels[fluxLabel]
  return (
    by !== undefined &&
    (labels[fluxLabelNamespace] ?? fluxNamespace) === fluxNamespace &&
    kustomizationsOf(plan).has(by)
  )
}

const names = new WeakMap<Plan, ReadonlySet<string>>()

/** Of all clusters that Flux serves. */
function kustomizationsOf(plan: Plan): ReadonlySet<string> {
  const known = names.get(plan)
  if (known !== undefined) return known
  const made = new Set<string>()
  if (plan.fleet.gitops !== undefined) {
    const repository = repositoryOf(plan, bundlesFor(plan))
    for (const { name } of plan.fleet.clusters) {
      for (const placed of repository.targetsOn(name)) made.add(repository.kustomizationName(placed))
      if (repository.starts.has(name))
        for (const { kind, metadata } of fluxSync(plan, name)) if (kind === 'Kustomization') made.add(metadata.name)
    }
  }
  names.set(plan, made)
  return made
}

/** How a person makes it this fleet's. */
export const adoption = ({ fleet }: Plan, api: Api, object: KubeObject): string =>
  onto(api, object, `annotate ${resourceOf(object)} ${object.metadata.name} ${fleetMark}=${fleet.name}`)

/** `deployment.v1.apps` */
const resourceOf = ({ apiVersion, kind }: KubeObject): string =>
  `${kind.toLowerCase()}${apiVersion.includes('/') ? `.${apiVersion.split('/').reverse().join('.')}` : ''}`

function onto(api: Api, { metadata }: Pick<KubeObject, 'metadata'>, command: string): string {
  const to = api.kind === 'federation' ? '--kubeconfig karmada.kubeconfig' : `--context ${api.name}`
  const within = metadata.namespace === undefined ? '' : ` --namespace ${metadata.namespace}`
  return `kubectl ${to}${within} ${command}`
}

/** Of what lies at those paths, what is ours; what is not is named, and kept. */
export async function oursAmong(
  kube: Kube,
  told: Told,
  client: KubeClient,
  api: Api,
  paths: readonly string[],
): Promise<readonly string[]> {
  const ours: string[] = []
  const kept: KeptThere[] = []
  for (const path of paths)
    await asked(kube, told, `${api.name} says whose ${path} is`, async () => {
      const live = await client.get(path)
      if (live === undefined) return
      if (isOurs(kube.ground, api, path, live)) ours.push(path)
      else kept.push({ ...namedIn(live), why: notOurs, command: adoption(kube.ground.plan, api, live) })
    })
  tellKept(kube, told, api, kept)
  return ours
}

/** What may be deleted: on a cluster that goes all of it, on one that stays what is ours. */
export const mayGo = (
  kube: Kube,
  told: Told,
  client: KubeClient,
  api: Api,
  paths: readonly string[],
): Promise<readonly string[]> =>
  outlives(kube.ground.plan, api) ? oursAmong(kube, told, client, api, paths) : Promise.resolve(paths)

export type KeptThere = Omit<Kept, 'at'>

const namedIn = ({ kind, metadata }: KubeObject): Pick<Kept, 'kind' | 'id'> => ({
  kind,
  id: [metadata.namespace, metadata.name].filter(Boolean).join('/'),
})

/** `others`: what is in it that is not of the fleet. */
export const keptNamespace = (api: Api, name: string, others: readonly string[]): KeptThere => ({
  ...{ kind: 'Namespace', id: name, why: `others have something in it: ${others.join(', ')}` },
  command: onto(api, { metadata: { name } }, `delete namespace ${name} # once nobody else needs it`),
})

export const notOurs = 'it is not of this fleet; where it is, give it the mark, and run this again'

/** On a cluster that goes it goes with it, in Karmada with Karmada, and is no news at the end. */
export function tellKept(kube: Kube, told: Told, api: Api, kept: readonly KeptThere[]): void {
  if (kept.length === 0) return
  told.observe(`kept: ${kept.map(({ kind, id, why }) => `${kind} ${id} (${why})`).join(', ')}`)
  if (api.kind === 'cluster' && outlives(kube.ground.plan, api))
    for (const it of kept) told.keep?.({ ...it, at: api.name })
}

/** A cluster that existed before stays, with all that others have in it; Karmada stays as long as its host. */
export const outlives = ({ fleet }: Plan, api: Api): boolean => {
  const { kind, name } = api
  if (kind === 'cluster' && api.undeclared !== undefined) return !('eksAt' in api.undeclared)
  const cluster = kind === 'cluster' ? name : fleet.federations.find((it) => it.name === name)?.host
  return fleet.clusters.some((it) => it.name === cluster && it.kind === 'existing')
}

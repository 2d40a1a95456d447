// Whose an object is that is there already: what was put there is remembered by its uid and bears the name of the fleet, so that a memory
// that is lost loses nothing; what Flux applied bears the name of its Kustomization. Everything else is somebody else's.

import { fluxSync } from '../../../artefacts/flux/flux.ts'
import { repositoryOf } from '../../../artefacts/flux/layout.ts'
import { fluxNamespace } from '../../../artefacts/flux/objects.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Api, Ground } from '../ground.ts'
import type { Told } from '../work.ts'
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
export function adoption({ fleet }: Plan, api: Api, { apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/').reverse().join('.')}` : ''
  const to = api.kind === 'federation' ? '--kubeconfig karmada.kubeconfig' : `--context ${api.name}`
  const within = metadata.namespace === undefined ? '' : ` --namespace ${metadata.namespace}`
  return `kubectl ${to}${within} annotate ${kind.toLowerCase()}${group} ${metadata.name} ${fleetMark}=${fleet.name}`
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
  const kept: string[] = []
  for (const path of paths)
    await asked(kube, told, `${api.name} says whose ${path} is`, async () => {
      const live = await client.get(path)
      if (live === undefined) return
      if (isOurs(kube.ground, api, path, live)) ours.push(path)
      else kept.push(`${live.kind} ${[live.metadata.namespace, live.metadata.name].filter(Boolean).join('/')}`)
    })
  tellKept(told, kept)
  return ours
}

export function tellKept(told: Told, kept: readonly string[]): void {
  if (kept.length > 0) told.observe(`kept, because not of this fleet: ${kept.join(', ')}`)
}

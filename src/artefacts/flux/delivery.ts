// How a bundle reaches its target: a Kustomization with its folder, its source, its values and what must be ready before it.

import type { Bundle } from '../bundle.ts'
import type { Placed, Repository, Start } from './layout.ts'
import { layers, topFolder } from './layout.ts'
import type { Delivery } from './objects.ts'
import { fleetValuesFrom, fluxNamespace } from './objects.ts'

export const sourceName = (ring: string | undefined): string => (ring === undefined ? fluxNamespace : `ring-${ring}`)

export const inOrder = (placed: readonly Placed[]): readonly Placed[] =>
  layers.flatMap((layer) => placed.filter(({ bundle }) => bundle.layer === layer))

export const karmadaKubeconfig = 'karmada-kubeconfig'

export function deliveryOf(repository: Repository, start: Pick<Start, 'cluster'>, placed: Placed): Delivery {
  const { bundle, target } = placed
  const variables = repository.variablesOf(bundle)
  const federations = repository.fleet.federations.filter(({ host }) => host === start.cluster.name)
  return {
    name: repository.kustomizationName(placed),
    path: repository.pathTo(topFolder(bundle), repository.overlayFolder(bundle, target)),
    source: sourceName(repository.pinnedRing(repository.siteOf(target))),
    dependsOn: dependenciesOf(repository, placed),
    ...(variables.used && { values: target.values, ...(variables.fromFleet && { valuesFrom: [fleetValuesFrom] }) }),
    ...(bundle.layer === 'infrastructure' && { timeoutSeconds: chartTimeoutSeconds }),
    // a row that is lost in Git must not take a cluster with it, nor what runs in it; down and forget name what they delete
    ...((bundle.layer === 'clusters' || isPackages(bundle)) && { orphans: true }),
    ...(isPackages(bundle) && { readyWhen: packageReady }),
    ...(bundle.health !== undefined && { readyWhen: bundle.health }),
    // a member that is lost is never ready, and would hold up every app that could move away from it
    ...(target.federation !== undefined && bundle.layer === 'infrastructure' && { waits: false }),
    ...(target.federation !== undefined && {
      kubeconfigSecret: federations.length > 1 ? `${karmadaKubeconfig}-${target.federation}` : karmadaKubeconfig,
    }),
    decrypts: true,
  }
}

/** Packages lie on the cluster that manages, and run on the managed one. */
const isPackages = (bundle: Bundle): boolean => topFolder(bundle) === 'packages'

/** A Package says by its state, and not by a condition, whether it is there. */
const packageReady = [
  { apiVersion: 'packages.eks.amazonaws.com/v1alpha1', kind: 'Package', current: "status.state == 'installed'" },
] as const

/** That of the release itself (founding fact 103): whoever waits for it waits as long. */
const chartTimeoutSeconds = 600

/** Infrastructure of the cluster first, and packages where it installs its own; then what the bundle needs, at its own site where it is there. */
export function dependenciesOf(repository: Repository, { bundle, target }: Placed): readonly string[] {
  const { first, named } = repository.on(target.cluster)
  const before = first.filter(
    (other) =>
      bundle.layer !== 'infrastructure' &&
      (other.target.class === undefined || other.target.site === target.site || target.class === undefined) &&
      (other.bundle.layer === 'infrastructure' || (bundle.layer === 'apps' && !isPackages(bundle))),
  )
  const needed = bundle.needs.flatMap((need) => {
    if (need === bundle.name) return []
    const here = named.get(`${need} ${target.site ?? ''}`) ?? []
    return here.length > 0 ? here : (named.get(need) ?? [])
  })
  return [...new Set([...before, ...needed].map(repository.kustomizationName))]
}

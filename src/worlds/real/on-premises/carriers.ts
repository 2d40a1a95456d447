// By which Kustomization the Flux of a management cluster brings each of its workload clusters, and what belongs to one.

import { repositoryOf, topFolder } from '../../../artefacts/flux/layout.ts'
import { bundlesOf } from '../../../artefacts/index.ts'
import type { Plan } from '../../../model/plan.ts'

interface Carriers {
  /** By workload cluster. */
  readonly clusters: ReadonlyMap<string, string>
  readonly packages: ReadonlyMap<string, string>
  /** By management cluster: what waits for machines, not for Flux. */
  readonly slow: ReadonlyMap<string, ReadonlySet<string>>
}

const known = new WeakMap<Plan, Carriers>()

export const carrierOf = (plan: Plan, cluster: string): string | undefined => carriersOf(plan).clusters.get(cluster)

/** Of its curated packages, which lie on the management cluster and run on the managed one. */
export const packagesOf = (plan: Plan, cluster: string): string | undefined => carriersOf(plan).packages.get(cluster)

/**
 * Kustomizations that bring workload clusters, and curated packages to them: they are ready when the machines are, which takes an hour and
 * is watched cluster by cluster.
 */
export const slowCarriersOn = (plan: Plan, manager: string): ReadonlySet<string> =>
  carriersOf(plan).slow.get(manager) ?? new Set()

function carriersOf(plan: Plan): Carriers {
  const before = known.get(plan)
  if (before !== undefined) return before
  const made = workOut(plan)
  known.set(plan, made)
  return made
}

function workOut(plan: Plan): Carriers {
  const managed = plan.fleet.clusters.filter(
    ({ name, eksAnywhere }) => eksAnywhere?.managementCluster !== undefined && eksAnywhere.managementCluster !== name,
  )
  const clusters = new Map<string, string>()
  const packages = new Map<string, string>()
  const slow = new Map<string, Set<string>>()
  if (managed.length === 0 || plan.fleet.gitops === undefined) return { clusters, packages, slow }
  const repository = repositoryOf(plan, bundlesOf(plan))
  const siteOf = new Map<string, string>()
  for (const { name, cluster } of plan.fleet.sites)
    if (cluster !== undefined && !siteOf.has(cluster)) siteOf.set(cluster, name)
  const byRow = new Map(managed.map((it) => [`${it.class} ${it.at ?? siteOf.get(it.name)}`, it.name]))
  const declared = new Map(
    managed.flatMap(({ name }) => [`${name}-cluster`, `${name}-packages`].map((it) => [it, name] as const)),
  )
  for (const manager of new Set(managed.map(({ eksAnywhere }) => eksAnywhere?.managementCluster ?? '')))
    for (const placed of repository.targetsOn(manager)) {
      const { bundle, target } = placed
      const isCluster = bundle.layer === 'clusters'
      if (!isCluster && !(topFolder(bundle) === 'packages' && bundle.needs.length > 0)) continue
      const name = repository.kustomizationName(placed)
      const others = slow.get(manager) ?? new Set()
      slow.set(manager, others.add(name))
      const of = target.class === undefined ? declared.get(bundle.name) : byRow.get(`${target.class} ${target.site}`)
      if (of !== undefined) (isCluster ? clusters : packages).set(of, name)
    }
  return { clusters, packages, slow }
}

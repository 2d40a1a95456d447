// Namespaces. One that a single copy lies in comes with it. One that several share belongs to none of them: two that apply the same
// Namespace would take it from each other at every reconciliation, the first to be pruned would take the rest along, and a copy that waited
// for the other to be healthy would wait for the wrong thing. So those come before the apps, in a bundle of their own.

import type { App, Cluster, Placement } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { fill } from './fields.ts'

export interface Home {
  /** As the manifests of a copy in it have it, else with nothing but its name. */
  readonly object: KubernetesObject
  /** Several apps lie in it. */
  readonly shared: boolean
  /** In the order of the fleet: where one app is placed in it twice, the first copy brings it. */
  readonly copies: readonly Placement[]
}

export type Homes = (placement: Placement) => Home | undefined

/** They are there before any app, and whoever deletes one takes the cluster along. */
const theirs = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease'])

export function homesOf({ fleet }: Plan, ground: Ground): Homes {
  const made = new Map<string, { readonly apps: Set<App>; readonly copies: Placement[] }>()
  const keyOf = ({ site, federation, namespace }: Placement): string | undefined => {
    const found = ground.find.site(site)
    const cluster = found === undefined ? undefined : ground.clusterAt(found)
    const where = federation ?? cluster?.name
    return where === undefined || theirs.has(namespace)
      ? undefined
      : `${federation === undefined ? 'cluster' : 'federation'} ${where} ${namespace}`
  }
  for (const app of fleet.apps)
    for (const placement of app.placement) {
      const key = keyOf(placement)
      if (key === undefined) continue
      const there = made.get(key)
      there?.apps.add(app)
      there?.copies.push(placement)
      if (there === undefined) made.set(key, { apps: new Set([app]), copies: [placement] })
    }
  const homes = new Map<string, Home>()
  return (placement) => {
    const key = keyOf(placement)
    const there = key === undefined ? undefined : made.get(key)
    if (key === undefined || there === undefined) return undefined
    const known = homes.get(key)
    if (known !== undefined) return known
    const { apps, copies } = there
    const shared = apps.size > 1
    const home = { object: objectOf(placement.namespace, copies, shared), shared, copies }
    homes.set(key, home)
    return home
  }
}

function objectOf(name: string, copies: readonly Placement[], shared: boolean): KubernetesObject {
  const written = copies
    .flatMap(({ manifests }) => manifests)
    .find((manifest) => manifest.kind === 'Namespace' && manifest.name === name)
  const object = (written?.object ?? { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) as KubernetesObject
  // what is in it has other owners: taken out of the repository it stays, until somebody deletes it by name
  return shared
    ? fill(object, ['metadata', 'annotations'], { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' })
    : object
}

/** Shared namespaces of clusters, a bundle for each set of them: clusters that have the same share it. */
export function namespaceBundles({ fleet }: Plan, ground: Ground, homes: Homes): readonly Bundle[] {
  const clusters = new Map<Cluster, Map<string, KubernetesObject>>()
  for (const placement of fleet.apps.flatMap((app) => app.placement)) {
    const site = ground.find.site(placement.site)
    const cluster = site === undefined ? undefined : ground.clusterAt(site)
    const home = cluster === undefined ? undefined : homes(placement)
    if (cluster === undefined || home?.shared !== true) continue
    const there = clusters.get(cluster) ?? new Map()
    clusters.set(cluster, there.set(placement.namespace, home.object))
  }
  const sets = new Map<string, { readonly objects: readonly KubernetesObject[]; readonly on: Cluster[] }>()
  for (const [cluster, there] of clusters) {
    const objects = [...there.values()]
    const key = JSON.stringify(objects)
    const set = sets.get(key)
    if (set === undefined) sets.set(key, { objects, on: [cluster] })
    else set.on.push(cluster)
  }
  return [...sets.values()].map(({ objects, on }, index) => ({
    name: index === 0 ? 'namespaces' : `namespaces-${on[0]?.name}`,
    layer: 'infrastructure',
    base: objects.map((object) => ({ file: `${object.metadata.name}.yaml`, objects: [object] })),
    overlays: [],
    targets: on.map(({ name, class: ofClass }) => ({
      cluster: name,
      ...(ofClass !== undefined && { class: ofClass }),
      values: {},
    })),
    needs: [],
  }))
}

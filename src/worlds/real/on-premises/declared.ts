// The declaration of a workload cluster on its management cluster: applied where no Flux does it, and held against what is there, by an apply
// without effect: what EKS Anywhere fills in by itself is filled in there too, and what its webhook refuses is refused.

import type { KubernetesObject } from '../../../artefacts/artefact.ts'
import { withoutLicence } from '../../../artefacts/eks-anywhere/bundles.ts'
import { documentsOf } from '../../../artefacts/eks-anywhere/documents.ts'
import type { View } from '../../../artefacts/eks-anywhere/view.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { differencesOf } from '../drift/objects.ts'
import type { Told } from '../work.ts'
import type { Floor } from './heard.ts'
import { persist } from './heard.ts'
import { foreign, isOurs, marked } from './ownership.ts'

/** What the Cluster names before the Cluster. A licence token is a secret, and in none of them. */
export function declaredBy(view: View): readonly KubernetesObject[] {
  const all = documentsOf(withoutLicence(view))
  return [...all.filter(({ kind }) => kind !== 'Cluster'), ...all.filter(({ kind }) => kind === 'Cluster')]
}

/** Whether anything was other than it should be. Nothing of it is applied where one of the objects is somebody else's. */
export async function applyDeclared(floor: Floor, told: Told, view: View, client: KubeClient): Promise<boolean> {
  const { plan } = floor.ground
  const { name, manager } = view
  const objects = declaredBy(view).map((it) => marked(plan, it))
  const asked = <T>(what: string, ask: () => Promise<T>): Promise<T> => persist(floor, told, manager, what, ask)
  const before = new Map<KubeObject, KubeObject | undefined>()
  for (const object of objects) {
    const there = await asked(`${manager} says whether the ${object.kind} ${object.metadata.name} is there`, async () =>
      client.get(await client.pathOf(object)),
    )
    if (there !== undefined && !isOurs(plan, name, there)) throw foreign(plan, manager, there)
    before.set(object, there)
  }
  let changed = false
  for (const object of objects) {
    const is = await asked(`${manager} takes the ${object.kind} ${object.metadata.name}`, () => client.apply(object))
    if (before.get(object)?.metadata.resourceVersion !== is.metadata.resourceVersion) changed = true
  }
  return changed
}

/** Undefined: what is there is what this plan declares. */
export async function firstDifference(
  floor: Floor,
  told: Told,
  view: View,
  client: KubeClient,
): Promise<string | undefined> {
  const { manager } = view
  for (const object of declaredBy(view) as readonly unknown[] as readonly KubeObject[]) {
    const what = `${object.kind} ${object.metadata.name}`
    const [there, tried] = await persist(floor, told, manager, `the ${what} becomes as it is declared`, async () => {
      const found = await client.get(await client.pathOf(object))
      return [found, found === undefined ? undefined : await client.tried(object)] as const
    })
    if (there === undefined) return `${what} is not there`
    const [first] = differencesOf(tried?.spec, there.spec)
    if (first !== undefined) return `${what}: spec.${first.path} is ${first.there}, and ${first.declared} in this plan`
  }
  return undefined
}

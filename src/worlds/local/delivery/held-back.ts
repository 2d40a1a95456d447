// Members on which a policy holds new versions back: they keep what they have, and at first they have nothing. So the first version goes
// there before it is held back, as an operator would do it.

import { itemsAt, put } from '../../../artefacts/workloads/fields.ts'
import type { Owner } from '../engine.ts'
import type { KubeClient, KubeObject } from '../kube/client.ts'
import type { Copy } from './placed.ts'

/** The objects without the suspensions in whose way a first version is; undefined where none is. */
export async function withoutHolding(
  client: (owner: Owner) => KubeClient,
  objects: readonly KubeObject[],
  copies: readonly Copy[],
): Promise<readonly KubeObject[] | undefined> {
  const holding = objects.filter((object) => heldBack(object).length > 0)
  const empty = new Set<Copy>()
  for (const copy of holding.length === 0 ? [] : copies)
    if ((await client({ kind: 'cluster', name: copy.cluster }).get(copy.path)) === undefined) empty.add(copy)
  const freed = new Set(holding.filter((policy) => [...empty].some((copy) => holdsBack(policy, copy))))
  if (freed.size === 0) return undefined
  return objects.map((object) => (freed.has(object) ? put(object, ['spec', 'suspension'], undefined) : object))
}

const heldBack = (policy: KubeObject): readonly unknown[] =>
  itemsAt(policy, 'spec', 'suspension', 'dispatchingOnClusters', 'clusterNames')

function holdsBack(policy: KubeObject, { cluster, path }: Copy): boolean {
  const selected = itemsAt(policy, 'spec', 'resourceSelectors') as readonly { kind: string; name: string }[]
  return (
    heldBack(policy).includes(cluster) &&
    path.includes(`/namespaces/${policy.metadata.namespace}/`) &&
    selected.some(({ kind, name }) => path.endsWith(`/${kind.toLowerCase()}s/${name}`))
  )
}

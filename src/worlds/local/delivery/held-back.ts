// Members on which a policy holds new versions back: they keep what they have, and at first they have nothing. So the first version goes
// there before it is held back, as an operator would do it.

import { itemsAt, put } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
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

/** What a policy selects and a member of `copies` still lacks, whose suspension would keep it away for ever; undefined: nothing. */
export async function notPlacedYet(
  client: (owner: Owner) => KubeClient,
  objects: readonly KubeObject[],
  copies: readonly Copy[],
): Promise<string | undefined> {
  const running = new Set(copies.map(({ cluster }) => cluster))
  for (const policy of objects)
    for (const cluster of heldBack(policy) as readonly string[]) {
      if (!running.has(cluster)) continue
      const member = client({ kind: 'cluster', name: cluster })
      for (const { apiVersion, kind, name } of selectedBy(policy)) {
        const metadata = { name, namespace: policy.metadata.namespace ?? 'default' }
        const found = await member.get(await member.pathOf({ apiVersion, kind, metadata }))
        if (found === undefined) return `${kind} ${name} is not on ${cluster} yet`
      }
    }
  return undefined
}

const selectedBy = (policy: KubeObject) =>
  itemsAt(policy, 'spec', 'resourceSelectors') as readonly {
    readonly apiVersion: string
    readonly kind: string
    readonly name: string
  }[]

const heldBack = (policy: KubeObject): readonly unknown[] =>
  itemsAt(policy, 'spec', 'suspension', 'dispatchingOnClusters', 'clusterNames')

function holdsBack(policy: KubeObject, { cluster, path }: Copy): boolean {
  return (
    heldBack(policy).includes(cluster) &&
    path.includes(`/namespaces/${policy.metadata.namespace}/`) &&
    selectedBy(policy).some(({ kind, name }) => path.endsWith(`/${kind.toLowerCase()}s/${name}`))
  )
}

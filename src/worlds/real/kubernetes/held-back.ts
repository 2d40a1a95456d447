// Members on which a policy holds new versions back: they keep what they have, and at first they have nothing. So the first version goes
// there before it is held back, as an operator would do it; without it, nothing would ever come there.

import { at, itemsAt, put } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Told } from '../work.ts'
import type { Kube } from './asking.ts'
import { awaited, unfinished } from './asking.ts'

export interface Holding {
  /** With the suspensions lifted in whose way a first version is; undefined where none is. */
  readonly first: readonly KubeObject[] | undefined
  /** As declared, but for members that have not joined yet: they get theirs when they do, and are held back by the next run. */
  readonly lasting: readonly KubeObject[]
}

/** `client`: of Karmada. */
export async function holdingOf(kube: Kube, client: KubeClient, objects: readonly KubeObject[]): Promise<Holding> {
  const holding = objects.filter((object) => heldBack(object).length > 0)
  if (holding.length === 0) return { first: undefined, lasting: objects }
  const joined = await readiness(client)
  const early = holding.filter((policy) => heldBack(policy).some((name) => !joined.has(name)))
  const lasting = lifted(objects, early)
  const lacking: KubeObject[] = []
  for (const policy of holding)
    if (!early.includes(policy) && (await lackingOn(kube, policy, joined)).length > 0) lacking.push(policy)
  return { first: lacking.length === 0 ? undefined : lifted(lasting, lacking), lasting }
}

const lifted = (objects: readonly KubeObject[], policies: readonly KubeObject[]): readonly KubeObject[] =>
  objects.map((object) => (policies.includes(object) ? put(object, ['spec', 'suspension'], undefined) : object))

/** Until each of those members has what the policies select. */
export const untilPlaced = (
  kube: Kube,
  told: Told,
  federation: string,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<unknown> =>
  awaited(
    kube,
    told,
    {
      what: `members of ${federation} that hold new versions back have a first one`,
      seconds: kube.patience.availableSeconds,
      next: 'skerry status --on real says what the member is; then run this again: it is held back when it is there',
    },
    async () => {
      const joined = await readiness(client)
      for (const policy of objects) {
        const [lacks] = await lackingOn(kube, policy, joined)
        if (lacks !== undefined) return unfinished(lacks)
      }
      return true
    },
  )

/** Members that have joined, and whether Karmada reaches them. */
async function readiness(client: KubeClient): Promise<ReadonlyMap<string, boolean>> {
  const { items = [] } =
    (await client.get<{ readonly items?: readonly KubeObject[] }>('/apis/cluster.karmada.io/v1alpha1/clusters')) ?? {}
  return new Map(
    items.map((cluster) => {
      const ready = itemsAt(cluster, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
      return [cluster.metadata.name, at(ready, 'status') === 'True'] as const
    }),
  )
}

/** What a policy selects and a member that it holds back, and that Karmada reaches, has not. */
async function lackingOn(
  { ground }: Kube,
  policy: KubeObject,
  joined: ReadonlyMap<string, boolean>,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const name of heldBack(policy)) {
    const member = joined.get(name) === true ? await ground.api({ kind: 'cluster', name }) : undefined
    if (member === undefined) continue
    for (const { apiVersion, kind, name: object } of selectedBy(policy)) {
      const metadata = { name: object, namespace: policy.metadata.namespace ?? 'default' }
      const there = await member.get(await member.pathOf({ apiVersion, kind, metadata }))
      if (there === undefined) missing.push(`${kind} ${object} is not on ${name} yet`)
    }
  }
  return missing
}

const selectedBy = (policy: KubeObject) =>
  itemsAt(policy, 'spec', 'resourceSelectors') as readonly {
    readonly apiVersion: string
    readonly kind: string
    readonly name: string
  }[]

const heldBack = (policy: KubeObject): readonly string[] =>
  itemsAt(policy, 'spec', 'suspension', 'dispatchingOnClusters', 'clusterNames').map(String)

// Clusters on premises, taken away: what a management cluster made is deleted there, and gone when its machines are; what an admin machine
// made, a person takes away on it. Only what is ours is deleted.

import type { Planned } from '../../../artefacts/eks-anywhere/view.ts'
import { clusterDeletion } from '../../../artefacts/runbook/clusters.ts'
import type { Step } from '../../../model/plan.ts'
import { listed } from '../../../model/words.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Outcome, Told, Work } from '../work.ts'
import { isPaused } from './conditions.ts'
import { declaredBy } from './declared.ts'
import type { Floor } from './heard.ts'
import { persist, refusal, unlessSilent } from './heard.ts'
import { foreign, isOurs } from './ownership.ts'
import { noKubeconfig, reached } from './reached.ts'
import { clustersPath } from './roster.ts'

export const deletionId = (cluster: string): string => `withdraw/cluster/${cluster}`

export function workloadDeletion(floor: Floor, one: Planned, needs: readonly string[]): Work {
  const { cluster, view } = one
  const { name, manager } = view
  return {
    id: deletionId(name),
    title: `Delete the cluster ${name} by ${manager}, and wait until its machines are gone`,
    steps: [`undo/cluster.create/${name}`],
    needs,
    at: cluster.at ?? name,
    run: (told) =>
      unlessSilent(manager, async () => {
        const client = (await reached(floor, manager)) ?? noKubeconfig(manager)
        if ('kind' in client) return { ...client, commands: [...client.commands, ...byHand(floor, name)] }
        return remove(floor, one, client, told)
      }),
  }
}

async function remove(floor: Floor, { view }: Planned, client: KubeClient, told: Told): Promise<Outcome> {
  const { ground, patience } = floor
  const { plan } = ground
  const { name, manager } = view
  const path = `${clustersPath}/${name}`
  const ask = <T>(what: string, run: () => Promise<T>): Promise<T> => persist(floor, told, manager, what, run)
  let changed = false
  const began = ground.now().getTime()
  for (;;) {
    const there = await ask(`${name} is looked for`, () => client.get(path))
    if (there === undefined) break
    if (!isOurs(plan, name, there)) throw foreign(plan, manager, there)
    if (isPaused(there))
      return {
        kind: 'person',
        what: `${name} is paused: its controller deletes nothing until somebody goes on with it`,
        commands: [
          `kubectl --context ${manager} annotate clusters.anywhere.eks.amazonaws.com ${name} anywhere.eks.amazonaws.com/paused-`,
        ],
      }
    if (there.metadata.deletionTimestamp === undefined) await ask(`${name} is deleted`, () => client.delete(path))
    changed = true
    const seen = goingWords(there)
    told.observe(seen)
    if (ground.now().getTime() - began >= patience.goneSeconds * 1000)
      throw refusal(
        `${name} is not gone after ${Math.round(patience.goneSeconds / 60)} minutes`,
        `kubectl --context ${manager} --namespace eksa-system get machines --selector cluster.x-k8s.io/cluster-name=${name} shows which machines are left, and its controllers why; then run this again`,
        [seen],
      )
    await ground.pause(patience.everySeconds * 1000, told.signal)
  }
  // the controller owns what a Cluster names once it has looked at it; of one that it never took up they would stay
  for (const object of declaredBy(view) as readonly unknown[] as readonly KubeObject[]) {
    if (object.kind === 'Cluster') continue
    const what = `the ${object.kind} ${object.metadata.name} is deleted`
    const gone = await ask(what, async () => {
      const of = await client.pathOf(object)
      const there = await client.get(of)
      if (there === undefined || !isOurs(plan, name, there)) return false
      if (there.metadata.deletionTimestamp === undefined) await client.delete(of)
      return true
    })
    if (gone) changed = true
  }
  return { kind: 'done', changed }
}

function goingWords({ metadata }: KubeObject): string {
  const finalizers = (metadata.finalizers ?? []) as readonly string[]
  return `${metadata.name} is being deleted${finalizers.length === 0 ? '' : `, held by ${listed([...finalizers])}`}`
}

/** A self-made cluster cannot delete itself: its controller refuses that, and so it is done from outside of it. */
export function selfMadeDeletion(floor: Floor, { cluster, view }: Planned, needs: readonly string[]): Work {
  const { name } = view
  return {
    id: deletionId(name),
    title: `See that ${name} is gone, which its admin machine deletes`,
    steps: [`undo/cluster.create/${name}`],
    needs,
    at: cluster.at ?? name,
    run: async () => {
      const client = await reached(floor, name)
      if (client === undefined) return { kind: 'done', changed: false }
      return {
        kind: 'person',
        what: `delete ${name} on its admin machine, and take its context out of the kubeconfig`,
        commands: [...byHand(floor, name), `kubectl config delete-context ${name}`],
      }
    },
  }
}

function byHand({ ground: { plan } }: Floor, cluster: string): readonly string[] {
  const step: Step | undefined = plan.steps.find(({ id }) => id === `cluster.create/${cluster}`)
  return step === undefined ? [] : clusterDeletion(cluster, step, plan)
}

// Curated packages of a workload cluster: the Flux of its management cluster brings them there once the cluster is made, and the controller of
// packages installs them. They are waited for after their cluster, and hold up nothing but themselves.

import type { Planned } from '../../../artefacts/eks-anywhere/view.ts'
import { fluxNamespace } from '../../../artefacts/flux/objects.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { conditionOf, isTrue } from '../kubernetes/ready.ts'
import type { Work } from '../work.ts'
import { packagesOf } from './carriers.ts'
import type { Floor } from './heard.ts'
import { persist, refusal, unlessSilent } from './heard.ts'
import { noKubeconfig, reached } from './reached.ts'

export function packagesWork(floor: Floor, { cluster, view }: Planned): readonly Work[] {
  const { ground, patience } = floor
  const { name, manager } = view
  const carrier = packagesOf(ground.plan, name)
  if (carrier === undefined) return []
  const path = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${fluxNamespace}/kustomizations/${carrier}`
  const work: Work = {
    id: `packages/${name}`,
    title: `Wait until the curated packages of ${name} are installed`,
    steps: ground.plan.steps
      .filter(
        ({ kind, subject, intent }) => kind === 'addon' && subject.cluster === name && intent.package !== undefined,
      )
      .map(({ id }) => id),
    needs: [`cluster/${name}`],
    at: cluster.at ?? name,
    run: (told) =>
      unlessSilent(manager, async () => {
        const client = (await reached(floor, manager)) ?? noKubeconfig(manager)
        if ('kind' in client) return client
        const began = ground.now().getTime()
        for (let looks = 1; ; looks += 1) {
          const there = await persist(floor, told, manager, 'Flux is asked', () => client.get(path))
          const observed = Number(at(there, 'status', 'observedGeneration') ?? 0)
          const isSeen = observed === Number(at(there, 'metadata', 'generation') ?? 0)
          if (isSeen && isTrue(there, 'Ready')) return { kind: 'done', changed: looks > 1 }
          const seen = `${carrier}: ${String(at(conditionOf(there, 'Ready'), 'message') ?? 'not there yet')}`
          told.observe(seen)
          if (ground.now().getTime() - began >= patience.broughtSeconds * 1000)
            throw refusal(
              `the packages of ${name} are not installed`,
              `kubectl --context ${manager} --namespace eksa-packages-${name} get packages says which is not, and why; then run this again`,
              [seen],
            )
          await ground.pause(patience.everySeconds * 1000, told.signal)
        }
      }),
  }
  return [work]
}

// The machines of a cluster on bare metal, as its management cluster knows them: without them it would wait for machines that nobody listed.

import { hardwareGroup } from '../../../artefacts/eks-anywhere/providers.ts'
import type { View } from '../../../artefacts/eks-anywhere/view.ts'
import { hardwareCommands } from '../../../artefacts/runbook/clusters.ts'
import type { Plan } from '../../../model/plan.ts'
import { hardwareLabel } from '../../../places/on-premises/groups.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Outcome } from '../work.ts'

/** Of Tinkerbell, in the namespace where `eksctl anywhere generate hardware` puts them. */
const hardwarePath = '/apis/tinkerbell.org/v1alpha1/namespaces/eksa-system/hardware'

/** What a person does where machines are missing; undefined where all are listed. */
export async function missingHardware(plan: Plan, view: View, client: KubeClient): Promise<Outcome | undefined> {
  if (view.spec.provider !== 'bareMetal') return undefined
  const short: string[] = []
  for (const { name, replicas } of [view.controlPlane, ...view.workers]) {
    const group = hardwareGroup(view.name, name)
    const found = await client.get<{ readonly items: readonly unknown[] }>(
      `${hardwarePath}?labelSelector=${encodeURIComponent(`${hardwareLabel}=${group}`)}`,
    )
    const count = found?.items.length ?? 0
    if (count < replicas) short.push(`${count} of ${replicas} with the label ${hardwareLabel}=${group}`)
  }
  if (short.length === 0) return undefined
  return {
    kind: 'person',
    what: `make the machines of ${view.name} known to ${view.manager}, from its admin machine (${short.join(', ')}): their passwords are nowhere in Git`,
    commands: hardwareCommands(view.name, view.manager, plan),
  }
}

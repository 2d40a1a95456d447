// What it takes for Karmada to move replicas off a lost member: four switches in three places, none of them on as it is installed, and a
// taint that comes and goes. The way back is no switch: nothing moves back by itself, so it is told as a recipe.
// Source: Karmada v1.18.2, pkg/features/features.go, cmd/controller-manager/app/options/cluster_failover.go,
// cmd/webhook/app/options/options.go, pkg/controllers/taint/clustertaintpolicy_controller.go.

import { durationText } from '../model/duration.ts'
import type { Federation } from '../model/fleet.ts'
import type { IntentValue } from '../model/plan.ts'
import { intentValue } from './draft.ts'
import { lostTaint } from './karmada.ts'

type Failover = NonNullable<Federation['failover']>

interface Switch {
  readonly name: string
  readonly component: string
  /** As it is set; undefined for what is an object and no flag. */
  readonly flag?: string
  readonly on: boolean
}

export function switchesOf(failover: Failover): readonly Switch[] {
  return [
    {
      name: 'featureGate',
      component: 'karmada-controller-manager',
      flag: `--feature-gates=Failover=${failover.featureGate}`,
      on: failover.featureGate,
    },
    {
      name: 'noExecuteEviction',
      component: 'karmada-controller-manager',
      flag: `--enable-no-execute-taint-eviction=${failover.noExecuteEviction}`,
      on: failover.noExecuteEviction,
    },
    {
      name: 'noExecutePolicyAllowed',
      component: 'karmada-webhook',
      flag: `--allow-no-execute-taint-policy=${failover.noExecutePolicyAllowed}`,
      on: failover.noExecutePolicyAllowed,
    },
    { name: 'taintPolicy', component: 'ClusterTaintPolicy/skerry-failover', on: failover.taintPolicy },
  ]
}

/** What follows from the declaration, for the step that starts Karmada. */
export function failoverOf({ failover }: Federation): IntentValue {
  if (failover === undefined) return { on: false }
  const switches = switchesOf(failover)
  return intentValue({
    on: switches.every(({ on }) => on),
    afterSeconds: failover.after,
    purge: failover.purge,
    switches,
    taintPolicy: failover.taintPolicy ? taintPolicy : null,
    failback: failover.failback === 'none' ? { by: 'nobody' } : { by: 'a person', recipe: failbackRecipe },
  })
}

export function failoverWords({ failover }: Federation): string {
  if (failover === undefined) return 'nothing moves when a member is lost'
  const off = switchesOf(failover).filter(({ on }) => !on)
  return off.length === 0
    ? `replicas move ${failover.after === 0 ? 'at once' : `${durationText(failover.after)} after`} a member counts as lost`
    : `replicas do not move: ${off.map(({ name }) => name).join(', ')} ${off.length === 1 ? 'is' : 'are'} off`
}

/** Without the conditions of removal the taint would stay for ever, also on a member that is well again. */
const taintPolicy = {
  name: 'skerry-failover',
  addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
  removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
  taints: [{ key: lostTaint, effect: 'NoExecute' }],
}

/** Make before break: the copy that stood in stays until the first is healthy again. */
export const failbackRecipe: readonly string[] = [
  'wait until the member that was lost is Ready and carries no taint',
  'suspend scheduling on the binding (spec.suspension.scheduling: true)',
  'rename the groups in the policy, or name the first member again: a group that was left is never tried again under its old name',
  'in one patch of the binding lift the suspension, empty its clusters, and add a graceful eviction task for the member that stood in',
  'watch: the first member runs all replicas before the other one gives up its own',
]

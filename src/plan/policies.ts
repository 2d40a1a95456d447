// The objects that carry a federated copy: the policy that says where, the overrides that say what is different there, and what is
// suspended meanwhile. As Karmada's API has them, so that what is planned is what will be applied.

import type { Federation, Placement } from '../model/fleet.ts'
import type { IntentValue } from '../model/plan.ts'
import { intentValue } from './draft.ts'
import { policyOf } from './karmada.ts'

interface Policies {
  readonly propagation: IntentValue
  readonly overrides: readonly IntentValue[]
  /** Of the template itself. */
  readonly labels: Readonly<Record<string, string>>
}

export function policiesOf(name: string, federation: Federation, placement: Placement): Policies {
  const { overrides = [], suspendedOn, retainReplicas } = placement
  const failover = failoverOf(federation, placement)
  return {
    propagation: intentValue({
      name,
      kind: 'PropagationPolicy',
      // what the workload refers to goes with it
      propagateDeps: true,
      placement: policyOf(federation, placement),
      ...(failover !== undefined && { failover }),
      ...(suspendedOn !== undefined && {
        suspension: { dispatchingOnClusters: { clusterNames: suspendedOn } },
      }),
    }),
    overrides: overrides.map(({ clusters, ...different }, index) =>
      intentValue({ name: `${name}-${index + 1}`, kind: 'OverridePolicy', clusters, ...different }),
    ),
    labels: retainReplicas === true ? { 'resourcetemplate.karmada.io/retain-replicas': 'true' } : {},
  }
}

type Purge = NonNullable<Placement['purge']>

const modes = { gracefully: 'Gracefully', directly: 'Directly', never: 'Never' } as const satisfies Record<
  Purge,
  string
>

/** Of a lost cluster, and of an app that is unhealthy on one that lives. Of a lost cluster Karmada purges in two ways only. */
function failoverOf({ failover }: Federation, { purge = failover?.purge, failover: own }: Placement) {
  if (failover === undefined) return undefined
  const application = own !== undefined && {
    application: {
      decisionConditions: { tolerationSeconds: own.unhealthyFor },
      purgeMode: modes[own.purge],
      // Karmada wants it said with gracefully, and refuses it with anything else
      ...(own.purge === 'gracefully' && { gracePeriodSeconds: own.gracePeriod ?? 600 }),
    },
  }
  const cluster = purge !== undefined && purge !== 'never' && { cluster: { purgeMode: modes[purge] } }
  return cluster === false && application === false ? undefined : { ...cluster, ...application }
}

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
  const purge = placement.purge ?? federation.failover?.purge
  return {
    propagation: intentValue({
      name,
      kind: 'PropagationPolicy',
      // what the workload refers to goes with it
      propagateDeps: true,
      placement: policyOf(federation, placement),
      ...(federation.failover !== undefined && purge !== undefined && { failover: purging(purge) }),
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

/** Of a lost cluster Karmada purges in two ways; never is a way of an app that is found unhealthy only. */
const purging = (purge: NonNullable<Placement['purge']>) =>
  purge === 'never'
    ? { application: { purgeMode: 'Never' } }
    : { cluster: { purgeMode: purge === 'directly' ? 'Directly' : 'Gracefully' } }

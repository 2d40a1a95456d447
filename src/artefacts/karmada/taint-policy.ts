// The taint by which a lost member gives up its replicas: put on it when it is not Ready and, as important, taken off when it is again.

import type { Federation } from '../../model/fleet.ts'
import { lostTaint } from '../../plan/karmada.ts'
import type { KubernetesObject } from '../artefact.ts'
import { policyApi } from './names.ts'

export const taintPolicy = ({ failover }: Federation): KubernetesObject | undefined =>
  failover?.taintPolicy !== true
    ? undefined
    : {
        apiVersion: policyApi,
        kind: 'ClusterTaintPolicy',
        metadata: { name: 'skerry-failover' },
        spec: {
          addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
          removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
          taints: [{ key: lostTaint, effect: 'NoExecute' }],
        },
      }

// How groups of machines are replaced by newer ones, and grow and shrink.

import type { Hit, Rule } from '../../model/finding.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { hitAt, ofEach } from './clusters.ts'

const upgradeStrategy: Rule = {
  code: 'EAS19',
  severity: 'error',
  title: 'Machines are upgraded in place on bare metal only, and else never without one more or one fewer',
  why: 'EKS Anywhere refuses both: virtual machines are replaced, and a group that may neither grow nor shrink cannot be.',
  sources: [`${source.eksaCluster}, validateCPUpgradeRolloutStrategy and validateMDUpgradeRolloutStrategy`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, upgrade: { strategy: inPlace } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, upgrade: { strategy: rollingUpdate, maxSurge: 1 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { upgrade, provider, singleNode } = one.spec
    if (upgrade === undefined) return []
    const { strategy, maxSurge, maxUnavailable } = upgrade
    if (strategy === 'inPlace')
      return [
        ...(provider === 'bareMetal'
          ? []
          : [hitAt(one, 'upgrade/strategy', `is inPlace, on ${provider}`, 'use rollingUpdate, or leave it out')]),
        ...(maxSurge === undefined && maxUnavailable === undefined
          ? []
          : [
              hitAt(
                one,
                'upgrade',
                'counts machines, where they are upgraded in place',
                'leave maxSurge and maxUnavailable out',
              ),
            ]),
      ]
    return [
      ...(maxSurge === 0 && (maxUnavailable ?? 0) === 0
        ? [
            hitAt(
              one,
              'upgrade',
              'allows neither one machine more nor one fewer',
              'use maxSurge: 1, or maxUnavailable: 1',
            ),
          ]
        : []),
      ...(singleNode && provider === 'bareMetal'
        ? [
            hitAt(
              one,
              'upgrade/strategy',
              'is rollingUpdate, on a single node',
              'use inPlace, or leave it out: there is no second machine to move to',
            ),
          ]
        : []),
    ]
  }),
}

const autoscaled: Rule = {
  code: 'EA035',
  severity: 'error',
  title: 'Bounds of autoscaling hold the count of their pool, and the cluster autoscaler is there for them',
  why: 'EKS Anywhere refuses a count outside its bounds; without the package nobody reads them, and without bounds the package does nothing.',
  sources: [`${source.eksaCluster}, validateAutoscalingConfig`, `${source.EKSA}packages/cluster-autoscaler/addclauto/`],
  seeds: [66],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, packages: [cluster-autoscaler] } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor, replicas: 2, autoscaling: { min: 3, max: 6 } }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, packages: [cluster-autoscaler] } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor, replicas: 3, autoscaling: { min: 3, max: 6 } }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const bounded = one.pools.filter(({ autoscaling }) => autoscaling !== undefined)
    const reads = one.spec.packages.includes('cluster-autoscaler')
    return [
      ...bounded.flatMap(({ origin, replicas, autoscaling }): Hit[] => {
        const { min, max } = autoscaling ?? { min: 0, max: 0 }
        return min <= replicas && replicas <= max
          ? []
          : [
              {
                origin,
                field: 'autoscaling',
                found: `is ${min} to ${max}, with ${replicas} replicas`,
                fix: 'put replicas between the two',
              },
            ]
      }),
      ...(bounded.length > 0 && !reads
        ? [
            hitAt(one, 'packages', 'lack cluster-autoscaler, for the bounds of a pool', 'add cluster-autoscaler', {
              severity: 'warning',
            }),
          ]
        : []),
      ...(bounded.length === 0 && reads
        ? [
            hitAt(
              one,
              'packages',
              'hold cluster-autoscaler, and no pool has bounds',
              'give a pool autoscaling: { min, max }',
              { severity: 'warning' },
            ),
          ]
        : []),
    ]
  }),
}

export const growthRules: readonly Rule[] = [upgradeStrategy, autoscaled]

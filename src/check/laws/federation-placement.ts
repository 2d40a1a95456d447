// Placements on a federation: what Karmada refuses, and what it takes without a word and then does not do.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Fleet, NodePool } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { poolsOpenTo, source } from '../../places/index.ts'
import { allocatable, capacityOf, capacityOfType } from '../capacity.ts'
import type { FederatedPlacement } from '../federation.ts'
import { federatedPlacements, listed } from '../federation.ts'
import { at, listAt } from '../manifest.ts'
import { federated } from './federation-example.ts'

const ofEach =
  (judge: (one: FederatedPlacement, fleet: Fleet) => readonly Hit[]): Rule['check'] =>
  (fleet) =>
    federatedPlacements(fleet).flatMap((one) => judge(one, fleet))

const wellFormed: Rule = {
  code: 'KM008',
  severity: 'error',
  title: 'A placement on a federation names its members, and says one thing about them',
  why: 'Karmada refuses some of it, and quietly finds no cluster for the rest.',
  sources: [`${source.KMD}: pkg/util/validation/validation.go:266-314, pkg/util/selector.go:97-155`],
  example: {
    wrong: federated({ placement: 'division: dynamic, spread: [{ by: region, min: 2, max: 2 }]' }),
    right: federated({
      placement: 'division: dynamic, spread: [{ by: region, min: 2, max: 2 }, { by: cluster, min: 2, max: 2 }]',
    }),
  },
  check: ofEach(({ placement, federation, division }): Hit[] => {
    const { origin } = placement
    const members = new Set(federation.memberClusters)
    const strangers = (field: string, names: readonly string[] = []): Hit[] =>
      names.flatMap((name, index) =>
        members.has(name)
          ? []
          : [
              {
                origin,
                field: field === 'weights' ? `weights/${name}` : `${field}/${index}`,
                found: `is ${name}, no member of ${federation.name}`,
                fix: `name one of ${listed([...members])}`,
              },
            ],
      )
    const spread = placement.spread ?? []
    const swapped = spread.findIndex(({ min, max }) => max !== undefined && max < min)
    return [
      ...strangers('members/clusters', placement.members?.clusters),
      ...(placement.groups ?? []).flatMap(({ clusters }, index) => strangers(`groups/${index}/clusters`, clusters)),
      ...strangers('weights', Object.keys(placement.weights ?? {})),
      ...strangers('suspendedOn', placement.suspendedOn),
      ...(placement.overrides ?? []).flatMap(({ clusters }, index) =>
        strangers(`overrides/${index}/clusters`, clusters),
      ),
      ...(placement.members !== undefined && placement.groups !== undefined
        ? [{ origin, field: 'groups', found: 'are given beside members', fix: 'keep one of the two' }]
        : []),
      ...(placement.weights !== undefined && division !== 'weighted'
        ? [
            {
              origin,
              field: 'division',
              found: `is ${division}, with weights`,
              fix: 'use weighted, or leave weights out',
            },
          ]
        : []),
      ...(spread.length > 0 && !spread.some(({ by }) => by === 'cluster')
        ? [{ origin, field: 'spread', found: 'has no entry by cluster', fix: 'add { by: cluster, min: 1, max: … }' }]
        : []),
      ...(swapped >= 0
        ? [{ origin, field: `spread/${swapped}/max`, found: 'is less than min', fix: 'use max of min or more' }]
        : []),
    ]
  }),
}

const spreadHasMax: Rule = {
  code: 'KM018',
  severity: 'error',
  title: 'A spread says its greatest number',
  why: 'Karmada takes a maxGroups that is left out for 0 and then chooses no cluster at all.',
  sources: [
    `${source.KMD}: pkg/scheduler/core/spreadconstraint/select_clusters_by_cluster.go`,
    'karmada-io/karmada pull request 4617',
  ],
  example: {
    wrong: federated({ placement: 'division: dynamic, spread: [{ by: cluster, min: 1 }]' }),
    right: federated({ placement: 'division: dynamic, spread: [{ by: cluster, min: 1, max: 2 }]' }),
  },
  check: ofEach(({ placement, eligible }): Hit[] =>
    (placement.spread ?? []).flatMap(({ by, max }, index) => {
      if (max !== undefined && max > 0) return []
      const field = max === undefined ? `spread/${index}` : `spread/${index}/max`
      const fix = `add max: ${by === 'cluster' ? Math.max(1, eligible.length) : 'the greatest number that you want'}`
      return [{ origin: placement.origin, field, found: max === undefined ? 'says no max' : 'is 0', fix }]
    }),
  ),
}

const spreadIsSelectedOn: Rule = {
  code: 'KM019',
  severity: 'warning',
  title: 'Spread is by cluster or by Region',
  why: 'Karmada takes zone and provider, and demands only that a member has one: it never chooses by them.',
  sources: [
    `${source.KMD}: pkg/scheduler/core/spreadconstraint/select_clusters.go:28-80`,
    'karmada-io/karmada issues 5355 and 3187',
  ],
  example: {
    wrong: federated({
      placement: 'division: dynamic, spread: [{ by: zone, min: 2, max: 2 }, { by: cluster, min: 1, max: 2 }]',
    }),
    right: federated({
      placement: 'division: dynamic, spread: [{ by: region, min: 2, max: 2 }, { by: cluster, min: 1, max: 2 }]',
    }),
  },
  check: ofEach(({ placement }): Hit[] =>
    (placement.spread ?? []).flatMap(({ by }, index) =>
      by === 'zone' || by === 'provider'
        ? [
            {
              origin: placement.origin,
              field: `spread/${index}/by`,
              found: `is ${by}, by which Karmada does not choose`,
              fix: 'use region, or groups of members that differ by it',
            },
          ]
        : [],
    ),
  ),
}

const spreadIsHeeded: Rule = {
  code: 'KM020',
  severity: 'warning',
  title: 'A placement has fixed weights or a spread, not both',
  why: 'With fixed weights Karmada ignores every spread and gives each member its share.',
  sources: [`${source.KMD}: pkg/scheduler/core/spreadconstraint/select_clusters.go, shouldIgnoreSpreadConstraint`],
  example: {
    wrong: federated({ placement: 'weights: { west: 1, east: 1 }, spread: [{ by: cluster, min: 1, max: 1 }]' }),
    right: federated({ placement: 'weights: { west: 1, east: 1 }' }),
  },
  check: ofEach(({ placement, division }): Hit[] =>
    division === 'weighted' && (placement.spread ?? []).length > 0
      ? [
          {
            origin: placement.origin,
            field: 'spread',
            found: 'is ignored, since the division is weighted',
            fix: 'leave it out, or use division: dynamic or aggregated',
          },
        ]
      : [],
  ),
}

const smallNodes: Rule = {
  code: 'KM021',
  severity: 'error',
  title: 'Members of a dynamic or aggregated division have nodes with a CPU and 4 GiB free',
  why: 'Karmada sorts nodes into grades and counts one with less than a CPU or 4 GiB free as nothing: a t3.medium has 4 GiB less what the kubelet keeps, so that such a member never gets a replica.',
  sources: [
    `${source.KMD}: pkg/modeling/modeling.go:112-145, pkg/apis/cluster/mutation/mutation.go:81`,
    'karmada-io/karmada issue 2843',
  ],
  example: {
    wrong: federated({
      nodes: 't3.medium',
      placement: 'division: dynamic',
      app: ['resources: { cpu: 0.1, memoryGiB: 0.1 }'],
    }),
    right: federated({
      nodes: 't3.large',
      placement: 'division: dynamic',
      app: ['resources: { cpu: 0.1, memoryGiB: 0.1 }'],
    }),
  },
  check: ofEach((one, fleet): Hit[] => {
    const { placement, eligible, division } = one
    if ((division !== 'dynamic' && division !== 'aggregated') || !hasRequests(one)) return []
    const { poolsIn } = lookup(fleet)
    const uncounted = eligible.filter((member) => countsForNothing(member, poolsIn(member.name)))
    if (uncounted.length === 0) return []
    const all = uncounted.length === eligible.length
    return [
      {
        origin: placement.origin,
        field: 'division',
        found: `is ${division}, and ${all ? 'no member counts' : `${listed(uncounted.map(({ name }) => name))} counts for nothing`}`,
        fix: 'use larger nodes such as t3.large, or weights',
        severity: all ? 'error' : 'warning',
      },
    ]
  }),
}

/** Without requests Karmada counts free pods only, whatever the size of the nodes. */
function hasRequests({ app, placement }: FederatedPlacement): boolean {
  if (app.resources?.cpu !== undefined || app.resources?.memoryGiB !== undefined) return true
  return placement.manifests.some(({ object }) =>
    listAt(object, 'spec', 'template', 'spec', 'containers').some(
      (container) => at(container, 'resources', 'requests') !== undefined,
    ),
  )
}

/** Whether every node is of the lowest grade; nothing is claimed of nodes that are not known. */
function countsForNothing({ kind }: Cluster, pools: readonly NodePool[]): boolean {
  if (pools.length === 0) return kind !== 'existing'
  return pools.every(({ replicas, hardware, instanceTypes }) => {
    const whole = hardware ?? capacityOfType(instanceTypes?.[0] ?? '')
    if (replicas === 0) return true
    if (whole === undefined) return false
    const { cpu, memoryGiB } = allocatable(whole)
    return cpu < 1 || memoryGiB < 4
  })
}

const weightsFit: Rule = {
  code: 'KM022',
  severity: 'warning',
  title: 'A member can carry the share that fixed weights give it',
  why: 'Fixed weights look at no capacity: what does not fit is placed all the same, and waits there.',
  sources: [`${source.KMD}: pkg/scheduler/core/division_algorithm.go:38-72`],
  example: {
    wrong: federated({ placement: 'weights: { west: 3, east: 1 }', app: ['resources: { cpu: 2.5 }'] }),
    right: federated({ placement: 'weights: { west: 3, east: 1 }', app: ['resources: { cpu: 1.5 }'] }),
  },
  check: ofEach(({ app, placement, choices, division }, fleet): Hit[] => {
    const { cpu = 0, memoryGiB = 0 } = app.resources ?? {}
    if (division !== 'weighted' || (cpu === 0 && memoryGiB === 0)) return []
    const { poolsIn } = lookup(fleet)
    const weight = (member: Cluster) => (placement.weights === undefined ? 1 : (placement.weights[member.name] ?? 0))
    const over = choices.flatMap((members) => {
      const sum = members.reduce((total, member) => total + weight(member), 0)
      return members.filter((member) => {
        const capacity =
          member.kind === 'existing'
            ? undefined
            : capacityOf(poolsOpenTo(fleet, poolsIn(member.name), placement.manifests))
        // what it gets at least, whichever way the odd replica falls
        const share = sum === 0 ? 0 : Math.floor((placement.replicas * weight(member)) / sum)
        return capacity !== undefined && (share * cpu > capacity.cpu || share * memoryGiB > capacity.memoryGiB)
      })
    })
    return over.length === 0
      ? []
      : [
          {
            origin: placement.origin,
            field: placement.weights === undefined ? 'replicas' : 'weights',
            found: `give ${listed(over.map(({ name }) => name))} more than its nodes hold`,
            fix: 'add nodes there, change the weights, or use division: dynamic',
          },
        ]
  }),
}

const oddReplica: Rule = {
  code: 'KM010',
  severity: 'info',
  title: 'Replicas divide by the weights without a tie',
  why: 'Karmada breaks a tie by the UID of the object, which exists only once it is applied: the plan shows both ways it may fall, and two fleets may differ.',
  sources: [`${source.KMD}: pkg/util/helper/webstermethod.go:57-161 and binding.go:80-183`, source.seedFederation],
  seeds: [80],
  example: {
    wrong: federated({ placement: 'division: weighted' }).replace('replicas: 4', 'replicas: 3'),
    right: federated({ placement: 'division: weighted' }),
  },
  check: ofEach(({ placement, choices, division }): Hit[] => {
    if (division !== 'weighted') return []
    const weight = ({ name }: Cluster) => (placement.weights === undefined ? 1 : (placement.weights[name] ?? 0))
    return choices.some((members) => tieMatters(placement.replicas, members.map(weight)))
      ? [
          {
            origin: placement.origin,
            field: 'replicas',
            found: `is ${placement.replicas}, whose last falls by a tie`,
            fix: 'use a number that the weights divide, where it must be known beforehand',
          },
        ]
      : []
  }),
}

/**
 * Webster's method gives seats in the order of weight/(2·seats+1), of equal ones first to who has fewer. So the tie-break decides
 * something only when the last seat given and the first one not given have the same quotient and stand at the same number of seats.
 * The quotient of the last seat is searched for, so that ten thousand members cost some passes over them.
 */
export function tieMatters(replicas: number, weights: readonly number[]): boolean {
  const positive = weights.filter((weight) => weight > 0)
  const used = positive.length > 0 ? positive : weights.map(() => 1)
  if (used.length < 2 || replicas === 0) return false
  const seatsAbove = (quotient: number, weight: number) => Math.max(0, Math.ceil((weight / quotient - 1) / 2))
  const allAbove = (quotient: number) => used.reduce((sum, weight) => sum + seatsAbove(quotient, weight), 0)
  let high = 2 * used.reduce((most, weight) => Math.max(most, weight), 0)
  let low = high / 2
  while (allAbove(low) < replicas) low /= 2
  while (high - low > low * 1e-10) {
    const middle = (low + high) / 2
    if (allAbove(middle) < replicas) high = middle
    else low = middle
  }
  // a little around it for what floating point rounds away; within it the quotients themselves are compared
  const from = low * (1 - 1e-9)
  const to = high * (1 + 1e-9)
  const given = allAbove(to)
  const near = used.flatMap((weight) => {
    const first = seatsAbove(to, weight)
    const count = seatsAbove(from, weight) - first
    return Array.from({ length: count }, (_, index) => ({
      quotient: weight / (2 * (first + index) + 1),
      before: first + index,
    }))
  })
  const sorted = near.sort((a, b) => b.quotient - a.quotient || a.before - b.before)
  const last = sorted[replicas - given - 1]
  const next = sorted[replicas - given]
  return last !== undefined && next !== undefined && last.quotient === next.quotient && last.before === next.before
}

const satisfiable: Rule = {
  code: 'KM026',
  severity: 'error',
  title: 'Some member of the federation fits every placement',
  why: 'When none fits, Karmada takes the app off every member that has it: one wrong label deletes it everywhere.',
  sources: [`${source.KMD}: pkg/scheduler/scheduler.go:600-615 and 647-668 (FitError empties spec.clusters)`],
  example: {
    wrong: federated({ placement: 'members: { matchLabels: { tier: edge } }' }),
    right: federated({ placement: 'members: { regions: [us-west-2, us-east-1] }' }),
  },
  check: ofEach(({ placement, groups, eligible, federation }): Hit[] => {
    const { origin } = placement
    if (eligible.length === 0)
      return [
        {
          origin,
          field: groups.length > 0 ? 'groups' : 'members',
          found: `fit no member of ${federation.name}`,
          fix: `name members, labels or Regions that ${federation.name} has`,
        },
      ]
    return groups.flatMap((group, index): Hit[] =>
      group.eligible.length > 0
        ? []
        : [
            {
              origin,
              field: `groups/${index}`,
              found: `fits no member of ${federation.name}`,
              fix: 'mend it, or take it out',
              severity: 'warning',
              why: 'An empty group is passed over: where it was meant to take over, nothing does.',
            },
          ],
    )
  }),
}

export const federationPlacementRules: readonly Rule[] = [
  wellFormed,
  spreadHasMax,
  spreadIsSelectedOn,
  spreadIsHeeded,
  smallNodes,
  weightsFit,
  oddReplica,
  satisfiable,
]

// Whether Karmada moves the copies off a lost member, whether it should, and what is then left. Karmada 1.18 moves none by itself:
// four switches are off, and once they are on, whatever does not tolerate the taint is taken off, also where it has nowhere to go.

import { durationText } from '../../model/duration.ts'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { poolsOpenTo, source } from '../../places/index.ts'
import type { Capacity } from '../capacity.ts'
import { capacityOf } from '../capacity.ts'
import type { FederatedPlacement } from '../federation.ts'
import { federatedPlacements, listed, missingSwitches, switches } from '../federation.ts'
import { federated } from './federation-example.ts'

const allSwitches: Rule = {
  code: 'KM015',
  severity: 'error',
  title: 'A federation that fails over has all four switches on',
  why: 'With one of them off Karmada marks a lost member and moves nothing: no copy leaves it, and nothing says so.',
  sources: [
    `${source.KMD}: pkg/features/features.go:162-184, cmd/controller-manager/app/options/cluster_failover.go:50, cmd/webhook/app/options/options.go:96`,
    'karmada-io/karmada issue 6925',
  ],
  seeds: [88],
  example: {
    wrong: federated({ federation: 'failover: { noExecuteEviction: false }', placement: 'division: weighted' }),
    right: federated({ federation: 'failover: { after: 60s }', placement: 'division: weighted' }),
  },
  check: (fleet) =>
    fleet.federations.flatMap(({ failover, origin }): Hit[] =>
      (failover === undefined ? [] : missingSwitches(failover)).map((name) => ({
        origin,
        field: `failover/${name}`,
        found: 'is false, so that nothing is ever moved',
        fix: `leave it out (it is ${switches[name]}), or take failover away`,
      })),
    ),
}

const failoverForObjective: Rule = {
  code: 'KM016',
  severity: 'warning',
  title: 'An app of a federation that must recover is in a federation that fails over',
  why: 'Without failover Karmada leaves the copies of a lost member where they are, and starts none elsewhere, for however long.',
  sources: [`${source.KMD}: docs/CHANGELOG/CHANGELOG-1.14.md, NoExecute taints are no longer added`],
  seeds: [88],
  example: {
    wrong: federated({ placement: 'division: weighted', app: ['objectives: { recoverWithin: 10m }'] }),
    right: federated({
      federation: 'failover: { after: 60s }',
      placement: 'division: weighted',
      app: ['objectives: { recoverWithin: 10m }'],
    }),
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ app, placement, federation, division }): Hit[] => {
      if (federation.failover !== undefined) return []
      const { origin } = placement
      const idle = (['tolerateLoss', 'purge'] as const).find((field) => placement[field] !== undefined)
      if (idle !== undefined)
        return [
          {
            origin,
            field: idle,
            found: 'is said, and the federation has no failover',
            fix: `declare failover for ${federation.name}, or leave it out`,
          },
        ]
      const wanted = app.objectives?.recoverWithin
      return wanted === undefined || division === 'duplicated'
        ? []
        : [
            {
              origin: app.origin,
              field: 'objectives/recoverWithin',
              found: `is ${durationText(wanted)}, and the federation ${federation.name} has no failover`,
              fix: `declare failover: { after: 60s } for ${federation.name}`,
            },
          ]
    }),
}

const purgeGracefully: Rule = {
  code: 'KM017',
  severity: 'warning',
  title: 'What is moved off a lost member is purged gracefully',
  why: 'With directly a member that had none waits until the old copies are deleted, and nothing is deleted on a member that does not answer: the move is stuck until the member is back, or ten minutes are over.',
  sources: [
    `${source.KMD}: pkg/controllers/binding/binding_controller.go:111-125, pkg/controllers/execution/execution_controller.go:166-188, pkg/controllers/gracefuleviction/evictiontask.go:60-90`,
    'a run of Karmada 1.18.2: no copy on the other member 40 s after the decision',
  ],
  seeds: [88],
  example: {
    wrong: federated({ federation: 'failover: { after: 60s, purge: directly }', placement: 'division: weighted' }),
    right: federated({ federation: 'failover: { after: 60s, purge: gracefully }', placement: 'division: weighted' }),
  },
  check: (fleet) => {
    const fix = 'use gracefully; keep directly only where two copies at once are worse than none'
    const never = 'never is for the failover of an app on a member that lives; Karmada refuses it for a lost member.'
    const hits: Hit[] = fleet.federations.flatMap(({ failover, origin }): Hit[] => {
      if (failover === undefined || failover.purge === 'gracefully') return []
      const found = `is ${failover.purge}`
      return [
        {
          origin,
          field: 'failover/purge',
          found,
          fix,
          ...(failover.purge === 'never' ? { severity: 'error' as const, why: never } : {}),
        },
      ]
    })
    for (const { app, placement, federation } of federatedPlacements(fleet)) {
      if (federation.failover === undefined || (placement.purge ?? 'gracefully') === 'gracefully') continue
      const demanded = placement.purge === 'never' || app.objectives?.recoverWithin !== undefined
      hits.push({
        origin: placement.origin,
        field: 'purge',
        found: `is ${placement.purge}`,
        fix,
        severity: demanded ? 'error' : 'warning',
        ...(placement.purge === 'never' ? { why: never } : {}),
      })
    }
    return hits
  },
}

const nowhereToGo: Rule = {
  code: 'KM027',
  severity: 'error',
  title: 'What belongs to one member stays there when the member is lost',
  why: 'The NoExecute taint takes it off the member, no other fits, and Karmada then deletes every copy: the site that went on serving loses the app as soon as it is back.',
  sources: [
    `${source.KMD}: pkg/scheduler/scheduler.go:600-615, pkg/controllers/cluster/taint_manager.go:162-195`,
    'karmada-io/karmada issue 5150',
  ],
  seeds: [88],
  example: {
    wrong: federated({ federation: 'failover: { after: 60s }', placement: 'members: { clusters: [west] }' }),
    right: federated({
      federation: 'failover: { after: 60s }',
      placement: 'members: { clusters: [west] }, tolerateLoss: forever',
    }),
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ placement, division, eligible, evictedAfterSeconds }): Hit[] => {
      if (evictedAfterSeconds === undefined || eligible.length === 0) return []
      const { origin } = placement
      const after = durationText(evictedAfterSeconds)
      if (eligible.length === 1)
        return [
          {
            origin,
            found: `is bound to ${eligible[0]?.name}, and is taken off it ${after} after its loss`,
            fix: 'say tolerateLoss: forever, or let it run on a second member',
          },
        ]
      if (division !== 'duplicated') return []
      return [
        {
          origin,
          found: `is on each of its members, and is taken off a lost one after ${after}`,
          fix: 'say tolerateLoss: forever, where a copy may serve on while Karmada does not see its member',
          severity: 'warning',
          why: 'Every other member has its copy already, so that nothing is moved; but the lost member deletes its own on return and starts it anew.',
        },
      ]
    }),
}

const survivesOneMember: Rule = {
  code: 'KM028',
  severity: 'error',
  title: 'With any one member lost the placement still fits on the others',
  why: 'Karmada leaves things as they are when its rules cannot be met: the copies of the lost member then start nowhere.',
  sources: [`${source.KMD}: pkg/scheduler/core/spreadconstraint, pkg/scheduler/core/assignment.go:213-245`],
  seeds: [88],
  example: {
    wrong: federated({
      federation: 'failover: { after: 60s }',
      placement: 'division: dynamic, spread: [{ by: cluster, min: 2, max: 2 }]',
    }),
    right: federated({
      federation: 'failover: { after: 60s }',
      placement: 'division: dynamic, spread: [{ by: cluster, min: 1, max: 2 }]',
    }),
  },
  check: (fleet) => federatedPlacements(fleet).flatMap((one) => leftWithoutOne(fleet, one)),
}

function leftWithoutOne(fleet: Fleet, one: FederatedPlacement): readonly Hit[] {
  const { app, placement, eligible, division, evictedAfterSeconds } = one
  const { origin } = placement
  const demanded = app.objectives?.recoverWithin !== undefined
  if (eligible.length === 1)
    return demanded
      ? [
          {
            origin,
            found: `may run on ${eligible[0]?.name} alone, and must recover`,
            fix: 'let it run on a second member, or drop recoverWithin',
          },
        ]
      : []
  if (eligible.length === 0 || division === 'duplicated' || evictedAfterSeconds === undefined) return []
  const spread = division === 'weighted' ? [] : (placement.spread ?? [])
  for (const by of ['cluster', 'region'] as const) {
    const asked = spread.find((each) => each.by === by)?.min
    if (asked === undefined && by === 'region') continue
    const least = asked ?? 1
    const leftWithout = countingLeft(one, by)
    const lost = eligible.find((member) => leftWithout(member) < least)
    if (lost === undefined) continue
    const left = leftWithout(lost)
    const what = by === 'cluster' ? (least === 1 ? 'member' : 'members') : least === 1 ? 'Region' : 'Regions'
    return [
      {
        origin,
        field: spread.length > 0 ? 'spread' : 'groups',
        found: `asks for ${least} ${what}, of which ${left} ${left === 1 ? 'is' : 'are'} left when one member is lost`,
        fix: left > 0 ? `use min: ${left}, or add a member` : 'add a member',
      },
    ]
  }
  return tooSmallWithoutOne(fleet, one)
}

/** The most members, or Regions of members, that one choice of Karmada still has without the member. */
function countingLeft({ choices }: FederatedPlacement, by: 'cluster' | 'region'): (lost: Cluster) => number {
  const keyOf = (member: Cluster) => (by === 'cluster' ? member.name : member.region)
  const counts = choices.map((members) => {
    const count = new Map<string, number>()
    for (const key of members.flatMap((member) => keyOf(member) ?? [])) count.set(key, (count.get(key) ?? 0) + 1)
    return { count, members: new Set(members) }
  })
  return (lost) =>
    Math.max(
      0,
      ...counts.map(({ count, members }) => {
        const takenAlong = members.has(lost) && count.get(keyOf(lost) ?? '') === 1
        return count.size - (takenAlong ? 1 : 0)
      }),
    )
}

function tooSmallWithoutOne(
  fleet: Fleet,
  { app, placement, groups, eligible, division }: FederatedPlacement,
): readonly Hit[] {
  const { cpu = 0, memoryGiB = 0 } = app.resources ?? {}
  // groups hold all replicas each, and the next one is there for what the first cannot
  if ((cpu === 0 && memoryGiB === 0) || groups.length > 0) return []
  const { poolsIn } = lookup(fleet)
  const room = new Map<Cluster, number>()
  for (const member of eligible) {
    const capacity = capacityOf(poolsOpenTo(fleet, poolsIn(member.name), placement.manifests))
    if (capacity === undefined || member.kind === 'existing') return []
    room.set(member, fitting(capacity, { cpu, memoryGiB }))
  }
  const all = [...room.values()].reduce((sum, fits) => sum + fits, 0)
  const short = eligible.filter((member) => all - (room.get(member) ?? 0) < placement.replicas)
  if (short.length === 0) return []
  const names = listed(short.map(({ name }) => name))
  return [
    {
      origin: placement.origin,
      field: 'replicas',
      found: `is ${placement.replicas}, more than the others hold when ${names} is lost`,
      fix: 'add nodes to the other members, or run fewer replicas',
      severity: division === 'weighted' ? 'warning' : 'error',
      why:
        division === 'weighted'
          ? 'Fixed weights look at no capacity: the replicas are moved and wait for room.'
          : 'Karmada counts what is free: with too little for all that are missing it moves none of them.',
    },
  ]
}

/** How many replicas fit, at the very best. */
function fitting({ cpu, memoryGiB }: Capacity, asked: Capacity): number {
  return Math.floor(
    Math.min(
      asked.cpu === 0 ? Number.POSITIVE_INFINITY : cpu / asked.cpu,
      asked.memoryGiB === 0 ? Number.POSITIVE_INFINITY : memoryGiB / asked.memoryGiB,
    ),
  )
}

export const federationFailoverRules: readonly Rule[] = [
  allSwitches,
  failoverForObjective,
  purgeGracefully,
  nowhereToGo,
  survivesOneMember,
]

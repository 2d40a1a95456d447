// What the laws of federations look at: each placement on a federation with the members that it may use, as Karmada filters them, and
// whether a lost member's copies are moved at all. Worked out once per fleet.

import type { App, Cluster, Federation, Fleet, Placement } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'

export interface FederatedPlacement {
  readonly app: App
  readonly placement: Placement
  readonly federation: Federation
  /** Members that the placement may use, in the order of the federation. */
  readonly eligible: readonly Cluster[]
  /** The ordered groups, each with its members. */
  readonly groups: readonly { readonly name: string; readonly eligible: readonly Cluster[] }[]
  /** What Karmada schedules over at a time: each group with a member, or all that are eligible. */
  readonly choices: readonly (readonly Cluster[])[]
  readonly division: NonNullable<Placement['division']>
  /** Seconds for which copies stay on a lost member; undefined where nothing ever moves them. */
  readonly evictedAfterSeconds: number | undefined
}

const made = new WeakMap<Fleet, readonly FederatedPlacement[]>()

export function federatedPlacements(fleet: Fleet): readonly FederatedPlacement[] {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const fresh = workOut(fleet)
  made.set(fleet, fresh)
  return fresh
}

function workOut(fleet: Fleet): readonly FederatedPlacement[] {
  const federationNamed = new Map(fleet.federations.map((federation) => [federation.name, federation]))
  const members = new Map(fleet.federations.map((federation) => [federation.name, membersOf(fleet, federation)]))
  return fleet.apps.flatMap((app) =>
    app.placement.flatMap((placement): FederatedPlacement[] => {
      const federation = federationNamed.get(placement.federation ?? '')
      if (federation === undefined) return []
      const all = members.get(federation.name) ?? []
      const groups = (placement.groups ?? []).map((group) => ({ name: group.name, eligible: choose(all, group) }))
      const within = new Set(groups.flatMap((group) => group.eligible))
      const eligible =
        groups.length > 0 ? all.filter((member) => within.has(member)) : choose(all, placement.members ?? {})
      return [
        {
          app,
          placement,
          federation,
          eligible,
          choices:
            groups.length > 0 ? groups.map((group) => group.eligible).filter((own) => own.length > 0) : [eligible],
          groups,
          division: placement.division ?? (placement.weights === undefined ? 'duplicated' : 'weighted'),
          evictedAfterSeconds: evictedAfter(federation, placement),
        },
      ]
    }),
  )
}

export function membersOf(fleet: Fleet, federation: Federation): readonly Cluster[] {
  const { cluster } = lookup(fleet)
  return [...new Set(federation.memberClusters)].flatMap((name) => cluster(name) ?? [])
}

type Choice = NonNullable<Placement['members']>

/** Everything that is given must match, as in Karmada's cluster affinity. */
function choose(members: readonly Cluster[], { clusters, matchLabels, regions, exclude }: Choice): readonly Cluster[] {
  const listed = clusters === undefined ? undefined : new Set(clusters)
  const excluded = new Set(exclude)
  return members.filter(
    (member) =>
      listed?.has(member.name) !== false &&
      !excluded.has(member.name) &&
      (regions === undefined || (member.region !== undefined && regions.includes(member.region))) &&
      Object.entries(matchLabels ?? {}).every(
        ([key, value]) => Object.hasOwn(member.labels, key) && member.labels[key] === value,
      ),
  )
}

function evictedAfter({ failover }: Federation, { tolerateLoss }: Placement): number | undefined {
  if (failover === undefined || missingSwitches(failover).length > 0 || tolerateLoss === 'forever') return undefined
  return tolerateLoss ?? failover.after
}

/** The four things that must be on before Karmada takes anything off a lost member; all are off by default in Karmada itself. */
export const switches = {
  featureGate: 'the feature gate Failover',
  noExecuteEviction: '--enable-no-execute-taint-eviction',
  noExecutePolicyAllowed: '--allow-no-execute-taint-policy of the webhook',
  taintPolicy: 'the ClusterTaintPolicy that taints a lost member',
} as const

export type Switch = keyof typeof switches

export const missingSwitches = (failover: NonNullable<Federation['failover']>): readonly Switch[] =>
  (Object.keys(switches) as Switch[]).filter((name) => !failover[name])

/** "east, west and 3 more". */
export function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

// The members of a federation that may ever hold a copy: those among which Karmada chooses, now or when others are lost.

import type { Cluster, Placement } from '../../model/fleet.ts'

export function mayHold(
  { members, groups, weights, division }: Placement,
  member: Pick<Cluster, 'name' | 'labels'>,
  region: string | undefined,
): boolean {
  const choices = groups ?? (members === undefined ? undefined : [members])
  if (choices !== undefined && !choices.some((choice) => matches(choice, member, region))) return false
  // weights leave out whom they do not name, unless nobody in the group has one: then all count as 1
  if (weights === undefined || (division ?? 'weighted') !== 'weighted' || groups !== undefined) return true
  return Object.values(weights).every((weight) => weight === 0) || (weights[member.name] ?? 0) > 0
}

type Choice = NonNullable<Placement['members']>

const matches = (
  { clusters, matchLabels, regions, exclude }: Choice,
  { name, labels }: Pick<Cluster, 'name' | 'labels'>,
  region: string | undefined,
): boolean =>
  exclude?.includes(name) !== true &&
  (clusters === undefined || clusters.length === 0 || clusters.includes(name)) &&
  Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (regions === undefined || (region !== undefined && regions.includes(region)))

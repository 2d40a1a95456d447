// What a run takes for granted, in sentences for the reader of its timeline.

import { imageAssumption } from './images.ts'
import type { World } from './state.ts'

export function assumptionsText(world: World): readonly string[] {
  const { assume } = world
  const lines = [
    ...[...new Set([...world.clusters.values()].map((cluster) => cluster.lifecycle))].map(
      ({ profile, note, source }) => `node lifecycle ${profile}: ${note} (${source})`,
    ),
    `a verdict of Route 53 reaches the name servers within ${assume.propagationSeconds} s; no figure is published`,
    `${Math.round(assume.violators * 1000) / 10} % of users sit behind resolvers that hold answers for 5, 15 or 60 minutes whatever their TTL`,
    'sixteen health checkers ask an endpoint, at times that have nothing to do with each other',
    'the load balancer controller needs 0.5 to 3 s to register or deregister a target; no figure is published',
    `a node boots in ${assume.bootSeconds ?? 120} s where its pool does not say otherwise`,
    'pods of the system (daemon sets, cluster DNS) are not counted: only those of the apps',
  ]
  if ([...world.copies.values()].some(({ check }) => check?.by === 'server')) {
    lines.push(
      'names on a server of one’s own are checked by one PowerDNS, all in the same pass; it turns back at the first check that passes, and before version 5 away at the first that fails',
    )
  }
  if ([...world.copies.values()].some((copy) => copy.asksClusterDns)) {
    lines.push(
      'what asks cluster DNS across a link fails without it once a name that it knew is 30 s old; the checks of its load balancer look no name up, and go on passing',
    )
  }
  if (world.federations.size > 0) {
    lines.push(
      'where Karmada breaks a tie by the UID of a template, the name that comes first gets the replica; the other half of all UIDs leads to the other result',
    )
    lines.push('how much fits on a member is taken to be enough: Karmada estimates it from what its nodes have free')
  }
  return [...lines, ...imageAssumption([...world.copies.values()])]
}

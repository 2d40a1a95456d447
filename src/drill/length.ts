// How long a drill lasts. A share of requests means nothing without the time that it is a share of, so that time must not depend on
// chance: it follows from the file alone, is the same in every run, and the report says it.

import { lossOfFaults, siteAfter } from '../failover/index.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { defaultBootSeconds } from '../timers/index.ts'
import { firstFault, lastHeal, userHoldSeconds } from './claim.ts'
import type { LengthFrom } from './result.ts'

/** How long a drill goes on after its last fault or repair, where it does not say its `length`. */
const afterLastChangeSeconds = 30 * 60

/**
 * As declared; else half an hour after the last fault or repair, when those whose resolvers keep to the TTL have long been served
 * again, or until the last expectation can be judged, where that is later. Nodes that take longer to boot than nodes do by default put
 * the repair off by as much: half an hour is for all that comes after it. Resolvers that overstay their TTL may still hold an old
 * answer then: they are counted as long as the drill lasts, and told apart.
 */
export function lengthOf(fleet: Fleet, drill: Drill): { readonly seconds: number; readonly from: LengthFrom } {
  if (drill.length !== undefined) return { seconds: drill.length, from: 'declared' }
  const changed = Math.max(...drill.faults.map((fault) => fault.at + (fault.for ?? 0)))
  const booted = Math.max(
    changed,
    ...drill.faults.map((fault) => fault.at + (fault.for ?? 0) + lateBoot(fleet, drill, fault)),
  )
  const settled = booted + afterLastChangeSeconds
  const judged = Math.max(
    0,
    ...drill.expect.map((one) => {
      const from = one.after === 'heal' ? (lastHeal(drill) ?? 0) : firstFault(drill)
      return from + (one.within ?? 0) + (one.for ?? userHoldSeconds)
    }),
  )
  if (judged > settled) return { seconds: judged, from: 'expectation' }
  return { seconds: settled, from: booted > changed ? 'boot' : 'lastChange' }
}

/** How much longer than by default the slowest node takes that is dark until the repair of the fault. */
function lateBoot(fleet: Fleet, drill: Drill, fault: Drill['faults'][number]): number {
  const usual = drill.assume?.nodeBoot ?? defaultBootSeconds
  const longest = Math.max(usual, ...fleet.pools.map(({ bootTime }) => bootTime ?? usual))
  const loss = fault.for === undefined || longest <= defaultBootSeconds ? undefined : lossOfFaults([fault])
  if (loss === undefined) return 0
  const boots = fleet.sites
    .filter((site) => siteAfter(fleet, site, loss.faults).nodes < 1)
    .flatMap(({ name }) =>
      lookup(fleet)
        .poolsOf(name)
        .map(({ bootTime }) => bootTime ?? usual),
    )
  return Math.max(0, ...boots.map((boot) => boot - defaultBootSeconds))
}

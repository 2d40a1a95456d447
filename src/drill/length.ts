// How long a drill lasts. A share of requests means nothing without the time that it is a share of, so that time must not depend on
// chance: it follows from the file alone, is the same in every run, and the report says it.

import type { Drill } from '../model/fleet.ts'
import { firstFault, lastHeal, userHoldSeconds } from './claim.ts'
import type { LengthFrom } from './result.ts'

/** How long a drill goes on after its last fault or repair, where it does not say its `length`. */
const afterLastChangeSeconds = 30 * 60

/**
 * As declared; else half an hour after the last fault or repair, when those whose resolvers keep to the TTL have long been served
 * again, or until the last expectation can be judged, where that is later. Resolvers that overstay their TTL may still hold an old
 * answer then: they are counted as long as the drill lasts, and told apart.
 */
export function lengthOf(drill: Drill): { readonly seconds: number; readonly from: LengthFrom } {
  if (drill.length !== undefined) return { seconds: drill.length, from: 'declared' }
  const settled = Math.max(...drill.faults.map((fault) => fault.at + (fault.for ?? 0))) + afterLastChangeSeconds
  const judged = Math.max(
    0,
    ...drill.expect.map((one) => {
      const from = one.after === 'heal' ? (lastHeal(drill) ?? 0) : firstFault(drill)
      return from + (one.within ?? 0) + (one.for ?? userHoldSeconds)
    }),
  )
  return judged > settled ? { seconds: judged, from: 'expectation' } : { seconds: settled, from: 'lastChange' }
}

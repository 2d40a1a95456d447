// A fault as what it says of itself and what it takes away. Faults may overlap: a thing is back when all that took it away is over.

import type { EventValue } from '../../../model/timeline.ts'
import type { Failure } from '../../../timers/kubelet.ts'
import type { Cause, ClusterState, Outage, World } from '../state.ts'
import { isAway } from '../state.ts'

/** What a fault says of itself, and what it does. */
export interface Effect {
  readonly subject: string
  readonly what: string
  /** Asked when it begins. */
  readonly from: EventValue
  readonly to: EventValue
  readonly text: string
  readonly back: string
  readonly site?: string
  readonly app?: string
  readonly begin: (cause: Cause) => void
  readonly end: (cause: Cause) => void
  /** The end says itself what it puts back. */
  readonly quietEnd?: boolean
  /** The API server that somebody needs to bring it about by hand. */
  readonly by?: ClusterState
}

/** Takes a thing away for a cause, and knows how to give it back. */
export function hold(
  world: World,
  thing: Outage,
  how: Failure,
): { take: (cause: Cause) => void; give: (cause: Cause) => void } {
  let begun: Cause | undefined
  const mark = (cause: Cause): void => {
    thing.cause = cause
    thing.since = world.queue.now
  }
  return {
    take(cause) {
      if (!isAway(thing)) {
        mark(cause)
        thing.how = how
      }
      begun = cause
      thing.by.add(cause)
    },
    give(cause) {
      if (begun === undefined || !thing.by.delete(begun)) return
      begun = undefined
      if (!isAway(thing)) mark(cause)
    },
  }
}

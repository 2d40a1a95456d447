// What may have led to an event, and how long that takes: for each kind of event the kinds that come before it, with the timer in between.
// A watch sees only that something changed; which of the earlier events it follows from is the latest one that may have led to it and whose
// time fits, as the control loops are written. So every second of a recovery lies between two events and has a name.

import type { TimerUse } from '../../../model/timeline.ts'
import { use } from '../../../timers/timer.ts'
import { causesOfCopies } from './causes-of-copies.ts'
import { causesOfFederations } from './causes-of-federations.ts'
import { causesOfNodes } from './causes-of-nodes.ts'
import { causesOfUsers } from './causes-of-users.ts'
import type { Ground, Happened } from './ground.ts'
import type { Table } from './link.ts'

const table: Table = { ...causesOfNodes, ...causesOfCopies, ...causesOfFederations, ...causesOfUsers }

export interface Cause {
  readonly cause: number
  readonly timer: TimerUse
}

/** Undefined where nothing of what happened can have led to it. `before`: in order of time. */
export function causeOf(event: Happened, before: readonly Happened[], ground: Ground): Cause | undefined {
  const about = ground.about(event)
  const links = table[`${about.kind} ${about.what}`] ?? []
  const here = { event, about, ground, before }
  const slack = 1 + readingSeconds * ground.pace.speed
  let fallback: Cause | undefined
  for (let index = before.length - 1; index >= 0; index -= 1) {
    const earlier = before[index]
    if (earlier === undefined || isFirst(earlier)) continue
    const of = ground.about(earlier)
    for (const link of links) {
      if (!link.on.includes(`${of.kind} ${of.what}`)) continue
      if (link.effect?.(event) === false || link.cause?.(earlier) === false) continue
      if (!link.related(about, of, here, earlier)) continue
      const timer = ground.pace.timer(link.timer(here, earlier))
      const cause: Cause = { cause: earlier.id, timer: use(timer) }
      const took = event.at - earlier.at
      if (took >= timer.minSeconds - slack && took <= timer.maxSeconds + slack) return cause
      fallback ??= cause
    }
  }
  return fallback
}

/** The reading of a watch on a busy machine, real seconds. */
const readingSeconds = 0.3

/** How things stand when the drill begins leads to nothing. */
const isFirst = ({ at, from }: Happened): boolean => at === 0 && from === null

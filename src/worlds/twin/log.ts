// The log of a run: events in order, each with its cause and the timer behind it.

import type { Decider, EventValue, TimelineEvent } from '../../model/timeline.ts'
import type { Pace } from '../../timers/pace.ts'
import { paceOf } from '../../timers/pace.ts'
import type { Timer } from '../../timers/timer.ts'
import { use } from '../../timers/timer.ts'

/** The id of an event of the timeline, as a cause. */
export type Cause = number

export interface Happening {
  readonly subject: string
  readonly what: string
  readonly from: EventValue
  readonly to: EventValue
  /** Left out for a fault, its repair, and the start. */
  readonly because?: { readonly cause: Cause; readonly timer: Timer }
  /** Left out, who decides the timer. */
  readonly decidedBy?: Decider
  readonly text: string
  readonly site?: string
  readonly app?: string
  readonly audience?: string
}

export interface Log {
  readonly events: readonly TimelineEvent[]
  emit(happening: Happening): Cause
}

/** `onEvent` is told of each event as it is written: the judges sit there. */
export function log(now: () => number, onEvent: (event: TimelineEvent) => void, pace: Pace = paceOf(1)): Log {
  const events: TimelineEvent[] = []
  return {
    events,
    emit(happening) {
      const { because, decidedBy, ...rest } = happening
      const event: TimelineEvent = {
        id: events.length,
        at: now(),
        ...rest,
        ...(because === undefined ? {} : { cause: because.cause, timer: use(pace.timer(because.timer)) }),
        decidedBy: decidedBy ?? because?.timer.decidedBy ?? 'standIn',
      }
      events.push(event)
      onEvent(event)
      return event.id
    },
  }
}

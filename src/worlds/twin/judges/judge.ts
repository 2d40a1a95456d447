// A judge holds one property against every run. What it finds is a bug of the twin, never of the fleet.

import type { Timeline, TimelineEvent } from '../../../model/timeline.ts'
import type { World } from '../state.ts'

export interface Objection {
  /** The event at which it shows. */
  readonly event: number
  readonly text: string
}

export interface Judge {
  readonly id: string
  /** The property, as a sentence that should be true. */
  readonly title: string
  /** Looks at the world as an event is written. */
  readonly onEvent?: (world: World, event: TimelineEvent) => string | undefined
  /** Looks at the run as a whole. */
  readonly atEnd?: (world: World, timeline: Timeline) => readonly Objection[]
}

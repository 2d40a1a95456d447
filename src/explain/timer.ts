// A timer that a drill or a forecast names, explained, with the figures of the default configuration.

import { catalogue, timerEntry } from '../timers/index.ts'
import type { Timer } from '../timers/timer.ts'

export interface TimerExplanation extends Timer {
  readonly about: string
}

export function explainTimer(id: string): TimerExplanation | undefined {
  const known = timerEntry(id)
  return known === undefined ? undefined : { ...known.timer, about: known.about }
}

export const timerIds = (): readonly string[] => catalogue.map(({ timer }) => timer.id)

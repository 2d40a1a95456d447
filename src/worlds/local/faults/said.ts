// What was said last of each thing, so that what follows from a fault is not said again where the fault has said it itself.

import type { EventValue } from '../../../model/timeline.ts'
import type { Happening } from './port.ts'

export interface Voice {
  emit(happening: Happening): number
  /** Only where it is news; the number of the event that has said it. */
  once(happening: Happening): number
}

export function voice(emit: (happening: Happening) => number): Voice {
  const last = new Map<string, { readonly to: EventValue; readonly event: number }>()
  const key = ({ subject, what }: Happening): string => `${subject} ${what}`
  const say = (happening: Happening): number => {
    const event = emit(happening)
    last.set(key(happening), { to: happening.to, event })
    return event
  }
  return {
    emit: say,
    once: (happening) => {
      const known = last.get(key(happening))
      return known?.to === happening.to ? known.event : say(happening)
    },
  }
}

// Remembers what was told last of each thing, so that only changes are told. Until the drill begins nothing is: what is known then is how
// things stand.

import type { EventValue } from '../../../model/timeline.ts'
import type { Told } from './told.ts'

export interface Teller {
  /** Told where it is another than before; the first one only says how things stand. */
  value(told: Omit<Told, 'from'>): void
  /** Told as it is. */
  moment(told: Told): void
  /** What stands, for the beginning of a drill. */
  standing(): ReadonlyMap<string, { readonly subject: string; readonly what: string; readonly value: EventValue }>
  last(subject: string, what: string): EventValue | undefined
  /** From now on changes are handed on. */
  begin(tell: (told: Told) => void): void
}

export function teller(): Teller {
  const values = new Map<string, { subject: string; what: string; value: EventValue }>()
  let tell: ((told: Told) => void) | undefined
  return {
    value(told) {
      const key = `${told.subject} ${told.what}`
      const known = values.get(key)
      if (known?.value === told.to) return
      values.set(key, { subject: told.subject, what: told.what, value: told.to })
      if (known !== undefined) tell?.({ ...told, from: known.value })
    },
    moment: (told) => tell?.(told),
    standing: () => values,
    last: (subject, what) => values.get(`${subject} ${what}`)?.value,
    begin: (to) => {
      tell = to
    },
  }
}

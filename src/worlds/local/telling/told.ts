// What watches, the process outside and faults tell, before the timeline numbers it: events without a number, at the milliseconds of this
// machine's clock.

import type { Decider, EventValue, TimerUse } from '../../../model/timeline.ts'

export interface Told {
  /** Milliseconds since the epoch; a fraction where whoever told it knows one. */
  readonly atMs: number
  readonly subject: string
  readonly what: string
  readonly from: EventValue
  readonly to: EventValue
  readonly text: string
  readonly decidedBy: Decider
  readonly site?: string
  readonly app?: string
  readonly audience?: string
  /** By the handle that the weaver gave it, where whoever tells it knows what led to it. */
  readonly cause?: number
  readonly timer?: TimerUse
  /** Nothing led to it: a fault, its end, or what somebody does by hand. */
  readonly root?: boolean
}

/** Values that the last event of their kind gave stay until the next one; other events stand for themselves each time. */
export const isState = ({ subject, what }: Pick<Told, 'subject' | 'what'>): boolean =>
  !momentary.has(`${subject.slice(0, subject.indexOf('/'))} ${what}`)

const momentary = new Set([
  'copy status',
  'copy removed',
  'copy restarted',
  'copy pulled',
  'binding evicted',
  'binding purged',
  'binding blocked',
  'door made',
])

/** Counts that the API changes pod by pod: changes that come together are one event. Doors count for themselves. */
export const isCount = ({ subject, what }: Pick<Told, 'subject' | 'what'>): boolean =>
  subject.startsWith('copy/') && ['ready', 'endpoints', 'pending', 'deleted'].includes(what)

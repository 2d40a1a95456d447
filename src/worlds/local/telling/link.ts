// One way in which an earlier event leads to a later one.

import type { EventValue } from '../../../model/timeline.ts'
import type { Timer } from '../../../timers/timer.ts'
import type { About, Ground, Happened } from './ground.ts'

/** The event that asks for its cause, with all that happened before it. */
export interface Here {
  readonly event: Happened
  readonly about: About
  readonly ground: Ground
  readonly before: readonly Happened[]
}

export interface Link {
  /** Kinds of earlier events, as `site power`. */
  readonly on: readonly string[]
  /** Which later events; left out: all. */
  readonly effect?: (event: Happened) => boolean
  /** Which earlier ones. */
  readonly cause?: (earlier: Happened) => boolean
  readonly related: (later: About, earlier: About, here: Here, event: Happened) => boolean
  readonly timer: (here: Here, earlier: Happened) => Timer
}

export type Table = Readonly<Record<string, readonly Link[]>>

export const to =
  (...values: readonly EventValue[]) =>
  (event: Happened): boolean =>
    values.includes(event.to)

export const rises = ({ from, to: now }: Happened): boolean => Number(now) > Number(from ?? 0)
export const falls = ({ from, to: now }: Happened): boolean => Number(now) < Number(from ?? 0)

type Field = Exclude<keyof About, 'kind' | 'what'>

/** Both speak of the same. */
export const same =
  (...fields: readonly Field[]) =>
  (later: About, earlier: About): boolean =>
    fields.every((field) => later[field] !== undefined && later[field] === earlier[field])

export const sameSubject = (_later: About, _earlier: About, here: Here, event: Happened): boolean =>
  here.event.subject === event.subject

/** What a fault takes from a site or its control plane, by the value that says that it is gone. */
export const lossOfSite = ['site power', 'site serviceLink', 'site uplink', 'site nodes'] as const
export const isLost = (event: Happened): boolean =>
  event.to === 'off' || event.to === 'down' || (typeof event.to === 'number' && falls(event))
export const isBack = (event: Happened): boolean =>
  event.to === 'on' || event.to === 'up' || (typeof event.to === 'number' && rises(event))

/** How the fault behind an event takes things away: packets vanish unless the drill says that they are refused. */
export const howOf = ({ ground }: Here, { subject }: Happened): 'blackhole' | 'refuse' => ground.howLost(subject)

/** Seconds from the loss of what came back now. */
export function outageBefore({ before }: Here, back: Happened): number {
  const lost = before.findLast(
    (one) => one.subject === back.subject && one.what === back.what && one.at < back.at && one.from === back.to,
  )
  return lost === undefined ? 0 : back.at - lost.at
}

// What the audiences outside measured, as the users of the timeline: points in drill time, each with the event that tells of it.

import type { TimelineEvent } from '../../../model/timeline.ts'
import { usersSubject } from '../../../timeline/subjects.ts'
import type { Point, Seen } from '../../../timeline/users.ts'
import type { AudienceState } from '../outside/audiences/config.ts'

export interface DrillTime {
  readonly beganMs: number
  readonly speed: number
}

/** Seconds of the drill, to the millisecond. */
export const drillSeconds = ({ beganMs, speed }: DrillTime, atMs: number): number =>
  Math.max(0, Math.round((atMs - beganMs) * speed) / 1_000)

/** Points up to `untilMs`; those from before the drill are one, at its beginning. */
export function usersSeen(
  audiences: readonly AudienceState[],
  events: readonly TimelineEvent[],
  time: DrillTime,
  untilMs: number,
): readonly Seen[] {
  return audiences.map(({ app, audience, points: measured }) => {
    const told = events.filter(({ subject }) => subject === usersSubject(app, audience))
    const points: Point[] = []
    for (const { atMs, served, keepers, by, keepersBy } of measured) {
      if (atMs > untilMs) break
      const at = drillSeconds(time, atMs)
      if (points.at(-1)?.at === at) points.pop()
      const event = at === 0 ? undefined : nearest(told, at, nearSeconds * time.speed)
      points.push({ ...{ at, served, keepers, by, keepersBy }, event })
    }
    return { app, audience, points }
  })
}

/** A point and its event are told within that real time of each other. */
const nearSeconds = 0.1

function nearest(told: readonly TimelineEvent[], at: number, within: number): number | undefined {
  let best: TimelineEvent | undefined
  for (const event of told)
    if (Math.abs(event.at - at) <= within && (best === undefined || Math.abs(event.at - at) <= Math.abs(best.at - at)))
      best = event
  return best?.id
}

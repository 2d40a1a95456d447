// What users of one app at one location got, as points in time at which it changed. Every world that knows its users writes these, and
// the services of a timeline are made of them.

import type { Service, ServiceSpan } from '../model/timeline.ts'

/** What an audience got from a moment on. */
export interface Point {
  readonly at: number
  readonly served: number
  /** Share answered of those whose resolvers keep to the TTL. */
  readonly keepers: number
  readonly by: Readonly<Record<string, number>>
  readonly keepersBy: Readonly<Record<string, number>>
  /** The event that says so, where there is one. */
  readonly event: number | undefined
}

/** One audience of one app, with its points in order of time; the first one is what it got when the drill began. */
export interface Seen {
  readonly app: string
  readonly audience: string
  readonly points: readonly Point[]
}

/** Users fail when fewer than this share of those whose resolvers keep to the TTL are answered; they are back when all are. */
const servedShare = 0.99

/** Against what they got before anything happened. */
export const fails = (point: Pick<Point, 'keepers'>, first: Pick<Point, 'keepers'>): boolean =>
  point.keepers < first.keepers * servedShare

/** As many of those whose resolvers keep to the TTL as before anything happened. */
export const isWhole = (point: Pick<Point, 'keepers'>, first: Pick<Point, 'keepers'>): boolean =>
  point.keepers >= first.keepers - 1e-9

export function serviceOf({ app, audience, points }: Seen, length: number): Service {
  const spans: ServiceSpan[] = []
  let lostSeconds = 0
  points.forEach((point, index) => {
    const to = Math.min(length, points[index + 1]?.at ?? length)
    if (to <= point.at && length > 0) return
    lostSeconds += (1 - point.served) * (to - point.at)
    spans.push({ from: point.at, to, served: point.served, by: point.by, keepers: point.keepersBy })
  })
  return {
    app,
    audience,
    availability: length === 0 ? 1 : 1 - lostSeconds / length,
    lostSeconds,
    spans,
  }
}

import type { Point } from '../../../../timeline/users.ts'
import type { Hop } from '../conditions.ts'

/** Users of one app at one location: they resolve with caches and fetch. Seconds are those of the document. */
export interface AudienceConfig {
  readonly app: string
  readonly audience: string
  readonly host: string
  readonly path: string
  /** Of the name server; undefined for users on the LAN of a site, who know its door. */
  readonly dnsPort?: number
  /** Where they are, as the name server is told. */
  readonly subnet?: string
  /** Doors that these users have a way to; on the LAN of a site, its own alone. */
  readonly doors: readonly AudienceDoor[]
  /** Resolvers that keep to the TTL, their phases spread evenly. */
  readonly resolvers: number
  /** Share of users whose resolver keeps answers longer. */
  readonly violators: number
}

export interface AudienceDoor {
  readonly site: string
  readonly address: string
  readonly port: number
  readonly crosses: readonly Hop[]
}

/** What an audience got from a moment on: `Point` of timeline/users.ts with the time of the clock. */
export interface UsersPoint extends Pick<Point, 'served' | 'keepers' | 'by' | 'keepersBy'> {
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** What the part answers as its state. */
export interface AudiencesState {
  readonly running: boolean
  /** Since when points are kept. */
  readonly sinceMs: number | undefined
  /** Between two requests of an audience to one door, of the document. */
  readonly everySeconds: number
  /** What the reader should know: fewer requests than once a second, and such. */
  readonly notes: readonly string[]
  readonly audiences: readonly AudienceState[]
}

export interface AudienceState {
  readonly app: string
  readonly audience: string
  /** In order of time, the first one as it was when they began to run; none before that. Of more than 20,000 the newest. */
  readonly points: readonly UsersPoint[]
  readonly requests: number
  readonly failed: number
  /** Share of requests that each door answers to them now. */
  readonly doors: Readonly<Record<string, number>>
}

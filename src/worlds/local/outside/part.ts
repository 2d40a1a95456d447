// The parts of the process that stands for the world outside the clusters: links, front doors, name servers with their health checkers,
// audiences, a Git server. They share what is bad right now, tell what happens to them, and reach each other only over sockets.

import type { EventValue } from '../../../model/timeline.ts'
import type { Conditions } from './conditions.ts'

/** What happened outside: becomes an event of the timeline. */
export interface OutsideEvent {
  /** From 1, without gaps, since the process began. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly subject: string
  readonly what: string
  readonly from: EventValue
  readonly to: EventValue
  readonly text: string
  readonly site?: string
  readonly app?: string
  readonly audience?: string
  /** Left out: a stand-in of ours decided it. */
  readonly decidedBy?: 'engine'
}

export interface Surroundings {
  readonly conditions: () => Conditions
  /** `atMs`: when it began, where that was noticed only later. */
  readonly tell: (event: Omit<OutsideEvent, 'number' | 'atMs'> & Partial<Pick<OutsideEvent, 'atMs'>>) => void
  /** Constants of ours are divided by it. */
  readonly speed: () => number
  /** To the log of the process. */
  readonly say: (line: string) => void
  /** What should never happen, and does not end the part: written whole, and counted. */
  readonly failed: (failure: unknown) => void
}

/** A part takes its configuration as often as it is given one, and changes only what changed. */
export interface Part<Config> {
  configure(config: Config): Promise<void>
  /** The conditions are others now. */
  conditionsChanged(): void
  /** What it knows, for `status`; plain JSON. */
  state(): unknown
  close(): Promise<void>
}

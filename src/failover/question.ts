// What a closed form is asked: one audience of one app, under one loss.

import type { App, Audience, Fleet, Site } from '../model/fleet.ts'
import type { CopyAfter } from './after.ts'
import type { Assumptions } from './kubernetes.ts'
import type { Loss } from './loss.ts'
import type { Move } from './moves.ts'

export interface Copy {
  readonly site: Site
  readonly well: CopyAfter
  readonly after: CopyAfter
  /** Nothing runs there before Karmada has moved the replicas. */
  readonly later?: Move
}

export interface Question {
  readonly fleet: Fleet
  readonly app: App
  readonly audience: Audience
  readonly copies: ReadonlyMap<string, Copy>
  readonly loss: Pick<Loss, 'id' | 'faults'>
  readonly assume: Assumptions
  readonly moves: readonly Move[]
}

// Skerry cannot start or go on: what, where, why, and what to do next. Thrown where it is noticed, caught once, in the CLI.

import type { Position } from './origin.ts'

export type RefusalKind = 'usage' | 'input' | 'refused' | 'world'

export interface Problem {
  readonly message: string
  readonly at?: Position
  /** The path in the reader's words. */
  readonly where?: string
  /** A code frame of the file, without colour. */
  readonly frame?: string
  readonly hint?: string
}

export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly hint: string
  readonly problems: readonly Problem[]

  constructor(kind: RefusalKind, message: string, hint: string, problems: readonly Problem[] = []) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
    this.hint = hint
    this.problems = problems
  }
}

/** A belief of ours; false is a bug of skerry, never of the fleet. */
export function assert(belief: unknown, message: string): asserts belief {
  if (!belief) throw new Error(`a bug of skerry: ${message}`)
}

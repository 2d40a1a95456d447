// The exit codes: a short table, never a count. Every verb's help prints the same ones.

import type { RefusalKind } from '../model/refusal.ts'

export const exit = {
  done: 0,
  found: 1,
  usage: 2,
  refused: 3,
  world: 4,
  changes: 5,
  bug: 70,
  interrupted: 130,
} as const

export type ExitCode = (typeof exit)[keyof typeof exit]

/** What a refusal ends with: a fleet that cannot be read is wrong input, like a wrong flag. */
export const exitOf: Readonly<Record<RefusalKind, ExitCode>> = {
  usage: exit.usage,
  input: exit.usage,
  refused: exit.refused,
  world: exit.world,
}

export const exitHelp = `Exit codes
  0 done   1 an error was found, or an expectation failed   2 wrong usage, or a fleet that cannot be read
  3 refused or declined   4 the world failed   5 there are changes (plan --exit-code)   70 a bug of ours   130 interrupted`

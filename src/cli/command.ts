// What every verb is given and gives back. A verb reads, calls the library, renders and returns an exit code; it never exits,
// and everything of the outside world that it may touch is in here.

import type { Fleet } from '../model/fleet.ts'
import type { ExitCode } from './exit.ts'
import type { Terminal } from './terminal.ts'

export interface Shell {
  readonly terminal: Terminal
  readonly env: NodeJS.ProcessEnv
  /** The working directory. */
  readonly cwd: string
  /** The folder of skerry itself, which holds `examples/` and `schema/`. */
  readonly home: string
  /** The day, as 2026-11-21: versions and acceptances run out. */
  readonly today: string
  readonly version: string
  /** Whether only a part of the fleet was asked for: what the file says of the rest is then unused, and that is no fault. */
  readonly narrowed: boolean
  /** Reads a fleet; without inputs the one in the working directory or above it. Only the part that was asked for. */
  readonly fleet: (inputs: readonly string[]) => Promise<Fleet>
  /** All of it, whatever part was asked for. */
  readonly whole: (inputs: readonly string[]) => Promise<Fleet>
  /** The part that was asked for. */
  readonly narrow: (fleet: Fleet) => Promise<Fleet>
}

export type Verb<Options> = (shell: Shell, names: readonly string[], options: Options) => Promise<ExitCode>

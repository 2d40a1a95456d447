// Where the real world of a fleet keeps what a run must remember: beside that of the local one, by the same rule, for its owner only.

import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const isGiven = (value: string | undefined): value is string => value !== undefined && value !== ''

/** SKERRY_STATE, or XDG_STATE_HOME/skerry, or ~/.local/state/skerry; in there `real/`. Two fleets of one name in two folders are two. */
export function realFolderOf(env: NodeJS.ProcessEnv, fleet: string, source: string): string {
  const { SKERRY_STATE: own, XDG_STATE_HOME: xdg } = env
  const base = isGiven(own) ? own : join(isGiven(xdg) ? xdg : join(homedir(), '.local', 'state'), 'skerry')
  return join(base, 'real', `${fleet}-${hashOf(source)}`)
}

const hashOf = (source: string): string => createHash('sha256').update(placeOf(source)).digest('hex').slice(0, 8)

function placeOf(source: string): string {
  try {
    const whole = realpathSync(source)
    return statSync(whole).isDirectory() ? whole : dirname(whole)
  } catch {
    // standard input, or a file that is gone: the name is all there is
    return source
  }
}

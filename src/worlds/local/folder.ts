// Where the local world of a fleet keeps what it knows and what its engines write: one folder, which is gone after `down`.

import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** SKERRY_STATE, or XDG_STATE_HOME/skerry, or ~/.local/state/skerry; in there `local/`. */
export function localStateFolder({ SKERRY_STATE: own, XDG_STATE_HOME: xdg }: NodeJS.ProcessEnv): string {
  if (isGiven(own)) return join(own, 'local')
  return join(isGiven(xdg) ? xdg : join(homedir(), '.local', 'state'), 'skerry', 'local')
}

const isGiven = (value: string | undefined): value is string => value !== undefined && value !== ''

/** Two fleets of one name in two folders are two fleets. `source` is the file, or folder, that the fleet was read from. */
export const folderOf = (env: NodeJS.ProcessEnv, fleet: string, source: string): string =>
  join(localStateFolder(env), `${fleet}-${hashOf(source)}`)

/** Those that are there for a source, whatever the fleet is called in it by now, and whether or not it can still be read. */
export function foldersAt(env: NodeJS.ProcessEnv, source: string): readonly string[] {
  const all = localStateFolder(env)
  if (!existsSync(all)) return []
  return readdirSync(all)
    .filter((name) => name.endsWith(`-${hashOf(source)}`))
    .map((name) => name.replace(removed, ''))
    .filter((name, index, all) => all.indexOf(name) === index)
    .sort()
    .map((name) => join(all, name))
}

/** A folder on its way out, in front of its name. */
const awayPrefix = '.removed-'
const removed = /^\.removed-[0-9a-f]{8}-/

const hashOf = (source: string): string => createHash('sha256').update(sourceFolder(source)).digest('hex').slice(0, 8)

function sourceFolder(source: string): string {
  try {
    const whole = realpathSync(source)
    return statSync(whole).isDirectory() ? whole : dirname(whole)
  } catch {
    // standard input, or a file that is gone: the name is all there is
    return source
  }
}

/** Only for its owner: keys lie in there. */
export function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
  return path
}

/** Whole or not at all, so that a kill never leaves half a file. */
export function writeFile(path: string, text: string | Uint8Array, mode = 0o600): void {
  privateFolder(dirname(path))
  const fresh = `${path}.${process.pid}.new`
  writeFileSync(fresh, text, { mode })
  chmodSync(fresh, mode)
  renameSync(fresh, path)
}

/**
 * Gone at once for everybody else, by a new name, and then in peace: a kill in between leaves nothing that looks like a state. Folders of
 * ours above it that are empty then go too.
 */
export function removeFolder(folder: string): void {
  const away = join(dirname(folder), `${awayPrefix}${randomBytes(4).toString('hex')}-${basename(folder)}`)
  if (existsSync(folder)) renameSync(folder, away)
  sweep(folder)
  const all = dirname(folder)
  for (const above of [all, ...(basename(dirname(all)) === 'skerry' ? [dirname(all)] : [])])
    try {
      rmdirSync(above)
    } catch {
      // not empty: another fleet is in there, or something of the user's
      return
    }
}

/** What a removal that was killed left. */
export function sweep(folder: string): void {
  if (!existsSync(dirname(folder))) return
  for (const name of readdirSync(dirname(folder)))
    if (name.startsWith(awayPrefix) && name.endsWith(`-${basename(folder)}`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

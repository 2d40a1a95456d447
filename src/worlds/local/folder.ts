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
import { Refusal } from '../../model/refusal.ts'

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
  return using(all, () => readdirSync(all))
    .filter((name) => name.endsWith(`-${hashOf(source)}`))
    .map((name) => name.replace(removed, ''))
    .filter((name, index, all) => all.indexOf(name) === index)
    .sort()
    .map((name) => join(all, name))
}

/** The name of the fleet that a folder is of. */
export const fleetOf = (folder: string): string => basename(folder).replace(/-[0-9a-f]{8}$/, '')

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

/** The disk is full, or it is not for us to write there: nothing that skerry did wrong. */
export class Unusable extends Refusal {
  /** As the system calls it. */
  readonly code: string

  constructor(code: string, kind: 'world' | 'refused', message: string, hint: string) {
    super(kind, message, hint)
    this.code = code
  }
}

const fullDisk = 'no space is left on its disk'
const whys: Readonly<Record<string, string>> = {
  ENOSPC: fullDisk,
  EDQUOT: fullDisk,
  EROFS: 'it is on a disk that can only be read',
  EACCES: 'its permissions forbid it',
  EPERM: 'its permissions forbid it',
  ENOTDIR: 'a part of that path is a file, where a folder should be',
  EEXIST: 'it is a file, where a folder should be',
  EISDIR: 'it is a folder, where a file should be',
}

/** Undefined for an error of any other kind. `variable`: what names another place. */
export function unusable(path: string, error: unknown, variable = 'SKERRY_STATE'): Unusable | undefined {
  const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  const why = whys[code]
  if (error instanceof Unusable || why === undefined) return undefined
  const elsewhere = `name another folder: ${variable}=FOLDER`
  return why === fullDisk
    ? new Unusable(code, 'world', `${path} cannot be written: ${why}`, 'make room there, and run this again')
    : new Unusable(code, 'refused', `${path} cannot be used: ${why}`, `put that right, or ${elsewhere}`)
}

/** Whatever touches files of the state folder says what is wrong with it, and with which path. */
export function using<T>(path: string, touch: () => T, variable?: string): T {
  try {
    return touch()
  } catch (error) {
    throw unusable(path, error, variable) ?? error
  }
}

/** Only for its owner: keys lie in there. */
export function privateFolder(path: string, variable?: string): string {
  using(
    path,
    () => {
      makeFolder(path, variable)
      chmodSync(path, 0o700)
    },
    variable,
  )
  return path
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** One by one: the recursive mkdir of Node never ends where a file system has no folders to make, as /proc. */
function makeFolder(path: string, variable = 'SKERRY_STATE'): void {
  if (isFolder(path)) return
  const above = dirname(path)
  if (above !== path && statSync(above, { throwIfNoEntry: false }) === undefined) makeFolder(above, variable)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // another run was first
    if (isFolder(path)) return
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const elsewhere = `name another folder: ${variable}=FOLDER`
    throw new Unusable('ENOENT', 'refused', `${path} cannot be used: no folder can be made there`, elsewhere)
  }
}

/** Whole or not at all, so that a kill never leaves half a file. */
export function writeFile(path: string, text: string | Uint8Array, mode = 0o600): void {
  privateFolder(dirname(path))
  const fresh = `${path}.${process.pid}.new`
  try {
    writeFileSync(fresh, text, { mode })
    chmodSync(fresh, mode)
    renameSync(fresh, path)
  } catch (error) {
    discard(fresh)
    throw unusable(path, error) ?? error
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // it could not be written, so it may not be there to be removed
  }
}

/**
 * Gone at once for everybody else, by a new name, and then in peace: a kill in between leaves nothing that looks like a state. Folders of
 * ours above it that are empty then go too.
 */
export function removeFolder(folder: string): void {
  const away = join(dirname(folder), `${awayPrefix}${randomBytes(4).toString('hex')}-${basename(folder)}`)
  if (existsSync(folder)) setAside(folder, away)
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

/** A new name may need room, which a full disk has only once something is gone. */
function setAside(folder: string, away: string): void {
  try {
    using(folder, () => renameSync(folder, away))
  } catch (error) {
    if (!(error instanceof Unusable) || error.kind !== 'world') throw error
    using(folder, () => rmSync(folder, { recursive: true, force: true }))
  }
}

/** What a removal that was killed left. */
export function sweep(folder: string): void {
  if (!existsSync(dirname(folder))) return
  using(dirname(folder), () => {
    for (const name of readdirSync(dirname(folder)))
      if (name.startsWith(awayPrefix) && name.endsWith(`-${basename(folder)}`))
        rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
}

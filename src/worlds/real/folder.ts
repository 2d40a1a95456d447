// Where the real world of a fleet keeps what a run must remember: beside that of the local one, by the same rule, for its owner only.

import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'

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

/** Made for its owner only where it is not there; a Refusal says why it cannot be used. */
export function usableFolder(folder: string): string {
  try {
    makeFolder(folder)
    return folder
  } catch (error) {
    throw unusable(folder, error)
  }
}

export function unusable(folder: string, error: unknown): Refusal {
  const { code = '', message } = error as NodeJS.ErrnoException
  const why = whys[code] ?? message
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new Refusal(
    isFull ? 'world' : 'refused',
    `${folder} cannot be used: ${why}`,
    isFull ? 'make room there, and run this again' : 'put that right, or name another folder: SKERRY_STATE=FOLDER',
  )
}

const whys: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'no space is left on its disk',
  EROFS: 'it is on a disk that can only be read',
  EACCES: 'its permissions forbid it',
  EPERM: 'its permissions forbid it',
  ENOTDIR: 'a part of that path is a file, where a folder should be',
  EEXIST: 'it is a file, where a folder should be',
  ENOENT: 'no folder can be made there',
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** One by one: the recursive mkdir of Node never ends where a file system has no folders to make, as /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) return
  const above = dirname(path)
  if (above !== path && statSync(above, { throwIfNoEntry: false }) === undefined) makeFolder(above)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // another run was first
    if (!isFolder(path)) throw error
  }
}

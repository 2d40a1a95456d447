// Artefacts into a folder: only files that are ours are written, changed or taken away. Each file is written whole; the record of what
// is ours is written before the first of them, so that a run that was killed leaves nothing whose owner is unknown, and the next run
// goes on.

import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Artefact } from '../artefacts/artefact.ts'
import type { Comparison, OwnershipRecord } from '../artefacts/ownership.ts'
import { compareFiles, ownershipFile, ownershipOf, readOwnership, writeOwnership } from '../artefacts/ownership.ts'
import { Refusal } from '../model/refusal.ts'
import { listed } from '../model/words.ts'

export const sha256 = (text: string | Buffer): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** How the folder differs from what would be written; nothing is written. */
export function compareFolder(folder: string, files: readonly Artefact[]): Comparison {
  return compareFiles(ownershipOf(files, sha256), recordIn(folder), (path) => hashAt(inside(folder, path)))
}

export interface Delivered extends Comparison {
  readonly folder: string
}

/**
 * Writes the files and takes away those of ours that are wanted no more.
 * @param force overwrite what was changed by hand, and what is in the way
 * @throws Refusal when a file of somebody else's is in the way, or one of ours was changed by hand; nothing is changed then
 */
export function deliverToFolder(folder: string, files: readonly Artefact[], force = false): Delivered {
  const unlock = locked(folder)
  try {
    const recorded = recordIn(folder)
    const wanted = ownershipOf(files, sha256)
    const comparison = compareFolder(folder, files)
    if (!force) refuseWhatIsNotOurs(folder, comparison)
    const { added, changed, removed, byHand, foreign } = comparison
    const touched = new Set([...added, ...changed, ...byHand, ...foreign])
    // while we write, both what was and what will be is ours
    if (touched.size + removed.length > 0) writeRecord(folder, { files: recorded.files, writing: wanted })
    for (const { path, text } of files) if (touched.delete(path)) writeFile(inside(folder, path), text)
    for (const path of [...removed, ...touched]) remove(folder, path)
    // what a killed run had begun, of files that are not wanted any more either
    for (const path of Object.keys(recorded.writing)) rmSync(unfinished(inside(folder, path)), { force: true })
    writeRecord(folder, { files: wanted, writing: {} })
    return { ...comparison, folder }
  } finally {
    unlock()
  }
}

function refuseWhatIsNotOurs(folder: string, { foreign, byHand }: Comparison): void {
  if (foreign.length > 0)
    throw new Refusal(
      'refused',
      `${some(foreign)} in ${folder} ${foreign.length === 1 ? 'is' : 'are'} in the way, and not skerry's`,
      'choose another folder, or move them; --force overwrites them',
    )
  if (byHand.length > 0)
    throw new Refusal(
      'refused',
      `${some(byHand)} in ${folder} ${byHand.length === 1 ? 'was' : 'were'} changed by hand since skerry wrote ${byHand.length === 1 ? 'it' : 'them'}`,
      'put the change into the fleet file (overrides), then --force writes them anew',
    )
}

/** By name as far as they are few: `a, b, c and 4 more`. */
export const some = (paths: readonly string[]): string =>
  paths.length <= 3 ? listed(paths) : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`

function recordIn(folder: string): OwnershipRecord {
  const path = join(folder, ownershipFile)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { files: {}, writing: {} }
    throw new Refusal('world', `cannot read ${path}: ${(error as Error).message}`, 'see that the folder can be read')
  }
  const owned = readOwnership(text)
  if (owned === undefined)
    throw new Refusal(
      'refused',
      `${path} is not the list of files that skerry writes`,
      'restore it from version control, or choose another folder',
    )
  for (const listedPath of Object.keys({ ...owned.files, ...owned.writing })) inside(folder, listedPath)
  return owned
}

function writeRecord(folder: string, owned: OwnershipRecord): void {
  writeFile(join(folder, ownershipFile), writeOwnership(owned))
}

/** A path of an artefact or a record never leads out of the folder, nor through a link. */
function inside(folder: string, path: string): string {
  const root = resolve(folder)
  const full = resolve(root, path)
  if (!full.startsWith(root.endsWith(sep) ? root : root + sep))
    throw new Refusal(
      'refused',
      `${path} would lie outside of ${folder}`,
      'restore the list of files from version control',
    )
  for (let parent = dirname(full); parent.length > root.length; parent = dirname(parent)) {
    const there = lookAt(parent)
    if (there?.isSymbolicLink() === true)
      throw new Refusal('refused', `${parent} is a link: what lies behind it is not skerry's`, 'choose another folder')
    if (there?.isDirectory() === false)
      throw new Refusal(
        'refused',
        `${parent} is no folder, and one is wanted there`,
        'choose another folder, or move it',
      )
  }
  return full
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // below a file there is nothing; the file itself is found further up
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw new Refusal('world', `cannot look at ${path}: ${(error as Error).message}`, 'see that the folder can be read')
  }
}

function hashAt(path: string): string | undefined {
  const there = lookAt(path)
  if (there === undefined) return undefined
  return there.isFile() ? sha256(readFileSync(path)) : 'no plain file'
}

const unfinished = (path: string): string => `${path}.skerry-new`

function writeFile(path: string, text: string): void {
  // one name for all runs: there is one at a time, and what a killed one left is overwritten
  const fresh = unfinished(path)
  try {
    mkdirSync(dirname(path), { recursive: true })
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (there !== undefined && !there.isFile()) throw new Error('there is no plain file in its place')
    writeFileSync(fresh, text)
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw new Refusal(
      'world',
      `cannot write ${path}: ${(error as Error).message}`,
      'see that the folder can be written and has room, then type the command again: it goes on',
    )
  }
}

/** The file, and the folders that it leaves empty. */
function remove(folder: string, path: string): void {
  rmSync(inside(folder, path), { force: true })
  const root = resolve(folder)
  for (let parent = dirname(resolve(root, path)); parent.length > root.length; parent = dirname(parent)) {
    try {
      if (readdirSync(parent).length > 0) return
      rmdirSync(parent)
    } catch {
      return
    }
  }
}

/** Two runs into one folder: the second is told so. A lock whose holder is gone is taken over. */
function locked(folder: string): () => void {
  const path = join(folder, '.skerry.lock')
  mkdirOrRefuse(folder)
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new Refusal(
          'world',
          `cannot write ${path}: ${(error as Error).message}`,
          'see that the folder can be written and has room',
        )
      const holder = Number(readFileSync(path, 'utf8'))
      if (isAlive(holder))
        throw new Refusal('refused', `another skerry (process ${holder}) is writing to ${folder}`, 'wait for it to end')
      rmSync(path, { force: true })
    }
  }
  throw new Refusal('refused', `another skerry is writing to ${folder}`, 'wait for it to end')
}

function mkdirOrRefuse(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new Refusal(
      'world',
      `cannot make the folder ${folder}: ${(error as Error).message}`,
      'name a folder that can be made',
    )
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

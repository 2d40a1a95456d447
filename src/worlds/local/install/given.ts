// Engines that exist already are brought instead of built: the programs of a folder, or the cache of another machine (for one
// without Go, or without a network). A program counts when it runs and says its version.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Refusal } from '../../../model/refusal.ts'
import type { GivenRecord, Places } from './cache.ts'
import { entryOf, givenDirOf, writeRecord } from './cache.ts'
import type { EngineBinary, EngineFamily } from './locks.ts'

export interface Given {
  readonly family: string
  readonly name: string
  readonly path: string
  readonly version?: string
}

/** Takes each of these programs that the folder has. */
export function takeGiven(
  from: string,
  wanted: readonly { readonly family: EngineFamily; readonly binary: EngineBinary }[],
  places: Places,
): readonly Given[] {
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Refusal('usage', `${from} is no folder`, 'name the folder that holds the programs: --from FOLDER')
  const target = givenDirOf(places)
  return wanted.flatMap(({ family, binary: { name, versionArguments } }) => {
    const source = [join(from, name), join(from, 'bin', name)].find((path) => existsSync(path))
    if (source === undefined) return []
    const version = versionOf(source, versionArguments)
    const path = join(target, name)
    bringFile(source, path)
    writeRecord<GivenRecord>(join(target, 'given.json'), {
      [name]: { ...(version === undefined ? {} : { version }), from: resolve(source) },
    })
    return [{ family: family.name, name, path, ...(version === undefined ? {} : { version }) }]
  })
}

/** Takes what another cache has of exactly this lock and platform, files included. */
export function takeEntry(from: string, family: EngineFamily, places: Places): boolean {
  const entry = entryOf(family, places)
  const there = [join(from, basename(entry.folder)), join(from, 'engines', basename(entry.folder))].find(existsSync)
  if (there === undefined || resolve(there) === resolve(entry.folder)) return false
  for (const { name, versionArguments } of family.binaries) {
    const source = join(there, 'bin', name)
    if (!existsSync(source) || existsSync(join(entry.bin, name))) continue
    versionOf(source, versionArguments)
    bringFile(source, join(entry.bin, name))
  }
  if (existsSync(join(there, 'files')) && !existsSync(entry.files)) bringFolder(join(there, 'files'), entry.files)
  return true
}

/** What the program says of itself; throws a Refusal where it cannot be run. */
export function versionOf(path: string, words: readonly string[]): string | undefined {
  // those that have no such flag are only asked whether they start
  const asked = spawnSync(path, words.length === 0 ? ['--help'] : [...words], { encoding: 'utf8', timeout: 20_000 })
  const said = `${asked.stdout ?? ''}\n${asked.stderr ?? ''}`
  const version = versionIn(said)
  const code = (asked.error as NodeJS.ErrnoException | undefined)?.code
  if (code === undefined && (words.length === 0 ? /usage/i.test(said) : version !== undefined))
    return words.length === 0 ? undefined : version
  throw new Refusal(
    'refused',
    `${path} cannot be run here (${code ?? (said.trim().split('\n')[0] || `it ended with ${asked.status ?? asked.signal}`)})`,
    code === 'EACCES'
      ? 'make it executable, and see that its disk allows programs (noexec)'
      : `give one for ${process.platform} ${process.arch}`,
  )
}

/** The first thing in a text that looks like a version. */
export const versionIn = (text: string): string | undefined =>
  /(?<![\w.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)/.exec(text)?.[1]?.replace(/^/, 'v')

/** Whole or not at all. */
export function bringFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  const fresh = `${to}.${process.pid}.new`
  rmSync(fresh, { force: true })
  copyFileSync(from, fresh, constants.COPYFILE_FICLONE)
  chmodSync(fresh, 0o755)
  renameSync(fresh, to)
}

export function bringFolder(from: string, to: string): void {
  const fresh = `${to}.${process.pid}.new`
  rmSync(fresh, { recursive: true, force: true })
  copyTree(from, fresh)
  renameSync(fresh, to)
}

/** Files in a module cache may not be written, and so could not be deleted later: here they can. */
export function copyTree(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, dereference: true })
  const writable = (path: string): void => {
    const folder = statSync(path).isDirectory()
    chmodSync(path, folder ? 0o755 : 0o644)
    if (folder) for (const name of readdirSync(path)) writable(join(path, name))
  }
  writable(to)
}

// What is installed: each program of each family, which version, where, how large.

import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BuiltRecord, GivenRecord, Places } from './cache.ts'
import { cacheDirOf, entryOf, givenDirOf, locate, readRecord, sizeOf } from './cache.ts'
import { versionOf } from './given.ts'
import type { EngineBinary, EngineFamily } from './locks.ts'
import { engineLocks, lockedVersion } from './locks.ts'

export interface ListedEngine {
  readonly family: string
  readonly name: string
  /** How it came here; missing where it is not. */
  readonly kind: 'built' | 'given' | 'assets' | 'missing'
  /** What it says of itself, or what its lock says of one that says nothing. */
  readonly version?: string
  readonly lockedVersion: string
  readonly path?: string
  readonly bytes: number
}

export interface EngineList {
  readonly cacheDir: string
  readonly engines: readonly ListedEngine[]
  /** The folder with each family's files, where it is there. */
  readonly files: Readonly<Record<string, string>>
  /** Folders of earlier locks: nothing uses them. */
  readonly unused: readonly { readonly path: string; readonly bytes: number }[]
}

export function listEngines(places: Places = {}): EngineList {
  const cacheDir = cacheDirOf(places)
  const current = engineLocks.map((it) => entryOf(it, places).folder)
  return {
    cacheDir,
    engines: engineLocks.flatMap((family) => family.binaries.map((binary) => listed(family, binary, places))),
    files: Object.fromEntries(
      engineLocks.flatMap((family) => {
        const { files } = entryOf(family, places)
        return family.files.length > 0 && existsSync(files) ? [[family.name, files]] : []
      }),
    ),
    unused: foldersOf(cacheDir)
      .filter((path) => !current.includes(path) && engineLocks.some((it) => isEntry(basename(path), it.name)))
      .map((path) => ({ path, bytes: sizeOf(path) })),
  }
}

function listed(family: EngineFamily, binary: EngineBinary, places: Places): ListedEngine {
  const { name } = binary
  const found = locate(name, places)
  const start = { family: family.name, name, lockedVersion: lockedVersion(family, binary) }
  if (found === undefined) return { ...start, kind: 'missing', bytes: 0 }
  const version = versionThere(family, binary, found.kind, found.path, places)
  return { ...start, ...found, ...(version === undefined ? {} : { version }), bytes: sizeOf(found.path) }
}

function versionThere(
  family: EngineFamily,
  binary: EngineBinary,
  kind: 'built' | 'given' | 'assets',
  path: string,
  places: Places,
): string | undefined {
  switch (kind) {
    case 'built':
      return (
        readRecord<BuiltRecord>(join(entryOf(family, places).folder, 'entry.json'))[binary.name]?.version ??
        lockedVersion(family, binary)
      )
    case 'given':
      return readRecord<GivenRecord>(join(givenDirOf(places), 'given.json'))[binary.name]?.version
    case 'assets':
      return versionOf(path, binary.versionArguments)
  }
}

const isEntry = (folder: string, family: string): boolean =>
  folder.startsWith(`${family}-`) && /^[0-9a-f]{12}$/.test(folder.slice(family.length + 1))

function foldersOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((it) => it.isDirectory())
    .map((it) => join(folder, it.name))
    .sort()
}

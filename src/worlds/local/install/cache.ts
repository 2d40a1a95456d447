// Where engines lie: `SKERRY_CACHE`, else `$XDG_CACHE_HOME/skerry`, else `~/.cache/skerry`; in there `engines/<family>-<key>/` with
// `bin/`, `files/` and `entry.json`. Everything is renamed into place, so what has its name is whole. `engines/given/` holds the
// programs that were brought instead of built (`--from`).

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../../../model/refusal.ts'
import { writeFile } from '../folder.ts'
import { buildFlags, cacheKey } from './key.ts'
import type { EngineFamily } from './locks.ts'
import { engineLocks, familyOf } from './locks.ts'

/** Where to look; each has a default. */
export interface Places {
  readonly env?: NodeJS.ProcessEnv
  /** The folder with a folder for each family and key. */
  readonly cacheDir?: string
  /** The folder with the locks: `engines/` of skerry itself. */
  readonly locksDir?: string
}

export interface Entry {
  readonly folder: string
  readonly bin: string
  readonly files: string
}

export interface BuiltRecord {
  readonly version: string
  readonly seconds: number
  readonly go: string
}

export interface GivenRecord {
  /** As the program says it; none where it says nothing. */
  readonly version?: string
  readonly from: string
}

export function cacheDirOf({ env = process.env, cacheDir }: Places): string {
  if (cacheDir !== undefined) return cacheDir
  const xdg =
    env.XDG_CACHE_HOME === undefined || env.XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : env.XDG_CACHE_HOME
  const own = env.SKERRY_CACHE === undefined || env.SKERRY_CACHE === '' ? join(xdg, 'skerry') : env.SKERRY_CACHE
  return join(own, 'engines')
}

/** Programs that were brought. */
export const givenDirOf = (places: Places): string => join(cacheDirOf(places), 'given')

/** Skerry runs from its sources or from a bundle at any depth: the locks are in the folder of its package. */
export function locksDirOf({ locksDir }: Places): string {
  if (locksDir !== undefined) return locksDir
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'engines')
    if (existsSync(join(found, 'etcd', 'go.mod'))) return found
    assert(dirname(folder) !== folder, 'the locks of the engines are not in its package')
  }
}

export function lockOf(family: EngineFamily, places: Places): { readonly goMod: string; readonly goSum: string } {
  const folder = join(locksDirOf(places), family.name)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  return { goMod: read('go.mod'), goSum: read('go.sum') }
}

export function entryOf(family: EngineFamily, places: Places): Entry {
  const flags = buildFlags(family.stamps)
  const key = cacheKey({ ...lockOf(family, places), flags, platform: process.platform, arch: process.arch })
  const folder = join(cacheDirOf(places), `${family.name}-${key}`)
  return { folder, bin: join(folder, 'bin'), files: join(folder, 'files') }
}

/** Programs that Kubernetes' own tests look for in a folder of this name. */
const assetNames = ['etcd', 'kube-apiserver', 'kubectl']

/** The first of these that is there: what was given, what KUBEBUILDER_ASSETS has, what was built from the lock. */
export function locate(name: string, places: Places = {}): Located | undefined {
  const family = familyOf(name)
  if (family === undefined) return undefined
  const given = join(givenDirOf(places), name)
  if (existsSync(given)) return { kind: 'given', path: given }
  const assets = (places.env ?? process.env).KUBEBUILDER_ASSETS
  if (assets !== undefined && assets !== '' && assetNames.includes(name)) {
    const path = join(assets, name)
    if (existsSync(path)) return { kind: 'assets', path }
  }
  const built = join(entryOf(family, places).bin, name)
  return existsSync(built) ? { kind: 'built', path: built } : undefined
}

export interface Located {
  readonly kind: 'given' | 'assets' | 'built'
  readonly path: string
}

/** The path of an engine's program, or undefined where it is not installed. */
export const findEngine = (name: string, places: Places = {}): string | undefined => locate(name, places)?.path

/** The folder with the files of a family's modules (`crds/`, `stages/`, …), or undefined where they are not there. */
export function engineFiles(family: string, places: Places = {}): string | undefined {
  const lock = engineLocks.find((it) => it.name === family)
  if (lock === undefined || lock.files.length === 0) return undefined
  const { files } = entryOf(lock, places)
  return existsSync(files) ? files : undefined
}

export const readRecord = <T>(path: string): Readonly<Record<string, T>> => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, T>
  } catch {
    // a record is a convenience: what is there, is there
    return {}
  }
}

export function writeRecord<T>(path: string, more: Readonly<Record<string, T>>): void {
  writeFile(path, `${JSON.stringify({ ...readRecord<T>(path), ...more }, null, 2)}\n`, 0o644)
}

/** Bytes of all files below. */
export function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .reduce((total, it) => total + (statSync(join(it.parentPath, it.name), { throwIfNoEntry: false })?.size ?? 0), 0)
}

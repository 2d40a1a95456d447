// Brings the real engines: builds what is asked from its lock, through the Go module proxy, each module verified by its hash. Each
// program is renamed into place when it is whole, and Go keeps the parts, so a run that was killed anywhere goes on where it was. One
// run at a time writes the cache; a second one waits, and then finds everything there.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../../model/refusal.ts'
import { privateFolder } from '../folder.ts'
import type { BuildOptions, Built } from './build.ts'
import { build } from './build.ts'
import type { Places } from './cache.ts'
import { cacheDirOf, entryOf, givenDirOf } from './cache.ts'
import { takeEntry, takeGiven } from './given.ts'
import type { EngineFamily } from './locks.ts'
import { sweep, takeTurn } from './turn.ts'
import type { Installed, Wanted } from './want.ts'
import { presentOf, todoOf, wantedOf } from './want.ts'

export interface InstallOptions extends BuildOptions {
  /** A folder with programs that exist, or the cache of another machine: nothing is built. */
  readonly from?: string
}

export interface InstallResult {
  readonly cacheDir: string
  readonly built: readonly Built[]
  readonly given: readonly (Installed & { readonly version?: string })[]
  /** Was there already: programs, and `files` of a family. */
  readonly present: readonly Installed[]
  /** Families whose files are missing, since nothing was built and the folder given has none. */
  readonly withoutFiles: readonly string[]
}

/** Names are of families or of programs; none means all. */
export async function installEngines(
  names: readonly string[] = [],
  options: InstallOptions = {},
): Promise<InstallResult> {
  const { onProgress = () => undefined } = options
  const wanted = wantedOf(names)
  if (options.from !== undefined) return bring(options.from, wanted, options)
  const todo = () => todoOf(wanted, options)
  if (todo().length === 0) return result({ present: preferred(wanted, options) }, options)

  const cache = privateFolder(cacheDirOf(options), 'SKERRY_CACHE')
  const release = await takeTurn(cache, onProgress)
  try {
    sweep(cache, onProgress)
    const present = presentOf(wanted, options)
    const built = await build(todo(), options)
    preferred(wanted, options)
    return result({ present, built }, options)
  } finally {
    release()
  }
}

/** What was built by name is used from then on, and no longer what was given under that name. */
function preferred(wanted: Wanted, options: Places): readonly Installed[] {
  if (wanted.named)
    for (const { binary } of wanted.binaries) rmSync(join(givenDirOf(options), binary.name), { force: true })
  return presentOf(wanted, options)
}

/** Nothing is built: what the folder has is taken, and what was named must be there. */
async function bring(from: string, wanted: Wanted, options: InstallOptions): Promise<InstallResult> {
  const release = await takeTurn(
    privateFolder(cacheDirOf(options), 'SKERRY_CACHE'),
    options.onProgress ?? (() => undefined),
  )
  try {
    const whole = wanted.families.filter((family) => takeEntry(from, family, options))
    const rest = wanted.binaries.filter((it) => !whole.includes(it.family))
    const given = takeGiven(from, rest, options)
    const missing = rest.filter((it) => !given.some(({ name }) => name === it.binary.name)).map((it) => it.binary.name)
    if (wanted.named ? missing.length > 0 : given.length === 0 && whole.length === 0)
      throw new Refusal(
        'refused',
        `${from} has ${wanted.named ? `no ${missing.join(', ')}` : 'none of the engines'}`,
        `it should hold programs of these names, or be the cache of another machine with the same version of skerry: ${rest.map((it) => it.binary.name).join(', ')}`,
      )
    const families = wanted.families.filter(
      (it) => whole.includes(it) || given.some(({ family }) => family === it.name),
    )
    const withFiles = families.filter((it) => it.files.length > 0)
    const missingFiles = () => withFiles.filter((it) => !existsSync(entryOf(it, options).files))
    // programs can be brought without Go; where it is there, it fetches the files that belong to them
    await fetchFiles(missingFiles(), options)
    return result(
      {
        given,
        present: presentOf({ named: false, binaries: [], families: whole }, options),
        withoutFiles: missingFiles().map((it) => it.name),
      },
      options,
    )
  } finally {
    release()
  }
}

async function fetchFiles(families: readonly EngineFamily[], options: InstallOptions): Promise<void> {
  try {
    await build(
      families.map((family) => ({ kind: 'files', family, typicalSeconds: 5 })),
      options,
    )
  } catch (error) {
    // no Go, or no network: what is missing is said with the result
    if (!(error instanceof Refusal)) throw error
  }
}

const result = (parts: Partial<InstallResult>, options: Places): InstallResult => ({
  cacheDir: cacheDirOf(options),
  built: [],
  given: [],
  present: [],
  withoutFiles: [],
  ...parts,
})

// Builds what is still to be built, one program after the other, and brings the files of modules beside them.

import { mkdirSync, renameSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../../model/refusal.ts'
import { writeFile } from '../folder.ts'
import type { BuiltRecord, Entry, Places } from './cache.ts'
import { cacheDirOf, entryOf, lockOf, locksDirOf, sizeOf, writeRecord } from './cache.ts'
import type { Done } from './estimate.ts'
import { leftSeconds } from './estimate.ts'
import { copyTree, versionOf } from './given.ts'
import { goVersion, neededGo, runGo } from './go.ts'
import { buildFlags } from './key.ts'
import { limitsHere } from './limits.ts'
import type { EngineFamily } from './locks.ts'
import { lockedVersion } from './locks.ts'
import type { InstallProgress } from './progress.ts'
import { newToken, remove } from './turn.ts'
import type { Installed, Todo } from './want.ts'

export interface BuildOptions extends Places {
  readonly onProgress?: (progress: InstallProgress) => void
}

export interface Built extends Installed {
  readonly seconds: number
  readonly bytes: number
}

export async function build(todo: readonly Todo[], options: BuildOptions): Promise<readonly Built[]> {
  const { onProgress = () => undefined } = options
  const cache = cacheDirOf(options)
  const go = checkGo(todo, options)
  checkRoom(todo, options)
  const work = join(cache, `.build-${process.pid}`)
  mkdirSync(join(work, 'tmp'), { recursive: true })
  const limits = limitsHere()
  const done: Done[] = []
  const built: Built[] = []
  const token = newToken(cache)
  const run = (folder: string, words: readonly string[], onLine?: (line: string) => void) =>
    runGo({
      folder,
      arguments: words,
      env: options.env ?? process.env,
      token,
      limits,
      temporary: join(work, 'tmp'),
      ...(onLine === undefined ? {} : { onLine }),
    })
  try {
    for (const [index, it] of todo.entries()) {
      const entry = entryOf(it.family, options)
      const lock = layLock(it.family, entry, options)
      const part = { family: it.family.name, part: index + 1, parts: todo.length }
      const left = todo.slice(index + 1)
      if (it.kind === 'files') {
        onProgress({ kind: 'files', name: 'files', ...part, leftSeconds: leftSeconds(done, [it, ...left]) })
        await bringFiles(it.family, entry, (module) => run(lock, ['mod', 'download', '-json', module]))
        continue
      }
      const { binary } = it
      const started = performance.now()
      const elapsed = () => (performance.now() - started) / 1000
      let at = ''
      let packages = 0
      const say = () =>
        onProgress({
          kind: 'building',
          name: binary.name,
          ...part,
          at,
          packages,
          elapsedSeconds: Math.round(elapsed()),
          leftSeconds: leftSeconds(done, left, { typicalSeconds: binary.typicalSeconds, elapsedSeconds: elapsed() }),
        })
      say()
      const clock = setInterval(say, 1000)
      try {
        const fresh = join(work, binary.name)
        await run(
          lock,
          ['build', '-v', '-p', String(limits.parallel), ...buildFlags(it.family.stamps), '-o', fresh, binary.package],
          (line) => {
            if (/^[\w./-]+$/.test(line)) packages += 1
            if (/^(go: downloading )?[\w./@ +-]+$/.test(line)) at = line.replace(/^go: downloading/, 'fetching')
          },
        )
        const version = versionOf(fresh, binary.versionArguments) ?? lockedVersion(it.family, binary)
        mkdirSync(entry.bin, { recursive: true })
        const path = join(entry.bin, binary.name)
        renameSync(fresh, path)
        const seconds = elapsed()
        writeRecord<BuiltRecord>(join(entry.folder, 'entry.json'), {
          [binary.name]: { version, seconds: Math.round(seconds), go },
        })
        done.push({ typicalSeconds: binary.typicalSeconds, seconds })
        const bytes = sizeOf(path)
        built.push({ family: it.family.name, name: binary.name, path, seconds, bytes })
        onProgress({ kind: 'built', name: binary.name, ...part, seconds, bytes, leftSeconds: leftSeconds(done, left) })
      } finally {
        clearInterval(clock)
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw noRoom(cache)
    throw error
  } finally {
    remove(work)
  }
  return built
}

/** Go gets a copy, since it may write beside a lock, and skerry's own folder may not be written. */
function layLock(family: EngineFamily, entry: Entry, places: Places): string {
  const { goMod, goSum } = lockOf(family, places)
  const folder = join(entry.folder, 'lock')
  writeFile(join(folder, 'go.mod'), goMod, 0o644)
  writeFile(join(folder, 'go.sum'), goSum, 0o644)
  return folder
}

/** Copied, since the module cache may be cleaned at any time. */
async function bringFiles(
  family: EngineFamily,
  entry: Entry,
  download: (module: string) => Promise<string>,
): Promise<void> {
  const fresh = `${entry.files}.new`
  remove(fresh)
  for (const module of new Set(family.files.map((it) => it.module))) {
    const { Dir } = JSON.parse(await download(module)) as { readonly Dir: string }
    for (const { from, to } of family.files.filter((it) => it.module === module))
      copyTree(join(Dir, from), join(fresh, to))
  }
  renameSync(fresh, entry.files)
}

function checkGo(todo: readonly Todo[], options: BuildOptions): string {
  const [first] = todo
  if (first === undefined) return ''
  const folder = join(locksDirOf(options), first.family.name)
  return goVersion(folder, neededGo(lockOf(first.family, options).goMod), options.env ?? process.env)
}

/** Refused where not even the programs fit; said where Go's own caches, if they are empty, would not. */
function checkRoom(todo: readonly Todo[], { onProgress = () => undefined, ...options }: BuildOptions): void {
  const folder = cacheDirOf(options)
  const freeMebibytes = free(folder)
  const binaries = todo.flatMap((it) => (it.kind === 'binary' ? [it.binary] : []))
  // beside the programs the linker needs room for the archives of the largest one
  const least = binaries.reduce((total, it) => total + it.typicalMebibytes, 0) + (binaries.length > 0 ? 500 : 50)
  if (freeMebibytes < least) throw noRoom(folder, least, freeMebibytes)
  const families = new Set(todo.map((it) => it.family))
  const needMebibytes = least + [...families].reduce((total, it) => total + it.cacheMebibytes, 0)
  if (freeMebibytes < needMebibytes) onProgress({ kind: 'littleRoom', folder, freeMebibytes, needMebibytes })
}

function free(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor((bavail * bsize) / 2 ** 20)
}

const noRoom = (folder: string, need?: number, there?: number): Refusal =>
  new Refusal(
    'world',
    need === undefined
      ? `the disk of ${folder} is full`
      : `too little room in ${folder}: ${there} MiB, and the engines need ${need} MiB`,
    'make room, or put the cache on another disk: SKERRY_CACHE=FOLDER; then run it again',
  )

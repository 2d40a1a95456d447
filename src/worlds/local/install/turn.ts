// One install at a time writes a cache; what a killed one left behind is cleared before the next begins.

import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../../model/refusal.ts'
import { hold, living } from '../holder.ts'
import { signal, withToken } from '../process.ts'
import type { InstallProgress } from './progress.ts'

type Tell = (progress: InstallProgress) => void

/** Waits until no other run writes this cache. A dead one holds nothing. */
export async function takeTurn(cache: string, onProgress: Tell): Promise<() => void> {
  for (let said: number | undefined; ; await pause(300 + Math.random() * 200)) {
    try {
      return await hold(cache, 'engines install')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const [other] = living(cache)
      if (other === undefined || other.pid === said) continue
      said = other.pid
      onProgress({ kind: 'waiting', pid: other.pid, since: other.since })
    }
  }
}

/** A run that was killed leaves half a program, and Go at work for nobody. We hold the cache, so neither is anybody's. */
export function sweep(cache: string, onProgress: Tell): void {
  const left = withToken(tokenOf(cache))
  if (left.length > 0) onProgress({ kind: 'takingOver', processes: left.length })
  for (const it of left) signal(it, it.token, 'SIGKILL')
  for (const folder of foldersOf(cache)) {
    if (folder.startsWith('.build-')) remove(join(cache, folder))
    else
      for (const below of ['.', ...foldersOf(join(cache, folder))])
        for (const name of readdirSync(join(cache, folder, below)))
          if (name.endsWith('.new')) remove(join(cache, folder, below, name))
  }
}

const foldersOf = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((it) => it.isDirectory())
    .map(({ name }) => name)

export const remove = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

/** In the environment of all that builds for this cache; the end of it is chance. */
export const newToken = (cache: string): string => `${tokenOf(cache)}${randomBytes(4).toString('hex')}`

const tokenOf = (cache: string): string => `engines-install:${Buffer.from(cache).toString('base64url')}:`

// What was last heard of each part, and when: so that a part that does not answer is told with what it last said and how old that is.
// Beside the state, which only `up` and `down` may write; lost, nothing is lost but the age.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Heard {
  /** When that part was last heard of. */
  at(key: string): string | undefined
  /** What it said then. */
  said<T>(key: string): T | undefined
  note(key: string, at: string, said?: unknown): void
  keep(): void
}

interface Entry {
  readonly at: string
  readonly said?: unknown
}

export function heardAt(folder: string): Heard {
  const path = join(folder, 'heard.json')
  let known: Record<string, Entry>
  try {
    known = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Entry>
  } catch {
    known = {}
  }
  return {
    at: (key) => known[key]?.at,
    said: <T>(key: string) => known[key]?.said as T | undefined,
    note: (key, at, said) => {
      known[key] = said === undefined ? { at } : { at, said }
    },
    keep: () => {
      const fresh = `${path}.${process.pid}.new`
      try {
        writeFileSync(fresh, JSON.stringify(known), { mode: 0o600 })
        renameSync(fresh, path)
      } catch {
        // a down has removed the folder meanwhile: it must not come back
      }
    },
  }
}

/** A moment, and how long ago it was when the question was asked. */
export interface Age {
  readonly since: string | undefined
  readonly seconds: number | undefined
}

export const ageOf = (since: string | undefined, now: Date): Age => ({
  since,
  seconds: since === undefined ? undefined : Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1_000)),
})

export const latest = (...moments: readonly (string | undefined)[]): string | undefined =>
  moments
    .filter((at) => at !== undefined)
    .sort()
    .at(-1)

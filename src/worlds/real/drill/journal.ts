// What a drill has taken away, written down before it is taken: killed in between, the next command gives it back. Of a fleet there is one
// drill at a time. It lies on this machine, and beside the ledger where a team shares that: then any machine of the team gives back.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ground } from '../ground.ts'
import { shelfFor } from '../run.ts'
import type { ArmedIn } from './armed.ts'
import type { Undo } from './undo.ts'

export interface Away {
  /** What was taken, for a person. */
  readonly text: string
  /** In the order in which it is given back. */
  readonly undo: readonly Undo[]
}

export interface Journal {
  readonly drill: string
  readonly since: string
  readonly away: readonly Away[]
  readonly armed: readonly ArmedIn[]
  /** Where it lies for others too. */
  readonly shared?: string
}

export interface JournalPlace {
  /** On this machine, for people. */
  readonly path: string
  /** For all machines of a team; undefined: on this one alone. */
  readonly shared: string | undefined
  readonly read: () => Promise<Journal | undefined>
  readonly write: (journal: Journal) => Promise<void>
  readonly end: () => Promise<void>
}

const name = 'drill.json'

/** `ledger`: `s3://bucket/prefix`, where a team shares the fleet. */
export function journalIn(ground: Ground, ledger?: string): JournalPlace {
  const path = join(ground.folder, name)
  const bucket = ledger === undefined || ledger === '' ? undefined : shelfFor(ground, ledger)
  const shared = bucket === undefined ? undefined : `${bucket.place}/${name}`
  const here = (): Journal | undefined =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Journal) : undefined
  const put = (journal: Journal): void => {
    const fresh = `${path}.${process.pid}.new`
    writeFileSync(fresh, JSON.stringify(journal), { mode: 0o600 })
    renameSync(fresh, path)
  }
  return {
    path,
    shared,
    read: async () => {
      const own = here()
      if (bucket === undefined) return own
      const stored = await bucket.read(name)
      if (stored !== undefined) return JSON.parse(stored.text) as Journal
      // another machine has given it back
      if (own?.shared === shared) rmSync(path, { force: true })
      return own?.shared === shared ? undefined : own
    },
    write: async (journal) => {
      const whole = { ...journal, ...(shared !== undefined && { shared }) }
      put(whole)
      await bucket?.write(name, JSON.stringify(whole))
    },
    end: async () => {
      await bucket?.remove(name)
      rmSync(path, { force: true })
    },
  }
}

// What a drill has taken away, written down before it is taken: killed in between, the next command gives it back. Of a fleet there is one
// drill at a time.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
}

export const journalPath = (folder: string): string => join(folder, 'drill.json')

export function readJournal(folder: string): Journal | undefined {
  const path = journalPath(folder)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Journal) : undefined
}

export function writeJournal(folder: string, journal: Journal): void {
  const path = journalPath(folder)
  const fresh = `${path}.${process.pid}.new`
  writeFileSync(fresh, JSON.stringify(journal), { mode: 0o600 })
  renameSync(fresh, path)
}

export const endJournal = (folder: string): void => rmSync(journalPath(folder), { force: true })

// What was begun and what was done, a line each, written before and after every step. It is for people and for `status`: what a run was
// doing when it was killed. What is really there is asked of the world, never of this file.

import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { privateFolder, using } from './folder.ts'

export interface Entry {
  readonly at: string
  readonly verb: 'up' | 'down'
  readonly step: string
  readonly phase: 'begin' | 'done' | 'failed'
}

const path = (folder: string): string => join(folder, 'journal.jsonl')

export function write(folder: string, entry: Entry): void {
  privateFolder(folder)
  using(path(folder), () => appendFileSync(path(folder), `${JSON.stringify(entry)}\n`, { mode: 0o600 }))
}

export function read(folder: string): readonly Entry[] {
  let text: string
  try {
    text = readFileSync(path(folder), 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Entry]
    } catch {
      // the last line, cut by a kill
      return []
    }
  })
}

/** A new run begins. */
export const forget = (folder: string): void => using(path(folder), () => rmSync(path(folder), { force: true }))

/** Steps that were begun last and neither done nor failed since: where a run was cut off. */
export function open(entries: readonly Entry[]): readonly string[] {
  const last = new Map<string, Entry['phase']>()
  for (const { step, phase } of entries) last.set(step, phase)
  return [...last].flatMap(([step, phase]) => (phase === 'begin' ? [step] : []))
}

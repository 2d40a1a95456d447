// What was begun and what was done, a line each, written before and after every step. It is for people and for `status`: what a run was
// doing when it was killed. What is really there is asked of the world, never of this file.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { using } from './folder.ts'
import { appendLines, readLines } from './lines.ts'

export interface Entry {
  readonly at: string
  readonly verb: 'up' | 'down'
  readonly step: string
  readonly phase: 'begin' | 'done' | 'failed'
}

const path = (folder: string): string => join(folder, 'journal.jsonl')

export const write = (folder: string, entry: Entry): void => appendLines(path(folder), [entry])

export const read = (folder: string): readonly Entry[] => readLines(path(folder))

/** A new run begins. */
export const forget = (folder: string): void => using(path(folder), () => rmSync(path(folder), { force: true }))

/** Steps that were begun last and neither done nor failed since: where a run was cut off. */
export function open(entries: readonly Entry[]): readonly string[] {
  const last = new Map<string, Entry['phase']>()
  for (const { step, phase } of entries) last.set(step, phase)
  return [...last].flatMap(([step, phase]) => (phase === 'begin' ? [step] : []))
}

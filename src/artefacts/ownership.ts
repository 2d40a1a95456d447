// Which files of a folder are skerry's: a record beside them lists each with a hash of what was written. What is in the record and no
// longer wanted is taken away; what is not in it is somebody else's and never touched; what was changed by hand since is never
// overwritten unasked.

import { z } from 'zod'
import type { Artefact } from './artefact.ts'

/** Path to hash of the text, as it was written last. */
export type Ownership = Readonly<Record<string, string>>

export const ownershipFile = '.skerry.json'

const hashes = z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/))

const schema = z.strictObject({
  version: z.literal(1),
  about: z.string(),
  files: hashes,
  writing: hashes.optional(),
})

export interface OwnershipRecord {
  readonly files: Ownership
  /** What a run that has not ended was about to write: a file that holds it is ours too. */
  readonly writing: Ownership
}

export const ownershipOf = (files: readonly Artefact[], hash: (text: string) => string): Ownership =>
  Object.fromEntries(files.map(({ path, text }) => [path, hash(text)]).sort())

/** One file to a line, so that a review shows which of them changed. */
export function writeOwnership({ files, writing }: OwnershipRecord): string {
  const about =
    'The files that skerry wrote here, each with the hash of what it wrote. Everything else is not skerry’s.'
  const unfinished = Object.keys(writing).length === 0 ? '' : `,\n  "writing": ${lines(writing)}`
  return `{\n  "version": 1,\n  "about": ${JSON.stringify(about)},\n  "files": ${lines(files)}${unfinished}\n}\n`
}

function lines(owned: Ownership): string {
  const all = Object.keys(owned)
    .sort()
    .map((path) => `    ${JSON.stringify(path)}: ${JSON.stringify(owned[path])}`)
  return `{\n${all.join(',\n')}\n  }`
}

/** Undefined where the text is no record of ours. */
export function readOwnership(text: string): OwnershipRecord | undefined {
  try {
    const { files, writing } = schema.parse(JSON.parse(text))
    return { files, writing: writing ?? {} }
  } catch {
    return undefined
  }
}

export interface Comparison {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  /** Ours, and no longer wanted. */
  readonly removed: readonly string[]
  readonly same: readonly string[]
  /** Ours by the record, and changed by hand since: we would write it anew, or take it away. */
  readonly byHand: readonly string[]
  /** Not ours by the record, and in the way of a file that we would write. */
  readonly foreign: readonly string[]
}

/**
 * @param wanted what shall be there, path to hash
 * @param recorded what skerry wrote last
 * @param there the hash of the file on disk, undefined where there is none
 */
export function compareFiles(
  wanted: Ownership,
  recorded: OwnershipRecord,
  there: (path: string) => string | undefined,
): Comparison {
  const added: string[] = []
  const changed: string[] = []
  const removed: string[] = []
  const same: string[] = []
  const byHand: string[] = []
  const foreign: string[] = []
  const isOurs = (path: string) => recorded.files[path] !== undefined || recorded.writing[path] !== undefined
  const isAsWritten = (path: string, now: string) => now === recorded.files[path] || now === recorded.writing[path]
  for (const [path, hash] of Object.entries(wanted)) {
    const now = there(path)
    if (now === hash) same.push(path)
    else if (now === undefined) added.push(path)
    else if (!isOurs(path)) foreign.push(path)
    else (isAsWritten(path, now) ? changed : byHand).push(path)
  }
  for (const path of new Set([...Object.keys(recorded.files), ...Object.keys(recorded.writing)])) {
    if (wanted[path] !== undefined) continue
    const now = there(path)
    if (now !== undefined) (isAsWritten(path, now) ? removed : byHand).push(path)
  }
  return { added, changed, removed, same, byHand, foreign }
}

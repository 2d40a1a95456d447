// Files to a fleet. Pure: it is given the texts, and a port through which it asks for what they refer to. All that is wrong is told at
// once, as one Refusal.

import type { z } from 'zod'
import { appDocument } from '../model/declaration/app.ts'
import { drillDocument } from '../model/declaration/drill.ts'
import { fleetDocument } from '../model/declaration/fleet.ts'
import type { Fleet } from '../model/fleet.ts'
import type { SourceFile } from '../model/origin.ts'
import { assert } from '../model/refusal.ts'
import type { Attached } from './attached.ts'
import { none } from './attached.ts'
import { readCertificates } from './certificates.ts'
import { expandClasses } from './classes.ts'
import type { Declared, Path, Read } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import type { Documents, SourceText } from './documents.ts'
import { documentsOf } from './documents.ts'
import { readHardware } from './hardware.ts'
import { tellIssues } from './issues.ts'
import { manifestReader } from './manifests.ts'
import { namesOf } from './names.ts'
import type { Problems } from './problems.ts'
import { gather } from './problems.ts'
import { checkReferences } from './references.ts'
import { resolveFleet } from './resolve.ts'

export type { Attached } from './attached.ts'
export type { SourceText } from './documents.ts'

export function buildFleet(files: readonly SourceText[], attached: Attached = none): Fleet {
  const problems = gather()
  return fleetOf(documentsOf(files, problems), attached, problems)
}

/** The second half: the documents are read, and what was wrong with them as YAML is told already. */
export function fleetOf(
  { declared, parsed, looked, strangers }: Documents,
  attached: Attached,
  problems: Problems,
): Fleet {
  const fleets = declared.filter(({ kind }) => kind === 'Fleet')
  const [first, ...others] = fleets
  if (first === undefined && problems.count() === 0) noFleet(declared.length === 0, looked, problems)
  for (const other of others) {
    problems.add('there are two documents of kind Fleet', spotOf(other, ['kind']), {
      hint: `the first is at ${first?.file.file}:${first === undefined ? 1 : spotOf(first, ['kind']).line}; name one of them, or put both into one`,
    })
  }

  const fleet = first === undefined ? undefined : parseDocument(first, fleetDocument, problems)
  const apps = declared
    .filter(({ kind }) => kind === 'App')
    .map((document) => parseDocument(document, appDocument, problems))
  const drills = declared
    .filter(({ kind }) => kind === 'Drill')
    .map((document) => parseDocument(document, drillDocument, problems))
  const counted = declared.filter((document) => !others.includes(document))
  const names = namesOf(counted, problems)
  // it may have been an app
  if (strangers) names.unsure.add('app')
  const sources: Record<string, SourceFile> = Object.create(null)
  for (const { file, text, positions } of parsed) sources[file] = { text, positions }
  const keep = (file: string, source: SourceFile): void => {
    sources[file] = source
  }

  const expanded =
    first === undefined
      ? { classes: [], sites: [], clusters: [] }
      : expandClasses(first, fleet, { names, attached, keep, problems })
  if (first !== undefined) checkReferences(counted, names, problems)
  problems.refuse()
  assert(fleet !== undefined, 'a fleet without problems was not read')

  const manifestsOf = manifestReader({ attached, keep, problems })
  const made = resolveFleet(
    { fleet, apps: apps.filter(isRead), drills: drills.filter(isRead), expanded, manifestsOf, sources: () => sources },
    problems,
  )
  const around = { folder: fleet.document.folder, attached, keep, problems }
  const hardware = readHardware(made.clusters, around)
  const certificates = readCertificates(made.clusters, around)
  problems.refuse()
  return {
    ...made,
    ...(hardware !== undefined && { hardware }),
    ...(certificates !== undefined && { certificates }),
  }
}

function noFleet(nothing: boolean, looked: readonly string[], problems: Problems): void {
  const [file] = looked
  const files = `${looked.slice(0, 8).join(', ')}${looked.length > 8 ? ' and more' : ''}`
  problems.add(
    nothing ? 'there is no fleet here' : 'there is no document of kind Fleet',
    file === undefined ? undefined : { file },
    {
      hint: `${file === undefined ? '' : `looked into ${files}; `}a fleet begins with kind: Fleet; skerry init writes one to start from`,
    },
  )
}

const isRead = <T>(value: T | undefined): value is T => value !== undefined

function parseDocument<Schema extends z.ZodType>(
  document: Declared,
  schema: Schema,
  problems: Problems,
): Read<Schema> | undefined {
  // compiling the schema pays from some hundred sites on
  const result = schema.safeParse(document.raw, { jitless: document.file.text.length < 200_000 })
  if (result.success) return { document, value: result.data }
  const written = (path: Path) => scalarText(document, path)
  for (const { path, message, hint, key } of tellIssues(schema, document.raw, result.error.issues, written)) {
    problems.add(message, spotOf(document, path, key), { where: wordsOf(document, path), hint })
  }
  return undefined
}

/** A plain scalar as it stands in the file, for 1.30 is another number than "1.30". */
function scalarText(document: Declared, path: Path): string | undefined {
  const { line, column } = spotOf(document, path)
  const { text } = document.file
  let start = 0
  for (let number = 1; number < line; number += 1) start = text.indexOf('\n', start) + 1
  return /^[^\s,\]}#'"]+/.exec(text.slice(start + column - 1, start + column + 99))?.[0]
}

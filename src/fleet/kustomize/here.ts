// One kustomization while it is read: its raw value, and the way from it to files and positions.

import { brief, shown } from '../../model/visible.ts'
import { inside } from '../document.ts'
import type { Reader } from '../objects.ts'
import { tooFar, within } from '../paths.ts'
import type { Spot } from '../problems.ts'
import type { ParsedFile } from '../yaml.ts'

export interface Here {
  readonly folder: string
  readonly file: ParsedFile
  readonly index: number
  readonly raw: unknown
  readonly reader: Reader
  /** Folders on the way here, so that two that name each other end. */
  readonly way: readonly string[]
}

export interface Entry {
  readonly path: string
  readonly at: Spot
}

/** The path of an entry, from the folder of the fleet's document. */
export function step(here: Here, { path, at }: Entry): string | undefined {
  if (/^(?:[a-z+]+:\/\/|git@|github\.com\/)/.test(path) || path.includes('?ref=')) {
    return void here.reader.problems.add(`the resource ${brief(path, 120)} lies elsewhere`, at, {
      hint: 'skerry reads files only; keep a copy beside the fleet, or build it (kustomize build FOLDER > all.yaml) and name the result under manifests',
    })
  }
  const inner = within(here.folder, path)
  if (inner === undefined) here.reader.problems.add(`the path ${shown(path)} leads too far`, at, { hint: tooFar })
  return inner
}

/** The paths under a key. */
export function textsOf(here: Here, key: string): readonly Entry[] {
  const value = inside(here.raw, key)
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    here.reader.problems.add(`${key} is ${shown(value)}, not a list`, spot(here, [key]), {
      hint: `write ${key}: [a.yaml, b.yaml]`,
    })
    return []
  }
  return value.flatMap((item, index): Entry[] => {
    if (typeof item === 'string') return [{ path: item, at: spot(here, [key, index]) }]
    here.reader.problems.add(`an item of ${key} is ${shown(item)}, not a path`, spot(here, [key, index]), {
      hint: 'name a file or a folder',
    })
    return []
  })
}

export function spot(here: Here, path: readonly (string | number)[], index = here.index, key = false): Spot {
  const pointer = [index, ...path].join('/')
  const [line, column] = (key ? here.file.positions[`${pointer}#key`] : undefined) ??
    here.file.positions[pointer] ?? [1, 1]
  return { file: here.file.file, line, column }
}

export const text = (raw: unknown, key: string): string | undefined => {
  const value = inside(raw, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const listOf = (raw: unknown, key: string): readonly unknown[] => {
  const value = inside(raw, key)
  return Array.isArray(value) ? value : []
}

export const mapOf = (raw: unknown, key: string): Readonly<Record<string, unknown>> | undefined => {
  const value = inside(raw, key)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

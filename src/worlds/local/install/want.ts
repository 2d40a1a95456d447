// What was asked for, what of it is there, and what is still to be done.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../../model/refusal.ts'
import type { Entry, Places } from './cache.ts'
import { entryOf, locate } from './cache.ts'
import type { EngineBinary, EngineFamily } from './locks.ts'
import { engineLocks } from './locks.ts'

export interface Wanted {
  /** Whether anything was named: what is named is built, even where a program that was given would do. */
  readonly named: boolean
  readonly binaries: readonly WantedBinary[]
  /** Families whose files are wanted. */
  readonly families: readonly EngineFamily[]
}

export function wantedOf(names: readonly string[]): Wanted {
  const known = engineLocks.flatMap((it) => [it.name, ...it.binaries.map(({ name }) => name)])
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Refusal(
      'usage',
      `there is no engine ${unknown.join(', ')}`,
      `families: ${engineLocks.map((it) => it.name).join(', ')}; a program of one may be named alone, such as kube-apiserver`,
    )
  const all = names.length === 0
  const families = engineLocks.filter(
    (it) => all || names.includes(it.name) || it.binaries.some(({ name }) => names.includes(name)),
  )
  return {
    named: !all,
    families,
    binaries: families.flatMap((family) =>
      family.binaries
        .filter(({ name }) => all || names.includes(family.name) || names.includes(name))
        .map((binary) => ({ family, binary })),
    ),
  }
}

/** In the order in which it is done. */
export function todoOf({ named, binaries, families }: Wanted, places: Places): readonly Todo[] {
  return families.flatMap((family): readonly Todo[] => {
    const entry = entryOf(family, places)
    const missing = binaries.filter((it) => it.family === family && !isThere(it.binary.name, entry, named, places))
    return [
      ...missing.map((it) => ({ kind: 'binary' as const, ...it, typicalSeconds: it.binary.typicalSeconds })),
      ...(family.files.length > 0 && !existsSync(entry.files)
        ? [{ kind: 'files' as const, family, typicalSeconds: family.binaries.length === 0 ? 5 : 1 }]
        : []),
    ]
  })
}

const isThere = (name: string, entry: Entry, named: boolean, places: Places): boolean =>
  named ? existsSync(join(entry.bin, name)) : locate(name, places) !== undefined

export function presentOf({ named, binaries, families }: Wanted, places: Places): readonly Installed[] {
  return [
    ...binaries.flatMap(({ family, binary: { name } }) => {
      const entry = entryOf(family, places)
      if (!isThere(name, entry, named, places)) return []
      const path = (named ? undefined : locate(name, places)?.path) ?? join(entry.bin, name)
      return [{ family: family.name, name, path }]
    }),
    ...families.flatMap((family) => {
      const { files } = entryOf(family, places)
      return family.files.length > 0 && existsSync(files) ? [{ family: family.name, name: 'files', path: files }] : []
    }),
  ]
}

export interface WantedBinary {
  readonly family: EngineFamily
  readonly binary: EngineBinary
}

export type Todo =
  | (WantedBinary & { readonly kind: 'binary'; readonly typicalSeconds: number })
  | { readonly kind: 'files'; readonly family: EngineFamily; readonly typicalSeconds: number }

export interface Installed {
  readonly family: string
  readonly name: string
  readonly path: string
}

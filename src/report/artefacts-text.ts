// What was written where, and how a folder differs from what would be written: in counts by folder, and by name where they are few.

import type { Comparison } from '../artefacts/ownership.ts'
import { counted } from '../model/words.ts'

const mostNames = 20

/** `Wrote 34 files into out: 3 new, 2 changed, 1 taken away, 28 as they were.`, and the names of what is no longer as it was. */
export function deliveredText(comparison: Comparison, into: string): string {
  const { added, changed, removed, same, foreign, byHand } = comparison
  const all = added.length + changed.length + same.length + foreign.length + byHand.length
  if (all === same.length && removed.length === 0)
    return `All ${counted(all, 'file')} in ${into} are as they should be.`
  const parts = [
    part(added, 'new'),
    part([...changed, ...foreign, ...byHand], 'changed'),
    part(removed, 'taken away'),
    part(same, 'as they were'),
  ].filter((text) => text !== '')
  return [`${counted(all, 'file')} in ${into}: ${parts.join(', ')}.`, ...names(comparison)].join('\n')
}

/** The differences for a pipeline that wants none. */
export function comparisonText(comparison: Comparison, folder: string): string {
  const { added, changed, removed, foreign, byHand } = comparison
  const amount = added.length + changed.length + removed.length + foreign.length + byHand.length
  if (amount === 0) return `${folder} holds what the fleet says.`
  return [
    `${folder} does not hold what the fleet says: ${counted(amount, 'file')} ${amount === 1 ? 'differs' : 'differ'}.`,
    ...names(comparison),
  ].join('\n')
}

const part = (paths: readonly string[], what: string): string => (paths.length === 0 ? '' : `${paths.length} ${what}`)

function names({ added, changed, removed, foreign, byHand }: Comparison): readonly string[] {
  return [
    ...some('+', added, ''),
    ...some('~', changed, ''),
    ...some('-', removed, ''),
    ...some('!', foreign, ', not skerry’s'),
    ...some('!', byHand, ', changed by hand'),
  ]
}

/** By name where they are few; else by folder with a number. */
function some(mark: string, paths: readonly string[], note: string): readonly string[] {
  if (paths.length <= mostNames) return paths.map((path) => `  ${mark} ${path}${note}`)
  const folders = new Map<string, number>()
  for (const path of paths) {
    const folder = path.split('/').slice(0, 2).join('/')
    folders.set(folder, (folders.get(folder) ?? 0) + 1)
  }
  return [...folders].map(([folder, amount]) =>
    amount === 1 ? `  ${mark} ${folder}${note}` : `  ${mark} ${folder}/ (${counted(amount, 'file')}${note})`,
  )
}

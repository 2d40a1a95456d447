// Selection by labels: of sites for an app, of clusters for a federation. One that selects nothing is refused, for nobody means it.

import type { Declared, Path } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import { listed } from './nearest.ts'
import type { Problems } from './problems.ts'

export const carries = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)

export function nothingSelected(
  document: Declared,
  path: Path,
  what: 'site' | 'cluster',
  among: readonly { readonly labels: Readonly<Record<string, string>> }[],
  problems: Problems,
): void {
  const there = [
    ...new Set(among.flatMap(({ labels }) => Object.entries(labels).map(([key, value]) => `${key}: ${value}`))),
  ]
  problems.add(`no ${what} has these labels`, spotOf(document, path), {
    where: wordsOf(document, path),
    hint:
      there.length === 0 ? `no ${what} has any label; add labels to ${what}s` : `labels of ${what}s: ${listed(there)}`,
  })
}

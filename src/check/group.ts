// Rows of a class share its lines, and the copies of an app share those of its placement: what is wrong there is said once, with the
// number of rows or sites and a few of their names. So a message must not name its own row: "its cluster", not "store-0417".

import type { Finding, Hit, Rule } from '../model/finding.ts'

export interface Grouped {
  readonly rule: Rule
  readonly hit: Hit
  readonly rows?: NonNullable<Finding['rows']>
}

const keysShown = 3

export function groupRows(hits: readonly { readonly rule: Rule; readonly hit: Hit }[]): readonly Grouped[] {
  const groups = new Map<string, { rule: Rule; hit: Hit; keys: Set<string> }>()
  for (const { rule, hit } of hits) {
    const { file, pointer } = hit.origin
    const cause = [rule.code, hit.severity ?? '', file, pointer, hit.field ?? '', hit.found].join('\n')
    const group = groups.get(cause)
    if (group === undefined) groups.set(cause, { rule, hit, keys: new Set([keyOf(hit)]) })
    else group.keys.add(keyOf(hit))
  }
  return [...groups.values()].map(({ rule, hit, keys }) => {
    if (hit.origin.row === undefined && keys.size === 1) return { rule, hit }
    return { rule, hit, rows: { count: keys.size, keys: [...keys].slice(0, keysShown) } }
  })
}

/** The key of the row; without a class, the last name of the path, which is the site for the copy of an app. */
function keyOf({ origin }: Hit): string {
  return origin.row?.key ?? origin.label.slice(origin.label.lastIndexOf('.') + 1)
}

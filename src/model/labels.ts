// Many sites by what tells them apart: rings, Regions and states are words by which people look after thousands of them.

import { groupBy } from './group-by.ts'

/** In the order in which they are told; other labels are for selecting. */
const tellingLabels = ['ring', 'region', 'state'] as const

export interface LabelGroups<Item> {
  readonly label: string
  /** Rings from the smallest, as changes go through them; others from the largest. */
  readonly groups: readonly { readonly value: string; readonly items: readonly Item[] }[]
}

/** By each telling label in which the items differ. */
export function byLabels<Item>(
  items: readonly Item[],
  labelsOf: (item: Item) => Readonly<Record<string, string>>,
): readonly LabelGroups<Item>[] {
  return tellingLabels.flatMap((label): LabelGroups<Item>[] => {
    const labelled = items.filter((item) => labelsOf(item)[label] !== undefined)
    const groups = [...groupBy(labelled, (item) => labelsOf(item)[label] ?? '')]
      .map(([value, members]) => ({ value, items: members }))
      .sort(
        (a, b) =>
          (label === 'ring' ? a.items.length - b.items.length : b.items.length - a.items.length) ||
          (a.value < b.value ? -1 : 1),
      )
    return groups.length < 2 ? [] : [{ label, groups }]
  })
}

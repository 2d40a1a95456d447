// How many sites of a class there are of each ring, Region or state, in one line.

import { amount } from '../model/words.ts'

const mostGroups = 6

/** `canary 25, early 250, rest 2,225`; the smallest of many are told together. */
export function labelsText(groups: readonly { readonly value: string; readonly sites: number }[]): string {
  const shown = groups.slice(0, groups.length > mostGroups ? mostGroups - 1 : mostGroups)
  const rest = groups.slice(shown.length)
  return [
    ...shown.map(({ value, sites }) => `${value} ${amount(sites)}`),
    ...(rest.length === 0 ? [] : [`${rest.length} others ${amount(rest.reduce((sum, { sites }) => sum + sites, 0))}`]),
  ].join(', ')
}

// What the files of `steps/` hand back: a step together with the line of the fleet that asks for it, so that an order which cannot be
// kept (a cycle) is told by position. Ids are made here and nowhere else, since a need is written down before its step exists.

import type { Origin } from '../model/origin.ts'
import type { IntentValue, Step } from '../model/plan.ts'

export interface Draft extends Step {
  readonly origin: Origin
  /** The field of the entity that its needs come from, where one does. */
  readonly field?: string
}

export const idOf = {
  optIn: (account: string | undefined, group: string) =>
    `zone.optIn/${account === undefined ? '' : `${account}/`}${group}`,
  network: (network: string) => `network/${network}`,
  endpoints: (network: string) => `network/${network}/endpoints`,
  carrier: (network: string, site: string, pool: string) => `network/${network}/carrier/${site}/${pool}`,
  cluster: (cluster: string) => `cluster.create/${cluster}`,
  pool: (site: string, pool: string) => `pool.join/${site}/${pool}`,
  addon: (cluster: string, addon: string) => `addon/${cluster}/${addon}`,
  federation: (federation: string) => `federation.start/${federation}`,
  member: (federation: string, cluster: string) => `member.join/${federation}/${cluster}`,
  gitops: (cluster: string) => `gitops.start/${cluster}`,
  app: (app: string, at: string, namespace?: string) =>
    `app.place/${app}/${at}${namespace === undefined ? '' : `/${namespace}`}`,
  zone: (zone: string) => `route.point/zone/${zone}`,
  checks: (host: string) => `route.point/checks/${host}`,
  record: (host: string, set: string) => `route.point/record/${host}/${set}`,
  /** What a step brought about is looked at. */
  verify: (what: string, ...path: readonly string[]) => ['verify', what, ...path].join('/'),
} as const

/** Looking at a thing leaves nothing to undo. */
export const nothing = { kind: 'keep', title: 'Nothing to undo' } as const

type Loose = string | number | boolean | null | undefined | readonly Loose[] | { readonly [key: string]: Loose }

/** An intent from declared values: keys sorted, what is undefined left out. */
export function intentOf(values: { readonly [key: string]: Loose }): Readonly<Record<string, IntentValue>> {
  const sorted: Record<string, IntentValue> = {}
  for (const key of sortedKeys(values)) {
    const value = values[key]
    if (value !== undefined) sorted[key] = plain(value)
  }
  return sorted
}

function sortedKeys(values: object): readonly string[] {
  const keys = Object.keys(values)
  for (let index = 1; index < keys.length; index += 1)
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort()
  return keys
}

/** The value itself where nothing is to be sorted or left out: thousands of sites of one class share theirs. */
function plain(value: Exclude<Loose, undefined>): IntentValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.every(isPrimitive) ? (value as IntentValue) : value.map(itemOf)
  return intentOf(value as { readonly [key: string]: Loose })
}

const isPrimitive = (value: Loose): boolean => value === null || (typeof value !== 'object' && value !== undefined)
const itemOf = (item: Loose): IntentValue => (item === undefined ? null : plain(item))

/** Any JSON that came with the fleet (chart values, for one) as an intent. */
export const intentValue = (value: unknown): IntentValue => itemOf(value as Loose)

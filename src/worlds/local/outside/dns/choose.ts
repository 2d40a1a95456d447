// Which record Route 53 answers with, given which of them it holds usable. All unusable counts as all usable: a name is never left
// without an answer. (Route 53 Developer Guide, how Route 53 chooses records when health checking is configured.)

import type { DnsAudience, RecordConfig } from './config.ts'

/** Records with the chance that each is the answer; of a multivalue name all are, and a user takes any of them. */
export type Odds = readonly { readonly record: RecordConfig; readonly share: number }[]

export type Asker = Pick<DnsAudience, 'near' | 'origins'>

/** Somebody of whom nothing is known. */
export const anybody: Asker = { near: [], origins: [] }

/** How many addresses an answer has at most. */
const addressesMax = 8

export function choose(records: readonly RecordConfig[], usable: (record: RecordConfig) => boolean, who: Asker): Odds {
  switch (records[0]?.routing.kind) {
    case undefined:
      return []
    // it has nothing to turn to, so that its health is not asked
    case 'simple':
      return evenly(records.slice(0, 1))
    case 'failover':
      return firstUsable(byRole(records), usable)
    case 'latency':
      return firstUsable(byDistance(records, who), usable)
    case 'geolocation':
      return firstUsable(byOrigin(records, who), usable)
    case 'weighted':
      return byWeight(records, usable)
    case 'multivalue':
      return evenly(usableOrAll(records, usable))
  }
}

/** Primary before secondary, near before far, country before continent before the rest; the first, if none is usable. */
function firstUsable(records: readonly RecordConfig[], usable: (record: RecordConfig) => boolean): Odds {
  const record = records.find(usable) ?? records[0]
  return record === undefined ? [] : [{ record, share: 1 }]
}

function usableOrAll(records: readonly RecordConfig[], usable: (record: RecordConfig) => boolean) {
  const left = records.filter(usable)
  return left.length > 0 ? left : records
}

const evenly = (records: readonly RecordConfig[]): Odds =>
  records.map((record) => ({ record, share: 1 / records.length }))

const byRole = (records: readonly RecordConfig[]): readonly RecordConfig[] =>
  records.toSorted((a, b) => rank(a) - rank(b))

const rank = ({ routing }: RecordConfig): number => (routing.kind === 'failover' && routing.role === 'PRIMARY' ? 0 : 1)

const weightOf = ({ routing }: RecordConfig): number => (routing.kind === 'weighted' ? routing.weight : 0)

/** Records of weight 0 are used only when every other one is unusable. */
function byWeight(records: readonly RecordConfig[], usable: (record: RecordConfig) => boolean): Odds {
  const weighted = records.filter((record) => weightOf(record) > 0)
  const spare = records.filter((record) => weightOf(record) === 0)
  const left = weighted.filter(usable)
  if (left.length === 0 && spare.some(usable)) return evenly(spare.filter(usable))
  const chosen = left.length > 0 ? left : weighted
  if (chosen.length === 0) return evenly(spare)
  const total = chosen.reduce((sum, record) => sum + weightOf(record), 0)
  return chosen.map((record) => ({ record, share: weightOf(record) / total }))
}

/** Of a place that nobody knows: as the records stand. */
function byDistance(records: readonly RecordConfig[], { near }: Asker): readonly RecordConfig[] {
  const distance = ({ site }: RecordConfig): number => (near.includes(site) ? near.indexOf(site) : near.length)
  return records.toSorted((a, b) => distance(a) - distance(b))
}

function byOrigin(records: readonly RecordConfig[], { origins }: Asker): readonly RecordConfig[] {
  return [...origins, '*'].flatMap((origin) =>
    records.filter(({ routing }) => routing.kind === 'geolocation' && routing.location === origin),
  )
}

/** What one answer of the wire holds; `chance` gives numbers from 0 up to, and never, 1. */
export function draw(odds: Odds, chance: () => number): readonly RecordConfig[] {
  if (odds[0]?.record.routing.kind === 'multivalue')
    return shuffled(
      odds.map(({ record }) => record),
      chance,
    ).slice(0, addressesMax)
  let left = chance()
  for (const { record, share } of odds) {
    left -= share
    if (left < 0) return [record]
  }
  return odds.slice(-1).map(({ record }) => record)
}

function shuffled<T>(items: readonly T[], chance: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Sites with commas between, as `record/…` events say it. */
export const answerText = (odds: Odds): string => [...new Set(odds.map(({ record }) => record.site))].sort().join(',')

// What any single loss leaves of each app, worst first. Losses that come to the same are one row.

import type { Bounds } from '../failover/path.ts'
import type { Survival } from '../failover/survival.ts'
import { secondsText } from '../model/duration.ts'
import { counted, listed } from '../model/words.ts'
import { table, wrapped } from './lines.ts'
import { rangeText } from './range.ts'

const rank: Readonly<Record<Survival['outcome'], number>> = {
  lost: 0,
  noCopyLeft: 0,
  recovers: 1,
  heals: 2,
  moved: 3,
  unserved: 4,
  copiesLeft: 5,
  unnoticed: 6,
}

const word: Readonly<Record<Survival['outcome'], string>> = {
  lost: 'nobody',
  noCopyLeft: 'no copy is left',
  recovers: '',
  heals: '',
  moved: '',
  unserved: 'nobody, as before',
  copiesLeft: 'the other copies',
  unnoticed: '',
}

/** The rows that users feel, and a sentence on the rest. */
export function survivalBrief(survivals: readonly Survival[], { columns = 100, most = 8 } = {}): string {
  if (survivals.length === 0) return ''
  const felt = survivals.filter(({ outcome, waitingOnLan }) => rank[outcome] <= rank.moved || waitingOnLan.length > 0)
  const rows = merged(felt)
  const shown = rows.slice(0, most)
  const parts = ['What any single loss leaves (N-1)']
  if (shown.length > 0) parts.push(tableOf(shown, columns))
  if (rows.length > shown.length)
    parts.push(`  and ${counted(rows.length - shown.length, 'further row')} (-o json has all)`)
  parts.push(restText(survivals, felt, columns))
  return parts.filter((part) => part !== '').join('\n')
}

/** Every app under every loss. */
export function survivalText(survivals: readonly Survival[], { columns = 100 } = {}): string {
  if (survivals.length === 0) return 'The fleet declares no app, so there is nothing to lose.'
  return `What any single loss leaves (N-1)\n${tableOf(merged(survivals), columns)}`
}

interface Row {
  readonly survival: Survival
  readonly titles: readonly string[]
}

function merged(survivals: readonly Survival[]): readonly Row[] {
  const groups = new Map<string, { survival: Survival; titles: string[] }>()
  for (const survival of survivals) {
    const { app, outcome, servedBy, copiesLeft, replicasLeft, recovery, moves, broken, waitingOnLan } = survival
    const key = JSON.stringify([
      app,
      outcome,
      outcome === 'lost' ? servedBy.length > 0 : servedBy,
      copiesLeft,
      replicasLeft,
      recovery?.maxSeconds,
      moves?.map(movedText),
      broken.map((one) => one.objective),
      waitingOnLan.length > 0,
    ])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { survival, titles: [titleOf(survival)] })
    else group.titles.push(titleOf(survival))
  }
  return [...groups.values()].sort(
    (a, b) =>
      rank[a.survival.outcome] - rank[b.survival.outcome] ||
      (b.survival.recovery?.maxSeconds ?? 0) - (a.survival.recovery?.maxSeconds ?? 0) ||
      a.survival.copiesLeft - b.survival.copiesLeft,
  )
}

const titleOf = ({ title, standsFor }: Survival): string =>
  standsFor.count > 1 ? `${title} (and ${standsFor.count - 1} like it)` : title

function tableOf(rows: readonly Row[], columns: number): string {
  return table(
    [
      { title: 'app' },
      { title: 'when this is lost', flexible: true },
      { title: 'who serves' },
      { title: 'after' },
      { title: 'left', flexible: true },
    ],
    rows.map(({ survival, titles }) => [
      survival.app,
      titles.length > 4 ? `${titles.slice(0, 3).join('; ')}; and ${titles.length - 3} more` : titles.join('; '),
      whoText(survival),
      afterText(survival),
      leftText(survival),
    ]),
    columns,
  )
}

function whoText({ outcome, servedBy }: Survival): string {
  const sites = servedBy.length > 2 ? `${servedBy[0]} and ${servedBy.length - 1} more` : servedBy.join(', ')
  if (outcome === 'lost' && servedBy.length > 0) return 'nobody, for some users'
  return word[outcome] || sites || 'nobody'
}

function afterText({ recovery, outcome }: Survival): string {
  if (outcome === 'lost' || outcome === 'noCopyLeft') return 'the repair'
  if (recovery === undefined) return outcome === 'unnoticed' || outcome === 'moved' ? 'at once' : ''
  return boundsText(recovery)
}

const boundsText = ({ minSeconds, maxSeconds }: Pick<Bounds, 'minSeconds' | 'maxSeconds'>): string =>
  maxSeconds < 300
    ? `${rangeText(minSeconds, maxSeconds, (seconds) => String(Math.round(seconds)))} s`
    : rangeText(minSeconds, maxSeconds, secondsText)

function leftText({ copiesLeft, replicasLeft, replicas, moves = [], waitingOnLan, broken }: Survival): string {
  const broke = broken.length === 0 ? [] : [`breaks ${[...new Set(broken.map((one) => one.objective))].join(', ')}`]
  const lan = waitingOnLan.length === 0 ? [] : [`${waitingOnLan.join(', ')} on its LAN must wait`]
  return [
    copiesLeft === 0 ? 'no copy' : copiesLeft === 1 ? 'one copy, no spare' : `${copiesLeft} copies`,
    `${replicasLeft} of ${replicas} replicas`,
    ...moves.map(movedText),
    ...broke,
    ...lan,
  ].join(', ')
}

/** Karmada's part: whoever serves users meanwhile. */
const movedText = ({ sites, ...bounds }: NonNullable<Survival['moves']>[number]): string =>
  `ready at ${listed(sites)} after ${boundsText(bounds)}`

function restText(survivals: readonly Survival[], felt: readonly Survival[], columns: number): string {
  const rest = survivals.filter((survival) => !felt.includes(survival))
  if (rest.length === 0) return ''
  const bare = rest.filter((survival) => survival.outcome === 'unnoticed' && survival.copiesLeft === 1)
  const spare =
    bare.length === 0
      ? ''
      : `, but ${bare.length === 1 ? 'one' : bare.length} of them leave${bare.length === 1 ? 's' : ''} no spare: ${short(bare.map(titleOf))}`
  return wrapped(`${counted(rest.length, 'other loss', 'other losses')} users do not notice${spare}.`, columns, '  ')
}

const short = (titles: readonly string[]): string =>
  titles.length > 4 ? `${titles.slice(0, 3).join('; ')}; and ${titles.length - 3} more` : titles.join('; ')

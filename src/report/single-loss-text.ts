// Every single loss, worst first: what it costs users, who serves then, and what is left. Sites of one class that lose the same are
// one row.

import type { SingleLossReport, SingleLossRow } from '../drill/single-losses.ts'
import { durationText, secondsText, shareText } from '../model/duration.ts'
import { groupBy } from '../model/group-by.ts'
import { counted, listed } from '../model/words.ts'
import { table, wrapped } from './lines.ts'
import { rangeText } from './range.ts'

export function singleLossText(report: SingleLossReport, { columns = 100 } = {}): string {
  const { fleet, rows, runs, lossSeconds, latent } = report
  const felt = rows.filter((row) => row.touched > 0)
  const quiet = rows.filter((row) => row.touched === 0)
  const spare = quiet.filter((row) => latent.includes(row.loss))
  const violations = rows.flatMap((row) => row.result.violations)
  const severalApps = new Set(rows.flatMap((row) => row.copies?.app ?? [])).size > 1
  return [
    `Every single loss of ${fleet}, for ${durationText(lossSeconds)} each, ${counted(runs, 'run')} each, worst first`,
    felt.length === 0
      ? '  Users notice none of them.'
      : table(
          [
            { title: 'loss', flexible: true },
            { title: 'user-minutes lost', right: true },
            { title: 'served again', flexible: true },
            { title: 'by', flexible: true },
            { title: 'copies left', right: true },
          ],
          alike(felt).map((same) => [
            titlesOf(same),
            minutesText(same),
            againText(same, lossSeconds),
            byText(same),
            copiesText(same, severalApps),
          ]),
          columns,
        ),
    spare.length === 0
      ? ''
      : `Users notice nothing, and no spare is left (latent)\n${alike(spare)
          .map((same) => wrapped(`${titlesOf(same)}: ${leftText(same[0])}`, columns, '  ', '    '))
          .join('\n')}`,
    quiet.length === spare.length
      ? ''
      : wrapped(
          `Without a trace for users: ${short(alike(quiet.filter((row) => !spare.includes(row))).map(titlesOf))}.`,
          columns,
          '',
          '  ',
        ),
    violations.length === 0
      ? ''
      : `A bug of skerry: judges object to ${counted(violations.length, 'thing')}; the first: ${violations[0]?.text}`,
    wrapped(
      `1 user-minute is all users of an app without an answer for one minute. Users are counted until half an hour after the repair.`,
      columns,
      '',
      '  ',
    ),
    'next  skerry drill NAME runs a drill of your own; skerry explain failover APP shows every timer on the way',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const short = (titles: readonly string[]): string =>
  titles.length > 9
    ? `${titles.slice(0, 8).join('; ')}; and ${titles.length - 8} more (-o json has all)`
    : titles.join('; ')

/** What happens to a site of a class happens to the next one: rows of one class and kind that end alike, worst first. */
function alike(rows: readonly SingleLossRow[]): readonly (readonly SingleLossRow[])[] {
  return [
    ...groupBy(rows, (row) =>
      row.class === undefined
        ? row.loss
        : JSON.stringify([
            row.class,
            row.kind,
            row.kind === 'copy' ? row.loss.split('/')[1] : '',
            row.waiting.length > 0,
            row.recoverySeconds === null ? 'never' : typeof row.recoverySeconds,
            row.lanRecoverySeconds !== undefined,
            row.wayBack,
            row.servedBy.length > 0,
          ]),
    ).values(),
  ]
}

/** The worst by its title, the others by their number. */
function titlesOf(same: readonly SingleLossRow[]): string {
  const [first] = same
  const others = same.reduce((sum, row) => sum + row.standsFor.count, 0) - 1
  return others > 0 ? `${first?.title} (and ${others} like it)` : (first?.title ?? '')
}

function minutesText(same: readonly SingleLossRow[]): string {
  const minutes = same.map((row) => row.lostMinutes)
  return rangeText(Math.min(...minutes), Math.max(...minutes), (value) =>
    value > 0 && value < 0.05 ? '< 0.1' : value.toFixed(1),
  )
}

function againText(same: readonly SingleLossRow[], lossSeconds: number): string {
  const [row] = same
  if (row === undefined) return ''
  const waiting = same.flatMap((one) => one.waiting)
  const onLan = same.flatMap((one) => one.lanRecoverySeconds ?? [])
  const parts = [
    ...(row.recoverySeconds === undefined
      ? []
      : [
          row.recoverySeconds === null
            ? `not within the ${durationText(lossSeconds)}${row.unserved < 0.995 ? ' for some' : ''}`
            : `within ${secondsText(row.recoverySeconds)}`,
        ]),
    ...(onLan.length === 0 ? [] : [`within ${secondsText(Math.max(...onLan))} on the LAN`]),
    ...(waiting.length === 0 ? [] : [`${few(waiting)} ${waiting.length === 1 ? 'waits' : 'wait'} for the repair`]),
  ]
  if (parts.length > 0) return parts.join('; ')
  return row.wayBack ? 'lost only after the repair, on the way back' : 'most were served throughout'
}

function byText(same: readonly SingleLossRow[]): string {
  const [row] = same
  if (row === undefined) return ''
  if (same.length > 1) return row.servedBy.length === 0 ? 'nobody' : 'each by itself'
  const nobody =
    row.servedBy.length > 0 && row.unserved > 0.01 ? [`nobody for ${shareText(roundedShare(row.unserved))}`] : []
  const sites =
    row.servedBy.length > 3
      ? `${row.servedBy.slice(0, 2).join(', ')} and ${row.servedBy.length - 2} more`
      : row.servedBy.join(', ') || 'nobody'
  return [sites, ...nobody].join('; ')
}

const roundedShare = (share: number): number => Math.round(share * 100) / 100

function copiesText(same: readonly SingleLossRow[], severalApps: boolean): string {
  const copies = same[0]?.copies
  if (copies === undefined) return 'all'
  return `${copies.left} of ${copies.before}${severalApps ? ` ${copies.app}` : ''}`
}

function leftText(row: SingleLossRow | undefined): string {
  const { app = '', left = 0 } = row?.copies ?? {}
  return left === 1
    ? `one copy of ${app} is left, no spare`
    : `${counted(left, 'copy', 'copies')} of ${app} ${left === 0 ? 'is' : 'are'} left`
}

const few = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : listed(names)

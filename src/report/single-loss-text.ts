// Every single loss, worst first: what it costs users, who serves then, and what is left.

import type { SingleLossReport, SingleLossRow } from '../drill/single-losses.ts'
import { durationText, secondsText } from '../model/duration.ts'
import { counted } from '../model/words.ts'
import { table, wrapped } from './lines.ts'

export function singleLossText(
  { fleet, rows, runs, lossSeconds, latent }: SingleLossReport,
  { columns = 100 } = {},
): string {
  const felt = rows.filter((row) => row.touched > 0)
  const quiet = rows.filter((row) => row.touched === 0)
  const spare = quiet.filter((row) => latent.includes(row.loss))
  const violations = rows.flatMap((row) => row.result.violations)
  return [
    `Every single loss of ${fleet}, for ${durationText(lossSeconds)} each, ${counted(runs, 'run')} each, worst first`,
    felt.length === 0
      ? '  Users notice none of them.'
      : table(
          [
            { title: 'loss', flexible: true },
            { title: 'user-minutes lost', right: true },
            { title: 'served again', flexible: true },
            { title: 'by' },
            { title: 'copies left', right: true },
          ],
          felt.map((row) => [
            titleOf(row),
            row.lostMinutes.toFixed(1),
            againText(row),
            byText(row),
            row.copiesLeft === undefined ? 'all' : String(row.copiesLeft),
          ]),
          columns,
        ),
    spare.length === 0
      ? ''
      : `Users notice nothing, and no spare is left (latent)\n${spare.map((row) => wrapped(`${titleOf(row)}: ${row.copiesLeft === 1 ? 'one copy left, no spare' : counted(row.copiesLeft ?? 0, 'copy', 'copies')}`, columns, '  ', '    ')).join('\n')}`,
    quiet.length === spare.length
      ? ''
      : wrapped(
          `Without a trace for users: ${short(quiet.filter((row) => !spare.includes(row)).map(titleOf))}.`,
          columns,
          '',
          '  ',
        ),
    violations.length === 0
      ? ''
      : `A bug of skerry: judges object to ${counted(violations.length, 'thing')}; the first: ${violations[0]?.text}`,
    '1 user-minute is all users of an app without an answer for one minute.',
    'next  skerry drill NAME runs a drill of your own; skerry explain failover APP shows every timer on the way',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const short = (titles: readonly string[]): string =>
  titles.length > 9
    ? `${titles.slice(0, 8).join('; ')}; and ${titles.length - 8} more (-o json has all)`
    : titles.join('; ')

const titleOf = (row: SingleLossRow): string =>
  row.standsFor.count > 1 ? `${row.title} (and ${row.standsFor.count - 1} like it)` : row.title

function byText({ servedBy }: SingleLossRow): string {
  if (servedBy.length > 3) return `${servedBy.slice(0, 2).join(', ')} and ${servedBy.length - 2} more`
  return servedBy.join(', ') || 'nobody'
}

function againText({ recoverySeconds, waiting }: SingleLossRow): string {
  const again =
    recoverySeconds === undefined
      ? []
      : [recoverySeconds === null ? 'after the repair' : `within ${secondsText(recoverySeconds)}`]
  const wait = waiting.length === 0 ? [] : [`${waiting.join(', ')} ${waiting.length === 1 ? 'waits' : 'wait'}`]
  return [...again, ...wait].join('; ')
}

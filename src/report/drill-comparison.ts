// A drill that was measured beside its forecast, as a person reads it: whether they agree, event by event what was foreseen and what was
// seen, and what only one of them knows.

import type { DrillComparison } from '../drill/compare.ts'
import { secondsText } from '../model/duration.ts'
import { counted } from '../model/words.ts'
import type { ComparedEvent, LoneEvent, Verdict } from '../timeline/compare.ts'
import type { View } from './drill-strip.ts'
import { table, wrapped } from './lines.ts'

const standard: View = { columns: 100, unicode: true }

export function drillComparisonText(comparison: DrillComparison, view: View = standard): string {
  const byEngines = comparison.events.filter(({ decidedBy }) => decidedBy === 'engine')
  const byOthers = comparison.events.filter(({ decidedBy, maxSeconds }) => decidedBy !== 'engine' && maxSeconds > 0)
  return [
    verdict(comparison, view),
    eventsText('What engines decided', byEngines, view),
    eventsText('What stand-ins and documents decided: nothing follows from it', byOthers, view),
    lonesText('Foreseen in every forecast, and not seen', comparison.missing, view),
    lonesText('Seen, and foreseen in none', comparison.unforeseen, view),
    comparison.notes.map((note) => wrapped(note, view.columns, '  ')).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const byEngine = ({ decidedBy }: Pick<LoneEvent, 'decidedBy'>): boolean => decidedBy === 'engine'

const verdictTexts: Readonly<Record<Verdict, string>> = {
  agrees: 'agrees',
  differs: 'differs',
  nothingToJudge: 'nothing to judge',
}

function verdict(
  { verdict: said, judged, within, drill, world, forecasts, fleet, speed, missing, unforeseen }: DrillComparison,
  { columns }: View,
) {
  const lost = missing.filter(byEngine).length
  const surprises = unforeseen.filter(byEngine).length
  const all =
    judged === within ? (judged === 1 ? 'the one event' : `all ${judged} events`) : `${within} of ${judged} events`
  const more = [
    ...(lost === 0 ? [] : [`${counted(lost, 'event')} of theirs did not come`]),
    ...(surprises === 0
      ? []
      : [`${counted(surprises, 'event')} of theirs ${surprises === 1 ? 'was' : 'were'} foreseen in no run`]),
  ]
  const judgement =
    judged === 0 ? 'engines decided nothing that both tell' : `${all} that engines decided came in order and in time`
  return [
    wrapped(`${drill}: ${[judgement, ...more].join('; ')}.`, columns, `${verdictTexts[said]}  `),
    wrapped(
      `${world} against ${counted(forecasts, 'run')} of the twin, fleet ${fleet}, ${speed === 1 ? 'constants as they are' : `constants divided by ${speed}`}; all times are those of the drill.`,
      columns,
      '  ',
    ),
  ].join('\n')
}

function eventsText(title: string, events: readonly ComparedEvent[], { columns }: View): string {
  if (events.length === 0) return ''
  const rows = [...events]
    .sort((a, b) => a.at - b.at)
    .map((event) => [
      event.inside ? (event.inOrder ? '' : 'order') : 'outside',
      eventText(event),
      `after ${event.after.replace(/ #1$/, '')}`,
      rangeOf(event.minSeconds, event.maxSeconds),
      secondsText(event.measuredSeconds),
    ])
  return `${title}\n${table(
    [
      { title: '' },
      { title: 'event', flexible: true },
      { title: 'counted from', flexible: true },
      { title: 'the twin allows', right: true },
      { title: 'measured', right: true },
    ],
    rows,
    columns,
  )}`
}

export const eventText = ({
  subject,
  what,
  to,
  occurrence,
}: Pick<LoneEvent, 'subject' | 'what' | 'to' | 'occurrence'>): string =>
  `${subject} ${what} ${String(to)}${occurrence === 1 ? '' : ` (${occurrence})`}`

const rangeOf = (min: number, max: number): string =>
  secondsText(min) === secondsText(max) ? secondsText(max) : `${secondsText(min)} to ${secondsText(max)}`

function lonesText(title: string, events: readonly LoneEvent[], { columns }: View): string {
  const others = events.filter(({ decidedBy }) => decidedBy !== 'engine').length
  const ofEngines = events.filter(({ decidedBy }) => decidedBy === 'engine')
  if (events.length === 0) return ''
  if (ofEngines.length === 0) return `${title}\n  ${counted(others, 'event')} that no engine decides`
  return `${title}\n${table(
    [
      { title: 'event', flexible: true },
      { title: 'at', right: true },
    ],
    [
      ...[...ofEngines].sort((a, b) => a.at - b.at).map((event) => [eventText(event), secondsText(event.at)]),
      ...(others === 0 ? [] : [[`and ${counted(others, 'event')} that no engine decides`, '']]),
    ],
    columns,
  )}`
}

/** Of several drills together: what nothing is to be judged of says neither. */
export function overallVerdict(comparisons: readonly Pick<DrillComparison, 'verdict'>[]): Verdict {
  const verdicts = comparisons.map((one) => one.verdict)
  if (verdicts.includes('differs')) return 'differs'
  return verdicts.includes('agrees') ? 'agrees' : 'nothingToJudge'
}

/** As schema/drill-comparison.json says. */
export const drillComparisonJson = (comparisons: readonly DrillComparison[]): string =>
  `${JSON.stringify({ version: 1, verdict: overallVerdict(comparisons), comparisons }, null, 2)}\n`

// A drill as a person reads it, top down: the verdict, who served whom, the story, where the time went, what was expected, what
// users and control plane saw, what was taken for granted, and the line to type again.

import type { Chain, DrillResult, ExpectationResult, RecoveryEnvelope, Spread } from '../drill/result.ts'
import { clockText, durationText, secondsText, shareText } from '../model/duration.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted, listed } from '../model/words.ts'
import { classStatesBrief, classStatesText } from './class-states-text.ts'
import type { StoryLine } from './drill-story.ts'
import { momentText, story, storyCells } from './drill-story.ts'
import type { View } from './drill-strip.ts'
import { drillStrip } from './drill-strip.ts'
import { differingViews } from './drill-views.ts'
import { table, wrapped } from './lines.ts'
import { rangeText } from './range.ts'

export type { View } from './drill-strip.ts'

const standard: View = { columns: 100, unicode: true }

export function drillText(result: DrillResult, view: View = standard): string {
  return [
    verdict(result, view),
    `Who served whom\n${drillStrip(result, view)}`,
    storyText(story(result.timeline), view),
    ...result.recoveries.map((recovery) => recoveryText(result, recovery, view)),
    availabilityText(result, view),
    ...result.classes.map((states) => classStatesText(states, view.columns)),
    expectationsText(result, view),
    viewsText(result, view),
    assumptionsText(result, view),
    timersText(result, view),
    violationsText(result, view),
    again(result),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** About twenty lines. */
export function drillBrief(result: DrillResult, view: View = standard): string {
  return [
    verdict(result, view),
    drillStrip(result, view, { audiences: 1, legend: false }),
    storyText(story(result.timeline, 6), view, ''),
    [
      ...briefRecoveries(result, view),
      ...result.classes.flatMap((states) => classStatesBrief(states, view.columns) || []),
      ...result.expectations.map((expectation) => expectationLine(expectation, view, false)),
    ].join('\n'),
    viewsText(result, view),
    again(result),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function verdict(result: DrillResult, { columns }: View): string {
  const { drill, expectations, runs } = result
  const held = expectations.filter((expectation) => expectation.passed).length
  const word =
    result.violations.length > 0 ? 'broken' : result.ok ? (expectations.length === 0 ? 'ran' : 'passed') : 'failed'
  const where = result.live === undefined ? `in ${runsText(runs)}` : `on ${worldText(result.live.world)}`
  const outcome =
    expectations.length === 0
      ? 'nothing was expected'
      : held === expectations.length
        ? `${expectations.length === 1 ? 'the one expectation holds' : `all ${expectations.length} expectations hold`} ${where}`
        : `${held} of ${counted(expectations.length, 'expectation')} hold ${where}`
  const faults = drill.faults.map((fault) => `${clockText(fault.at)} ${fault.text}`)
  return [
    wrapped(`${drill.name}: ${outcome}.`, columns, `${word}  `, '        '),
    ...(drill.description === undefined ? [] : [wrapped(`${drill.description}.`.replace(/\.\.$/, '.'), columns, '  ')]),
    wrapped(
      `${listed(faults)}. Fleet ${result.fleet}, ${lengthText(result)}, ${result.live === undefined ? 'seed' : 'begun'} ${result.seed}.`,
      columns,
      '  ',
    ),
  ].join('\n')
}

/** Shares are of this time, so it is said with how it came about. */
function lengthText({ drill, recoveries, live }: DrillResult): string {
  const length =
    live === undefined
      ? `${durationText(drill.lengthSeconds)} of virtual time`
      : `${durationText(drill.lengthSeconds)}${live.speed === 1 ? '' : ` at ${live.speed} times the speed`}${live.endedAt < drill.lengthSeconds ? `, at rest from ${clockText(live.endedAt)} on` : ''}`
  if (drill.lengthFrom === 'declared') return length
  const until = {
    lastChange: 'until half an hour after the last fault or repair',
    boot: 'until half an hour after the last fault or repair, and as much longer as nodes take to boot',
    expectation: 'until the last expectation can be judged',
  }[drill.lengthFrom]
  const open = recoveries.some((recovery) => recovery.recovered < recovery.runs)
  return `${length} (${until}, as no length is given${open ? '; some users were not served again by then' : ''})`
}

const worldText = (world: Timeline['world']): string =>
  ({ twin: 'the twin', local: 'the engines of this machine', real: 'the real fleet' })[world]

const runsText = (runs: number): string => (runs === 1 ? 'the one run' : `all ${runs} runs`)

function storyText(
  lines: readonly StoryLine[],
  { columns }: View,
  title = 'What happened (time since the start of the drill; who decided)',
): string {
  if (lines.length === 0) return ''
  const rows = lines.map((line) => {
    const [time, text, decider] = storyCells(line)
    return [time, text, `[${decider}]`]
  })
  const body = table([{ title: '', right: true }, { title: '', flexible: true }, { title: '' }], rows, columns)
  return title === '' ? body : `${title}\n${body}`
}

function recoveryText(result: DrillResult, recovery: RecoveryEnvelope, view: View): string {
  const shown = result.timeline.recoveries.find(
    (one) =>
      one.app === recovery.app &&
      one.audience === recovery.audience &&
      result.timeline.events[one.fault]?.text === recovery.after,
  )
  const parts = [recoveryLine(recovery, view)]
  if (shown !== undefined && shown.seconds !== undefined) {
    let at =
      shown.seconds -
      shown.segments.reduce((sum, segment) => sum + segment.seconds, 0) +
      (result.timeline.events[shown.fault]?.at ?? 0)
    const rows = shown.segments.map((segment) => {
      const row = [
        momentText(at),
        segment.seconds.toFixed(1),
        boundsText(segment.minSeconds, segment.maxSeconds),
        segment.title,
        segment.timer,
      ]
      at += segment.seconds
      return row
    })
    const sum = shown.segments.reduce(
      (total, segment) => ({ min: total.min + segment.minSeconds, max: total.max + segment.maxSeconds }),
      { min: 0, max: 0 },
    )
    parts.push(
      table(
        [
          { title: 'from', right: true },
          { title: 'seconds', right: true },
          { title: 'bounds', right: true },
          { title: 'what takes the time', flexible: true },
          { title: 'timer' },
        ],
        [
          ...rows,
          [
            momentText(at),
            shown.seconds.toFixed(1),
            boundsText(sum.min, sum.max),
            shown.servedBy === undefined ? 'the sum' : `the sum: served by ${shown.servedBy}`,
            '',
          ],
        ],
        view.columns,
      ),
    )
    const users = [
      ...(shown.firstUserSeconds === undefined || shown.seconds - shown.firstUserSeconds < 1
        ? []
        : [`the first user was answered again after ${secondsText(shown.firstUserSeconds)}`]),
      ...(shown.tailSeconds === undefined
        ? ['some behind resolvers that overstay their TTL not before the drill ended']
        : shown.tailSeconds - shown.seconds < 1
          ? []
          : [`the last one behind a resolver that overstays its TTL after ${secondsText(shown.tailSeconds)}`]),
    ]
    if (users.length > 0)
      parts.push(
        wrapped(
          `${listed(users)}.`.replace(/^./, (first) => first.toUpperCase()),
          view.columns,
          '  ',
        ),
      )
  }
  const spread = spreadText(result, recovery)
  if (spread !== '') parts.push(wrapped(spread, view.columns, '  '))
  const beside = besideText(recovery)
  if (beside !== '') parts.push(wrapped(beside, view.columns, '  '))
  for (const chain of recovery.chains.slice(1, 4)) parts.push(wrapped(otherChain(chain), view.columns, '  ', '    '))
  return parts.join('\n')
}

/** Audiences that go through the same are one line. */
function briefRecoveries({ recoveries, drill }: DrillResult, { columns }: View): readonly string[] {
  const groups = new Map<string, { turn: number; same: RecoveryEnvelope[] }>()
  for (const recovery of recoveries) {
    const turn = recoveries
      .filter((one) => one.after === recovery.after && one.audience === recovery.audience)
      .indexOf(recovery)
    const key = `${recovery.app} ${recovery.after} ${turn} ${drill.lanAudiences[recovery.audience] ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { turn, same: [recovery] })
    else group.same.push(recovery)
  }
  return [...groups.values()].map(({ turn, same }) => {
    const spreads = same.flatMap((recovery) => recovery.seconds ?? [])
    const sites = [...new Set(same.flatMap((recovery) => recovery.servedBy))]
    const after = same[0]?.after.replace(/\.$/, '') ?? ''
    const how =
      spreads.length === 0
        ? 'nobody was served again'
        : `served again within ${rangeText(Math.min(...spreads.map((one) => one.min)), Math.max(...spreads.map((one) => one.max)), secondsText)} in all runs, by ${listed(sites)}`
    const who = same.map((recovery) => recovery.audience)
    const whose = who.length < drillAudiences(recoveries) ? ` (${listed(who)})` : ''
    return wrapped(`After ${after}${turn > 0 ? ', once more' : ''}: ${how}${whose}.`, columns, '  ', '    ')
  })
}

const drillAudiences = (recoveries: readonly RecoveryEnvelope[]): number =>
  new Set(recoveries.map((recovery) => recovery.audience)).size

function recoveryLine(recovery: RecoveryEnvelope, { columns }: View): string {
  const who = `Recovery of ${recovery.app} for ${recovery.audience}, after: ${recovery.after.replace(/\.$/, '')}`
  const how =
    recovery.seconds === undefined
      ? 'nobody was served again before the end'
      : `${spreadOf(recovery.seconds)}, served by ${listed(recovery.servedBy) || 'nobody'}`
  return wrapped(`${who}: ${how}`, columns, '', '  ')
}

const spreadOf = ({ min, max, mean }: Spread): string =>
  secondsText(min) === secondsText(max)
    ? secondsText(max)
    : `${rangeText(min, max, secondsText)}, mean ${secondsText(mean)}`

function spreadText(
  { runs }: DrillResult,
  { seconds, bounds, forecast, recovered, runs: failing, outside }: RecoveryEnvelope,
): string {
  if (seconds === undefined || bounds === undefined)
    return failing > 1 ? `In ${failing} of ${runs} runs users failed there; in none were they served again.` : ''
  const seen =
    recovered === 1
      ? 'In this run'
      : seconds.min.toFixed(1) === seconds.max.toFixed(1)
        ? `Over ${counted(recovered, 'run')}: ${seconds.max.toFixed(1)} s each time;`
        : `Over ${counted(recovered, 'run')}: ${seconds.min.toFixed(1)} to ${seconds.max.toFixed(1)} s, mean ${seconds.mean.toFixed(1)}, 95 % within ${seconds.p95.toFixed(1)};`
  const allowed = ` the timers allow ${boundsText(bounds.minSeconds, bounds.maxSeconds)} s`
  const closed =
    forecast === undefined
      ? ''
      : forecast.ofLongerLoss
        ? `; the closed form says ${boundsText(forecast.minSeconds, forecast.maxSeconds)} s of a loss that lasts longer than that`
        : `, the closed form says ${boundsText(forecast.minSeconds, forecast.maxSeconds)} s, ${Math.round(forecast.meanSeconds)} expected for a user`
  const missed =
    failing > recovered ? ` In ${counted(failing - recovered, 'run')} nobody was served again before the end.` : ''
  const bug =
    outside.length > 0
      ? ` A bug of skerry: ${counted(outside.length, 'run')} lie outside their bounds (${outside.slice(0, 3).join(', ')}).`
      : ''
  return `${seen}${allowed}${closed}.${missed}${bug}`
}

/** What the twin says of the same drill, and on which side of it the measurement lies. */
function besideText({ seconds, twin }: RecoveryEnvelope): string {
  if (twin === undefined) return ''
  const { min, max, mean } = twin.seconds
  const said = `The twin says ${secondsText(min)} to ${secondsText(max)}, mean ${secondsText(mean)}, over ${counted(twin.runs, 'run')}`
  if (seconds === undefined) return `${said}.`
  const place =
    seconds.max < min ? 'faster than all of them' : seconds.min > max ? 'slower than all of them' : 'among them'
  const { bounds } = twin
  const allowed =
    place === 'among them' || bounds === undefined
      ? ''
      : `, ${seconds.min >= bounds.minSeconds - 1 && seconds.max <= bounds.maxSeconds + 1 ? 'within' : 'outside'} what its timers allow (${boundsText(bounds.minSeconds, bounds.maxSeconds)} s)`
  return `${said}; ${secondsText(seconds.mean)} measured is ${place}${allowed}.`
}

const otherChain = (chain: Chain): string =>
  `In ${counted(chain.runs, 'run')} it went another way: ${chain.segments.map((segment) => `${segment.title} (${segment.seconds.mean.toFixed(0)} s)`).join(', ')}.`

const boundsText = (min: number, max: number): string => rangeText(min, max, figure)
const figure = (seconds: number): string =>
  Number.isFinite(seconds) ? String(Number(seconds.toFixed(seconds < 10 ? 1 : 0))) : 'no end'

function availabilityText({ availability, drill, live }: DrillResult, { columns }: View): string {
  if (availability.length === 0) return ''
  const rows = availability.map(({ app, audience, share, lostSeconds }) => [
    app,
    audience,
    rangeText(share.min, share.max, shareText),
    shareText(share.mean),
    lostSeconds.max < 0.05
      ? 'nothing'
      : live !== undefined
        ? `${lostSeconds.mean.toFixed(1)} s`
        : `${lostSeconds.mean.toFixed(1)} s, at most ${lostSeconds.max.toFixed(1)} s`,
  ])
  return `Answered requests over all ${durationText(drill.lengthSeconds)} of ${live === undefined ? 'each run' : 'the drill'}\n${table([{ title: 'app', flexible: true }, { title: 'users', flexible: true }, { title: 'share', flexible: true }, { title: 'mean' }, { title: 'lost', flexible: true }], rows, columns)}`
}

function expectationsText({ expectations }: DrillResult, view: View): string {
  if (expectations.length === 0) return ''
  return `Expected\n${expectations.map((expectation) => expectationLine(expectation, view, true)).join('\n')}`
}

function expectationLine(expectation: ExpectationResult, { columns, unicode }: View, long: boolean): string {
  const mark = expectation.passed ? (unicode ? '✓' : 'ok') : unicode ? '✗' : 'failed'
  const indent = ' '.repeat(mark.length + 3)
  const head = wrapped(expectation.claim, columns, `  ${mark} `, indent)
  if (expectation.passed && !long) return head
  const spread =
    expectation.runs === 1
      ? ''
      : expectation.failedRuns > 0
        ? `failed in ${expectation.failedRuns} of ${expectation.runs} runs; `
        : ''
  const seen =
    expectation.failedRuns > 0
      ? `worst with seed ${expectation.worst.seed}: ${expectation.worst.seen}`
      : `seen: ${expectation.shown.seen}${worstText(expectation)}`
  return `${head}\n${wrapped(`${spread}${seen}`, columns, indent, `${indent}  `)}${expectation.passed ? '' : `\n${indent}at ${expectation.at.file}:${expectation.at.line}`}`
}

function worstText({ shown, worst, runs }: ExpectationResult): string {
  return runs === 1 || worst.seen === shown.seen ? '' : `; at worst ${worst.seen}`
}

function viewsText({ timeline }: DrillResult, { columns }: View): string {
  const views = differingViews(timeline)
  if (views.length === 0) return ''
  return views
    .map((view) =>
      [
        wrapped(view.users, columns, '  users          ', '                 '),
        wrapped(view.controlPlane, columns, '  control plane  ', '                 '),
      ].join('\n'),
    )
    .join('\n')
}

function assumptionsText({ assumptions }: DrillResult, { columns }: View): string {
  return assumptions.length === 0
    ? ''
    : `Taken for granted\n${assumptions.map((assumption) => wrapped(assumption, columns, '  - ', '    ')).join('\n')}`
}

function timersText({ timers }: DrillResult, { columns }: View): string {
  const entries = Object.entries(timers)
  if (entries.length === 0) return ''
  const decided = { engine: 'real engine', standIn: 'stand-in of ours', document: 'document' }
  return `Where the timers come from\n${entries.map(([id, timer]) => wrapped(`${timer.source} (${decided[timer.decidedBy]})`, columns, `  ${id}  `, '      ')).join('\n')}`
}

function violationsText({ violations }: DrillResult, { columns }: View): string {
  if (violations.length === 0) return ''
  return `A bug of skerry: a judge objects to the run\n${violations
    .slice(0, 5)
    .map((one) => wrapped(`${one.judge} (seed ${one.seed}, event ${one.event}): ${one.text}`, columns, '  '))
    .join('\n')}`
}

const again = ({ drill, seed, live }: DrillResult): string =>
  live === undefined
    ? `again  skerry drill ${drill.name} --on twin --seed ${seed}`
    : `again  skerry drill ${drill.name} --on ${live.world}`

// A plan for people: how much and how long, the steps in their order, one line each, what differs, and where every copy runs and why.
// Many steps that are alike become one line: 2,500 shops are read as one shop and a number.

import stringWidth from 'string-width'
import type { IntentValue, Plan, PlannedStep } from '../model/plan.ts'
import { amount } from '../model/words.ts'
import type { Belongings } from '../plan/groups.ts'
import {
  belongingsOf,
  copyRows,
  groupTitle,
  mostLines,
  stepGroups,
  tieTexts,
  undoGroups,
  undoTitle,
} from '../plan/groups.ts'
import { classChanges } from './class-changes.ts'
import {
  countsOf,
  countsText,
  hasChanges,
  lengthOf,
  minutesText,
  phaseOf,
  phasesOf,
  waitsText,
} from './plan-summary.ts'

const mostDifferences = 8
const mostCopies = 40

const signs = { create: '+', change: '~', replace: '±', remove: '-', keep: '=' } as const

/** `all`: what is kept, and what is alike, line by line. */
export function planText(plan: Plan, { all = false } = {}): string {
  const byId = new Map(plan.steps.map((step) => [step.id, step]))
  const of = belongingsOf(plan)
  const shown = all || !plan.steps.some(isKept) ? plan.steps : plan.steps.filter((step) => !isKept(step))
  const parts = [
    header(plan),
    ...classChanges(plan).map(([head, ...labels]) => [head, ...labels.map((line) => `  ${line}`)].join('\n')),
    ...phasesOf(shown).map(({ phase, steps }) =>
      [
        phase,
        ...(all ? steps.map((step) => [step] as const) : stepGroups(steps, of)).flatMap((group) =>
          groupLines(group, of, byId),
        ),
      ].join('\n'),
    ),
    placementTable(plan, of, all),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** At most fifteen lines: what there will be, by phase. */
export function planBrief(plan: Plan): string {
  const lines = [`Plan for ${plan.fleet.name}: ${countsText(countsOf(plan))}${inBrief(plan)}`]
  const of = belongingsOf(plan)
  const inPhases = new Map<string, PlannedStep[]>()
  for (const step of plan.steps) {
    if (step.kind === 'verify') continue
    const phase = phaseOf(step)
    const steps = inPhases.get(phase)
    if (steps === undefined) inPhases.set(phase, [step])
    else steps.push(step)
  }
  for (const [phase, steps] of inPhases) {
    const groups = stepGroups(steps, of)
    const nameOf = (group: readonly [PlannedStep, ...PlannedStep[]]) =>
      group.length === 1 ? undefined : of(group[0].subject).class
    // thousands first: what comes last is cut
    const words = [
      ...groups.flatMap((group) => {
        const name = nameOf(group)
        return name === undefined ? [] : briefOfMany(group[0], group.length, name)
      }),
      ...groups.flatMap((group) => (nameOf(group) === undefined ? group.map(brief) : [])),
    ]
    lines.push(`  ${phase.toLowerCase().padEnd(11)} ${cut(fewOf(words), 110)}`)
  }
  return `${lines.join('\n')}\n`
}

/** The clean-up, in its order. */
export function planBackwardText(plan: Plan): string {
  const { backward } = plan
  const guarded = backward.filter((step) => step.protected).length
  const taken = new Set(backward.map(({ undoes }) => undoes))
  // machines of a control plane go with their cluster: they are neither a step nor left
  const goes = ({ kind, subject }: PlannedStep) =>
    kind === 'pool.join' && taken.has(`cluster.create/${subject.cluster}`)
  const kept = plan.steps.filter(
    (step) => step.change !== 'remove' && step.kind !== 'verify' && !taken.has(step.id) && !goes(step),
  )
  const lines = [
    `Clean-up of the fleet ${plan.fleet.name}: ${backward.length === 0 ? 'nothing to undo' : `${amount(backward.length)} steps, in this order`}`,
    ...(guarded === 0
      ? []
      : [
          `${guarded === backward.length ? 'All' : amount(guarded)} of them take something from what is marked protect (*): its name must be typed first`,
        ]),
  ]
  const of = belongingsOf(plan)
  const undone = undoGroups(backward, of).map(
    (group) => `  - ${oneLine(undoTitle(group, of))}${group[0].protected ? ' *' : ''}`,
  )
  const left = kept.slice(0, mostLines).map((step) => `  = ${oneLine(step.inverse.title)}`)
  const parts = [
    lines.join('\n'),
    undone.join('\n'),
    left.length === 0
      ? ''
      : [
          'Left as it is',
          ...left,
          ...(kept.length > mostLines ? [`  = and ${amount(kept.length - mostLines)} more`] : []),
        ].join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function header(plan: Plan): string {
  const length = lengthOf(plan)
  const lines = [`Plan for the fleet ${plan.fleet.name}: ${countsText(countsOf(plan))}`]
  if (!hasChanges(plan)) lines.push('Everything is as it is declared: there is nothing to do.')
  else if (length !== undefined) {
    const rest = length.steps - length.figures
    lines.push(
      `About ${minutesText(length)} on the longest way, if nothing waits${rest > 0 ? `; for ${amount(rest)} of ${amount(length.steps)} steps no figure is published, and none is counted` : ''}.`,
    )
  }
  return lines.join('\n')
}

/** Kept and our own: nothing that a reader of changes needs. What is somebody else's is shown, since the plan rests on it. */
const isKept = (step: PlannedStep): boolean => step.change === 'keep' && !step.existing

function groupLines(
  group: readonly [PlannedStep, ...PlannedStep[]],
  of: Belongings,
  byId: ReadonlyMap<string, PlannedStep>,
): readonly string[] {
  const [step] = group
  const sign = step.kind === 'verify' ? '?' : signs[step.change]
  const takes = step.expected === undefined || step.change !== 'create' ? '' : minutesText(step.expected)
  const notes = [waitsText(group, byId), takes].filter((note) => note !== '').join('; ')
  return [
    `  ${sign} ${oneLine(groupTitle(group, of))}${notes === '' ? '' : ` (${oneLine(notes)})`}`,
    ...differenceLines(group),
  ]
}

function differenceLines(group: readonly [PlannedStep, ...PlannedStep[]]): readonly string[] {
  const [{ change, differences, replacement }] = group
  if (change !== 'change' && change !== 'replace') return []
  const forced = new Map(replacement?.fields.map(({ path, source }) => [path, source]))
  const lines = differences.slice(0, mostDifferences).map(({ path, before, after }, index) => {
    const alike = group.every((step) => {
      const other = step.differences[index]
      return other !== undefined && sided(other) === sided({ before, after })
    })
    const why = forced.has(path) ? `, which takes a new one (${forced.get(path)})` : ''
    return `      ${oneLine(path)}: ${alike ? sided({ before, after }) : 'its own for each'}${oneLine(why)}`
  })
  const more =
    differences.length > mostDifferences ? [`      and ${amount(differences.length - mostDifferences)} more`] : []
  return [...lines, ...more, ...replacementLines(group)]
}

/** Why it is made anew, where no field of its own asks for it, and what is made anew with it. */
function replacementLines(group: readonly [PlannedStep, ...PlannedStep[]]): readonly string[] {
  const [{ replacement }] = group
  if (replacement === undefined) return []
  const { because, dependents } = replacement
  return [
    ...(because.length === 0 || group.length > 1 ? [] : [`      stands on ${cut(oneLine(because.join(', ')), 110)}`]),
    ...(dependents.length === 0 ? [] : [`      takes along ${cut(oneLine(dependents.join(', ')), 110)}`]),
  ]
}

type Sides = Pick<PlannedStep['differences'][number], 'before' | 'after'>

const sided = ({ before, after }: Sides): string =>
  `${before === undefined ? 'nothing' : valueText(before)} → ${after === undefined ? 'nothing' : valueText(after)}`

export function valueText(value: IntentValue): string {
  return cut(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), 70)
}

function placementTable({ placement, fleet }: Plan, of: Belongings, all: boolean): string {
  if (placement.length === 0) return ''
  const rows = copyRows(placement, of, all ? Number.POSITIVE_INFINITY : mostCopies)
  const shown = all ? rows : rows.slice(0, mostCopies)
  const title = `Where ${fleet.apps.length === 1 ? 'the app runs' : 'apps run'}`
  return [
    title,
    ...table([['app', 'site', 'cluster', 'replicas', 'why'], ...shown]),
    ...(rows.length > shown.length ? [`  and ${amount(rows.length - shown.length)} more`] : []),
    ...tieTexts(placement).map((text) => `  ${oneLine(text)}`),
  ].join('\n')
}

/** Columns two apart, by the width that a terminal gives them; the last one as long as it is. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const clean = rows.map((row) => row.map(oneLine))
  const widths = (clean[0] ?? []).map((_, column) => Math.max(...clean.map((row) => stringWidth(row[column] ?? ''))))
  return clean.map((row) =>
    `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))).join('  ')}`.trimEnd(),
  )
}

function inBrief(plan: Plan): string {
  const length = lengthOf(plan)
  return length === undefined ? '' : `; about ${minutesText(length)} as far as figures are published`
}

/** A step in a few words. */
function brief({ kind, subject, intent, change }: PlannedStep): string {
  const gone = change === 'remove' ? 'no more ' : ''
  const at = subject.site ?? subject.federation ?? ''
  switch (kind) {
    case 'zone.optIn':
      return `${gone}${subject.zoneGroup}`
    case 'network':
      return typeof intent.cidr === 'string' ? `${gone}${subject.network} ${intent.cidr}` : ''
    case 'cluster.create':
      return `${gone}${subject.cluster} ${String(intent.version ?? '')}`.trimEnd()
    case 'pool.join':
      return `${gone}${String(intent.replicas)} at ${at}`
    case 'addon':
      return intent.part === 'preparation' ? preparationWord(subject) : `${gone}${subject.addon} on ${subject.cluster}`
    case 'federation.start':
      return `${gone}${subject.federation} on ${subject.cluster}`
    case 'member.join':
    case 'gitops.start':
      return `${gone}${subject.cluster}`
    case 'app.place':
      return `${gone}${String(intent.replicas)} × ${subject.app} at ${at}`
    case 'route.point':
      return subject.site === undefined ? '' : `${gone}${subject.host} → ${subject.site}`
    case 'verify':
      return ''
  }
}

const preparationWord = ({ addon = '' }: PlannedStep['subject']): string =>
  addon.includes('@') ? `images into ${addon.slice(addon.indexOf('@') + 1)}` : 'artifacts and images downloaded'

/** Many of a class in a few words. */
function briefOfMany({ kind, subject, intent, change }: PlannedStep, count: number, name: string): string {
  const many = `${change === 'remove' ? 'no more ' : ''}${amount(count)}`
  switch (kind) {
    case 'cluster.create':
      return `${many} of ${name} ${String(intent.version ?? '')}`.trimEnd()
    case 'addon':
      return `${subject.addon} on ${many} of ${name}`
    case 'app.place':
      return `${subject.app} at ${many} of ${name}`
    case 'route.point':
      return `${subject.host} → ${many} of ${name}`
    case 'pool.join':
    case 'gitops.start':
    case 'member.join':
    case 'network':
    case 'zone.optIn':
    case 'federation.start':
    case 'verify':
      return `${many} of ${name}`
  }
}

function fewOf(words: readonly string[]): string {
  const said = [...new Set(words.filter((word) => word !== ''))].map(oneLine)
  const few = said.slice(0, said.length > 4 ? 3 : 4)
  return said.length > few.length ? `${few.join(', ')} and ${amount(said.length - few.length)} more` : few.join(', ')
}

/** A name with a line break must not look like a line of ours. */
const oneLine = (text: string): string => text.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

// A plan for a pull request: the figures, a table of what changes, and behind each change what differs. Every value comes from files
// that somebody else may have written, so none of it may become markup, a link, or a mention that calls people.

import type { Plan, PlannedStep } from '../model/plan.ts'
import { amount } from '../model/words.ts'
import type { Belongings } from '../plan/groups.ts'
import { belongingsOf, copyRows, groupTitle, stepGroups, tieTexts } from '../plan/groups.ts'
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
import { valueText } from './plan-text.ts'

/** A comment on GitHub holds 65,536 characters, and a table of hundreds of rows is read by nobody. */
const mostRows = 100
const mostDetails = 40
const mostDifferences = 20
const mostCharacters = 60_000

const words = { create: 'create', change: 'change', replace: 'replace', remove: 'remove', keep: 'keep' } as const

export function planMarkdown(plan: Plan): string {
  const byId = new Map(plan.steps.map((step) => [step.id, step]))
  const of = belongingsOf(plan)
  const changes = stepGroups(
    plan.steps.filter((step) => step.change !== 'keep' && step.kind !== 'verify'),
    of,
  )
  const length = lengthOf(plan)
  const figures = [
    `### Plan for ${escaped(plan.fleet.name)}: ${countsText(countsOf(plan))}`,
    hasChanges(plan)
      ? length === undefined
        ? ''
        : `About ${minutesText(length)} on the longest way, as far as figures are published.`
      : 'Everything is as it is declared: there is nothing to do.',
  ]
  const rows = changes.slice(0, mostRows).map((group) => {
    const [step] = group
    return row([
      words[step.change],
      phaseOf(step),
      escaped(groupTitle(group, of)),
      escaped(waitsText(group, byId)),
      step.expected === undefined || step.change !== 'create' ? '' : minutesText(step.expected),
    ])
  })
  const table =
    rows.length === 0
      ? ''
      : [row(['', 'part', 'step', 'waits', 'takes']), row(['---', '---', '---', '---', '---']), ...rows].join('\n')
  const left = changes.length > mostRows ? `and ${amount(changes.length - mostRows)} more` : ''
  const changed = changes.filter(([step]) => step.differences.length > 0)
  const more = changed.length > mostDetails ? `and ${amount(changed.length - mostDetails)} more changes` : ''
  return `${bounded([...figures, ...classChanges(plan).map(([head, ...labels]) => [escaped(head), ...labels.map((line) => `- ${escaped(line)}`)].join('\n')), table, left, ...changed.slice(0, mostDetails).map((group) => details(group[0], groupTitle(group, of))), more, looks(plan, of), placement(plan, of)]).join('\n\n')}\n`
}

function details(step: PlannedStep, title: string): string {
  const shown = step.differences.slice(0, mostDifferences)
  const value = (it: PlannedStep['differences'][number]['before']) => (it === undefined ? '' : code(valueText(it)))
  const rest =
    step.differences.length > shown.length ? `\n\nand ${amount(step.differences.length - shown.length)} more` : ''
  return [
    `<details><summary>${escaped(title)}: ${amount(step.differences.length)} changed</summary>`,
    '',
    row(['field', 'before', 'after']),
    row(['---', '---', '---']),
    ...shown.map((it) => row([code(it.path), value(it.before), value(it.after)])),
    `${rest}`,
    '</details>',
  ].join('\n')
}

/** What is only looked at: the same lines as in the terminal, behind a fold. */
function looks({ steps }: Plan, of: Belongings): string {
  const shown = steps.filter((step) => step.change !== 'keep' || step.existing)
  const groups = phasesOf(shown)
    .flatMap((phase) => stepGroups(phase.steps, of))
    .filter(([step]) => step.kind === 'verify')
  if (groups.length === 0) return ''
  const count = groups.reduce((sum, group) => sum + group.length, 0)
  return [
    `<details><summary>${amount(count)} to look at</summary>`,
    '',
    row(['part', 'look whether']),
    row(['---', '---']),
    ...groups.slice(0, mostRows).map((group) => row([phaseOf(group[0]), escaped(groupTitle(group, of))])),
    ...(groups.length > mostRows ? ['', `and ${amount(groups.length - mostRows)} more`] : []),
    '',
    '</details>',
  ].join('\n')
}

function placement({ placement }: Plan, of: Belongings): string {
  if (placement.length === 0) return ''
  const all = copyRows(placement, of, mostRows)
  const rows = all.slice(0, mostRows).map((cells) => row(cells.map(escaped)))
  const left = all.length > mostRows ? `\n\nand ${amount(all.length - mostRows)} more` : ''
  const ties = tieTexts(placement).map((text) => `\n${escaped(text)}\n`)
  return [
    `<details><summary>Where ${amount(placement.length)} ${placement.length === 1 ? 'copy runs' : 'copies run'}</summary>`,
    '',
    row(['app', 'site', 'cluster', 'replicas', 'why']),
    row(['---', '---', '---', '---', '---']),
    ...rows,
    left,
    ...ties,
    '</details>',
  ].join('\n')
}

/** Whole parts, as many as fit. */
function bounded(parts: readonly string[]): readonly string[] {
  const kept: string[] = []
  let characters = 0
  for (const part of parts) {
    if (part === '') continue
    characters += part.length + 2
    if (characters > mostCharacters) return [...kept, 'The rest does not fit here: see `skerry plan`.']
    kept.push(part)
  }
  return kept
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const code = (text: string): string => `<code>${escaped(text)}</code>`

/**
 * Text that stays text. What means something to Markdown or HTML becomes an entity, a line break a space. What would call a person or a
 * team, refer to an issue, or become a link is looked for in the finished page, where an entity hides nothing: a mark of no width does.
 */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/[\\`*_[\]<>#|~&$]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/@|&#35;|:(?=\/\/)|www(?=\.)/gi, (mark) => `${mark}&#8203;`)
}

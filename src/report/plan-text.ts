// A plan for people: how much and how long, the steps in their order, one line each, what differs, and where every copy runs and why.
// Many steps that are alike become one line: 2,500 shops are read as one shop and a number.

import stringWidth from 'string-width'
import type { Assignment, IntentValue, Plan, PlannedStep, UndoStep } from '../model/plan.ts'
import {
  amount,
  countsOf,
  countsText,
  hasChanges,
  lengthOf,
  minutesText,
  phaseOf,
  phasesOf,
  waitsText,
} from './plan-summary.ts'

/** More lines than this in one phase, and those that are alike are told as one. */
const mostLines = 24
const mostDifferences = 8
const mostCopies = 40

const signs = { create: '+', change: '~', remove: '-', keep: '=' } as const

/** `all`: what is kept, and what is alike, line by line. */
export function planText(plan: Plan, { all = false } = {}): string {
  const byId = new Map(plan.steps.map((step) => [step.id, step]))
  const classOf = classes(plan)
  const shown = all || !plan.steps.some(isKept) ? plan.steps : plan.steps.filter((step) => !isKept(step))
  const parts = [
    header(plan),
    ...phasesOf(shown).map(({ phase, steps }) =>
      [
        phase,
        ...(all ? steps.map((step) => [step]) : alike(steps, classOf)).flatMap((group) => groupLines(group, byId)),
      ].join('\n'),
    ),
    placementTable(plan, classOf, all),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** At most a dozen lines: what there will be, by phase. */
export function planBrief(plan: Plan): string {
  const lines = [`Plan for ${plan.fleet.name}: ${countsText(countsOf(plan))}${inBrief(plan)}`]
  const inPhases = new Map<string, PlannedStep[]>()
  for (const step of plan.steps) {
    if (step.kind === 'verify') continue
    const phase = phaseOf(step)
    inPhases.set(phase, [...(inPhases.get(phase) ?? []), step])
  }
  for (const [phase, steps] of inPhases)
    lines.push(`  ${phase.toLowerCase().padEnd(11)} ${cut(fewOf(steps.map(brief)), 110)}`)
  return `${lines.join('\n')}\n`
}

/** The clean-up, in its order. */
export function planBackwardText(plan: Plan): string {
  const { backward } = plan
  const guarded = backward.filter((step) => step.protected).length
  const taken = new Set(backward.map(({ undoes }) => undoes))
  const kept = plan.steps.filter((step) => step.change !== 'remove' && step.kind !== 'verify' && !taken.has(step.id))
  const lines = [
    `Clean-up of the fleet ${plan.fleet.name}: ${backward.length === 0 ? 'nothing to undo' : `${amount(backward.length)} steps, in this order`}`,
    ...(guarded === 0
      ? []
      : [
          `${guarded === backward.length ? 'All' : amount(guarded)} of them take something from what is marked protect (*): its name must be typed first`,
        ]),
  ]
  const undone = alikeUndo(backward, classes(plan)).map(
    ([first, ...more]) =>
      `  - ${oneLine(first?.title ?? '')}${more.length === 0 ? '' : `, and ${amount(more.length)} more like it`}${first?.protected === true ? ' *' : ''}`,
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
  [step, ...more]: readonly PlannedStep[],
  byId: ReadonlyMap<string, PlannedStep>,
): readonly string[] {
  if (step === undefined) return []
  const sign = step.kind === 'verify' ? '?' : signs[step.change]
  const takes = step.expected === undefined || step.change !== 'create' ? '' : minutesText(step.expected)
  const notes = [waitsText(step, byId), takes].filter((note) => note !== '').join('; ')
  const last = more.at(-1)
  const rest =
    last === undefined
      ? ''
      : `, and ${amount(more.length)} more like it, to ${last.subject.site ?? last.subject.cluster ?? last.subject.host ?? last.id}`
  return [
    `  ${sign} ${oneLine(step.title)}${rest}${notes === '' ? '' : ` (${oneLine(notes)})`}`,
    ...differenceLines(step),
  ]
}

function differenceLines({ change, differences }: PlannedStep): readonly string[] {
  if (change !== 'change') return []
  const lines = differences
    .slice(0, mostDifferences)
    .map(
      ({ path, before, after }) =>
        `      ${oneLine(path)}: ${before === undefined ? 'nothing' : valueText(before)} → ${after === undefined ? 'nothing' : valueText(after)}`,
    )
  return differences.length > mostDifferences
    ? [...lines, `      and ${amount(differences.length - mostDifferences)} more`]
    : lines
}

export function valueText(value: IntentValue): string {
  return cut(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), 70)
}

type ClassOf = (step: { readonly subject: PlannedStep['subject'] }) => string | undefined

function classes({ fleet }: Plan): ClassOf {
  const bySite = new Map(fleet.sites.map((site) => [site.name, site.class]))
  const byCluster = new Map(fleet.clusters.map((cluster) => [cluster.name, cluster.class]))
  return ({ subject }) => bySite.get(subject.site ?? '') ?? byCluster.get(subject.cluster ?? '')
}

/** In a long phase: steps of one kind and class that undergo the same, wherever in it they stand. */
function alike(steps: readonly PlannedStep[], classOf: ClassOf): readonly (readonly PlannedStep[])[] {
  return grouped(steps, (step) =>
    [
      step.kind,
      step.change,
      step.existing,
      classOf(step) ?? '',
      step.subject.app ?? '',
      step.subject.addon ?? '',
      step.kind === 'verify' ? step.intent.claim : '',
      step.differences.map(({ path }) => path),
    ].join('|'),
  )
}

function alikeUndo(steps: readonly UndoStep[], classOf: ClassOf): readonly (readonly UndoStep[])[] {
  return grouped(steps, (step) =>
    [step.kind, step.protected, classOf(step) ?? '', step.subject.app ?? '', step.subject.addon ?? ''].join('|'),
  )
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  if (items.length <= mostLines) return items.map((item) => [item])
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  // two are as quickly read as one and "1 more"
  return [...groups.values()].flatMap((group) => (group.length <= 2 ? group.map((item) => [item]) : [group]))
}

function placementTable({ placement, fleet }: Plan, classOf: ClassOf, all: boolean): string {
  if (placement.length === 0) return ''
  const many = !all && placement.length > mostCopies
  const rows = many
    ? byClass(placement, (site) => classOf({ subject: { site } }))
    : placement.map((copy) => [copy.app, copy.site, copy.cluster, replicas(copy), copy.why])
  const title = `Where ${fleet.apps.length === 1 ? 'the app runs' : 'apps run'}`
  return [title, ...table([['app', 'site', 'cluster', 'replicas', 'why'], ...rows])].join('\n')
}

const replicas = ({ replicas, alternatives }: Assignment): string => [replicas, ...(alternatives ?? [])].join(' or ')

function byClass(
  placement: readonly Assignment[],
  classOf: (site: string) => string | undefined,
): readonly (readonly string[])[] {
  const groups = new Map<string, Assignment[]>()
  for (const copy of placement) {
    const key = `${copy.app}|${classOf(copy.site) ?? copy.site}|${replicas(copy)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [copy])
    else group.push(copy)
  }
  return [...groups.values()].slice(0, mostCopies).flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return [
      group.length === 1
        ? [first.app, first.site, first.cluster, replicas(first), first.why]
        : [
            first.app,
            `${amount(group.length)} sites of ${classOf(first.site)}`,
            'their own',
            `${replicas(first)} each`,
            first.why,
          ],
    ]
  })
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
      return `${gone}${subject.network} ${String(intent.cidr)}`
    case 'cluster.create':
      return `${gone}${subject.cluster} ${String(intent.version ?? '')}`.trimEnd()
    case 'pool.join':
      return `${gone}${String(intent.replicas)} at ${at}`
    case 'addon':
      return `${gone}${subject.addon} on ${subject.cluster}`
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

function fewOf(words: readonly string[]): string {
  const said = [...new Set(words.filter((word) => word !== ''))].map(oneLine)
  const few = said.slice(0, said.length > 4 ? 3 : 4)
  return said.length > few.length ? `${few.join(', ')} and ${amount(said.length - few.length)} more` : few.join(', ')
}

/** A name with a line break must not look like a line of ours. */
const oneLine = (text: string): string => text.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

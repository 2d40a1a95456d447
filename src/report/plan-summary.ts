// What every rendering of a plan says first: how much of what, how long, and in which parts. Data from data; no text but single words.

import type { Change, Plan, PlannedStep, StepKind } from '../model/plan.ts'
import { amount } from '../model/words.ts'

export interface PlanCounts extends Readonly<Record<Change, number>> {
  /** Steps that only look whether something is as it should be. */
  readonly look: number
}

export function countsOf({ steps }: Plan): PlanCounts {
  const counts = { create: 0, change: 0, replace: 0, remove: 0, keep: 0, look: 0 }
  for (const step of steps) counts[step.kind === 'verify' ? 'look' : step.change] += 1
  return counts
}

/** `12 to create, 2 kept, 8 to look at`; kinds of which there are none are left out. */
export function countsText({ create, change, replace, remove, keep, look }: PlanCounts): string {
  const parts = [
    [create, 'to create'],
    [change, 'to change'],
    [replace, 'to replace'],
    [remove, 'to remove'],
    [keep, 'kept'],
    [look, 'to look at'],
  ] as const
  return (
    parts.flatMap(([count, words]) => (count === 0 ? [] : `${amount(count)} ${words}`)).join(', ') || 'nothing in it'
  )
}

export const hasChanges = ({ steps }: Plan): boolean =>
  steps.some(({ change, kind }) => change !== 'keep' && kind !== 'verify')

export interface Length {
  readonly minSeconds: number
  readonly maxSeconds: number
  /** Steps on which it rests, and steps that are to be made in all. */
  readonly figures: number
  readonly steps: number
}

/** The longest way through what is to be made, as far as figures are published; undefined where none is. */
export function lengthOf({ steps }: Plan): Length | undefined {
  const ends = new Map<string, { readonly min: number; readonly max: number }>()
  let figures = 0
  let made = 0
  let min = 0
  let max = 0
  for (const step of steps) {
    let from = { min: 0, max: 0 }
    for (const need of step.needs) {
      const end = ends.get(need)
      if (end !== undefined) from = { min: Math.max(from.min, end.min), max: Math.max(from.max, end.max) }
    }
    const takes = step.change === 'create' ? step.expected : undefined
    if (takes !== undefined) figures += 1
    if (step.change !== 'keep' && step.kind !== 'verify') made += 1
    const end = takes === undefined ? from : { min: from.min + takes.minSeconds, max: from.max + takes.maxSeconds }
    ends.set(step.id, end)
    min = Math.max(min, end.min)
    max = Math.max(max, end.max)
  }
  return figures === 0 ? undefined : { minSeconds: min, maxSeconds: max, figures, steps: made }
}

/** `10 to 15 minutes`, `5 minutes`. */
export function minutesText({
  minSeconds,
  maxSeconds,
}: {
  readonly minSeconds: number
  readonly maxSeconds: number
}): string {
  const [min, max] = [Math.round(minSeconds / 60), Math.round(maxSeconds / 60)]
  return min === max ? `${max} ${max === 1 ? 'minute' : 'minutes'}` : `${min} to ${max} minutes`
}

export type Phase =
  | 'Preparation'
  | 'Zones'
  | 'Networks'
  | 'Clusters'
  | 'Nodes'
  | 'Identity'
  | 'Add-ons'
  | 'Federation'
  | 'GitOps'
  | 'Apps'
  | 'Names'
  | 'In the end'

const phases = {
  'zone.optIn': 'Zones',
  network: 'Networks',
  'cluster.create': 'Clusters',
  'pool.join': 'Nodes',
  addon: 'Add-ons',
  'federation.start': 'Federation',
  'member.join': 'Federation',
  'gitops.start': 'GitOps',
  'app.place': 'Apps',
  'route.point': 'Names',
  verify: 'In the end',
} as const satisfies Record<StepKind, Phase>

/** A look belongs to what it looks at; the looks at the whole stand in the end. */
export function phaseOf({ kind, intent, subject }: Pick<PlannedStep, 'kind' | 'intent' | 'subject'>): Phase {
  const { of } = intent
  // machines, images and mirrors are seen to before anything is made of them
  if (intent.part === 'preparation') return 'Preparation'
  // it comes before GitOps, which the other add-ons come after
  if (kind === 'addon' && subject.addon === 'oidc-provider') return 'Identity'
  if (kind !== 'verify' || typeof of !== 'string') return phases[kind]
  const looked = of.slice(0, of.indexOf('/'))
  return looked === 'gitops.start' || !Object.hasOwn(phases, looked) ? 'In the end' : phases[looked as StepKind]
}

/** Steps of one phase that follow each other. The order is the plan's, so a phase may come twice. */
export function phasesOf(
  steps: readonly PlannedStep[],
): readonly { readonly phase: Phase; readonly steps: readonly PlannedStep[] }[] {
  const runs: { phase: Phase; steps: PlannedStep[] }[] = []
  for (const step of steps) {
    const phase = phaseOf(step)
    const last = runs.at(-1)
    if (last?.phase === phase) last.steps.push(step)
    else runs.push({ phase, steps: [step] })
  }
  return runs
}

/** What a step, or all that are told with it, waits for and the phases do not show: another copy, another cluster, another app. */
export function waitsText(steps: readonly PlannedStep[], byId: ReadonlyMap<string, PlannedStep>): string {
  const others = new Set<string>()
  for (const step of steps) for (const other of waitsOf(step, byId, steps.length === 1)) others.add(other)
  if (others.size === 0) return ''
  const few = [...others].slice(0, 3)
  return `after ${few.join(', ')}${others.size > 3 ? ` and ${amount(others.size - 3)} more` : ''}`
}

function waitsOf(step: PlannedStep, byId: ReadonlyMap<string, PlannedStep>, alone: boolean): readonly string[] {
  if ((step.kind !== 'app.place' && step.kind !== 'cluster.create') || step.change === 'remove') return []
  return step.needs.flatMap((id) => {
    const need = byId.get(id)
    if (need?.kind !== step.kind) return []
    if (step.kind === 'cluster.create') return need.subject.cluster ?? []
    const at = need.subject.site ?? need.subject.federation ?? ''
    if (need.subject.app === step.subject.app) return `the copy at ${at}`
    // each waits for its own, where many are told as one
    return alone || need.subject.site !== step.subject.site
      ? `${need.subject.app} at ${at}`
      : `${need.subject.app} there`
  })
}

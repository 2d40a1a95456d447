// A timer: the time that something takes, with its bounds over all phases, what it rests on, and who decides it. The twin draws
// from these bounds, the forecast adds them up, and a judge holds every event of a run against them.

import type { Decider, TimerUse } from '../model/timeline.ts'

export interface Timer {
  /** Stable and readable: `kubernetes.node.detect`. */
  readonly id: string
  /** What takes the time, as a person would say it. */
  readonly title: string
  readonly minSeconds: number
  readonly maxSeconds: number
  readonly meanSeconds?: number
  /** Source file with line, page by title, or measurement. */
  readonly source: string
  readonly decidedBy: Decider
  /** What the reader should know beside the figures. */
  readonly note?: string
  /** The part of the bounds that no flag or manifest shortens: code, and the work itself. Left out: none of them (pace.ts). */
  readonly fixed?: { readonly minSeconds: number; readonly maxSeconds: number }
}

/** What an event keeps of its timer. */
export const use = (timer: Timer): TimerUse => ({
  id: timer.id,
  minSeconds: timer.minSeconds,
  maxSeconds: timer.maxSeconds,
})

/** Several timers that run one after the other, as one. */
export function inSequence(id: string, title: string, timers: readonly Timer[]): Timer {
  const means = timers.map((timer) => timer.meanSeconds ?? (timer.minSeconds + timer.maxSeconds) / 2)
  return {
    id,
    title,
    minSeconds: sum(timers.map((timer) => timer.minSeconds)),
    maxSeconds: sum(timers.map((timer) => timer.maxSeconds)),
    meanSeconds: sum(means),
    source: [...new Set(timers.map((timer) => timer.source))].join('; '),
    decidedBy: weakest(timers.map((timer) => timer.decidedBy)),
    ...(timers.some((timer) => timer.fixed !== undefined) && {
      fixed: {
        minSeconds: sum(timers.map((timer) => timer.fixed?.minSeconds ?? 0)),
        maxSeconds: sum(timers.map((timer) => timer.fixed?.maxSeconds ?? 0)),
      },
    }),
  }
}

/** A chain is as well known as its least known link: a document is weaker than a stand-in, and that than an engine. */
function weakest(deciders: readonly Decider[]): Decider {
  if (deciders.includes('document')) return 'document'
  return deciders.includes('standIn') ? 'standIn' : 'engine'
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** What follows without delay: a fault and what it takes away. */
export const atOnce: Timer = {
  id: 'world.atOnce',
  title: 'follows at once',
  minSeconds: 0,
  maxSeconds: 0,
  meanSeconds: 0,
  source: 'by definition: an effect that is the fault itself, seen elsewhere',
  decidedBy: 'standIn',
}

// What a run on real places did, as data: reports are made from it alone.

import type { PreflightFinding } from './aws/preflight/finding.ts'
import type { Left } from './aws/sweep.ts'
import type { Went, Work } from './work.ts'

export type Verb = 'up' | 'down'

export interface DoneWork extends Pick<Work, 'id' | 'title' | 'steps'> {
  readonly at: string | undefined
  readonly went: Went
}

export interface RealReport {
  readonly verb: Verb
  readonly fleet: string
  readonly seconds: number
  readonly findings: readonly PreflightFinding[]
  /** `refused`: by what was found before, `declined`: by a person; then no work was begun. */
  readonly ended: 'done' | 'failed' | 'interrupted' | 'refused' | 'declined' | 'looked'
  readonly work: readonly DoneWork[]
  /** Of up: stacks of the fleet that it does not declare any more. Of down: what is left, and what it costs. */
  readonly left: readonly Left[]
  /** What could not be looked at. */
  readonly unseen: readonly string[]
}

/** Told while it runs. */
export interface Watch {
  readonly say: (what: string) => void
  /** What must not be drawn over by what comes next; left out, `say` tells it. */
  readonly warn?: (what: string) => void
  readonly begins: (works: readonly Work[]) => void
  readonly began: (work: Work) => void
  readonly observed: (work: Work, what: string) => void
  readonly ended: (work: Work, went: Went) => void
}

export function outcomeOf(work: readonly DoneWork[]): 'done' | 'failed' | 'interrupted' {
  if (work.some(({ went }) => went.kind === 'interrupted')) return 'interrupted'
  return work.some(({ went }) => went.kind === 'failed') ? 'failed' : 'done'
}

/** Nobody may take it for gone while it costs money, could not be looked at, or is a person's to take away. */
export function outcomeOfDown(
  work: readonly DoneWork[],
  left: readonly Left[],
  unseen: readonly string[],
): 'done' | 'failed' | 'interrupted' {
  const outcome = outcomeOf(work)
  if (outcome !== 'done') return outcome
  const isLeft = left.length > 0 || unseen.length > 0 || work.some(({ went }) => went.kind !== 'done')
  return isLeft ? 'failed' : 'done'
}

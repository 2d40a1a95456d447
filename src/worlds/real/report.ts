// What a run on real places did, as data: reports are made from it alone.

import type { PreflightFinding } from './aws/preflight/finding.ts'
import type { Left } from './aws/sweep.ts'
import type { Ground } from './ground.ts'
import type { Kept, Went, Work } from './work.ts'

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
  /** Of up: what is of the fleet and not declared any more. Of down: what is left, what it costs, and why where that is on purpose. */
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

/** Reports of one run: what is not known yet is empty. */
export function reportsOf(
  verb: Verb,
  { plan, now }: Pick<Ground, 'plan' | 'now'>,
): (ended: RealReport['ended'], more?: Partial<RealReport>) => RealReport {
  const began = now().getTime()
  const nothing = { findings: [], work: [], left: [], unseen: [] }
  return (ended, more = {}) => ({
    ...{ verb, fleet: plan.fleet.name, seconds: (now().getTime() - began) / 1000, ended },
    ...{ ...nothing, ...more },
  })
}

export function outcomeOf(work: readonly DoneWork[]): 'done' | 'failed' | 'interrupted' {
  if (work.some(({ went }) => went.kind === 'interrupted')) return 'interrupted'
  return work.some(({ went }) => went.kind === 'failed') ? 'failed' : 'done'
}

/** What stays on purpose, beside what the sweep has found: known to both, it has the price of the one and the reason of the other. */
export function withKept(left: readonly Left[], kept: readonly Kept[]): readonly Left[] {
  const whys = new Map(kept.map(({ id, why }) => [id, why]))
  const swept = new Set(left.map(({ id }) => id))
  return [
    ...left.map((it) => {
      const why = whys.get(it.id)
      return why === undefined ? it : { ...it, why }
    }),
    ...kept.filter(({ id }) => !swept.has(id)).map(({ at, ...it }): Left => ({ ...it, region: at, dollarsPerDay: 0 })),
  ]
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

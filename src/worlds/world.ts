// The World port: what carries out a plan and breaks it. The twin does it in virtual time, local in processes, real in AWS and on
// premises. All three take the same steps and the same faults, and write the same events.

import type { Fault } from '../model/fleet.ts'
import type { Observed, Step, UndoStep } from '../model/plan.ts'
import type { Timeline, TimelineEvent, World as WorldName } from '../model/timeline.ts'

/** How a world took what it was given. A report never hides the last two. */
export type Answer =
  | { readonly kind: 'done' }
  /** Something of ours stood in for what the plan means. */
  | { readonly kind: 'standIn'; readonly what: string }
  /** This world cannot do it. */
  | { readonly kind: 'notHere'; readonly why: string }

export const done: Answer = { kind: 'done' }
export const standIn = (what: string): Answer => ({ kind: 'standIn', what })
export const notHere = (why: string): Answer => ({ kind: 'notHere', why })

export interface World {
  readonly name: WorldName
  /** What is there: the truth, which a ledger only hints at. */
  observe(): Promise<Observed>
  apply(step: Step): Promise<Answer>
  undo(step: UndoStep): Promise<Answer>
  /** Takes something away at the fault's time, and gives it back at its end. */
  inject(fault: Fault): Promise<Answer>
  /** Comes back when that many seconds of the drill have passed. */
  until(seconds: number): Promise<void>
  /** What happened so far, in order. */
  events(): Promise<readonly TimelineEvent[]>
}

/** Somebody did not want to wait for the end. What is away then, and what is not, its message says. */
export class Interrupted extends Error {}

/** What `work` comes to; or, as soon as nobody wants to wait for it any more, `Interrupted`, in these words. */
export function unlessInterrupted<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
  words: string,
): Promise<Value> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const interrupted = (): void => reject(new Interrupted(words))
    if (signal.aborted) interrupted()
    signal.addEventListener('abort', interrupted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupted))
  })
}

/** A world in which a drill is run from its beginning to its end, with users whom it asks what they get. */
export interface DrilledWorld extends World {
  /** What is not at rest, in sentences. `asPlanned`: copies must be where the plan has them; else where the world itself wants them. */
  unrest(asPlanned: boolean): Promise<readonly string[]>
  /** Now the time of the drill is 0: users ask from here on, and what happens is told. `signal`: nobody waits for it any more. */
  begin(signal?: AbortSignal): Promise<void>
  /** Everything is given back at once, however much of it is still away. May be asked twice. */
  heal(): Promise<void>
  /** The whole run so far, as a timeline of that many seconds: what is last lasts to its end. */
  timeline(length: number): Promise<Timeline>
}

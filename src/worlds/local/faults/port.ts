// What a drill asks of faults on this machine: take away now, give back now, and at the end give back all. When a fault's time has come is
// the drill's business; what follows from it is for the watches to see. Told here is only what the fault itself says: its beginning and
// its end, what goes along with a zone or a Region, a battery that runs empty, a machine that has booted, and control planes and Karmada
// that lose their machines. A watch that sees the same change later (replicas, an object) has been told of it already: what has the
// value that was told last is no event.

import type { Drill, Fault } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import type { TimelineEvent } from '../../../model/timeline.ts'
import type { Clients } from '../clients.ts'
import type { EngineSpec } from '../engine.ts'
import type { Layout } from '../layout.ts'
import type { Conditions } from '../outside/conditions.ts'
import type { Runner } from '../runner.ts'
import type { Ledger } from '../state.ts'

/** An event without its number and its time, which the timeline gives: now. */
export type Happening = Omit<TimelineEvent, 'id' | 'at'>

/** What faults need of the process outside. */
export interface OutsideOfFaults {
  conditions(): Promise<Conditions>
  setConditions(conditions: Conditions): Promise<void>
}

export interface FaultsOptions {
  readonly plan: Plan
  readonly layout: Layout
  /** The state folder. */
  readonly folder: string
  readonly ledger: Ledger
  readonly runner: Runner
  /** What runs, with what: as `enginesOf` gives it for the ports of now. */
  readonly engines: readonly EngineSpec[]
  readonly clients: Clients
  readonly outside: OutsideOfFaults
  /** Times of the drill are divided by it. */
  readonly speed: number
  readonly now: () => Date
  readonly drill: Drill
  /** To the timeline; gives back the event's number, by which later ones name it as their cause. */
  readonly emit: (happening: Happening) => number
  /** What went wrong meanwhile and stops nothing, in a sentence. */
  readonly say: (line: string) => void
  /** After each line of the journal, for tests that end the process there. */
  readonly afterLine?: () => void
  /** So long, in reality, an API server that no fault has taken is asked again; left out: 20 s. */
  readonly patienceMs?: number
}

/** What a drill that was killed has left in force is given back first, by whoever makes these. */
export interface Faults {
  /** That, awaited: throws where something of it remains. Faults may begin after it. */
  healLeft(): Promise<void>
  /**
   * Begins now; comes back when it is in force. What its journal says is on the disk before anything is taken away. Throws after
   * `healAll`, and where an engine is silent that no fault has taken.
   */
  inject(fault: Fault): Promise<void>
  /** Ends now; comes back when what can be given back at once is back. Machines boot on by themselves, and tell when they are there. */
  end(fault: Fault): Promise<void>
  /** Everything at once and without a word, however much of it is in force: machines need no time to boot. For the end, and for signals. */
  healAll(): Promise<void>
}

// A finding: something wrong with the fleet. Data, all found at once; a rule never throws and never prints.

import type { Fleet } from './fleet.ts'
import type { Origin, Position } from './origin.ts'

export type Severity = 'error' | 'warning' | 'info'

export interface Finding {
  /** The code of the law, typed by hand, for ever: `WL006`. */
  readonly code: string
  readonly severity: Severity
  /** The law in one sentence, as it should be. */
  readonly title: string
  readonly at: Position
  /** The path in the reader's words: `sites.los-angeles.nodePools.edge.volumeType`. */
  readonly where: string
  /** What was found there, in a few words: `is gp3`. */
  readonly found: string
  /** Why it matters here; one sentence. */
  readonly why: string
  /** Pages, source files or measurements that the law rests on. */
  readonly sources: readonly string[]
  readonly fix: string
  /** Rows of a class that share it: how many, and the first few keys. */
  readonly rows?: { readonly count: number; readonly keys: readonly string[] }
  /** Accepted in the file, with the reason given there. */
  readonly accepted?: { readonly reason: string; readonly at: Position; readonly until?: string }
}

/** What a rule hands back: the finding without what the rule itself already says. */
export interface Hit {
  readonly origin: Origin
  /** The field inside the entity: `volumeType`, `healthCheck/interval`. */
  readonly field?: string
  readonly found: string
  readonly fix: string
  readonly why?: string
  /** Where the fact that decided it has its own source. */
  readonly source?: string
  /** Where one law has two grades. */
  readonly severity?: Severity
}

export interface Rule {
  readonly code: string
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly sources: readonly string[]
  /** Facts of the founding documents that it enforces, by number. */
  readonly seeds?: readonly number[]
  /** A fragment of a fleet that breaks it, and one that does not, for `skerry explain`. */
  readonly example?: { readonly wrong: string; readonly right: string }
  /** `today`, an ISO date, is for laws about dates; without it they find nothing. */
  readonly check: (fleet: Fleet, today?: string) => readonly Hit[]
}

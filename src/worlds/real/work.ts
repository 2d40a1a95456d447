// What up and down on real places are made of: pieces of work, each of which looks first at what is there, waits for what is in flight,
// and does only what is missing. So a run that was killed anywhere is ended by running it again; the ledger only hints.

export type Outcome =
  /** `changed`: false where all was there already. */
  | { readonly kind: 'done'; readonly changed: boolean }
  /** Only a person can do it, or a machine that is not reached from here: what to do, as in the runbook. Looked at again by the next run. */
  | { readonly kind: 'person'; readonly what: string; readonly commands: readonly string[] }

/** What is not taken away on purpose: it is somebody else's, or was asked to be left behind. */
export interface Kept {
  readonly kind: string
  readonly id: string
  /** The cluster or the Region that it is in. */
  readonly at: string
  readonly why: string
  /** What takes it away after all, for whoever may. */
  readonly command: string
}

export interface Told {
  /** What was seen last, such as `CREATE_IN_PROGRESS: Subnet OregonPublicA`. */
  readonly observe: (what: string) => void
  /** Told at the end of the run, too. */
  readonly keep?: (kept: Kept) => void
  /** Aborted: end soon; what is in flight goes on where it is, and the next run waits for it. */
  readonly signal: AbortSignal
}

export interface Work {
  /** Stable and readable: `zone/us-west-2-lax-1`, `stack/local-zone-network-main`, `chart/eks-cluster/aws-load-balancer-controller`. */
  readonly id: string
  /** One line for a person: `Deploy the stack local-zone-network-main in us-west-2`. */
  readonly title: string
  /** Ids of the steps of the plan that it carries out, or helps to. */
  readonly steps: readonly string[]
  /** Ids of work that must be done first; one that nobody has is taken for done. */
  readonly needs: readonly string[]
  /** Begins only when all of these have ended, well or not, and at least one of them well: add-ons want nodes, not every node. */
  readonly needsOneOf?: readonly string[]
  /** Where it acts, such as `us-west-2`: told together, and so many at once side by side. */
  readonly at?: string
  /** How long it takes as a rule, seconds, with the source. */
  readonly expected?: { readonly minSeconds: number; readonly maxSeconds: number; readonly source: string }
  /** May be run again at any time. Throws a Refusal that says what, why, and what to do next. */
  readonly run: (told: Told) => Promise<Outcome>
}

/** How one piece of work went. `waits`: it needs what failed, or what a person must do. */
export type Went =
  | { readonly kind: 'done'; readonly changed: boolean; readonly seconds: number }
  | { readonly kind: 'person'; readonly what: string; readonly commands: readonly string[] }
  | { readonly kind: 'failed'; readonly error: unknown; readonly seconds: number }
  | { readonly kind: 'waits'; readonly for: readonly string[] }
  | { readonly kind: 'interrupted' }

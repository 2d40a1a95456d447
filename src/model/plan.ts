// A plan: intents in order, the same in every world. Each knows what it needs first and what undoes it. A dry run is printing it.

import type { Fleet } from './fleet.ts'

export type StepKind =
  | 'zone.optIn'
  | 'network'
  | 'cluster.create'
  | 'pool.join'
  | 'addon'
  | 'federation.start'
  | 'member.join'
  | 'gitops.start'
  | 'app.place'
  | 'route.point'
  | 'verify'

/** What undoes a step; `keep`: nothing does, or what exists stays whose it is. */
export type InverseKind =
  | 'zone.keep'
  | 'network.delete'
  | 'cluster.delete'
  | 'pool.drain'
  | 'addon.remove'
  | 'federation.stop'
  | 'member.leave'
  | 'gitops.stop'
  | 'app.remove'
  | 'route.withdraw'
  | 'keep'

/** What the step is about; only the fields that its kind needs. */
export interface StepSubject {
  readonly account?: string
  readonly network?: string
  readonly cluster?: string
  readonly site?: string
  readonly pool?: string
  readonly addon?: string
  readonly federation?: string
  readonly app?: string
  readonly host?: string
  readonly zoneGroup?: string
}

export interface Step {
  /** Stable and readable, such as `pool.join/los-angeles/edge`. */
  readonly id: string
  readonly kind: StepKind
  /** One line for a person: `Join 2 × t3.medium at los-angeles to eks-cluster`. */
  readonly title: string
  readonly subject: StepSubject
  /** Ids of the steps that must be done first. */
  readonly needs: readonly string[]
  /** The declared values that the step carries out, sorted by key: what a change is a change of. */
  readonly intent: Readonly<Record<string, IntentValue>>
  readonly inverse: { readonly kind: InverseKind; readonly title: string }
  /** Made by somebody else: only verified, never changed, never deleted. */
  readonly existing: boolean
  /** How long it takes as a rule, seconds, with the source; undefined where nothing is published. */
  readonly expected?: { readonly minSeconds: number; readonly maxSeconds: number; readonly source: string }
}

export type IntentValue =
  | string
  | number
  | boolean
  | null
  | readonly IntentValue[]
  | { readonly [key: string]: IntentValue }

/** `replace`: what is there cannot become what is declared, so that it is made anew and the old one goes. */
export type Change = 'create' | 'change' | 'replace' | 'remove' | 'keep'

export interface Replacement {
  /** The fields that cannot change in place, and on whose word; none where only what it stands on is replaced. */
  readonly fields: readonly { readonly path: string; readonly source: string }[]
  /** The replaced steps that it stands on. */
  readonly because: readonly string[]
  /** What is made anew, or moves, along with it. */
  readonly dependents: readonly string[]
}

export interface PlannedStep extends Step {
  readonly change: Change
  /** For a replacement: what forces it, and what hangs on it. */
  readonly replacement?: Replacement
  /** For a change or a replacement: the fields that differ, as path, before and after. */
  readonly differences: readonly {
    readonly path: string
    readonly before: IntentValue | undefined
    readonly after: IntentValue | undefined
  }[]
}

/** What is there already: steps whose intents are carried out. Nothing, an old fleet, an old output and the live state differ only in this. */
export interface Observed {
  readonly steps: readonly Step[]
}

/** Which copy of an app is where, and on how many nodes it may run. */
export interface Assignment {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  readonly replicas: number
  /** The federation that divides the replicas; without one, the file says where each goes. */
  readonly federation?: string
  /** Other outcomes that are as likely, where an engine's tie-break decides; in the same order on every row of one placement. */
  readonly alternatives?: readonly number[]
  readonly why: string
}

export interface Plan {
  readonly version: 1
  readonly fleet: Fleet
  /** In an order in which they can be carried out. */
  readonly steps: readonly PlannedStep[]
  /** What undoes the whole, in an order in which it can be carried out. */
  readonly backward: readonly UndoStep[]
  readonly placement: readonly Assignment[]
}

export interface UndoStep {
  readonly id: string
  readonly kind: InverseKind | 'gitops.suspend'
  readonly title: string
  readonly subject: StepSubject
  readonly needs: readonly string[]
  /** The step that it undoes. */
  readonly undoes: string
  /** Marked protect: its name must be typed. */
  readonly protected: boolean
}

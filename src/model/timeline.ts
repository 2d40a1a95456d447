// A timeline: what happened, in order, in one versioned format that all three worlds write and every report reads.

export type World = 'twin' | 'local' | 'real'

/** Who decided that an event happened as it did. */
export type Decider = 'engine' | 'standIn' | 'document'

/** The time between a cause and its effect, by the name of what takes it. */
export interface TimerUse {
  /** A timer of `timers/`, such as `route53.healthCheck.down`. */
  readonly id: string
  /** Bounds over all phases, seconds. The time measured is the event's time less its cause's. */
  readonly minSeconds: number
  readonly maxSeconds: number
}

export type EventValue = string | number | boolean | null

export interface TimelineEvent {
  /** From 0, in order of time, then of cause. */
  readonly id: number
  /** Seconds since the drill began. */
  readonly at: number
  /** What changed: `kind/name[/name]`, such as `node/los-angeles/edge-0`, `record/game.example.com/users`. */
  readonly subject: string
  /** The property that changed: `power`, `ready`, `answer`, `served`. */
  readonly what: string
  readonly from: EventValue
  readonly to: EventValue
  /** The event that led to it; undefined for a fault, its repair, and the start. */
  readonly cause?: number
  readonly timer?: TimerUse
  readonly decidedBy: Decider
  /** One sentence for a person. */
  readonly text: string
  readonly site?: string
  readonly app?: string
  readonly audience?: string
}

/** A named stretch of a recovery: the segments of a recovery add up to it. */
export interface Segment {
  readonly timer: string
  readonly title: string
  readonly seconds: number
  readonly minSeconds: number
  readonly maxSeconds: number
  /** The events that it lies between. */
  readonly from: number
  readonly to: number
  readonly decidedBy: Decider
}

/** What one audience of one app saw. */
export interface Service {
  readonly app: string
  readonly audience: string
  /** The share of its requests that were answered, integrated over the drill. */
  readonly availability: number
  /** Seconds of full outage that the lost requests add up to. */
  readonly lostSeconds: number
  /** Stretches in time with the share of users answered, and by whom. */
  readonly spans: readonly ServiceSpan[]
}

export interface ServiceSpan {
  readonly from: number
  readonly to: number
  /** Share of the audience that is answered, 0 to 1. */
  readonly served: number
  /** Share by site; adds up to `served`. */
  readonly by: Readonly<Record<string, number>>
  /** The same of those users alone whose resolvers keep to the TTL; left out where a world cannot tell them apart. */
  readonly keepers?: Readonly<Record<string, number>>
}

/** From the first unanswered user to the time when all whose resolvers keep to the TTL are answered again. */
export interface Recovery {
  readonly app: string
  readonly audience: string
  /** When users began to fail, seconds; the fault that led to it. */
  readonly from: number
  readonly fault: number
  /** When the last of them was answered again; undefined: not within the drill. */
  readonly to: number | undefined
  /** Counted from the fault. */
  readonly seconds: number | undefined
  readonly segments: readonly Segment[]
  readonly servedBy: string | undefined
  /** When the first user was answered again, seconds since the fault. */
  readonly firstUserSeconds: number | undefined
  /** When the last user behind a resolver that overstays its TTL was answered again, seconds since the fault. */
  readonly tailSeconds: number | undefined
}

export interface Timeline {
  readonly version: 1
  readonly world: World
  readonly skerry: string
  readonly fleet: string
  readonly drill: string
  readonly seed: string
  /** Seconds. */
  readonly length: number
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[]
  readonly events: readonly TimelineEvent[]
  readonly services: readonly Service[]
  readonly recoveries: readonly Recovery[]
  /** What the judges found wrong with the run itself: a bug of the world, not of the fleet. */
  readonly violations: readonly { readonly judge: string; readonly event: number; readonly text: string }[]
}

// The data of a failover path: stages one after the other, in each of which several things may notice the loss side by side.

import { durationText } from '../model/duration.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Origin, Position } from '../model/origin.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import type { Decider } from '../model/timeline.ts'
import type { Timer } from '../timers/index.ts'

/** Bounds over all phases, and what a user may expect. */
export interface Bounds {
  readonly minSeconds: number
  readonly meanSeconds: number
  readonly maxSeconds: number
}

/** A field of the file that sets a timer, or switches something on. */
export interface Dependence {
  /** `apps.game-2048.expose.healthCheck.interval` */
  readonly field: string
  readonly value: string
  readonly at: Position
}

export interface PathSegment extends Bounds {
  readonly timer: string
  readonly title: string
  readonly source: string
  readonly decidedBy: Decider
  readonly note?: string
  readonly dependsOn: readonly Dependence[]
}

/** One way in which a stage comes to its end: segments in a row. */
export interface Way extends Bounds {
  readonly title: string
  readonly segments: readonly PathSegment[]
}

/** Ways side by side: the earliest ends the stage, or the latest, where all must agree. */
export interface Stage extends Bounds {
  readonly title: string
  readonly ends: 'earliest' | 'latest'
  readonly ways: readonly Way[]
}

export interface Chain extends Bounds {
  readonly stages: readonly Stage[]
}

export function segment(timer: Timer, dependsOn: readonly Dependence[] = []): PathSegment {
  return {
    timer: timer.id,
    title: timer.title,
    minSeconds: timer.minSeconds,
    meanSeconds: timer.meanSeconds ?? (timer.minSeconds + timer.maxSeconds) / 2,
    maxSeconds: timer.maxSeconds,
    source: timer.source,
    decidedBy: timer.decidedBy,
    ...(timer.note === undefined ? {} : { note: timer.note }),
    dependsOn,
  }
}

export const way = (title: string, segments: readonly PathSegment[]): Way => ({ title, segments, ...total(segments) })

/** Alone in its stage. */
export const single = (timer: Timer, dependsOn: readonly Dependence[] = []): Stage =>
  stage(timer.title, [way(timer.title, [segment(timer, dependsOn)])])

/** The mean is that of the way that ends the stage as a rule, and so an estimate from above (earliest) or below (latest). */
export function stage(title: string, ways: readonly Way[], ends: Stage['ends'] = 'earliest'): Stage {
  const choose = ends === 'earliest' ? Math.min : Math.max
  const of = (bound: (bounds: Bounds) => number) => choose(...ways.map(bound))
  return {
    title,
    ends,
    ways,
    minSeconds: of((it) => it.minSeconds),
    meanSeconds: of((it) => it.meanSeconds),
    maxSeconds: of((it) => it.maxSeconds),
  }
}

/** It may have to be done, or not. */
export const perhaps = (timer: Timer): Timer => ({ ...timer, minSeconds: 0 })

export const chain = (stages: readonly Stage[]): Chain => ({ stages, ...total(stages) })

export function total(parts: readonly Bounds[]): Bounds {
  const sum = (of: (bounds: Bounds) => number) => Number(parts.reduce((all, part) => all + of(part), 0).toFixed(6))
  return {
    minSeconds: sum((it) => it.minSeconds),
    meanSeconds: sum((it) => it.meanSeconds),
    maxSeconds: sum((it) => it.maxSeconds),
  }
}

export function dependence(fleet: Fleet, origin: Origin, field: string, value: number | string | boolean): Dependence {
  return {
    field: labelOf(origin, field),
    value: typeof value === 'number' ? durationText(value) : String(value),
    at: positionOf(fleet.sources, origin, field),
  }
}

// How far a recovery spreads over many runs, beside what its timers allow. The printed bounds are the hull of the sums of the
// segments' bounds over the chains that were seen: a run outside them is a bug of ours.

import type { Recovery, Segment, Service, Timeline } from '../model/timeline.ts'
import type { AvailabilityEnvelope, Chain, ChainSegment, Range, RecoveryEnvelope, Spread } from './result.ts'
import { spreadOf } from './spread.ts'

export function recoveryEnvelopes(timelines: readonly Timeline[]): readonly RecoveryEnvelope[] {
  const groups = new Map<string, { recovery: Recovery; timeline: Timeline }[]>()
  for (const timeline of timelines) {
    const seen = new Map<string, number>()
    for (const recovery of timeline.recoveries) {
      const key = `${recovery.app} ${recovery.audience} ${faultOf(timeline, recovery)}`
      const turn = (seen.get(key) ?? 0) + 1
      seen.set(key, turn)
      const members = groups.get(`${key} ${turn}`)
      if (members === undefined) groups.set(`${key} ${turn}`, [{ recovery, timeline }])
      else members.push({ recovery, timeline })
    }
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    if (first === undefined) return []
    const done = members.filter(({ recovery }) => recovery.seconds !== undefined)
    const sums = done.map(({ recovery }) => sumOfBounds(recovery.segments))
    return [
      {
        app: first.recovery.app,
        audience: first.recovery.audience,
        after: first.timeline.events[first.recovery.fault]?.text ?? '',
        runs: members.length,
        recovered: done.length,
        servedBy: [...new Set(done.flatMap(({ recovery }) => recovery.servedBy ?? []))].sort(),
        seconds: spreadOf(done.flatMap(({ recovery }) => recovery.seconds ?? [])),
        bounds: hull(sums),
        chains: chainsOf(done.map(({ recovery }) => recovery.segments)),
        outside: done
          .filter(({ recovery }) => !inside(recovery.seconds ?? 0, sumOfBounds(recovery.segments)))
          .map(({ timeline }) => timeline.seed),
      },
    ]
  })
}

/** The same fault in every run, whatever its number there. */
function faultOf(timeline: Timeline, { fault }: Recovery): string {
  const event = timeline.events[fault]
  return event === undefined ? '?' : `${event.subject} ${event.what} ${event.to}`
}

export const sumOfBounds = (segments: readonly Segment[]): Range => ({
  minSeconds: segments.reduce((sum, segment) => sum + segment.minSeconds, 0),
  maxSeconds: segments.reduce((sum, segment) => sum + segment.maxSeconds, 0),
})

/** Sums of binary fractions differ in their last digits. */
export const inside = (seconds: number, { minSeconds, maxSeconds }: Range, tolerance = 1e-6): boolean =>
  seconds >= minSeconds - tolerance && seconds <= maxSeconds + tolerance

export function hull(ranges: readonly Range[]): Range | undefined {
  if (ranges.length === 0) return undefined
  return {
    minSeconds: Math.min(...ranges.map((range) => range.minSeconds)),
    maxSeconds: Math.max(...ranges.map((range) => range.maxSeconds)),
  }
}

/** Recoveries that went through the same timers in the same order are one chain. */
function chainsOf(recoveries: readonly (readonly Segment[])[]): readonly Chain[] {
  const groups = new Map<string, (readonly Segment[])[]>()
  for (const segments of recoveries) {
    const key = segments.map((segment) => segment.timer).join(' ')
    groups.set(key, [...(groups.get(key) ?? []), segments])
  }
  return [...groups.values()]
    .map((members) => ({
      runs: members.length,
      segments: (members[0] ?? []).map((segment, index): ChainSegment => {
        const same = members.flatMap((segments) => segments[index] ?? [])
        const bounds = hull(same) ?? segment
        return {
          timer: segment.timer,
          title: segment.title,
          seconds: spreadOf(same.map((one) => one.seconds)) ?? { min: 0, mean: 0, p95: 0, max: 0 },
          minSeconds: bounds.minSeconds,
          maxSeconds: bounds.maxSeconds,
          decidedBy: segment.decidedBy,
        }
      }),
    }))
    .sort((a, b) => b.runs - a.runs)
}

export function availabilityEnvelopes(timelines: readonly Timeline[]): readonly AvailabilityEnvelope[] {
  const groups = new Map<string, Service[]>()
  for (const service of timelines.flatMap((timeline) => timeline.services)) {
    const key = `${service.app} ${service.audience}`
    groups.set(key, [...(groups.get(key) ?? []), service])
  }
  const none: Spread = { min: 1, mean: 1, p95: 1, max: 1 }
  return [...groups.values()].flatMap((services) => {
    const [first] = services
    if (first === undefined) return []
    return [
      {
        app: first.app,
        audience: first.audience,
        share: spreadOf(services.map((service) => service.availability)) ?? none,
        lostSeconds: spreadOf(services.map((service) => service.lostSeconds)) ?? none,
      },
    ]
  })
}

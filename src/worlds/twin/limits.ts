// Rate limits are things of their own: the client limit of a controller, and the bucket of a zone that gives out NoExecute taints.

import { clientLimit } from '../../timers/node-lifecycle.ts'

/** A client of the API server with a token bucket: requests go in the order in which they were asked for. */
export interface ApiClient {
  /** When a request asked for at that time may go. */
  grant(at: number): number
  /** Events that a recorder still wants to write, with whatever tokens nobody else takes. */
  owe(events: number, at: number): void
  /** Times at which requests went, for the judge of rates. */
  readonly granted: readonly number[]
  /** Until when requests have to wait. */
  readonly busyUntil: number
}

/** Events wait in a channel of limited length; what does not fit is dropped. */
const eventBacklog = 1000

export function apiClient(): ApiClient {
  const { perSecond, burst } = clientLimit
  const granted: number[] = []
  let tokens: number = burst
  let settled = 0
  let owed = 0
  let busyUntil = 0

  /** What has flowed in since, less what the recorder took of it. */
  function settle(at: number): void {
    if (at <= settled) return
    const filled = Math.min(burst + owed, tokens + (at - settled) * perSecond)
    const written = Math.min(owed, Math.max(0, Math.floor(filled)))
    owed -= written
    tokens = Math.min(burst, filled - written)
    settled = at
  }

  return {
    grant(at) {
      settle(at)
      tokens -= 1
      const time = tokens >= 0 ? at : Math.max(at, settled - tokens / perSecond)
      if (tokens < 0) busyUntil = Math.max(busyUntil, time)
      granted.push(time)
      return time
    },
    owe(events, at) {
      settle(at)
      owed = Math.min(eventBacklog, owed + events)
    },
    granted,
    get busyUntil() {
      return busyUntil
    },
  }
}

/** The bucket of one zone: one token at most, refilled at the rate of the zone's state. */
export interface ZoneBucket {
  /** When the next token is there; Infinity: never at this rate. */
  readonly nextAt: (now: number) => number
  take(now: number): boolean
  /** Another rate. The new bucket is empty when the old one was, so that a change of state grants nothing. */
  swap(rate: number, now: number): void
  readonly rate: number
}

export function zoneBucket(initialRate: number): ZoneBucket {
  let rate = initialRate
  let level = 1
  let settled = 0
  const settle = (now: number): void => {
    level = Math.min(1, level + (now - settled) * rate)
    settled = now
  }
  /** Whether a token is there, within what sums of binary fractions lose. */
  const full = (): boolean => rate > 0 && level >= 1 - 1e-9
  return {
    nextAt: (now) => {
      if (rate <= 0) return Number.POSITIVE_INFINITY
      settle(now)
      return full() ? now : now + (1 - level) / rate
    },
    take(now) {
      settle(now)
      if (!full()) return false
      level = 0
      return true
    },
    swap(next, now) {
      if (next === rate) return
      settle(now)
      const had = full()
      rate = next
      level = had ? 1 : 0
      settled = now
    },
    get rate() {
      return rate
    },
  }
}

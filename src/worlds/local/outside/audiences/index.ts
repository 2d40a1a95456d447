// The users: each audience resolves with caches and fetches from the doors that it is led to, so that what users get is measured. Twenty
// resolvers keep to the TTL, their phases spread over it; three hold answers for 5, 15 or 60 minutes. They run only while they are told to.

import type { Part, Surroundings } from '../part.ts'
import type { AudienceConfig, AudiencesState } from './config.ts'
import { resolver } from './resolver.ts'
import type { Users } from './users.ts'
import { users } from './users.ts'
import type { Visits } from './visits.ts'

export type { AudiencesState } from './config.ts'

export interface Audiences extends Part<readonly AudienceConfig[]> {
  /** Begins anew, also where they run already. */
  run(running: boolean): void
  state(): AudiencesState
}

/** Of all audiences together. */
const requestsPerSecond = 150
/** An audience asks at a door once in that time, of the document. */
const everySeconds = 1
/** Real: timers that are shorter cost more than what they start. */
const turnMilliseconds = 10

export function audiences(surroundings: Surroundings, chance: () => number = Math.random): Audiences {
  const names = resolver()
  let configured: readonly AudienceConfig[] = []
  let running = false
  let sinceMs: number | undefined
  let all: Users[] = []
  let turning: NodeJS.Timeout | undefined

  const everyMilliseconds = (streams: number): number =>
    Math.max((everySeconds * 1_000) / surroundings.speed(), (streams * 1_000) / requestsPerSecond)

  const streams = (): readonly Visits[] => all.flatMap((one) => one.visited())

  /** Requests are spread over time, so that no second has more than another. */
  function turn(): void {
    let next = 0
    let due = 0
    let before = performance.now()
    const go = (): void => {
      const now = performance.now()
      const open = streams()
      due += ((now - before) / everyMilliseconds(open.length)) * open.length
      before = now
      // a process that was held up does not catch up on requests that nobody sent
      due = Math.min(due, open.length)
      for (; due >= 1; due -= 1) {
        next = (next + 1) % Math.max(1, open.length)
        open[next]?.visit()
      }
    }
    turning = setInterval(go, turnMilliseconds)
  }

  function stop(): void {
    clearInterval(turning)
    for (const one of all) one.stop()
  }

  function begin(): void {
    all = configured.map((config) => users(config, names, surroundings, chance))
    sinceMs = Date.now()
    for (const one of all) one.begin(sinceMs)
    turn()
  }

  return {
    async configure(next) {
      const same = JSON.stringify(next) === JSON.stringify(configured)
      configured = next
      if (same || !running) return
      stop()
      begin()
    },
    conditionsChanged: () => undefined,
    run(wanted) {
      if (running) stop()
      running = wanted
      if (wanted) begin()
    },
    state() {
      const open = streams().length
      const every = (everyMilliseconds(open) * surroundings.speed()) / 1_000
      return {
        running,
        sinceMs,
        everySeconds: every,
        notes:
          every > everySeconds
            ? [
                `${open} ways of users to front doors are tried every ${every.toFixed(1)} s of the drill: ${requestsPerSecond} requests a second are the most that are sent`,
              ]
            : [],
        audiences: all.map((one) => one.state()),
      }
    },
    async close() {
      stop()
      running = false
      names.close()
    },
  }
}

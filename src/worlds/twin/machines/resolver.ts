// Resolvers: each cohort of users takes a new answer over when what its resolver holds expires, and not before.

import { cacheExpiry, overstayedCache } from '../../../timers/resolver.ts'
import { recompute } from '../service.ts'
import type { Cohort, Users, World } from '../state.ts'

/** The name servers near these users answer differently. */
export function answerChanged(world: World, users: Users): void {
  users.moved = 0
  for (const cohort of users.cohorts) {
    world.queue.cancel(cohort.refresh)
    cohort.refresh = undefined
    if (cohort.answer === users.answer) continue
    const next = nextRefresh(cohort, world.queue.now)
    cohort.refresh = world.queue.at(next, () => refresh(world, users, cohort))
  }
}

const nextRefresh = ({ phase, holdSeconds }: Cohort, now: number): number =>
  phase + Math.ceil(Math.max(0, now - phase) / holdSeconds) * holdSeconds

function refresh(world: World, users: Users, cohort: Cohort): void {
  cohort.refresh = undefined
  cohort.answer = users.answer
  cohort.takenAt = world.queue.now
  users.moved += 1
  const timer = cohort.keepsTtl ? cacheExpiry(cohort.holdSeconds) : overstayedCache(cohort.holdSeconds)
  const outstanding = users.cohorts.some((other) => other.keepsTtl && other.refresh !== undefined)
  const notable = users.moved === 1 || !cohort.keepsTtl || !outstanding
  recompute(world, users, { cause: users.answerCause, timer }, notable)
}

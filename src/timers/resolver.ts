// What resolvers remember: most keep to the TTL, some hold an answer longer.

import type { Timer } from './timer.ts'

/** Share of users whose resolver holds answers longer than their TTL, and the least times at which it does. */
export const ttlViolators = {
  share: 0.09,
  holdSeconds: [300, 900, 3600],
  source: 'Measuring TTL violation of DNS resolvers, PAM 2023: 8.74 % of 8,524; the times are an assumption',
} as const

/** From new answers to the last user whose resolver keeps to the TTL. */
export function cacheExpiry(ttlSeconds: number): Timer {
  return {
    id: 'resolver.ttl',
    title: 'cached answers expire',
    minSeconds: 0,
    maxSeconds: ttlSeconds,
    meanSeconds: ttlSeconds / 2,
    source: 'Route 53 Developer Guide, values specific for weighted alias records (60 s for a load balancer)',
    decidedBy: 'standIn',
    note: 'the mean is that of a user, the upper bound that of the last one',
  }
}

/** The same behind a resolver that holds every answer for at least that long. */
export function overstayedCache(holdSeconds: number): Timer {
  return {
    ...cacheExpiry(holdSeconds),
    id: 'resolver.overstay',
    title: 'resolvers that hold answers longer than their TTL let go',
    source: ttlViolators.source,
  }
}

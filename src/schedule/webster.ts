// Webster's method (Sainte-Laguë), by which Karmada deals out replicas one by one: the next goes to the cluster with the greatest
// votes / (2 × seats + 1). A tie goes to the cluster with fewer seats, then by name: in which direction is decided by the UID of the
// template. So the same declaration, created twice, may be divided in two ways.
// Source: Karmada v1.18.2, pkg/util/helper/webstermethod.go, pkg/util/helper/binding.go.

import type { Target } from './binding.ts'
import { byName } from './candidate.ts'

export type Tie = 'ascending' | 'descending'

/** By the lowest bit of the UID's FNV-1a hash of 32 bits. */
export function tieOf(uid: string | undefined): Tie {
  if (!uid) return 'ascending'
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(uid)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash & 1) === 1 ? 'descending' : 'ascending'
}

/** Sorted by name. Nothing at all when nobody has a vote. */
export function webster(seats: number, votes: ReadonlyMap<string, number>, tie: Tie): Target[] {
  const parties = [...votes].sort(([a], [b]) => (tie === 'ascending' ? byName(a, b) : byName(b, a))).map(party)
  if (parties.reduce((sum, { votes }) => sum + votes, 0) === 0) return []
  for (let given = 0; given < seats; given++) {
    // the first of the greatest: the order of the list settles what seats do not
    const next = parties.reduce((best, each) => (goesBefore(each, best) ? each : best))
    next.seats++
    next.priority = next.votes / (2 * next.seats + 1)
  }
  return parties.map(({ name, seats }) => ({ name, replicas: seats })).sort((a, b) => byName(a.name, b.name))
}

interface Party {
  readonly name: string
  readonly votes: number
  seats: number
  /** In floating point, as in Go: which quotients are equal is a matter of its rounding. */
  priority: number
}

const party = ([name, votes]: [string, number]): Party => ({ name, votes, seats: 0, priority: votes })

const goesBefore = (a: Party, b: Party): boolean =>
  a.priority > b.priority || (a.priority === b.priority && a.seats < b.seats)

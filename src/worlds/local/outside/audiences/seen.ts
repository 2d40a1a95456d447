// What an audience got, from the answers that its resolvers hold and what is got at the doors: kept as points in time at which it changed.
// That a door fell silent is known only when patience ends; then the points since it began are put right.

import type { UsersPoint } from './config.ts'

/** Users behind one resolver, or several that hold the same: the chance of each site, and 'nowhere' for an address that leads to none. */
export interface Held {
  readonly weight: number
  readonly keepsTtl: boolean
  readonly sites: Readonly<Record<string, number>>
}

/** What doors answer, by site. */
export type Shares = Readonly<Record<string, number>>

export type Share = Omit<UsersPoint, 'atMs'>

interface Entry {
  readonly atMs: number
  readonly held: readonly Held[]
  readonly shares: Shares
}

export interface Seen {
  /** From then on users hold these answers. */
  hold(atMs: number, held: readonly Held[]): void
  /** From then on, which may lie in the past, the door of the site answers that share. */
  answered(atMs: number, site: string, share: number): void
  now(): Share
  points(): readonly UsersPoint[]
}

/** Of the newest; who watches for longer than they tell begins anew. */
export const pointsKept = 20_000
/** Entries that may still be put right: far more than change while somebody is patient. */
const openMost = 1_000

export function seen(beganMs: number, held: readonly Held[], shares: Shares): Seen {
  /** Put right no more. */
  const settled: UsersPoint[] = []
  /** The oldest first, never empty. */
  const open: Entry[] = [{ atMs: beganMs, held, shares }]
  const last = (): Entry => open.at(-1) ?? { atMs: beganMs, held, shares }

  /** In large pieces: to let each one go would move all the others. */
  function settle(): void {
    if (open.length < 2 * openMost) return
    for (const entry of open.splice(0, open.length - openMost)) add(settled, entry)
    if (settled.length >= 2 * pointsKept) settled.splice(0, settled.length - pointsKept)
  }

  return {
    hold(atMs, next) {
      open.push({ ...last(), atMs: Math.max(atMs, last().atMs), held: next })
      settle()
    },
    answered(saidMs, site, share) {
      const atMs = Math.max(saidMs, open[0]?.atMs ?? beganMs)
      let at = open.length
      // mostly the last one already
      while ((open[at - 1]?.atMs ?? atMs) > atMs) at -= 1
      const put = (entry: Entry): Entry => ({ ...entry, shares: { ...entry.shares, [site]: share } })
      for (let index = at; index < open.length; index += 1) open[index] = put(open[index] ?? last())
      open.splice(at, 0, put({ ...(open[at - 1] ?? last()), atMs }))
      settle()
    },
    now: () => shareOf(last()),
    points() {
      const points = [...settled]
      for (const entry of open) add(points, entry)
      return points.slice(-pointsKept)
    },
  }
}

function add(points: UsersPoint[], entry: Entry): void {
  const point = { atMs: entry.atMs, ...shareOf(entry) }
  // several changes at one instant are one point
  if (points.at(-1)?.atMs === point.atMs) points.pop()
  const standing = points.at(-1)
  if (standing === undefined || !same(standing, point)) points.push(point)
}

export function shareOf({ held, shares }: Omit<Entry, 'atMs'>): Share {
  const by = new Map<string, number>()
  const keepersBy = new Map<string, number>()
  let served = 0
  let keepers = 0
  let keeping = 0
  for (const { weight, keepsTtl, sites } of held) {
    let answered = 0
    for (const [site, chance] of Object.entries(sites)) {
      const share = chance * (shares[site] ?? 0)
      if (share === 0) continue
      answered += share
      by.set(site, (by.get(site) ?? 0) + weight * share)
      if (keepsTtl) keepersBy.set(site, (keepersBy.get(site) ?? 0) + weight * share)
    }
    served += weight * answered
    if (!keepsTtl) continue
    keepers += weight * answered
    keeping += weight
  }
  return {
    served: tidy(served),
    keepers: keeping === 0 ? tidy(served) : tidy(keepers / keeping),
    by: sharesOf(by, 1),
    keepersBy: keeping === 0 ? sharesOf(by, 1) : sharesOf(keepersBy, keeping),
  }
}

/** Sites in the order of their names. */
const sharesOf = (by: ReadonlyMap<string, number>, whole: number): Readonly<Record<string, number>> =>
  Object.fromEntries([...by.keys()].sort().map((site) => [site, tidy((by.get(site) ?? 0) / whole)]))

const same = (a: Share, b: Share): boolean =>
  a.served === b.served &&
  a.keepers === b.keepers &&
  Object.keys(a.by).length === Object.keys(b.by).length &&
  Object.entries(a.by).every(([site, share]) => b.by[site] === share)

/** Twenty equal weights do not add up to one in binary. */
const tidy = (share: number): number => Math.round(share * 1e9) / 1e9

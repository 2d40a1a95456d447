// What users get: from the answers that their resolvers hold, the ways that are open, and the front doors. Kept as points in time
// at which it changes, and integrated between them exactly.

import { usersSubject } from '../../timeline/subjects.ts'
import type { Point, Seen } from '../../timeline/users.ts'
import { fails, isWhole } from '../../timeline/users.ts'
import type { Because } from './machines/pod-events.ts'
import { usersArrive } from './reach.ts'
import { percent, tidy } from './share.ts'
import type { Cohort, Copy, Users, World } from './state.ts'

/** Looks at the users again; `notable`: the event is worth telling whatever it changes. */
export function recompute(world: World, users: Users, because: Because, notable = true): void {
  const last = users.points.at(-1)
  const [first] = users.points
  const next = shareOf(world, users)
  if (last !== undefined && same(last, next)) return
  const crossed =
    first !== undefined &&
    last !== undefined &&
    (fails(last, first) !== fails(next, first) || isWhole(last, first) !== isWhole(next, first))
  const full = last !== undefined && last.served < 1 && next.served >= 1 - 1e-9
  const event = notable || crossed || full ? tell(world, users, next, because) : undefined
  push(users, { at: world.queue.now, ...next, event })
}

type Share = Pick<Point, 'served' | 'keepers' | 'by' | 'keepersBy'>

function shareOf(world: World, users: Users): Share {
  if (users.lan !== undefined) {
    const served = users.lan.lan?.share ?? 0
    const by = served > 0 ? { [users.lan.site.site.name]: served } : {}
    return { served, keepers: served, by, keepersBy: by }
  }
  const by = new Map<string, number>()
  const keepersBy = new Map<string, number>()
  let served = 0
  let keepers = 0
  let keeping = 0
  for (const { answer, weight, keepsTtl } of heldAnswers(users.cohorts)) {
    let answered = 0
    for (const site of Object.keys(answer)) {
      const share = (answer[site] ?? 0) * answers(world, users, users.name?.copies.get(site))
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
  const nobodyKeeps = keeping === 0
  return {
    served: tidy(served),
    keepers: nobodyKeeps ? tidy(served) : tidy(keepers / keeping),
    by: sharesOf(by, 1),
    keepersBy: nobodyKeeps ? sharesOf(by, 1) : sharesOf(keepersBy, keeping),
  }
}

/** Sites in the order of their names. */
function sharesOf(by: ReadonlyMap<string, number>, whole: number): Readonly<Record<string, number>> {
  const sorted: Record<string, number> = {}
  for (const site of by.size > 1 ? [...by.keys()].sort() : by.keys()) sorted[site] = tidy((by.get(site) ?? 0) / whole)
  return sorted
}

/** Cohorts hold two or three different answers at most: those that hold the same are one. */
function heldAnswers(
  cohorts: readonly Cohort[],
): readonly { answer: Cohort['answer']; keepsTtl: boolean; weight: number }[] {
  const held: { answer: Cohort['answer']; keepsTtl: boolean; weight: number }[] = []
  for (const { answer, keepsTtl, weight } of cohorts) {
    const same = held.find((one) => one.answer === answer && one.keepsTtl === keepsTtl)
    if (same === undefined) held.push({ answer, keepsTtl, weight })
    else same.weight += weight
  }
  return held
}

function answers(world: World, users: Users, copy: Copy | undefined): number {
  const door = copy?.door
  if (door === undefined || door.staleRecord || !usersArrive(world, door, users.audience)) return 0
  return door.share
}

const same = (a: Share, b: Share): boolean =>
  a.served === b.served &&
  a.keepers === b.keepers &&
  Object.keys(a.by).length === Object.keys(b.by).length &&
  Object.keys(a.by).every((site) => a.by[site] === b.by[site])

/** Several changes at one instant are one point. */
function push(users: Users, point: Point): void {
  const last = users.points.at(-1)
  if (last !== undefined && last.at === point.at) users.points.pop()
  users.points.push({ ...point, event: point.event ?? (last?.at === point.at ? last.event : undefined) })
}

function tell(world: World, users: Users, next: Share, because: Because): number | undefined {
  const { app, audience } = users
  const names = Object.keys(next.by)
  const by = names.length === 0 ? 'nobody' : names.join(',')
  const about = {
    subject: usersSubject(app.name, audience.name),
    because,
    decidedBy: 'standIn' as const,
    app: app.name,
    audience: audience.name,
  }
  const who = `users of ${app.name} in ${audience.name}`
  if (next.served !== users.toldServed) {
    const from = users.toldServed
    users.toldServed = next.served
    users.toldBy = by
    const text =
      next.served === 0
        ? `no ${who} are answered`
        : `${percent(next.served)} of the ${who} are answered, by ${names.join(' and ')}`
    return world.log.emit({ ...about, what: 'served', from, to: next.served, text })
  }
  if (by === users.toldBy) return undefined
  const from = users.toldBy
  users.toldBy = by
  return world.log.emit({
    ...about,
    what: 'servedBy',
    from,
    to: by,
    text: `the ${who} are answered by ${names.join(' and ')}`,
  })
}

/** What users got before anything happened. */
export function firstPoint(world: World, users: Users): void {
  const share = shareOf(world, users)
  const names = Object.keys(share.by)
  users.toldServed = share.served
  users.toldBy = names.length === 0 ? 'nobody' : names.join(',')
  users.points.push({ at: 0, ...share, event: undefined })
}

export const seenBy = ({ app, audience, points }: Users): Seen => ({ app: app.name, audience: audience.name, points })

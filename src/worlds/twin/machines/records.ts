// The records of a name: a verdict makes a record usable or not, and travels to the name servers near each audience in its own
// time, so that two audiences may get different answers for a while; a server of one's own answers with what it found itself. No failover
// edits a record.

import type { App } from '../../../model/fleet.ts'
import { isServedByOwn } from '../../../model/zones.ts'
import { recordSubject } from '../../../timeline/subjects.ts'
import { serverAnswer } from '../../../timers/powerdns.ts'
import { propagation } from '../../../timers/route53.ts'
import type { Timer } from '../../../timers/timer.ts'
import type { Cause, Copy, NameState, Users, World } from '../state.ts'
import { answerOf, answerText } from './answers.ts'

/** A health check, or what the load balancer says of its targets, changed: both must pass where both are asked. */
export function reviewRecord(world: World, app: App, site: string, cause: Cause): void {
  const name = world.names.get(app.name)
  const copy = name?.copies.get(site)
  if (name === undefined || copy === undefined) return
  const usable = isUsable(copy)
  if (usable === usableNow(name, site)) return
  name.usable.set(site, { usable, cause })
  for (const users of world.users.values()) if (users.name === name) send(world, users, site, usable, cause)
}

export function isUsable(copy: Copy): boolean {
  const byCheck = copy.check?.healthy ?? true
  // a simple record has nothing to turn to, so its target's health is not asked
  const evaluates = copy.app.expose?.evaluateTargetHealth === true && copy.door?.kind === 'balancer'
  return byCheck && (!evaluates || (copy.door?.healthy === true && !copy.door.staleRecord))
}

const usableNow = (name: NameState, site: string): boolean => name.usable.get(site)?.usable ?? true

function send(world: World, users: Users, site: string, usable: boolean, cause: Cause): void {
  if (isServedByOwn(world.fleet, users.app)) {
    users.believed.set(site, usable)
    reviewAnswer(world, users, cause, serverAnswer())
    return
  }
  const { propagationSeconds } = world.assume
  users.sent += 1
  const message = users.sent
  const delay = world.chance.between(0, propagationSeconds, `${users.app.name}/${users.audience.name}`, 'propagation')
  world.queue.at(world.queue.now + delay, () => {
    // a later verdict may have overtaken this one
    if ((users.heard.get(site) ?? 0) > message) return
    users.heard.set(site, message)
    users.believed.set(site, usable)
    reviewAnswer(world, users, cause, propagation(propagationSeconds))
  })
}

function reviewAnswer(world: World, users: Users, cause: Cause, timer: Timer): void {
  const { app, audience, name } = users
  if (name === undefined) return
  const answer = answerOf(world.fleet, app, audience, (site) => users.believed.get(site) ?? true)
  const [from, to] = [answerText(users.answer), answerText(answer)]
  const same = from === to && Object.keys(answer).every((site) => answer[site] === users.answer[site])
  if (same) return
  users.answer = answer
  users.answerCause = world.log.emit({
    subject: recordSubject(name.host, audience.name),
    what: 'answer',
    from,
    to,
    because: { cause, timer },
    text: `${name.host} answers ${audience.name} with ${to === '' ? 'nothing' : to.replaceAll(',', ' and ')}`,
    app: app.name,
    audience: audience.name,
  })
  world.tell.answer(users)
}

/** What the name answers before anything happens. */
export function firstAnswer(world: World, users: Users): void {
  const { app, audience, name } = users
  if (name === undefined) return
  for (const [site, copy] of name.copies) {
    const usable = isUsable(copy)
    if (!name.usable.has(site)) name.usable.set(site, { usable, cause: 0 })
    users.believed.set(site, usable)
  }
  users.answer = answerOf(world.fleet, app, audience, (site) => users.believed.get(site) ?? true)
  for (const cohort of users.cohorts) cohort.answer = users.answer
  const to = answerText(users.answer)
  world.log.emit({
    subject: recordSubject(name.host, audience.name),
    what: 'answer',
    from: null,
    to,
    text: `${name.host} answers ${audience.name} with ${to === '' ? 'nothing' : to.replaceAll(',', ' and ')}`,
    app: app.name,
    audience: audience.name,
  })
}

import { routedSites } from '../build.ts'
import type { Judge, Objection } from './judge.ts'

export const answers: Judge = {
  id: 'answers',
  title:
    'a name answers with records that are usable, or with all as a last resort; no resolver holds an answer for too long',
  onEvent(world, event) {
    if (!event.subject.startsWith('record/') || event.what !== 'answer') return undefined
    const users = [...world.users.values()].find(
      (one) => one.app.name === event.app && one.audience.name === event.audience,
    )
    if (users === undefined || users.name === undefined) return undefined
    const sites = String(event.to)
      .split(',')
      .filter((site) => site !== '')
    const records = new Set(routedSites(users.app))
    const stranger = sites.find((site) => !records.has(site))
    if (stranger !== undefined) return `${event.subject} answers with ${stranger}, for which it has no record`
    const usable = [...records].filter((site) => users.believed.get(site) ?? true)
    const geographic = users.app.expose?.routing.geolocation !== undefined
    const simple = users.app.expose?.routing.simple !== undefined
    if (usable.length === 0 || geographic || simple) return undefined
    const bad = sites.find((site) => !usable.includes(site))
    return bad === undefined
      ? undefined
      : `${event.subject} answers with ${bad}, which is unusable, while ${usable.join(', ')} could be used`
  },
  atEnd(world, timeline) {
    const found: Objection[] = []
    for (const users of world.users.values()) {
      const since = timeline.events[users.answerCause]?.at ?? 0
      for (const cohort of users.cohorts) {
        if (cohort.answer === users.answer || world.queue.now - since <= cohort.holdSeconds + 1e-6) continue
        found.push({
          event: users.answerCause,
          text: `a resolver of ${users.audience.name} holds an answer for longer than ${cohort.holdSeconds} s`,
        })
      }
    }
    return found
  },
}

import type { Timeline } from '../../../model/timeline.ts'
import { histories, stretchesWhere } from '../../../timeline/history.ts'
import type { World } from '../state.ts'
import type { Judge, Objection } from './judge.ts'

/** Only from the timeline, so that it cannot share a mistake with the machines: when a site was dark or cut off, it answered nobody. */
export const reach: Judge = {
  id: 'reach',
  title: 'nobody is answered by a site that is without power, or to which there is no way',
  atEnd(world, timeline) {
    const dark = awayBySite(timeline, 'power', 'off')
    const cut = awayBySite(timeline, 'internet', 'down')
    const found: Objection[] = []
    for (const { app, audience, spans } of timeline.services) {
      const lan = world.users.get(`${app}/${audience}`)?.lan !== undefined
      for (const span of spans) {
        for (const [site, share] of Object.entries(span.by)) {
          if (share === 0 || (!lan && doorInRegion(world, app, site))) continue
          const away = [...(dark.get(site) ?? []), ...(lan ? [] : (cut.get(site) ?? []))]
          const wrong = away.find((one) => Math.min(one.to, span.to) - Math.max(one.from, span.from) > 1e-6)
          if (wrong === undefined) continue
          found.push({
            event: eventAt(timeline, span.from),
            text: `${audience} is answered by ${site} from ${span.from} s, which is away from ${wrong.from} to ${wrong.to} s`,
          })
        }
      }
    }
    return found
  },
}

const doorInRegion = (world: World, app: string, site: string): boolean =>
  world.copies.get(`${app}/${site}`)?.door?.stands === 'region'

interface Away {
  readonly from: number
  readonly to: number
}

function awayBySite(timeline: Timeline, what: string, value: string): ReadonlyMap<string, readonly Away[]> {
  const found = new Map<string, readonly Away[]>()
  for (const [subject, stretches] of histories(timeline, 'site/', what)) {
    found.set(
      subject.slice('site/'.length),
      stretchesWhere(stretches, (one) => one === value),
    )
  }
  return found
}

const eventAt = (timeline: Timeline, at: number): number => timeline.events.findLast((event) => event.at <= at)?.id ?? 0

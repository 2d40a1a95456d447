// Where users and the control plane saw different things, in two short lines for each site.

import { clockText, shareText } from '../model/duration.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted, listed } from '../model/words.ts'
import type { Stretch } from '../timeline/history.ts'
import { histories, history, stretchesTogether, stretchesWhere } from '../timeline/history.ts'
import { copySubject } from '../timeline/subjects.ts'

export interface Views {
  readonly site: string
  readonly users: string
  readonly controlPlane: string
}

export function differingViews(timeline: Timeline): readonly Views[] {
  const nodes = histories(timeline, 'node/', 'ready')
  const spoken = [...nodes.keys()].map((subject) => subject.split('/')[1] ?? '')
  const served = timeline.services.flatMap((service) => service.spans.flatMap((span) => Object.keys(span.by)))
  return [...new Set([...spoken, ...served])].sort().flatMap((site) => viewsOf(timeline, site, nodes) ?? [])
}

function viewsOf(timeline: Timeline, site: string, nodes: ReadonlyMap<string, readonly Stretch[]>): Views | undefined {
  const here = [...nodes].filter(([subject]) => subject.split('/')[1] === site).map(([, stretches]) => stretches)
  const unknown =
    here.length === 0
      ? []
      : stretchesTogether(
          here.map((stretches) => stretchesWhere(stretches, (value) => value === 'Unknown')),
          timeline.length,
        )
  // those whom the site served when nothing had happened yet
  const users = timeline.services
    .map((service) => ({ service, most: service.spans[0]?.by[site] ?? 0 }))
    .filter(({ most }) => most > 0)
  const [lost] = unknown
  if (lost !== undefined) {
    const kept = users.filter(({ service, most }) => least(service.spans, site, lost.from, lost.to) >= most - 0.01)
    if (kept.length === 0) return undefined
    const evicted = evictedAt(timeline, site)
    return {
      site,
      users: `${listed(kept.map(({ service }) => service.audience))} went on being served by ${site} (${shareText(Math.min(...kept.map(({ service }) => least(service.spans, site, lost.from, lost.to))))} of them).`,
      controlPlane: `all nodes of ${site} Unknown from ${clockText(lost.from)} to ${lost.to >= timeline.length ? 'the end' : clockText(lost.to)}${evicted > 0 ? `, ${counted(evicted, 'pod')} deleted` : ', nothing deleted'}.`,
    }
  }
  const left = users.flatMap(({ service, most }) => {
    const gap = longestGap(service.spans, site, most / 2)
    return gap !== undefined && gap.to - gap.from >= noticedSeconds ? [{ service, gap }] : []
  })
  // a copy that was scaled down or deleted is no surprise to its control plane
  const knows = [...new Set(left.map(({ service }) => service.app))].some((app) =>
    history(timeline, copySubject(app, site), 'ready').some((stretch) => Number(stretch.value) === 0),
  )
  if (left.length === 0 || here.length > 0 || knows) return undefined
  const from = Math.min(...left.map(({ gap }) => gap.from))
  const to = Math.max(...left.map(({ gap }) => gap.to))
  return {
    site,
    users: `${listed(left.map(({ service }) => service.audience))} were not served by ${site}, or by half at most, from ${clockText(from)} to ${to >= timeline.length ? 'the end' : clockText(to)}.`,
    controlPlane: `all nodes of ${site} ready throughout.`,
  }
}

/** Shorter than that, nobody speaks of it. */
const noticedSeconds = 30

type Spans = readonly {
  readonly from: number
  readonly to: number
  readonly by: Readonly<Record<string, number>>
}[]

/** The longest time in which the site served no more than that share. */
function longestGap(
  spans: Spans,
  site: string,
  most: number,
): { readonly from: number; readonly to: number } | undefined {
  let longest: { from: number; to: number } | undefined
  let open: { from: number; to: number } | undefined
  for (const { from, to, by } of spans) {
    open = (by[site] ?? 0) > most ? undefined : { from: open?.from ?? from, to }
    if (open !== undefined && (longest === undefined || open.to - open.from > longest.to - longest.from)) longest = open
  }
  return longest
}

function least(spans: Spans, site: string, from: number, to: number): number {
  const inside = spans.filter((span) => span.to > from && span.from < to)
  return inside.length === 0 ? 0 : Math.min(...inside.map((span) => span.by[site] ?? 0))
}

function evictedAt(timeline: Timeline, site: string): number {
  const apps = [...new Set(timeline.services.map((service) => service.app))]
  return apps.reduce(
    (sum, app) =>
      sum +
      Math.max(0, ...history(timeline, copySubject(app, site), 'deleted').map((stretch) => Number(stretch.value))),
    0,
  )
}

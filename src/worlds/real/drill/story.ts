// What happened, in order, as events of a timeline: told when it is noticed, by whoever looks. What led to what is known of faults only as far
// as the order of things says it: a check after its fault, a record after its check, users after their record.

import type { EventValue, TimelineEvent } from '../../../model/timeline.ts'

export interface Noticed {
  readonly subject: string
  readonly what: string
  readonly to: EventValue
  readonly text: string
  readonly site?: string
  readonly app?: string
  readonly audience?: string
  /** Of a fault and its end: it leads to others, and nothing to it. */
  readonly root?: boolean
}

export interface Story {
  /** Undefined: nothing has changed. */
  tell(atSeconds: number, noticed: Noticed): number | undefined
  events(): readonly TimelineEvent[]
}

/** What a subject of the kind follows from, nearest first. */
const follows: Readonly<Record<string, readonly string[]>> = {
  node: [],
  copy: ['node'],
  door: ['copy', 'node'],
  check: ['door', 'copy'],
  record: ['check', 'door'],
  users: ['record', 'door', 'copy'],
}

export function storyOf(): Story {
  const events: TimelineEvent[] = []
  const last = new Map<string, EventValue>()
  let root: number | undefined
  return {
    events: () => events,
    tell: (at, { subject, what, to, text, site, app, audience, root: isRoot = false }) => {
      const key = `${subject} ${what}`
      const from = last.get(key) ?? null
      if (from === to && !isRoot) return undefined
      last.set(key, to)
      const id = events.length
      const cause = isRoot || root === undefined ? undefined : (latest(subject, { site, app }) ?? root)
      events.push({
        ...{ id, at, subject, what, from, to, text, decidedBy: 'engine' },
        ...(cause !== undefined && { cause }),
        ...(site !== undefined && { site }),
        ...(app !== undefined && { app }),
        ...(audience !== undefined && { audience }),
      })
      if (isRoot) root = id
      return id
    },
  }

  function latest(
    subject: string,
    about: { readonly site: string | undefined; readonly app: string | undefined },
  ): number | undefined {
    const kinds = follows[subject.split('/')[0] ?? ''] ?? []
    for (const kind of kinds) {
      const found = events.findLast(
        (event) =>
          event.id > (root ?? 0) &&
          event.subject.startsWith(`${kind}/`) &&
          (event.app === undefined || about.app === undefined || event.app === about.app) &&
          (event.site === undefined || about.site === undefined || event.site === about.site),
      )
      if (found !== undefined) return found.id
    }
    return undefined
  }
}

// A timeline from a file that some world, perhaps of another version, wrote.

import { Refusal } from '../model/refusal.ts'
import type { Recovery, Service, Timeline, TimelineEvent } from '../model/timeline.ts'
import { timelineSchema, timelineVersion } from './schema.ts'

export function readTimeline(text: string, file = 'timeline'): Timeline {
  const data = parse(text, file)
  const version = typeof data === 'object' && data !== null && 'version' in data ? data.version : undefined
  if (version !== timelineVersion) {
    throw new Refusal(
      'input',
      `${file} is no timeline of version ${timelineVersion}`,
      typeof version === 'number'
        ? `it is of version ${version}: read it with the skerry that wrote it`
        : 'skerry drill -o json writes one',
    )
  }
  const result = timelineSchema.safeParse(data)
  if (!result.success) {
    throw new Refusal(
      'input',
      `${file} is not a whole timeline`,
      'write it again with skerry drill -o json',
      result.error.issues.slice(0, 10).map((issue) => ({ message: issue.message, where: issue.path.join('.') })),
    )
  }
  const { events, services, recoveries, ...rest } = result.data
  return {
    ...rest,
    events: events.map((event): TimelineEvent => dropMissing(event)),
    services: services.map((service): Service => ({ ...service, spans: service.spans.map(dropMissing) })),
    recoveries: recoveries.map((recovery): Recovery => ({ ...absent, ...recovery })),
  }
}

/** JSON has no undefined: what a recovery does not say is not so. */
const absent = {
  to: undefined,
  seconds: undefined,
  servedBy: undefined,
  firstUserSeconds: undefined,
  tailSeconds: undefined,
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

const dropMissing = <T extends object>(item: T): Present<T> =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Present<T>

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal(
      'input',
      `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      'skerry drill -o json writes a timeline',
    )
  }
}

// The shape of a timeline file, for reading one that somebody else wrote.

import { z } from 'zod'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const decider = z.enum(['engine', 'standIn', 'document'])
const seconds = z.number()

const event = z.strictObject({
  id: z.int().min(0),
  at: seconds,
  subject: z.string(),
  what: z.string(),
  from: value,
  to: value,
  cause: z.int().min(0).optional(),
  timer: z.strictObject({ id: z.string(), minSeconds: seconds, maxSeconds: seconds }).optional(),
  decidedBy: decider,
  text: z.string(),
  site: z.string().optional(),
  app: z.string().optional(),
  audience: z.string().optional(),
})

const service = z.strictObject({
  app: z.string(),
  audience: z.string(),
  availability: z.number(),
  lostSeconds: seconds,
  spans: z.array(
    z.strictObject({
      from: seconds,
      to: seconds,
      served: z.number(),
      by: z.record(z.string(), z.number()),
      keepers: z.record(z.string(), z.number()).optional(),
    }),
  ),
})

const segment = z.strictObject({
  timer: z.string(),
  title: z.string(),
  seconds,
  minSeconds: seconds,
  maxSeconds: seconds,
  from: z.int(),
  to: z.int(),
  decidedBy: decider,
})

const recovery = z.strictObject({
  app: z.string(),
  audience: z.string(),
  from: seconds,
  fault: z.int(),
  to: seconds.optional(),
  seconds: seconds.optional(),
  segments: z.array(segment),
  servedBy: z.string().optional(),
  firstUserSeconds: seconds.optional(),
  tailSeconds: seconds.optional(),
})

/** Grows with fields that older readers may not know only under a new version. */
export const timelineVersion = 1

export const timelineSchema = z.strictObject({
  version: z.literal(timelineVersion),
  world: z.enum(['twin', 'local', 'real']),
  skerry: z.string(),
  fleet: z.string(),
  drill: z.string(),
  seed: z.string(),
  length: seconds,
  assumptions: z.array(z.string()),
  events: z.array(event),
  services: z.array(service),
  recoveries: z.array(recovery),
  violations: z.array(z.strictObject({ judge: z.string(), event: z.int(), text: z.string() })),
})

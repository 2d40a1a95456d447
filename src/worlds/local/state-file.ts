// What a state.json must hold before anything in it is believed. It was written by this or an older skerry, by a hand, or by nobody's plan:
// what is not as it should be is refused as a whole, so that nobody meets a hole in it later.

import { z } from 'zod'

const text = z.string()
const names = z.array(text)
const processId = z.looseObject({ pid: z.number().int().positive(), startTime: text })
const port = z.number().int().nonnegative()

const probe = z.union([
  z.looseObject({ kind: z.enum(['http', 'https']), port, path: text, status: z.number() }),
  z.looseObject({ kind: z.literal('tcp'), port }),
])

const record = z.looseObject({
  id: text,
  name: text,
  owner: z.looseObject({ kind: z.enum(['cluster', 'federation', 'fleet']), name: text }),
  token: text.min(1),
  process: processId.optional(),
  digest: text,
  stop: z.looseObject({ order: z.literal([0, 1, 2]), graceSeconds: z.number().nonnegative() }),
  ready: probe,
  startedAt: text,
  readyAt: text.optional(),
})

const copy = z.looseObject({
  ...{ app: text, site: text, cluster: text, namespace: text, kind: text, name: text },
  replicas: z.number(),
  autoscaled: z.boolean(),
})

const schema = z.looseObject({
  version: z.literal(1),
  fleet: text,
  run: text.min(1),
  source: text,
  only: names.optional(),
  speed: z.number().positive().optional(),
  digest: text.optional(),
  declaredFederations: names.optional(),
  expected: z.looseObject({
    clusters: z.record(text, z.number()),
    federations: z.record(text, names),
    hosts: z.record(text, text),
    copies: z.array(copy).optional(),
  }),
  ports: z.record(text, z.record(text, port)),
  engines: z.record(text, record),
  up: z.enum(['begun', 'done']),
})

/** Undefined: nothing. Else the first thing that is wrong with it, such as `engines: expected record`. */
export function wrongIn(json: unknown): string | undefined {
  const result = schema.safeParse(json)
  if (result.success) return undefined
  const [issue] = result.error.issues
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.')
  return `${where}: ${issue?.message ?? 'not as it should be'}`
}

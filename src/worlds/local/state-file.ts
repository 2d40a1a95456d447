// What a state.json holds, and what it must hold before anything in it is believed: the types are those of the schema. It was written by this
// or an older skerry, by a hand, or by nobody's plan: what is not as it should be is refused as a whole, so that nobody meets a hole in it
// later. What a newer skerry wrote in addition is left alone.

import { z } from 'zod'
import type { EngineName } from './engine.ts'

const text = z.string()
const names = z.array(text)
const port = z.number().int().nonnegative()

const probe = z.union([
  z.object({ kind: z.enum(['http', 'https']), port, path: text, status: z.number() }),
  z.object({ kind: z.literal('tcp'), port }),
])

const record = z.object({
  id: text,
  name: z.custom<EngineName>((name) => typeof name === 'string'),
  owner: z.object({ kind: z.enum(['cluster', 'federation', 'fleet']), name: text }),
  /** In the environment of the process. */
  token: text.min(1),
  /** Undefined between the intent and the start. */
  process: z.object({ pid: z.number().int().positive(), startTime: text }).optional(),
  /** Of the values it was started with: an engine whose values differ now is started anew. */
  digest: text,
  stop: z.object({ order: z.literal([0, 1, 2]), graceSeconds: z.number().nonnegative() }),
  /** How it is asked whether it is well. */
  ready: probe,
  startedAt: text,
  /** Answered its probe. */
  readyAt: text.optional(),
})

/** As `ExpectedCopy` has it. */
const copy = z.object({
  ...{ app: text, site: text, cluster: text, namespace: text, kind: text, name: text },
  replicas: z.number(),
  /** Their number follows the load. */
  autoscaled: z.boolean(),
})

/** What there should be, for `status`. */
const expected = z.object({
  /** The number of their nodes. */
  clusters: z.record(text, z.number()),
  /** Their members. */
  federations: z.record(text, names),
  /** Clusters that run nothing but a federation, by their name. */
  hosts: z.record(text, text),
  /** What is put straight onto clusters; what a federation divides, its Karmada says. */
  copies: z.array(copy).optional(),
})

const schema = z.object({
  version: z.literal(1),
  fleet: text,
  /** In every token. */
  run: text.min(1),
  /** The file or folder that the fleet was read from. */
  source: text,
  /** The clusters that were asked for; undefined: every one. */
  only: names.optional(),
  /** By how much its constants are shortened; left out: not at all. */
  speed: z.number().positive().optional(),
  /** Of the fleet that the last `up` brought up, so that a drill notices when it is another one by now. Older skerrys wrote none. */
  digest: text.optional(),
  /** Whether or not they were asked for. */
  declaredFederations: names.optional(),
  expected,
  ports: z.record(text, z.record(text, port)),
  engines: z.record(text, record),
  /** What the last `up` reached. */
  up: z.enum(['begun', 'done']),
})

type Kept<Value> = Value extends readonly (infer Item)[]
  ? readonly Kept<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Kept<Value[Key]> }
    : Value

export type LocalState = Kept<z.infer<typeof schema>>
export type EngineRecord = Kept<z.infer<typeof record>>
export type Expected = Kept<z.infer<typeof expected>>

/** Undefined: nothing. Else the first thing that is wrong with it, such as `engines: expected record`. */
export function wrongIn(json: unknown): string | undefined {
  const result = schema.safeParse(json)
  if (result.success) return undefined
  const [issue] = result.error.issues
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.')
  return `${where}: ${issue?.message ?? 'not as it should be'}`
}

// A plan as a file: to be reviewed, to be carried out later as it is, and to be compared with. One step on a line, so that two of them
// can be compared by eye; the same plan always gives the same bytes. The fleet itself is not in it, but its digest is, so that a saved
// plan whose fleet has changed since can be refused.

import { z } from 'zod'
import type { Fleet } from '../model/fleet.ts'
import type { Origin } from '../model/origin.ts'
import type { Observed, Plan, Step } from '../model/plan.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { canonical, digestOf } from './digest.ts'
import { topological } from './order.ts'

// closed lists, spelled out: what is read from a file must be what the types say
const stepKind = z.enum([
  'zone.optIn',
  'network',
  'cluster.create',
  'pool.join',
  'addon',
  'federation.start',
  'member.join',
  'gitops.start',
  'app.place',
  'route.point',
  'verify',
])
const inverseKind = z.enum([
  'zone.keep',
  'network.delete',
  'cluster.delete',
  'pool.drain',
  'addon.remove',
  'federation.stop',
  'member.leave',
  'gitops.stop',
  'app.remove',
  'route.withdraw',
  'keep',
])
const text = z.string().max(20_000)
const id = z.string().min(1).max(2_000)
const name = text.optional()

const subject = z
  .strictObject({
    account: name,
    network: name,
    cluster: name,
    site: name,
    pool: name,
    addon: name,
    federation: name,
    app: name,
    host: name,
    zoneGroup: name,
  })
  .describe('What the step is about')

const step = z.strictObject({
  id: id.describe('Stable from plan to plan, such as pool.join/los-angeles/edge'),
  kind: stepKind,
  title: text.describe('One line for a person'),
  subject,
  needs: z.array(id).describe('Ids of the steps that must be done first'),
  intent: z.record(z.string(), z.unknown()).describe('The declared values that the step carries out'),
  inverse: z.strictObject({ kind: inverseKind, title: text }).describe('What undoes it'),
  existing: z.boolean().describe('Made by somebody else: looked at only, never changed, never deleted'),
  expected: z
    .strictObject({ minSeconds: z.number(), maxSeconds: z.number(), source: text })
    .optional()
    .describe('How long it takes as a rule; left out where nothing is published'),
  change: z
    .enum(['create', 'change', 'replace', 'remove', 'keep'])
    .describe('replace: what is there cannot become what is declared, so that it is made anew'),
  replacement: z
    .strictObject({
      fields: z
        .array(z.strictObject({ path: text, source: text }))
        .describe('What cannot change in place, on whose word'),
      because: z.array(id).describe('The replaced steps that it stands on'),
      dependents: z.array(id).describe('What is made anew, or moves, along with it'),
    })
    .optional(),
  differences: z
    .array(z.strictObject({ path: text, before: z.unknown().optional(), after: z.unknown().optional() }))
    .describe('For a change or a replacement, the fields that differ; before or after left out where there is none'),
})

const undoStep = z.strictObject({
  id,
  kind: z.enum([...inverseKind.options, 'gitops.suspend']),
  title: text,
  subject,
  needs: z.array(id),
  undoes: id.describe('The step that it undoes'),
  protected: z.boolean().describe('Takes something from a site or cluster marked protect: its name must be typed'),
})

const assignment = z.strictObject({
  app: text,
  site: text.describe('The site; of replicas that a federation divides, the one at which the member runs them'),
  cluster: text.describe('The cluster; of replicas that a federation divides, the member'),
  namespace: text,
  replicas: z.number(),
  federation: text.optional().describe('The federation that divides the replicas'),
  alternatives: z
    .array(z.number())
    .optional()
    .describe('Other outcomes that are as likely, where the UID of the template breaks a tie'),
  why: text,
})

export const savedPlan = z
  .strictObject({
    version: z.literal(1),
    fleet: text.describe('The name of the fleet'),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .optional()
      .describe('Of the fleet that was planned, in a saved plan'),
    steps: z.array(step).describe('In an order in which they can be carried out'),
    backward: z.array(undoStep).describe('What undoes the whole, in an order in which it can be carried out'),
    placement: z.array(assignment).describe('Which copy of an app runs where, and why'),
  })
  .describe('A plan of skerry: skerry plan -o json, or skerry plan --save')

export type SavedPlan = z.output<typeof savedPlan>

/** The published schema: what `schema/plan.json` holds. */
export function planSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(savedPlan, { target: 'draft-2020-12', io: 'input' })
  return { $schema, $id: 'https://skerry.dev/schema/plan.json', title: 'skerry plan, version 1', ...rest }
}

export function savePlan(plan: Plan): string {
  const { version, fleet, steps, backward, placement } = plan
  const lines = (items: readonly object[]) =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${canonical(item)}`).join(',\n')}\n  ]`
  return `{
  "version": ${version},
  "fleet": ${JSON.stringify(fleet.name)},
  "digest": ${JSON.stringify(fleetDigest(fleet))},
  "steps": ${lines(steps)},
  "backward": ${lines(backward)},
  "placement": ${lines(placement)}
}
`
}

/** Of all that a plan follows from: where a value is written does not matter, nor do drills and accepted findings. */
export function fleetDigest(fleet: Fleet): string {
  const { name, accounts, networks, dnsZones, clusters, sites, pools, federations, gitops, apps, zoneFacts } = fleet
  return digestOf(
    canonical(
      { name, accounts, networks, dnsZones, clusters, sites, pools, federations, gitops, apps, zoneFacts },
      isOrigin,
    ),
  )
}

const isOrigin = (key: string, value: unknown): boolean =>
  key === 'origin' &&
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<Origin>).pointer === 'string' &&
  typeof (value as Partial<Origin>).label === 'string'

/** A plan from a file, or a Refusal that says where it is none. `json`: what JSON.parse made of the file. */
export function readPlan(json: unknown): SavedPlan {
  const version =
    typeof json === 'object' && json !== null ? (json as { readonly version?: unknown }).version : undefined
  if (typeof version === 'number' && version !== 1) {
    throw new Refusal(
      'input',
      `this plan has version ${version}, and this skerry reads version 1`,
      'make it again with skerry plan --save, or use the skerry that wrote it',
    )
  }
  const result = savedPlan.safeParse(json)
  if (!result.success) {
    const problems = result.error.issues.slice(0, 5).map(
      ({ path, message }): Problem => ({
        message,
        where: path.length === 0 ? 'the file' : path.map(String).join('.'),
      }),
    )
    throw new Refusal(
      'input',
      'this is no plan of skerry',
      'name a file written by skerry plan --save, or -o json',
      problems,
    )
  }
  const plan = result.data
  const ids = new Set(plan.steps.map((it) => it.id))
  if (ids.size !== plan.steps.length) throw damaged('two of its steps have one id')
  const lost = plan.steps.find((it) => it.needs.some((need) => !ids.has(need)))
  if (lost !== undefined) throw damaged(`${lost.id} needs a step that is not in it`)
  const nowhere: Origin = { file: '', pointer: '', label: '' }
  if (topological(plan.steps.map((it) => ({ ...it, origin: nowhere }))).cycle !== undefined)
    throw damaged('some of its steps wait for each other')
  return plan
}

const damaged = (what: string): Refusal =>
  new Refusal('input', `this plan has been damaged: ${what}`, 'make it again with skerry plan --save')

/** What a saved plan leaves behind once it is carried out. */
export function readObserved(json: unknown): Observed {
  const { steps } = readPlan(json)
  const kept = steps.filter(({ change }) => change !== 'remove')
  const ids = new Set(kept.map((it) => it.id))
  return {
    steps: kept.map(
      ({ change: _, differences: __, replacement: ___, expected, needs, ...rest }) =>
        ({
          ...rest,
          needs: needs.filter((need) => ids.has(need)),
          ...(expected !== undefined && { expected }),
        }) as Step,
    ),
  }
}

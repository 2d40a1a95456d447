// A plan that was reviewed is carried out as it is, or not at all: the fleet must be the one that was planned, and what the plan takes for
// there, or for not there, must be so.

import type { Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import { stepsOfStacks } from './aws/stack-work.ts'

/** A plan as `plan --save` wrote it. */
export interface Reviewed {
  readonly fleet: string
  readonly digest?: string | undefined
  readonly steps: readonly { readonly id: string; readonly change: string; readonly intent: unknown }[]
}

const again = 'skerry plan --save FILE again, have it reviewed, then skerry up FILE'

export function refuseChangedFleet(reviewed: Reviewed, plan: Plan, digest: string): void {
  if (reviewed.fleet !== plan.fleet.name)
    throw new Refusal(
      'refused',
      `the plan is of the fleet ${reviewed.fleet}, and this one is ${plan.fleet.name}`,
      'name the fleet that was planned: -f FLEET',
    )
  const wanted = new Map(reviewed.steps.filter(({ change }) => change !== 'remove').map((step) => [step.id, step]))
  const now = new Map(plan.steps.filter(({ change }) => change !== 'remove').map((step) => [step.id, step]))
  const differences = [
    ...[...now.keys()].filter((id) => !wanted.has(id)).map((id) => `${id} is new`),
    ...[...wanted.keys()].filter((id) => !now.has(id)).map((id) => `${id} is gone`),
    ...[...now]
      .filter(([id, { intent }]) => wanted.has(id) && sorted(wanted.get(id)?.intent) !== sorted(intent))
      .map(([id]) => `${id} is changed`),
  ]
  if (reviewed.digest === digest && differences.length === 0) return
  throw new Refusal(
    'refused',
    `the fleet is not the one that was planned${differences.length === 0 ? '' : `: ${differences.slice(0, 5).join('; ')}${differences.length > 5 ? `, and ${differences.length - 5} more` : ''}`}`,
    again,
    differences.map((message) => ({ message })),
  )
}

/** `isSame`: an earlier run began with this very plan, so that some of it is there by now. */
export function refuseChangedWorld(reviewed: Reviewed, plan: Plan, there: ReadonlySet<string>, isSame: boolean): void {
  const changes = new Map(reviewed.steps.map(({ id, change }) => [id, change]))
  const wrong: string[] = []
  for (const [stack, steps] of stepsOfStacks(plan)) {
    const own = steps.filter(({ existing }) => !existing).map(({ id }) => changes.get(id))
    if (own.length === 0) continue
    if (there.has(stack) && !isSame && own.every((change) => change === 'create'))
      wrong.push(`${stack} is there, and the plan would make it`)
    if (!there.has(stack) && own.some((change) => change === 'keep' || change === 'change'))
      wrong.push(`${stack} is gone, and the plan takes it for there`)
  }
  if (wrong.length === 0) return
  throw new Refusal(
    'refused',
    `what is there has changed since the plan was made: ${wrong.slice(0, 5).join('; ')}${wrong.length > 5 ? `, and ${wrong.length - 5} more` : ''}`,
    `skerry plan --against the plan that was carried out last --save FILE, have it reviewed, then skerry up FILE; or skerry up without a plan, which looks at what is there`,
    wrong.map((message) => ({ message })),
  )
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  )

// The fleets of examples/, read, judged and planned once for all tests that ask about them.

import { fileURLToPath } from 'node:url'
import { check } from '../src/check/check.ts'
import type { DrillResult } from '../src/drill/index.ts'
import { runDrill } from '../src/drill/index.ts'
import { readFleet } from '../src/fleet/read.ts'
import type { Finding } from '../src/model/finding.ts'
import type { Fleet } from '../src/model/fleet.ts'
import type { Plan, PlannedStep } from '../src/model/plan.ts'
import { plan } from '../src/plan/index.ts'

export const examples = ['federation', 'local-zone', 'recovery', 'stores', 'wavelength'] as const
export type Example = (typeof examples)[number]

/** The date that the examples are judged on: acceptances and Kubernetes versions have an end. */
const today = '2026-11-21'

export interface Judged {
  readonly fleet: Fleet
  readonly findings: readonly Finding[]
  readonly plan: Plan
}

const judged = new Map<Example, Promise<Judged>>()

export const folderOf = (example: Example): string => fileURLToPath(new URL(`../examples/${example}/`, import.meta.url))

export function exampleFleet(example: Example): Promise<Judged> {
  const known = judged.get(example)
  if (known !== undefined) return known
  const made = readFleet([folderOf(example)]).then((fleet) => ({
    fleet,
    findings: check(fleet, today),
    plan: plan(fleet),
  }))
  judged.set(example, made)
  return made
}

export async function drillOf(example: Example, name: string, runs = 16): Promise<DrillResult> {
  const { fleet, plan } = await exampleFleet(example)
  const drill = fleet.drills.find((one) => one.name === name)
  if (drill === undefined) throw new Error(`no drill ${name} in ${example}`)
  return runDrill(plan, drill, { runs })
}

/** Steps of a kind, in order. */
export const stepsOf = ({ plan }: Judged, kind: PlannedStep['kind']): readonly PlannedStep[] =>
  plan.steps.filter((step) => step.kind === kind)

/** Where a step stands in the plan. */
export function place({ plan }: Judged, id: string): number {
  const at = plan.steps.findIndex((step) => step.id === id)
  if (at < 0) throw new Error(`no step ${id}`)
  return at
}

// The bundles of a plan, which many pieces of work of one run ask for.

import type { Bundle } from '../../../artefacts/index.ts'
import { bundlesOf } from '../../../artefacts/index.ts'
import type { Plan } from '../../../model/plan.ts'

const made = new WeakMap<Plan, readonly Bundle[]>()

export function bundlesFor(plan: Plan): readonly Bundle[] {
  const known = made.get(plan) ?? bundlesOf(plan)
  made.set(plan, known)
  return known
}

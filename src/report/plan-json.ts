// A plan for programs, in the published form (schema/plan.json). Without the fleet: its name only.

import type { Plan } from '../model/plan.ts'

export function planJson({ version, fleet, steps, backward, placement }: Plan): string {
  return `${JSON.stringify({ version, fleet: fleet.name, steps, backward, placement }, null, 2)}\n`
}

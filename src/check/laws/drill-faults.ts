// Whether the drills of the fleet take anything away: one that does not passes for ever, and nobody learns why.

import { idleFaults } from '../../failover/index.ts'
import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'

const faultTakesSomething: Rule = {
  code: 'DR008',
  severity: 'error',
  title: 'What a drill takes away is there to be lost',
  why: 'A drill whose fault can do nothing, or less than it says, proves nothing about the day on which it happens.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      ---
      kind: Drill
      metadata: { name: lose-virginia }
      faults: [{ at: 1m, region: eu-central-1, lose: everything, for: 10m }]
    `,
    right: yaml`
      ---
      kind: Drill
      metadata: { name: lose-oregon }
      faults: [{ at: 1m, region: us-west-2, lose: everything, for: 10m }]
    `,
  },
  check: (fleet) =>
    fleet.drills.flatMap((drill) =>
      idleFaults(fleet, drill.faults).map(
        ({ fault, field, found, fix, wholly }): Hit => ({
          origin: fault.origin,
          field,
          found,
          fix,
          severity: wholly ? 'error' : 'warning',
        }),
      ),
    ),
}

export const drillFaultRules: readonly Rule[] = [faultTakesSomething]

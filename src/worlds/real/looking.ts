// The ground for whoever only looks, or breaks and gives back: the same clients as for up, with less patience for one who is silent.

import type { Plan } from '../../model/plan.ts'
import type { Ground } from './ground.ts'
import type { Means, OpenGround } from './ground-for.ts'
import { groundFor } from './ground-for.ts'
import { ledgerFor } from './run.ts'
import { declaredStacks } from './status/asking.ts'

export interface LookingOptions {
  readonly plan: Plan
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  /** `plan` only reads. */
  readonly role: 'plan' | 'deploy'
  readonly means?: Means
}

export const groundToLook = ({ plan, env, folder, role, means = {} }: LookingOptions): OpenGround =>
  groundFor({
    ...{ plan, env, folder },
    stacks: declaredStacks(plan),
    means: { role, maxAttempts: 4, requestTimeoutMs: 20_000, ...means },
  })

/** Nobody brings the fleet up or down, or drills it, while another does: the way to let the next one in. */
export async function heldForDrill(ground: Ground, ledger?: string): Promise<() => Promise<void>> {
  const held = await ledgerFor(ground, 'drill', ledger === undefined ? {} : { ledger })
  return () => held.close()
}

// Which clusters apply what is theirs by their own Flux.

import type { Plan } from '../../../model/plan.ts'

export const servedByFlux = (plan: Plan): ReadonlySet<string> =>
  new Set(
    plan.steps.flatMap(({ kind, change, subject }) =>
      kind === 'gitops.start' && change !== 'remove' && subject.cluster !== undefined ? [subject.cluster] : [],
    ),
  )

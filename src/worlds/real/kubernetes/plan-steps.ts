// The steps of a plan by what is asked of them: a fleet of thousands of shops has tens of thousands.

import type { Plan, PlannedStep, UndoStep } from '../../../model/plan.ts'

export interface PlanSteps {
  readonly byId: ReadonlyMap<string, PlannedStep>
  /** Of a cluster, those of its sites included. */
  readonly ofCluster: (cluster: string) => readonly PlannedStep[]
  readonly ofFederation: (federation: string) => readonly PlannedStep[]
  /** Clusters that apply what is theirs by their own Flux. */
  readonly served: ReadonlySet<string>
  readonly undoing: (step: PlannedStep) => readonly UndoStep[]
}

const known = new WeakMap<Plan, PlanSteps>()

export function stepsOf(plan: Plan): PlanSteps {
  const found = known.get(plan)
  if (found !== undefined) return found
  const clusters = grouped(plan.steps, ({ subject }) => subject.cluster)
  const federations = grouped(plan.steps, ({ subject }) => subject.federation)
  const undos = grouped(plan.backward, ({ undoes }) => undoes)
  const made: PlanSteps = {
    byId: new Map(plan.steps.map((step) => [step.id, step])),
    ofCluster: (cluster) => clusters.get(cluster) ?? [],
    ofFederation: (federation) => federations.get(federation) ?? [],
    served: new Set(
      plan.steps.flatMap(({ kind, change, subject }) =>
        kind === 'gitops.start' && change !== 'remove' && subject.cluster !== undefined ? [subject.cluster] : [],
      ),
    ),
    undoing: ({ id }) => undos.get(id) ?? [],
  }
  known.set(plan, made)
  return made
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

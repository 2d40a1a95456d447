// All that a plan is written down as, for the engines that carry it out and for the people who read it. A list to read: each writer takes
// the plan and gives files.

import type { Plan } from '../model/plan.ts'
import type { Artefact } from './artefact.ts'
import { cloudFormationFiles } from './cloudformation/assembly.ts'
import { runbookFiles } from './runbook/runbook.ts'

export type { Artefact, KubernetesObject } from './artefact.ts'

const writers: readonly ((plan: Plan) => readonly Artefact[])[] = [cloudFormationFiles, runbookFiles]

/** In the order of their paths. */
export const artefacts = (plan: Plan): readonly Artefact[] =>
  writers.flatMap((write) => write(plan)).sort((a, b) => (a.path < b.path ? -1 : 1))

// The add-ons of a plan that Flux delivers, with the cluster of each: what they say was decided there.

import type { Cluster } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { IntentValue, Plan, PlannedStep } from '../../model/plan.ts'

export interface AddonStep {
  readonly step: PlannedStep
  readonly cluster: Cluster
  /** Its folder among the clusters of the repository. */
  readonly directory: string
}

export function addonSteps(plan: Plan, addon: string): readonly AddonStep[] {
  const find = lookup(plan.fleet)
  const directories = new Map<string, string>()
  for (const { kind, change, subject, intent } of plan.steps) {
    if (kind !== 'gitops.start' || change === 'remove') continue
    const [, directory] = /\/clusters\/([^/]+)\/flux-system$/.exec(textAt(intent.root, 'path')) ?? []
    if (directory !== undefined) directories.set(subject.cluster ?? '', directory)
  }
  return plan.steps.flatMap((step) => {
    const cluster = find.cluster(step.subject.cluster)
    const directory = directories.get(cluster?.name ?? '')
    const wanted = step.kind === 'addon' && step.subject.addon === addon && step.change !== 'remove'
    return wanted && cluster !== undefined && directory !== undefined ? [{ step, cluster, directory }] : []
  })
}

export function valueAt(value: IntentValue | undefined, ...path: readonly string[]): IntentValue | undefined {
  let now = value
  for (const key of path) {
    if (typeof now !== 'object' || now === null || Array.isArray(now)) return undefined
    now = (now as { readonly [key: string]: IntentValue })[key]
  }
  return now
}

export const textAt = (value: IntentValue | undefined, ...path: readonly string[]): string => {
  const found = valueAt(value, ...path)
  return found === undefined || found === null ? '' : String(found)
}

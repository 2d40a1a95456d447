// All that a plan is written down as, for the engines that carry it out and for the people who read it. Bundles say what shall run where;
// each writer gives files of one engine.

import type { Plan } from '../model/plan.ts'
import type { Artefact } from './artefact.ts'
import type { Bundle } from './bundle.ts'
import { cloudFormationFiles } from './cloudformation/assembly.ts'
import { dnsFiles } from './dns/index.ts'
import { eksAnywhereBundles, eksAnywhereFiles } from './eks-anywhere/index.ts'
import { fluxFiles } from './flux/flux.ts'
import { render as renderSite } from './flux/render.ts'
import { infrastructureBundles } from './infrastructure/infrastructure.ts'
import { karmadaBundles } from './karmada/index.ts'
import { runbookFiles } from './runbook/runbook.ts'
import { withoutFlux } from './without-flux.ts'
import { workloadBundles } from './workloads/bundles.ts'

export type { Artefact } from './artefact.ts'
export type { Bundle } from './bundle.ts'

/** What shall run on the clusters of a plan. */
export const bundlesOf = (plan: Plan): readonly Bundle[] => [
  ...infrastructureBundles(plan),
  ...eksAnywhereBundles(plan),
  ...karmadaBundles(plan),
  ...workloadBundles(plan),
]

/** In the order of their paths. */
export function artefacts(plan: Plan): readonly Artefact[] {
  const { bundles, installs, files } = withoutFlux(plan, bundlesOf(plan))
  return [
    ...cloudFormationFiles(plan),
    ...eksAnywhereFiles(plan),
    ...fluxFiles(plan, bundles),
    ...files,
    ...dnsFiles(plan),
    ...runbookFiles(plan, bundles, installs),
  ].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The literal objects of one site, all put together: what is there, and what Argo CD or `kubectl apply` takes. */
export const render = (plan: Plan, site: string): readonly Artefact[] => renderSite(plan, bundlesOf(plan), site)

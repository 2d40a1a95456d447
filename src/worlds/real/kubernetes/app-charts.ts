// The charts of apps, on clusters that no Flux serves.

import { parse } from 'yaml'
import { isJoin } from '../../../artefacts/deliveries.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { Plan } from '../../../model/plan.ts'
import { bundlesFor } from './bundles.ts'

export interface Chart {
  readonly cluster: string
  readonly release: string
  readonly namespace: string
  readonly repository: string
  readonly chart: string
  readonly version: string
  readonly values: unknown
}

export function appCharts(plan: Plan): readonly (Chart & { readonly bundle: string })[] {
  const { installs, files } = withoutFlux(plan, bundlesFor(plan))
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return installs
    .filter(({ bundle }) => !isJoin({ name: bundle }, plan))
    .map((it) => ({ ...it, values: parse(texts.get(it.values) ?? '{}') as unknown }))
}

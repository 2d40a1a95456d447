// The fleets whose artefacts are judged: the five examples, those of them that bring no GitOps also as if they did, a fleet with every word
// of the schema, and one for each provider of EKS Anywhere.

import { join } from 'node:path'
import { examples, expectedOf } from '../../scripts/golden.ts'
import { planOf, fleets as providers } from '../../src/artefacts/eks-anywhere/fleets.case.ts'
import { artefacts } from '../../src/artefacts/index.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { gitops } from '../../src/model/declaration/fleet.ts'
import type { Plan } from '../../src/model/plan.ts'
import { plan } from '../../src/plan/index.ts'
import type { Written } from './documents.ts'

const written = (made: Plan): Written => ({
  plan: made,
  files: new Map(artefacts(made).map(({ path, text }) => [path, text])),
})

const fleetOf = (example: string) => readFleet([join('examples', example)])

async function byFlux(example: string): Promise<Written> {
  const fleet = await fleetOf(example)
  const said = { ...gitops.parse({ url: 'https://git.example.com/fleet' }), origin: fleet.origin }
  return written(plan({ ...fleet, gitops: said }))
}

export const everyWord = 'every word of the schema'

export const fleets: Readonly<Record<string, () => Promise<Written>>> = {
  ...Object.fromEntries(
    examples.map((example) => [
      example,
      async () => ({ plan: plan(await fleetOf(example)), files: await expectedOf(example) }),
    ]),
  ),
  ...Object.fromEntries(
    ['local-zone', 'federation', 'wavelength'].map((example) => [`${example} by Flux`, () => byFlux(example)]),
  ),
  [everyWord]: async () => written(plan(await readFleet(['src/fleet/covering']))),
  ...Object.fromEntries(
    Object.entries(providers).map(([provider, { text, ...more }]) => [
      `EKS Anywhere on ${provider}`,
      async () => written(planOf(text, 'attached' in more ? more.attached : {})),
    ]),
  ),
}

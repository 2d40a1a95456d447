// What goes onto which API without Flux: the very objects of the bundles, as `kubectl apply --kustomize` would send them, infrastructure
// first and apps last. What joins members to Karmada is told apart: whoever starts a federation does that in its own order.

import type { Plan } from '../model/plan.ts'
import type { KubernetesObject } from './artefact.ts'
import type { Bundle, Target } from './bundle.ts'
import { isFleetVariable } from './fleet-values.ts'
import { renderTarget } from './flux/render.ts'
import { karmadaBundle, membersBundle } from './karmada/names.ts'
import { withoutFlux } from './without-flux.ts'

export interface Delivered {
  readonly bundle: string
  readonly layer: Bundle['layer']
  readonly target: Target
  /** With variables of the fleet still in them. */
  readonly objects: readonly KubernetesObject[]
}

/** `join`: the bundle starts a federation, or makes a cluster a member. */
export const isJoin = ({ name }: Pick<Bundle, 'name'>, { fleet }: Plan): boolean => {
  const own = [karmadaBundle, membersBundle, 'karmada-member', 'karmada-agent']
  const suffix = fleet.federations.find((federation) => name.endsWith(`-${federation.name}`))?.name
  return own.includes(name) || (suffix !== undefined && own.includes(name.slice(0, -suffix.length - 1)))
}

const layers = ['infrastructure', 'clusters', 'apps'] as const

export function deliveries(
  plan: Plan,
  all: readonly Bundle[],
  isWanted: (target: Target, bundle: Bundle) => boolean,
): readonly Delivered[] {
  const { bundles } = withoutFlux(plan, all)
  return layers.flatMap((layer) =>
    bundles
      .filter((bundle) => bundle.layer === layer)
      .flatMap((bundle) =>
        bundle.targets
          .filter((target) => isWanted(target, bundle))
          .map((target) => ({
            bundle: bundle.name,
            layer,
            target,
            objects: renderTarget(bundle, target).flatMap((file) => file.objects),
          })),
      ),
  )
}

const variables = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** Names of what only stacks know, as text holds them. */
export const fleetVariablesIn = (value: unknown): readonly string[] => [
  ...new Set([...JSON.stringify(value).matchAll(variables)].map(([, name = '']) => name).filter(isFleetVariable)),
]

/** With what only stacks know; everything else in `${}` is its author's. */
export function withFleetValues<T>(value: T, valueFor: (variable: string) => string): T {
  const text = JSON.stringify(value)
  if (!text.includes('${')) return value
  return JSON.parse(
    text.replaceAll(variables, (all, name: string) =>
      isFleetVariable(name) ? JSON.stringify(valueFor(name)).slice(1, -1) : all,
    ),
  ) as T
}

// What goes onto which API server without Flux: the very objects of the artefacts, bundle by bundle, as `kubectl apply --kustomize` would
// send them. Pure. What joins members to Karmada is left out: the bring-up joins them itself, to addresses of this machine.

import type { KubernetesObject } from '../../../artefacts/artefact.ts'
import type { Bundle, Target } from '../../../artefacts/bundle.ts'
import { isFleetVariable } from '../../../artefacts/fleet-values.ts'
import { renderTarget } from '../../../artefacts/flux/render.ts'
import { karmadaBundle, membersBundle } from '../../../artefacts/karmada/names.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Owner } from '../engine.ts'
import type { KubeObject } from '../kube/client.ts'
import type { Layout } from '../layout.ts'
import { spedUp } from '../speed.ts'
import { servedByFlux } from './served.ts'

export interface Delivery {
  readonly to: Owner
  readonly bundle: string
  readonly layer: Bundle['layer']
  readonly site: string | undefined
  readonly objects: readonly KubeObject[]
}

export { servedByFlux }

const joins = new Set<string>([karmadaBundle, membersBundle, 'karmada-member', 'karmada-agent'])
const layers = ['infrastructure', 'clusters', 'apps'] as const

/** Infrastructure first, apps last. A federation gets what is its own also where its host has Flux: the host does not run here. */
export function deliveriesOf(
  plan: Plan,
  layout: Layout,
  all: readonly Bundle[],
  { speed, valueFor }: { readonly speed: number; readonly valueFor: (variable: string) => string },
): readonly Delivery[] {
  const served = servedByFlux(plan)
  const clusters = new Map(layout.clusters.map(({ owner }) => [owner.name, owner]))
  const federations = new Map(layout.federations.map(({ owner }) => [owner.name, owner]))
  const ownerOf = ({ cluster, federation }: Target): Owner | undefined =>
    federation !== undefined ? federations.get(federation) : served.has(cluster) ? undefined : clusters.get(cluster)
  const { bundles } = withoutFlux(plan, all)
  return layers.flatMap((layer) =>
    bundles
      .filter((bundle) => bundle.layer === layer && !joins.has(bundle.name))
      .flatMap((bundle) =>
        bundle.targets.flatMap((target): readonly Delivery[] => {
          const to = ownerOf(target)
          if (to === undefined) return []
          const objects = renderTarget(bundle, target).flatMap((file) => file.objects)
          const made = objects.map((object) => spedUp(filled(object, valueFor), speed) as unknown as KubeObject)
          return [{ to, bundle: bundle.name, layer, site: target.site, objects: made }]
        }),
      ),
  )
}

/** What only stacks know: a stand-in of ours. */
function filled(object: KubernetesObject, valueFor: (variable: string) => string): KubernetesObject {
  const text = JSON.stringify(object)
  if (!text.includes('${')) return object
  return JSON.parse(
    text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (all, name: string) =>
      isFleetVariable(name) ? JSON.stringify(valueFor(name)).slice(1, -1) : all,
    ),
  ) as KubernetesObject
}

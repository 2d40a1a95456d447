// What goes onto which API server without Flux: the very objects of the artefacts, bundle by bundle, as `kubectl apply --kustomize` would
// send them. Pure. What joins members to Karmada is left out: the bring-up joins them itself, to addresses of this machine.

import type { Bundle, Target } from '../../../artefacts/bundle.ts'
import { deliveries, isJoin, withFleetValues } from '../../../artefacts/deliveries.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
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
  return deliveries(plan, all, (target, bundle) => ownerOf(target) !== undefined && !isJoin(bundle, plan)).flatMap(
    ({ bundle, layer, target, objects }): readonly Delivery[] => {
      const to = ownerOf(target)
      if (to === undefined) return []
      const made = objects.map((object) => spedUp(withFleetValues(object, valueFor), speed) as unknown as KubeObject)
      return [{ to, bundle, layer, site: target.site, objects: made }]
    },
  )
}

// Whose a Cluster is that is there already: what Flux applied bears the name of its Kustomization, what skerry applied the name of the fleet.
// One that bears neither is somebody else's, and neither changed nor deleted.

import type { KubernetesObject } from '../../../artefacts/artefact.ts'
import type { Plan } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeObject } from '../../kube/client.ts'
import { carrierOf } from './carriers.ts'

const fleetLabel = 'skerry.dev/fleet'
/** https://fluxcd.io/flux/components/kustomize/kustomizations/: set on all that a Kustomization applies. */
const fluxLabel = 'kustomize.toolkit.fluxcd.io/name'

export const marked = (plan: Plan, object: KubernetesObject): KubeObject =>
  ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, [fleetLabel]: plan.fleet.name } },
  }) as unknown as KubeObject

export function isOurs(plan: Plan, cluster: string, { metadata }: KubeObject): boolean {
  const carrier = carrierOf(plan, cluster)
  return (
    metadata.labels?.[fleetLabel] === plan.fleet.name ||
    (carrier !== undefined && metadata.labels?.[fluxLabel] === carrier)
  )
}

export function foreign(plan: Plan, manager: string, { kind, metadata }: KubeObject): Refusal {
  const by = metadata.labels?.[fluxLabel]
  const whose = metadata.labels?.[fleetLabel] ?? (by === undefined ? undefined : `the Kustomization ${by}`)
  return new Refusal(
    'world',
    `the ${kind} ${metadata.name} in ${manager} is not of this fleet${whose === undefined ? '' : `: it is of ${whose}`}`,
    `give the cluster another name; or say that it is this fleet’s, and run this again: kubectl --context ${manager} label ${kind.toLowerCase()}s.anywhere.eks.amazonaws.com ${metadata.name} ${fleetLabel}=${plan.fleet.name}`,
  )
}

// Who should receive traffic, as somebody knows the API: what proxies take, and what the controller of a load balancer makes of it.

import type { DoorConfig } from './config.ts'
import type { View } from './view.ts'

type Service = Pick<DoorConfig, 'namespace' | 'service'>

/** Pods behind the Service: names by uid. */
export const endpointsOf = (
  { slices }: Pick<View, 'slices'>,
  { namespace, service }: Service,
  which: 'ready' | 'all',
): ReadonlyMap<string, string> =>
  new Map(
    [...slices.values()]
      .filter((slice) => slice.namespace === namespace && (service === undefined || slice.service === service))
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ ready }) => ready || which === 'all')
      .map(({ uid, name }) => [uid, name]),
  )

/**
 * Ready endpoints, and those that the API calls not ready though their containers are and their node is Ready; if there are none, those on
 * Unknown nodes (the controller fails open).
 */
export function desiredTargets(
  view: Pick<View, 'slices' | 'pods' | 'nodes'>,
  service: Service,
): ReadonlyMap<string, string> {
  const ready = endpointsOf(view, service, 'ready')
  const present = [...endpointsOf(view, service, 'all').keys()].flatMap((uid) => {
    const pod = view.pods.get(uid)
    return pod === undefined || pod.deleted ? [] : [{ ...pod, on: view.nodes.get(pod.node ?? '')?.ready }]
  })
  const well = present.filter(({ uid, containersReady, on }) => ready.has(uid) || (containersReady && on === 'True'))
  const chosen =
    well.length > 0 ? well : present.filter(({ containersReady, on }) => containersReady && on === 'Unknown')
  return new Map(chosen.map(({ uid, name }) => [uid, name]))
}

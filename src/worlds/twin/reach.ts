// Who can reach whom, in truth: power and links, asked at the moment.

import type { Audience, Fleet } from '../../model/fleet.ts'
import { isServedByOwn } from '../../model/zones.ts'
import type { ClusterState, Copy, Door, Node, Pod, SiteState, World } from './state.ts'
import { isAway } from './state.ts'

export const powered = (node: Node): boolean => !isAway(node.power) && !isAway(node.site.power)

/** Whether a site has a way to the control plane of a cluster. */
export function reachesControlPlane(site: SiteState, cluster: ClusterState): boolean {
  const stands = cluster.controlPlaneSite
  if (stands === site) return true
  if (isAway(site.link)) return false
  return stands === undefined || !isAway(stands.link)
}

export const inTouch = (node: Node): boolean =>
  node.kubelet && node.cluster.up && reachesControlPlane(node.site, node.cluster)

/** Whether the public internet leads to the site at all: for health checkers of Route 53, and for users who are on no carrier's network. */
const publicReach = (site: SiteState): boolean => site.site.internet === true || site.traits.checkersReachIt.value

/** Whether those who check the health of the copy have a way to it at all. */
export const checkersReach = (fleet: Fleet, { app, site }: Copy): boolean =>
  publicReach(site) || isServedByOwn(fleet, app)

/** Whether what comes from the internet arrives at the front door now. */
export function internetArrives(door: Door): boolean {
  const { site } = door.copy
  if (isAway(site.internet)) return false
  const ownWay = site.site.internet ?? site.traits.ownIngress.value
  return ownWay || door.stands === 'region' || !isAway(site.link)
}

export function usersArrive(world: World, door: Door, audience: Audience): boolean {
  if (!internetArrives(door)) return false
  const home = audience.at === undefined ? undefined : world.sites.get(audience.at)
  if (home !== undefined && (isAway(home.internet) || isAway(home.power))) return false
  const { site } = door.copy
  const byCarrier = audience.carrier !== undefined && audience.carrier === site.site.place.carrier
  return byCarrier || publicReach(site)
}

/** Whether a request that the front door sends to the pod arrives at its node. */
export function doorReaches(door: Door, pod: Pod): boolean {
  const { node } = pod
  if (node === undefined || !powered(node)) return false
  const from = door.copy.site
  if (node.site === from && door.stands === 'here') return true
  if (isAway(node.site.link)) return false
  return door.stands === 'region' || !isAway(from.link)
}

/** Whether the front door itself is there to be asked. */
export function doorStands(door: Door): boolean {
  if (door.gone) return false
  if (door.stands === 'region') return true
  if (isAway(door.copy.site.power)) return false
  return door.kind === 'balancer' || door.copy.site.nodes.some((node) => powered(node))
}

/** Nodes of a cluster that hangs on a Region pull over the link to it, others by the site's own line, unless there is a mirror. */
export function registryReachable(world: World, node: Node): boolean {
  const { cluster } = node.cluster
  if (cluster.eksAnywhere?.registryMirror !== undefined) return true
  if (isAway(world.away.registry)) return false
  return !isAway(cluster.region === undefined ? node.site.internet : node.site.link)
}

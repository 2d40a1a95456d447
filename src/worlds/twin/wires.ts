// Who listens to whom. The machines know each other only through this table, so that each can be read alone.

import { atOnce } from '../../timers/timer.ts'
import { doorsOf } from './build.ts'
import { touchFederations, touchFederationsOf } from './federations.ts'
import { reviewClusterDns } from './machines/cluster-dns.ts'
import { podsBound, podsDeleted, reviewCrash } from './machines/containers.ts'
import { reviewControlPlane } from './machines/control-plane.ts'
import { updateEndpoints } from './machines/endpoints.ts'
import { cancelToleration, startToleration } from './machines/eviction.ts'
import { resumeFlux } from './machines/flux.ts'
import { reviewCheck } from './machines/health-check.ts'
import { servingChanged } from './machines/karmada-bindings.ts'
import { copyChanged } from './machines/karmada-health.ts'
import { reviewFederations } from './machines/karmada-members.ts'
import { podsMarked, reviewNodes } from './machines/kubelet.ts'
import { endpointsChanged, reviewDoor } from './machines/load-balancer.ts'
import { watchNode } from './machines/node-lifecycle.ts'
import { openNode } from './machines/node-taints.ts'
import { managementChanged, reviewOffline } from './machines/offline.ts'
import { reviewRecord } from './machines/records.ts'
import { answerChanged } from './machines/resolver.ts'
import { reviewReplicas, scheduleWaiting } from './machines/scheduler.ts'
import { recompute } from './service.ts'
import type { Cause, ClusterState, SiteState, Tell, World } from './state.ts'

export function wires(world: () => World): Tell {
  const tell: Tell = {
    built: (cluster) => touchFederations(world(), cluster),
    wanted: (app) => touchFederationsOf(world(), app),
    power(site, cause) {
      for (const cluster of world().clusters.values()) {
        if (cluster.controlPlaneSite === site) reviewControlPlane(world(), cluster, cause)
      }
      tell.reach(site, undefined, cause)
    },
    controlPlanePower: (cluster, cause) => reviewControlPlane(world(), cluster, cause),
    reach(site, cluster, cause) {
      reviewNodes(world(), site?.nodes ?? cluster?.nodes ?? [], cause)
      for (const one of cluster === undefined ? (site?.clusters ?? []) : [cluster])
        reviewCluster(world(), one, site, cause)
      if (site !== undefined) {
        reviewUsersAt(world(), site, cause)
        reviewOffline(world(), site, cause)
      }
      reviewFederations(world(), cause)
      reviewClusterDns(world(), cause)
    },
    systemPods(_node, cause) {
      reviewFederations(world(), cause)
      reviewClusterDns(world(), cause)
    },
    nodeSilent: (node) => watchNode(world(), node),
    nodeHeard(node, cause) {
      openNode(world(), node, cause)
      watchNode(world(), node)
      resumeFlux(world(), node.cluster, cause)
    },
    nodeOpen: (node, cause) => scheduleWaiting(world(), node.cluster, cause),
    podsMarked: (node, cause) => podsMarked(world(), node, cause),
    nodeTainted: (node, cause) => startToleration(world(), node, cause),
    nodeUntainted: (node) => cancelToleration(world(), node),
    controlPlane(cluster, cause) {
      managementChanged(world(), cluster, cause)
      // timers in memory are gone with the controllers; those that start see the taints anew
      for (const node of cluster.nodes) {
        cancelToleration(world(), node)
        if (cluster.monitor.running && node.noExecute) startToleration(world(), node, cause)
      }
      if (!cluster.monitor.running) return
      for (const copy of cluster.copies) {
        reviewReplicas(world(), copy, cause)
        updateEndpoints(world(), copy, cause)
      }
      scheduleWaiting(world(), cluster, cause)
      resumeFlux(world(), cluster, cause)
    },
    podsChanged(copy, cause) {
      updateEndpoints(world(), copy, cause)
      copyChanged(world(), copy, cause)
    },
    replicas: (copy, cause) => reviewReplicas(world(), copy, cause),
    podsBound: (pods, cause) => podsBound(world(), pods, cause),
    podsDeleted: (pods, cause) => podsDeleted(world(), pods, cause),
    crash: (copy, cause) => reviewCrash(world(), copy, cause),
    serving(copy, cause) {
      for (const door of doorsOf(copy)) reviewDoor(world(), door, cause)
      servingChanged(world(), copy, cause)
    },
    endpoints(copy, cause) {
      for (const door of doorsOf(copy)) endpointsChanged(world(), door, cause)
    },
    door(door, cause) {
      if (door.copy.check !== undefined) reviewCheck(world(), door.copy.check, cause)
      tell.users(door.copy.app, cause)
    },
    seen: (check, cause) => reviewCheck(world(), check, cause),
    verdict(app, site, cause) {
      const check = world().copies.get(`${app.name}/${site}`)?.check
      if (check?.by === 'alarm') reviewCheck(world(), check, cause)
      reviewRecord(world(), app, site, cause)
    },
    answer: (users) => answerChanged(world(), users),
    users(app, cause) {
      for (const users of world().users.values()) {
        if (users.app === app) recompute(world(), users, { cause, timer: atOnce })
      }
    },
  }
  return tell
}

/** Front doors whose way to their targets, or to what registers them, may have changed. */
function reviewCluster(world: World, cluster: ClusterState, site: SiteState | undefined, cause: Cause): void {
  for (const copy of cluster.copies) {
    for (const door of doorsOf(copy)) {
      if (site === undefined || copy.site === site || door.blocked !== undefined) reviewDoor(world, door, cause)
    }
  }
}

/** Public checkers and users whose way to the site, or from it, may have changed. */
function reviewUsersAt(world: World, site: SiteState, cause: Cause): void {
  for (const copy of world.copies.values()) {
    if (copy.site === site && copy.check !== undefined) reviewCheck(world, copy.check, cause)
  }
  for (const users of world.users.values()) {
    const concerned = users.audience.at === site.site.name || users.name?.copies.has(site.site.name) === true
    if (concerned) recompute(world, users, { cause, timer: atOnce })
  }
}

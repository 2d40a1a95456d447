// Nodes, the zones that they are in, and the control planes that look at them.

import { controllersStart } from '../../../timers/control-plane.ts'
import { sourceFetch } from '../../../timers/flux.ts'
import { nodeBoot, nodeStatus, watchReconnect } from '../../../timers/kubelet.ts'
import {
  busyPass,
  nodeDetection,
  noExecuteRemoved,
  noExecuteTaint,
  noScheduleRemoved,
  noScheduleTaint,
  upstream,
  zoneState,
} from '../../../timers/node-lifecycle.ts'
import { powerHoldUp } from '../../../timers/site.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { About, Happened } from './ground.ts'
import type { Here, Link, Table } from './link.ts'
import { howOf, isBack, isLost, lossOfSite, outageBefore, same, sameSubject, to } from './link.ts'

/** The engines here are upstream's, whatever the drill assumes of EKS. */
const lifecycle = upstream

/** Pods that the plan has at the site, and its nodes: what one pass of the node controller may have to do. */
export function loadAt({ ground, about }: Here): { readonly pods: number; readonly nodes: number } {
  const sites = ground.plan.placement.filter(({ cluster }) => cluster === about.cluster)
  return {
    pods: sites.reduce((sum, { replicas }) => sum + replicas, 0),
    nodes:
      new Set(sites.map(({ site }) => site)).size === 0
        ? 1
        : nodesIn(
            sites.map(({ site }) => site),
            ground,
          ),
  }
}

const nodesIn = (sites: readonly string[], ground: Here['ground']): number =>
  [...new Set(sites)].reduce((sum, site) => sum + ground.nodesOf(site), 0)

/** Nodes of the same zone that were marked in the same minute before it take the bucket of the zone. */
function position({ event, before, ground }: Here): number {
  const zone = ground.zoneOf(event.subject)
  const marked = before.filter(
    (one) =>
      one.what === 'noExecute' &&
      one.to === true &&
      one.subject !== event.subject &&
      event.at - one.at < 60 &&
      ground.zoneOf(one.subject) === zone,
  )
  return 1 + marked.length
}

const ofItsSite = same('site')
const ofItsCluster = same('cluster')
const ready = ['node ready'] as const
const notReady = to('Unknown', 'False')

const inItsZone = (later: About, earlier: About, { ground }: Here, event: Happened): boolean =>
  later.cluster === earlier.cluster && (ground.zoneOf(event.subject) ?? later.zone) === later.zone

const detection: readonly Link[] = [
  {
    on: [...lossOfSite, 'node power'],
    effect: notReady,
    cause: isLost,
    related: (later, earlier, here, event) =>
      earlier.kind === 'node' ? sameSubject(later, earlier, here, event) : ofItsSite(later, earlier),
    timer: (here) => nodeDetection(lifecycle, { passSeconds: busyPass(loadAt(here)).maxSeconds }),
  },
  {
    on: ['cluster controlPlane', 'cluster controllers'],
    effect: notReady,
    cause: to('up', 'running'),
    related: ofItsCluster,
    timer: () => nodeDetection(lifecycle),
  },
  {
    on: ['node kubelet'],
    effect: to('True'),
    cause: to('up'),
    related: sameSubject,
    timer: () => nodeStatus(),
  },
  {
    on: [...lossOfSite, 'node power', 'cluster controlPlane'],
    effect: to('True'),
    cause: isBack,
    related: (later, earlier, here, event) =>
      earlier.kind === 'node'
        ? sameSubject(later, earlier, here, event)
        : earlier.kind === 'cluster'
          ? ofItsCluster(later, earlier)
          : ofItsSite(later, earlier),
    timer: (here, earlier) => nodeStatus(howOf(here, earlier)),
  },
]

/** What goes with a zone or a Region, and comes back with it. */
const wholePlace: Link = {
  on: ['region everything', 'zone everything', 'region controlPlane', 'zone controlPlane'],
  related: () => true,
  timer: () => atOnce,
}

export const causesOfNodes: Table = {
  'node ready': detection,
  'node kubelet': [
    {
      on: lossOfSite,
      effect: to('up'),
      cause: isBack,
      related: ofItsSite,
      timer: (_here, _earlier) => nodeBoot(),
    },
    { on: lossOfSite, effect: to('down'), cause: isLost, related: ofItsSite, timer: () => atOnce },
  ],
  'node watch': [
    {
      on: [...lossOfSite, 'node kubelet'],
      cause: isBack,
      related: ofItsSite,
      timer: (here, earlier) => watchReconnect(howOf(here, earlier)),
    },
  ],
  'node noSchedule': [
    {
      on: ready,
      effect: to(true),
      cause: notReady,
      related: sameSubject,
      timer: (here) => noScheduleTaint(loadAt(here)),
    },
    { on: ready, effect: to(false), cause: to('True'), related: sameSubject, timer: () => noScheduleRemoved() },
  ],
  'node noExecute': [
    {
      on: ready,
      effect: to(true),
      cause: notReady,
      related: sameSubject,
      timer: (here) => noExecuteTaint(lifecycle, { position: position(here) }),
    },
    {
      on: ['cluster disruption'],
      effect: to(true),
      cause: to('none'),
      related: ofItsCluster,
      timer: (here) => noExecuteTaint(lifecycle, { position: position(here) }),
    },
    { on: ready, effect: to(false), cause: to('True'), related: sameSubject, timer: () => noExecuteRemoved(lifecycle) },
    {
      on: ['cluster disruption'],
      effect: to(false),
      cause: to('master'),
      related: ofItsCluster,
      timer: () => noExecuteRemoved(lifecycle),
    },
    {
      on: ['clusterZone disruption'],
      effect: to(false),
      cause: to('full'),
      related: ofItsCluster,
      timer: () => noExecuteRemoved(lifecycle),
    },
  ],
  'clusterZone disruption': [
    {
      on: ready,
      effect: to('full', 'partial'),
      cause: notReady,
      related: inItsZone,
      timer: (here) => zoneState(loadAt(here), lifecycle),
    },
    {
      on: ready,
      effect: to('normal'),
      cause: to('True'),
      related: inItsZone,
      timer: (here) => zoneState(loadAt(here), lifecycle),
    },
  ],
  'cluster disruption': [
    {
      on: ready,
      effect: to('master'),
      cause: notReady,
      related: ofItsCluster,
      timer: (here) => zoneState(loadAt(here), lifecycle),
    },
    {
      on: ready,
      effect: to('none'),
      cause: to('True'),
      related: ofItsCluster,
      timer: (here) => zoneState(loadAt(here), lifecycle),
    },
  ],
  'cluster controllers': [
    { on: ['cluster controlPlane'], cause: to('up'), related: ofItsCluster, timer: () => controllersStart() },
  ],
  'cluster source': [
    {
      on: ['site serviceLink', 'site uplink', 'site power', 'cluster controlPlane'],
      cause: isBack,
      related: ofItsCluster,
      timer: (here, earlier) =>
        sourceFetch(outageBefore(here, earlier), here.ground.plan.fleet.gitops?.interval ?? defaultIntervalSeconds),
    },
    {
      on: ['git reachable'],
      cause: to(true),
      related: () => true,
      timer: (here, earlier) =>
        sourceFetch(outageBefore(here, earlier), here.ground.plan.fleet.gitops?.interval ?? defaultIntervalSeconds),
    },
  ],
  'site serviceLink': [wholePlace],
  'site registrations': [wholePlace],
  'node power': [wholePlace],
  'cluster controlPlane': [wholePlace],
  'site power': [
    wholePlace,
    {
      on: ['site mains'],
      cause: isLost,
      related: ofItsSite,
      timer: (here, earlier) => powerHoldUp(here.event.at - earlier.at),
    },
  ],
}

/** Of the generated Kustomizations, where the fleet says nothing. */
export const defaultIntervalSeconds = 600

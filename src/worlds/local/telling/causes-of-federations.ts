// Karmada: members that it holds lost or well, what that does to bindings, and what bindings do to copies.

import {
  agentBack,
  appUnhealthy,
  bindingEviction,
  bindingScheduled,
  gracefulPurge,
  gracefulTimeout,
  karmadaSeconds,
  karmadaStart,
  memberBack,
  memberLost,
  memberLostByAgent,
  memberTaint,
  workHealth,
} from '../../../timers/karmada.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { Here, Link, Table } from './link.ts'
import { howOf, isBack, isLost, outageBefore, rises, same, sameSubject, to } from './link.ts'

const ofItsCluster = same('cluster')
const ofItsApp = same('app')
const ofItsFederation = same('federation')

const pulls = ({ ground, about }: Here): boolean => {
  const federation = ground.plan.fleet.federations.find(({ name }) => name === about.federation)
  const sync = federation?.sync as Readonly<Record<string, string>> | undefined
  return (sync?.[about.cluster ?? ''] ?? sync?.default ?? 'push') === 'pull'
}

const notTrue = to('False', 'Unknown')

const bindingsIn = ({ ground, about }: Here): number =>
  new Set(ground.plan.placement.filter(({ federation }) => federation === about.federation).map(({ app }) => app)).size

const placementOf = ({ ground, about }: Here) =>
  ground.app(about.app)?.placement.find(({ federation }) => federation === about.federation)

function tolerance(here: Here): number {
  const placement = placementOf(here)
  const federation = here.ground.plan.fleet.federations.find(({ name }) => name === here.about.federation)
  const said = placement?.tolerateLoss ?? federation?.failover?.after
  return typeof said === 'number' ? said : said === 'forever' ? Number.POSITIVE_INFINITY : 0
}

const ready: readonly Link[] = [
  {
    on: ['cluster controlPlane'],
    effect: notTrue,
    cause: isLost,
    related: ofItsCluster,
    timer: (here, earlier) =>
      pulls(here) ? memberLostByAgent(howOf(here, earlier)) : memberLost('push', howOf(here, earlier)),
  },
  {
    on: ['site serviceLink', 'site uplink', 'site power', 'site nodes'],
    effect: notTrue,
    cause: isLost,
    related: ofItsCluster,
    timer: (here, earlier) => memberLost(pulls(here) ? 'pull' : 'push', howOf(here, earlier)),
  },
  {
    on: ['cluster controlPlane', 'site serviceLink', 'site uplink', 'site power', 'site nodes'],
    effect: to('True'),
    cause: isBack,
    related: ofItsCluster,
    timer: (here, earlier) => (pulls(here) ? agentBack(outageBefore(here, earlier)) : memberBack()),
  },
  {
    on: ['federation karmada'],
    cause: to('up'),
    related: ofItsFederation,
    timer: () => memberBack(),
  },
]

export const causesOfFederations: Table = {
  'member ready': ready,
  'member noSchedule': [{ on: ['member ready'], related: sameMember, timer: () => memberTaint() }],
  'member noExecute': [{ on: ['member ready'], related: sameMember, timer: () => memberTaint() }],
  'federation karmada': [
    {
      on: ['site power', 'cluster controlPlane', 'site nodes'],
      effect: to('up'),
      cause: isBack,
      related: () => true,
      timer: () => karmadaStart(),
    },
    {
      on: ['site power', 'cluster controlPlane', 'site nodes'],
      effect: to('down'),
      cause: isLost,
      related: () => true,
      timer: () => atOnce,
    },
  ],
  'binding evicted': [
    {
      on: ['member noExecute'],
      cause: to(true),
      related: (later, earlier, { event }) => ofItsFederation(later, earlier) && earlier.cluster === event.to,
      timer: (here) => bindingEviction({ bindings: bindingsIn(here), tolerationSeconds: tolerance(here) }),
    },
    {
      on: ['copy health', 'copy ready'],
      cause: (earlier) => earlier.to === 'unhealthy' || !rises(earlier),
      related: (later, earlier, { event }) => ofItsApp(later, earlier) && earlier.cluster === event.to,
      timer: (here) => appUnhealthy(placementOf(here)?.failover?.unhealthyFor),
    },
  ],
  'binding targets': [
    { on: ['binding evicted', 'binding purged'], related: sameBinding, timer: () => bindingScheduled() },
    { on: ['member noSchedule'], cause: to(false), related: ofItsFederation, timer: () => bindingScheduled() },
  ],
  'binding purged': [
    {
      on: ['copy health', 'copy ready'],
      cause: (earlier) => earlier.to === 'healthy' || rises(earlier),
      related: ofItsApp,
      timer: () => gracefulPurge(karmadaSeconds.status * 2),
    },
    {
      on: ['binding evicted'],
      related: sameBinding,
      timer: (here) => (late(here) ? gracefulTimeout() : gracefulPurge()),
    },
  ],
  'binding doubled': [{ on: ['copy serving', 'copy ready', 'copy replicas'], related: ofItsApp, timer: () => atOnce }],
  'copy health': [
    { on: ['copy ready', 'copy replicas', 'copy version'], related: same('app', 'site'), timer: () => workHealth() },
    { on: ['cluster controlPlane'], cause: to('up'), related: ofItsCluster, timer: () => workHealth() },
  ],
}

function sameMember(...[later, earlier]: Parameters<Link['related']>): boolean {
  return ofItsFederation(later, earlier) && ofItsCluster(later, earlier)
}

function sameBinding(...[later, earlier, here, event]: Parameters<Link['related']>): boolean {
  return sameSubject(later, earlier, here, event)
}

/** Long after the eviction: its time was up. */
function late({ before, event }: Here): boolean {
  const evicted = before.findLast((one) => one.subject === event.subject && one.what === 'evicted')
  return evicted !== undefined && event.at - evicted.at > karmadaSeconds.graceful / 2
}
